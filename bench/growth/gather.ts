/**
 * A whole run over so many targets where nobody else has work: answers lie ready, chat platforms take what comes.
 * What it takes is what our own work takes. Evidence is put on the disk, as it would fit in no memory.
 */
import { getHeapStatistics } from 'node:v8';

import { createFileStore } from '../../shared/evidence/stores/file.ts';
import { systemClock } from '../../shared/edge.ts';
import { identify } from '../../shared/identity.ts';
import { parseJson, isObject } from '../../shared/json.ts';
import type { Counts } from '../../shared/model.ts';
import { parseWebhooks } from '../../shared/notice/webhook.ts';
import { compilePolicy, type PackedPolicy } from '../../shared/policy/compile.ts';
import type { SettingsReader } from '../../shared/ports.ts';
import { runAudit } from '../../shared/run.ts';
import { sources } from '../../shared/settings/sources.ts';

export interface GatherEvent {
  readonly targets: number;
  readonly policies: readonly PackedPolicy[];
  /** The answer of an account in JSON, and that of one in `brokenEvery`. */
  readonly good: string;
  readonly bad: string;
  readonly brokenEvery: number;
  /** For the evidence: a new one for each run. */
  readonly folder: string;
}

export interface GatherAnswer {
  readonly counts: Counts;
  readonly wallMs: number;
  readonly cpuMs: number;
  /** The most of the heap that was in use, with what the collector had not come to yet. */
  readonly heapMb: number;
}

const slack = 'https://hooks.slack.com/services/T000/B000/BENCH';
const hourMs = 3_600_000;
const firstUin = 100_000_000_000;

export async function main_handler(event: GatherEvent): Promise<GatherAnswer> {
  const { policies, good, bad, brokenEvery, folder } = event;
  const compiled = policies.map(compilePolicy);
  const targets = Array.from({ length: event.targets }, (_, index) => {
    const uin = String(firstUin + index);
    return { uin, site: 'intl' as const, roleArn: `qcs::cam::uin/${uin}:roleName/TcssAudit` };
  });
  let heapBytes = 0;
  const look = () => {
    heapBytes = Math.max(heapBytes, getHeapStatistics().used_heap_size);
  };
  const readerOf = (text: string): SettingsReader => ({
    read: () =>
      // In a turn of its own, as an answer comes in.
      new Promise((resolve, reject) => {
        setImmediate(() => {
          look();
          const answer = parseJson(text);
          if (isObject(answer)) resolve(answer);
          else reject(new Error('no answer'));
        });
      }),
    whoAmI: () => Promise.resolve(String(firstUin)),
  });
  const [goodReader, badReader] = [readerOf(good), readerOf(bad)];
  const isBroken = (roleArn = '') =>
    Number(/uin\/(\d+)/.exec(roleArn)?.[1]) % brokenEvery === brokenEvery - 1;

  const timer = setInterval(look, 5);
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  const nowMs = systemClock.now();
  const { counts } = await runAudit(
    {
      accounts: {
        open: ({ roleArn }) => Promise.resolve(isBroken(roleArn) ? badReader : goodReader),
      },
      store: createFileStore(folder),
      http: () => Promise.resolve({ status: 200, headers: {}, body: 'ok' }),
      clock: systemClock,
      log: () => undefined,
    },
    {
      identity: identify('timer', 'nightly', Math.floor(nowMs / 1000) * 1000),
      ...{ site: 'intl', targets, sources, policies: compiled, waivers: [] },
      ...{ channels: parseWebhooks(slack, 'en').channels, timezone: 'Asia/Shanghai' },
      notify: { notify: 'changes', remindDays: 7 },
      tool: { name: 'tcss-audit', version: '0.0.0-bench' },
      ...{ observeUntilMs: nowMs + hourMs, tellUntilMs: nowMs + hourMs },
    },
  );
  const wallMs = performance.now() - startedAtMs;
  const { user, system } = process.cpuUsage(before);
  look();
  clearInterval(timer);
  return { counts, wallMs, cpuMs: (user + system) / 1000, heapMb: heapBytes / 2 ** 20 };
}

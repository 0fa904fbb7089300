/** Growth over nights: one log that real runs write, looked at on the way. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadControls } from '../../cli/library.ts';
import { judgePattern } from '../../cli/patterns.ts';
import { openLog, runsBackwards } from '../../shared/evidence/chain.ts';
import { readHistory } from '../../shared/evidence/history.ts';
import type { RunRecord } from '../../shared/evidence/record.ts';
import { readRuns } from '../../shared/evidence/runs.ts';
import { parsePublicKey, parseSigningKey } from '../../shared/evidence/sign.ts';
import { createFileStore } from '../../shared/evidence/stores/file.ts';
import { createMemoryStore } from '../../shared/evidence/stores/memory.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import { identify } from '../../shared/identity.ts';
import type { JsonObject } from '../../shared/model.ts';
import { parseWebhooks } from '../../shared/notice/webhook.ts';
import { compilePolicy, type PackedPolicy } from '../../shared/policy/compile.ts';
import type { EvidenceStore } from '../../shared/ports.ts';
import { createReplay } from '../../shared/replay.ts';
import { aggregate } from '../../shared/report/html/aggregate.ts';
import { renderPage } from '../../shared/report/html/page.tsx';
import { runAudit } from '../../shared/run.ts';
import { sources } from '../../shared/settings/sources.ts';
import { copyToDisk } from '../support/to-disk.ts';
import { medianCpu, type Times } from './step.ts';

export interface NightsStep {
  readonly nights: number;
  /** Requests to the store, a page of a listing being one: to find the end of the log … */
  readonly headRequests: number;
  /** … of the whole last run, with what it puts … */
  readonly runRequests: number;
  /** … and to find that a channel which is new has never heard anything. */
  readonly newChannelRequests: number;
  readonly logBytes: number;
  /** Of how many the figures below are medians. */
  readonly times: number;
  readonly verifyCpuMs: number;
  /** Each finding computed again. */
  readonly replayCpuMs: number;
  /** Reading the nights and writing the page, without verifying. */
  readonly reportCpuMs: number;
  readonly reportBytes: number;
}

const slack = 'https://hooks.slack.com/services/T000/B000/BENCH';
const version = '0.0.0-bench';
const tool = { name: 'tcss-audit', version };
const uin = '100000000001';
const dayMs = 86_400_000;
const firstMs = Date.UTC(2016, 10, 24, 18);
/** COS lists so many keys in one answer. */
const keysOfPage = 1000;

/** Steps in rising order: the log goes on from one to the next. */
export async function* nightsSteps(
  steps: readonly number[],
  policies: readonly PackedPolicy[],
  answerAt: (ms: number) => JsonObject,
  times: Times,
): AsyncGenerator<NightsStep> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signer = parseSigningKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const key = parsePublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString());
  if (signer === undefined || key === undefined) throw new Error('no key');
  const compiled = policies.map(compilePolicy);
  const memory = createMemoryStore();
  const { channels } = parseWebhooks(slack, 'en');

  const runNight = async (store: EvidenceStore, night: number) => {
    const nowMs = firstMs + night * dayMs;
    // Now and then somebody switches it off, and two nights later it is on again.
    const good = answerAt(nowMs);
    const answer = night % 10 >= 8 ? { ...good, ScanVul: false } : good;
    const reader = { read: () => Promise.resolve(answer), whoAmI: () => Promise.resolve(uin) };
    await runAudit(
      {
        accounts: { open: () => Promise.resolve(reader) },
        store,
        http: () => Promise.resolve({ status: 200, headers: {}, body: 'ok' }),
        clock: { now: () => nowMs, sleep: () => Promise.resolve(), random: () => 0 },
        log: () => undefined,
      },
      {
        identity: identify('timer', 'nightly', nowMs, '0 0 18 * * * *'),
        ...{ site: 'intl', uin, sources, policies: compiled, waivers: [] },
        ...{ channels, signer, timezone: 'Asia/Shanghai', tool },
        notify: { notify: 'changes', remindDays: 7 },
        ...{ observeUntilMs: nowMs + 100_000, tellUntilMs: nowMs + 200_000 },
      },
    );
  };

  let night = 0;
  for (const nights of steps) {
    for (; night < nights - 1; night += 1) await runNight(memory, night);
    const running = counting(memory);
    await runNight(running.store, night);
    night += 1;
    yield {
      nights,
      runRequests: running.requests(),
      ...(await countReading(memory)),
      ...(await measureOnDisk(memory, times, async (store, isReplayed) => {
        const { faults, unchecked } = await verifyLog(store, {
          publicKeys: [key],
          ...(isReplayed && { replay: createReplay({ sources, version, judgePattern }) }),
        });
        if (faults.length + unchecked.length > 0) throw new Error(JSON.stringify(faults[0]));
      })),
    };
  }
}

async function countReading(
  memory: EvidenceStore,
): Promise<Pick<NightsStep, 'headRequests' | 'newChannelRequests'>> {
  const finding = counting(memory);
  await openLog(finding.store, undefined).head();

  const last = await lastRunOf(memory);
  const reading = counting(memory);
  await readHistory(openLog(reading.store, undefined), last, ['new']);
  return { headRequests: finding.requests(), newChannelRequests: reading.requests() };
}

async function lastRunOf(store: EvidenceStore): Promise<RunRecord> {
  for await (const record of runsBackwards(openLog(store, undefined), 1)) return record;
  throw new Error('The log has no run');
}

type OnDisk = Omit<NightsStep, 'nights' | 'headRequests' | 'runRequests' | 'newChannelRequests'>;

async function measureOnDisk(
  memory: EvidenceStore,
  times: Times,
  verify: (store: EvidenceStore, isReplayed: boolean) => Promise<void>,
): Promise<OnDisk> {
  const root = mkdtempSync(join(tmpdir(), 'tcss-bench-'));
  try {
    const logBytes = await copyToDisk(memory, root);
    const store = createFileStore(root);
    const verifying = await medianCpu(times, () => verify(store, false));
    const replaying = await medianCpu(times, () => verify(store, true));
    let page = '';
    const reporting = await medianCpu(times, async () => {
      page = await pageOf(store);
    });
    return {
      ...{ logBytes, times: Math.min(verifying.times, replaying.times, reporting.times) },
      ...{ verifyCpuMs: verifying.cpuMs, replayCpuMs: replaying.cpuMs },
      ...{ reportCpuMs: reporting.cpuMs, reportBytes: Buffer.byteLength(page) },
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function pageOf(store: EvidenceStore): Promise<string> {
  const data = await aggregate(readRuns(store), {
    ...{ locale: 'en', tool, controls: loadControls(undefined), madeAtMs: Date.now() },
    evidence: {
      ...{ records: 0, runs: 0, files: 0, signed: 0, publicKeys: 0 },
      ...{ faultCount: 0, faults: [], unfinished: 0 },
    },
  });
  return renderPage(data, {
    script: readFileSync('dist/cli/report/main.js', 'utf8'),
    style: readFileSync('dist/cli/report/report.css', 'utf8'),
    hash: (text) => createHash('sha256').update(text).digest('base64'),
  });
}

interface Counting {
  readonly store: EvidenceStore;
  readonly requests: () => number;
}

function counting(counted: EvidenceStore): Counting {
  let requests = 0;
  return {
    requests: () => requests,
    store: {
      putIfAbsent: (key, bytes) => {
        requests += 1;
        return counted.putIfAbsent(key, bytes);
      },
      get: (key) => {
        requests += 1;
        return counted.get(key);
      },
      list: async (prefix, after) => {
        const keys = await counted.list(prefix, after);
        requests += Math.max(1, Math.ceil(keys.length / keysOfPage));
        return keys;
      },
    },
  };
}

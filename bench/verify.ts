/**
 * What `verify` costs beside what no verifier can do without: reading each file, SHA-256, Ed25519 and JSON.parse.
 * `npm run bench verify [nights] [pairs]`; the budget is a ratio of 0.5.
 */
import { generateKeyPairSync, createHash, verify } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadLibrary } from '../cli/library.ts';
import { openLog } from '../shared/evidence/chain.ts';
import { encodePolicies } from '../shared/evidence/run-files.ts';
import { sealRun } from '../shared/evidence/seal.ts';
import { parsePublicKey, parseSigningKey, type TrustedKey } from '../shared/evidence/sign.ts';
import { createFileStore } from '../shared/evidence/stores/file.ts';
import { createMemoryStore } from '../shared/evidence/stores/memory.ts';
import { verifyLog } from '../shared/evidence/verify.ts';
import { collect } from '../shared/gather.ts';
import { identify } from '../shared/identity.ts';
import { atPointer, isObject, parseJson } from '../shared/json.ts';
import { judge } from '../shared/judge.ts';
import type { JsonObject } from '../shared/model.ts';
import type { EvidenceStore } from '../shared/ports.ts';
import { judgePattern } from '../cli/patterns.ts';
import { createReplay } from '../shared/replay.ts';
import { interpret } from '../shared/settings/observe.ts';
import { sources } from '../shared/settings/sources.ts';
import { optionsOf, print, type Bench } from './support/bench.ts';
import { grouped, median, medianRatio, milliseconds, newTable } from './support/figures.ts';
import { inTurn } from './support/in-turn.ts';
import { copyToDisk } from './support/to-disk.ts';

const dayMs = 86_400_000;
const version = '1.0.0';
const { compiled, examples } = loadLibrary(undefined);
const needed = Object.entries(sources).filter(([id]) =>
  compiled.some(({ policy }) => policy.source === id),
);
/** Of each source the longest answer that passes a policy of its own. */
function answerOf(source: string): JsonObject {
  const own = compiled.filter(({ policy }) => policy.source === source);
  const [longest] = examples
    .filter(({ expect, policyId }) => {
      return expect === 'pass' && own.some(({ policy }) => policy.id === policyId);
    })
    .map(({ settings }) => settings)
    .sort((a, b) => JSON.stringify(b).length - JSON.stringify(a).length);
  return { ...longest, RequestId: '00000000-0000-4000-8000-000000000001' };
}

/** Runs of that many nights with that many targets, and what was told of each. */
async function build(
  nights: number,
  targets: number,
): Promise<readonly [EvidenceStore, TrustedKey]> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signer = parseSigningKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const key = parsePublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString());
  if (signer === undefined || key === undefined) throw new Error('no key');
  const store = createMemoryStore();
  const log = openLog(store, signer);
  const file = encodePolicies(compiled, []);
  for (let night = 0; night < nights; night += 1) {
    const atMs = Date.UTC(2026, 10, 24, 18) + night * dayMs;
    const identity = identify('timer', 'nightly', atMs);
    const observations = needed.map(([id, source]) => interpret(source, answerOf(id), atMs, 'UTC'));
    const reports = Array.from({ length: targets }, (_, index) =>
      judge(
        { identity, sources, policies: compiled, waivers: [] },
        { target: { uin: String(100_000_000_000 + index), site: 'intl' }, observations },
      ),
    );
    const at = new Date(atMs).toISOString();
    const { add, finish } = collect(store, [], { runId: identity.id });
    for (const report of reports) await add(report);
    const { record } = await sealRun(store, log, {
      ...{ identity, startedAt: at, finishedAt: at, complete: true, timezone: 'UTC' },
      ...{ tool: { name: 'tcss-audit', version }, missedSince: undefined },
      ...(await finish()),
      ...{ waivers: [], policies: file },
    });
    const delivery = { channel: 'slack:hooks.slack.com#00000000', status: 'sent' as const };
    await log.append(({ seq, previous }) =>
      Promise.resolve({
        kind: 'delivery',
        predicate: {
          ...{ seq, previous, runId: identity.id },
          deliveries: [{ ...delivery, attempts: 1, at, reason: null, min: 'low' }],
        },
        subject: [
          {
            name: `log/${String(record.seq).padStart(12, '0')}.json`,
            digest: { sha256: record.sha256 },
          },
        ],
      }),
    );
  }
  return [store, key];
}

/** The four things alone, over the same files. */
function bare(root: string, { key }: TrustedKey): void {
  const files = readdirSync(root, { recursive: true, withFileTypes: true });
  for (const entry of files) {
    if (!entry.isFile()) continue;
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    createHash('sha256').update(bytes).digest('hex');
    const lines = bytes.toString('utf8').split('\n');
    for (const line of lines) {
      if (line === '') continue;
      const value = parseJson(line);
      if (!isObject(value) || typeof value['payload'] !== 'string') continue;
      const payload = Buffer.from(value['payload'], 'base64');
      parseJson(payload.toString('utf8'));
      const sig = atPointer(value, '/signatures/0/sig');
      if (typeof sig !== 'string') throw new Error('no signature');
      const type = 'application/vnd.in-toto+json';
      const start = `DSSEv1 ${String(type.length)} ${type} ${String(payload.length)} `;
      const encoded = Buffer.concat([Buffer.from(start), payload]);
      if (!verify(null, encoded, key, Buffer.from(sig, 'base64'))) throw new Error('bad signature');
    }
  }
}

async function timed(work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

interface Log {
  readonly nights: number;
  readonly targets: number;
  readonly policies: number;
  readonly records: number;
  readonly bytesANight: number;
  /** Medians. */
  readonly bareMs: number;
  readonly withoutReplayMs: number;
  readonly withReplayMs: number;
  /** Of the same pairs: bare over verify. */
  readonly ratioWithoutReplay: number;
  readonly ratioWithReplay: number;
}

interface Verified {
  readonly pairs: number;
  readonly logs: readonly Log[];
}

async function measureLog(nights: number, targets: number, pairs: number): Promise<Log> {
  const root = mkdtempSync(join(tmpdir(), 'tcss-bench-'));
  try {
    const [memory, key] = await build(nights, targets);
    const bytes = await copyToDisk(memory, root);
    const store = createFileStore(root);
    const whole = async (isReplayed: boolean) => {
      const { faults, unchecked } = await verifyLog(store, {
        publicKeys: [key],
        ...(isReplayed && { replay: createReplay({ sources, version, judgePattern }) }),
      });
      if (faults.length + unchecked.length > 0) throw new Error(JSON.stringify(faults[0]));
    };
    const measured = await inTurn(pairs, {
      bare: () =>
        timed(() => {
          bare(root, key);
        }),
      withoutReplay: () => timed(() => whole(false)),
      withReplay: () => timed(() => whole(true)),
    });
    return {
      ...{ nights, targets, policies: compiled.length, records: 2 * nights },
      bytesANight: Math.round(bytes / nights),
      bareMs: median(measured.bare),
      withoutReplayMs: median(measured.withoutReplay),
      withReplayMs: median(measured.withReplay),
      ratioWithoutReplay: medianRatio(measured.bare, measured.withoutReplay),
      ratioWithReplay: medianRatio(measured.bare, measured.withReplay),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function measure(nights: number, pairs: number): Promise<Verified> {
  const logs = nights > 1 ? [await measureLog(nights, 1, pairs)] : [];
  const few = Math.max(1, Math.round(nights / 100));
  const targets = nights > 10 ? 2_000 : 20;
  return { pairs, logs: [...logs, await measureLog(few, targets, pairs)] };
}

export const verifying: Bench<Verified> = {
  measure: async ({ isQuick, talk: tell }) => {
    tell(`verify: ${isQuick ? '3 nights' : '100 nights, and one of 2,000 accounts'}`);
    return isQuick ? measure(3, 1) : measure(100, 11);
  },

  show: ({ pairs, logs }) => {
    const table = newTable([
      ...['verify', 'bytes a night', 'bare', 'without replay', 'whole'],
      ...['bare ÷ without replay', 'bare ÷ whole'],
    ]);
    for (const log of logs) {
      table.push([
        `${grouped(log.nights)} nights of ${grouped(log.targets)} targets`,
        grouped(log.bytesANight),
        ...[log.bareMs, log.withoutReplayMs, log.withReplayMs].map(milliseconds),
        ...[log.ratioWithoutReplay, log.ratioWithReplay].map((ratio) => ratio.toFixed(2)),
      ]);
    }
    return [
      table.toString(),
      `Medians of ${String(pairs)} pairs, ${String(compiled.length)} policies. Bare: each file read, SHA-256, Ed25519 and JSON.parse, and nothing compared. Replay: each finding computed again.`,
      '',
    ].join('\n');
  },

  budgets: ({ logs: [first] }) => [
    {
      ...{ what: 'verify, records a second ÷ bare', figure: first?.ratioWithoutReplay ?? NaN },
      ...{ unit: 'times', budget: { atLeast: 0.5 } },
    },
    {
      ...{ what: 'verify with replay of each finding', figure: first?.ratioWithReplay ?? NaN },
      ...{ unit: 'times', budget: { atLeast: 0.5 } },
    },
  ],
};

/** @param args `[nights] [pairs] [--json] [--quick]` */
export async function run(args: readonly string[]): Promise<void> {
  const sizes = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
  const { isJson, ...options } = optionsOf(args.filter((arg) => !/^\d+$/.test(arg)));
  const [nights, pairs = 11] = sizes;
  const measured =
    nights === undefined ? await verifying.measure(options) : await measure(nights, pairs);
  print(isJson ? JSON.stringify(measured, null, 2) : verifying.show(measured));
}

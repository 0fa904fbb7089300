/**
 * What `verify` costs beside what no verifier can do without: reading each file, SHA-256, Ed25519 and JSON.parse.
 * `npm run bench verify [nights] [pairs]` prints pairs, medians and ratios; the budget is a ratio of 0.5.
 */
import { generateKeyPairSync, createHash, verify } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const dayMs = 86_400_000;
const version = '1.0.0';
const { compiled, examples } = loadLibrary(undefined);
const needed = Object.entries(sources).filter(([id]) =>
  compiled.some(({ policy }) => policy.source === id),
);
/** Of each source the longest answer that passes a policy of its own: what a good night holds. */
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

function print(text: string): void {
  process.stdout.write(`${text}\n`);
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
  const file = encodePolicies(
    compiled.map(({ policy }) => policy),
    [],
  );
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

async function copyToDisk(store: EvidenceStore, root: string): Promise<number> {
  let bytes = 0;
  for (const prefix of ['log/', 'runs/', 'policies/']) {
    for (const key of await store.list(prefix)) {
      const file = (await store.get(key)) ?? new Uint8Array();
      mkdirSync(join(root, key, '..'), { recursive: true });
      writeFileSync(join(root, key), file);
      bytes += file.length;
    }
  }
  return bytes;
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

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

async function measure(nights: number, targets: number, pairs: number): Promise<void> {
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
    print(
      `${String(nights)} nights of ${String(targets)} targets, ${String(compiled.length)} policies: ${String(2 * nights)} records, ${String(Math.round(bytes / nights))} bytes a night`,
    );
    const rows: (readonly [number, number, number])[] = [];
    for (let pair = 0; pair < pairs + 1; pair += 1) {
      const row = [
        await timed(() => {
          bare(root, key);
        }),
        await timed(async () => whole(false)),
        await timed(async () => whole(true)),
      ] as const;
      // The first pair warms the code up.
      if (pair > 0) rows.push(row);
    }
    for (const row of rows) {
      print(
        `  bare ${row[0].toFixed(0)} ms · verify --no-replay ${row[1].toFixed(0)} ms · verify ${row[2].toFixed(0)} ms`,
      );
    }
    const ratio = (at: 1 | 2) => median(rows.map((row) => row[0] / row[at])).toFixed(2);
    print(
      `  median of bare ÷ verify: ${ratio(1)} without replay, ${ratio(2)} with it (budget: at least 0.5)`,
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** @param args nights and pairs */
export async function run(args: readonly string[]): Promise<void> {
  const [nights = 365, pairs = 7] = args.map(Number);
  if (nights > 1) await measure(nights, 1, pairs);
  await measure(Math.max(1, Math.round(nights / 100)), 2_000, pairs);
}

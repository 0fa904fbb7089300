/** So many targets that the function has others of itself read them: on the simulator's SCF, a process each. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { parseLines } from '../../shared/evidence/hostile.ts';
import { decodeRecord, type RunRecord } from '../../shared/evidence/record.ts';
import { folderOf } from '../../shared/evidence/run-files.ts';
import { isObject, own, parseJson } from '../../shared/json.ts';
import type { Counts } from '../../shared/model.ts';
import { readPermissions, type Invocation } from '../../simulator/simulator.ts';
import { deploy } from '../../test/support/scf.ts';
import { scfClient } from '../../test/support/sim-client.ts';
import {
  breakSome,
  brokenEvery,
  openOrganisation,
  pack,
  requestsOf,
  rolesPerSecond,
  timeoutMs,
  type Organisation,
} from './organisation.ts';

export interface Shards {
  readonly targets: number;
  readonly shards: number;
  /** Shards that ran at the same time, at most. */
  readonly atOnce: number;
  readonly wallMs: number;
  /** What STS's pace alone takes. */
  readonly idealWallMs: number;
  readonly wallRatio: number;
  readonly requests: number;
  readonly counts: Counts;
  readonly coordinatorPeakMb: number;
  /** Of the shard that took most. */
  readonly shardPeakMb: number;
  /** Of all invocations together. */
  readonly gigabyteSeconds: number;
  readonly files: number;
  /** Recomputed by `verify`, which found no fault. */
  readonly verifiedFindings: number;
}

const name = 'tcss-audit';
const memoryMb = 1024;

export async function shardsRow(targets: number): Promise<Shards> {
  const organisation = await openOrganisation(targets, {
    role: {
      roles: [
        {
          name: 'Audit',
          trusts: ['scf.qcloud.com'],
          permissions: [...readPermissions, 'sts:AssumeRole', 'scf:Invoke'],
        },
      ],
    },
  });
  try {
    return await measured(organisation);
  } finally {
    await organisation.close();
  }
}

async function measured(organisation: Organisation): Promise<Shards> {
  const { simulator, folder, uins } = organisation;
  const broken = breakSome(organisation, brokenEvery);
  const idealWallMs = ((uins.length - rolesPerSecond) / rolesPerSecond) * 1000;
  const publicKeyFile = join(folder, 'audit.pub.pem');
  const evidence = join(folder, 'evidence');
  await deployAudit(organisation, `file:${evidence}`, publicKeyFile);
  simulator.clear();
  const startedAtMs = performance.now();
  const [tick, ...again] = await simulator.scf.fire(name, 'nightly');
  const wallMs = performance.now() - startedAtMs;
  if (tick?.statusCode !== 200 || again.length > 0) {
    throw new Error(`The tick came to ${String(tick?.statusCode)}: ${tick?.error ?? ''}`);
  }
  const shards = simulator.scf.invocations.filter(({ source }) => source === 'sync');
  const record = recordIn(evidence);
  checkComplete(record, evidence, uins, broken);
  return {
    ...{ targets: uins.length, shards: shards.length, atOnce: mostAtOnce(shards) },
    ...{ wallMs, idealWallMs, wallRatio: wallMs / idealWallMs },
    requests: requestsOf(simulator),
    counts: record.predicate.counts,
    coordinatorPeakMb: megabytesOf(tick),
    shardPeakMb: Math.max(...shards.map(megabytesOf)),
    gigabyteSeconds: [tick, ...shards].reduce(
      (sum, { durationMs }) => sum + (durationMs / 1000) * (memoryMb / 1024),
      0,
    ),
    files: ownFiles(record).length,
    verifiedFindings: verified(evidence, publicKeyFile),
  };
}

/** As people deploy it: the built folder and the targets in a zip, the variables, a timer. */
async function deployAudit(
  { simulator, targetsFile }: Organisation,
  evidence: string,
  publicKeyFile: string,
): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(publicKeyFile, publicKey.export({ type: 'spki', format: 'pem' }));
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const code = Object.fromEntries(
    readdirSync('dist/audit').map((file) => [file, readFileSync(join('dist/audit', file), 'utf8')]),
  );
  const variables = {
    AUDIT_ENDPOINT: simulator.url,
    AUDIT_EVIDENCE: evidence,
    AUDIT_SIGNING_KEY: Buffer.from(pem).toString('base64'),
    AUDIT_TARGETS: 'targets.json',
    AUDIT_POLICIES: pack,
    AUDIT_WEBHOOKS: simulator.webhooks.slack,
  };
  await deploy(
    simulator,
    { ...code, 'targets.json': readFileSync(targetsFile, 'utf8') },
    {
      ...{ FunctionName: name, Role: 'Audit', Handler: 'index.main_handler' },
      ...{ MemorySize: memoryMb, Timeout: timeoutMs / 1000 },
      Environment: {
        Variables: Object.entries(variables).map(([Key, Value]) => ({ Key, Value })),
      },
    },
    { timeoutSeconds: 60 },
  );
  await scfClient(simulator).CreateTrigger({
    ...{ FunctionName: name, TriggerName: 'nightly', Type: 'timer', Enable: 'OPEN' },
    TriggerDesc: '0 23 3 * * * *',
  });
}

function megabytesOf({ memoryBytes }: Invocation): number {
  return memoryBytes / 1024 / 1024;
}

function mostAtOnce(invocations: readonly Invocation[]): number {
  const steps = invocations.flatMap(({ startedAtMs, durationMs }) => [
    { atMs: startedAtMs, step: 1 },
    { atMs: startedAtMs + durationMs, step: -1 },
  ]);
  let running = 0;
  let most = 0;
  for (const { step } of steps.sort((a, b) => a.atMs - b.atMs || a.step - b.step)) {
    running += step;
    most = Math.max(most, running);
  }
  return most;
}

function recordIn(evidence: string): RunRecord {
  const record = decodeRecord(readFileSync(join(evidence, 'log/000000000001.json')));
  if (typeof record === 'string' || record.kind !== 'run') {
    throw new Error(`The log's first record is none of a run: ${JSON.stringify(record)}`);
  }
  return record;
}

function ownFiles({ subject, predicate }: RunRecord): readonly string[] {
  return subject
    .map(({ name: key }) => key)
    .filter((key) => key.startsWith(folderOf(predicate.run.id)));
}

/** @throws Error unless the files that the record names hold every target exactly once, read and judged */
function checkComplete(
  record: RunRecord,
  evidence: string,
  uins: readonly string[],
  broken: number,
): void {
  const left = new Set(uins);
  const errors = new Map<string, number>();
  for (const key of ownFiles(record)) {
    for (const { report } of parseLines(readFileSync(join(evidence, key)))) {
      if (typeof report === 'string') throw new Error(`A line of ${key} ${report}`);
      const { uin } = report.target;
      for (const observation of report.observations) {
        const why = 'error' in observation ? observation.error.message : undefined;
        if (why !== undefined) errors.set(why, (errors.get(why) ?? 0) + 1);
      }
      if (!left.delete(uin)) throw new Error(`${uin} is in the record twice, or was not asked for`);
    }
  }
  if (left.size > 0) throw new Error(`${String(left.size)} targets are not in the record`);
  const { counts, run } = record.predicate;
  if (counts.fail !== broken || counts.error > 0 || !run.complete) {
    throw new Error(
      `Not all were read, or not all were judged right: ${JSON.stringify({ counts, errors: [...errors] })}`,
    );
  }
}

/**
 * @returns how many findings the command line recomputed
 * @throws Error where it finds a fault: then it does not end with 0
 */
function verified(evidence: string, publicKeyFile: string): number {
  const args = ['--evidence', `file:${evidence}`, '--public-key', publicKeyFile, '--json'];
  const output = execFileSync(process.execPath, [resolve('dist/cli/index.js'), 'verify', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const said = parseJson(output);
  const findings = isObject(said) ? own(said, 'findings') : undefined;
  if (typeof findings !== 'number') throw new Error(`verify said ${output}`);
  return findings;
}

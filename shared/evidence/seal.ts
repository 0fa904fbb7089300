/**
 * Seals a run: its files first, its record last, so that a crash leaves files without a record and never
 * a record without its files.
 */
import { severities, type OpenFinding, type RunIdentity, type RunPredicate } from '../model.ts';
import type { EvidenceStore } from '../ports.ts';
import { runsBackwards, type EvidenceLog } from './chain.ts';
import { subjectOf, type RunRecord, type Subject } from './record.ts';
import { folderOf } from './run-files.ts';
import { sha256 } from './sign.ts';
import { driftOf, type OpenRow, type Tally } from './tally.ts';

export interface RunToSeal {
  readonly identity: RunIdentity;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly complete: boolean;
  readonly tool: RunPredicate['tool'];
  readonly timezone: string;
  /**
   * When the timer should have fired between its last run in the log (epoch milliseconds) and this one;
   * undefined where its schedule is not known.
   */
  readonly missedSince: ((lastScheduledMs: number) => readonly string[]) | undefined;
  /** The files of its reports, put already, and what they say. */
  readonly files: readonly Subject[];
  readonly tally: Tally;
  readonly waivers: RunPredicate['waivers'];
  readonly policies: { readonly key: string; readonly bytes: Uint8Array };
}

export interface SealedBy {
  readonly record: RunRecord;
  /** False where another attempt of the run took our file for a leftover, sealed it, and now tells of it. */
  readonly isOurs: boolean;
}

export async function sealRun(
  store: EvidenceStore,
  log: EvidenceLog,
  run: RunToSeal,
): Promise<SealedBy> {
  const { id, trigger } = run.identity;
  const { files, tally } = run;
  await store.putIfAbsent(run.policies.key, run.policies.bytes);
  const ownKeys = new Set(files.map(({ name }) => name));
  let sealedByOther: RunRecord | undefined;
  /** Of ours, what the other attempt did not find yet. */
  let late: readonly string[] = [];

  const appended = await log.append(async ({ seq, previous }) => {
    const others = (await store.list(folderOf(id))).filter((key) => !ownKeys.has(key));
    // Only an attempt that left a file here can have sealed this run: without one, no need to read the log.
    const earlier = others.length > 0 ? await recordsOf(log, id) : [];
    const sealedKeys = namesIn(earlier);
    // Another attempt took our files for leftovers and sealed them: there is nothing to add.
    late = [...ownKeys].filter((key) => !sealedKeys.has(key));
    sealedByOther = late.length < ownKeys.size ? earlier[0] : undefined;
    if (sealedByOther !== undefined) return undefined;

    const leftovers = others.filter((key) => !sealedKeys.has(key));
    const subject = [
      ...files,
      subjectOf(run.policies.key, run.policies.bytes),
      ...(await sealedAsFound(store, leftovers)),
    ];
    const { startedAt, finishedAt, complete, tool, timezone, waivers } = run;
    const last = await lastRun(log);
    const drift = driftOf(tally, last?.drift ?? []);
    const predicate: RunPredicate = {
      seq,
      previous,
      run: { id, trigger, startedAt, finishedAt, complete },
      tool,
      timezone,
      counts: tally.counts,
      open: openOf(tally.open, trigger.scheduledAt, last?.open ?? []),
      waivers,
      ...(drift.length > 0 && { drift }),
      missed: await missedBefore(log, run),
      abandoned: leftovers,
    };
    return { kind: 'run', predicate, subject };
  });

  if (sealedByOther !== undefined && late.length > 0) {
    return { record: await sealAgain(store, log, sealedByOther, late), isOurs: false };
  }
  const record = appended ?? sealedByOther;
  if (record?.kind !== 'run') throw new Error('A run was sealed without a record');
  return { record, isOurs: appended !== undefined };
}

/**
 * The latest record of a run, if it is in the log already. Files that a killed twin left beside it are
 * sealed now: in the folder of a sealed run nothing may lie unsealed.
 */
export async function findRun(
  store: EvidenceStore,
  log: EvidenceLog,
  runId: string,
): Promise<RunRecord | undefined> {
  // A run that sealed anything has a folder; without one there is no need to read the log.
  const files = await store.list(folderOf(runId));
  if (files.length === 0) return undefined;
  const [latest, ...earlier] = await recordsOf(log, runId);
  if (latest === undefined) return undefined;
  const sealedKeys = namesIn([latest, ...earlier]);
  const leftovers = files.filter((key) => !sealedKeys.has(key));
  return leftovers.length === 0 ? latest : sealAgain(store, log, latest, leftovers);
}

async function sealAgain(
  store: EvidenceStore,
  log: EvidenceLog,
  { subject, predicate }: RunRecord,
  leftovers: readonly string[],
): Promise<RunRecord> {
  const found = await sealedAsFound(store, leftovers);
  const appended = await log.append(({ seq, previous }) =>
    Promise.resolve({
      kind: 'run',
      predicate: {
        ...predicate,
        seq,
        previous,
        abandoned: [...predicate.abandoned, ...leftovers],
      },
      subject: [...subject, ...found],
    }),
  );
  if (appended?.kind !== 'run') throw new Error('A run was sealed without a record');
  return appended;
}

function namesIn(records: readonly RunRecord[]): ReadonlySet<string> {
  return new Set(records.flatMap(({ subject }) => subject.map(({ name }) => name)));
}

/** Latest first. */
async function recordsOf(log: EvidenceLog, runId: string): Promise<readonly RunRecord[]> {
  const records: RunRecord[] = [];
  for await (const record of runsBackwards(log)) {
    if (record.predicate.run.id === runId) records.push(record);
  }
  return records;
}

async function lastRun(log: EvidenceLog): Promise<RunPredicate | undefined> {
  for await (const { predicate } of runsBackwards(log)) return predicate;
  return undefined;
}

async function missedBefore(
  log: EvidenceLog,
  { identity, missedSince }: RunToSeal,
): Promise<readonly string[]> {
  // Without a schedule there is nothing to look for in the log.
  if (missedSince === undefined) return [];
  const last = await lastScheduledMs(log, identity.trigger.name);
  return last === undefined ? [] : missedSince(last);
}

/** How far back the last run of a trigger is looked for. */
const maxRuns = 100;

/** Epoch milliseconds. */
async function lastScheduledMs(log: EvidenceLog, triggerName: string): Promise<number | undefined> {
  for await (const { predicate } of runsBackwards(log, maxRuns)) {
    const { trigger } = predicate.run;
    if (trigger.name === triggerName) return Date.parse(trigger.scheduledAt);
  }
  return undefined;
}

async function sealedAsFound(
  store: EvidenceStore,
  keys: readonly string[],
): Promise<readonly Subject[]> {
  return Promise.all(
    keys.map(async (key) => subjectOf(key, (await store.get(key)) ?? new Uint8Array())),
  );
}

/** Worst first. `since` is kept over every kind of being open: a night that could not look ends no row. */
export function openOf(
  rows: readonly OpenRow[],
  scheduledAt: string,
  before: readonly OpenFinding[],
): readonly OpenFinding[] {
  const beforeOf = new Map(before.map((finding) => [finding.fingerprint, finding]));
  return rows
    .map(({ site, target, policyId, severity, status }): OpenFinding => {
      const fingerprint = fingerprintOf(site, target, policyId);
      const last = beforeOf.get(fingerprint);
      const since = last?.since ?? scheduledAt;
      const lastStatus = status === 'error' ? lastStatusOf(last) : undefined;
      return {
        ...{ fingerprint, target, policyId, severity, status, since },
        ...(lastStatus !== undefined && { lastStatus }),
      };
    })
    .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}

function lastStatusOf(last: OpenFinding | undefined): 'fail' | 'waived' | undefined {
  return last?.status === 'error' ? last.lastStatus : last?.status;
}

/** The same policy on the same account, on whatever night: hex SHA-256. */
export function fingerprintOf(site: string, uin: string, policyId: string): string {
  return sha256(JSON.stringify([site, uin, policyId]));
}

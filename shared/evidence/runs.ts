/** The log as nights: every run in the order of the log, with what its record seals, one at a time. */
import { AuditError } from '../errors.ts';
import type { SealedRun, UnreadableRun } from '../model.ts';
import type { EvidenceStore } from '../ports.ts';
import { recordAt, seqsOf } from './chain.ts';
import { isRunRecord, keyOf, type RunRecord } from './record.ts';
import { readPolicies, readReports } from './run-files.ts';

export interface RunsSpan {
  /** Epoch milliseconds of the scheduled time, inclusive; where absent, from the first run on. */
  readonly sinceMs?: number;
  /** Epoch milliseconds of the scheduled time, exclusive. */
  readonly untilMs?: number;
}

/**
 * A run that two attempts sealed comes once, as its last record says it. What cannot be read comes as such,
 * whatever its time, since nobody can tell which night it was: the caller decides whether it can go on.
 * @throws AuditError EVIDENCE_UNREADABLE when the store cannot be listed
 */
export async function* readRuns(
  store: EvidenceStore,
  { sinceMs = -Infinity, untilMs = Infinity }: RunsSpan = {},
): AsyncGenerator<SealedRun | UnreadableRun> {
  const seqs = await seqsOf(store);
  const wanted = new Map<string, number>();
  const unreadable = new Map<number, string>();
  for (const [index, seq] of seqs.entries()) {
    const missing = (seqs[index - 1] ?? 0) + 1;
    // However wide the gap is, it is one thing that cannot be read.
    if (missing < seq) unreadable.set(missing, whatIsMissing(missing, seq - 1));
    const record = await recordAt(store, seq);
    if (typeof record === 'string') unreadable.set(seq, record);
    else if (record.kind === 'run') {
      const { id, trigger } = record.predicate.run;
      const scheduledMs = Date.parse(trigger.scheduledAt);
      if (sinceMs <= scheduledMs && scheduledMs < untilMs) wanted.set(id, seq);
    }
  }
  // Records are read a second time rather than kept: those of an organisation are large.
  const places = [...new Set([...wanted.values(), ...unreadable.keys()])].sort((a, b) => a - b);
  for (const seq of places) {
    const message = unreadable.get(seq);
    yield message === undefined
      ? await readRun(store, seq)
      : { kind: 'unreadable', seq, message: `${keyOf(seq)} ${message}` };
  }
}

/**
 * The record of the last run before a place in the log, whatever its night.
 * @param exceptRunId a run that two attempts sealed is not before itself
 */
export async function runBefore(
  store: EvidenceStore,
  seq: number,
  exceptRunId?: string,
): Promise<RunRecord | UnreadableRun | undefined> {
  for (let at = seq - 1; at > 0; at -= 1) {
    const record = await recordAt(store, at);
    // It may be the run that is looked for.
    if (typeof record === 'string') {
      return { kind: 'unreadable', seq: at, message: `${keyOf(at)} ${record}` };
    }
    if (isRunRecord(record) && record.predicate.run.id !== exceptRunId) return record;
  }
  return undefined;
}

async function readRun(store: EvidenceStore, seq: number): Promise<SealedRun | UnreadableRun> {
  const record = await recordAt(store, seq);
  if (typeof record === 'string' || record.kind !== 'run') {
    return { kind: 'unreadable', seq, message: `${keyOf(seq)} changed while it was read` };
  }
  try {
    return await sealedRunOf(store, record);
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    return { kind: 'unreadable', seq, message: error.message };
  }
}

/** @throws AuditError EVIDENCE_BROKEN when a file is missing or not as sealed */
export async function sealedRunOf(store: EvidenceStore, record: RunRecord): Promise<SealedRun> {
  const { seq, sha256, predicate, subject } = record;
  const [reports, judged] = await Promise.all([
    readReports(store, record),
    readPolicies(store, record),
  ]);
  const files = subject.map(({ name, digest }) => ({ name, sha256: digest.sha256 }));
  return { kind: 'run', head: { seq, sha256 }, predicate, reports, ...judged, files };
}

function whatIsMissing(from: number, to: number): string {
  return from === to ? 'is missing' : `and all up to ${keyOf(to)} are missing`;
}

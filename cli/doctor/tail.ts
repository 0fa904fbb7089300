/** The last records of the log, read once for all checks that ask it. */
import pLimit from 'p-limit';

import { openLog } from '../../shared/evidence/chain.ts';
import { decodeRecord, isRunRecord, keyOf, type LogRecord } from '../../shared/evidence/record.ts';
import { sha256 } from '../../shared/evidence/sign.ts';
import type { Head } from '../../shared/model.ts';
import type { EvidenceStore } from '../../shared/ports.ts';

export interface Tail {
  /** The folder is not on this machine. */
  readonly isAbsent?: true;
  /** Undefined for an empty log. */
  readonly head?: Head;
  /** Those that can be read, the latest first. */
  readonly records: readonly LogRecord[];
  /** The places whose record is missing or is none, or does not follow the one before it. */
  readonly faults: readonly Fault[];
  /** Files that the last run seals and that were looked at. */
  readonly sealed: SealedFiles;
}

export interface Fault {
  readonly key: string;
  /** What is wrong with it, as the rest of a sentence. */
  readonly what: string;
}

export interface SealedFiles {
  readonly checked: number;
  readonly total: number;
}

/** A month of nights with their deliveries. */
const maxRecords = 64;
const maxAtOnce = 8;
/** Those of an organisation are large, and verify reads them all. */
const maxFiles = 4;

/** @throws AuditError EVIDENCE_UNREADABLE, EVIDENCE_BROKEN */
export async function readTail(store: EvidenceStore): Promise<Tail> {
  const head = await openLog(store, undefined).head();
  if (head === undefined) return empty;
  const lowest = Math.max(1, head.seq - maxRecords + 1);
  const seqs = Array.from({ length: head.seq - lowest + 1 }, (_, index) => head.seq - index);
  const limit = pLimit(maxAtOnce);
  const read = await Promise.all(
    seqs.map((seq) => limit(async () => ({ seq, record: await readRecord(store, seq) }))),
  );
  const faults = read.flatMap(({ seq, record }): readonly Fault[] =>
    typeof record === 'string' ? [{ key: keyOf(seq), what: record }] : [],
  );
  const records = read.flatMap(({ record }) => (typeof record === 'string' ? [] : [record]));
  const lastRun = records.find(isRunRecord);
  const { sealed, faults: fileFaults } = await checkFiles(store, lastRun);
  return { head, records, faults: [...faults, ...chainFaults(records), ...fileFaults], sealed };
}

const empty: Tail = { records: [], faults: [], sealed: { checked: 0, total: 0 } };
export const absentTail: Tail = { ...empty, isAbsent: true };

async function readRecord(store: EvidenceStore, seq: number): Promise<LogRecord | string> {
  const bytes = await store.get(keyOf(seq));
  if (bytes === null) return 'is missing';
  const record = decodeRecord(bytes);
  if (typeof record === 'string' || record.seq === seq) return record;
  return `says that it is record ${String(record.seq)}`;
}

/** @param records the latest first */
function chainFaults(records: readonly LogRecord[]): readonly Fault[] {
  return records.flatMap((record, index): readonly Fault[] => {
    const before = records[index + 1];
    const isNext = before?.seq === record.seq - 1;
    const isFirst = record.seq === 1;
    if (isFirst && record.predicate.previous === null) return [];
    if (!isFirst && (!isNext || record.predicate.previous === before.sha256)) return [];
    return [{ key: keyOf(record.seq), what: 'does not follow the record before it' }];
  });
}

async function checkFiles(
  store: EvidenceStore,
  run: LogRecord | undefined,
): Promise<Pick<Tail, 'sealed' | 'faults'>> {
  const subject = run?.subject ?? [];
  const faults: Fault[] = [];
  const checked = subject.slice(0, maxFiles);
  for (const { name, digest } of checked) {
    const bytes = await store.get(name);
    if (bytes === null) faults.push({ key: name, what: 'is missing' });
    else if (sha256(bytes) !== digest.sha256) {
      faults.push({ key: name, what: 'is not as it was sealed' });
    }
  }
  return { faults, sealed: { checked: checked.length, total: subject.length } };
}

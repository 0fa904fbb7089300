/**
 * Checks a log that anyone may have edited, and names every fault. It trusts the public keys and the head
 * that the caller brings, and nothing of what it reads.
 */
import type { Head } from '../model.ts';
import type { EvidenceStore } from '../ports.ts';
import { decodeRecord, keyOf, seqOf, type LogRecord } from './record.ts';
import { isSignedBy, sha256, type TrustedKey } from './sign.ts';

export type FaultCode =
  | 'gap'
  | 'unreadable-record'
  | 'wrong-seq'
  | 'wrong-previous'
  | 'unsigned'
  | 'bad-signature'
  | 'missing-file'
  | 'changed-file'
  | 'unsealed-file'
  | 'foreign-file'
  | 'wrong-delivery'
  | 'wrong-head'
  | 'shorter-than-head';

export interface Fault {
  readonly code: FaultCode;
  /** The key of the record or file. */
  readonly key: string;
  readonly message: string;
}

export interface Verification {
  readonly records: number;
  readonly runs: number;
  readonly files: number;
  readonly head: Head | undefined;
  /** How many records carry a signature; whether it is good is known only with a public key. */
  readonly signed: number;
  /** In the order of the log: the first is the first broken link. */
  readonly faults: readonly Fault[];
  /** Run folders that no record names: an unfinished run, no fault. */
  readonly unfinished: readonly string[];
}

export interface VerifyOptions {
  /** Every record must be signed by one of them; none: signatures are counted and not checked. */
  readonly publicKeys: readonly TrustedKey[];
  /** A head known from elsewhere, such as a notice: the log must contain it. */
  readonly knownHead?: Head;
  readonly onProgress?: (done: number, total: number) => void;
}

export async function verifyLog(
  store: EvidenceStore,
  { publicKeys, knownHead, onProgress }: VerifyOptions,
): Promise<Verification> {
  const faults: Fault[] = [];
  const add = (code: FaultCode, key: string, message: string) =>
    faults.push({ code, key, message });

  const keys = await store.list('log/');
  const seqs = keys.flatMap((key) => seqOf(key) ?? []);
  for (const key of keys) {
    if (seqOf(key) === undefined) add('foreign-file', key, 'is no record and lies in the log');
  }

  const records = new Map<number, LogRecord>();
  const hashes = new Map<number, string>();
  const sealed = new Map<string, string>();
  let signed = 0;
  let last: { readonly seq: number; readonly sha256: string } | undefined;

  for (const [index, seq] of seqs.entries()) {
    const key = keyOf(seq);
    const expectedSeq = (last?.seq ?? 0) + 1;
    if (seq !== expectedSeq) {
      const missing =
        seq - 1 === expectedSeq
          ? `record ${String(expectedSeq)}`
          : `records ${String(expectedSeq)} to ${String(seq - 1)}`;
      add('gap', keyOf(expectedSeq), `${missing} missing`);
    }
    const bytes = await read(store, key);
    const hash = bytes === undefined ? '' : sha256(bytes);
    hashes.set(seq, hash);
    const record = bytes === undefined ? 'cannot be read' : decodeRecord(bytes);
    if (typeof record === 'string') add('unreadable-record', key, record);
    else {
      records.set(seq, record);
      checkLink(record, seq, seq === expectedSeq ? last : undefined, add);
      signed += record.signatures.length > 0 ? 1 : 0;
      checkSignature(record, key, publicKeys, add);
      checkDelivery(record, key, records, add);
      if (record.kind === 'run') {
        for (const { name, digest } of record.subject) {
          await checkFile(store, keyOf(seq), name, digest.sha256, sealed, add);
        }
      }
    }
    last = { seq, sha256: hash };
    onProgress?.(index + 1, seqs.length);
  }

  const unfinished = await checkFolders(store, sealed, add);
  checkHead(knownHead, last?.seq ?? 0, hashes, add);
  return {
    records: seqs.length,
    runs: [...records.values()].filter(({ kind }) => kind === 'run').length,
    files: sealed.size,
    head: last,
    signed,
    faults,
    unfinished,
  };
}

type Add = (code: FaultCode, key: string, message: string) => void;

async function read(store: EvidenceStore, key: string): Promise<Uint8Array | undefined> {
  try {
    return (await store.get(key)) ?? undefined;
  } catch {
    // A key that a forged record invented, a symbolic link, a folder: there is no such evidence.
    return undefined;
  }
}

function checkLink(record: LogRecord, seq: number, last: Head | undefined, add: Add): void {
  const { previous } = record.predicate;
  if (record.seq !== seq) {
    add('wrong-seq', keyOf(seq), `says that it is record ${String(record.seq)}`);
  }
  if (seq === 1 && previous !== null) {
    add('wrong-previous', keyOf(seq), 'is the first record and names one before it');
  }
  if (last !== undefined && previous !== last.sha256) {
    add(
      'wrong-previous',
      keyOf(seq),
      `names ${previous ?? 'nothing'} as the record before it, which is ${last.sha256}`,
    );
  }
}

function checkSignature(
  { payload, signatures }: LogRecord,
  key: string,
  publicKeys: readonly TrustedKey[],
  add: Add,
): void {
  if (publicKeys.length === 0) return;
  if (signatures.length === 0) add('unsigned', key, 'carries no signature');
  else if (!isSignedBy(payload, signatures, publicKeys)) {
    add('bad-signature', key, 'is not signed by any of the given keys');
  }
}

/** A delivery speaks of a run record that lies before it. */
function checkDelivery(
  record: LogRecord,
  key: string,
  before: ReadonlyMap<number, LogRecord>,
  add: Add,
): void {
  if (record.kind !== 'delivery') return;
  const [subject] = record.subject;
  const run = before.get(seqOf(subject?.name ?? '') ?? 0);
  const isRight =
    record.subject.length === 1 &&
    run?.kind === 'run' &&
    run.sha256 === subject?.digest.sha256 &&
    run.predicate.run.id === record.predicate.runId;
  if (!isRight) {
    add('wrong-delivery', key, 'tells of a delivery of a run record that is not there');
  }
}

async function checkFile(
  store: EvidenceStore,
  recordKey: string,
  name: string,
  expected: string,
  sealed: Map<string, string>,
  add: Add,
): Promise<void> {
  const known = sealed.get(name);
  if (known !== undefined) {
    if (known !== expected)
      add('changed-file', name, `${recordKey} seals it with another hash than a record before`);
    return;
  }
  sealed.set(name, expected);
  const bytes = await read(store, name);
  if (bytes === undefined) {
    add('missing-file', name, `is sealed by ${recordKey} and is missing`);
    return;
  }
  const actual = sha256(bytes);
  if (actual !== expected) {
    add('changed-file', name, `is not as ${recordKey} sealed it: ${expected} then, ${actual} now`);
  }
  if (name.startsWith('policies/') && name !== `policies/${actual}.json` && actual === expected) {
    add('changed-file', name, 'is not named by its hash');
  }
}

/** @returns the folders of unfinished runs */
async function checkFolders(
  store: EvidenceStore,
  sealed: ReadonlyMap<string, string>,
  add: Add,
): Promise<readonly string[]> {
  const folderIn = (key: string) => key.slice(0, key.lastIndexOf('/') + 1);
  const sealedFolders = new Set([...sealed.keys()].map(folderIn));
  const unfinished = new Set<string>();
  for (const key of await store.list('runs/')) {
    if (sealed.has(key)) continue;
    const folder = key.split('/').slice(0, 2).join('/') + '/';
    if (sealedFolders.has(folder))
      add('unsealed-file', key, 'lies in the folder of a sealed run and no record seals it');
    else unfinished.add(folder);
  }
  return [...unfinished];
}

function checkHead(
  known: Head | undefined,
  lastSeq: number,
  hashes: ReadonlyMap<number, string>,
  add: Add,
): void {
  if (known === undefined) return;
  const key = keyOf(known.seq);
  if (known.seq > lastSeq) {
    add(
      'shorter-than-head',
      key,
      `the log ends at ${String(lastSeq)}, before the known head ${String(known.seq)}`,
    );
  } else if (hashes.get(known.seq) !== known.sha256) {
    add(
      'wrong-head',
      key,
      `is ${hashes.get(known.seq) ?? 'missing'}, the known head is ${known.sha256}`,
    );
  }
}

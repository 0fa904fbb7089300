/**
 * Checks a log that anyone may have edited, and names every fault. It trusts the public keys and the head
 * that the caller brings, and nothing of what it reads.
 */
import { AuditError } from '../errors.ts';
import { canonicalJson } from '../json.ts';
import type { Head, Json, OpenFinding, RunPredicate } from '../model.ts';
import type { EvidenceStore } from '../ports.ts';
import {
  decodeRecord,
  isRunRecord,
  keyOf,
  seqOf,
  type LogRecord,
  type RunRecord,
} from './record.ts';
import { folderOf } from './run-files.ts';
import { isSignedBy, sha256, type TrustedKey } from './sign.ts';

export type FaultCode =
  | 'gap'
  | 'unreadable-record'
  | 'wrong-seq'
  | 'wrong-previous'
  | 'unsigned'
  | 'bad-signature'
  | 'retired-key'
  | 'missing-file'
  | 'changed-file'
  | 'unsealed-file'
  | 'foreign-file'
  | 'wrong-delivery'
  | 'wrong-head'
  | 'shorter-than-head'
  | ReplayFaultCode;

/** What a run's record and files say and what they hold do not fit together. */
export type ReplayFaultCode =
  | 'malformed-report'
  | 'malformed-policies'
  | 'duplicate-target'
  | 'wrong-facts'
  | 'wrong-finding'
  | 'wrong-counts'
  | 'wrong-open'
  | 'wrong-waivers'
  | 'wrong-repeat';

export interface Fault {
  readonly code: FaultCode;
  /** The key of the record or file. */
  readonly key: string;
  readonly message: string;
  /** Of a line of a targets file, from 1. */
  readonly line?: number;
  /** The account's uin. */
  readonly target?: string;
  readonly policyId?: string;
  /** What it must be, by all else that is stored. */
  readonly expected?: Json;
  readonly found?: Json;
}

/** Something that could not be checked: neither a fault, nor fine. */
export interface Unchecked {
  readonly key: string;
  readonly message: string;
}

export interface Verification {
  readonly records: number;
  readonly runs: number;
  /** Runs whose files were looked at: all of them, or those of the span. */
  readonly checkedRuns: number;
  /** Sealed files that were looked at. */
  readonly files: number;
  /** Findings that were recomputed; undefined where nothing was replayed. */
  readonly findings: number | undefined;
  readonly head: Head | undefined;
  /** How many records carry a signature; whether it is good is known only with a public key. */
  readonly signed: number;
  /** Whose good signatures there are, in the order of the log. */
  readonly signers: readonly SignerUse[];
  /** In the order of the log: the first is the first broken link. */
  readonly faults: readonly Fault[];
  /** What the store would not give, or what this version cannot recompute. */
  readonly unchecked: readonly Unchecked[];
  /** Run folders that no record names: an unfinished run, no fault. */
  readonly unfinished: readonly string[];
  /** Versions of the tool that sealed replayed runs, and how many. */
  readonly versions: Readonly<Record<string, number>>;
}

export interface SignerUse {
  readonly keyid: string;
  readonly records: number;
  /** First and last record of each unbroken row. */
  readonly rows: readonly (readonly [number, number])[];
}

/** A public key that the caller trusts. */
export interface VerifyKey extends TrustedKey {
  /** The last record that it may have signed; a retired key has one. */
  readonly lastSeq?: number;
}

export interface VerifyOptions {
  /** Every record must be signed by one of them; none: signatures are counted and not checked. */
  readonly publicKeys: readonly VerifyKey[];
  /** A head known from elsewhere, such as a notice: the log must contain it. */
  readonly knownHead?: Head;
  /** Recomputes what each run said; where absent, files are only held against their hashes. */
  readonly replay?: Replay;
  /**
   * Epoch milliseconds of the scheduled time, the first inclusive, the second exclusive: of other runs
   * neither the files are looked at nor the findings recomputed. The chain is always checked whole.
   */
  readonly span?: { readonly sinceMs: number; readonly untilMs: number };
  readonly onProgress?: (done: number, total: number) => void;
}

/** A run as it lies in the log, its files as sealed. All of it may be a forger's work. */
export interface RunToReplay {
  readonly record: RunRecord;
  readonly files: readonly { readonly key: string; readonly bytes: Uint8Array }[];
  readonly policies: readonly { readonly key: string; readonly bytes: Uint8Array }[];
  /** What was open in the run before it; undefined where that cannot be told. */
  readonly before: readonly OpenFinding[] | undefined;
}

export interface Replayed {
  readonly findings: number;
  readonly faults: readonly Fault[];
  readonly unchecked: readonly Unchecked[];
}

export type Replay = (run: RunToReplay) => Replayed;

export async function verifyLog(
  store: EvidenceStore,
  options: VerifyOptions,
): Promise<Verification> {
  const { knownHead, onProgress } = options;
  const walk = startWalk(store, options);
  const keys = await store.list('log/');
  const seqs = keys.flatMap((key) => seqOf(key) ?? []);
  for (const key of keys) {
    if (seqOf(key) === undefined) walk.add('foreign-file', key, 'is no record and lies in the log');
  }
  for (const [index, seq] of seqs.entries()) {
    await checkRecord(walk, seq);
    onProgress?.(index + 1, seqs.length);
  }
  const unfinished = await checkFolders(walk);
  checkHead(walk, knownHead, seqs.at(-1) ?? 0);

  const { faults, unchecked, counts, signers, versions, last, sealed } = walk;
  return {
    records: seqs.length,
    runs: counts.runs,
    checkedRuns: counts.checkedRuns,
    files: [...sealed.values()].filter(({ isChecked }) => isChecked).length,
    findings: options.replay === undefined ? undefined : counts.findings,
    // Of a record that the store would not give, the hash is not known.
    head: last?.sha256 === undefined ? undefined : { seq: last.seq, sha256: last.sha256 },
    signed: counts.signed,
    signers: [...signers].map(([keyid, rows]) => ({
      keyid,
      records: rows.reduce((sum, [from, to]) => sum + to - from + 1, 0),
      rows,
    })),
    faults,
    unchecked,
    unfinished,
    versions: Object.fromEntries(versions),
  };
}

/** What is known on the way from the first record to the last. */
interface Walk {
  readonly store: EvidenceStore;
  readonly options: VerifyOptions;
  readonly add: (code: FaultCode, key: string, message: string) => void;
  readonly faults: Fault[];
  readonly unchecked: Unchecked[];
  /** What the store would not give. */
  readonly unread: Set<string>;
  /** By number; undefined where the store would not give the record. */
  readonly hashes: Map<number, string | undefined>;
  /** By the number of its record. */
  readonly runIds: Map<number, string>;
  readonly sealed: Map<string, SealedFile>;
  readonly signers: Map<string, [number, number][]>;
  readonly versions: Map<string, number>;
  readonly counts: { runs: number; checkedRuns: number; findings: number; signed: number };
  last: { readonly seq: number; readonly sha256: string | undefined } | undefined;
  before: readonly OpenFinding[] | undefined;
  /** Most nights are judged by the policies of the night before. */
  policies: { readonly key: string; readonly bytes: Uint8Array } | undefined;
}

interface SealedFile {
  readonly seq: number;
  readonly sha256: string;
  readonly isChecked: boolean;
}

function startWalk(store: EvidenceStore, options: VerifyOptions): Walk {
  const faults: Fault[] = [];
  return {
    store,
    options,
    add: (code, key, message) => faults.push({ code, key, message }),
    faults,
    unchecked: [],
    unread: new Set(),
    hashes: new Map(),
    runIds: new Map(),
    sealed: new Map(),
    signers: new Map(),
    versions: new Map(),
    counts: { runs: 0, checkedRuns: 0, findings: 0, signed: 0 },
    last: undefined,
    before: [],
    policies: undefined,
  };
}

/* eslint-disable no-param-reassign -- the walk is this module's own and lives for one verification */
async function checkRecord(walk: Walk, seq: number): Promise<void> {
  const { add, last } = walk;
  const key = keyOf(seq);
  const expectedSeq = (last?.seq ?? 0) + 1;
  const isNext = seq === expectedSeq;
  if (!isNext) {
    const missing =
      seq - 1 === expectedSeq
        ? `record ${String(expectedSeq)}`
        : `records ${String(expectedSeq)} to ${String(seq - 1)}`;
    add('gap', keyOf(expectedSeq), `${missing} missing`);
    walk.before = undefined;
  }
  const read = await readFile(walk, key);
  const hash = read.kind === 'bytes' ? sha256(read.bytes) : undefined;
  walk.hashes.set(seq, read.kind === 'missing' ? '' : hash);
  walk.last = { seq, sha256: hash };
  const record = read.kind === 'bytes' ? decodeRecord(read.bytes) : 'is no regular file';
  if (typeof record === 'string') {
    if (read.kind !== 'unread') add('unreadable-record', key, record);
    walk.before = undefined;
    return;
  }
  checkLink(walk, record, seq, isNext ? last : undefined);
  if (record.signatures.length > 0) walk.counts.signed += 1;
  checkSignature(walk, record, seq);
  if (record.kind === 'run') await checkRun(walk, record, seq);
  else checkDelivery(walk, record, key);
}

async function checkRun(walk: Walk, record: RunRecord, seq: number): Promise<void> {
  const { predicate } = record;
  walk.runIds.set(seq, predicate.run.id);
  walk.counts.runs += 1;
  const scheduledMs = Date.parse(predicate.run.trigger.scheduledAt);
  const { sinceMs, untilMs } = walk.options.span ?? { sinceMs: -Infinity, untilMs: Infinity };
  if (sinceMs <= scheduledMs && scheduledMs < untilMs) {
    walk.counts.checkedRuns += 1;
    await checkRunFiles(walk, record, seq);
  } else {
    for (const { name, digest } of record.subject) {
      knownAs(walk, seq, name, digest.sha256, false);
    }
  }
  walk.before = record.seq === seq ? predicate.open : undefined;
}

async function checkRunFiles(walk: Walk, record: RunRecord, seq: number): Promise<void> {
  const { abandoned, run } = record.predicate;
  const left = new Set(abandoned);
  const isOwn = (name: string) => name.startsWith(folderOf(run.id)) && !left.has(name);
  const repeated = record.subject.flatMap(({ name }) =>
    isOwn(name) ? (walk.sealed.get(name)?.seq ?? []) : [],
  )[0];
  const files: { readonly key: string; readonly bytes: Uint8Array }[] = [];
  const policies: { readonly key: string; readonly bytes: Uint8Array }[] = [];
  let areWhole = true;
  for (const { name, digest } of record.subject) {
    const bytes = await checkFile(walk, seq, name, digest.sha256);
    if (name.startsWith('policies/')) {
      const as = bytes === 'known' ? await policiesBytes(walk, name, digest.sha256) : bytes;
      if (as === undefined) areWhole = false;
      else {
        policies.push({ key: name, bytes: as });
        walk.policies = { key: name, bytes: as };
      }
    } else if (isOwn(name) && bytes !== 'known') {
      if (bytes === undefined) areWhole = false;
      else files.push({ key: name, bytes });
    }
  }
  const { replay } = walk.options;
  if (replay === undefined) return;
  if (repeated !== undefined) {
    await checkRepeat(walk, record, seq, repeated);
  } else if (areWhole) {
    const { findings, faults, unchecked } = replay({
      record,
      files,
      policies,
      before: walk.before,
    });
    const { version } = record.predicate.tool;
    walk.versions.set(version, (walk.versions.get(version) ?? 0) + 1);
    walk.counts.findings += findings;
    // One by one: there is no end to what may be wrong, and to the arguments of a call there is.
    for (const fault of faults) walk.faults.push(fault);
    for (const one of unchecked) walk.unchecked.push(one);
  }
}
/* eslint-enable no-param-reassign */

/**
 * A second record of a run names files that were left behind, and for the rest says what the first said: it
 * is held against that, and the run is not replayed twice.
 */
async function checkRepeat(
  walk: Walk,
  record: RunRecord,
  seq: number,
  firstSeq: number,
): Promise<void> {
  const read = await readFile(walk, keyOf(firstSeq));
  // Noted as such: nobody can tell whether it says the same.
  if (read.kind === 'unread') return;
  const first = read.kind === 'bytes' ? decodeRecord(read.bytes) : undefined;
  const isSame =
    typeof first === 'object' && isRunRecord(first) && saidBy(first) === saidBy(record);
  if (!isSame) {
    walk.add(
      'wrong-repeat',
      keyOf(seq),
      `seals the files of ${keyOf(firstSeq)} again and says otherwise`,
    );
  }
}

/** All but its place in the log and what was left behind. */
function saidBy({ predicate, subject }: RunRecord): string {
  const { seq: _, previous: __, abandoned, ...said }: RunPredicate = predicate;
  const left = new Set(abandoned);
  const own = subject.map(({ name }) => name).filter((name) => !left.has(name));
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- parsed from JSON
  return canonicalJson({ said, own } as unknown as Json);
}

type Read =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unread' };

/** What the store would not give is noted; of that, nothing can be told. */
async function readFile({ store, unchecked, unread }: Walk, key: string): Promise<Read> {
  if (unread.has(key)) return { kind: 'unread' };
  try {
    const bytes = await store.get(key);
    return bytes === null ? { kind: 'missing' } : { kind: 'bytes', bytes };
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    // A key that a forged record invented, a symbolic link, a folder: there is no such evidence.
    if (error.code === 'EVIDENCE_BROKEN') return { kind: 'missing' };
    unread.add(key);
    unchecked.push({ key, message: error.message });
    return { kind: 'unread' };
  }
}

function checkLink(
  { add }: Walk,
  record: LogRecord,
  seq: number,
  last: { readonly sha256: string | undefined } | undefined,
): void {
  const { previous } = record.predicate;
  if (record.seq !== seq) {
    add('wrong-seq', keyOf(seq), `says that it is record ${String(record.seq)}`);
  }
  if (seq === 1 && previous !== null) {
    add('wrong-previous', keyOf(seq), 'is the first record and names one before it');
  }
  if (last?.sha256 !== undefined && previous !== last.sha256) {
    add(
      'wrong-previous',
      keyOf(seq),
      `names ${previous ?? 'nothing'} as the record before it, which is ${last.sha256}`,
    );
  }
}

function checkSignature(
  { add, signers, options: { publicKeys } }: Walk,
  { payload, signatures }: LogRecord,
  seq: number,
): void {
  if (publicKeys.length === 0) return;
  const key = keyOf(seq);
  if (signatures.length === 0) {
    add('unsigned', key, 'carries no signature');
    return;
  }
  if (!isSignedBy(payload, signatures, publicKeys)) {
    add('bad-signature', key, 'is not signed by any of the given keys');
    return;
  }
  for (const { keyid } of signatures) {
    const rows = signers.get(keyid) ?? [];
    const row = rows.at(-1);
    if (row?.[1] === seq - 1) row[1] = seq;
    else rows.push([seq, seq]);
    signers.set(keyid, rows);
    const lastSeq = publicKeys.find((trusted) => trusted.keyid === keyid)?.lastSeq;
    if (lastSeq !== undefined && seq > lastSeq) {
      add(
        'retired-key',
        key,
        `is signed by the key ${keyid}, which was retired after record ${String(lastSeq)}`,
      );
    }
  }
}

/** A delivery speaks of a run record that lies before it. */
function checkDelivery(
  { add, hashes, runIds }: Walk,
  record: LogRecord & { readonly kind: 'delivery' },
  key: string,
): void {
  const [subject] = record.subject;
  const seq = seqOf(subject?.name ?? '') ?? 0;
  // Of a record that could not be read nobody can tell.
  if (hashes.has(seq) && hashes.get(seq) === undefined) return;
  const isRight =
    record.subject.length === 1 &&
    runIds.get(seq) === record.predicate.runId &&
    hashes.get(seq) === subject?.digest.sha256;
  if (!isRight) {
    add('wrong-delivery', key, 'tells of a delivery of a run record that is not there');
  }
}

/**
 * Notes which record seals the file, and with which hash.
 * @returns whether a record before this one sealed it, and it was looked at then if it is to be looked at now
 */
function knownAs(
  { add, sealed }: Walk,
  seq: number,
  name: string,
  expected: string,
  isChecked: boolean,
): boolean {
  const known = sealed.get(name);
  if (known !== undefined && known.sha256 !== expected) {
    add('changed-file', name, `${keyOf(seq)} seals it with another hash than a record before`);
    return true;
  }
  if (known === undefined || (isChecked && !known.isChecked)) {
    sealed.set(name, { seq: known?.seq ?? seq, sha256: expected, isChecked });
    return false;
  }
  return true;
}

/** @returns its bytes where they are as sealed; `known` where they were looked at before */
async function checkFile(
  walk: Walk,
  seq: number,
  name: string,
  expected: string,
): Promise<Uint8Array | 'known' | undefined> {
  if (knownAs(walk, seq, name, expected, true)) return 'known';
  const { add } = walk;
  const recordKey = keyOf(seq);
  const read = await readFile(walk, name);
  if (read.kind === 'missing') {
    add('missing-file', name, `is sealed by ${recordKey} and is missing`);
  }
  if (read.kind !== 'bytes') return undefined;
  const actual = sha256(read.bytes);
  if (actual !== expected) {
    add('changed-file', name, `is not as ${recordKey} sealed it: ${expected} then, ${actual} now`);
    return undefined;
  }
  if (name.startsWith('policies/') && name !== `policies/${actual}.json`) {
    add('changed-file', name, 'is not named by its hash');
  }
  return read.bytes;
}

/** Of a file that was looked at before: again, unless it is the one of the run before. */
async function policiesBytes(
  walk: Walk,
  name: string,
  expected: string,
): Promise<Uint8Array | undefined> {
  if (walk.options.replay === undefined) return undefined;
  if (walk.policies?.key === name) return walk.policies.bytes;
  const read = await readFile(walk, name);
  return read.kind === 'bytes' && sha256(read.bytes) === expected ? read.bytes : undefined;
}

/** @returns the folders of unfinished runs */
async function checkFolders({ store, sealed, add }: Walk): Promise<readonly string[]> {
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

function checkHead({ hashes, add }: Walk, known: Head | undefined, lastSeq: number): void {
  if (known === undefined) return;
  const key = keyOf(known.seq);
  if (known.seq > lastSeq) {
    add(
      'shorter-than-head',
      key,
      `the log ends at ${String(lastSeq)}, before the known head ${String(known.seq)}`,
    );
    return;
  }
  const actual = hashes.has(known.seq) ? hashes.get(known.seq) : '';
  // The store would not give that record, which is said elsewhere.
  if (actual === undefined || actual === known.sha256) return;
  add(
    'wrong-head',
    key,
    `is ${actual === '' ? 'missing' : actual}, the known head is ${known.sha256}`,
  );
}

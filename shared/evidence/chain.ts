/** The log as a chain of records: where it ends, how it is read, how a record gets appended. */
import { AuditError } from '../errors.ts';
import type { Head } from '../model.ts';
import type { EvidenceStore } from '../ports.ts';
import {
  decodeRecord,
  encodeRecord,
  isRunRecord,
  keyOf,
  lastPossibleSeq,
  seqOf,
  type Body,
  type LogRecord,
  type RunRecord,
  type Subject,
} from './record.ts';
import { bytesAt } from './run-files.ts';
import { sha256, type Signer } from './sign.ts';

/** Losers of the race for a place try again: far more often than runs ever meet. */
const maxConflicts = 64;

/** A usual night needs some four records. Who goes further back may go far: as many as were read come at once. */
const readOneByOne = 8;
const readAtOnce = 32;

export interface EvidenceLog {
  /** @returns undefined for an empty log */
  head(): Promise<Head | undefined>;
  /**
   * The records from the head down. One that cannot be read is passed over here: a damaged log must
   * not stop tonight's audit, and `verify` names the damage.
   */
  backwards(): AsyncGenerator<LogRecord>;
  /**
   * Appends the record that `build` makes for the place after the head; called anew when another run
   * took that place first.
   * @returns the record, or undefined when `build` found that there is nothing to append any more
   */
  append(build: (link: Link) => Promise<Draft | undefined>): Promise<LogRecord | undefined>;
}

/** The runs of the log from the latest down. */
export async function* runsBackwards(
  log: Pick<EvidenceLog, 'backwards'>,
  maxRuns = Infinity,
): AsyncGenerator<RunRecord> {
  let runs = 0;
  for await (const record of log.backwards()) {
    if (!isRunRecord(record)) continue;
    yield record;
    runs += 1;
    if (runs >= maxRuns) return;
  }
}

export interface Link {
  readonly seq: number;
  readonly previous: string | null;
}

export type Draft = Body & { readonly subject: readonly Subject[] };

export function openLog(store: EvidenceStore, signer: Signer | undefined): EvidenceLog {
  // Records never change, so what was read once is known.
  const known = new Map<number, LogRecord | string>();
  let seenSeq = 0;

  const record = async (seq: number): Promise<LogRecord | string> => {
    const before = known.get(seq);
    if (before !== undefined) return before;
    const read = await recordAt(store, seq);
    known.set(seq, read);
    return read;
  };

  const lastSeq = async (): Promise<number> => {
    seenSeq = await findLastSeq(store, seenSeq);
    return seenSeq;
  };

  const head = async (): Promise<Head | undefined> => {
    const seq = await lastSeq();
    if (seq === 0) return undefined;
    const bytes = await store.get(keyOf(seq));
    if (bytes === null) {
      throw new AuditError(
        'EVIDENCE_BROKEN',
        `Evidence record ${String(seq)} was listed and is not there.`,
      );
    }
    return { seq, sha256: sha256(bytes) };
  };

  return {
    head,

    async *backwards() {
      let places: number[] | undefined;
      let readFrom = Infinity;
      let passed = 0;
      for (let seq = await lastSeq(); seq > 0; seq -= 1) {
        if (seq < readFrom) {
          const count = passed < readOneByOne ? 1 : Math.min(passed, readAtOnce, seq);
          readFrom = seq - count + 1;
          // One that fails is asked for again when its turn comes, which may never be.
          await Promise.allSettled(Array.from({ length: count }, (_, back) => record(seq - back)));
        }
        passed += 1;
        const found = await record(seq);
        if (found === isMissing) {
          // Whoever made the gap may have made it as wide as the numbers go: only what is there is looked at.
          places ??= await seqsOf(store);
          while ((places.at(-1) ?? 0) >= seq) places.pop();
          seq = (places.at(-1) ?? 0) + 1;
        } else if (typeof found !== 'string') yield found;
      }
    },

    append: async (build) => {
      for (let conflicts = 0; conflicts < maxConflicts; conflicts += 1) {
        const last = await head();
        const link = { seq: (last?.seq ?? 0) + 1, previous: last?.sha256 ?? null };
        if (link.seq > lastPossibleSeq) throw logIsFull();
        const draft = await build(link);
        if (draft === undefined) return undefined;
        const { subject, ...body } = draft;
        const bytes = encodeRecord(body, subject, signer);
        const made = decodeRecord(bytes);
        // Once put, what nobody can read would stay in the log for ever.
        if (typeof made === 'string') throw new Error(`Our own record ${made}`);
        if (await store.putIfAbsent(keyOf(link.seq), bytes)) {
          known.set(link.seq, made);
          return made;
        }
      }
      throw new AuditError(
        'EVIDENCE_UNWRITABLE',
        `Evidence: ${String(maxConflicts)} other records took the place first. Run fewer audits at once on one store.`,
      );
    },
  };
}

const isMissing = 'is missing';

/** @returns what is wrong with it as a sentence, where there is no such record */
export async function recordAt(store: EvidenceStore, seq: number): Promise<LogRecord | string> {
  const bytes = await bytesAt(store, keyOf(seq));
  if (bytes === null) return isMissing;
  const record = bytes === 'no file' ? 'is no regular file' : decodeRecord(bytes);
  if (typeof record !== 'string' && record.seq !== seq) {
    return `says that it is record ${String(record.seq)}`;
  }
  return record;
}

/** Of the records that are there, in their order. */
export async function seqsOf(store: EvidenceStore): Promise<number[]> {
  return (await store.list('log/')).flatMap((key) => seqOf(key) ?? []);
}

function logIsFull(): AuditError {
  return new AuditError(
    'EVIDENCE_UNWRITABLE',
    `Evidence: ${keyOf(lastPossibleSeq)} is there, after which no record can come: somebody put it there. Run tcss-audit verify, keep the store as it is, and give the audit a new one.`,
  );
}

/** So far ahead of a record that is there, the rest of the log is asked for as a list: one page of any store. */
const listedAtOnce = 256;

/**
 * The highest number in the log, in a handful of requests however long the log is. Searching by halves finds
 * a record that is there, not always the last one: where somebody made a gap, others follow it. So all that
 * comes after it is listed, and a gap never makes the log look shorter than it is.
 * @param seen the number of a record that is known to be there, 0 for none
 */
async function findLastSeq(store: EvidenceStore, seen: number): Promise<number> {
  const isThere = async (seq: number) =>
    seqOf(keyOf(seq)) === seq && (await store.get(keyOf(seq))) !== null;
  const start = seen > 0 ? seen : await searchByHalves(isThere);
  const keys = await store.list('log/', keyOf(start));
  let last = keys.reduce((max, key) => Math.max(max, seqOf(key) ?? 0), start);
  // A listing may lag behind what was written a moment ago; reading one key does not.
  while (await isThere(last + 1)) last += 1;
  return last;
}

/** @returns the number of a record that is there, 0 where the first ones are not */
async function searchByHalves(isThere: (seq: number) => Promise<boolean>): Promise<number> {
  let low = 0;
  let high = listedAtOnce;
  while (await isThere(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > listedAtOnce) {
    const middle = (low + high) / 2;
    if (await isThere(middle)) low = middle;
    else high = middle;
  }
  return low;
}

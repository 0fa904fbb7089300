/**
 * Whose turn it is to tell where several processes may have the same to tell: repetitions of a run at the same moment,
 * or a run and a repetition of an earlier one. One tells, and the others wait for its record of it.
 */
import type { EvidenceStore } from '../ports.ts';
import { statementIn } from './claims.ts';
import { areSubjects, encodeStatement, keyOf, type RunRecord, type Subject } from './record.ts';
import { bytesAt } from './run-files.ts';
import type { Signer } from './sign.ts';

const predicateType = 'urn:tcss-audit:turn:v1';
const folder = 'claims/turns/';

/** A turn lasts from `nowMs` for `turnMs`; epoch milliseconds. */
export interface Turn {
  readonly nowMs: number;
  readonly turnMs: number;
}

/** Ends the turn before its time: what was told is recorded. */
export type EndTurn = () => Promise<void>;

/**
 * @param record of the run that is to be told
 * @returns undefined while another process has the turn
 */
export async function takeTurn(
  store: EvidenceStore,
  record: RunRecord,
  signer: Signer | undefined,
  { nowMs, turnMs }: Turn,
): Promise<EndTurn | undefined> {
  const keys = await store.list(folder);
  const last = keys.reduce((max, key) => Math.max(max, indexOf(key)), 0);
  const isEnded = keys.includes(keyOfEnd(last));
  const bytes = isEnded ? null : await bytesAt(store, keyOfTurn(last));
  const endMs = bytes instanceof Uint8Array ? endOf(bytes, signer) : undefined;
  // Nobody has longer than a turn, whatever a clock says.
  if (endMs !== undefined && endMs > nowMs && endMs <= nowMs + turnMs) return undefined;
  const subject = { name: keyOf(record.seq), digest: { sha256: record.sha256 } };
  const turn = encode(subject, nowMs + turnMs, signer);
  const isOurs = await store.putIfAbsent(keyOfTurn(last + 1), turn);
  if (!isOurs) return undefined;
  return async () => {
    await store.putIfAbsent(keyOfEnd(last + 1), turn);
  };
}

function keyOfTurn(index: number): string {
  return `${folder}${String(index).padStart(6, '0')}.json`;
}

function keyOfEnd(index: number): string {
  return keyOfTurn(index).replace('.json', '.end.json');
}

/** 0 for the file of no turn. */
function indexOf(key: string): number {
  return Number(/\/(\d{6})\.json$/.exec(key)?.[1] ?? 0);
}

function encode(subject: Subject, endMs: number, signer: Signer | undefined): Uint8Array {
  const until = new Date(endMs).toISOString();
  return encodeStatement(predicateType, { until }, [subject], signer);
}

/** @returns undefined for what another key made */
function endOf(bytes: Uint8Array, signer: Signer | undefined): number | undefined {
  const { subject, predicate } = statementIn(bytes) ?? {};
  const until = predicate?.['until'];
  const endMs = typeof until === 'string' ? Date.parse(until) : NaN;
  if (Number.isNaN(endMs) || !areSubjects(subject)) return undefined;
  const [record] = subject;
  if (record === undefined) return undefined;
  // Ed25519 signs the same bytes in one way only: what we would have written is what one of us wrote.
  return Buffer.compare(encode(record, endMs, signer), bytes) === 0 ? endMs : undefined;
}

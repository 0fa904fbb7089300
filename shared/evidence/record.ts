/**
 * One record: an in-toto Statement v1 in a DSSE envelope, a line of JSON in the log.
 * https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
import { isArray, isInstant, isListOf, isObject, isOneOf, isWithin, parseJson } from '../json.ts';
import {
  severities,
  statuses,
  type DeliveryPredicate,
  type Json,
  type JsonObject,
  type OpenFinding,
  type RunPredicate,
} from '../model.ts';
import { payloadType, sha256, type Signature, type Signer } from './sign.ts';

/** A record of ours takes five levels. */
const maxDepth = 32;

const statementType = 'https://in-toto.io/Statement/v1';
const predicateTypes = {
  run: 'urn:tcss-audit:run:v1',
  delivery: 'urn:tcss-audit:delivery:v1',
} as const;

/** Of what a record lists as open. */
const openStatuses: readonly OpenFinding['status'][] = ['fail', 'waived', 'error'];

/** A file that the record seals: its key in the store, and the hash of its bytes. */
export interface Subject {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

export type Body =
  | { readonly kind: 'run'; readonly predicate: RunPredicate }
  | { readonly kind: 'delivery'; readonly predicate: DeliveryPredicate };

export type LogRecord = {
  readonly seq: number;
  /** Hex SHA-256 of the record file's bytes. */
  readonly sha256: string;
  readonly subject: readonly Subject[];
  /** The very bytes that were signed. */
  readonly payload: Uint8Array;
  readonly signatures: readonly Signature[];
} & Body;

export type RunRecord = LogRecord & { readonly kind: 'run' };

export function isRunRecord(record: LogRecord): record is RunRecord {
  return record.kind === 'run';
}

/** Of a record's key: twelve digits, so that keys sort as their numbers. */
export const lastPossibleSeq = 999_999_999_999;

export function keyOf(seq: number): string {
  return `log/${String(seq).padStart(12, '0')}.json`;
}

/** @returns undefined for a key that is no record's */
export function seqOf(key: string): number | undefined {
  const digits = /^log\/(\d{12})\.json$/.exec(key)?.[1];
  const seq = Number(digits);
  return digits !== undefined && seq > 0 ? seq : undefined;
}

export function subjectOf(name: string, bytes: Uint8Array): Subject {
  return { name, digest: { sha256: sha256(bytes) } };
}

/** @returns the record file's bytes */
export function encodeRecord(
  { kind, predicate }: Body,
  subject: readonly Subject[],
  signer: Signer | undefined,
): Uint8Array {
  return encodeStatement(predicateTypes[kind], predicate, subject, signer);
}

/** @returns an envelope's bytes */
export function encodeStatement(
  predicateType: string,
  predicate: object,
  subject: readonly Subject[],
  signer: Signer | undefined,
): Uint8Array {
  const statement = { _type: statementType, subject, predicateType, predicate };
  const payload = Buffer.from(JSON.stringify(statement));
  return envelopeBytes(payload, signer === undefined ? [] : [signer.sign(payload)]);
}

function envelopeBytes(payload: Uint8Array, signatures: readonly Signature[]): Uint8Array {
  const envelope = {
    payloadType,
    payload: Buffer.from(payload).toString('base64'),
    signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig })),
  };
  return Buffer.from(`${JSON.stringify(envelope)}\n`);
}

/**
 * The log may have been edited by anyone: nothing of the bytes is believed.
 * @returns what is wrong with them as a sentence, where they are no record
 */
export function decodeRecord(bytes: Uint8Array): LogRecord | string {
  const envelope = tryParse(bytes);
  if (!isObject(envelope)) return 'is not a JSON object';
  if (envelope['payloadType'] !== payloadType) return 'has another payloadType';
  const { payload: base64, signatures } = envelope;
  if (typeof base64 !== 'string') return 'has no payload';
  if (!areAll(signatures, isSignature)) return 'has malformed signatures';
  if (new Set(signatures.map(({ keyid }) => keyid)).size < signatures.length) {
    return 'has two signatures of one key';
  }

  const payload = Buffer.from(base64, 'base64');
  if (payload.toString('base64') !== base64) return 'has a payload that is not base64';
  // No signature covers the envelope itself, so nothing but our own form of it is a record.
  if (Buffer.compare(envelopeBytes(payload, signatures), bytes) !== 0) {
    return 'is not written as a record is';
  }
  const statement = tryParse(payload);
  if (!isObject(statement)) return 'has a payload that is not a JSON object';
  // What it says is compared, shown and written on, each by recursion.
  if (!isWithin(statement, maxDepth)) return 'has a payload that is nested too deep';
  const { _type, subject, predicateType, predicate } = statement;
  if (_type !== statementType) return 'is no in-toto Statement v1';
  if (!areAll(subject, isSubject)) return 'has a malformed subject';
  if (!isObject(predicate)) return 'has no predicate';

  const common = { sha256: sha256(bytes), subject, payload, signatures };
  if (!isLink(predicate)) return 'has a malformed seq or previous';
  if (predicateType === predicateTypes.run && isRun(predicate)) {
    return { kind: 'run', seq: predicate.seq, predicate, ...common };
  }
  if (predicateType === predicateTypes.delivery && isDelivery(predicate)) {
    return { kind: 'delivery', seq: predicate.seq, predicate, ...common };
  }
  return 'has a predicate of an unknown type or a malformed one';
}

function tryParse(bytes: Uint8Array): Json | undefined {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** 64 bytes in base64, written in the one way that there is. */
function isSignature(value: unknown): value is Signature {
  if (!isObject(value) || !isHash(value['keyid']) || !isText(value['sig'])) return false;
  const bytes = Buffer.from(value['sig'], 'base64');
  return bytes.length === 64 && bytes.toString('base64') === value['sig'];
}

export function areSubjects(value: unknown): value is readonly Subject[] {
  return areAll(value, isSubject);
}

function isSubject(value: unknown): value is Subject {
  return (
    isObject(value) &&
    isText(value['name']) &&
    isObject(value['digest']) &&
    isHash(value['digest']['sha256'])
  );
}

function isLink(predicate: JsonObject): predicate is JsonObject & { seq: number } {
  const { seq, previous } = predicate;
  return Number.isSafeInteger(seq) && Number(seq) > 0 && (previous === null || isHash(previous));
}

/** As much as a later run and `verify` rely on. */
function isRun(predicate: JsonObject): predicate is JsonObject & RunPredicate {
  const { run, tool, counts, open, abandoned } = predicate;
  return (
    isObject(run) &&
    isObject(tool) &&
    isText(tool['name']) &&
    isText(tool['version']) &&
    isText(run['id']) &&
    isObject(run['trigger']) &&
    isText(run['trigger']['type']) &&
    isText(run['trigger']['name']) &&
    isInstant(run['trigger']['scheduledAt']) &&
    isInstant(run['startedAt']) &&
    isInstant(run['finishedAt']) &&
    isText(predicate['timezone']) &&
    isObject(counts) &&
    Object.values(counts).every((count) => Number.isSafeInteger(count)) &&
    ['targets', ...statuses].every((key) => Object.hasOwn(counts, key)) &&
    isListOf(
      open,
      (item) =>
        ['fingerprint', 'target', 'policyId'].every((key) => isText(item[key])) &&
        isOneOf(severities, item['severity']) &&
        isOneOf(openStatuses, item['status']) &&
        (item['lastStatus'] === undefined || isOneOf(openStatuses, item['lastStatus'])) &&
        isInstant(item['since']),
    ) &&
    isListOf(predicate['waivers'], (item) =>
      ['id', 'policy', 'state', 'until'].every((key) => isText(item[key])),
    ) &&
    (predicate['drift'] === undefined ||
      isListOf(predicate['drift'], (item) =>
        ['target', 'source', 'pointer', 'kind'].every((key) => isText(item[key])),
      )) &&
    areAll(predicate['missed'], isText) &&
    areAll(abandoned, isText)
  );
}

function isDelivery(predicate: JsonObject): predicate is JsonObject & DeliveryPredicate {
  return (
    isText(predicate['runId']) &&
    isListOf(
      predicate['deliveries'],
      (item) =>
        ['channel', 'status'].every((key) => isText(item[key])) &&
        isOneOf(severities, item['min']) &&
        (item['told'] === undefined || areAll(item['told'], isText)),
    )
  );
}

function areAll<T>(value: unknown, isOne: (item: unknown) => item is T): value is readonly T[] {
  return isArray(value) && value.every(isOne);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isHash(value: unknown): value is string {
  return isText(value) && /^[0-9a-f]{64}$/.test(value);
}

/**
 * What an unfinished run has of its targets already: a repeated tick takes it over and reads only what is missing.
 * A file lying in the run's folder is no proof: whoever can write to the store could have put it there. So the
 * run that read it says so, signed as its record will be.
 */
import type { EvidenceStore } from '../ports.ts';
import { isObject, own, parseJson } from '../json.ts';
import type { Json, JsonObject } from '../model.ts';
import { encodeStatement, areSubjects, type Subject } from './record.ts';
import type { Signer } from './sign.ts';

export interface Claim {
  readonly runId: string;
  /** Key of the policies file that judged. */
  readonly policiesKey: string;
  /** ISO 8601 in UTC: no observation in the files is older. */
  readonly startedAt: string;
  readonly files: readonly [Subject, ...Subject[]];
}

const predicateType = 'urn:tcss-audit:part:v1';

function folderOf(runId: string): string {
  return `claims/${runId}/`;
}

export async function putClaim(
  store: EvidenceStore,
  claim: Claim,
  signer: Signer | undefined,
): Promise<void> {
  const [{ name }] = claim.files;
  const file = name.slice(name.lastIndexOf('/') + 1).replace(/jsonl$/, 'json');
  await store.putIfAbsent(`${folderOf(claim.runId)}${file}`, encode(claim, signer));
}

/** Those that this key made, of this run and by these policies; others are passed over. */
export async function readClaims(
  store: EvidenceStore,
  of: Pick<Claim, 'runId' | 'policiesKey'>,
  signer: Signer | undefined,
): Promise<readonly Claim[]> {
  const claims: Claim[] = [];
  for (const key of await store.list(folderOf(of.runId))) {
    const bytes = await store.get(key);
    if (bytes === null) continue;
    const claim = decode(bytes, of);
    // Ed25519 signs the same bytes in one way only: what we would have written is what we wrote.
    if (claim !== undefined && Buffer.compare(encode(claim, signer), bytes) === 0) {
      claims.push(claim);
    }
  }
  return claims;
}

function encode({ files, ...predicate }: Claim, signer: Signer | undefined): Uint8Array {
  const { runId, policiesKey, startedAt } = predicate;
  return encodeStatement(predicateType, { runId, policiesKey, startedAt }, files, signer);
}

/** @returns a claim of that run and those policies, whatever the bytes say of both */
function decode(
  bytes: Uint8Array,
  { runId, policiesKey }: Pick<Claim, 'runId' | 'policiesKey'>,
): Claim | undefined {
  const { subject, predicate } = statementIn(bytes) ?? {};
  const startedAt = predicate?.['startedAt'];
  if (typeof startedAt !== 'string' || !areSubjects(subject)) return undefined;
  const [first, ...rest] = subject;
  return first === undefined
    ? undefined
    : { runId, policiesKey, startedAt, files: [first, ...rest] };
}

/** What an envelope says, whoever made it: only who would write the same bytes may believe it. */
export function statementIn(
  bytes: Uint8Array,
): { readonly subject: Json | undefined; readonly predicate: JsonObject } | undefined {
  try {
    const envelope = parseJson(Buffer.from(bytes).toString('utf8'));
    const payload = isObject(envelope) ? own(envelope, 'payload') : undefined;
    if (typeof payload !== 'string') return undefined;
    const statement = parseJson(Buffer.from(payload, 'base64').toString('utf8'));
    if (!isObject(statement)) return undefined;
    const { subject, predicate } = statement;
    return isObject(predicate) ? { subject, predicate } : undefined;
  } catch {
    return undefined;
  }
}

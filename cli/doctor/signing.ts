/** Whether the key that is set is the one that signs the log. */
import type { LogRecord } from '../../shared/evidence/record.ts';
import type { Signer } from '../../shared/evidence/sign.ts';
import type { Tail } from './tail.ts';
import { fail, ok, skip, warn, type Told, type Verdict } from './verdict.ts';

export function judgeSigning(signer: Signer | undefined, tail: Told<Tail>): Verdict {
  const [last] = tail.ok ? tail.value.records : [];
  const keyids = last?.signatures.map(({ keyid }) => keyid) ?? [];
  const isElsewhere = tail.ok && tail.value.isAbsent === true;
  if (signer === undefined) {
    return isElsewhere ? skip('the log is not on this machine') : withoutKey(last, keyids);
  }
  const own = `the key ${short(signer.keyid)}`;
  if (!tail.ok) return skip(`${own} is set; the log could not be read to compare it`);
  if (isElsewhere) return ok(`${own} is set; the log is not on this machine to compare it`);
  if (last === undefined) return ok(`${own} is set; it has signed nothing yet`);
  const record = `record ${String(last.seq)}`;
  if (keyids.length === 0) {
    return fail(
      `${own} is set, and ${record} is not signed: what sealed it had no key`,
      'set AUDIT_SIGNING_KEY of the function: tcss-audit deploy',
    );
  }
  if (!keyids.includes(signer.keyid)) {
    const others = keyids.map(short).join(', ');
    return fail(
      `${own} is set, and ${record} is signed by ${others}`,
      'after a rotation the next run signs with the new key; otherwise find out whose key the function has',
    );
  }
  // Ed25519 gives the same signature for the same bytes, so the private key can check it.
  const isGenuine = last.signatures.every(
    ({ keyid, sig }) => keyid !== signer.keyid || sig === signer.sign(last.payload).sig,
  );
  return isGenuine
    ? ok(`${own} is set, and it signed ${record}`)
    : fail(
        `${record} names ${own.replace('the ', '')}, and the signature is not that key’s`,
        'somebody changed the log: run tcss-audit verify --public-key',
      );
}

function withoutKey(last: LogRecord | undefined, keyids: readonly string[]): Verdict {
  if (last === undefined || keyids.length === 0) {
    return warn(
      'no signing key is set, so whoever can write the evidence can write it anew',
      'make one with tcss-audit keygen and set AUDIT_SIGNING_KEY before the first run',
    );
  }
  return skip(
    `AUDIT_SIGNING_KEY is not set here; record ${String(last.seq)} is signed by ${keyids.map(short).join(', ')}`,
    'set it here too to have it compared',
  );
}

function short(keyid: string): string {
  return `${keyid.slice(0, 8)}…`;
}

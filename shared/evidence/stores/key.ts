import { AuditError } from '../../errors.ts';

/** Keys come from records, which anyone may have edited: no part may be empty or begin with a dot. */
export function isKey(key: string): boolean {
  return key.split('/').every((part) => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(part));
}

export function notOurKey(key: string): string {
  return `Evidence key ${JSON.stringify(key.slice(0, 200))} is not one of ours.`;
}

/** @throws AuditError EVIDENCE_BROKEN */
export function checkKey(key: string): void {
  if (!isKey(key)) throw new AuditError('EVIDENCE_BROKEN', notOurKey(key));
}

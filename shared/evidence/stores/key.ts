import { AuditError } from '../../errors.ts';

/**
 * Keys come from records, which anyone may have edited: no part may be empty or begin with a dot.
 * @throws AuditError EVIDENCE_BROKEN
 */
export function checkKey(key: string): void {
  const isOurs = key.split('/').every((part) => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(part));
  if (isOurs) return;
  const shown = JSON.stringify(key.slice(0, 200));
  throw new AuditError('EVIDENCE_BROKEN', `Evidence key ${shown} is not one of ours.`);
}

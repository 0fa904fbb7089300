/** A run's findings as the function logs them. A file of its own: it is read after the audit. */
import { fingerprintOf } from './evidence/seal.ts';
import type { Night } from './report/night.ts';
import { ocsfLinesOfTonight } from './report/ocsf.ts';

export function linesOf(night: Night): Iterable<string> {
  return ocsfLinesOfTonight(night, fingerprintOf);
}

/** A run's findings as the function logs them. A file of its own: it is read after the audit. */
import { fingerprintOf } from './evidence/seal.ts';
import type { TargetReport } from './model.ts';
import type { NightFrame } from './report/night.ts';
import { ocsfLinesOf } from './report/ocsf.ts';

export function linesOf(night: NightFrame): (report: TargetReport) => Iterable<string> {
  return ocsfLinesOf(night, fingerprintOf);
}

/** What a machine gets of a finding: all of it, as far as a notice can hold it. */
import type { Json, Violation } from '../model.ts';
import { plainLine } from '../text.ts';
import type { Item } from './notice.ts';

const maxViolations = 10;
/** JSON characters of one value: the evidence of the run has the whole. Ten of them stay below 64 KiB. */
const maxValueChars = 500;
const maxReasonChars = 2_000;

export interface Details {
  readonly violations: readonly Violation[];
  readonly reason: string | null;
  readonly waiver?: { readonly id: string; readonly until: string };
  readonly remediation: string | null;
}

export function detailsOf({ finding, remediation }: Item): Details {
  const violations = finding !== undefined && 'violations' in finding ? finding.violations : [];
  const reason = finding !== undefined && 'reason' in finding ? finding.reason : null;
  return {
    violations: violations.slice(0, maxViolations).map((violation) => ({
      pointer: plainLine(violation.pointer, maxValueChars),
      expected: bounded(violation.expected),
      actual: bounded(violation.actual),
      message: plainLine(violation.message, maxValueChars),
    })),
    reason: reason === null ? null : plainLine(reason, maxReasonChars),
    ...(finding?.status === 'waived' && { waiver: finding.waiver }),
    remediation: remediation ?? null,
  };
}

/** A value too long for a notice becomes the beginning of its JSON. */
function bounded(value: Json): Json {
  const text = JSON.stringify(value);
  return text.length <= maxValueChars ? value : plainLine(text, maxValueChars);
}

/** Whether all is well in the last night. What we could not see is `error`, and it wins. */
import type { EvidenceCheck, NightRow, UnreadableRow, VerdictReason, VerdictRow } from './data.ts';

export interface VerdictInput {
  readonly evidence: EvidenceCheck;
  readonly last: NightRow | undefined;
  readonly unreadable: readonly UnreadableRow[];
  /** Open findings of the nights before that the last night did not judge. */
  readonly dropped: number;
  readonly asOfMs: number;
  readonly usualGapMs: number;
}

const hourMs = 3_600_000;
/** A run may be late by the platform's retries and by many accounts. */
const graceMs = 3 * hourMs;

export function verdictOf(input: VerdictInput): VerdictRow {
  const reasons = [...unseenIn(input), ...failsIn(input.last)];
  const isUnseen = reasons.some(({ kind }) => kind !== 'fail');
  return { status: isUnseen ? 'error' : reasons.length > 0 ? 'fail' : 'pass', reasons };
}

function failsIn(last: NightRow | undefined): readonly VerdictReason[] {
  const count = last?.counts.fail ?? 0;
  return count > 0 ? [{ kind: 'fail', count }] : [];
}

function unseenIn(input: VerdictInput): readonly VerdictReason[] {
  const { evidence, last, unreadable, dropped } = input;
  const broken: readonly VerdictReason[] =
    evidence.faultCount > 0 ? [{ kind: 'broken', count: evidence.faultCount }] : [];
  if (last === undefined) return [...broken, { kind: 'nothing' }];

  const { counts, complete, head, scheduledAt } = last;
  const judged = counts.pass + counts.fail + counts.waived + counts.error + counts.skip;
  const ageMs = input.asOfMs - Date.parse(scheduledAt);
  const newer = unreadable.find(({ seq }) => seq > head.seq);
  return [
    ...broken,
    ...(newer === undefined ? [] : [{ kind: 'unreadable', seq: newer.seq } as const]),
    ...(ageMs > input.usualGapMs + graceMs
      ? [{ kind: 'stale', hours: Math.floor(ageMs / hourMs) } as const]
      : []),
    ...(complete ? [] : [{ kind: 'incomplete' } as const]),
    ...(judged === 0 ? [{ kind: 'unjudged' } as const] : []),
    ...(counts.error > 0 ? [{ kind: 'error', count: counts.error } as const] : []),
    ...(dropped > 0 ? [{ kind: 'dropped', count: dropped } as const] : []),
  ];
}

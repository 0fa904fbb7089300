/** Waivers: time is an argument, the end is an instant, and only a `fail` can be waived. */
import type { Finding, Target, TargetReport, Waiver, WaiverState, WaiverUse } from '../model.ts';

const dayMs = 86_400_000;
const endingMs = 14 * dayMs;

/** Epoch milliseconds of the first moment in which it waives, and of the first in which it no longer does. */
export function spanOf({ from, until }: Pick<Waiver, 'from' | 'until'>): {
  readonly fromMs: number;
  readonly untilMs: number;
} {
  return { fromMs: Date.parse(from), untilMs: Date.parse(until) + (isDate(until) ? dayMs : 0) };
}

/** `2026-12-31` means the whole of that day in UTC. */
function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text);
}

export function applyWaivers(
  findings: readonly Finding[],
  target: Target,
  waivers: readonly Waiver[],
  nowMs: number,
): readonly Finding[] {
  return findings.map((finding) => {
    if (finding.status !== 'fail') return finding;
    const waiver = waivers.find(
      (candidate) =>
        candidate.policy === finding.policyId &&
        candidate.targets.includes(target.uin) &&
        isLive(candidate, nowMs),
    );
    if (waiver === undefined) return finding;
    const { id, until } = waiver;
    return { ...finding, status: 'waived', waiver: { id, until } };
  });
}

function isLive(waiver: Waiver, nowMs: number): boolean {
  const { fromMs, untilMs } = spanOf(waiver);
  return fromMs <= nowMs && nowMs < untilMs;
}

/** Where each waiver stands tonight: people are told of those that end soon, ended, or waive nothing. */
export function waiverUses(
  waivers: readonly Waiver[],
  reports: readonly TargetReport[],
  nowMs: number,
): readonly WaiverUse[] {
  const used = new Set(
    reports.flatMap(({ findings }) =>
      findings.flatMap((finding) => (finding.status === 'waived' ? [finding.waiver.id] : [])),
    ),
  );
  return waivers.map((waiver) => {
    const { id, policy, until } = waiver;
    return { id, policy, until, state: stateOf(waiver, used.has(id), nowMs) };
  });
}

function stateOf(waiver: Waiver, isUsed: boolean, nowMs: number): WaiverState {
  const { fromMs, untilMs } = spanOf(waiver);
  if (nowMs < fromMs) return 'pending';
  if (nowMs >= untilMs) return 'ended';
  if (!isUsed) return 'unused';
  return untilMs - nowMs <= endingMs ? 'ending' : 'active';
}

/** Waivers: time is an argument, the end is an instant, and only a `fail` can be waived. */
import type { Finding, Target, TargetReport, Waiver, WaiverState, WaiverUse } from '../model.ts';

const dayMs = 86_400_000;
const endingMs = 14 * dayMs;

/**
 * Epoch milliseconds of the first moment in which it waives, and of the first in which it no longer does;
 * NaN, which no moment is between, for a date that the calendar lacks.
 */
export function spanOf({ from, until }: Pick<Waiver, 'from' | 'until'>): {
  readonly fromMs: number;
  readonly untilMs: number;
} {
  return { fromMs: realMs(from), untilMs: realMs(until) + (isDate(until) ? dayMs : 0) };
}

/** Date.parse takes 30 February for 2 March. */
function realMs(text: string): number {
  const ms = Date.parse(text);
  const isReal = Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text.slice(0, 10));
  return isReal ? ms : NaN;
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
      (candidate) => covers(candidate, target, finding) && isLive(candidate, nowMs),
    );
    if (waiver === undefined) return finding;
    const { id, until } = waiver;
    return { ...finding, status: 'waived', waiver: { id, until } };
  });
}

function covers(waiver: Waiver, target: Target, finding: Finding): boolean {
  return waiver.policy === finding.policyId && waiver.targets.includes(target.uin);
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
  return waivers.map((waiver) => {
    const { id, policy, until } = waiver;
    return { id, policy, until, state: stateOf(waiver, isNeeded(waiver, reports), nowMs) };
  });
}

/**
 * Something that it covers is waived, by it or by another that still runs; or could not be checked, and then
 * nobody can say that it is useless.
 */
function isNeeded(waiver: Waiver, reports: readonly TargetReport[]): boolean {
  return reports.some(({ target, findings }) =>
    findings.some((finding) => {
      const isCovered = covers(waiver, target, finding);
      if (finding.status === 'waived') return isCovered;
      const mayBeCovered =
        isCovered || (target.uin === 'unknown' && finding.policyId === waiver.policy);
      return finding.status === 'error' && mayBeCovered;
    }),
  );
}

function stateOf(waiver: Waiver, needed: boolean, nowMs: number): WaiverState {
  const { fromMs, untilMs } = spanOf(waiver);
  if (nowMs < fromMs) return 'pending';
  if (nowMs >= untilMs) return 'ended';
  if (!needed) return 'unused';
  return untilMs - nowMs <= endingMs ? 'ending' : 'active';
}

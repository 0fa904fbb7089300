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

/** A waiver may last a year: until the same day of the year after it starts, that day included. */
export function isTooLong(waiver: Pick<Waiver, 'from' | 'until'>): boolean {
  const { fromMs, untilMs } = spanOf(waiver);
  const limit = new Date(fromMs);
  limit.setUTCFullYear(limit.getUTCFullYear() + 1);
  return untilMs > limit.getTime() + (isDate(waiver.until) ? dayMs : 0);
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
        isApproved(candidate) && covers(candidate, target, finding) && isLive(candidate, nowMs),
    );
    if (waiver === undefined) return finding;
    const { id, until } = waiver;
    return { ...finding, status: 'waived', waiver: { id, until } };
  });
}

/** Lint refuses a waiver that nobody approved; one that comes here past it waives nothing all the same. */
function isApproved({ approvedBy }: { readonly approvedBy?: unknown }): boolean {
  return typeof approvedBy === 'string' && approvedBy.trim() !== '';
}

function covers(waiver: Waiver, target: Target, finding: Finding): boolean {
  return (
    waiver.policy === finding.policyId && waiver.targets.some((pattern) => matches(pattern, target))
  );
}

/** @param pattern `<uin>`, `alias:<name>`, `tag:<name>` or `*` */
export function matches(pattern: string, { uin, alias, tags = [] }: Target): boolean {
  // Whose settings these are could not be told, so they are in no waiver.
  if (uin === 'unknown') return false;
  if (pattern === '*') return true;
  const [, kind, name = ''] = /^(alias|tag):(.+)$/s.exec(pattern) ?? [];
  if (kind === 'alias') return alias === name;
  return kind === 'tag' ? tags.includes(name) : uin === pattern;
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
  return usesOf(waivers, new Set(reports.flatMap((report) => neededBy(report, waivers))), nowMs);
}

/** Ids of the waivers that the report needs. */
export function neededBy(report: TargetReport, waivers: readonly Waiver[]): readonly string[] {
  return waivers.filter((waiver) => isNeeded(waiver, [report])).map(({ id }) => id);
}

/** @param needed ids of those that some report needs */
export function usesOf(
  waivers: readonly Waiver[],
  needed: ReadonlySet<string>,
  nowMs: number,
): readonly WaiverUse[] {
  return waivers.map((waiver) => {
    const { id, policy, until } = waiver;
    return { id, policy, until, state: stateOf(waiver, needed.has(id), nowMs) };
  });
}

export interface WaiverStanding {
  readonly waiver: Waiver;
  readonly state: WaiverState;
  /** Those of its target patterns that no account of the latest run answers to. */
  readonly unmatched: readonly string[];
}

/**
 * Where each waiver stands between two runs.
 * @param reports of the latest run; undefined where there is none, and then none is said to waive nothing
 */
export function waiverStandings(
  waivers: readonly Waiver[],
  reports: readonly TargetReport[] | undefined,
  nowMs: number,
): readonly WaiverStanding[] {
  return waivers.map((waiver) => {
    // A waiver that was written since the run has not had its chance yet: what it covers is still a fail.
    const needed = reports === undefined || isNeeded(waiver, reports) || waitsFor(waiver, reports);
    const unmatched =
      reports === undefined || reports.some(({ target }) => target.uin === 'unknown')
        ? []
        : waiver.targets.filter(
            (pattern) => !reports.some(({ target }) => matches(pattern, target)),
          );
    return { waiver, state: stateOf(waiver, needed, nowMs), unmatched };
  });
}

function waitsFor(waiver: Waiver, reports: readonly TargetReport[]): boolean {
  return reports.some(({ target, findings }) =>
    findings.some((finding) => finding.status === 'fail' && covers(waiver, target, finding)),
  );
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

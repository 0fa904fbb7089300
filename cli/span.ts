/** A span of nights, as options give it. */
import type { Problem } from '../shared/model.ts';

export const sinceOption = [
  '--since <date>',
  'from this day (UTC) or instant on, by the scheduled time of the run',
] as const;

export const untilOption = [
  '--until <date>',
  'up to this day, the whole of it, or before this instant',
] as const;

export interface SpanOptions {
  readonly since?: string;
  readonly until?: string;
}

export interface Span {
  /** Epoch milliseconds, inclusive. */
  readonly sinceMs: number;
  /** Epoch milliseconds, exclusive. */
  readonly untilMs: number;
}

const dayMs = 86_400_000;

/** @returns undefined where neither is given; or what is wrong with them */
export function parseSpan({ since, until }: SpanOptions): Span | undefined | readonly Problem[] {
  if (since === undefined && until === undefined) return undefined;
  const sinceMs = since === undefined ? -Infinity : instantOf(since, 0);
  const untilMs = until === undefined ? Infinity : instantOf(until, dayMs);
  const what = 'must be a day such as 2026-11-30, or an instant such as 2026-11-30T18:00:00Z';
  const problems: Problem[] = [
    ...(Number.isNaN(sinceMs) ? [{ where: '--since', what }] : []),
    ...(Number.isNaN(untilMs) ? [{ where: '--until', what }] : []),
  ];
  if (problems.length > 0) return problems;
  if (sinceMs < untilMs) return { sinceMs, untilMs };
  return [{ where: '--until', what: 'lies before --since, so no run is between' }];
}

export function isProblems(span: ReturnType<typeof parseSpan>): span is readonly Problem[] {
  return Array.isArray(span);
}

/** NaN for what is no date of the calendar, or names no zone. */
function instantOf(text: string, addToDayMs: number): number {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  if (!isDay && !/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text)) return NaN;
  const ms = Date.parse(text);
  // Date.parse takes 30 February for 2 March.
  const day = Date.parse(text.slice(0, 10));
  const isReal = Number.isFinite(day) && new Date(day).toISOString().startsWith(text.slice(0, 10));
  return isReal ? ms + (isDay ? addToDayMs : 0) : NaN;
}

/** Nights as days of a calendar, for one policy or for all: the same for the page and for its script. */
import type { Code, ReportData, Tally } from './data.ts';

export interface Day {
  /** `2026-11-23` in UTC. */
  readonly date: string;
  /** Places of the runs of that day. */
  readonly nights: readonly number[];
  /** A timer should have fired that day, as a later record says. */
  readonly isMissed: boolean;
  /** A record that cannot be read and may be of this day. */
  readonly unreadableSeq?: number;
}

export type CellKind = Code | 'missing' | 'unreadable';

export interface Cell {
  readonly kind: CellKind;
  /** There are fails beside what could not be told. */
  readonly hasFails: boolean;
  /** 1 few to 3 many, of fails. */
  readonly level: 1 | 2 | 3;
  readonly tally: Tally;
}

const dayMs = 86_400_000;

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Every day from the first run to the moment that the report speaks of. */
export function daysOf({ nights, unreadable, asOf }: ReportData): readonly Day[] {
  const nightsByDate = new Map<string, number[]>();
  const missed = new Set<string>();
  let firstMs = Infinity;
  let lastMs = Date.parse(asOf);
  for (const [night, { scheduledAt, missed: ticks }] of nights.entries()) {
    const ms = Date.parse(scheduledAt);
    firstMs = Math.min(firstMs, ms);
    lastMs = Math.max(lastMs, ms);
    nightsByDate.set(dateOf(ms), [...(nightsByDate.get(dateOf(ms)) ?? []), night]);
    for (const tick of ticks) missed.add(tick.slice(0, 10));
  }
  if (firstMs === Infinity) return [];
  const gaps = unreadable.map(({ seq, afterNights }) => ({
    seq,
    after: nights[afterNights - 1]?.scheduledAt.slice(0, 10) ?? '',
    before: nights[afterNights]?.scheduledAt.slice(0, 10) ?? '9',
  }));

  const days: Day[] = [];
  for (let ms = Math.floor(firstMs / dayMs) * dayMs; ms <= lastMs; ms += dayMs) {
    const date = dateOf(ms);
    const own = nightsByDate.get(date) ?? [];
    const gap = gaps.find(({ after, before }) => after < date && date < before);
    // Today's run may be still to come.
    const isOpenDay = own.length === 0 && ms + dayMs > lastMs && !missed.has(date);
    if (isOpenDay && gap === undefined) continue;
    days.push({
      date,
      nights: own,
      isMissed: own.length === 0 && missed.has(date),
      ...(own.length === 0 && gap !== undefined && { unreadableSeq: gap.seq }),
    });
  }
  return days;
}

const nothing: Tally = [0, 0, 0, 0, 0];

/** @param policy place of the policy; undefined: all of them */
export function cellOf(data: ReportData, day: Day, policy: number | undefined): Cell {
  const empty = { hasFails: false, level: 1, tally: nothing } as const;
  if (day.unreadableSeq !== undefined) return { kind: 'unreadable', ...empty };
  if (day.nights.length === 0) return { kind: 'missing', ...empty };
  const cells = day.nights.map((night) => nightCell(data, night, policy));
  // Of several runs in a day the worst is shown.
  return cells.reduce((worst, cell) => (rankOf(cell) > rankOf(worst) ? cell : worst));
}

function nightCell(data: ReportData, night: number, policy: number | undefined): Cell {
  const tally = policy === undefined ? totalOf(data, night) : tallyOf(data, night, policy);
  const [pass, fail, waived, error, skip] = tally;
  const judged = pass + fail + waived + error + skip;
  const isCut = policy === undefined && data.nights[night]?.complete === false;
  const share = judged === 0 ? 0 : fail / judged;
  const kind: Code =
    error > 0 || isCut || (policy === undefined && judged === 0)
      ? 'e'
      : judged === 0
        ? '-'
        : fail > 0
          ? 'f'
          : waived > 0
            ? 'w'
            : pass > 0
              ? 'p'
              : 's';
  return {
    kind,
    hasFails: fail > 0 && kind === 'e',
    level: share > 0.25 ? 3 : share > 0.05 ? 2 : 1,
    tally,
  };
}

function tallyOf({ policies, tallies }: ReportData, night: number, policy: number): Tally {
  return tallies[policies[policy]?.nights[night] ?? -1] ?? nothing;
}

function totalOf({ nights }: ReportData, night: number): Tally {
  const counts = nights[night]?.counts;
  if (counts === undefined) return nothing;
  return [counts.pass, counts.fail, counts.waived, counts.error, counts.skip];
}

function rankOf({ kind, level }: Cell): number {
  return ['-', 's', 'p', 'w', 'f', 'e'].indexOf(kind) * 4 + level;
}

/** 0 Monday to 6 Sunday. */
export function weekdayOf(date: string): number {
  return (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
}

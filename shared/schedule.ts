/** When a timer should have fired. */
import { Cron } from 'croner';

/**
 * SCF's pages do not say in which zone it reads a cron expression. The ticks themselves tell: it is the zone
 * in which the expression matches them.
 */
const zones = ['Asia/Shanghai', 'UTC'] as const;

/** More than a month of nights is no news in detail. */
const maxMissed = 31;

/**
 * @param cron SCF's seven fields: second, minute, hour, day, month, weekday, year
 * @param lastMs epoch milliseconds: the scheduled time of the last run
 * @param nowMs epoch milliseconds: the scheduled time of this one
 * @returns the times between the two, ISO 8601 in UTC; none where the expression does not explain this tick
 */
export function missedTicks(cron: string, lastMs: number, nowMs: number): readonly string[] {
  const possible = zones
    .map((timezone) => parse(cron, timezone))
    .filter((schedule) => schedule?.match(new Date(nowMs)) === true);
  // An expression can explain one tick in both zones: then the last one decides.
  const schedule =
    possible.find((candidate) => candidate?.match(new Date(lastMs)) === true) ?? possible[0];
  const ticks = schedule?.nextRuns(maxMissed, new Date(lastMs)) ?? [];
  return ticks
    .map((tick) => tick.getTime())
    .filter((tick) => tick > lastMs && tick < nowMs)
    .map((tick) => new Date(tick).toISOString());
}

/**
 * @param pastMs epoch milliseconds: the scheduled times of the timer's runs, the latest first. They tell the zone;
 * one that the expression explains in neither was another schedule's.
 * @param untilMs epoch milliseconds
 * @returns when the timer should have fired last, at `untilMs` at the latest: where no run tells the zone, the
 * later of the two. Undefined where it has never fired, or where `cron` is no expression.
 */
export function lastTick(
  cron: string,
  pastMs: readonly number[],
  untilMs: number,
): number | undefined {
  let possible = zones.map((timezone) => parse(cron, timezone));
  for (const past of pastMs) {
    const matching = possible.filter((schedule) => schedule?.match(new Date(past)) === true);
    if (matching.length > 0) possible = matching;
    if (possible.length === 1) break;
  }
  // What comes before a time does not include it.
  const before = new Date(untilMs + 1);
  const ticks = possible.flatMap((schedule) => schedule?.previousRuns(1, before) ?? []);
  return ticks.length === 0 ? undefined : Math.max(...ticks.map((tick) => tick.getTime()));
}

/** Whether it is a cron expression as SCF takes them: seven fields. */
export function isCron(cron: string): boolean {
  return cron.split(' ').length === 7 && parse(cron, 'UTC') !== undefined;
}

/** @returns undefined when it is no cron expression: the timer's message can be anything */
function parse(cron: string, timezone: string): Cron | undefined {
  try {
    return new Cron(cron, { timezone, paused: true });
  } catch {
    return undefined;
  }
}

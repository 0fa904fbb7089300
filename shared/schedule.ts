/** When a timer should have fired. */
import { Cron } from 'croner';

/**
 * SCF's pages do not say in which zone it reads a cron expression. The ticks themselves tell: it is the zone
 * in which the expression matches them.
 */
const zones = ['Asia/Shanghai', 'UTC'] as const;
export type CronZone = (typeof zones)[number];

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

/**
 * @param ticksMs epoch milliseconds: the scheduled times of past runs
 * @returns the zones in which the expression explains every one of them: of many runs one, or both where
 * the hours do not matter; none where another schedule was at work
 */
export function zonesOf(cron: string, ticksMs: readonly number[]): readonly CronZone[] {
  return zones.filter((zone) => {
    const schedule = parse(cron, zone);
    return schedule !== undefined && ticksMs.every((tick) => schedule.match(new Date(tick)));
  });
}

/**
 * @returns the times of the timer between the two, epoch milliseconds, none of them included: at most a month of nights
 */
export function ticksBetween(
  cron: string,
  zone: CronZone,
  fromMs: number,
  untilMs: number,
): readonly number[] {
  const ticks = parse(cron, zone)?.nextRuns(maxMissed, new Date(fromMs)) ?? [];
  return ticks.map((tick) => tick.getTime()).filter((tick) => tick > fromMs && tick < untilMs);
}

/** @returns epoch milliseconds; undefined where it never fires again, or is no cron expression */
export function nextTick(cron: string, zone: CronZone, fromMs: number): number | undefined {
  return parse(cron, zone)?.nextRun(new Date(fromMs))?.getTime();
}

/** @returns undefined when it is no cron expression: the timer's message can be anything */
function parse(cron: string, timezone: string): Cron | undefined {
  try {
    return new Cron(cron, { timezone, paused: true });
  } catch {
    return undefined;
  }
}

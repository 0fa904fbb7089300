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

/** @returns undefined when it is no cron expression: the timer's message can be anything */
function parse(cron: string, timezone: string): Cron | undefined {
  try {
    return new Cron(cron, { timezone, paused: true });
  } catch {
    return undefined;
  }
}

/** Which run should be in the log by now, and who should have heard of it. */
import { isRunRecord, type LogRecord, type RunRecord } from './evidence/record.ts';
import type { Untold } from './notice/notice.ts';
import { lastTick } from './schedule.ts';

/** A tick has this long to become a record that is told: the longest run, and the platform's two retries. */
export const graceMs = 30 * 60_000;
/** Where nobody knows the schedule, a nightly one is meant. */
export const silenceHours = 26;
/** A run that names its time a little off the timer's is that run all the same. */
const toleranceMs = 60_000;

export interface Watched {
  /** The name of the audit's timer; undefined: any. */
  readonly trigger?: string;
  /** That timer's schedule. */
  readonly cron?: string;
}

/** Times are epoch milliseconds, `lastMs` of the timer's last run before. */
export type Awaited =
  | { readonly kind: 'run'; readonly run: RunRecord }
  /** The timer should have fired at `tickMs`, and the log has no run of it. */
  | { readonly kind: 'none'; readonly tickMs: number; readonly lastMs: number | undefined }
  /** No timer fired for too long. */
  | { readonly kind: 'silent'; readonly lastMs: number | undefined }
  /** What there is, is younger than anybody should wait for. */
  | { readonly kind: 'not due' };

/** @param runs the latest first */
export function awaitedOf(runs: readonly RunRecord[], watched: Watched, nowMs: number): Awaited {
  const ofTimer = runs.filter((run) => isOf(watched, run));
  const dueMs = nowMs - graceMs;
  const due = ofTimer.filter((run) => scheduledMsOf(run) <= dueMs);
  return watched.cron === undefined
    ? awaitedWithin(ofTimer, due, nowMs)
    : awaitedAt(lastTick(watched.cron, ofTimer.map(scheduledMsOf), dueMs), due);
}

function isOf({ trigger: name }: Watched, { predicate }: RunRecord): boolean {
  const { trigger } = predicate.run;
  return trigger.type === 'timer' && (name === undefined || trigger.name === name);
}

function awaitedAt(tickMs: number | undefined, due: readonly RunRecord[]): Awaited {
  if (tickMs === undefined) return { kind: 'not due' };
  const run = due.find((one) => Math.abs(scheduledMsOf(one) - tickMs) <= toleranceMs);
  if (run !== undefined) return { kind: 'run', run };
  const before = due.filter((one) => scheduledMsOf(one) < tickMs);
  return { kind: 'none', tickMs, lastMs: latestOf(before) };
}

function awaitedWithin(
  ofTimer: readonly RunRecord[],
  due: readonly RunRecord[],
  nowMs: number,
): Awaited {
  const lastMs = latestOf(due);
  const run = due.find((one) => scheduledMsOf(one) === lastMs);
  if (run !== undefined && scheduledMsOf(run) >= nowMs - silenceHours * 3_600_000) {
    return { kind: 'run', run };
  }
  // A time far ahead is nobody's tick.
  const isOneYoung = ofTimer.some((one) => Math.abs(nowMs - scheduledMsOf(one)) < graceMs);
  return isOneYoung ? { kind: 'not due' } : { kind: 'silent', lastMs };
}

function latestOf(runs: readonly RunRecord[]): number | undefined {
  return runs.length === 0 ? undefined : Math.max(...runs.map(scheduledMsOf));
}

function scheduledMsOf({ predicate }: RunRecord): number {
  return Date.parse(predicate.run.trigger.scheduledAt);
}

/**
 * The channels that have heard neither of the run nor of a later one, which tells what the run left out.
 * @param records from the latest down to the run's own
 */
export function untoldOf(
  records: readonly LogRecord[],
  run: RunRecord,
  channels: readonly string[],
): readonly Untold[] {
  const later = records.filter(isRunRecord).filter(({ seq }) => seq >= run.seq);
  const ids = new Set(later.map(({ predicate }) => predicate.run.id));
  const deliveries = records.flatMap((record) =>
    record.kind === 'delivery' && ids.has(record.predicate.runId)
      ? record.predicate.deliveries
      : [],
  );
  return channels.flatMap((channel): readonly Untold[] => {
    const own = deliveries.filter((delivery) => delivery.channel === channel);
    if (own.some(({ status }) => status === 'sent' || status === 'nothing')) return [];
    const [latest] = own;
    // The log may hold anything.
    const reason: unknown = latest?.reason;
    return [{ channel, reason: typeof reason === 'string' ? reason : null }];
  });
}

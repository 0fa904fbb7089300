/** What the log says of the nights: missed, incomplete, untold, or blind. */
import { graceMs, silenceHours, untoldOf } from '../../shared/awaited.ts';
import { isRunRecord, type LogRecord, type RunRecord } from '../../shared/evidence/record.ts';
import { ticksBetween, zonesOf } from '../../shared/schedule.ts';
import { plainLine } from '../../shared/text.ts';
import { countOf } from '../io.ts';
import { ageOf, minuteOf } from './times.ts';
import { fail, ok, skip, warn, type Told, type Verdict } from './verdict.ts';
import type { Tail } from './tail.ts';

const nightMs = silenceHours * 3_600_000;

export interface NightsAsked {
  /** The timer's own expression; where it is not known, the last run's record may tell it. */
  readonly cron: string | undefined;
  readonly nowMs: number;
}

export function judgeNights(tail: Told<Tail>, asked: NightsAsked): readonly Verdict[] {
  if (!tail.ok) return [skip('the log could not be read')];
  const runs = tail.value.records.filter(isRunRecord);
  const [last] = runs;
  if (last === undefined) {
    const isElsewhere = tail.value.isAbsent === true;
    return [skip(isElsewhere ? 'the log is not on this machine' : 'the log has no run yet')];
  }
  return [
    judgeLastRun(runs, asked),
    ...judgeMissed(runs),
    ...judgeIncomplete(runs),
    ...judgeBlind(last),
    ...judgeTold(tail.value.records, last, asked.nowMs),
  ];
}

/** @param runs the latest first */
function judgeLastRun(runs: readonly RunRecord[], { cron: known, nowMs }: NightsAsked): Verdict {
  const last = runs.find(({ predicate }) => predicate.run.trigger.type === 'timer');
  if (last === undefined) {
    return warn(
      `none of the last ${countOf(runs.length, 'run')} came from a timer`,
      'check the timer, or that AUDIT_EVIDENCE is the one that the function has',
    );
  }
  const { trigger, id } = last.predicate.run;
  const scheduledMs = Date.parse(trigger.scheduledAt);
  const what = `the timer’s last run, ${plainLine(id, 120)}, was ${ageOf(nowMs - scheduledMs)} ago`;
  const cron = known ?? trigger.cron;
  if (cron === undefined) {
    return nowMs - scheduledMs > nightMs
      ? warn(
          `${what}, and nothing tells its schedule`,
          'check the timer; give its message {"cron": "…"} as serverless.yml has it',
        )
      : ok(what);
  }
  const missing = missingSince(cron, scheduledMs, nowMs);
  const [first] = missing;
  return first === undefined
    ? ok(`${what}, and none is missing since`)
    : fail(
        `${what}: ${countOf(missing.length, 'run')} missing since, the first of ${minuteOf(first, 'UTC')} UTC`,
        'see the checks of the function, its timer and its last invocations',
      );
}

/** Where past runs leave the zone open, only what is missing in either counts. */
function missingSince(cron: string, lastMs: number, nowMs: number): readonly number[] {
  const told = zonesOf(cron, [lastMs]);
  const zones = told.length > 0 ? told : zonesOf(cron, []);
  const missing = zones.map((zone) => ticksBetween(cron, zone, lastMs, nowMs - graceMs));
  return missing.reduce(
    (least, other) => (other.length < least.length ? other : least),
    missing[0] ?? [],
  );
}

function judgeMissed(runs: readonly RunRecord[]): readonly Verdict[] {
  const missed = runs.flatMap(({ predicate }) => predicate.missed);
  const times = [...new Set(missed)].map((at) => Date.parse(at)).filter(Number.isFinite);
  if (times.length === 0) return [];
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const span =
    first === last
      ? `${minuteOf(first, 'UTC')} UTC`
      : `from ${minuteOf(first, 'UTC')} to ${minuteOf(last, 'UTC')} UTC`;
  return [
    warn(
      `${countOf(times.length, 'night')} without a run among the last ${String(runs.length)}: ${span}`,
      'it was told when the timer fired again; the watchdog tells it the same night',
    ),
  ];
}

function judgeIncomplete(runs: readonly RunRecord[]): readonly Verdict[] {
  const incomplete = runs.filter(({ predicate }) => {
    // The log may hold anything: only a plain yes is one.
    const isComplete: unknown = predicate.run.complete;
    return isComplete !== true;
  });
  const [first] = incomplete;
  if (first === undefined) return [];
  const isLast = first === runs[0];
  const judge = isLast ? fail : warn;
  return [
    judge(
      `${countOf(incomplete.length, 'run')} of the last ${String(runs.length)} did not reach every account in time, the latest ${plainLine(first.predicate.run.id, 120)}`,
      'give the function more time: timeout in serverless.yml',
    ),
  ];
}

/** What the function itself may not read shows here, whatever this machine's keys may. */
function judgeBlind({ predicate }: RunRecord): readonly Verdict[] {
  const { counts, run } = predicate;
  const blind = counts.error;
  if (blind === 0) return [];
  return [
    warn(
      `the last run, ${plainLine(run.id, 120)}, could not tell ${countOf(blind, 'finding')}`,
      'the reasons: tcss-audit report, or tcss-audit export --format csv',
    ),
  ];
}

/** @param records the latest first */
function judgeTold(
  records: readonly LogRecord[],
  lastRun: RunRecord,
  nowMs: number,
): readonly Verdict[] {
  const deliveries = records.filter((record) => record.kind === 'delivery');
  const [latest] = deliveries;
  if (latest === undefined) {
    return [skip('the log records no delivery: no channel was set for any of its last runs')];
  }
  const { id, finishedAt } = lastRun.predicate.run;
  const isTold = deliveries.some(({ predicate }) => predicate.runId === id);
  if (!isTold && nowMs - Date.parse(finishedAt) > graceMs) {
    return [
      fail(
        `no channel was told of the last run, ${plainLine(id, 120)}`,
        'see the last invocations; the next run tells what this one left out',
      ),
    ];
  }
  const { runId } = latest.predicate;
  const run = records.filter(isRunRecord).find(({ predicate }) => predicate.run.id === runId);
  const names = deliveries
    .filter(({ predicate }) => predicate.runId === runId)
    .flatMap(({ predicate }) => predicate.deliveries.map(({ channel }) => channel));
  const untold = run === undefined ? [] : untoldOf(records, run, [...new Set(names)]);
  if (untold.length === 0) return [ok(`every channel was told of ${plainLine(runId, 120)}`)];
  return untold.map(({ channel, reason }) =>
    fail(
      `${plainLine(channel, 200)} was not told of ${plainLine(runId, 120)}: ${plainLine(reason ?? 'no reason', 200)}`,
      'mend the channel (docs/channels.md); the next run tells what this one could not',
    ),
  );
}

/** The timer: whether it will fire, when, and in which zone the platform reads its expression. */
import type { RunRecord } from '../../shared/evidence/record.ts';
import { isObject, own, parseJson } from '../../shared/json.ts';
import { nextTick, zonesOf, type CronZone } from '../../shared/schedule.ts';
import { plainLine } from '../../shared/text.ts';
import type { Timer } from '../deploy/state.ts';
import { countOf } from '../io.ts';
import { minuteOf } from './times.ts';
import { fail, ok, warn, type Verdict } from './verdict.ts';

/**
 * @param described as it is to be
 * @param found undefined: the function has no timer of that name
 */
export function judgeTimer(
  described: Timer,
  found: Timer | undefined,
  runs: readonly RunRecord[],
  nowMs: number,
): readonly Verdict[] {
  const deploy = 'tcss-audit deploy sets it as serverless.yml says';
  const timer = `timer ${described.name}`;
  if (found === undefined)
    return [fail(`the function has no ${timer}: nothing runs by itself`, deploy)];
  const faults = [
    ...(found.isOpen || !described.isOpen
      ? []
      : [fail(`${timer} is switched off: nothing runs by itself`, deploy)]),
    ...(found.cron === described.cron
      ? []
      : [
          fail(
            `${timer} fires at "${plainLine(found.cron, 100)}", and serverless.yml says "${described.cron}"`,
            deploy,
          ),
        ]),
  ];
  const dormant = found.isOpen
    ? []
    : [warn(`${timer} is switched off, as serverless.yml says`, 'set enable: true there')];
  const told = cronIn(found.argument ?? '');
  const untold =
    told === found.cron
      ? []
      : [
          warn(
            `${timer} ${told === undefined ? 'does not tell the function its expression' : `tells the function another expression, "${plainLine(told, 100)}"`}: missing nights are not noticed`,
            'give its argument {"cron": "…"} as in serverless.yml',
          ),
        ];
  if (!found.isOpen) return [...(faults.length > 0 ? faults : dormant), ...untold];
  return [...faults, judgeNext(found, runs, nowMs), ...untold];
}

/** Past runs are the only ones who know the zone: the platform's pages do not tell it. */
function judgeNext({ name, cron }: Timer, runs: readonly RunRecord[], nowMs: number): Verdict {
  const ticks = runs.flatMap(({ predicate: { run } }) => {
    const { type, name: from, scheduledAt, cron: by = cron } = run.trigger;
    return type === 'timer' && from === name && by === cron ? [Date.parse(scheduledAt)] : [];
  });
  const zones = zonesOf(cron, ticks);
  const [zone] = zones;
  const what = `timer ${name} "${plainLine(cron, 100)}"`;
  if (zone === undefined) {
    return ticks.length === 0
      ? fail(
          `${what} has no expression that can be read`,
          'see docs/deploy.md for its seven fields',
        )
      : warn(
          `${what} is on, and its ${countOf(ticks.length, 'past run')} fit it in neither zone`,
          'find out what else fires the function: another timer of that name, or a changed expression',
        );
  }
  const next = (where: CronZone) => {
    const ms = nextTick(cron, where, nowMs);
    return ms === undefined
      ? 'never again'
      : `${minuteOf(ms, 'Asia/Shanghai')} in Asia/Shanghai, ${minuteOf(ms, 'UTC')} UTC`;
  };
  if (ticks.length > 0 && zones.length === 1) {
    return ok(
      `${what} is on; next ${next(zone)}; the platform reads it in ${zone}, as ${countOf(ticks.length, 'past run')} ${ticks.length === 1 ? 'tells' : 'tell'}`,
    );
  }
  const both = zones.map((where) => `${next(where)} if it is read in ${where}`).join('; ');
  return ok(`${what} is on; which zone it is read in no past run tells yet: next ${both}`);
}

function cronIn(argument: string): string | undefined {
  try {
    const parsed = parseJson(argument);
    const cron = isObject(parsed) ? own(parsed, 'cron') : undefined;
    return typeof cron === 'string' ? cron : undefined;
  } catch {
    return undefined;
  }
}

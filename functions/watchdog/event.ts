/** From what SCF hands over to what is watched. */
import { isObject, own, parseJson } from '../../shared/json.ts';
import type { Json, JsonObject, Problem, Result, RunIdentity } from '../../shared/model.ts';
import { isCron } from '../../shared/schedule.ts';
import type { Watched } from '../../shared/awaited.ts';
import { parseEvent } from '../audit/event.ts';

export interface WatchdogEvent {
  /** Names this tick of the watchdog. */
  readonly identity: RunIdentity;
  readonly watched: Watched;
}

const form = '{"watch": {"trigger": "nightly", "cron": "0 23 3 * * * *"}}';

/**
 * A timer's message says what it watches; where it says nothing, that is any timer, every night. An event
 * of another kind (the console's, say) may hold the same.
 */
export function parseWatchdogEvent(event: unknown, nowMs: number): Result<WatchdogEvent, Problem> {
  const problems: Problem[] = [];
  const identity = parseEvent(event, nowMs);
  if (!identity.ok) problems.push(...identity.problems);
  const watched = watchedIn(isObject(event) ? event : {}, problems);
  const [first, ...rest] = problems;
  return first !== undefined || !identity.ok
    ? { ok: false, problems: [first ?? { where: 'event', what: 'is none' }, ...rest] }
    : { ok: true, value: { identity: identity.value, watched } };
}

function watchedIn(event: JsonObject, problems: Problem[]): Watched {
  const message = own(event, 'Message');
  const isTold = typeof message === 'string' && message.trim() !== '';
  const holder = isTold ? parsed(message) : event;
  if (!isObject(holder)) {
    problems.push({ where: 'Message', what: `is not JSON: give ${form}` });
    return {};
  }
  // Whoever writes a message means to say what is watched.
  for (const name of isTold ? Object.keys(holder) : []) {
    if (name !== 'watch') {
      problems.push({ where: 'Message', what: `holds more than "watch": give ${form}` });
      return {};
    }
  }
  const watch = own(holder, 'watch');
  if (watch === undefined) return {};
  if (isObject(watch)) return parseWatched(watch, problems);
  problems.push({ where: 'watch', what: `is no object: give ${form}` });
  return {};
}

function parseWatched(watch: JsonObject, problems: Problem[]): Watched {
  const trigger = own(watch, 'trigger');
  const cron = own(watch, 'cron');
  const complain = (where: string, what: string) => {
    problems.push({ where: `watch.${where}`, what });
  };
  for (const name of Object.keys(watch)) {
    if (name !== 'trigger' && name !== 'cron') {
      // A name is not shown: it is whatever somebody put there.
      problems.push({ where: 'watch', what: 'holds more than "trigger" and "cron"' });
      break;
    }
  }
  if (trigger !== undefined && !isTriggerName(trigger)) {
    complain('trigger', 'must be the name of the audit’s timer: "nightly"');
  }
  if (cron !== undefined && !(typeof cron === 'string' && cron.length <= 100 && isCron(cron))) {
    complain('cron', 'must be the seven fields of the audit’s timer: "0 23 3 * * * *"');
  }
  if (cron !== undefined && trigger === undefined) {
    complain('trigger', 'is missing: give the name of the timer that has this cron');
  }
  return {
    ...(typeof trigger === 'string' && { trigger }),
    ...(typeof cron === 'string' && { cron }),
  };
}

function isTriggerName(value: Json): value is string {
  return typeof value === 'string' && /^[A-Za-z][\w-]{0,99}$/.test(value);
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

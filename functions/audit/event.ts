/** From what SCF hands over to the identity of the run. */
import type { JsonObject, Problem, Result, RunIdentity } from '../../shared/model.ts';
import { isObject, own, parseJson } from '../../shared/json.ts';
import { identify } from '../../shared/identity.ts';

/** With a zone: without one its meaning would depend on who reads it. */
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;

/**
 * A timer's event names the run, so that a repeated tick is the same run. Anything else (a test event of
 * the console, say) is a run of its own.
 * https://www.tencentcloud.com/document/product/583/9708
 */
export function parseEvent(event: unknown, nowMs: number): Result<RunIdentity, Problem> {
  const fields = isObject(event) ? event : {};
  const type = own(fields, 'Type');
  if (typeof type !== 'string' || type.toLowerCase() !== 'timer') {
    return { ok: true, value: identify('manual', 'manual', nowMs) };
  }
  const name = own(fields, 'TriggerName');
  const time = own(fields, 'Time');
  const isName = typeof name === 'string' && /^[A-Za-z][\w-]{0,99}$/.test(name);
  const scheduledMs = typeof time === 'string' && instant.test(time) ? Date.parse(time) : NaN;
  if (isName && Number.isFinite(scheduledMs)) {
    return { ok: true, value: identify('timer', name, scheduledMs, cronOf(fields)) };
  }
  const badName: Problem = {
    where: 'TriggerName',
    what: 'must begin with a letter and have at most 100 letters, digits, - or _',
  };
  const badTime: Problem = {
    where: 'Time',
    what: 'must be an ISO 8601 time such as 2026-11-24T18:00:00Z',
  };
  if (isName) return { ok: false, problems: [badTime] };
  return { ok: false, problems: [badName, ...(Number.isFinite(scheduledMs) ? [] : [badTime])] };
}

/** The timer's message is a text that its owner sets; serverless.yml puts `{"cron": "…"}` there. */
function cronOf(fields: JsonObject): string | undefined {
  const message = own(fields, 'Message');
  if (typeof message !== 'string') return undefined;
  try {
    const parsed = parseJson(message);
    const cron = isObject(parsed) ? own(parsed, 'cron') : undefined;
    return typeof cron === 'string' && cron.length <= 100 ? cron : undefined;
  } catch {
    return undefined;
  }
}

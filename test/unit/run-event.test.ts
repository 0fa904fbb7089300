import { expect, it } from 'vitest';

import { deadlineOf, type ScfContext } from '../../functions/audit/context.ts';
import { parseEvent } from '../../functions/audit/event.ts';
import { identify } from '../../shared/identity.ts';

const nowMs = Date.UTC(2026, 10, 24, 18, 0, 3, 7);
const timer = {
  Type: 'Timer',
  TriggerName: 'nightly',
  Time: '2026-11-24T18:00:00Z',
  Message: 'whatever',
};
const nightly = {
  id: 'nightly-20261124T180000Z',
  trigger: { type: 'timer', name: 'nightly', scheduledAt: '2026-11-24T18:00:00.000Z' },
};
const manual = {
  id: 'manual-20261124T180003007Z',
  trigger: { type: 'manual', name: 'manual', scheduledAt: '2026-11-24T18:00:03.007Z' },
};

const runs: Record<string, readonly [unknown, object]> = {
  "a timer's tick": [timer, nightly],
  'the same tick again, an hour later': [{ ...timer, Message: '' }, nightly],
  'a type in lower case': [{ ...timer, Type: 'timer' }, nightly],
  'a type in capitals': [{ ...timer, Type: 'TIMER' }, nightly],
  'a time in another zone': [{ ...timer, Time: '2026-11-25T02:00:00+08:00' }, nightly],
  'a time with milliseconds': [
    { ...timer, Time: '2026-11-24T18:00:00.123Z' },
    {
      id: 'nightly-20261124T180000123Z',
      trigger: { ...nightly.trigger, scheduledAt: '2026-11-24T18:00:00.123Z' },
    },
  ],
  'a name with all that a name may have': [
    { ...timer, TriggerName: 'A-b_9' },
    { id: 'A-b_9-20261124T180000Z', trigger: { ...nightly.trigger, name: 'A-b_9' } },
  ],
  'no event': [undefined, manual],
  null: [null, manual],
  'an empty event': [{}, manual],
  'a list': [[timer], manual],
  'a text': ['Timer', manual],
  'an event of an API gateway': [{ httpMethod: 'POST', body: '{"Type":"Timer"}' }, manual],
  'an event of a queue': [{ Records: [{ CMQ: { type: 'topic' } }] }, manual],
  'a type that is no text': [{ ...timer, Type: 1 }, manual],
  'an inherited type': [Object.create(timer), manual],
};
it.each(Object.entries(runs))('takes %s', (_name, [event, value]) => {
  expect(parseEvent(event, nowMs)).toEqual({ ok: true, value });
});

const name = 'must begin with a letter and have at most 100 letters, digits, - or _';
const time = 'must be an ISO 8601 time such as 2026-11-24T18:00:00Z';
const badName = { where: 'TriggerName', what: name };
const badTime = { where: 'Time', what: time };
const refused: Record<string, readonly [object, readonly object[]]> = {
  'no name': [{ ...timer, TriggerName: undefined }, [badName]],
  'an empty name': [{ ...timer, TriggerName: '' }, [badName]],
  'a name that is no text': [{ ...timer, TriggerName: 7 }, [badName]],
  'a name with a way up': [{ ...timer, TriggerName: 'a/../../b' }, [badName]],
  'a name with a dot, which a webhook-id may not have': [
    { ...timer, TriggerName: 'a.b' },
    [badName],
  ],
  'a name that begins with a digit': [{ ...timer, TriggerName: '1a' }, [badName]],
  'a name with a line break': [{ ...timer, TriggerName: 'a\n' }, [badName]],
  'a name of other letters': [{ ...timer, TriggerName: '每晚' }, [badName]],
  'a name of 101 characters': [{ ...timer, TriggerName: 'a'.repeat(101) }, [badName]],
  'no time': [{ ...timer, Time: undefined }, [badTime]],
  'a time that is none': [{ ...timer, Time: 'tonight' }, [badTime]],
  'a time that is a number': [{ ...timer, Time: nowMs }, [badTime]],
  'a day that is none': [{ ...timer, Time: '2026-11-31T25:00:00Z' }, [badTime]],
  'a year that no name in the store can hold': [
    { ...timer, Time: '+010000-01-01T00:00:00Z' },
    [badTime],
  ],
  'neither name nor time': [{ Type: 'Timer' }, [badName, badTime]],
};
it.each(Object.entries(refused))('refuses a tick with %s', (_name, [event, problems]) => {
  expect(parseEvent(event, nowMs)).toEqual({ ok: false, problems });
});

it.each(['1', '2026', '2026-11-24 18:00', 'Nov 24, 2026', '2026-11-24T18:00:00'])(
  'refuses the time %j, whose meaning depends on who reads it',
  (Time) => {
    expect(parseEvent({ ...timer, Time }, nowMs)).toEqual({ ok: false, problems: [badTime] });
  },
);

const crons: Record<string, readonly [unknown, string?]> = {
  'the one that its message tells': ['{"cron":"0 0 2 * * * *"}', '0 0 2 * * * *'],
  'the one among other things': ['{"x":1,"cron":"0 0 2 * * * *"}', '0 0 2 * * * *'],
  'none of a text': ['nightly audit'],
  'none of JSON without one': ['{}'],
  'none of a list': ['["0 0 2 * * * *"]'],
  'none that is no text': ['{"cron":7}'],
  'none by inheritance': ['{"__proto__":{"cron":"0 0 2 * * * *"}}'],
  'none that is longer than any': [JSON.stringify({ cron: '0 '.repeat(51) })],
  'none of a message that is no text': [{ cron: '0 0 2 * * * *' }],
};
it.each(Object.entries(crons))('knows of cron expressions %s', (_name, [Message, cron]) => {
  const { id, trigger } = nightly;
  expect(parseEvent({ ...timer, Message }, nowMs)).toEqual({
    ok: true,
    value: { id, trigger: { ...trigger, ...(cron !== undefined && { cron }) } },
  });
});

it('gives every instant a run of its own', () => {
  const ids = [0, 1, 1000, 60_000].map((ms) => identify('manual', 'm', nowMs + ms).id);
  expect(new Set(ids).size).toBe(4);
});

const deadlines: Record<string, readonly [ScfContext, number]> = {
  'what is left, less half a second': [{ getRemainingTimeInMillis: () => 30_000 }, 29_500],
  'what is left rather than the limit': [
    { getRemainingTimeInMillis: () => 30_000, time_limit_in_ms: 60_000 },
    29_500,
  ],
  'the limit where nobody says what is left': [{ time_limit_in_ms: 60_000 }, 59_500],
  'five minutes where nobody says anything': [{}, 299_500],
  'five minutes where it makes no sense': [{ getRemainingTimeInMillis: () => NaN }, 299_500],
  'nothing where nothing is left': [{ getRemainingTimeInMillis: () => 0 }, 0],
  'nothing where the deadline is over': [{ getRemainingTimeInMillis: () => -1_000 }, 0],
  'nothing where half a second is left': [{ getRemainingTimeInMillis: () => 500 }, 0],
  'nothing where less is left': [{ getRemainingTimeInMillis: () => 3 }, 0],
};
it.each(Object.entries(deadlines))('answers within %s', (_name, [context, ms]) => {
  expect(deadlineOf(context, nowMs)).toBe(nowMs + ms);
});

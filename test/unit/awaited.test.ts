/** Which run should be in the log by now: schedules, zones, clocks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { awaitedOf, graceMs, untoldOf, type Watched } from '../../shared/awaited.ts';
import { openLog } from '../../shared/evidence/chain.ts';
import { isRunRecord, type LogRecord } from '../../shared/evidence/record.ts';
import { isCron, lastTick } from '../../shared/schedule.ts';
import { addDelivery, logOf, type Run } from '../support/watched-log.ts';

const nightly: Watched = { trigger: 'nightly', cron: '0 23 3 * * * *' };

async function recordsOf(runs: readonly Run[]): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const record of openLog(await logOf(runs), undefined).backwards())
    records.push(record);
  return records;
}

/** In one word, with the time that it is about. */
async function awaited(runs: readonly Run[], watched: Watched, now: string): Promise<string> {
  const found = awaitedOf((await recordsOf(runs)).filter(isRunRecord), watched, Date.parse(now));
  const isoOf = (ms: number | undefined) =>
    ms === undefined ? 'never' : new Date(ms).toISOString().replace(':00.000Z', '');
  switch (found.kind) {
    case 'run':
      return `run ${found.run.predicate.run.id}`;
    case 'none':
      return `none at ${isoOf(found.tickMs)}, last ${isoOf(found.lastMs)}`;
    case 'silent':
      return `silent, last ${isoOf(found.lastMs)}`;
    case 'not due':
      return 'not due';
  }
}

const at = (day: number, time = '19:23:00', name = 'nightly'): Run => ({
  at: `2026-11-${String(day)}T${time}Z`,
  name,
});

type Case = readonly [readonly Run[], Watched, string, string];

const cases: Readonly<Record<string, Case>> = {
  'is there, three hours later': [
    [at(23), at(24)],
    nightly,
    '2026-11-24T22:23:00Z',
    'run nightly-20261124T192300Z',
  ],
  'is not there': [
    [at(22), at(23)],
    nightly,
    '2026-11-24T22:23:00Z',
    'none at 2026-11-24T19:23, last 2026-11-23T19:23',
  ],
  'is that of the night before, to the last moment of grace': [
    [at(22), at(23)],
    nightly,
    '2026-11-24T19:52:59.999Z',
    'run nightly-20261123T192300Z',
  ],
  'is missed when that moment is over': [
    [at(22), at(23)],
    nightly,
    '2026-11-24T19:53:00.000Z',
    'none at 2026-11-24T19:23, last 2026-11-23T19:23',
  ],
  'is that of the night before where a young one is sealed already': [
    [at(23), at(24)],
    nightly,
    '2026-11-24T19:30:00Z',
    'run nightly-20261123T192300Z',
  ],
  'may name its time some seconds off': [
    [at(23), at(24, '19:23:59')],
    nightly,
    '2026-11-24T22:23:00Z',
    'run nightly-20261124T192359Z',
  ],
  'may not name it minutes off': [
    [at(23), at(24, '19:25:00')],
    nightly,
    '2026-11-24T22:23:00Z',
    'none at 2026-11-24T19:23, last 2026-11-23T19:23',
  ],
  'is of UTC where past runs are': [
    [at(23, '03:23:00'), at(24, '03:23:00')],
    nightly,
    '2026-11-24T22:23:00Z',
    'run nightly-20261124T032300Z',
  ],
  'is missed in UTC where past runs are of UTC': [
    [at(22, '03:23:00'), at(23, '03:23:00')],
    nightly,
    '2026-11-24T06:23:00Z',
    'none at 2026-11-24T03:23, last 2026-11-23T03:23',
  ],
  'goes by the latest run that tells the zone': [
    [at(21, '03:23:00'), at(22, '03:23:00'), at(23), at(24)],
    nightly,
    '2026-11-24T22:23:00Z',
    'run nightly-20261124T192300Z',
  ],
  'passes over runs of another schedule': [
    [at(22), at(23), at(24, '08:00:00')],
    nightly,
    '2026-11-24T22:23:00Z',
    'none at 2026-11-24T19:23, last 2026-11-24T08:00',
  ],
  'without a run that tells the zone is the later of the two, in Shanghai': [
    [],
    nightly,
    '2026-11-24T22:23:00Z',
    'none at 2026-11-24T19:23, last never',
  ],
  'without a run that tells the zone is the later of the two, in UTC': [
    [],
    nightly,
    '2026-11-24T06:23:00Z',
    'none at 2026-11-24T03:23, last never',
  ],
  'is not another timer’s': [
    [at(23), at(24, '19:23:00', 'hourly')],
    nightly,
    '2026-11-24T22:23:00Z',
    'none at 2026-11-24T19:23, last 2026-11-23T19:23',
  ],
  'is not one that a person started': [
    [at(23), { ...at(24), type: 'manual' }],
    nightly,
    '2026-11-24T22:23:00Z',
    'none at 2026-11-24T19:23, last 2026-11-23T19:23',
  ],
  'is found however many others came since': [
    [at(24), ...[20, 21, 22].map((hour) => at(24, `${String(hour)}:00:00`, 'extra'))],
    nightly,
    '2026-11-24T22:23:00Z',
    'run nightly-20261124T192300Z',
  ],
  'of every hour is the last one that had its grace': [
    [at(24, '20:00:00'), at(24, '21:00:00')],
    { trigger: 'nightly', cron: '0 0 * * * * *' },
    '2026-11-24T22:23:00Z',
    'run nightly-20261124T210000Z',
  ],
  'of every month may be weeks old': [
    [at(1, '19:23:00')].map((run) => ({ ...run, at: '2026-10-31T19:23:00Z' })),
    { trigger: 'nightly', cron: '0 23 3 1 * * *' },
    '2026-11-24T22:23:00Z',
    'run nightly-20261031T192300Z',
  ],
  'is none where the timer has never fired yet': [
    [],
    { trigger: 'nightly', cron: '0 23 3 1 1 * 2099' },
    '2026-11-24T22:23:00Z',
    'not due',
  ],
  'without a schedule is the last one within 26 hours': [
    [at(22), at(23, '20:23:00')],
    {},
    '2026-11-24T22:23:00Z',
    'run nightly-20261123T202300Z',
  ],
  'without a schedule is silence a moment later': [
    [at(22), at(23, '20:23:00')],
    {},
    '2026-11-24T22:23:00.001Z',
    'silent, last 2026-11-23T20:23',
  ],
  'without a schedule may be of any timer': [
    [at(22), at(24, '12:00:00', 'weekly')],
    {},
    '2026-11-24T22:23:00Z',
    'run weekly-20261124T120000Z',
  ],
  'without a schedule is of the named timer': [
    [at(22), at(24, '12:00:00', 'weekly')],
    { trigger: 'nightly' },
    '2026-11-24T22:23:00Z',
    'silent, last 2026-11-22T19:23',
  ],
  'without a schedule is nobody’s that a person started': [
    [{ ...at(24), type: 'manual' }],
    {},
    '2026-11-24T22:23:00Z',
    'silent, last never',
  ],
  'without a schedule is not waited for while one is young': [
    [at(22), at(24, '22:00:00')],
    {},
    '2026-11-24T22:23:00Z',
    'not due',
  ],
  'without a schedule is not replaced by one of next year': [
    [at(22), { at: '2027-11-24T22:00:00Z' }],
    {},
    '2026-11-24T22:23:00Z',
    'silent, last 2026-11-22T19:23',
  ],
};

describe('the run that is awaited', () => {
  it.each(Object.entries(cases))('%s', async (_name, [runs, watched, now, expected]) => {
    expect(await awaited(runs, watched, now)).toBe(expected);
  });

  const dayMs = 86_400_000;
  const startMs = Date.UTC(2026, 9, 1);
  const anySchedule = fc.record({
    minuteOfDay: fc.integer({ min: 0, max: 1439 }),
    zoneMs: fc.constantFrom(0, 8 * 3_600_000),
    nights: fc.integer({ min: 1, max: 5 }),
    laterMs: fc.integer({ min: graceMs, max: dayMs + graceMs - 1 }),
  });
  const scheduleOf = ({ minuteOfDay, zoneMs }: { minuteOfDay: number; zoneMs: number }) => {
    const [hour, minute] = [Math.floor(minuteOfDay / 60), minuteOfDay % 60];
    return {
      watched: { trigger: 'nightly', cron: `0 ${String(minute)} ${String(hour)} * * * *` },
      tickOf: (night: number) => startMs + night * dayMs + minuteOfDay * 60_000 - zoneMs,
    };
  };

  it('is there at any time where every night has its run, in whichever zone', async () => {
    await fc.assert(
      fc.asyncProperty(anySchedule, async ({ nights, laterMs, ...any }) => {
        const { watched, tickOf } = scheduleOf(any);
        const runs = Array.from({ length: nights }, (_, night) => ({
          at: new Date(tickOf(night)).toISOString(),
        }));
        const found = awaitedOf(
          (await recordsOf(runs)).filter(isRunRecord),
          watched,
          tickOf(nights - 1) + laterMs,
        );
        expect(found).toMatchObject({ kind: 'run', run: { seq: nights } });
      }),
    );
  });

  it('is missed at any time where the last night has none', async () => {
    await fc.assert(
      fc.asyncProperty(anySchedule, async ({ nights, laterMs, ...any }) => {
        const { watched, tickOf } = scheduleOf(any);
        const runs = Array.from({ length: nights }, (_, night) => ({
          at: new Date(tickOf(night)).toISOString(),
        }));
        const found = awaitedOf(
          (await recordsOf(runs)).filter(isRunRecord),
          watched,
          tickOf(nights) + laterMs,
        );
        expect(found).toEqual({ kind: 'none', tickMs: tickOf(nights), lastMs: tickOf(nights - 1) });
      }),
    );
  });
});

describe('the last tick', () => {
  const untilMs = Date.parse('2026-11-24T19:23:00.000Z');
  const before = '2026-11-23T19:23:00.000Z';
  const lastOf = (until: number, past: readonly string[] = [before]) => {
    const tick = lastTick(
      '0 23 3 * * * *',
      past.map((text) => Date.parse(text)),
      until,
    );
    return tick === undefined ? undefined : new Date(tick).toISOString();
  };

  it('includes its very moment, and not the one before', () => {
    expect([lastOf(untilMs - 1), lastOf(untilMs), lastOf(untilMs + 1)]).toEqual([
      before,
      '2026-11-24T19:23:00.000Z',
      '2026-11-24T19:23:00.000Z',
    ]);
  });

  it.each(['', 'nightly', '0 23 3 * * *  ', '99 23 3 * * * *', '2026-11-24T19:23:00'])(
    'is none of "%s", which is no schedule of a timer',
    (cron) => {
      expect(isCron(cron)).toBe(false);
    },
  );

  it.each(['0 23 3 * * * *', '0 0 12 * * WED *', '0 */30 9-17 * * * *', '0 0 0 L * ? *'])(
    'takes "%s"',
    (cron) => {
      expect(isCron(cron)).toBe(true);
    },
  );
});

describe('who has not heard of a run', () => {
  const sent = (channel: string) => ({ channel, status: 'sent' }) as const;
  const failed = (channel: string, reason: string) =>
    ({ channel, status: 'failed', reason }) as const;
  const untold = async (runs: readonly Run[], channels = ['a', 'b']) => {
    const records = await recordsOf(runs);
    const run = records
      .filter(isRunRecord)
      .find(({ predicate }) => predicate.run.trigger.name === 'nightly');
    if (run === undefined) throw new Error('no run');
    const reached = records.filter(({ seq }) => seq >= run.seq);
    return untoldOf(reached, run, channels).map(
      ({ channel, reason }) => `${channel}: ${String(reason)}`,
    );
  };
  const told: Readonly<Record<string, readonly [readonly Run[], readonly string[]]>> = {
    'nobody, where all were told or had nothing to hear': [
      [{ ...at(24), told: [[sent('a'), { channel: 'b', status: 'nothing' }]] }],
      [],
    ],
    'all, where nobody recorded anything': [[at(24)], ['a: null', 'b: null']],
    'one that is not among those told': [[{ ...at(24), told: [[sent('a')]] }], ['b: null']],
    'one that failed, with the reason of its last attempt': [
      [
        {
          ...at(24),
          told: [[sent('a'), failed('b', 'HTTP 500')], [failed('b', 'HTTP 404')]],
        },
      ],
      ['b: HTTP 404'],
    ],
    'nobody, where a later attempt got through': [
      [{ ...at(24), told: [[sent('a'), failed('b', 'HTTP 500')], [sent('b')]] }],
      [],
    ],
    'nobody, where a later run told them': [
      [at(24), { ...at(24, '21:00:00', 'extra'), told: [[sent('a'), sent('b')]] }],
      [],
    ],
    'one that only an earlier run told': [
      [{ ...at(23, '19:23:00', 'before'), told: [[sent('a'), sent('b')]] }, at(24)],
      ['a: null', 'b: null'],
    ],
  };
  it.each(Object.entries(told))('%s', async (_name, [runs, expected]) => {
    expect(await untold(runs)).toEqual(expected);
  });

  it('is not asked of deliveries of earlier runs that were recorded later', async () => {
    const store = await logOf([at(23, '19:23:00', 'before'), at(24)]);
    await addDelivery(store, 'before-20261123T192300Z', [sent('a')]);
    const records: LogRecord[] = [];
    for await (const record of openLog(store, undefined).backwards()) records.push(record);
    const [run] = records.filter(isRunRecord);
    if (run === undefined) throw new Error('no run');
    expect(untoldOf(records.slice(0, 2), run, ['a'])).toEqual([{ channel: 'a', reason: null }]);
  });
});

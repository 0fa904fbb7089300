import { describe, expect, it } from 'vitest';

import {
  isCron,
  lastTick,
  missedTicks,
  nextTick,
  ticksBetween,
  zonesOf,
  type CronZone,
} from '../../shared/schedule.ts';

/** Midnight in UTC is eight in the morning in Shanghai. */
const utc = (text: string) => Date.parse(`${text}Z`);
const shanghai = (text: string) => Date.parse(`${text}+08:00`);
const iso = (ms: number) => new Date(ms).toISOString();
const nightly = '0 30 3 * * * *';

const cases: Record<string, readonly [string, number, number, readonly number[]]> = {
  'nothing between two nights': [
    nightly,
    shanghai('2026-11-24T03:30'),
    shanghai('2026-11-25T03:30'),
    [],
  ],
  'a night in between, as Shanghai counts': [
    nightly,
    shanghai('2026-11-24T03:30'),
    shanghai('2026-11-26T03:30'),
    [shanghai('2026-11-25T03:30')],
  ],
  'a night in between, as UTC counts': [
    nightly,
    utc('2026-11-24T03:30'),
    utc('2026-11-26T03:30'),
    [utc('2026-11-25T03:30')],
  ],
  'every night since the last run, whenever that was': [
    nightly,
    shanghai('2026-11-24T11:11:11'),
    shanghai('2026-11-27T03:30'),
    [shanghai('2026-11-25T03:30'), shanghai('2026-11-26T03:30')],
  ],
  'nothing for a tick that the expression does not explain': [
    nightly,
    shanghai('2026-11-24T03:30'),
    shanghai('2026-11-27T05:30'),
    [],
  ],
  'nothing for a tick that is a second late': [
    nightly,
    shanghai('2026-11-24T03:30'),
    shanghai('2026-11-27T03:30:01'),
    [],
  ],
  'nothing where the last run is later than this one': [
    nightly,
    shanghai('2026-11-27T03:30'),
    shanghai('2026-11-24T03:30'),
    [],
  ],
  'nothing where it is this very one': [
    nightly,
    shanghai('2026-11-24T03:30'),
    shanghai('2026-11-24T03:30'),
    [],
  ],
  'the hours of an hourly timer, where both zones explain the tick': [
    '0 0 * * * * *',
    utc('2026-11-24T03:00'),
    utc('2026-11-24T06:00'),
    [utc('2026-11-24T04:00'), utc('2026-11-24T05:00')],
  ],
  'working days, and not the days between': [
    '0 0 2 * * MON-FRI *',
    shanghai('2026-11-26T02:00'),
    shanghai('2026-12-01T02:00'),
    [shanghai('2026-11-27T02:00'), shanghai('2026-11-30T02:00')],
  ],
  'the days of the year that its last field names': [
    '0 30 3 * * * 2026',
    shanghai('2026-11-24T03:30'),
    shanghai('2026-11-26T03:30'),
    [shanghai('2026-11-25T03:30')],
  ],
  'nothing in a year that its last field does not name': [
    '0 30 3 * * * 2027',
    shanghai('2026-11-24T03:30'),
    shanghai('2026-11-26T03:30'),
    [],
  ],
  'nothing of the year that is over': [
    '0 30 3 * * * 2027',
    shanghai('2026-12-30T03:30'),
    shanghai('2027-01-02T03:30'),
    [shanghai('2027-01-01T03:30')],
  ],
};
it.each(Object.entries(cases))('misses %s', (_name, [cron, last, now, expected]) => {
  expect(missedTicks(cron, last, now)).toEqual(expected.map(iso));
});

it('names a month of ticks and no more', () => {
  const missed = missedTicks(nightly, shanghai('2026-01-01T03:30'), shanghai('2026-11-24T03:30'));
  expect(missed).toHaveLength(31);
  expect(missed[0]).toBe(iso(shanghai('2026-01-02T03:30')));
});

it('takes no longer for a tick every second over ten years', () => {
  const missed = missedTicks('* * * * * * *', utc('2016-11-24T03:30'), utc('2026-11-24T03:30'));
  expect(missed).toHaveLength(31);
});

const invalid = [
  '',
  'nightly audit',
  '0 0 0 0 0 0 0 0 0',
  '99 99 99 * * * *',
  '0 30 3 31 2 * *',
  '@nope',
  '* * * * * * * * * * * * *',
  '\u0000',
  '0 30 3 * * * 1969',
];
it.each(invalid)('makes nothing of %j', (cron) => {
  expect(missedTicks(cron, utc('2026-11-24T03:30'), utc('2026-11-26T03:30'))).toEqual([]);
});

// ---- The zone, as past runs tell it, and the times to come -------------------------------------

const told: Record<string, readonly [string, readonly number[], readonly CronZone[]]> = {
  'Shanghai for ticks of its night': [
    nightly,
    [shanghai('2026-11-24T03:30'), shanghai('2026-11-25T03:30')],
    ['Asia/Shanghai'],
  ],
  'UTC for ticks of its night': [nightly, [utc('2026-11-24T03:30')], ['UTC']],
  'neither for ticks of another schedule': [nightly, [utc('2026-11-24T05:30')], []],
  'neither where one tick is of each': [
    nightly,
    [shanghai('2026-11-24T03:30'), utc('2026-11-25T03:30')],
    [],
  ],
  'both where the hours do not matter': [
    '0 0 * * * * *',
    [utc('2026-11-24T05:00')],
    ['Asia/Shanghai', 'UTC'],
  ],
  'both before there was a tick': [nightly, [], ['Asia/Shanghai', 'UTC']],
  'neither for what is no expression': ['nightly', [], []],
};
it.each(Object.entries(told))('tells %s', (_name, [cron, ticks, zones]) => {
  expect(zonesOf(cron, ticks)).toEqual(zones);
});

it('names the next tick in either zone', () => {
  const nowMs = utc('2026-11-24T12:00');
  expect(nextTick(nightly, 'Asia/Shanghai', nowMs)).toBe(shanghai('2026-11-25T03:30'));
  expect(nextTick(nightly, 'UTC', nowMs)).toBe(utc('2026-11-25T03:30'));
  expect(nextTick('0 30 3 * * * 2025', 'UTC', nowMs)).toBeUndefined();
  expect(nextTick('nightly', 'UTC', nowMs)).toBeUndefined();
});

it('names the ticks between two times, and neither of them', () => {
  const [from, until] = [utc('2026-11-24T03:30'), utc('2026-11-27T03:30')];
  expect(ticksBetween(nightly, 'UTC', from, until)).toEqual([
    utc('2026-11-25T03:30'),
    utc('2026-11-26T03:30'),
  ]);
  expect(ticksBetween('nightly', 'UTC', from, until)).toEqual([]);
});

// ---- Which zone it is, where an expression explains ticks in both ------------------------------

/** Eight and sixteen hours apart: 19:00 in UTC is 03:00 in Shanghai. */
const twice = '0 0 3,19 * * * *';
const guesses: Record<string, readonly [last: number, expected: readonly number[]]> = {
  'UTC where the last run was of UTC alone': [
    utc('2026-11-23T03:00'),
    [utc('2026-11-23T19:00'), utc('2026-11-24T03:00')],
  ],
  'Shanghai where the last run was of Shanghai alone': [
    shanghai('2026-11-23T19:00'),
    [shanghai('2026-11-24T03:00'), shanghai('2026-11-24T19:00')],
  ],
  'Shanghai where the last run was of neither': [
    utc('2026-11-23T12:34'),
    [shanghai('2026-11-24T03:00'), shanghai('2026-11-24T19:00')],
  ],
  'Shanghai where the last run was of both': [
    utc('2026-11-23T19:00'),
    [shanghai('2026-11-24T19:00')],
  ],
};
it.each(Object.entries(guesses))('guesses that it is %s', (_name, [last, expected]) => {
  expect(missedTicks(twice, last, utc('2026-11-24T19:00'))).toEqual(expected.map(iso));
});

describe('the last tick', () => {
  const noon = utc('2026-11-24T12:00');
  const lasts: Record<
    string,
    readonly [cron: string, past: readonly number[], last: number | undefined]
  > = {
    'is of UTC where the past is': [nightly, [utc('2026-11-23T03:30')], utc('2026-11-24T03:30')],
    'is of Shanghai where the past is': [
      nightly,
      [shanghai('2026-11-23T03:30')],
      shanghai('2026-11-24T03:30'),
    ],
    'is the later of the two where there is no past': [nightly, [], utc('2026-11-24T03:30')],
    'is the later of the two where the past was of another schedule': [
      nightly,
      [utc('2026-11-23T05:55')],
      utc('2026-11-24T03:30'),
    ],
    'is the later of the two where the past is of both': [
      twice,
      [utc('2026-11-22T19:00')],
      shanghai('2026-11-24T19:00'),
    ],
    'goes by an older run where the latest is of both': [
      twice,
      [utc('2026-11-23T19:00'), utc('2026-11-23T03:00')],
      utc('2026-11-24T03:00'),
    ],
    'goes by an older run where the latest is of another schedule': [
      nightly,
      [utc('2026-11-23T05:55'), shanghai('2026-11-23T03:30')],
      shanghai('2026-11-24T03:30'),
    ],
    'goes by the latest run that tells': [
      nightly,
      [shanghai('2026-11-23T03:30'), utc('2026-11-22T03:30')],
      shanghai('2026-11-24T03:30'),
    ],
    'is none where it has never fired': ['0 0 0 1 1 * 2099', [], undefined],
    'is none of what is no expression': ['nightly', [utc('2026-11-23T03:30')], undefined],
  };
  it.each(Object.entries(lasts))('%s', (_name, [cron, past, last]) => {
    expect(lastTick(cron, past, noon)).toBe(last);
  });

  it('includes its very moment', () => {
    const tick = utc('2026-11-24T03:30');
    expect(lastTick(nightly, [tick], tick)).toBe(tick);
    expect(lastTick(nightly, [tick], tick - 1)).toBe(tick - 86_400_000);
  });
});

it.each([
  ['0 30 3 * * * *', true],
  ['0 30 3 * * MON-FRI 2026', true],
  ['0 30 3 * * *', false],
  ['30 3 * * *', false],
  ['0 30 3 * * * * ', false],
  ['0 99 3 * * * *', false],
  ['one two three four five six seven', false],
])('of "%s" it is %j that it is an expression of seven fields', (cron, is) => {
  expect(isCron(cron)).toBe(is);
});

it('names a month of ticks to come and no more, each within its times', () => {
  const [from, until] = [shanghai('2026-01-01T03:30'), shanghai('2026-11-24T03:30')];
  const ticks = ticksBetween(nightly, 'Asia/Shanghai', from, until);
  expect(ticks).toHaveLength(31);
  expect(ticks[0]).toBe(shanghai('2026-01-02T03:30'));
  expect(ticksBetween(nightly, 'Asia/Shanghai', until, from)).toEqual([]);
  expect(ticksBetween(nightly, 'Asia/Shanghai', from + 500, from + 86_400_001)).toEqual([
    shanghai('2026-01-02T03:30'),
  ]);
});

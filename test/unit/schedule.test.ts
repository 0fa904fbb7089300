import { expect, it } from 'vitest';

import {
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

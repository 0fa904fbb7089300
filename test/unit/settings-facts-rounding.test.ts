/** Faults found in shared/settings: each test says what should be, and fails today. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { parseInstant, parseUtcTimeOfDay } from '../../shared/settings/time.ts';
import { answers, verdictOf } from '../support/arbitraries.ts';
import {
  compiled,
  goodSettings,
  judge,
  observedAtMs,
  shipped,
  statusesOf,
} from '../support/settings.ts';

it('FALSE PASS: any answer whatever, with lists of anything and seconds in full date-times', () => {
  fc.assert(
    fc.property(answers(), (answer) => {
      const truth = Object.fromEntries(
        compiled.map(({ policy }) => [policy.id, verdictOf(policy.id, answer)]),
      );
      expect(statusesOf(answer.settings)).toEqual(truth);
    }),
    { numRuns: 4000, seed: 1 },
  );
});

describe('FALSE PASS: a window of no length is 1439 minutes, by an error of rounding', () => {
  // 2026-11-23 23:59:59 as instant / 60000 % 1440 is 1439.983333332464, 23:59:59 is 1439.9833333333333.
  const windows: Record<string, [start: string, end: string, status: string]> = {
    'equal times': ['2026-11-23 23:59:59', '23:59:59', 'fail'],
    'equal times, the other way round': ['12:00:20', '2026-11-23 12:00:20', 'fail'],
    'exactly an hour': ['2026-11-23 12:00:20', '13:00:20', 'pass'],
    'exactly an hour, the other way round': ['12:00:20', '2026-11-23 13:00:20', 'pass'],
    'a second short of an hour': ['2026-11-23 12:00:20', '13:00:19', 'fail'],
  };
  it.each(Object.entries(windows))('%s', (_name, [ScanTime, ScanEndTime, status]) => {
    const settings = { ...goodSettings, ScanTime, ScanEndTime };
    expect(judge(shipped('image-scan-window'), settings).status).toBe(status);
  });
});

describe('FALSE PASS: a selection of nothing that could be an image or a cluster', () => {
  it.each([[null], [0], [{}], [['a']], ['a', null]])(
    'Images or ClusterIDs are [%j …]',
    (...list) => {
      const images = { ...goodSettings, ScanScope: 1, Images: list };
      const clusters = { ...goodSettings, ScanScope: 3, ClusterIDs: list };
      const policy = shipped('image-scan-selection');
      expect([judge(policy, images).status, judge(policy, clusters).status]).toEqual([
        'error',
        'error',
      ]);
    },
  );
});

describe('FALSE PASS: an offset that no place on earth has shifts the last scan into yesterday', () => {
  const texts = [
    '2026-11-20 02:00:00-90:00',
    '2026-11-20T02:00:00-99:99',
    '2026-11-24 02:00:00+15:00',
    '2026-11-24 02:00:00+08:60',
  ];
  it.each(texts)('%s is no time', (text) => {
    expect(parseInstant(text, 'Asia/Shanghai')).toBeUndefined();
  });
  it('and the policy could not tell', () => {
    const settings = { ...goodSettings, LastScanTime: '2026-11-20 02:00:00-90:00' };
    expect(judge(shipped('image-scan-fresh'), settings).status).toBe('error');
  });
});

it('FALSE PASS by up to 18 s: 24 h 0 min 15 s overdue rounds to 24.00', () => {
  const settings = { ...goodSettings, LastScanTime: '2026-11-22T01:59:45Z' };
  expect(judge(shipped('image-scan-fresh'), settings, observedAtMs).status).toBe('fail');
});

describe('facts depend on the zone of the machine, so a verdict cannot be recomputed elsewhere', () => {
  const { TZ } = process.env;
  afterEach(() => {
    if (TZ === undefined) delete process.env['TZ'];
    else process.env['TZ'] = TZ;
  });
  const cases = {
    'a time of AUDIT_TIMEZONE=Asia/Shanghai, where the machine has a gap': [
      '2026-10-04 02:00:00',
      'Asia/Shanghai',
    ],
    'a time that comes twice': ['2026-10-25 02:30:00', 'Europe/Berlin'],
    'a time in UTC, where the machine has a gap': ['2026-10-04 02:00:00', 'UTC'],
  } as const;
  it.each(Object.entries(cases))('%s', (_name, [text, zone]) => {
    const machines = ['UTC', 'Asia/Shanghai', 'Europe/Berlin', 'Australia/Lord_Howe'];
    const instants = machines.map((machine) => {
      process.env['TZ'] = machine;
      return parseInstant(text, zone);
    });
    expect(new Set(instants).size).toBe(1);
  });
});

describe('a time that comes twice or never is a guess', () => {
  it('takes the earlier of two, so that a scan never looks fresher than it is', () => {
    expect(parseInstant('2026-10-25 02:30:00', 'Europe/Berlin')).toBe(Date.UTC(2026, 9, 25, 0, 30));
  });
  it('takes none for a time that the clocks leave out', () => {
    expect(parseInstant('2026-03-29 02:30:00', 'Europe/Berlin')).toBeUndefined();
  });
});

it('a zone that does not exist gives no instant, rather than NaN', () => {
  expect(parseInstant('2026-11-24 02:00:00', 'Not/AZone')).toBeUndefined();
});

it('minutes since midnight are never negative (full date-time before 1970)', () => {
  expect(parseUtcTimeOfDay('1969-12-31 23:00:00')).toBe(1380);
});

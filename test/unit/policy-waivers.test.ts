import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Finding, Target, TargetReport, Violations, Waiver } from '../../shared/model.ts';
import {
  applyWaivers,
  isTooLong,
  matches,
  spanOf,
  waiverStandings,
  waiverUses,
} from '../../shared/policy/waivers.ts';

const target: Target = { uin: '100000000001', site: 'intl' };
const violations: Violations = [
  {
    pointer: '/ScanVul',
    expected: true,
    actual: false,
    message: '/ScanVul must be true, is false',
  },
];
const base = { policyId: 'image-scan-vulnerabilities', severity: 'high' } as const;
const fail: Finding = { ...base, status: 'fail', violations };
const waiver: Waiver = {
  id: 'W-1',
  policy: 'image-scan-vulnerabilities',
  targets: ['100000000001'],
  reason: 'Made up.',
  approvedBy: 'ciso',
  from: '2026-11-01',
  until: '2026-11-30',
};
const waivedBy = ({ id, until }: Waiver): Finding => ({
  ...base,
  status: 'waived',
  violations,
  waiver: { id, until },
});
const at = (text: string) => Date.parse(text);

describe('spanOf', () => {
  const cases: Record<string, [from: string, until: string, fromIso: string, untilIso: string]> = {
    'takes dates as whole days': [
      '2026-11-01',
      '2026-11-30',
      '2026-11-01T00:00:00.000Z',
      '2026-12-01T00:00:00.000Z',
    ],
    'takes a single day as 24 hours': [
      '2026-11-01',
      '2026-11-01',
      '2026-11-01T00:00:00.000Z',
      '2026-11-02T00:00:00.000Z',
    ],
    'takes instants as they are': [
      '2026-11-01T10:00:00Z',
      '2026-11-01T12:00:00Z',
      '2026-11-01T10:00:00.000Z',
      '2026-11-01T12:00:00.000Z',
    ],
    'takes the leap day as a whole day': [
      '2028-02-29',
      '2028-02-29',
      '2028-02-29T00:00:00.000Z',
      '2028-03-01T00:00:00.000Z',
    ],
  };
  it.each(Object.entries(cases))('%s', (_name, [from, until, fromIso, untilIso]) => {
    const { fromMs, untilMs } = spanOf({ from, until });
    expect([fromMs, untilMs].map((ms) => new Date(ms).toISOString())).toEqual([fromIso, untilIso]);
  });
});

describe('a date that the calendar lacks', () => {
  const dates = ['2026-02-30', '2026-02-29', '2026-04-31T12:00:00Z', '2026-11-31'];
  it.each(dates)('%s is no moment', (date) => {
    expect(spanOf({ from: date, until: date })).toEqual({ fromMs: NaN, untilMs: NaN });
  });

  it('waives nothing, in the month that follows either', () => {
    const until = { ...waiver, from: '2026-01-01', until: '2026-02-30' };
    const days = ['2026-02-28T12:00:00Z', '2026-03-02T12:00:00Z'];
    const given = days.map((day) => applyWaivers([fail], target, [until], at(day)));
    expect(given).toEqual([[fail], [fail]]);
  });
});

describe('matches', () => {
  const known: Target = { ...target, alias: 'prod', tags: ['pci', 'eu'] };
  const unknown: Target = { ...known, uin: 'unknown' };
  const cases: Record<string, [pattern: string, target: Target, isMatch: boolean]> = {
    'an account by its uin': ['100000000001', known, true],
    'an account by its alias': ['alias:prod', known, true],
    'an account by one of its tags': ['tag:eu', known, true],
    'every account by *': ['*', target, true],
    'no account by the beginning of its uin': ['10000000000', known, false],
    'no account by another alias': ['alias:pro', known, false],
    'no account by an alias that differs in case': ['alias:Prod', known, false],
    'no account by its alias as a tag': ['tag:prod', known, false],
    'no account by its tag as an alias': ['alias:pci', known, false],
    'no account by a bare alias': ['prod', known, false],
    'no account by an alias that something comes before': ['xalias:prod', known, false],
    'no account by a tag that something comes before': ['-tag:pci', known, false],
    'no account by a line above its alias': ['x\nalias:prod', known, false],
    'no account without alias by an alias': ['alias:', target, false],
    'no account without tags by a tag': ['tag:pci', target, false],
    'no account that could not be told, by *': ['*', unknown, false],
    'no account that could not be told, by its tag': ['tag:pci', unknown, false],
  };
  it.each(Object.entries(cases))('%s', (_name, [pattern, given, isMatch]) => {
    expect(matches(pattern, given)).toBe(isMatch);
  });
});

describe('isTooLong', () => {
  const cases: Record<string, [from: string, until: string, isLong: boolean]> = {
    'a year to the day': ['2026-11-24', '2027-11-24', false],
    'a year and a day': ['2026-11-24', '2027-11-25', true],
    'a year from a leap day': ['2028-02-29', '2029-03-01', false],
    'a year and a day from a leap day': ['2028-02-29', '2029-03-02', true],
    'a year to the second': ['2026-11-24T10:00:00Z', '2027-11-24T10:00:00Z', false],
    'a year and a second': ['2026-11-24T10:00:00Z', '2027-11-24T10:00:01Z', true],
    'a date that the calendar lacks': ['2026-02-30', '2029-11-24', false],
  };
  it.each(Object.entries(cases))('%s', (_name, [from, until, isLong]) => {
    expect(isTooLong({ from, until })).toBe(isLong);
  });
});

describe('applyWaivers', () => {
  const instants: Waiver = {
    ...waiver,
    from: '2026-11-01T10:00:00Z',
    until: '2026-11-01T12:00:00Z',
  };
  const times: Record<string, [waiver: Waiver, atMs: number, isWaived: boolean]> = {
    'a millisecond before the first day': [waiver, at('2026-10-31T23:59:59.999Z'), false],
    'the first millisecond of the first day': [waiver, at('2026-11-01T00:00:00.000Z'), true],
    'the last millisecond of the last day': [waiver, at('2026-11-30T23:59:59.999Z'), true],
    'a millisecond after the last day': [waiver, at('2026-12-01T00:00:00.000Z'), false],
    'a millisecond before the first instant': [instants, at('2026-11-01T09:59:59.999Z'), false],
    'the first instant': [instants, at('2026-11-01T10:00:00.000Z'), true],
    'a millisecond before the last instant': [instants, at('2026-11-01T11:59:59.999Z'), true],
    'the last instant': [instants, at('2026-11-01T12:00:00.000Z'), false],
  };
  it.each(Object.entries(times))('at %s', (_name, [given, atMs, isWaived]) => {
    expect(applyWaivers([fail], target, [given], atMs)).toEqual([
      isWaived ? waivedBy(given) : fail,
    ]);
  });

  const nowMs = at('2026-11-24T02:00:00Z');
  const unwaived: Record<string, [finding: Finding, waivers: readonly Waiver[]]> = {
    'a fail without waivers': [fail, []],
    'a fail of another policy': [{ ...fail, policyId: 'image-scan-enabled' }, [waiver]],
    'a fail of another account': [fail, [{ ...waiver, targets: ['100000000002'] }]],
    'a fail of an account whose number only begins the same': [
      fail,
      [{ ...waiver, targets: ['1000000000011', '10000000000'] }],
    ],
    'a fail when time is no time': [fail, [{ ...waiver, until: 'never' }]],
    'a fail by what nobody approved': [fail, [{ ...waiver, approvedBy: '' }]],
    'a fail by what only blanks approved': [fail, [{ ...waiver, approvedBy: ' ' }]],
    'a fail by what says of no approver': [
      fail,
      [{ ...waiver, approvedBy: undefined } as unknown as Waiver],
    ],
    'a fail of an account that has no such tag': [fail, [{ ...waiver, targets: ['tag:pci'] }]],
    'an error': [{ ...base, status: 'error', reason: 'no answer' }, [waiver]],
    'a pass': [{ ...base, status: 'pass' }, [waiver]],
    'a skip': [{ ...base, status: 'skip', reason: 'off' }, [waiver]],
  };
  it.each(Object.entries(unwaived))('does not waive %s', (_name, [finding, waivers]) => {
    expect(applyWaivers([finding], target, waivers, nowMs)).toEqual([finding]);
  });

  it('waives by alias, by tag, and by * for all', () => {
    const known: Target = { ...target, alias: 'prod', tags: ['pci'] };
    for (const pattern of ['alias:prod', 'tag:pci', '*']) {
      const given: Waiver = { ...waiver, targets: [pattern] };
      expect(applyWaivers([fail], known, [given], nowMs)).toEqual([waivedBy(given)]);
    }
  });

  it('waives by the approved one where another is not', () => {
    const unapproved = { ...waiver, id: 'W-0', approvedBy: '' };
    expect(applyWaivers([fail], target, [unapproved, waiver], nowMs)).toEqual([waivedBy(waiver)]);
  });

  it('waives only what a waiver names, and keeps order and violations', () => {
    const other: Finding = { ...fail, policyId: 'image-scan-enabled' };
    expect(applyWaivers([other, fail, other], target, [waiver], nowMs)).toEqual([
      other,
      waivedBy(waiver),
      other,
    ]);
  });

  it('waives by the first waiver that is live', () => {
    const ended = { ...waiver, id: 'W-0', until: '2026-11-02' };
    const later = { ...waiver, id: 'W-2' };
    expect(applyWaivers([fail], target, [ended, waiver, later], nowMs)).toEqual([waivedBy(waiver)]);
  });

  it('gives the same when applied twice, and turns nothing but fail into waived', () => {
    const findings: fc.Arbitrary<Finding> = fc.constantFrom<Finding>(
      fail,
      { ...fail, policyId: 'image-scan-enabled' },
      { ...base, status: 'pass' },
      { ...base, status: 'skip', reason: 'off' },
      { ...base, status: 'error', reason: 'no answer' },
    );
    const days = fc.integer({ min: -40, max: 40 });
    const iso = (day: number) => new Date(nowMs + day * 86_400_000).toISOString().slice(0, 10);
    const waivers = fc.record({
      ...Object.fromEntries(
        Object.entries(waiver).map(([key, value]) => [key, fc.constant(value)]),
      ),
      id: fc.constantFrom('W-1', 'W-2'),
      policy: fc.constantFrom('image-scan-vulnerabilities', 'image-scan-enabled'),
      from: days.map(iso),
      until: days.map(iso),
    }) as fc.Arbitrary<Waiver>;
    fc.assert(
      fc.property(fc.array(findings), fc.array(waivers, { maxLength: 4 }), (before, given) => {
        const once = applyWaivers(before, target, given, nowMs);
        expect(applyWaivers(once, target, given, nowMs)).toEqual(once);
        const turned = once.map(({ status }, index) => `${before[index]?.status ?? ''} ${status}`);
        const allowed = ['fail fail', 'fail waived', 'pass pass', 'skip skip', 'error error'];
        expect(turned.filter((turn) => !allowed.includes(turn))).toEqual([]);
      }),
    );
  });
});

describe('waiverUses', () => {
  const reports = (findings: readonly Finding[]): readonly TargetReport[] => [
    { target: { uin: '100000000009', site: 'cn' }, observations: [], findings: [] },
    { target, observations: [], findings },
  ];
  const used = reports([waivedBy(waiver)]);
  const unused = reports([fail, { ...base, status: 'pass' }]);
  const untold: Finding = { ...base, status: 'error', reason: 'no answer' };
  const cases: Record<string, [nowMs: number, reports: readonly TargetReport[], state: string]> = {
    'is pending before it begins': [at('2026-10-31T23:59:59.999Z'), unused, 'pending'],
    'is active from its first moment': [at('2026-11-01T00:00:00.000Z'), used, 'active'],
    'is active while it waives': [at('2026-11-16T23:59:59.999Z'), used, 'active'],
    'is ending with 14 days left': [at('2026-11-17T00:00:00.000Z'), used, 'ending'],
    'is ending to its last millisecond': [at('2026-11-30T23:59:59.999Z'), used, 'ending'],
    'has ended with its last day': [at('2026-12-01T00:00:00.000Z'), unused, 'ended'],
    'has ended even where it waived a moment ago': [at('2026-12-01T00:00:00.000Z'), used, 'ended'],
    'is unused where it waives nothing': [at('2026-11-16T00:00:00.000Z'), unused, 'unused'],
    'is unused rather than ending where it waives nothing': [
      at('2026-11-30T00:00:00.000Z'),
      unused,
      'unused',
    ],
    'is active where what it covers could not be checked': [
      at('2026-11-16T00:00:00.000Z'),
      reports([untold]),
      'active',
    ],
    'is ending where what it covers could not be checked': [
      at('2026-11-30T00:00:00.000Z'),
      reports([untold]),
      'ending',
    ],
    'is active where the cloud would not say whose account could not be checked': [
      at('2026-11-16T00:00:00.000Z'),
      [{ target: { uin: 'unknown', site: 'intl' }, observations: [], findings: [untold] }],
      'active',
    ],
    'is unused where the cloud would not say of whose account another policy could not be checked':
      [
        at('2026-11-16T00:00:00.000Z'),
        [
          {
            target: { uin: 'unknown', site: 'intl' },
            observations: [],
            findings: [{ ...untold, policyId: 'image-scan-enabled' }],
          },
        ],
        'unused',
      ],
    'is active where another waiver waives what it covers': [
      at('2026-11-16T00:00:00.000Z'),
      reports([waivedBy({ ...waiver, id: 'W-0' })]),
      'active',
    ],
    'is unused where another policy could not be checked': [
      at('2026-11-16T00:00:00.000Z'),
      reports([{ ...untold, policyId: 'image-scan-enabled' }]),
      'unused',
    ],
    'is unused where another policy is waived': [
      at('2026-11-16T00:00:00.000Z'),
      reports([{ ...waivedBy(waiver), policyId: 'image-scan-enabled' }]),
      'unused',
    ],
    'is unused where the policy is waived for another account': [
      at('2026-11-16T00:00:00.000Z'),
      [
        {
          target: { uin: '100000000009', site: 'intl' },
          observations: [],
          findings: [waivedBy(waiver)],
        },
      ],
      'unused',
    ],
    'is unused where nothing was judged': [at('2026-11-16T00:00:00.000Z'), [], 'unused'],
  };
  it.each(Object.entries(cases))('a waiver %s', (_name, [nowMs, given, state]) => {
    expect(waiverUses([waiver], given, nowMs)).toEqual([
      { id: 'W-1', policy: 'image-scan-vulnerabilities', until: '2026-11-30', state },
    ]);
  });

  it('that takes over from one that ends is not told as useless', () => {
    const ends = { ...waiver, until: '2026-11-16' };
    const next = { ...waiver, id: 'W-2', from: '2026-11-10', until: '2026-12-31' };
    const uses = waiverUses([ends, next], reports([waivedBy(ends)]), at('2026-11-12T00:00:00Z'));
    expect(uses.map(({ id, state }) => `${id} ${state}`)).toEqual(['W-1 ending', 'W-2 active']);
  });

  it('says where each waiver stands, in the order of the file', () => {
    const pending = { ...waiver, id: 'W-0', from: '2026-12-24', until: '2026-12-26' };
    const uses = waiverUses([pending, waiver], used, at('2026-11-10T00:00:00Z'));
    expect(uses.map(({ id, state }) => `${id} ${state}`)).toEqual(['W-0 pending', 'W-1 active']);
  });
});

describe('waiverStandings', () => {
  const nowMs = at('2026-11-10T00:00:00Z');
  const reportsOf = (findings: readonly Finding[], of: Target = target) => [
    { target: of, observations: [], findings },
  ];
  const passed: Finding = { ...base, status: 'pass' };
  const other: Target = { uin: '100000000009', site: 'intl' };
  const patterns: Waiver = { ...waiver, targets: ['100000000001', 'tag:pci'] };
  const cases: Record<
    string,
    [
      waiver: Waiver,
      reports: readonly TargetReport[] | undefined,
      state: string,
      unmatched: readonly string[],
    ]
  > = {
    'is active while it waives': [waiver, reportsOf([waivedBy(waiver)]), 'active', []],
    'is active where it was written since the run': [waiver, reportsOf([fail]), 'active', []],
    'waives nothing where all passed': [waiver, reportsOf([passed]), 'unused', []],
    'is not said to waive nothing where there is no run': [waiver, undefined, 'active', []],
    'names the pattern that no account answers to': [
      patterns,
      reportsOf([waivedBy(waiver)]),
      'active',
      ['tag:pci'],
    ],
    'waives nothing where no account answers to it': [
      { ...waiver, targets: ['alias:prod'] },
      reportsOf([fail]),
      'unused',
      ['alias:prod'],
    ],
    'misses nobody where whose account it was could not be told': [
      waiver,
      reportsOf([{ ...base, status: 'error', reason: 'no answer' }], { ...target, uin: 'unknown' }),
      'active',
      [],
    ],
    'is active where one of many findings and accounts is waiting for it': [
      waiver,
      [...reportsOf([passed, fail]), ...reportsOf([passed], other)],
      'active',
      [],
    ],
    'misses nobody where one of many accounts could not be told': [
      patterns,
      [...reportsOf([waivedBy(waiver)]), ...reportsOf([], { ...target, uin: 'unknown' })],
      'active',
      [],
    ],
    'has ended, whatever the run said': [
      { ...waiver, until: '2026-11-09' },
      reportsOf([waivedBy(waiver)]),
      'ended',
      [],
    ],
  };
  it.each(Object.entries(cases))('a waiver %s', (_name, [given, reports, state, unmatched]) => {
    expect(waiverStandings([given], reports, nowMs)).toEqual([{ waiver: given, state, unmatched }]);
  });
});

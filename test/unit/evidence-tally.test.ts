import { describe, expect, it } from 'vitest';

import { keepTally, tallyOf, type Tally } from '../../shared/evidence/tally.ts';
import type { Drift, Observation, TargetReport } from '../../shared/model.ts';
import { findingOf, nights, reportOf } from '../support/log.ts';

const [observedAt] = nights;

function read(source: string, ...drift: readonly Drift[]): Observation {
  const said = { source, observedAt, requestId: 'r', settings: {}, facts: {} };
  return drift.length === 0 ? said : { ...said, drift };
}

function unread(source: string, code: string): Observation {
  return { source, observedAt, error: { code, message: 'made up' } };
}

function observed(uin: string, ...observations: readonly Observation[]): TargetReport {
  return { ...reportOf([], uin), observations };
}

const nothing: Tally = {
  counts: { targets: 0, pass: 0, fail: 0, waived: 0, error: 0, skip: 0 },
  unreached: 0,
  open: [],
  drift: [],
  read: [],
  unread: [],
};

const row = (target: string, policyId: string, status: 'fail' | 'waived' | 'error') => ({
  ...{ site: 'intl', target, policyId, severity: 'high', status },
});

describe('what a record says of its targets', () => {
  it('is nothing of none', () => {
    expect(tallyOf([])).toEqual(nothing);
  });

  it('counts every finding, and names those that are neither pass nor skip', () => {
    const one = reportOf(
      [
        findingOf('a', 'pass'),
        findingOf('b', 'fail'),
        findingOf('c', 'waived'),
        findingOf('d', 'error'),
        findingOf('e', 'skip'),
      ],
      'one',
    );
    const other = reportOf([findingOf('a', 'fail'), findingOf('b', 'pass')], 'other');
    expect(tallyOf([one, other])).toEqual({
      ...nothing,
      counts: { targets: 2, pass: 2, fail: 2, waived: 1, error: 1, skip: 1 },
      open: [
        row('one', 'b', 'fail'),
        row('one', 'c', 'waived'),
        row('one', 'd', 'error'),
        row('other', 'a', 'fail'),
      ],
      read: ['DescribeAssetImageScanSetting'],
    });
  });

  it('does not begin where another one ended', () => {
    tallyOf([reportOf([findingOf('a', 'fail')])]);
    expect(tallyOf([])).toEqual(nothing);
  });

  it('says which sources somebody answered, and which somebody could not be asked, each once', () => {
    const tally = tallyOf([
      observed('1', read('A'), unread('B', 'AuthFailure')),
      observed('2', read('A'), read('B')),
      observed('3', unread('B', 'AuthFailure'), unread('C', 'Timeout')),
    ]);
    expect(tally).toMatchObject({ read: ['A', 'B'], unread: ['B', 'C'], unreached: 0 });
  });

  const unreached: Record<string, [observations: readonly Observation[], count: number]> = {
    'that were not reached in time': [[unread('A', 'Deadline')], 1],
    'whose shard failed': [[unread('A', 'ShardFailed')], 1],
    'of which one source was not reached': [[read('A'), unread('B', 'Deadline')], 1],
    'once, however many sources were not reached': [
      [unread('A', 'Deadline'), unread('B', 'Deadline')],
      1,
    ],
    'not where the cloud refused': [[unread('A', 'AuthFailure')], 0],
    'not where an error only begins so': [[unread('A', 'DeadlineExceeded')], 0],
    'not where an error only ends so': [[unread('A', 'NoShardFailed')], 0],
    'not where all was read': [[read('A')], 0],
    'not where nothing was to be read': [[], 0],
  };
  it.each(Object.entries(unreached))('counts targets %s', (_name, [observations, count]) => {
    expect(tallyOf([observed('1', ...observations)]).unreached).toBe(count);
  });

  const drift = (pointer: string): Drift => ({ pointer, kind: 'undocumented-field' });
  const pointers: Record<string, [pointer: string, told: string]> = {
    'as it is': ['/New', '/New'],
    'of whichever item': ['/Rules/12/New', '/Rules/*/New'],
    'of an item itself': ['/Rules/0', '/Rules/*'],
    'of items in items': ['/Rules/3/4/New/5', '/Rules/*/*/New/*'],
    'with the digits in its name': ['/V2/2a/a2', '/V2/2a/a2'],
  };
  it.each(Object.entries(pointers))('names drift %s', (_name, [pointer, told]) => {
    expect(tallyOf([observed('1', read('A', drift(pointer)))]).drift).toEqual([
      { target: '1', source: 'A', pointer: told, kind: 'undocumented-field' },
    ]);
  });

  it('names each way of drifting once, as it was seen first', () => {
    const value: Drift = { pointer: '/Rules/1', kind: 'undocumented-value' };
    const tally = tallyOf([
      observed('1', read('A', drift('/Rules/7'), drift('/Rules/8')), unread('C', 'Timeout')),
      observed('2', read('A', drift('/Rules/7'), value), read('B', drift('/Rules/7'))),
    ]);
    const seen = (target: string, source: string, kind: Drift['kind']) => ({
      ...{ target, source, pointer: '/Rules/*', kind },
    });
    expect(tally.drift).toEqual([
      seen('1', 'A', 'undocumented-field'),
      seen('2', 'A', 'undocumented-value'),
      seen('2', 'B', 'undocumented-field'),
    ]);
  });

  it('is the same of parts put together as of the whole', () => {
    const reports = [
      observed('1', read('A', drift('/X')), unread('B', 'Deadline')),
      reportOf([findingOf('a', 'fail'), findingOf('b', 'skip')], '2'),
      observed('3', read('B', drift('/X')), read('A', drift('/X'), drift('/Y'))),
      reportOf([findingOf('a', 'pass'), findingOf('b', 'error'), findingOf('c', 'waived')], '4'),
      observed('5', unread('C', 'ShardFailed'), unread('A', 'Timeout')),
    ];
    const keeper = keepTally();
    keeper.addAll(tallyOf(reports.slice(0, 2)));
    keeper.addAll(tallyOf(reports.slice(2)));
    expect(keeper.tally()).toEqual(tallyOf(reports));
    expect(keeper.tally()).toMatchObject({
      counts: { targets: 5, pass: 1, fail: 1, waived: 1, error: 1, skip: 1 },
      unreached: 2,
    });
  });
});

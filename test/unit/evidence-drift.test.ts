import { expect, it } from 'vitest';

import { driftOf, tallyOf } from '../../shared/evidence/tally.ts';
import type { Drift, Observation, SeenDrift, TargetReport } from '../../shared/model.ts';

const observedAt = '2026-11-24T02:00:00.000Z';
const field = (pointer: string): Drift => ({ pointer, kind: 'undocumented-field' });
const seen = (source: string, pointer: string, target = '1'): SeenDrift => ({
  target,
  source,
  ...field(pointer),
});

function read(source: string, ...drift: readonly Drift[]): Observation {
  const observation = { source, observedAt, requestId: '', settings: {}, facts: {} };
  return drift.length === 0 ? observation : { ...observation, drift };
}

function unread(source: string): Observation {
  return { source, observedAt, error: { code: 'Timeout', message: 'too late' } };
}

function report(uin: string, ...observations: readonly Observation[]): TargetReport {
  return { target: { uin, site: 'intl' }, observations, findings: [] };
}

const nights: Record<string, [TargetReport[], SeenDrift[], SeenDrift[]]> = {
  'nothing of answers as documented': [[report('1', read('A'), read('B'))], [], []],
  'what drifts, in the order of the sources': [
    [report('1', read('A', field('/X'), field('/Y')), read('B', field('/X')))],
    [],
    [seen('A', '/X'), seen('A', '/Y'), seen('B', '/X')],
  ],
  'a way of drifting once, with the first account': [
    [
      report('1', read('A')),
      report('2', read('A', field('/X'))),
      report('3', read('A', field('/X'))),
    ],
    [],
    [seen('A', '/X', '2')],
  ],
  'two kinds of drift of one field': [
    [report('1', read('A', field('/X'), { pointer: '/X', kind: 'undocumented-type' }))],
    [],
    [seen('A', '/X'), { ...seen('A', '/X'), kind: 'undocumented-type' }],
  ],
  'an item of a list without its number': [
    [
      report('1', read('A', field('/List/12/Parts/3/X'))),
      report('2', read('A', field('/List/0/Parts/9/X'))),
    ],
    [],
    [seen('A', '/List/*/Parts/*/X')],
  ],
  'nothing of what is over': [[report('1', read('A'))], [seen('A', '/X')], []],
  'what was known of a source that could not be read': [
    [report('1', unread('A'), read('B'))],
    [seen('A', '/X'), seen('B', '/X')],
    [seen('A', '/X')],
  ],
  'nothing old of a source that one account could read': [
    [report('1', unread('A')), report('2', read('A'))],
    [seen('A', '/X')],
    [],
  ],
  'nothing of a source that is read no more': [[report('1', read('B'))], [seen('A', '/X')], []],
};
it.each(Object.entries(nights))('a run says %s', (_name, [reports, before, drift]) => {
  expect(driftOf(tallyOf(reports), before)).toEqual(drift);
});

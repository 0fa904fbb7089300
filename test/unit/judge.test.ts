import { describe, expect, it } from 'vitest';

import { judge, policiesOf } from '../../shared/judge.ts';
import type { Observation, Target } from '../../shared/model.ts';
import { goodSettings, planAt, policies, source, uin, waiverOf } from '../support/fake-ports.ts';
import { without } from '../support/settings.ts';

const plan = planAt('2026-11-24T18:00:00.000Z');
const target: Target = { uin, site: 'intl' };

function answered(change: object = {}, observedAt = '2026-11-24T18:00:05.000Z'): Observation {
  const settings = { ...without(goodSettings, 'RequestId'), ...change };
  return { source, observedAt, requestId: 'r', settings, facts: {} };
}

/** Of each policy in a word. */
function statuses(observations: readonly Observation[], change: Partial<typeof plan> = {}) {
  const { findings } = judge({ ...plan, ...change }, { target, observations });
  return findings.map(({ policyId, status }) => `${policyId} ${status}`);
}

describe('judging', () => {
  it('gives a finding of every policy, and what it was given', () => {
    const observations = [answered({ ScanVul: false })];
    const report = judge(plan, { target, observations });
    expect(report).toMatchObject({ target, observations });
    expect(statuses(observations)).toEqual(['enabled pass', 'vulnerabilities fail', 'period pass']);
  });

  it('gives none of a policy that is not the target’s', () => {
    const chosen = { ...target, policies: ['period'] };
    const { findings } = judge(plan, { target: chosen, observations: [answered()] });
    expect(findings).toEqual([{ policyId: 'period', severity: 'low', status: 'pass' }]);
  });

  it('knows of a source that was not read that nobody can tell', () => {
    const other = { ...answered(), source: 'DescribeEscapeRuleInfo' };
    const { findings } = judge(plan, { target, observations: [other] });
    expect(findings).toEqual(
      policies.map(({ policy: { id, severity } }) => ({
        ...{ policyId: id, severity, status: 'error', reason: `${source} was not read` },
      })),
    );
  });

  it('skips on a site that does not serve the source', () => {
    const only = Object.fromEntries(
      Object.entries(plan.sources).map(([id, one]) => [id, { ...one, sites: ['intl'] as const }]),
    );
    const { findings } = judge(
      { ...plan, sources: only },
      { target: { ...target, site: 'cn' }, observations: [answered()] },
    );
    expect(findings.map(({ status }) => status)).toEqual(['skip', 'skip', 'skip']);
  });

  it('breaks off at a policy whose source there is none of', () => {
    expect(() => statuses([answered()], { sources: {} })).toThrow(`No source ${source}`);
  });

  const ends: Record<string, [observedAt: string, until: string, status: string]> = {
    'still runs when the settings are read': [
      '2026-11-24T23:59:59.999Z',
      '2026-11-24',
      'vulnerabilities waived',
    ],
    'ended between the tick and the reading': [
      '2026-11-25T00:00:00.000Z',
      '2026-11-24',
      'vulnerabilities fail',
    ],
  };
  it.each(Object.entries(ends))('a waiver %s', (_name, [observedAt, until, status]) => {
    const observations = [answered({ ScanVul: false }, observedAt)];
    expect(statuses(observations, { waivers: [waiverOf({ until })] })).toContain(status);
  });

  it('waives for nobody else', () => {
    const waivers = [waiverOf({ targets: ['100000000002'] })];
    expect(statuses([answered({ ScanVul: false })], { waivers })).toContain('vulnerabilities fail');
  });
});

describe('the policies of a target', () => {
  it('are all where it names none', () => {
    expect(policiesOf(policies, {})).toEqual(policies);
  });

  it('are those that it names, in the order of the policies', () => {
    const named = policiesOf(policies, { policies: ['period', 'enabled', 'another'] });
    expect(named.map(({ policy }) => policy.id)).toEqual(['enabled', 'period']);
  });

  it('are none where it names none of them', () => {
    expect(policiesOf(policies, { policies: [] })).toEqual([]);
  });
});

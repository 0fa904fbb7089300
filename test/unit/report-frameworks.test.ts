import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ControlsCatalogue, Policy, Status, TargetReport } from '../../shared/model.ts';
import { statuses } from '../../shared/model.ts';
import {
  frameworkLine,
  frameworkSummaries,
  type ControlState,
} from '../../shared/report/frameworks.ts';
import { policies as madeUp } from '../support/fake-ports.ts';
import { findingOf, reportOf } from '../support/log.ts';

const [first] = madeUp;
if (first === undefined) throw new Error('no made-up policy');

const policyOf = (id: string, ...controls: readonly string[]): Policy => ({
  ...first.policy,
  id,
  controls,
});

/** One target a row: what each policy says of it. */
const nightOf = (
  ...targets: readonly Readonly<Record<string, Status>>[]
): readonly TargetReport[] =>
  targets.map((findings, index) =>
    reportOf(
      Object.entries(findings).map(([id, status]) => findingOf(id, status)),
      `10000000000${String(index)}`,
    ),
  );

const catalogue: ControlsCatalogue = {
  frameworks: [
    {
      id: 'PCI-DSS-4.0.1',
      title: 'PCI DSS 4.0.1',
      edition: '4.0.1, June 2024',
      source: 'https://www.pcisecuritystandards.org/',
      controls: { '5.3.2': 'Malware scans', '11.3.1': 'Internal scans' },
    },
    {
      id: 'Unused',
      title: 'Unused',
      edition: '1',
      source: 'https://example.com/',
      controls: { a: 'A' },
    },
  ],
};

describe('the state of a control', () => {
  const two = [policyOf('a', 'F/1'), policyOf('b', 'F/1')];
  const cases: Record<string, readonly [readonly TargetReport[], ControlState]> = {
    'is satisfied where every policy passed on every target': [
      nightOf({ a: 'pass', b: 'pass' }, { a: 'pass', b: 'pass' }),
      'satisfied',
    ],
    'is satisfied where one policy does not apply and the other passed': [
      nightOf({ a: 'pass', b: 'skip' }),
      'satisfied',
    ],
    'leaves out a target on which neither policy was asked': [
      nightOf({ a: 'pass', b: 'pass' }, { c: 'fail' }),
      'satisfied',
    ],
    'is not satisfied where one policy failed on one target': [
      nightOf({ a: 'pass', b: 'pass' }, { a: 'pass', b: 'fail' }),
      'not-satisfied',
    ],
    'is not satisfied where a failure is waived': [
      nightOf({ a: 'pass', b: 'waived' }),
      'not-satisfied',
    ],
    'is not satisfied where one failed and another could not be judged': [
      nightOf({ a: 'error', b: 'fail' }),
      'not-satisfied',
    ],
    'could not be told where one policy could not be judged': [
      nightOf({ a: 'pass', b: 'pass' }, { a: 'pass', b: 'error' }),
      'could-not-tell',
    ],
    'was not assessed where nothing applied': [nightOf({ a: 'skip', b: 'skip' }), 'not-assessed'],
    'was not assessed where nothing applied to one of the targets': [
      nightOf({ a: 'pass', b: 'pass' }, { a: 'skip', b: 'skip' }),
      'not-assessed',
    ],
    'was not assessed where there is no finding': [nightOf({}), 'not-assessed'],
    'was not assessed where there is no target': [[], 'not-assessed'],
  };

  it.each(Object.entries(cases))('%s', (_name, [reports, state]) => {
    const [framework] = frameworkSummaries(reports, two, catalogue);
    expect(framework?.touched).toEqual([{ id: 'F/1', name: '1', state, policies: ['a', 'b'] }]);
  });

  it('is satisfied only where something passed and everything else passed or does not apply', () => {
    const night = fc.array(fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom(...statuses)), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(night, (targets) => {
        const [framework] = frameworkSummaries(nightOf(...targets), two, catalogue);
        const seen = targets.flatMap((target) => Object.values(target));
        if (framework?.satisfied.length === 1) {
          expect(seen).toContain('pass');
          expect(seen.filter((status) => status !== 'pass' && status !== 'skip')).toEqual([]);
        }
      }),
    );
  });
});

describe('a framework', () => {
  const policies = [
    policyOf('a', 'PCI-DSS-4.0.1/11.3.1', 'Zeta/9', 'Alpha/constructor'),
    policyOf('b', 'PCI-DSS-4.0.1/5.3.2', 'PCI-DSS-4.0.1/0.0', 'PCI-DSS-4.0.1/toString'),
  ];
  const summaries = frameworkSummaries(nightOf({ a: 'pass', b: 'fail' }), policies, catalogue);

  it('comes in the order of the catalogue, those it does not have after it, by name', () => {
    expect(summaries.map(({ id, title }) => [id, title])).toEqual([
      ['PCI-DSS-4.0.1', 'PCI DSS 4.0.1'],
      ['Alpha', 'Alpha'],
      ['Zeta', 'Zeta'],
    ]);
  });

  it('has its controls in the order of the catalogue, with the titles that are there', () => {
    expect(summaries[0]?.touched.map(({ name, title }) => [name, title])).toEqual([
      ['5.3.2', 'Malware scans'],
      ['11.3.1', 'Internal scans'],
      ['0.0', undefined],
      ['toString', undefined],
    ]);
    expect(summaries[0]).toMatchObject({
      edition: '4.0.1, June 2024',
      source: 'https://www.pcisecuritystandards.org/',
    });
  });

  it('lists what is satisfied and what is not', () => {
    const [pci] = summaries;
    expect(pci?.satisfied.map(({ id }) => id)).toEqual(['PCI-DSS-4.0.1/11.3.1']);
    expect(pci?.notSatisfied.map(({ name }) => name)).toEqual(['5.3.2', '0.0', 'toString']);
  });

  it('is one line of text', () => {
    const error = frameworkSummaries(nightOf({ a: 'error', b: 'skip' }), policies, catalogue);
    expect([...summaries, ...error].map(frameworkLine)).toEqual([
      'PCI DSS 4.0.1: 4 controls touched, 1 satisfied, 3 not satisfied',
      'Alpha: 1 control touched, 1 satisfied',
      'Zeta: 1 control touched, 1 satisfied',
      'PCI DSS 4.0.1: 4 controls touched, 0 satisfied, 1 could not tell, 3 not assessed',
      'Alpha: 1 control touched, 0 satisfied, 1 could not tell',
      'Zeta: 1 control touched, 0 satisfied, 1 could not tell',
    ]);
  });
});

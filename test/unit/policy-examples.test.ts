import { describe, expect, it } from 'vitest';

import { runExample } from '../../shared/policy/examples.ts';
import type { NamedExample } from '../../shared/policy/lint.ts';
import { interpret } from '../../shared/settings/observe.ts';
import {
  goodSettings,
  judge,
  library,
  policyOf,
  scanSource,
  shipped,
  sourceNamed,
  timezone,
} from '../support/settings.ts';

const run = (example: NamedExample, policy = shipped(example.policyId)) =>
  runExample(example, policy, sourceNamed(policy.policy.source), (source, answer, observedAtMs) =>
    interpret(source, answer, observedAtMs, timezone),
  );

describe('the examples that we ship', () => {
  it.each(library.examples.map((example) => [example.file, example] as const))(
    '%s gives what its name says',
    (_file, example) => {
      const { finding, problems } = run(example);
      expect(problems).toEqual([]);
      expect(finding).toMatchObject({ policyId: example.policyId, status: example.expect });
    },
  );

  it.each(
    library.examples
      .filter((each) => each.expect === 'fail')
      .map((each) => [each.file, each] as const),
  )('%s lists its pointers', (_file, { pointers }) => {
    expect(pointers).toEqual([expect.stringMatching(/^\//)]);
  });

  const isFixable = ({ expect: word, policyId }: NamedExample) =>
    word === 'fail' && shipped(policyId).policy.remediation.set !== undefined;
  it.each(library.examples.filter(isFixable).map((example) => [example.file, example] as const))(
    '%s passes once the remediation is applied',
    (_file, example) => {
      const { set } = shipped(example.policyId).policy.remediation;
      const mended = {
        ...example,
        expect: 'pass' as const,
        settings: { ...example.settings, ...set },
      };
      expect(run(mended).problems).toEqual([]);
    },
  );

  it('every policy of one switch or one number that can be written says what to set', () => {
    const without = library.policies
      .filter(({ policy }) => policy.remediation.set === undefined)
      .map(({ policy }) => policy.id);
    const itemsOfLists = ['alerting-', 'baseline-', 'runtime-', 'logging-c', 'logging-k'];
    const measured = [
      ...['image-scan-fresh', 'image-scan-last-result', 'image-scan-selection'],
      ...['licence-cores', 'licence-days-left', 'licence-images-left', 'licence-not-expired'],
      ...['logging-storage', 'registry-scan-fresh', 'registry-scan-last-result'],
      ...['vulnerability-defence-healthy', 'vulnerability-defence-ignored'],
    ];
    expect(without.filter((id) => !itemsOfLists.some((start) => id.startsWith(start)))).toEqual(
      measured,
    );
  });

  it('every policy has an example of every verdict that it can give', () => {
    const missing = library.policies.flatMap(({ policy }) =>
      ['pass', 'fail', 'error', ...(policy.when === undefined ? [] : ['skip'])]
        .filter(
          (word) =>
            !library.examples.some((each) => each.policyId === policy.id && each.expect === word),
        )
        .map((word) => `${policy.id} ${word}`),
    );
    expect(missing).toEqual([]);
  });
});

describe('an example that is not as it says', () => {
  const policy = policyOf({
    require: { properties: { ScanVul: { const: true }, ScanPeriod: { maximum: 7 } } },
  });
  const off = { ...goodSettings, ScanVul: false };
  const worse = { ...off, ScanPeriod: 30 };
  const base = { file: 'examples/made-up/a.json', policyId: 'made-up' };
  const cases: Record<string, [example: NamedExample, what: string | undefined]> = {
    'passes instead of failing': [
      { ...base, expect: 'fail', settings: goodSettings },
      'must fail, but the policy says pass',
    ],
    'fails instead of passing': [
      { ...base, expect: 'pass', settings: worse },
      'must pass, but the policy says fail: /ScanVul must be true, is false; /ScanPeriod must be at most 7, is 30',
    ],
    'is an error instead of a fail': [
      { ...base, expect: 'fail', settings: { ScanVul: true } },
      'must fail, but the policy says error: the API did not return ScanPeriod',
    ],
    'fails elsewhere': [
      { ...base, expect: 'fail', settings: off, pointers: ['/ScanPeriod'] },
      'must fail at /ScanPeriod, fails at /ScanVul: /ScanVul must be true, is false',
    ],
    'fails at more than it says': [
      { ...base, expect: 'fail', settings: worse, pointers: ['/ScanVul'] },
      'must fail at /ScanVul, fails at /ScanPeriod, /ScanVul: /ScanVul must be true, is false; /ScanPeriod must be at most 7, is 30',
    ],
    'fails at less than it says': [
      { ...base, expect: 'fail', settings: off, pointers: ['/ScanVul', '/ScanPeriod'] },
      'must fail at /ScanPeriod, /ScanVul, fails at /ScanVul: /ScanVul must be true, is false',
    ],
    'fails as it says, in another order': [
      { ...base, expect: 'fail', settings: worse, pointers: ['/ScanVul', '/ScanPeriod'] },
      undefined,
    ],
    'fails, and says not where': [{ ...base, expect: 'fail', settings: worse }, undefined],
    'passes as it says': [{ ...base, expect: 'pass', settings: goodSettings }, undefined],
  };
  it.each(Object.entries(cases))('%s', (_name, [example, what]) => {
    expect(run(example, policy)).toEqual({
      example,
      finding: judge(policy, example.settings),
      problems: what === undefined ? [] : [{ where: base.file, what }],
    });
  });

  it('says that the policy does not apply', () => {
    const example: NamedExample = {
      ...base,
      expect: 'pass',
      settings: { ...goodSettings, Enable: false },
    };
    expect(run(example, shipped('image-scan-scope')).problems).toEqual([
      {
        where: base.file,
        what: 'must pass, but the policy says skip: the policy does not apply: its "when" does not match',
      },
    ]);
  });
});

it('reads an example without a time on the first day of 2026', () => {
  const example: NamedExample = {
    file: 'a',
    policyId: 'image-scan-fresh',
    expect: 'pass',
    settings: { ...goodSettings, LastScanTime: '2025-12-31T00:00:00Z' },
  };
  const seen: number[] = [];
  runExample(example, shipped('image-scan-fresh'), scanSource, (source, answer, atMs) => {
    seen.push(atMs);
    return interpret(source, answer, atMs, timezone);
  });
  expect(seen).toEqual([Date.UTC(2026, 0, 1)]);
});

/** Policies on what lies inside lists and objects: nothing that was not seen passes. */
import { describe, expect, it } from 'vitest';

import type { JsonObject, Policy, Site } from '../../shared/model.ts';
import { evaluate } from '../../shared/policy/evaluate.ts';
import { lint } from '../../shared/policy/lint.ts';
import { interpret } from '../../shared/settings/observe.ts';
import { sources } from '../../shared/settings/sources.ts';
import { policy as policyJson } from '../support/policy-json.ts';
import { observedAtMs, policyOf, sourceNamed, timezone } from '../support/settings.ts';

type Options = Partial<Pick<Policy, 'onMissing' | 'source'>>;

function saying(
  require: JsonObject,
  settings: JsonObject,
  { source = 'DescribeEscapeRuleInfo', onMissing = 'error' }: Options = {},
): string {
  const row = sourceNamed(source);
  const compiled = policyOf({ source, require, onMissing });
  const finding = evaluate(compiled, row, interpret(row, settings, observedAtMs, timezone));
  switch (finding.status) {
    case 'pass':
      return 'pass';
    case 'fail':
    case 'waived':
      return `${finding.status} ${finding.violations.map(({ pointer }) => pointer).join(' ')}`;
    case 'error':
    case 'skip':
      return `${finding.status} ${finding.reason}`;
  }
}

const allOn: JsonObject = {
  properties: { RuleSet: { items: { properties: { IsEnable: { const: true } } } } },
};
const hasSyscall: JsonObject = {
  properties: {
    RuleSet: {
      contains: {
        properties: { Type: { const: 'ESCAPE_SYSCALL' }, IsEnable: { const: true } },
      },
    },
  },
};
const rule = (IsEnable: JsonObject[string], Type = 'ESCAPE_SYSCALL') => ({ Type, IsEnable });

describe('the items of a list', () => {
  const cases: Record<string, [require: JsonObject, settings: JsonObject, says: string]> = {
    'pass where all do': [allOn, { RuleSet: [rule(true), rule(true)] }, 'pass'],
    'fail with the number of the item': [
      allOn,
      { RuleSet: [rule(true), rule(false)] },
      'fail /RuleSet/1/IsEnable',
    ],
    'are an error where one lacks the field': [
      allOn,
      { RuleSet: [rule(true), { Type: 'ESCAPE_SYSCALL' }] },
      'error the API did not return RuleSet.1.IsEnable',
    ],
    'are an error where one has null': [
      allOn,
      { RuleSet: [rule(null)] },
      'error the API did not return RuleSet.0.IsEnable',
    ],
    'are an error where one is of another type': [
      allOn,
      { RuleSet: [rule('true')] },
      'error the API returned RuleSet.0.IsEnable as "true", documented as boolean',
    ],
    'are an error where one is null': [
      allOn,
      { RuleSet: [rule(true), null] },
      'error the API did not return RuleSet.1; the API returned RuleSet as [{"Type":"ESCAPE_SYSCALL","IsEnable":true},null], documented as object[]',
    ],
    'are an error where one is no object': [
      allOn,
      { RuleSet: ['on'] },
      'error the API did not return RuleSet.0.IsEnable; the API returned RuleSet as ["on"], documented as object[]',
    ],
    'are an error where the list is none': [
      allOn,
      { RuleSet: { IsEnable: true } },
      'error the API returned RuleSet as {"IsEnable":true}, documented as object[]',
    ],
    'pass where one is looked for and there': [
      hasSyscall,
      { RuleSet: [rule(false, 'ESCAPE_PRIVILEDGE'), rule(true)] },
      'pass',
    ],
    'fail where one is looked for and not there': [hasSyscall, { RuleSet: [] }, 'fail /RuleSet'],
    'are an error where one is looked for and another cannot be seen': [
      hasSyscall,
      { RuleSet: [rule(null, 'ESCAPE_PRIVILEDGE'), rule(true)] },
      'error the API did not return RuleSet.0.IsEnable',
    ],
    'may be of a type that nobody reads': [
      allOn,
      { RuleSet: [{ IsEnable: true, Group: 7 }] },
      'pass',
    ],
  };
  it.each(Object.entries(cases))('%s', (_name, [require, settings, says]) => {
    expect(saying(require, settings)).toBe(says);
  });

  const missing: Record<string, [onMissing: 'fail' | 'skip', settings: JsonObject, says: string]> =
    {
      'a field that an item lacks can be a failure': [
        'fail',
        { RuleSet: [rule(true), { Type: 'A' }] },
        'fail /RuleSet/1/IsEnable',
      ],
      'a field that an item lacks can be a reason to skip': [
        'skip',
        { RuleSet: [{ Type: 'A' }] },
        'skip no RuleSet.0.IsEnable here',
      ],
      'an item that is null is an error all the same': [
        'skip',
        { RuleSet: [null] },
        'error the API did not return RuleSet.0; the API returned RuleSet as [null], documented as object[]',
      ],
    };
  it.each(Object.entries(missing))('%s', (_name, [onMissing, settings, says]) => {
    expect(saying(allOn, settings, { onMissing })).toBe(says);
  });
});

describe('an object in an item', () => {
  const weekly: JsonObject = {
    properties: {
      PeriodTaskSet: {
        items: { properties: { PeriodRule: { properties: { Frequency: { maximum: 7 } } } } },
      },
    },
  };
  const cases: Record<string, [PeriodRule: JsonObject[string], says: string]> = {
    passes: [{ Frequency: 7 }, 'pass'],
    fails: [{ Frequency: 30 }, 'fail /PeriodTaskSet/0/PeriodRule/Frequency'],
    'is an error where it is null': [
      null,
      'error the API did not return PeriodTaskSet.0.PeriodRule',
    ],
    'is an error where it is a text': [
      'weekly',
      'error the API did not return PeriodTaskSet.0.PeriodRule.Frequency; the API returned PeriodTaskSet.0.PeriodRule as "weekly", documented as object',
    ],
    'is an error where its field is a text': [
      { Frequency: '7' },
      'error the API returned PeriodTaskSet.0.PeriodRule.Frequency as "7", documented as integer',
    ],
  };
  it.each(Object.entries(cases))('%s', (_name, [PeriodRule, says]) => {
    const settings = { TotalCount: 1, PeriodTaskSet: [{ PeriodRule }] };
    expect(saying(weekly, settings, { source: 'DescribeCompliancePeriodTaskList' })).toBe(says);
  });
});

describe('half a list', () => {
  const none: JsonObject = { properties: { List: { maxItems: 0 } } };
  const source = 'DescribeScanIgnoreVulList';
  const cases: Record<string, [settings: JsonObject, says: string]> = {
    'is an error': [
      { TotalCount: 12, List: [] },
      `error BadAnswer: ${source}: List has 0 of 12 items, so the list is not whole`,
    ],
    'is an error where nobody counted': [
      { List: [] },
      `error BadAnswer: ${source}: the answer does not say in TotalCount how long the list is`,
    ],
    'is an error where an item comes twice': [
      { TotalCount: 2, List: [{ PocID: 'a' }, { PocID: 'a' }] },
      `error BadAnswer: ${source}: List has an item twice: "a"`,
    ],
    'is none where it is counted': [{ TotalCount: 0, List: [] }, 'pass'],
    'is an error where it is null and read': [
      { TotalCount: 0, List: null },
      'error the API did not return List',
    ],
  };
  it.each(Object.entries(cases))('%s', (_name, [settings, says]) => {
    expect(saying(none, settings, { source })).toBe(says);
  });
});

describe('a source of one site', () => {
  const source = 'DescribeRaspRules';
  const judged = (site: Site | undefined) => {
    const compiled = policyOf({ source, require: { properties: { List: { maxItems: 0 } } } });
    return evaluate(compiled, sourceNamed(source), undefined, site);
  };
  it('is skipped on the other', () => {
    expect(judged('intl')).toEqual({
      policyId: 'made-up',
      severity: 'low',
      status: 'skip',
      reason: 'DescribeRaspRules exists only on the cn site',
    });
  });
  it.each(['cn', undefined] as const)('is judged on %s', (site) => {
    expect(judged(site)).toMatchObject({ status: 'error', reason: `${source} was not read` });
  });
});

describe('lint of what lies inside', () => {
  const faults: Record<string, [require: JsonObject, what: string | undefined]> = {
    'takes the fields of an item': [allOn, undefined],
    'names the fields that an item has': [
      { properties: { RuleSet: { items: { properties: { Enabled: { const: true } } } } } },
      'reads RuleSet.*.Enabled, which RuleSet.* does not have: it has Type, Name, IsEnable, Group',
    ],
    'refuses properties of a list': [
      { properties: { RuleSet: { properties: { IsEnable: { const: true } } } } },
      'reads RuleSet.IsEnable, which RuleSet does not have: it is of type object[]',
    ],
    'refuses a value that an item can never have': [
      { properties: { RuleSet: { items: { properties: { IsEnable: { const: 'true' } } } } } },
      'gives RuleSet.*.IsEnable a "const" that it can never have: it is of type boolean',
    ],
    'refuses equality of objects': [
      { properties: { RuleSet: { uniqueItems: true } } },
      'applies "uniqueItems" to RuleSet, which is of type object[]',
    ],
    'refuses a list of objects as a constant': [
      { properties: { RuleSet: { const: [] } } },
      'applies "const" to RuleSet, which is of type object[]',
    ],
    'takes the items of a fact that is a list': [
      { properties: { facts: { properties: { ruleTypesOff: { items: { enum: ['A'] } } } } } },
      undefined,
    ],
    'refuses a number as item of a fact that is a list': [
      { properties: { facts: { properties: { ruleTypesOff: { contains: { const: 1 } } } } } },
      'gives facts.ruleTypesOff.* a "const" that it can never have: it is of type string',
    ],
  };
  it.each(Object.entries(faults))('%s', (_name, [require, what]) => {
    const text = JSON.stringify({ ...policyJson, source: 'DescribeEscapeRuleInfo', require });
    const example = (name: string) => ({
      file: `examples/made-up/${name}.json`,
      text: '{"RuleSet":[]}',
      policyId: 'made-up',
      name,
    });
    const result = lint(
      {
        policies: [{ file: 'pack/made-up.json', text, pack: 'pack', name: 'made-up' }],
        examples: [example('pass-a'), example('fail-a')],
        waivers: undefined,
      },
      sources,
    );
    const about = result.ok ? [] : result.problems.map(({ what: said }) => said);
    const wanted = what === undefined ? [] : [`/require ${what}`];
    expect(about.filter((said) => said.startsWith('/require'))).toEqual(wanted);
  });
});

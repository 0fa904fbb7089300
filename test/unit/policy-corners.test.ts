/** What a first version of the stage got wrong: kept so that it stays right. */
import { describe, expect, it } from 'vitest';

import type { Finding, JsonObject } from '../../shared/model.ts';
import { lint, type PolicyFiles } from '../../shared/policy/lint.ts';
import { parseExample, parsePolicy } from '../../shared/policy/parse.ts';
import { waiverUses } from '../../shared/policy/waivers.ts';
import { sources } from '../../shared/settings/sources.ts';
import { policy, waiver } from '../support/policy-json.ts';
import { unplaced } from '../support/problems.ts';

describe('a key named __proto__ is lost on the way from the file', () => {
  it('a policy that has it is refused, as with any unknown key', () => {
    const text = JSON.stringify(policy).replace('{', '{"__proto__":{"when":1},');
    expect(unplaced(parsePolicy({ file: 'a.json', text }))).toEqual({
      ok: false,
      problems: [{ where: 'a.json', what: 'has the unknown key "__proto__"' }],
    });
  });

  it('bare settings that have it keep it', () => {
    const text = '{"ScanVul":true,"__proto__":{"Enable":true}}';
    const result = parseExample({ file: 'a.json', text });
    expect(result.ok ? JSON.stringify(result.value.settings) : result).toBe(text);
  });
});

describe('lint tells no type that a field does have', () => {
  const cases: Record<string, JsonObject> = {
    'an integer is a number': { properties: { ScanPeriod: { type: 'number', maximum: 7 } } },
    'a number may be an integer': {
      properties: { facts: { properties: { scanOverdueHours: { type: 'integer' } } } },
    },
  };
  it.each(Object.entries(cases))('%s', (_name, require) => {
    const example = (name: string) => ({
      file: `examples/made-up/${name}.json`,
      text: '{"Enable":true}',
      policyId: 'made-up',
      name,
    });
    const text = JSON.stringify({ ...policy, require });
    const files: PolicyFiles = {
      policies: [{ file: 'pack/made-up.json', text, pack: 'pack', name: 'made-up' }],
      examples: [example('pass-a'), example('fail-a')],
      waivers: undefined,
    };
    const result = lint(files, sources);
    expect(result.ok ? [] : result.problems).toEqual([]);
  });
});

it('a waiver is not in use because an account that it does not cover could not be checked', () => {
  const untold: Finding = { policyId: 'made-up', severity: 'low', status: 'error', reason: 'a' };
  const passed: Finding = { policyId: 'made-up', severity: 'low', status: 'pass' };
  const report = (uin: string, finding: Finding) => ({
    target: { uin, site: 'intl' as const },
    observations: [],
    findings: [finding],
  });
  const reports = [report('100000000001', passed), report('100000000009', untold)];
  const states = waiverUses([waiver], reports, Date.UTC(2026, 10, 10)).map(({ state }) => state);
  expect(states).toEqual(['unused']);
});

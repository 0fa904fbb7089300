/** Faults found in shared/policy and shared/json.ts: each test says what should be, and fails today. */
import { describe, expect, it } from 'vitest';

import { atPointer } from '../../shared/json.ts';
import type { Finding, JsonObject, TargetReport, Waiver } from '../../shared/model.ts';
import { compilePolicy } from '../../shared/policy/compile.ts';
import { lint, type PolicyFiles } from '../../shared/policy/lint.ts';
import { applyWaivers, waiverUses } from '../../shared/policy/waivers.ts';
import { sources } from '../../shared/settings/sources.ts';
import { goodSettings, judge, policyOf } from '../support/settings.ts';

const policy = {
  id: 'made-up',
  title: 'Made up',
  severity: 'low',
  source: 'DescribeAssetImageScanSetting',
  rationale: 'Made up.',
  remediation: { text: 'Make it up.' },
  controls: [],
} as const;
const waiver: Waiver = {
  id: 'W-1',
  policy: 'made-up',
  targets: ['100000000001'],
  reason: 'Made up.',
  approvedBy: 'ciso',
  from: '2026-01-01',
  until: '2026-01-31',
};

function problemsOf(require: JsonObject, waivers: readonly Waiver[] = []): readonly string[] {
  const text = JSON.stringify({ ...policy, require });
  const example = (name: string) => ({
    file: `examples/made-up/${name}.json`,
    text: '{"Enable":true}',
    policyId: 'made-up',
    name,
  });
  const files: PolicyFiles = {
    policies: [{ file: 'pack/made-up.json', text, pack: 'pack', name: 'made-up' }],
    examples: [example('pass-a'), example('fail-a')],
    waivers: { file: 'waivers.json', text: JSON.stringify(waivers) },
  };
  const result = lint(files, sources);
  return result.ok ? [] : result.problems.map(({ what }) => what);
}

describe('A FAIL STAYS WAIVED: a date that the calendar lacks rolls over to the next month', () => {
  const enabled = { properties: { Enable: { const: true } } };
  const dates: Record<string, Partial<Waiver>> = {
    'until 30 February': { until: '2026-02-30' },
    'until 29 February of a common year': { until: '2026-02-29' },
    'until 31 April, at an instant': { until: '2026-04-31T12:00:00Z' },
    'from 31 November': { from: '2026-11-31', until: '2026-12-31' },
  };
  it.each(Object.entries(dates))('%s is told by lint', (_name, change) => {
    expect(problemsOf(enabled, [{ ...waiver, ...change }])).toEqual([
      'waiver "W-1" has a date that the calendar lacks',
    ]);
  });
  it('and waives nothing in March', () => {
    const fail: Finding = {
      policyId: 'made-up',
      severity: 'low',
      status: 'fail',
      violations: [{ pointer: '/Enable', expected: true, actual: false, message: '' }],
    };
    const target = { uin: '100000000001', site: 'intl' } as const;
    const until = { ...waiver, until: '2026-02-30' };
    expect(applyWaivers([fail], target, [until], Date.UTC(2026, 2, 2, 12))).toEqual([fail]);
  });
});

describe('FALSE PASS in a policy that lint accepts: list keywords on what is no list say nothing', () => {
  const cases: Record<string, [require: JsonObject, problem: string]> = {
    'items of a boolean': [
      { properties: { Enable: { items: { const: true } } } },
      'applies "items" to Enable, which is of type boolean',
    ],
    'contains of a text': [
      { properties: { ScanResult: { contains: { const: 'Success' } } } },
      'applies "contains" to ScanResult, which is of type string',
    ],
    'items of a fact': [
      { properties: { facts: { properties: { selectedCount: { items: { const: 1 } } } } } },
      'applies "items" to facts.selectedCount, which is of type integer',
    ],
  };
  it.each(Object.entries(cases))('%s', (_name, [require, problem]) => {
    expect(problemsOf(require)).toContain(`/require ${problem}`);
  });
});

describe('a const or enum that the type can never have', () => {
  const cases: Record<string, JsonObject> = {
    'not the text "false" (always passes)': { properties: { Enable: { not: { const: 'false' } } } },
    'one of the texts "0" and "2" (never passes)': {
      properties: { ScanScope: { enum: ['0', '2'] } },
    },
    'another type': { properties: { Enable: { not: { type: 'string' } } } },
  };
  it.each(Object.entries(cases))('is told by lint: %s', (_name, require) => {
    expect(problemsOf(require)).not.toEqual([]);
  });
});

describe('onMissing means absent, not unreadable', () => {
  const reading = policyOf({
    require: { properties: { facts: { properties: { allImagesCovered: { const: true } } } } },
    onMissing: 'skip',
  });
  it.each([['0'], [4], [false]])(
    'a ScanScope of %j behind a fact is an error, not a skip',
    (ScanScope) => {
      expect(judge(reading, { ...goodSettings, ScanScope }).status).toBe('error');
    },
  );
});

describe('a `when` that cannot be trusted', () => {
  const base = policyOf({ require: { properties: { ScanVul: { const: true } } } });
  it('says no without a reason: an error, not a skip', () => {
    const check = Object.assign(() => false, { errors: [] });
    expect(judge({ ...base, when: { check, reads: [] } }, goodSettings).status).toBe('error');
  });
  it('is asynchronous: an error at run time as in the built module, not a skip', () => {
    const when = { $async: true, properties: { Enable: { const: true } } };
    const compiled = compilePolicy({ pack: 'made-up', policy: { ...base.policy, when } });
    expect(judge(compiled, goodSettings).status).toBe('error');
  });
});

describe('violations', () => {
  it('leave a comma inside a text of enum alone', () => {
    const finding = judge(
      policyOf({ require: { properties: { ScanResult: { enum: ['a,b', 'c'] } } } }),
      goodSettings,
    );
    expect(finding).toMatchObject({
      violations: [{ message: '/ScanResult must be one of "a,b", "c", is "Success"' }],
    });
  });
  it('say that there are too many, not too few', () => {
    const require = { properties: { Images: { contains: { pattern: 'a' }, maxContains: 1 } } };
    expect(judge(policyOf({ require }), { ...goodSettings, Images: ['a', 'a'] })).toMatchObject({
      violations: [{ expected: { minContains: 1, maxContains: 1 } }],
    });
  });
});

it('a waiver that takes over from one that ends is not told as useless', () => {
  const finding: Finding = {
    policyId: 'made-up',
    severity: 'low',
    status: 'waived',
    violations: [{ pointer: '/Enable', expected: true, actual: false, message: '' }],
    waiver: { id: 'W-1', until: '2026-01-31' },
  };
  const target = { uin: '100000000001', site: 'intl' } as const;
  const reports: readonly TargetReport[] = [{ target, observations: [], findings: [finding] }];
  const next = { ...waiver, id: 'W-2', from: '2026-01-20', until: '2026-06-30' };
  const states = waiverUses([waiver, next], reports, Date.UTC(2026, 0, 25)).map(
    ({ state }) => state,
  );
  expect(states).not.toContain('unused');
});

describe('a pointer into a list', () => {
  it.each(['/', '/00', '/0x0', '/1e0', '/ 0'])('%s is no index (RFC 6901)', (pointer) => {
    expect(atPointer(['a', 'b'], pointer)).toBeUndefined();
  });
});

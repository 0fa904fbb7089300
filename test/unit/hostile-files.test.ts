/** Sealed files as a forger may have written them: one thing wrong in what is well otherwise. */
import { expect, it } from 'vitest';

import { parseLine, parsePolicies } from '../../shared/evidence/hostile.ts';
import type { Json } from '../../shared/model.ts';

const line = {
  target: { uin: '100000000001', site: 'intl', alias: 'prod', tags: ['pci'], policies: ['a'] },
  observations: [
    {
      source: 'DescribeThings',
      observedAt: '2026-11-24T18:00:00.000Z',
      requestId: 'r',
      settings: {},
      facts: {},
      drift: [{ pointer: '/X', kind: 'undocumented-field' }],
    },
    {
      source: 'DescribeOthers',
      observedAt: '2026-11-24T18:00:00.000Z',
      error: { code: 'Timeout', message: 'no answer' },
    },
  ],
  findings: [
    {
      policyId: 'a',
      severity: 'high',
      status: 'waived',
      violations: [{ pointer: '/X', expected: 1, actual: 2, message: 'must be 1' }],
      waiver: { id: 'W-1', until: '2026-12-31' },
      reason: null,
    },
  ],
};

const policies = {
  policies: [
    {
      id: 'a',
      title: 'A',
      source: 'DescribeThings',
      rationale: 'Because.',
      severity: 'high',
      require: {},
      when: {},
      remediation: { text: 'Mend it.' },
      controls: ['NIST-800-53r5/RA-5'],
    },
  ],
  waivers: [
    {
      id: 'W-1',
      policy: 'a',
      targets: ['*'],
      from: '2026-11-01',
      until: '2026-12-31',
      reason: 'Made up.',
      ticket: 'T-1',
      approvedBy: 'ciso',
    },
  ],
};

/** @returns the same with another value at a place; undefined: without it */
function changed(whole: object, path: string, value: Json | undefined): string {
  const copy = structuredClone(whole);
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const holder = steps.reduce<object>((at, step) => Reflect.get(at, step) as object, copy);
  Reflect.set(holder, last, value);
  return JSON.stringify(copy);
}

const shown = (value: Json | undefined) =>
  value === undefined ? 'nothing' : JSON.stringify(value);

/** What may not stand in its place. */
const wrong: Readonly<Record<string, readonly (Json | undefined)[]>> = {
  'target.uin': [undefined, 1],
  'target.site': [undefined, 'elsewhere'],
  'target.alias': [1],
  'target.tags': ['pci', [1]],
  'target.policies': ['a', [1]],
  observations: [undefined, {}],
  'observations.0.source': [undefined, 1],
  'observations.0.observedAt': [undefined, 'yesterday'],
  'observations.0.requestId': [undefined, 1],
  'observations.0.settings': [undefined, []],
  'observations.0.facts': [undefined, []],
  'observations.0.drift': [{}, [1], [{ pointer: '/X' }]],
  'observations.1.error': [undefined, 'x', { code: 'Timeout' }],
  'observations.1.settings': [{}],
  findings: [undefined, {}],
  'findings.0.policyId': [undefined, 1],
  'findings.0.severity': [undefined, 'urgent'],
  'findings.0.status': [undefined, 'fine'],
  'findings.0.violations': [undefined, {}, [1]],
  'findings.0.violations.0.pointer': [undefined, 1],
  'findings.0.violations.0.expected': [undefined],
  'findings.0.violations.0.actual': [undefined],
  'findings.0.violations.0.message': [undefined, 1],
  'findings.0.reason': [undefined, {}],
  'findings.0.waiver': [null, { id: 'W-1' }],
};
const lines = Object.entries(wrong).flatMap(([path, values]) =>
  values.map((value) => [path, shown(value), value] as const),
);

it('takes a line and policies with all that they may have', () => {
  expect(parseLine(JSON.stringify(line))).toEqual(line);
  expect(parsePolicies(Buffer.from(JSON.stringify(policies)))).toEqual(policies);
});

it.each(lines)('takes no line whose %s is %s', (path, _shown, value) => {
  const [first] = path.split('.');
  const what = {
    target: /^has (no|a malformed) target$/,
    observations: /^has malformed observations$/,
    findings: /^has malformed findings$/,
  }[String(first)];
  expect(parseLine(changed(line, path, value))).toMatch(what ?? /never/);
});

const wrongPolicies: Readonly<Record<string, readonly (Json | undefined)[]>> = {
  'policies.0.id': [undefined, 1],
  'policies.0.title': [undefined, 1],
  'policies.0.source': [undefined, 1],
  'policies.0.rationale': [undefined, 1],
  'policies.0.severity': [undefined, 'urgent'],
  'policies.0.require': [undefined, []],
  'policies.0.when': [[]],
  'policies.0.remediation': [undefined, {}],
  'policies.0.controls': [undefined, {}, [1]],
  'waivers.0.id': [undefined, 1],
  'waivers.0.policy': [undefined, 1],
  'waivers.0.from': [undefined, 1],
  'waivers.0.until': [undefined, 1],
  'waivers.0.reason': [1],
  'waivers.0.ticket': [1],
  'waivers.0.approvedBy': [1],
  'waivers.0.targets': [undefined, '*', [1]],
};
const files = Object.entries(wrongPolicies).flatMap(([path, values]) =>
  values.map((value) => [path, shown(value), value] as const),
);

it.each(files)('takes no policies file whose %s is %s', (path, _shown, value) => {
  const [list] = path.split('.');
  expect(parsePolicies(Buffer.from(changed(policies, path, value)))).toBe(
    `has malformed ${String(list)}`,
  );
});

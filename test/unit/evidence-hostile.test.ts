import { describe, expect, it } from 'vitest';

import {
  eachLine,
  parseLine,
  parseLines,
  parsePolicies,
  textOf,
} from '../../shared/evidence/hostile.ts';
import { bytesOf, nights } from '../support/log.ts';

type Part = Readonly<Record<string, unknown>>;

const nested = (levels: number): unknown =>
  JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
const not = (part: Part, key: string): Part => ({ ...part, [key]: undefined });
const jsonBytes = (value: unknown) => bytesOf(JSON.stringify(value));

// ---- A line of a targets file -----------------------------------------------------------------

const target = { uin: '100000000001', site: 'intl' };
const read: Part = {
  source: 'A',
  observedAt: nights[0],
  requestId: 'r',
  settings: { ScanVul: true },
  facts: { hours: 1 },
};
const drift = { pointer: '/X', kind: 'undocumented-field' };
const unread: Part = {
  source: 'A',
  observedAt: nights[0],
  error: { code: 'Timeout', message: 'too late' },
};
const violation: Part = { pointer: '/X', expected: true, actual: null, message: 'X is wrong' };
const row: Part = {
  policyId: 'enabled',
  severity: 'high',
  status: 'fail',
  violations: [violation],
  reason: null,
};
const waiver = { id: 'W-1', until: '2026-12-01' };
const line: Part = { target, observations: [read, unread], findings: [row] };

const observing = (...observations: readonly unknown[]) => ({ ...line, observations });
const finding = (...findings: readonly unknown[]) => ({ ...line, findings });
const aimedAt = (change: Part) => ({ ...line, target: { ...target, ...change } });

const reports: Record<string, Part> = {
  'what was read and what was not': line,
  'nothing read and nothing found': { target, observations: [], findings: [] },
  'a target of the other site, with all that it may have': aimedAt({
    site: 'cn',
    alias: 'prod',
    tags: ['pci', 'eu'],
    policies: ['image-scan'],
  }),
  'what drifted': observing({ ...read, drift: [drift] }),
  'a finding with a reason': finding({ ...row, status: 'error', violations: [], reason: 'why' }),
  'a waived finding': finding({ ...row, status: 'waived', waiver }),
  'as many levels as an answer may have': observing({ ...read, settings: { deep: nested(76) } }),
};
it.each(Object.entries(reports))('a report is %s', (_name, report) => {
  expect(parseLine(JSON.stringify(report))).toEqual(report);
});

const noTarget = 'has no target';
const badTarget = 'has a malformed target';
const badObservations = 'has malformed observations';
const badFindings = 'has malformed findings';
const noReports: Record<string, readonly [unknown, string]> = {
  'a list': [[line], 'is not a JSON object'],
  'a text': ['x', 'is not a JSON object'],
  null: [null, 'is not a JSON object'],
  'a level more than an answer may have': [
    observing({ ...read, settings: { deep: nested(77) } }),
    'is nested too deep',
  ],
  'no target': [not(line, 'target'), noTarget],
  'a target that is a text': [{ ...line, target: '1' }, noTarget],
  'a target without an account': [aimedAt({ uin: undefined }), noTarget],
  'a target whose account is a number': [aimedAt({ uin: 1 }), noTarget],
  'a target without a site': [aimedAt({ site: undefined }), noTarget],
  'a target of an unknown site': [aimedAt({ site: 'moon' }), badTarget],
  'an alias that is no text': [aimedAt({ alias: null }), badTarget],
  'tags that are no list': [aimedAt({ tags: 'pci' }), badTarget],
  'a tag that is no text': [aimedAt({ tags: ['pci', 1] }), badTarget],
  'policies that are no list': [aimedAt({ policies: {} }), badTarget],
  'a policy that is no text': [aimedAt({ policies: [null] }), badTarget],
  'no observations': [not(line, 'observations'), badObservations],
  'an observation that is a text': [observing(read, 'x'), badObservations],
  'one of no source': [observing(not(read, 'source')), badObservations],
  'one of no time': [observing(not(read, 'observedAt')), badObservations],
  'one of a time that is none': [observing({ ...read, observedAt: 'soon' }), badObservations],
  'one without a request': [observing(not(read, 'requestId')), badObservations],
  'one whose request is a number': [observing({ ...read, requestId: 1 }), badObservations],
  'one without settings': [observing(not(read, 'settings')), badObservations],
  'settings that are a list': [observing({ ...read, settings: [] }), badObservations],
  'one without facts': [observing(not(read, 'facts')), badObservations],
  'facts that are a text': [observing({ ...read, facts: 'x' }), badObservations],
  'drift that is no list': [observing({ ...read, drift: drift }), badObservations],
  'drift of nothing': [observing({ ...read, drift: [not(drift, 'pointer')] }), badObservations],
  'drift of no kind': [observing({ ...read, drift: [not(drift, 'kind')] }), badObservations],
  'settings beside an error': [observing({ ...unread, settings: {} }), badObservations],
  'an error that is a text': [observing({ ...unread, error: 'x' }), badObservations],
  'an error that is null': [observing({ ...read, ...unread, error: null }), badObservations],
  'an error without a code': [observing({ ...unread, error: { message: 'x' } }), badObservations],
  'an error without a message': [observing({ ...unread, error: { code: 'x' } }), badObservations],
  'no findings': [not(line, 'findings'), badFindings],
  'a finding that is null': [finding(row, null), badFindings],
  'one of no policy': [finding(not(row, 'policyId')), badFindings],
  'one of no severity': [finding(not(row, 'severity')), badFindings],
  'one of an unknown severity': [finding({ ...row, severity: 'worst' }), badFindings],
  'one of no status': [finding(not(row, 'status')), badFindings],
  'one of an unknown status': [finding({ ...row, status: 'fine' }), badFindings],
  'one without violations': [finding(not(row, 'violations')), badFindings],
  'one without a reason': [finding(not(row, 'reason')), badFindings],
  'a reason that is a number': [finding({ ...row, reason: 1 }), badFindings],
  'a waiver that is null': [finding({ ...row, waiver: null }), badFindings],
  'a waiver without a name': [finding({ ...row, waiver: not(waiver, 'id') }), badFindings],
  'a waiver without an end': [finding({ ...row, waiver: not(waiver, 'until') }), badFindings],
  ...Object.fromEntries(
    Object.keys(violation).map((key) => [
      `a violation without its ${key}`,
      [finding({ ...row, violations: [violation, not(violation, key)] }), badFindings],
    ]),
  ),
};
it.each(Object.entries(noReports))('no report is %s', (_name, [value, why]) => {
  expect(parseLine(JSON.stringify(value))).toBe(why);
});

it('no report is what is no JSON', () => {
  expect(parseLine('{"target":')).toBe('is not a JSON object');
});

describe('the lines of a file', () => {
  const text = JSON.stringify(line);
  const report = JSON.parse(text) as unknown;
  const noJson = 'is not a JSON object';
  const files: Record<string, readonly [Uint8Array, readonly (readonly [string, unknown])[]]> = {
    'are none of an empty one': [bytesOf(''), []],
    'end in a line feed': [
      bytesOf(`${text}\nx\n`),
      [
        [text, report],
        ['x', noJson],
      ],
    ],
    'may end without one': [bytesOf(text), [[text, report]]],
    'are empty in between': [
      bytesOf(`\n${text}\n\n`),
      [
        ['', noJson],
        [text, report],
        ['', noJson],
      ],
    ],
    'begin with a byte order mark, which belongs to nothing': [
      bytesOf(`\ufeff${text}\n`),
      [[`\ufeff${text}`, noJson]],
    ],
    'are one where it is no text': [Uint8Array.of(0x7b, 0xff, 0x0a), [['', 'is not UTF-8']]],
  };
  it.each(Object.entries(files))('%s', (_name, [bytes, lines]) => {
    const parsed = lines.map(([shown, said]) => ({ text: shown, report: said }));
    expect(parseLines(bytes)).toEqual(parsed);
    expect([...eachLine(bytes)]).toEqual(parsed);
  });
});

it('is text only in UTF-8, of which a byte order mark is part', () => {
  expect([textOf(bytesOf('世界')), textOf(bytesOf('\ufeffx'))]).toEqual(['世界', '\ufeffx']);
  expect(textOf(Uint8Array.of(0xff))).toBeUndefined();
});

// ---- A policies file --------------------------------------------------------------------------

const policy: Part = {
  id: 'enabled',
  title: 'Scans are on',
  severity: 'high',
  source: 'A',
  rationale: 'why',
  remediation: { text: 'Switch them on.' },
  controls: ['NIST-800-53r5/RA-5'],
  require: { required: ['Enable'] },
};
const approved: Part = {
  id: 'W-1',
  policy: 'enabled',
  targets: ['100000000001'],
  from: '2026-11-01',
  until: '2026-12-01',
};
const judged: Part = { policies: [policy], waivers: [approved] };
const judgedBy = (...policies: readonly unknown[]) => ({ ...judged, policies });
const waivedBy = (...waivers: readonly unknown[]) => ({ ...judged, waivers });

const policiesFiles: Record<string, Part> = {
  'policies and waivers': judged,
  'as few as none': { policies: [], waivers: [] },
  'a policy that does not always apply': judgedBy({ ...policy, when: {} }),
  'a waiver with all that it may have': waivedBy({
    ...approved,
    reason: 'why',
    ticket: 'SEC-1',
    approvedBy: 'ciso',
  }),
  'as many as a run may have': {
    policies: Array<Part>(5_000).fill(policy),
    waivers: Array<Part>(10_000).fill(approved),
  },
  'as many levels as an answer may have': judgedBy({ ...policy, require: { deep: nested(76) } }),
};
it.each(Object.entries(policiesFiles))('a policies file holds %s', (_name, file) => {
  expect(parsePolicies(jsonBytes(file))).toEqual(file);
});

const badPolicies = 'has malformed policies';
const badWaivers = 'has malformed waivers';
const without = (keys: readonly string[], part: Part, file: (it: Part) => unknown, why: string) =>
  Object.fromEntries(keys.map((key) => [`${why}: without ${key}`, [file(not(part, key)), why]]));
const noPoliciesFiles: Record<string, readonly [unknown, string]> = {
  'a list': [[judged], 'is not a JSON object'],
  'a level more than an answer may have': [
    judgedBy({ ...policy, require: { deep: nested(77) } }),
    'is nested too deep',
  ],
  'no policies': [not(judged, 'policies'), badPolicies],
  'a policy that is a text': [judgedBy(policy, 'x'), badPolicies],
  ...without(Object.keys(policy), policy, judgedBy, badPolicies),
  'an unknown severity': [judgedBy({ ...policy, severity: 'worst' }), badPolicies],
  'a requirement that is none': [judgedBy({ ...policy, require: true }), badPolicies],
  'a condition that is none': [judgedBy({ ...policy, when: null }), badPolicies],
  'a remedy without words': [judgedBy({ ...policy, remediation: {} }), badPolicies],
  'a control that is no text': [judgedBy({ ...policy, controls: ['x', 1] }), badPolicies],
  'no waivers': [not(judged, 'waivers'), badWaivers],
  'a waiver that is null': [waivedBy(approved, null), badWaivers],
  ...without(Object.keys(approved), approved, waivedBy, badWaivers),
  'a reason that is no text': [waivedBy({ ...approved, reason: 1 }), badWaivers],
  'a ticket that is no text': [waivedBy({ ...approved, ticket: null }), badWaivers],
  'an approval that is no text': [waivedBy({ ...approved, approvedBy: ['x'] }), badWaivers],
  'targets that are a text': [waivedBy({ ...approved, targets: '*' }), badWaivers],
  'a target that is no text': [waivedBy({ ...approved, targets: ['x', 1] }), badWaivers],
  'a policy too many': [
    judgedBy(...Array<Part>(5_001).fill(policy)),
    'has more than 5000 policies',
  ],
  'a waiver too many': [
    waivedBy(...Array<Part>(10_001).fill(approved)),
    'has more than 10000 waivers',
  ],
};
it.each(Object.entries(noPoliciesFiles))('no policies file is %s', (_name, [value, why]) => {
  expect(parsePolicies(jsonBytes(value))).toBe(why);
});

it('no policies file is what is no text or no JSON', () => {
  expect(parsePolicies(Uint8Array.of(0xff))).toBe('is not UTF-8');
  expect(parsePolicies(bytesOf('{'))).toBe('is not a JSON object');
});

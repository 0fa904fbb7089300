import { describe, expect, it } from 'vitest';

import type { Json, JsonObject } from '../../shared/model.ts';
import {
  parseExample,
  parsePolicy,
  parseWaivers,
  readJson,
  repeatedKeys,
} from '../../shared/policy/parse.ts';
import { sources } from '../../shared/settings/sources.ts';
import { policy, waiver } from '../support/policy-json.ts';
import { placesOf, unplaced } from '../support/problems.ts';

const file = 'image-scan/made-up.json';

const whats = (result: {
  readonly ok: boolean;
  readonly problems?: readonly { what: string }[];
}) => (result.ok ? [] : (result.problems ?? []).map(({ what }) => what));

describe('parsePolicy', () => {
  const parsed = (json: Json) => parsePolicy({ file, text: JSON.stringify(json) });

  it('takes a policy as it is, without the path of its schema', () => {
    expect(parsed({ $schema: '../schema/policy.schema.json', ...policy })).toEqual({
      ok: true,
      value: policy,
    });
  });

  it('takes all that is optional', () => {
    const whole = {
      ...policy,
      when: { properties: { Enable: { const: true } } },
      onMissing: 'fail',
      remediation: { text: 'a', set: { Enable: true } },
      controls: [],
    };
    expect(parsed(whole)).toEqual({ ok: true, value: whole });
  });

  const texts: Record<string, [text: string, what: string, place: string]> = {
    'names line and column of a comma too many': [
      '{\n  "id": "a",\n  "title": "b",\n}',
      'is not JSON: property name expected',
      '4:1',
    ],
    'names line and column of a comma too few': [
      '{\n  "id": "a"\n  "title": "b"\n}',
      'is not JSON: comma expected',
      '3:3',
    ],
    'names line and column of a line break in a text': [
      '{\n  "id": "a\n"\n}',
      'is not JSON: unexpected end of string',
      '2:9',
    ],
    'names line and column of what is no value': [
      '{ "id": yes }',
      'is not JSON: invalid symbol',
      '1:9',
    ],
    'names line and column of a comment': [
      '{\n  "id": "a" // the id\n}',
      'is not JSON: invalid comment token',
      '2:13',
    ],
    'names line and column of what comes after the end': [
      '{}\n{}',
      'is not JSON: end of file expected',
      '2:1',
    ],
    'says that a file is empty': ['', 'is not JSON: value expected', '1:1'],
    'says that a file breaks off': ['{ "id": ', 'is not JSON: value expected', '1:9'],
    'says that a file is a page': ['<!DOCTYPE html>', 'is not JSON: invalid symbol', '1:1'],
  };
  it.each(Object.entries(texts))('%s', (_name, [text, what, place]) => {
    const parsed = parsePolicy({ file, text });
    expect(unplaced(parsed)).toEqual({ ok: false, problems: [{ where: file, what }] });
    expect(placesOf(parsed)).toEqual([place]);
  });

  const bad: Record<string, [json: Json, problems: readonly string[]]> = {
    'no object': [[policy], ['must be object']],
    'a text': ['policy', ['must be object, is "policy"']],
    'an unknown key': [
      { ...policy, serverity: 'low' },
      ['has the unknown key "serverity": did you mean "severity"?'],
    ],
    'an unknown key of remediation': [
      { ...policy, remediation: { text: 'a', sets: {} } },
      ['/remediation has the unknown key "sets": did you mean "set"?'],
    ],
    'an unknown key that hides text': [{ ...policy, 'a\u202eb': 1 }, ['has the unknown key "a b"']],
    'an unknown severity': [
      { ...policy, severity: 'blocker' },
      ['/severity must be one of critical, high, medium, low, is "blocker"'],
    ],
    'an unknown source': [
      { ...policy, source: 'DescribeNothing' },
      [`/source must be one of ${Object.keys(sources).join(', ')}, is "DescribeNothing"`],
    ],
    'an unknown onMissing': [
      { ...policy, onMissing: 'pass' },
      ['/onMissing must be one of error, fail, skip, is "pass"'],
    ],
    'an id in upper case': [
      { ...policy, id: 'Made-Up' },
      ['/id must match pattern "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", is "Made-Up"'],
    ],
    'a title that is too long': [
      { ...policy, title: 'a'.repeat(81) },
      [`/title must NOT have more than 80 characters, is "${'a'.repeat(58)}…`],
    ],
    'a control without a framework': [
      { ...policy, controls: ['RA-5'] },
      ['/controls/0 must match pattern "^[A-Za-z0-9.-]+/[A-Za-z0-9.()-]+$", is "RA-5"'],
    ],
    'a control given twice': [
      { ...policy, controls: ['a/b', 'a/b'] },
      ['/controls must NOT have duplicate items (items ## 1 and 0 are identical)'],
    ],
    'a require that says nothing': [
      { ...policy, require: {} },
      ['/require must NOT have fewer than 1 properties'],
    ],
    'a require that is true': [{ ...policy, require: true }, ['/require must be object, is true']],
    'a when that says nothing': [
      { ...policy, when: {} },
      ['/when must NOT have fewer than 1 properties'],
    ],
    'every key that is missing': [
      {},
      ['id', 'title', 'severity', 'source', 'rationale', 'remediation', 'controls', 'require'].map(
        (key) => `must have required property '${key}'`,
      ),
    ],
    'all problems at once': [
      { ...policy, severity: 1, controls: 'a/b', note: '' },
      [
        'has the unknown key "note"',
        '/severity must be one of critical, high, medium, low, is 1',
        '/controls must be array, is "a/b"',
      ],
    ],
  };
  it.each(Object.entries(bad))('refuses %s', (_name, [json, problems]) => {
    expect(whats(parsed(json))).toEqual(problems);
  });
});

describe('parseExample', () => {
  const parsed = (json: Json) => parseExample({ file, text: JSON.stringify(json) });
  const settings = { Enable: true };

  const good: Record<string, [json: Json, value: JsonObject]> = {
    'takes an example': [
      { description: 'a', settings },
      { description: 'a', settings },
    ],
    'takes time and pointers': [
      { description: 'a', settings, observedAt: '2026-11-24T02:00:00Z', pointers: ['/Enable'] },
      { description: 'a', settings, observedAt: '2026-11-24T02:00:00Z', pointers: ['/Enable'] },
    ],
    'takes bare settings': [settings, { settings }],
    'takes no settings at all for bare ones': [{}, { settings: {} }],
    'takes undocumented settings': [
      { description: 'a', settings: { New: 1, Enable: 'yes' } },
      { description: 'a', settings: { New: 1, Enable: 'yes' } },
    ],
  };
  it.each(Object.entries(good))('%s', (_name, [json, value]) => {
    expect(parsed(json)).toEqual({ ok: true, value });
  });

  const bad: Record<string, [json: Json, problems: readonly string[]]> = {
    'an example without a description': [
      { settings },
      ["must have required property 'description'"],
    ],
    'an example that misspells its settings': [
      { description: 'a', setting: settings },
      [
        "must have required property 'settings'",
        'has the unknown key "setting": did you mean "settings"?',
      ],
    ],
    'an example that is nothing but the path of its schema': [
      { $schema: '../../schema/example.schema.json' },
      [`must have required property 'description'`, `must have required property 'settings'`],
    ],
    'bare settings with a time': [
      { ...settings, observedAt: '2026-11-24T02:00:00Z' },
      [
        `must have required property 'description'`,
        `must have required property 'settings'`,
        'has the unknown key "Enable"',
      ],
    ],
    'bare settings with pointers': [
      { ...settings, pointers: ['/Enable'] },
      [
        `must have required property 'description'`,
        `must have required property 'settings'`,
        'has the unknown key "Enable"',
      ],
    ],
    'settings that are none': [{ description: 'a', settings: [] }, ['/settings must be object']],
    'facts among the settings': [
      { description: 'a', settings: { facts: {} } },
      ['/settings/facts must NOT be valid'],
    ],
    'a RequestId among the settings': [
      { description: 'a', settings: { RequestId: 'r' } },
      ['/settings/RequestId must NOT be valid, is "r"'],
    ],
    'a list': [[settings], ['must be object']],
    'an unknown key': [
      { description: 'a', settings, pointer: '/a' },
      ['has the unknown key "pointer": did you mean "pointers"?'],
    ],
    'no pointers': [
      { description: 'a', settings, pointers: [] },
      ['/pointers must NOT have fewer than 1 items'],
    ],
    'a pointer that is none': [
      { description: 'a', settings, pointers: ['Enable'] },
      ['/pointers/0 must match pattern "^(/([^~/]|~[01])*)+$", is "Enable"'],
    ],
  };
  it.each(Object.entries(bad))('refuses %s', (_name, [json, problems]) => {
    expect(whats(parsed(json))).toEqual(problems);
  });

  it('names the place where a file is no JSON', () => {
    const parsed = parseExample({ file, text: '{"a":1,}' });
    expect(whats(parsed)).toEqual(['is not JSON: property name expected']);
    expect(placesOf(parsed)).toEqual(['1:8']);
  });
});

describe('parseWaivers', () => {
  const { approvedBy: _, ...withoutApprover } = waiver;
  const parsed = (json: Json) => parseWaivers({ file, text: JSON.stringify(json) });

  const good: Record<string, Json> = {
    'no waivers': [],
    'a waiver': [waiver],
    'a ticket': [{ ...waiver, ticket: 'SEC-482' }],
    'accounts by alias and tag': [{ ...waiver, targets: ['alias:prod', 'tag:生产', '1'] }],
    'all accounts': [{ ...waiver, targets: ['*'] }],
    instants: [{ ...waiver, from: '2026-11-01T00:00:00Z', until: '2026-11-01T23:59:59Z' }],
  };
  it.each(Object.entries(good))('takes %s', (_name, json) => {
    expect(parsed(json)).toEqual({ ok: true, value: json });
  });

  const date = String.raw`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ)?$`;
  const bad: Record<string, [json: Json, problems: readonly string[]]> = {
    'no list': [waiver, ['must be array']],
    'a waiver without an end': [
      [Object.fromEntries(Object.entries(waiver).filter(([key]) => key !== 'until'))],
      ["/0 must have required property 'until'"],
    ],
    'an end that is no date': [
      [{ ...waiver, until: 'never' }],
      [`/0/until must match pattern "${date}", is "never"`],
    ],
    'an end in another zone': [
      [{ ...waiver, until: '2026-11-30T00:00:00+08:00' }],
      [`/0/until must match pattern "${date}", is "2026-11-30T00:00:00+08:00"`],
    ],
    'no target': [[{ ...waiver, targets: [] }], ['/0/targets must NOT have fewer than 1 items']],
    'a target that is a name without its kind': [
      [{ ...waiver, targets: ['prod'] }],
      [String.raw`/0/targets/0 must match pattern "^(\d+|(alias|tag):[^\s,]+|\*)$", is "prod"`],
    ],
    'a tag without a name': [
      [{ ...waiver, targets: ['tag:'] }],
      [String.raw`/0/targets/0 must match pattern "^(\d+|(alias|tag):[^\s,]+|\*)$", is "tag:"`],
    ],
    'a target that is a number': [
      [{ ...waiver, targets: [100000000001] }],
      ['/0/targets/0 must be string, is 100000000001'],
    ],
    'no reason': [
      [{ ...waiver, reason: '' }],
      [String.raw`/0/reason must match pattern "\S", is ""`],
    ],
    'an approver of blanks only': [
      [{ ...waiver, approvedBy: ' ' }],
      [String.raw`/0/approvedBy must match pattern "\S", is " "`],
    ],
    'no approver': [[withoutApprover], ["/0 must have required property 'approvedBy'"]],
    'an unknown key': [
      [waiver, { ...waiver, untill: 'a' }],
      ['/1 has the unknown key "untill": did you mean "until"?'],
    ],
  };
  it.each(Object.entries(bad))('refuses %s', (_name, [json, problems]) => {
    expect(whats(parsed(json))).toEqual(problems);
  });
});

it('of a file that is broken in every line, the first hundred are told', () => {
  const text = `[\n${'x\n'.repeat(20_000)}]`;
  const read = readJson({ file: 'a.json', text });
  expect(read.ok ? [] : read.problems.map(({ line }) => line)).toEqual(
    Array.from({ length: 100 }, (_, index) => index + 2),
  );
});

it('of a key that is there twenty thousand times, the first hundred are told', () => {
  const read = readJson({ file: 'a.json', text: `{${'"a":1,\n'.repeat(20_000)}"b":1}` });
  if (!read.ok) throw new Error('no JSON');
  expect(repeatedKeys(read.value).map(({ line }) => line)).toEqual(
    Array.from({ length: 100 }, (_, index) => index + 2),
  );
});

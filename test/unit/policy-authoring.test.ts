/** Coverage, words, drafts and explanations of policies. */
import { describe, expect, it } from 'vitest';

import type { Field, JsonObject, Policy, Source } from '../../shared/model.ts';
import { compilePolicy } from '../../shared/policy/compile.ts';
import { coverageOf, percentOf } from '../../shared/policy/coverage.ts';
import { examplesFor, fieldPath, policyFrom, valueFrom } from '../../shared/policy/draft.ts';
import { explain } from '../../shared/policy/explain.ts';
import { withReference } from '../../shared/policy/reference.ts';
import { wordsOf } from '../../shared/policy/words.ts';
import { interpret } from '../../shared/settings/observe.ts';
import { policy as base } from '../support/policy-json.ts';
import { scanSource, timezone } from '../support/settings.ts';

const policyOf = (part: Partial<Policy>): Policy => ({ ...base, ...part });

describe('coverageOf', () => {
  const text: Field = { type: 'string', meaning: 'Made up.' };
  const source: Source = {
    ...scanSource,
    fields: {
      On: { type: 'boolean', meaning: 'Made up.' },
      Old: { ...text, deprecated: true },
      Last: { ...text, volatile: true },
      Tags: { type: 'string[]', meaning: 'Made up.' },
      Rules: { type: 'object[]', meaning: 'Made up.', item: { Name: text, State: text } },
      Range: { type: 'object', meaning: 'Made up.', fields: { From: text, To: text } },
    },
    facts: { rangeHours: { type: 'integer', meaning: 'Made up.', from: ['Range'] } },
  };
  const readBy = (require: JsonObject) => {
    const [row] = coverageOf([policyOf({ source: source.id, require })], [source]);
    return row?.fields.filter(({ policies }) => policies.length > 0).map(({ field }) => field);
  };
  const cases: Record<string, [require: JsonObject, read: readonly string[]]> = {
    'a field': [{ properties: { On: { const: true } } }, ['On']],
    'a field that is only required': [{ required: ['On'] }, ['On']],
    'the items of a list': [{ properties: { Tags: { items: { const: 'a' } } } }, ['Tags']],
    'a field of items': [
      { properties: { Rules: { items: { properties: { Name: { const: 'a' } } } } } },
      ['Rules/*/Name'],
    ],
    'a list of objects of which only the length is read': [
      { properties: { Rules: { minItems: 1 } } },
      [],
    ],
    'all that a fact is derived from': [
      { properties: { facts: { properties: { rangeHours: { minimum: 1 } } } } },
      ['Range/From', 'Range/To'],
    ],
  };
  it.each(Object.entries(cases))('counts %s', (_name, [require, read]) => {
    expect(readBy(require)).toEqual(read);
  });

  it('leaves out of the percentage what is deprecated or volatile', () => {
    const [row] = coverageOf([policyOf({ source: source.id })], [source]);
    expect(row).toMatchObject({ policies: 1, counted: 6, read: 0, percent: 0 });
  });

  it('says 100 of all only', () => {
    expect([percentOf(199, 200), percentOf(200, 200), percentOf(0, 0)]).toEqual([99, 100, 100]);
  });
});

describe('wordsOf', () => {
  const cases: Record<string, [schema: JsonObject, words: readonly string[] | undefined]> = {
    'a const': [{ properties: { A: { const: true } } }, ['`A` is `true`']],
    'bounds of a fact': [
      { properties: { facts: { properties: { a: { minimum: 1, maximum: 2 } } } } },
      ['`facts.a` is at least `1`', '`facts.a` is at most `2`'],
    ],
    items: [{ properties: { A: { items: { enum: [1, 2] } } } }, ['`A.*` is one of `1`, `2`']],
    'an empty list': [{ properties: { A: { maxItems: 0 } } }, ['`A` is empty']],
    'a choice, which the schema says better': [{ anyOf: [{ properties: {} }] }, undefined],
    'a denial, which the schema says better': [{ not: { properties: {} } }, undefined],
  };
  it.each(Object.entries(cases))('%s', (_name, [schema, words]) => {
    expect(wordsOf(schema)).toEqual(words);
  });
});

describe('a draft', () => {
  const draft = {
    id: 'a',
    title: 'b',
    severity: 'low',
    source: scanSource.id,
    rationale: 'c',
    remediation: 'd',
    controls: [],
  } as const;
  const examples = (policy: Policy) =>
    examplesFor(policy, scanSource, (source, answer, atMs) =>
      interpret(source, answer, atMs, timezone),
    );

  it('sets the field that it requires, and shows each verdict', () => {
    const policy = policyFrom({
      ...draft,
      field: fieldPath('ScanVul'),
      asked: { const: true },
      when: { field: fieldPath('Enable'), value: true },
    });
    expect(policy.remediation).toEqual({ text: 'd', set: { ScanVul: true } });
    expect(examples(policy)).toEqual([
      { status: 'pass', settings: { Enable: true, ScanVul: true }, pointers: [] },
      { status: 'skip', settings: { Enable: false, ScanVul: true }, pointers: [] },
      { status: 'fail', settings: { Enable: true, ScanVul: false }, pointers: ['/ScanVul'] },
      { status: 'error', settings: { Enable: true }, pointers: [] },
    ]);
  });

  it('of a fact sets nothing', () => {
    const field = fieldPath('facts.excludedImageCount');
    const policy = policyFrom({ ...draft, field, asked: { maximum: 1 } });
    expect(policy.remediation).toEqual({ text: 'd' });
    expect(examples(policy).map(({ status }) => status)).toEqual(['pass', 'fail', 'error']);
  });

  const values: Record<string, [given: Parameters<typeof valueFrom>, parsed: unknown]> = {
    'a boolean': [['true', 'const', 'boolean'], { value: true }],
    'no boolean': [['yes', 'const', 'boolean'], { problem: 'is "yes": give true or false' }],
    integers: [['0, 2', 'enum', 'integer'], { value: [0, 2] }],
    'no number': [['', 'minimum', 'integer'], { problem: 'is "": give a number' }],
    'a fraction of an integer': [
      ['1.5', 'maximum', 'integer'],
      { problem: 'is "1.5": give a number' },
    ],
    'a fraction of a number': [['1.5', 'maximum', 'number'], { value: 1.5 }],
    'a bound of a text': [
      ['1', 'maximum', 'string'],
      { problem: 'says nothing of a field of type string: give --const, --enum, --pattern' },
    ],
  };
  it.each(Object.entries(values))('reads %s', (_name, [given, parsed]) => {
    expect(valueFrom(...given)).toEqual(parsed);
  });
});

describe('explain', () => {
  const explained = (part: Partial<Policy>, settings: JsonObject) =>
    explain(
      compilePolicy({ pack: '', policy: policyOf(part) }),
      scanSource,
      interpret(scanSource, settings, Date.UTC(2026, 0, 1), timezone),
    );

  it('names each item of a list, and the keyword that failed at it', () => {
    const require = { properties: { Images: { items: { pattern: '^a' } } } };
    expect(explained({ require }, { Images: ['a', 'b'] }).steps).toEqual([
      {
        schema: 'require',
        reads: [{ pointer: '/Images', value: ['a', 'b'], type: 'string[]' }],
        facts: [],
        outcome: 'does not hold',
        failed: [{ pointer: '/Images/1', keyword: 'pattern' }],
      },
    ]);
  });

  it('names what a fact would have been derived from', () => {
    const require = {
      properties: { facts: { properties: { excludedImageCount: { maximum: 1 } } } },
    };
    expect(explained({ require }, { Enable: true })).toMatchObject({
      finding: { status: 'error' },
      steps: [
        {
          facts: [{ fact: 'excludedImageCount', from: [{ pointer: '/ExcludeImages' }] }],
          outcome: 'not asked',
        },
      ],
    });
  });
});

describe('withReference', () => {
  const page = withReference(undefined, 'One.\n') ?? '';

  it('makes a page where there is none', () => {
    expect(page).toContain('# Policies\n\n<!-- policies:');
    expect(page).toContain('\nOne.\n');
  });

  it('replaces what is between the marks, and changes nothing twice', () => {
    const before = `Before.\n${page}After.\n`;
    const after = withReference(before, 'Two.\n') ?? '';
    expect(after).toBe(before.replace('One.', 'Two.'));
    expect(withReference(after, 'Two.\n')).toBe(after);
  });

  it('leaves a page without marks alone', () => {
    expect(withReference('Mine.', 'Two.')).toBeUndefined();
  });
});

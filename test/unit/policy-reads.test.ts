import { describe, expect, it } from 'vitest';

import type { Json, JsonObject } from '../../shared/model.ts';
import { isKeyword, missingAt, readsOf } from '../../shared/policy/reads.ts';

const on = { const: true };

describe('readsOf', () => {
  const read: Record<string, [schema: JsonObject, paths: readonly string[]]> = {
    'reads properties': [{ properties: { Enable: on, ScanVul: on } }, ['Enable', 'ScanVul']],
    'reads properties of properties, and what holds them': [
      { properties: { facts: { properties: { selectedCount: { minimum: 1 } } } } },
      ['facts', 'facts/selectedCount'],
    ],
    'reads required names': [{ required: ['Enable', 'ScanVul'] }, ['Enable', 'ScanVul']],
    'reads a property of schema true': [{ properties: { Enable: true } }, ['Enable']],
    'reads a property once': [
      { required: ['Enable'], properties: { Enable: on }, allOf: [{ required: ['Enable'] }] },
      ['Enable'],
    ],
    'reads items': [
      { properties: { List: { items: { properties: { Name: on } } } } },
      ['List', 'List/*/Name'],
    ],
    'reads contains': [
      { properties: { List: { contains: { required: ['Name'] } } } },
      ['List', 'List/*/Name'],
    ],
    'reads items of items': [
      { properties: { List: { items: { items: { required: ['Name'] } } } } },
      ['List', 'List/*/*/Name'],
    ],
    'reads allOf': [{ allOf: [{ required: ['A'] }, { required: ['B'] }] }, ['A', 'B']],
    'reads every branch of anyOf': [
      { anyOf: [{ required: ['A'] }, { required: ['B'] }] },
      ['A', 'B'],
    ],
    'reads every branch of oneOf': [
      { oneOf: [{ required: ['A'] }, { required: ['B'] }] },
      ['A', 'B'],
    ],
    'reads not': [{ not: { properties: { A: on } } }, ['A']],
    'reads if, then and else': [
      { if: { required: ['A'] }, then: { required: ['B'] }, else: { required: ['C'] } },
      ['A', 'B', 'C'],
    ],
    'follows $ref': [{ $ref: '#/$defs/on', $defs: { on: { properties: { A: on } } } }, ['A']],
    'follows $ref where it stands': [
      {
        $defs: { one: { properties: { x: on } } },
        properties: { A: { $ref: '#/$defs/one' }, B: { $ref: '#/$defs/one' } },
      },
      ['A', 'A/x', 'B', 'B/x'],
    ],
    'reads what stands beside $ref': [
      { $ref: '#/$defs/on', $defs: { on: { required: ['A'] } }, required: ['B'] },
      ['A', 'B'],
    ],
    'follows $ref through $ref': [
      { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { required: ['A'] } } },
      ['A'],
    ],
    'follows a $ref to itself once': [
      { $ref: '#/$defs/a', $defs: { a: { anyOf: [{ required: ['A'] }, { $ref: '#/$defs/a' }] } } },
      ['A'],
    ],
    'reads no definition that nothing refers to': [{ $defs: { a: { required: ['A'] } } }, []],
    'reads names that objects have by birth': [
      { required: ['constructor', 'toString'] },
      ['constructor', 'toString'],
    ],
    'reads nothing of annotations': [
      {
        title: 'a',
        description: 'b',
        $comment: 'c',
        default: { A: 1 },
        examples: [{ A: 1 }],
        deprecated: true,
      },
      [],
    ],
  };
  it.each(Object.entries(read))('%s', (_name, [schema, paths]) => {
    const reads = readsOf(schema);
    expect(reads.paths.map((path) => path.join('/'))).toEqual(paths);
    expect(reads.refused).toEqual([]);
  });

  it('tells a name with a slash from a path', () => {
    const schema = { properties: { 'a/b': on, a: { properties: { b: on } } } };
    expect(readsOf(schema).paths).toEqual([['a/b'], ['a'], ['a', 'b']]);
  });

  const assertions: JsonObject = {
    const: 1,
    enum: [1],
    type: 'integer',
    minimum: 1,
    maximum: 1,
    exclusiveMinimum: 1,
    exclusiveMaximum: 1,
    multipleOf: 1,
    minLength: 1,
    maxLength: 1,
    pattern: 'a',
    minItems: 1,
    maxItems: 1,
    uniqueItems: true,
    minContains: 1,
    maxContains: 1,
  };
  it.each(Object.entries(assertions))('takes %s as an assertion on its path', (keyword, value) => {
    const reads = readsOf({
      properties: { A: { [keyword]: value }, B: { items: { [keyword]: value } } },
    });
    const a = ['properties', 'A'];
    const b = ['properties', 'B'];
    expect(reads).toEqual({
      paths: [['A'], ['B']],
      readings: [
        { path: ['A'], at: a },
        { path: ['B'], at: b },
      ],
      refused: [],
      applied: [
        { path: ['A'], at: [...a, keyword], keyword, value },
        { path: ['B'], at: [...b, 'items'], keyword: 'items', value: { [keyword]: value } },
        { path: ['B', '*'], at: [...b, 'items', keyword], keyword, value },
      ],
    });
  });

  const refused: Record<string, [schema: JsonObject, refused: readonly string[]]> = {
    additionalProperties: [{ additionalProperties: false }, ['additionalProperties']],
    patternProperties: [{ patternProperties: { '^Scan': on } }, ['patternProperties']],
    propertyNames: [{ propertyNames: { minLength: 1 } }, ['propertyNames']],
    unevaluatedProperties: [{ unevaluatedProperties: false }, ['unevaluatedProperties']],
    unevaluatedItems: [{ unevaluatedItems: false }, ['unevaluatedItems']],
    minProperties: [{ minProperties: 1 }, ['minProperties']],
    maxProperties: [{ maxProperties: 1 }, ['maxProperties']],
    dependentRequired: [{ dependentRequired: { A: ['B'] } }, ['dependentRequired']],
    dependentSchemas: [{ dependentSchemas: { A: on } }, ['dependentSchemas']],
    prefixItems: [{ prefixItems: [on] }, ['prefixItems']],
    format: [{ format: 'date-time' }, ['format']],
    $dynamicRef: [{ $dynamicRef: '#a' }, ['$dynamicRef']],
    $async: [{ $async: true }, ['$async']],
    $id: [{ $id: 'https://example.com/a' }, ['$id']],
    $schema: [{ $schema: 'https://json-schema.org/draft/2020-12/schema' }, ['$schema']],
    nullable: [{ nullable: true }, ['nullable']],
    'a keyword deep inside, once': [
      { allOf: [{ not: { format: 'a' } }, { properties: { A: { format: 'b' } } }] },
      ['format'],
    ],
    'a keyword in a definition that is referred to': [
      { $ref: '#/$defs/a', $defs: { a: { $id: 'b', required: ['A'] } } },
      ['$id'],
    ],
    'a $ref to the whole': [{ $ref: '#' }, ['$ref #']],
    'a $ref elsewhere': [{ $ref: 'https://example.com/a' }, ['$ref https://example.com/a']],
    'a $ref into a schema': [
      { $ref: '#/properties/A', properties: { A: on } },
      ['$ref #/properties/A'],
    ],
    'a $ref to a definition that is not there': [{ $ref: '#/$defs/a' }, ['$ref #/$defs/a']],
    'a $ref to what objects have by birth': [
      { $ref: '#/$defs/constructor', $defs: {} },
      ['$ref #/$defs/constructor'],
    ],
    'a $ref to a definition in another place': [
      { $ref: 'other#/$defs/a', $defs: { a: on } },
      ['$ref other#/$defs/a'],
    ],
    'a $ref into a definition': [
      { $ref: '#/$defs/a/not', $defs: { a: { not: on } } },
      ['$ref #/$defs/a/not'],
    ],
    'a $ref to no definition, where one is called undefined': [
      { $ref: '#', $defs: { undefined: on } },
      ['$ref #'],
    ],
    'a $ref that is no text': [{ $ref: 1 }, ['$ref ']],
    'a $ref that goes ever deeper': [
      { $ref: '#/$defs/a', $defs: { a: { items: { $ref: '#/$defs/a' } } } },
      ['$ref #/$defs/a'],
    ],
  };
  it.each(Object.entries(refused))('refuses %s', (_name, [schema, keywords]) => {
    expect(readsOf(schema).refused.map(({ what }) => what)).toEqual(keywords);
  });

  it('says of a refused keyword where it stands first', () => {
    const schema = { properties: { A: { format: 'a' }, B: { format: 'b' } } };
    expect(readsOf(schema).refused).toEqual([
      { what: 'format', at: ['properties', 'A', 'format'] },
    ]);
  });

  it('follows a $ref sixteen lists deep, and no deeper', () => {
    const below = (lists: number): JsonObject =>
      lists === 0 ? { $ref: '#/$defs/on' } : { items: below(lists - 1) };
    const reads = (lists: number) =>
      readsOf({ ...below(lists), $defs: { on: { required: ['A'] } } });
    expect(reads(16)).toMatchObject({
      paths: [[...Array<string>(16).fill('*'), 'A']],
      refused: [],
    });
    expect(reads(17)).toMatchObject({ paths: [], refused: [{ what: '$ref #/$defs/on' }] });
  });

  const odd: Record<string, JsonObject> = {
    'properties that are none': { properties: 1 },
    'required that is no list': { required: 'A' },
    'required names that are none': { required: [1, null] },
    'branches that are no list': { anyOf: { required: ['A'] } },
    'schemas that are none': { not: 1, if: null, then: [on] },
  };
  it.each(Object.entries(odd))('reads nothing of %s, which ajv refuses', (_name, schema) => {
    expect(readsOf(schema)).toEqual({ paths: [], readings: [], refused: [], applied: [] });
  });

  it.each(['items', 'contains'])('takes %s as applied to the path of its list', (keyword) => {
    expect(readsOf({ properties: { A: { [keyword]: on } } })).toEqual({
      paths: [['A']],
      readings: [{ path: ['A'], at: ['properties', 'A'] }],
      refused: [],
      applied: [
        { path: ['A'], at: ['properties', 'A', keyword], keyword, value: on },
        {
          path: ['A', '*'],
          at: ['properties', 'A', keyword, 'const'],
          keyword: 'const',
          value: true,
        },
      ],
    });
  });

  it.each(['items', 'contains'])(
    'reads nothing of %s that is a list, which ajv refuses',
    (keyword) => {
      expect(readsOf({ [keyword]: [on] })).toEqual({
        paths: [],
        readings: [],
        refused: [],
        applied: [{ path: [], at: [keyword], keyword, value: [on] }],
      });
    },
  );
});

describe('places', () => {
  it('names each place of the schema that reads a path', () => {
    const schema = {
      required: ['A'],
      anyOf: [{ properties: { A: on } }, { $ref: '#/$defs/b' }],
      $defs: { b: { properties: { A: { format: 'date' } } } },
    };
    expect(readsOf(schema).readings).toEqual([
      { path: ['A'], at: ['required', '0'] },
      { path: ['A'], at: ['anyOf', '0', 'properties', 'A'] },
      { path: ['A'], at: ['$defs', 'b', 'properties', 'A'] },
    ]);
    expect(readsOf(schema).refused).toEqual([
      { what: 'format', at: ['$defs', 'b', 'properties', 'A', 'format'] },
    ]);
  });
});

describe('missingAt', () => {
  const document = {
    A: { b: null, c: 0 },
    List: [{ n: 1 }, {}, null, { n: null }],
    Empty: [],
    No: false,
  };
  const cases: Record<string, [path: readonly string[], missing: readonly (readonly string[])[]]> =
    {
      'sees what is there': [['A', 'c'], []],
      'takes false for there': [['No'], []],
      'misses what is not there': [['B'], [['B']]],
      'misses null': [['A', 'b'], [['A', 'b']]],
      'names the first step that is missing': [['B', 'c', 'd'], [['B']]],
      'misses what would be inside a value': [['No', 'x'], [['No', 'x']]],
      'misses what objects have by birth': [['A', 'toString'], [['A', 'toString']]],
      'misses in every item': [
        ['List', '*', 'n'],
        [
          ['List', '1', 'n'],
          ['List', '2'],
          ['List', '3', 'n'],
        ],
      ],
      'misses null items': [['List', '*'], [['List', '2']]],
      'misses nothing in an empty list': [['Empty', '*', 'n'], []],
      'misses a list that is not there': [['Lists', '*', 'n'], [['Lists']]],
      'sees the root': [[], []],
    };
  it.each(Object.entries(cases))('%s', (_name, [path, missing]) => {
    expect(missingAt(document, path)).toEqual(missing);
  });

  it('misses everything in null', () => {
    const nothing: Json = null;
    expect(missingAt(nothing, ['A'])).toEqual([[]]);
  });
});

it('a word is a keyword where JSON Schema has it, whether a policy may use it or not', () => {
  const words = ['const', '$ref', 'patternProperties', '$id', 'cosnt', 'Const', 'constructor', ''];
  expect(words.filter(isKeyword)).toEqual(['const', '$ref', 'patternProperties', '$id']);
});

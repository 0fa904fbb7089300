import { expect, it } from 'vitest';

import type { JsonObject, Violation } from '../../shared/model.ts';
import { violationsOf } from '../../shared/policy/violation.ts';
import { goodSettings, judge, policyOf } from '../support/settings.ts';

const cases: Record<
  string,
  [schema: JsonObject, change: JsonObject, violations: readonly Violation[]]
> = {
  'const: a boolean': [
    { properties: { ScanVul: { const: true } } },
    { ScanVul: false },
    [
      {
        pointer: '/ScanVul',
        expected: true,
        actual: false,
        message: '/ScanVul must be true, is false',
      },
    ],
  ],
  'const: a text': [
    { properties: { ScanResult: { const: 'Success' } } },
    { ScanResult: 'In"ternal' },
    [
      {
        pointer: '/ScanResult',
        expected: 'Success',
        actual: 'In"ternal',
        message: '/ScanResult must be "Success", is "In\\"ternal"',
      },
    ],
  ],
  'const: a list': [
    { properties: { Images: { const: ['a'] } } },
    { Images: [] },
    [{ pointer: '/Images', expected: ['a'], actual: [], message: '/Images must be ["a"], is []' }],
  ],
  'const: null': [
    { properties: { ScanPeriod: { const: null } } },
    { ScanPeriod: 1 },
    [
      {
        pointer: '/ScanPeriod',
        expected: null,
        actual: 1,
        message: '/ScanPeriod must be null, is 1',
      },
    ],
  ],
  enum: [
    { properties: { ScanScope: { enum: [0, 2] } } },
    { ScanScope: 1 },
    [
      {
        pointer: '/ScanScope',
        expected: { enum: [0, 2] },
        actual: 1,
        message: '/ScanScope must be one of 0, 2, is 1',
      },
    ],
  ],
  'enum: a text with a comma in it': [
    { properties: { ScanResult: { enum: ['a,b', 'c'] } } },
    {},
    [
      {
        pointer: '/ScanResult',
        expected: { enum: ['a,b', 'c'] },
        actual: 'Success',
        message: '/ScanResult must be one of "a,b", "c", is "Success"',
      },
    ],
  ],
  'contains: a value that is not there': [
    { properties: { Images: { contains: { const: 'a' } } } },
    { Images: ['b', 'c'] },
    [
      {
        pointer: '/Images',
        expected: { contains: { const: 'a' } },
        actual: ['b', 'c'],
        message: '/Images must contain "a", is ["b","c"]',
      },
    ],
  ],
  'contains: a value, in nothing': [
    { properties: { Images: { contains: { const: 'a' } } } },
    { Images: [] },
    [
      {
        pointer: '/Images',
        expected: { contains: { const: 'a' } },
        actual: [],
        message: '/Images must contain "a", is []',
      },
    ],
  ],
  'contains: more items than anyone reads': [
    { properties: { Images: { contains: { const: 'a' } } } },
    { Images: ['b', 'c', 'd', 'e', 'f', 'g', 'h'] },
    [
      {
        pointer: '/Images',
        expected: { contains: { const: 'a' } },
        actual: ['b', 'c', 'd', 'e', 'f', 'g', 'h'],
        message: '/Images must contain "a", is ["b","c","d","e","f", and 2 more]',
      },
    ],
  ],
  'contains: as many items as anyone reads': [
    { properties: { Images: { contains: { const: 'a' } } } },
    { Images: ['b', 'c', 'd', 'e', 'f'] },
    [
      {
        pointer: '/Images',
        expected: { contains: { const: 'a' } },
        actual: ['b', 'c', 'd', 'e', 'f'],
        message: '/Images must contain "a", is ["b","c","d","e","f"]',
      },
    ],
  ],
  'contains: too few': [
    { properties: { Images: { contains: { pattern: 'a' }, minContains: 2 } } },
    { Images: ['a', 'b'] },
    [
      {
        pointer: '/Images',
        expected: { contains: { pattern: 'a' }, minContains: 2 },
        actual: ['a', 'b'],
        message:
          '/Images must contain an item that satisfies {"pattern":"a"} at least 2 times, is ["a","b"]',
      },
    ],
  ],
  'contains: too many': [
    { properties: { Images: { contains: { pattern: 'a' }, maxContains: 1 } } },
    { Images: ['a', 'a'] },
    [
      {
        pointer: '/Images',
        expected: { contains: { pattern: 'a' }, maxContains: 1 },
        actual: ['a', 'a'],
        message:
          '/Images must contain an item that satisfies {"pattern":"a"} 1 to 1 times, is ["a","a"]',
      },
    ],
  ],
  'contains: none allowed': [
    { properties: { Images: { contains: { const: 'a' }, minContains: 0, maxContains: 0 } } },
    { Images: ['a'] },
    [
      {
        pointer: '/Images',
        expected: { contains: { const: 'a' }, minContains: 0, maxContains: 0 },
        actual: ['a'],
        message: '/Images must not contain "a", is ["a"]',
      },
    ],
  ],
  'contains: beside another violation of the same list': [
    { properties: { Images: { contains: { const: 'a' }, items: { pattern: '^.$' } } } },
    { Images: ['bb'] },
    [
      {
        pointer: '/Images/0',
        expected: { pattern: '^.$' },
        actual: 'bb',
        message: '/Images/0 must match "^.$", is "bb"',
      },
      {
        pointer: '/Images',
        expected: { contains: { const: 'a' } },
        actual: ['bb'],
        message: '/Images must contain "a", is ["bb"]',
      },
    ],
  ],
  'contains: two lists, of each one violation': [
    {
      properties: {
        Images: { contains: { const: 'a' } },
        ExcludeImages: { contains: { const: 'b' } },
      },
    },
    { Images: ['c', 'd'], ExcludeImages: ['e'] },
    [
      {
        pointer: '/Images',
        expected: { contains: { const: 'a' } },
        actual: ['c', 'd'],
        message: '/Images must contain "a", is ["c","d"]',
      },
      {
        pointer: '/ExcludeImages',
        expected: { contains: { const: 'b' } },
        actual: ['e'],
        message: '/ExcludeImages must contain "b", is ["e"]',
      },
    ],
  ],
  'contains: in a definition': [
    {
      $defs: { some: { contains: { const: 'a' } } },
      properties: { Images: { $ref: '#/$defs/some' } },
    },
    { Images: ['b'] },
    [
      {
        pointer: '/Images',
        expected: { contains: { const: 'a' } },
        actual: ['b'],
        message: '/Images must contain "a", is ["b"]',
      },
    ],
  ],
  type: [
    { properties: { ScanPeriod: { type: 'string' } } },
    {},
    [
      {
        pointer: '/ScanPeriod',
        expected: { type: 'string' },
        actual: 1,
        message: '/ScanPeriod must be of type string, is 1',
      },
    ],
  ],
  minimum: [
    { properties: { ScanPeriod: { minimum: 2 } } },
    {},
    [
      {
        pointer: '/ScanPeriod',
        expected: { minimum: 2 },
        actual: 1,
        message: '/ScanPeriod must be at least 2, is 1',
      },
    ],
  ],
  maximum: [
    { properties: { ScanPeriod: { maximum: 7 } } },
    { ScanPeriod: 30 },
    [
      {
        pointer: '/ScanPeriod',
        expected: { maximum: 7 },
        actual: 30,
        message: '/ScanPeriod must be at most 7, is 30',
      },
    ],
  ],
  exclusiveMinimum: [
    { properties: { ScanPeriod: { exclusiveMinimum: 1 } } },
    {},
    [
      {
        pointer: '/ScanPeriod',
        expected: { exclusiveMinimum: 1 },
        actual: 1,
        message: '/ScanPeriod must be more than 1, is 1',
      },
    ],
  ],
  exclusiveMaximum: [
    { properties: { ScanPeriod: { exclusiveMaximum: 1 } } },
    {},
    [
      {
        pointer: '/ScanPeriod',
        expected: { exclusiveMaximum: 1 },
        actual: 1,
        message: '/ScanPeriod must be less than 1, is 1',
      },
    ],
  ],
  multipleOf: [
    { properties: { ScanPeriod: { multipleOf: 2 } } },
    {},
    [
      {
        pointer: '/ScanPeriod',
        expected: { multipleOf: 2 },
        actual: 1,
        message: '/ScanPeriod must satisfy multipleOf 2, is 1',
      },
    ],
  ],
  pattern: [
    { properties: { ScanTime: { pattern: '^0' } } },
    {},
    [
      {
        pointer: '/ScanTime',
        expected: { pattern: '^0' },
        actual: '18:00',
        message: '/ScanTime must match "^0", is "18:00"',
      },
    ],
  ],
  minLength: [
    { properties: { ScanTime: { minLength: 8 } } },
    {},
    [
      {
        pointer: '/ScanTime',
        expected: { minLength: 8 },
        actual: '18:00',
        message: '/ScanTime must satisfy minLength 8, is "18:00"',
      },
    ],
  ],
  'maxItems: none': [
    { properties: { ExcludeImages: { maxItems: 0 } } },
    { ExcludeImages: ['a', 'b'] },
    [
      {
        pointer: '/ExcludeImages',
        expected: { maxItems: 0 },
        actual: ['a', 'b'],
        message: '/ExcludeImages must be empty, has 2',
      },
    ],
  ],
  'maxItems: some': [
    { properties: { ExcludeImages: { maxItems: 1 } } },
    { ExcludeImages: ['a', 'b'] },
    [
      {
        pointer: '/ExcludeImages',
        expected: { maxItems: 1 },
        actual: ['a', 'b'],
        message: '/ExcludeImages must have at most 1 items, has 2',
      },
    ],
  ],
  minItems: [
    { properties: { Images: { minItems: 2 } } },
    { Images: ['a'] },
    [
      {
        pointer: '/Images',
        expected: { minItems: 2 },
        actual: ['a'],
        message: '/Images must have at least 2 items, has 1',
      },
    ],
  ],
  'items: at the item': [
    { properties: { Images: { items: { pattern: '^sha256:' } } } },
    { Images: ['sha256:a', 'latest'] },
    [
      {
        pointer: '/Images/1',
        expected: { pattern: '^sha256:' },
        actual: 'latest',
        message: '/Images/1 must match "^sha256:", is "latest"',
      },
    ],
  ],
  'a fact': [
    { properties: { facts: { properties: { scanWindowMinutes: { minimum: 180 } } } } },
    {},
    [
      {
        pointer: '/facts/scanWindowMinutes',
        expected: { minimum: 180 },
        actual: 120,
        message: '/facts/scanWindowMinutes must be at least 180, is 120',
      },
    ],
  ],
  'all that is wrong': [
    { properties: { ScanVul: { const: true }, ScanPeriod: { minimum: 2, multipleOf: 2 } } },
    { ScanVul: false },
    [
      {
        pointer: '/ScanVul',
        expected: true,
        actual: false,
        message: '/ScanVul must be true, is false',
      },
      {
        pointer: '/ScanPeriod',
        expected: { minimum: 2 },
        actual: 1,
        message: '/ScanPeriod must be at least 2, is 1',
      },
      {
        pointer: '/ScanPeriod',
        expected: { multipleOf: 2 },
        actual: 1,
        message: '/ScanPeriod must satisfy multipleOf 2, is 1',
      },
    ],
  ],
  'every branch of anyOf, and not the anyOf': [
    {
      anyOf: [
        { properties: { ScanVul: { const: true } } },
        { properties: { ScanRisk: { const: true } } },
      ],
    },
    { ScanVul: false, ScanRisk: false },
    [
      {
        pointer: '/ScanVul',
        expected: true,
        actual: false,
        message: '/ScanVul must be true, is false',
      },
      {
        pointer: '/ScanRisk',
        expected: true,
        actual: false,
        message: '/ScanRisk must be true, is false',
      },
    ],
  ],
  'the same violation once': [
    {
      allOf: [
        { properties: { ScanVul: { const: true } } },
        { properties: { ScanVul: { const: true } } },
      ],
    },
    { ScanVul: false },
    [
      {
        pointer: '/ScanVul',
        expected: true,
        actual: false,
        message: '/ScanVul must be true, is false',
      },
    ],
  ],
  'what follows from `if`, and not the `if`': [
    {
      if: { properties: { ScanScope: { const: 1 } } },
      then: { properties: { Images: { minItems: 1 } } },
    },
    { ScanScope: 1 },
    [
      {
        pointer: '/Images',
        expected: { minItems: 1 },
        actual: [],
        message: '/Images must have at least 1 items, has 0',
      },
    ],
  ],
  'oneOf of two that hold: the oneOf itself': [
    {
      oneOf: [
        { properties: { ScanVul: { const: true } } },
        { properties: { ScanRisk: { const: true } } },
      ],
    },
    {},
    [
      expect.objectContaining({
        pointer: '',
        expected: { oneOf: true },
        message: expect.stringMatching(/^the settings must satisfy oneOf true, is \{/) as string,
      }) as Violation,
    ],
  ],
  'not: a value': [
    { properties: { ScanResult: { not: { const: 'InternalError' } } } },
    { ScanResult: 'InternalError' },
    [
      {
        pointer: '/ScanResult',
        expected: { not: { const: 'InternalError' } },
        actual: 'InternalError',
        message: '/ScanResult must not be "InternalError", is "InternalError"',
      },
    ],
  ],
  'not: a list with a value in it': [
    { properties: { Images: { not: { contains: { const: 'a' } } } } },
    { Images: ['a', 'b'] },
    [
      {
        pointer: '/Images',
        expected: { not: { contains: { const: 'a' } } },
        actual: ['a', 'b'],
        message: '/Images must not contain "a", is ["a","b"]',
      },
    ],
  ],
  'not: a value of which more is said': [
    { properties: { ScanResult: { not: { const: 'InternalError', minLength: 1 } } } },
    { ScanResult: 'InternalError' },
    [
      {
        pointer: '/ScanResult',
        expected: { not: { const: 'InternalError', minLength: 1 } },
        actual: 'InternalError',
        message:
          '/ScanResult must not satisfy {"const":"InternalError","minLength":1}, is "InternalError"',
      },
    ],
  ],
  'not: one other keyword': [
    { properties: { ScanPeriod: { not: { minimum: 1 } } } },
    { ScanPeriod: 3 },
    [
      {
        pointer: '/ScanPeriod',
        expected: { not: { minimum: 1 } },
        actual: 3,
        message: '/ScanPeriod must not satisfy {"minimum":1}, is 3',
      },
    ],
  ],
  'not: anything else': [
    { properties: { ScanPeriod: { not: { minimum: 1, maximum: 7 } } } },
    { ScanPeriod: 3 },
    [
      {
        pointer: '/ScanPeriod',
        expected: { not: { minimum: 1, maximum: 7 } },
        actual: 3,
        message: '/ScanPeriod must not satisfy {"minimum":1,"maximum":7}, is 3',
      },
    ],
  ],
};

it.each(Object.entries(cases))('%s', (_name, [require, change, violations]) => {
  expect(judge(policyOf({ require }), { ...goodSettings, ...change })).toEqual({
    policyId: 'made-up',
    severity: 'low',
    status: 'fail',
    violations,
  });
});

it('shows an object that a value must be', () => {
  const error = {
    ...{ instancePath: '/A', schemaPath: '#/properties/A/const', keyword: 'const' },
    params: { allowedValue: { b: 1 } },
  };
  expect(violationsOf({ A: { b: 2 } }, [error], {})).toEqual([
    {
      pointer: '/A',
      expected: { b: 1 },
      actual: { b: 2 },
      message: '/A must be {"b":1}, is {"b":2}',
    },
  ]);
});

const itemsAsked: Record<string, [item: JsonObject, words: string]> = {
  'by every property': [
    { properties: { Type: { const: 'a' }, Switch: { const: 'ON' } } },
    'an item with Type "a" and Switch "ON"',
  ],
  'by its schema, where a property may have several values': [
    { properties: { Type: { const: 'a' }, Level: { enum: [1, 2] } } },
    'an item that satisfies {"properties":{"Type":{"const":"a"},"Level":{"enum":[1,2]}}}',
  ],
  'by its schema, where a value is not all that is asked of a property': [
    { properties: { Type: { const: 'a', minLength: 1 } } },
    'an item that satisfies {"properties":{"Type":{"const":"a","minLength":1}}}',
  ],
  'by its schema, where properties are not all that is asked': [
    { properties: { Type: { const: 'a' } }, required: ['Type'] },
    'an item that satisfies {"properties":{"Type":{"const":"a"}},"required":["Type"]}',
  ],
  'by its schema, where no property is asked for': [
    { properties: {} },
    'an item that satisfies {"properties":{}}',
  ],
};
it.each(Object.entries(itemsAsked))('names the item of a list %s', (_name, [contains, words]) => {
  const error = {
    ...{ instancePath: '/Rules', schemaPath: '#/contains', keyword: 'contains' },
    params: { minContains: 1 },
  };
  const messages = violationsOf({ Rules: [] }, [error], { contains }).map((it) => it.message);
  expect(messages).toEqual([`/Rules must contain ${words}, is []`]);
});

it('asks a list of objects for an item, and counts the objects', () => {
  const rule = { Type: 'IMG_VUL', Switch: 'ON' };
  const schema = {
    contains: { properties: { Type: { const: rule.Type }, Switch: { const: rule.Switch } } },
  };
  const errors = [
    {
      instancePath: '/Rules/0/Switch',
      schemaPath: '#/contains/properties/Switch/const',
      keyword: 'const',
      params: {},
    },
    {
      instancePath: '/Rules',
      schemaPath: '#/contains',
      keyword: 'contains',
      params: { minContains: 1 },
    },
  ];
  const Rules = [{ ...rule, Switch: 'OFF' }];
  expect(violationsOf({ Rules }, errors, schema)).toEqual([
    {
      pointer: '/Rules',
      expected: schema,
      actual: Rules,
      message: '/Rules must contain an item with Type "IMG_VUL" and Switch "ON", has 1',
    },
  ]);
});

it('shows what is in a list of a fact, which is nowhere else to be read', () => {
  const errors = [
    {
      instancePath: '/facts/off',
      schemaPath: '#/maxItems',
      keyword: 'maxItems',
      params: { limit: 0 },
    },
  ];
  expect(violationsOf({ facts: { off: ['a', 'b'] } }, errors, {})).toEqual([
    expect.objectContaining({ message: '/facts/off must be empty, is ["a","b"]' }),
  ]);
});

it('names no value where there is none', () => {
  const errors = [
    {
      instancePath: '',
      schemaPath: '#/required',
      keyword: 'required',
      params: { missingProperty: 'A' },
    },
  ];
  expect(violationsOf({}, errors, {})).toEqual([
    {
      pointer: '',
      expected: { required: ['A'] },
      actual: {},
      message: 'the settings must satisfy required ["A"], is {}',
    },
  ]);
  expect(
    violationsOf(
      {},
      [{ instancePath: '/A', schemaPath: '#/const', keyword: 'const', params: {} }],
      {},
    ),
  ).toEqual([{ pointer: '/A', expected: null, actual: null, message: '/A must be null, is null' }]);
});

it('says that nothing would do, of a keyword that is not where the error says', () => {
  const error = { instancePath: '/A', schemaPath: '#/not', keyword: 'not', params: {} };
  expect(violationsOf({ A: 1 }, [error], {})).toEqual([
    {
      pointer: '/A',
      expected: { not: true },
      actual: 1,
      message: '/A must not satisfy true, is 1',
    },
  ]);
});

it('has nothing to say of no errors', () => {
  expect(violationsOf(goodSettings, [], {})).toEqual([]);
});

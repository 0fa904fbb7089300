import { describe, expect, it } from 'vitest';

import { childOf, fieldAt, illTypedAt, placeOf } from '../../shared/fields.ts';
import type { Fields, FieldType, JsonObject } from '../../shared/model.ts';

const meaning = 'Made up.';
const fields: Fields = {
  On: { type: 'boolean', meaning },
  Names: { type: 'string[]', meaning, values: ['a', 'b'] },
  Ids: { type: 'integer[]', meaning },
  Rule: { type: 'object', meaning, fields: { Days: { type: 'integer', meaning } } },
  List: {
    type: 'object[]',
    meaning,
    item: {
      On: { type: 'boolean', meaning },
      Rule: { type: 'object', meaning, fields: { Days: { type: 'integer', meaning } } },
      Parts: { type: 'object[]', meaning, item: { On: { type: 'boolean', meaning } } },
    },
  },
};

describe('fieldAt', () => {
  const places: Record<string, FieldType | undefined> = {
    On: 'boolean',
    Rule: 'object',
    'Rule.Days': 'integer',
    List: 'object[]',
    'List.*': 'object',
    'List.7': 'object',
    'List.17': 'object',
    'List.*.Rule.Days': 'integer',
    'List.*.Parts.*.On': 'boolean',
    'Names.*': 'string',
    'Ids.0': 'integer',
    Nothing: undefined,
    constructor: undefined,
    'On.*': undefined,
    'Rule.*': undefined,
    'List.On': undefined,
    'List.*.constructor': undefined,
    'Names.*.length': undefined,
    'Names.length': undefined,
    'Names.*1': undefined,
    'Names.1*': undefined,
  };
  it.each(Object.entries(places))('%s', (path, type) => {
    expect(fieldAt(fields, path.split('.'))?.type).toBe(type);
  });

  it('of no steps is the document', () => {
    expect(fieldAt(fields, [])).toEqual({ type: 'object', meaning: '', fields });
  });

  it('keeps the documented values of a list for its items', () => {
    expect(fieldAt(fields, ['Names', '*'])).toEqual({
      type: 'string',
      meaning,
      values: ['a', 'b'],
    });
  });
});

it('an item of a list means what the list means', () => {
  const [names, ids] = [
    { type: 'string[]', meaning },
    { type: 'integer[]', meaning },
  ] as const;
  expect([childOf(names, '*'), childOf(ids, '0')]).toStrictEqual([
    { type: 'string', meaning },
    { type: 'integer', meaning },
  ]);
  expect(childOf({ type: 'object[]', meaning, item: fields }, '*')).toEqual({
    ...{ type: 'object', meaning, fields },
  });
});

it('the place of a path has the numbers of the items that were looked into', () => {
  const path = ['List', '*', 'Parts', '*', 'On'];
  expect([0, 2, 4, 5].map((depth) => placeOf(path, depth, [3, 1]).join('.'))).toEqual([
    ...['', 'List.3', 'List.3.Parts.1', 'List.3.Parts.1.On'],
  ]);
});

describe('illTypedAt', () => {
  const found: Record<string, [document: JsonObject, path: string, found: string[]]> = {
    'nothing where all is as documented': [
      { List: [{ On: true }, { On: false }] },
      'List.*.On',
      [],
    ],
    'nothing of nothing and null': [{ List: [{ On: null }, {}] }, 'List.*.On', []],
    'nothing of what is not documented': [{ More: 1 }, 'More', []],
    'a text for a list': [{ List: 'a' }, 'List.*.On', ['List object[]']],
    'an object for a list': [{ List: {} }, 'List.*.On', ['List object[]']],
    'an item that is null': [{ List: [{ On: true }, null] }, 'List.*.On', ['List object[]']],
    'an item of another type': [{ List: [{ On: true }, 'on'] }, 'List.*.On', ['List object[]']],
    'every ill-typed field of an item': [
      { List: [{ On: 'true' }, { On: true }, { On: 0 }] },
      'List.*.On',
      ['List.0.On boolean', 'List.2.On boolean'],
    ],
    'a list for an object': [{ Rule: [] }, 'Rule.Days', ['Rule object']],
    'a field of an object in an item': [
      { List: [{ Rule: { Days: 1.5 } }] },
      'List.*.Rule.Days',
      ['List.0.Rule.Days integer'],
    ],
    'a field of an item of an item': [
      { List: [{ Parts: [{ On: true }, { On: 'x' }] }] },
      'List.*.Parts.*.On',
      ['List.0.Parts.1.On boolean'],
    ],
    'an ill-typed item of a list of texts': [{ Names: ['a', 1] }, 'Names.*', ['Names string[]']],
    'nothing inside a value that holds none': [{ On: true }, 'On.More', []],
    'nothing of an item by its number, which no policy can read': [
      { List: [{ On: 'true' }] },
      'List.0.On',
      [],
    ],
    'nothing that only the prototype has': [{}, 'constructor', []],
    'nothing off the path': [{ List: [{ On: true, Parts: 'x' }], Rule: 1 }, 'List.*.On', []],
  };
  it('gives the value, to be shown', () => {
    expect(illTypedAt({ Ids: 'all' }, fields, ['Ids'])).toEqual([
      { at: ['Ids'], value: 'all', type: 'integer[]' },
    ]);
  });

  it.each(Object.entries(found))('finds %s', (_name, [document, path, places]) => {
    expect(
      illTypedAt(document, fields, path.split('.')).map(
        ({ at, type }) => `${at.join('.')} ${type}`,
      ),
    ).toEqual(places);
  });
});

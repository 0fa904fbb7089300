import { describe, expect, it } from 'vitest';

import { fieldAt, illTypedAt } from '../../shared/fields.ts';
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
  };
  it.each(Object.entries(places))('%s', (path, type) => {
    expect(fieldAt(fields, path.split('.'))?.type).toBe(type);
  });

  it('keeps the documented values of a list for its items', () => {
    expect(fieldAt(fields, ['Names', '*'])).toEqual({
      type: 'string',
      meaning,
      values: ['a', 'b'],
    });
  });
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
    'nothing off the path': [{ List: [{ On: true, Parts: 'x' }], Rule: 1 }, 'List.*.On', []],
  };
  it.each(Object.entries(found))('finds %s', (_name, [document, path, places]) => {
    expect(
      illTypedAt(document, fields, path.split('.')).map(
        ({ at, type }) => `${at.join('.')} ${type}`,
      ),
    ).toEqual(places);
  });
});

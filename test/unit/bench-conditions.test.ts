/** JSON Schema in the words of json-rules-engine, with which `npm run bench engines` compares. */
import { describe, expect, it } from 'vitest';

import { translate } from '../../bench/engines/conditions.ts';
import type { JsonObject } from '../../shared/model.ts';

describe('a schema as conditions', () => {
  it('keeps what is nested, compared and negated', () => {
    const schema = {
      properties: {
        Period: { anyOf: [{ const: 0 }, { minimum: 2, maximum: 7 }] },
        facts: { properties: { off: { maxItems: 1, not: { contains: { const: 'VIRUS' } } } } },
      },
    };
    const [fact, path] = ['facts', '$.off'];
    expect(translate(schema)).toEqual({
      all: [
        {
          all: [
            {
              all: [
                {
                  any: [
                    { all: [{ fact: 'Period', operator: 'equal', value: 0 }] },
                    {
                      all: [
                        { fact: 'Period', operator: 'greaterThanInclusive', value: 2 },
                        { fact: 'Period', operator: 'lessThanInclusive', value: 7 },
                      ],
                    },
                  ],
                },
              ],
            },
            {
              all: [
                {
                  all: [
                    {
                      all: [
                        { fact, path: '$.off.length', operator: 'lessThanInclusive', value: 1 },
                        { not: { all: [{ fact, path, operator: 'contains', value: 'VIRUS' }] } },
                      ],
                    },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it.each<[JsonObject, string]>([
    [{ const: 1 }, 'equal of the whole document'],
    [{ properties: { a: true } }, 'a schema that is yes or no'],
    [{ properties: { a: { pattern: '^a' } } }, 'pattern'],
    [{ properties: { a: { const: [1] } } }, 'equality with a list or object'],
    [{ properties: { a: { enum: [{}] } } }, 'equality with a list or object'],
    [{ properties: { a: { contains: { minimum: 1 } } } }, 'contains of more than a const'],
    [{ properties: { a: { properties: { 'b.c': { const: 1 } } } } }, 'the name b.c in a path'],
  ])('says of %j why it cannot be expressed', (schema, why) => {
    expect(translate(schema)).toBe(why);
  });
});

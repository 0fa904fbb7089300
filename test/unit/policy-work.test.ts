import { expect, it } from 'vitest';

import { workOf } from '../../shared/policy/work.ts';
import type { JsonObject } from '../../shared/model.ts';

const link = (name: string) => ({ $ref: `#/$defs/${name}` });

const works: Record<string, readonly [JsonObject, number]> = {
  'nothing is one place': [{}, 1],
  'each keyword and each property is a place': [
    { required: ['A'], properties: { A: { const: [1, 2, 3] } } },
    6,
  ],
  'values are no schemas, whatever they hold': [
    { enum: [link('a')], const: link('a'), default: link('a'), examples: [link('a')] },
    5,
  ],
  'definitions cost where they are referred to': [{ $defs: { a: { minimum: 1 } } }, 1],
  'a reference costs what it leads to, and itself': [
    { ...link('a'), $defs: { a: { minimum: 1 } } },
    4,
  ],
  'each of two references costs': [
    { allOf: [link('a'), link('a')], $defs: { a: { minimum: 1 } } },
    10,
  ],
  'a reference to itself has no end': [
    { ...link('a'), $defs: { a: { not: link('a') } } },
    Infinity,
  ],
  'a reference in a circle has no end': [
    { ...link('a'), $defs: { a: { not: link('b') }, b: { not: link('a') } } },
    Infinity,
  ],
  'a definition that is not there costs nothing more': [{ ...link('toString'), $defs: {} }, 2],
  'a reference to elsewhere is left to who reads it': [{ $ref: 'http://127.0.0.1:1/' }, 2],
  'a reference that is no text costs nothing more': [{ $ref: 5, $defs: { a: {} } }, 2],
  'a reference that is a list costs nothing more': [
    { $ref: ['#/$defs/a'], $defs: { a: { minimum: 1 } } },
    2,
  ],
  'a definition is found by its name only': [
    { $ref: 'http://127.0.0.1:1/', $defs: { undefined: { minimum: 1 } } },
    2,
  ],
  'a reference where there are no definitions costs nothing more': [link('a'), 2],
  'definitions that are no object hold none': [{ ...link('a'), $defs: 5 }, 2],
  'no name before or behind that of the definition is taken off': [
    { allOf: [{ $ref: 'x#/$defs/a' }, { $ref: '#/$defs/a/b' }], $defs: { a: { minimum: 1 } } },
    6,
  ],
};

it.each(Object.entries(works))('%s', (_name, [schema, work]) => {
  expect(workOf(schema)).toBe(work);
});

it('is told at once where definitions double forty times', () => {
  const $defs = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `a${String(index)}`,
      { allOf: [link(`a${String(index + 1)}`), link(`a${String(index + 1)}`)] },
    ]),
  );
  expect(workOf({ ...link('a0'), $defs })).toBeGreaterThan(2 ** 40);
});

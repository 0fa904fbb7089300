import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  atPointer,
  canonicalJson,
  hasType,
  isArray,
  isInstant,
  isListOf,
  isObject,
  isOneOf,
  isWithin,
  jsonOf,
  own,
  parseJson,
  saysTwice,
  shapeOf,
  toPointer,
  type Shape,
} from '../../shared/json.ts';
import type { FieldType, Json, JsonObject } from '../../shared/model.ts';
import { anyJson, anyKey } from '../support/arbitraries.ts';

describe('isObject and isArray', () => {
  const kinds: Record<string, [value: unknown, kind: string]> = {
    'an object': [{}, 'object'],
    'an object without a prototype': [Object.create(null), 'object'],
    'a list': [[], 'array'],
    null: [null, ''],
    undefined: [undefined, ''],
    'a text': ['{}', ''],
    'a number': [0, ''],
  };
  it.each(Object.entries(kinds))('%s', (_name, [value, kind]) => {
    expect([isObject(value), isArray(value)]).toEqual([kind === 'object', kind === 'array']);
  });
});

describe('own', () => {
  it('gives what the object itself has', () => {
    expect(own({ a: 1, b: null }, 'a')).toBe(1);
    expect(own({ a: 1, b: null }, 'b')).toBeNull();
    expect(own(parseJson('{"constructor":1,"__proto__":2}') as { a: Json }, '__proto__')).toBe(2);
  });

  it.each(['a', 'constructor', 'toString', '__proto__'])(
    'gives nothing for %s of nothing',
    (key) => {
      expect(own({}, key)).toBeUndefined();
    },
  );
});

describe('hasType', () => {
  const values: readonly Json[] = [
    true,
    0,
    -1,
    1.5,
    2 ** 53,
    '',
    'a',
    [],
    ['a'],
    ['a', 1],
    [null],
    [1, 2],
    [{}],
    [{}, null],
    {},
    null,
  ];
  const fitting: Record<FieldType, readonly Json[]> = {
    boolean: [true],
    integer: [0, -1],
    string: ['', 'a'],
    'string[]': [[], ['a']],
    'integer[]': [[], [1, 2]],
    object: [{}],
    'object[]': [[], [{}]],
  };
  it.each(Object.entries(fitting) as [FieldType, readonly Json[]][])('%s', (type, fit) => {
    expect(values.filter((value) => hasType(value, type))).toEqual(fit);
  });
});

describe('canonicalJson', () => {
  const vectors: Record<string, [value: Json, text: string]> = {
    'sorts keys by their UTF-16 units': [
      { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 },
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    ],
    'sorts upper case before lower case': [{ a: 1, A: 2 }, '{"A":2,"a":1}'],
    'sorts keys at every depth': [{ b: [{ d: 1, c: 2 }], a: 0 }, '{"a":0,"b":[{"c":2,"d":1}]}'],
    'keeps the order of a list': [[3, 1, 2], '[3,1,2]'],
    'writes numbers as ECMAScript does': [
      [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001, 1e21, 1e-7],
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,1e+21,1e-7]',
    ],
    'writes -0 as 0': [-0, '0'],
    'escapes what must be escaped only': [
      '€$\u000f\nA\'B"\\/\u007f',
      '"€$\\u000f\\nA\'B\\"\\\\/\u007f"',
    ],
    'writes null': [null, 'null'],
    'writes nothing of what a prototype has': [Object.create({ a: 1 }) as Json, '{}'],
    'takes a key named toJSON for a key': [{ toJSON: 1 }, '{"toJSON":1}'],
    'takes a key named __proto__ for a key': [
      parseJson('{"b":1,"__proto__":{"a":1}}'),
      '{"__proto__":{"a":1},"b":1}',
    ],
  };
  it.each(Object.entries(vectors))('%s', (_name, [value, text]) => {
    expect(canonicalJson(value)).toBe(text);
  });

  const none: Record<string, [value: unknown, message: string]> = {
    undefined: [undefined, 'JSON has no form for undefined'],
    NaN: [NaN, 'NaN is not allowed'],
    Infinity: [Infinity, 'Infinity is not allowed'],
    '-Infinity, deep inside': [{ a: [-Infinity] }, 'Infinity is not allowed'],
  };
  it.each(Object.entries(none))('has no form for %s', (_name, [value, message]) => {
    expect(() => canonicalJson(value as Json)).toThrow(new Error(message));
  });

  it('ignores the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(anyKey, anyJson), (object) => {
        const turned = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(object));
      }),
    );
  });

  it('survives a round trip', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(parseJson(text))).toBe(text);
        expect(parseJson(text)).toEqual(parseJson(JSON.stringify(value)));
      }),
    );
  });
});

describe('pointers', () => {
  const vectors: Record<string, [pointer: string, value: Json | undefined]> = {
    'the whole': ['', { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'm~n': 8, '~1': 9, nothing: null }],
    'a list': ['/foo', ['bar', 'baz']],
    'an item': ['/foo/0', 'bar'],
    'an empty name': ['/', 0],
    'a slash in a name': ['/a~1b', 1],
    'a tilde in a name': ['/m~0n', 8],
    'a tilde before a 1 in a name': ['/~01', 9],
    null: ['/nothing', null],
    'no such name': ['/bar', undefined],
    'no such item': ['/foo/2', undefined],
    'an item of no number': ['/foo/x', undefined],
    'the length of a list': ['/foo/length', undefined],
    'an item of no name': ['/foo/', undefined],
    'an item by a number with a zero before it': ['/foo/00', undefined],
    'an item by a hexadecimal number': ['/foo/0x0', undefined],
    'an item by a number with an exponent': ['/foo/1e0', undefined],
    'an item by a number behind a blank': ['/foo/ 0', undefined],
    'an item by a negative number': ['/foo/-0', undefined],
    'something in null': ['/nothing/a', undefined],
    'something in a text': ['/foo/0/0', undefined],
    'what objects have by birth': ['/constructor', undefined],
    'what prototypes have': ['/__proto__/toString', undefined],
  };
  const [, document = null] = vectors['the whole'] ?? [];
  it.each(Object.entries(vectors))('find %s', (_name, [pointer, value]) => {
    expect(atPointer(document, pointer)).toEqual(value);
  });

  it('count the items of a list from 0, whatever its length', () => {
    const list = Array.from({ length: 120 }, (_, index) => index);
    for (const index of list) expect(atPointer({ list }, `/list/${String(index)}`)).toBe(index);
    expect(atPointer({ list }, '/list/120')).toBeUndefined();
  });

  it('lead back to where they were taken', () => {
    fc.assert(
      fc.property(fc.array(anyKey, { maxLength: 5 }), anyJson, (path, value) => {
        const root = path.reduceRight<Json>(
          (inner, key) => Object.fromEntries([[key, inner]]),
          value,
        );
        expect(atPointer(root, toPointer(path))).toEqual(value);
      }),
    );
  });

  it('are different for different paths', () => {
    const paths = fc.array(fc.stringMatching(/^[~/01a]{0,4}$/), { maxLength: 4 });
    fc.assert(
      fc.property(paths, paths, (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        expect(toPointer(one) === toPointer(other)).toBe(isSame);
      }),
    );
  });
});

describe('shapeOf', () => {
  const nested = (depth: number) => parseJson(`${'['.repeat(depth)}${']'.repeat(depth)}`);
  const items = (count: number) => Array.from({ length: count }, () => 0);
  const cases: Record<string, [value: unknown, shape: Shape]> = {
    'a value': [true, 'fits'],
    'an empty object': [{}, 'fits'],
    '64 lists in one another': [nested(65), 'fits'],
    '65 lists in one another': [nested(66), 'too deep'],
    'a hundred thousand lists in one another': [nested(100_000), 'too deep'],
    '99,999 values in a list': [items(99_999), 'fits'],
    '100,000 values in a list': [items(100_000), 'too large'],
    Infinity: [parseJson('1e999'), 'a number that JSON cannot hold'],
    '-Infinity': [{ a: [parseJson('-1e999')] }, 'a number that JSON cannot hold'],
    NaN: [[NaN], 'a number that JSON cannot hold'],
    'the largest number': [Number.MAX_VALUE, 'fits'],
  };
  it.each(Object.entries(cases))('%s', (_name, [value, shape]) => {
    expect(shapeOf(value)).toBe(shape);
  });

  it('takes other limits', () => {
    expect([shapeOf([[1]], 2), shapeOf([[1]], 1), shapeOf([1, 2], 1, 2)]).toEqual([
      'fits',
      'too deep',
      'too large',
    ]);
  });

  it('ends for what refers to itself', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(shapeOf(circle)).toBe('too deep');
  });
});

describe('isWithin', () => {
  const nested: Record<string, [value: unknown, depth: number]> = {
    'a value': ['a', 0],
    null: [null, 0],
    'an empty list': [[], 1],
    'an empty object': [{}, 1],
    'a list of values': [[1, 2], 1],
    'one deep item among flat ones': [[1, { a: [0] }, 2], 3],
    'one deep property among flat ones': [{ a: 1, b: [[0]], c: [] }, 3],
  };
  it.each(Object.entries(nested))('%s is as deep as it is', (_name, [value, depth]) => {
    const depths = [0, 1, 2, 3, 4].filter((maxDepth) => isWithin(value, maxDepth));
    expect(depths).toEqual([0, 1, 2, 3, 4].slice(depth));
  });
});

describe('isInstant', () => {
  const instants = [
    ...['1970-01-01T00:00:00Z', '1999-12-31T23:59:59.999Z', '2026-11-24', '2199-12-31T23:59:59Z'],
  ];
  it.each(instants)('%s is one', (text) => {
    expect(isInstant(text)).toBe(true);
  });

  const others = [
    ...['1969-12-31T23:59:59Z', '2200-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '20260-01-01'],
    ...[
      '+002026-11-24',
      ' 2026-11-24',
      '2026',
      '2026-13-01',
      '2026-11-24T25:00:00Z',
      'Nov 24 2026',
    ],
    ...['x2026-11-24', 1_764_000_000_000, null, undefined, ['2026-11-24']],
  ];
  it.each(others)('%j is none', (value) => {
    expect(isInstant(value)).toBe(false);
  });
});

describe('isListOf', () => {
  const hasA = (item: JsonObject) => item['a'] === 1;
  const lists: Record<string, [value: unknown, isOne: boolean]> = {
    'an empty list': [[], true],
    'a list of such': [[{ a: 1 }, { a: 1 }], true],
    'a list with another': [[{ a: 1 }, { a: 2 }], false],
    'a list with null': [[{ a: 1 }, null], false],
    'an object': [{ a: 1 }, false],
    null: [null, false],
  };
  it.each(Object.entries(lists))('%s', (_name, [value, isOne]) => {
    expect(isListOf(value, hasA)).toBe(isOne);
  });
});

it('a word is one of those that are known', () => {
  const known = ['pass', 'fail'];
  const words = ['pass', 'fail', 'Pass', '', null, undefined, ['pass'], 0];
  expect(words.filter((word) => isOneOf(known, word))).toEqual(known);
});

it('what a parser gave becomes JSON, and nothing becomes null', () => {
  expect([undefined, null, 0, { a: undefined, b: [NaN] }].map(jsonOf)).toEqual([
    ...[null, null, 0, { b: [null] }],
  ]);
});

describe('saysTwice', () => {
  const cases: Record<string, boolean> = {
    '{}': false,
    '[]': false,
    '1': false,
    '":"': false,
    '{"a":1,"b":{"a":1}}': false,
    '[{"a":1},{"a":1}]': false,
    '{"a":"{\\"a\\":1}"}': false,
    '{"\\\\":":","\\"":1}': false,
    '{"__proto__":1}': false,
    '{"a":1,"a":1}': true,
    '{"a":1,"\\u0061":2}': true,
    '{"__proto__":1,"__proto__":1}': true,
    '[[{"b":{"a":null,"a":[]}}]]': true,
    '{"a":{"b":1},"a":2}': true,
    '{"a":"\\"","a":1}': true,
    '{"a":"\\\\","a":1}': true,
    '{"a":"\\":","b":1}': false,
  };
  it.each(Object.entries(cases))('%s: %s', (text, isTwice) => {
    expect(saysTwice(text, parseJson(text))).toBe(isTwice);
  });

  it('never of what JSON.stringify writes', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = JSON.stringify(value);
        expect(saysTwice(text, parseJson(text))).toBe(false);
      }),
    );
  });
});

/** Inputs near good ones: a seed with a few of its bytes, numbers, texts or brackets made an attacker's. */
import fc from 'fast-check';

/** What parsers stumble over. */
const tokens: readonly string[] = [
  ...['{', '}', '[', ']', ',', ':', '"', '\\', '\\u0000', '\\ud800', '\u0000', '\ufeff', '\u202e'],
  ...['null', 'true', '-0', '1e999', '-1e999', '1e-400', '9007199254740993', '0x10', 'NaN', ''],
  ...['"__proto__":{"x":1},', '"constructor":', '"toString"', '"$ref":"#"', '"$id":"#/a"'],
  ...[
    '../../etc/passwd',
    '/etc/passwd',
    '\u001b[2J',
    '\r\n',
    '\n',
    ' ',
    '(a+)+$',
    '*',
    '<!--',
    '&a;',
  ],
  ...['2026-02-30T00:00:00Z', '+275760-09-13T00:00:00Z', '999999999999', '[[[[[[[[[[[[[[[[[[[[[[['],
];

interface Edit {
  /** From 0 to 1: where in the text. */
  readonly at: number;
  readonly drop: number;
  readonly token: string;
  readonly times: number;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  drop: fc.oneof(fc.constant(0), fc.nat(12), fc.nat(2_000)),
  token: fc.oneof(fc.constantFrom(...tokens), fc.string({ unit: 'binary', maxLength: 8 })),
  times: fc.oneof(
    { weight: 20, arbitrary: fc.nat(2) },
    { weight: 1, arbitrary: fc.constant(20_000) },
  ),
});

export function near(seeds: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(edit, { maxLength: 6 }))
    .map(([seed, edits]) => edits.reduce(applied, seed));
}

function applied(text: string, { at, drop, token, times }: Edit): string {
  const place = Math.floor(at * text.length);
  return text.slice(0, place) + token.repeat(times) + text.slice(place + drop);
}

/** As bytes, now and then not UTF-8. */
export function nearBytes(seeds: readonly string[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(near(seeds), fc.option(fc.tuple(fc.nat(5_000), fc.nat(255))))
    .map(([text, flip]) => {
      const bytes = Buffer.from(text);
      if (flip !== null && bytes.length > 0) bytes[flip[0] % bytes.length] = flip[1];
      return bytes;
    });
}

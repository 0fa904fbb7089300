import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cut, plainLine, redact } from '../../shared/text.ts';

describe('plainLine', () => {
  const cases: Record<string, [text: string, line: string]> = {
    'leaves plain text as it is': [
      'Scan failed: 50% of 3 images.',
      'Scan failed: 50% of 3 images.',
    ],
    'leaves other scripts as they are': ['镜像扫描失败。', '镜像扫描失败。'],
    'leaves emoji as they are': ['a😀b', 'a😀b'],
    'makes one line of several': ['a\nb\r\nc\u2028d\u2029e\u0085f', 'a b c d e f'],
    'makes a space of a tab': ['a\tb', 'a b'],
    'makes a space of an escape sequence': ['\u001b[31mred\u001b[0m', '[31mred [0m'],
    'makes a space of NUL and DEL': ['a\u0000b\u007fc', 'a b c'],
    'makes a space of what reverses text': ['gpj\u202e.exe\u202c!', 'gpj .exe !'],
    'makes a space of isolates': ['a\u2066b\u2069c', 'a b c'],
    'makes a space of marks of direction': ['a\u200eb\u200fc\u061cd', 'a b c d'],
    'makes a space of what has no width': ['pass\u200bword\ufeff\u2060x\u00ady', 'pass word x y'],
    'makes a space of tags': ['a\u{e0061}\u{e007f}b', 'a b'],
    'makes a space of annotations': ['a\ufff9b\ufffbc', 'a b c'],
    'makes one space of many': ['a    b \n \t c', 'a b c'],
    trims: ['  \n a \u202e ', 'a'],
    'makes nothing of nothing but control characters': ['\u0000\u001f\u202e', ''],
    'makes U+FFFD of half a character': ['a\ud83db', 'a\ufffdb'],
    'makes U+FFFD of the other half': ['a\ude00b', 'a\ufffdb'],
    'makes U+FFFD of halves in the wrong order': ['\ude00\ud83d', '\ufffd\ufffd'],
    'joins no halves over a control character': ['\ud83d\u0000\ude00', '\ufffd \ufffd'],
  };
  it.each(Object.entries(cases))('%s', (_name, [text, line]) => {
    expect(plainLine(text)).toBe(line);
  });

  it('cuts what is longer than 300', () => {
    expect(plainLine('a'.repeat(300))).toBe('a'.repeat(300));
    expect(plainLine('a'.repeat(301))).toBe(`${'a'.repeat(299)}…`);
  });

  it('counts what it shows, not what it was given', () => {
    expect(plainLine(`a${' '.repeat(500)}b`, 3)).toBe('a b');
  });

  it('gives one well-formed line of at most so many characters, and the same when applied twice', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
      fc
        .array(fc.constantFrom('\ud83d', '\ude00', '\u202e', '\n', ' ', 'a', '😀'))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 20 }), (text, maxChars) => {
        const line = plainLine(text, maxChars);
        expect(Array.from(line).length).toBeLessThanOrEqual(maxChars);
        expect(line).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200b]/u);
        expect(plainLine(line, maxChars)).toBe(line);
      }),
      { numRuns: 300 },
    );
  });
});

describe('cut', () => {
  const cases: Record<string, [text: string, maxChars: number, short: string]> = {
    'leaves what fits': ['abc', 3, 'abc'],
    'ends what does not fit in …': ['abcd', 3, 'ab…'],
    'counts a character of two halves as one': ['😀😀😀', 3, '😀😀😀'],
    'cuts no character in two': ['😀😀😀', 2, '😀…'],
    'cuts before a character of two halves': ['a😀b', 2, 'a…'],
    'leaves only … of one': ['ab', 1, '…'],
    'leaves nothing as it is': ['', 1, ''],
  };
  it.each(Object.entries(cases))('%s', (_name, [text, maxChars, short]) => {
    expect(cut(text, maxChars)).toBe(short);
  });
});

describe('redact', () => {
  const cases: Record<
    string,
    [text: string, secrets: readonly (string | undefined)[], clean: string]
  > = {
    'takes a secret out': ['key KEY-1234 is bad', ['KEY-1234'], 'key *** is bad'],
    'takes it out everywhere': ['KEY-1234KEY-1234', ['KEY-1234'], '******'],
    'takes every secret out': ['id ID-1, key KEY-1234', ['ID-1', 'KEY-1234'], 'id ***, key ***'],
    'takes a secret that begins with another one out whole': [
      'token ABCD-EFGH',
      ['ABCD', 'ABCD-EFGH'],
      'token ***',
    ],
    'takes a secret for text, not for a pattern': ['a.c+ abc+', ['a.c+'], '*** abc+'],
    'puts no pattern in its place': ['$&$1', ['$&$1'], '***'],
    'passes over a secret that is not there': ['nothing', [undefined], 'nothing'],
    'passes over an empty secret': ['nothing', [''], 'nothing'],
    'passes over what is too short for a secret': ['a b a b', ['a', 'b a'], 'a b a b'],
    'takes a secret of four characters': ['abcd', ['abcd'], '***'],
  };
  it.each(Object.entries(cases))('%s', (_name, [text, secrets, clean]) => {
    expect(redact(text, secrets)).toBe(clean);
  });

  it('leaves the secrets in the order in which they are given', () => {
    const secrets = ['ABCD', 'ABCD-EFGH'];
    redact('ABCD-EFGH', secrets);
    expect(secrets).toEqual(['ABCD', 'ABCD-EFGH']);
  });
});

import { describe, expect, it } from 'vitest';

import { placed, problemAt, type Fault } from '../../shared/policy/places.ts';
import { readJson } from '../../shared/policy/parse.ts';
import { didYouMean, nearestOf } from '../../shared/policy/suggest.ts';

const file = 'a.json';
const text = '{\r\n  "a": { "b": [1, "二"] },\r\n\t"c": {}\r\n}';

describe('problemAt', () => {
  const cases: Record<string, [fault: Omit<Fault, 'what'>, place: string, excerpt: string]> = {
    'a value': [
      { at: ['a', 'b', '1'] },
      '2:19',
      '  "a": { "b": [1, "二"] },\n                  ^^^',
    ],
    'a key': [{ at: ['a', 'b'], part: 'key' }, '2:10', '  "a": { "b": [1, "二"] },\n         ^^^'],
    'an object, by the key before it': [{ at: ['a'] }, '2:3', '  "a": { "b": [1, "二"] },\n  ^^^'],
    'what is missing, by what lacks it': [{ at: ['c', 'd', 'e'] }, '3:2', ' "c": {}\n ^^^'],
    'the whole': [{ at: [] }, '1:1', '{\n^'],
  };
  it.each(Object.entries(cases))('%s', (_name, [fault, place, excerpt]) => {
    const json = readJson({ file, text });
    if (!json.ok) throw new Error('no JSON');
    const problem = problemAt(json.value, { ...fault, what: 'is wrong' });
    const [line, column] = place.split(':').map(Number);
    expect(problem).toEqual({ where: file, what: 'is wrong', line, column, excerpt });
  });
});

describe('placed', () => {
  const excerptOf = (line: string, offset: number, length = 1) =>
    placed({ file, text: line }, offset, length, '').excerpt;

  it('shows of a long line the part around the place', () => {
    const line = `${'a'.repeat(500)}X${'b'.repeat(500)}`;
    expect(excerptOf(line, 500)).toBe(`…${'a'.repeat(50)}X${'b'.repeat(48)}…\n ${' '.repeat(50)}^`);
  });

  it('keeps the caret under what is meant where characters are wide', () => {
    expect(excerptOf('"二": 1', 5)).toBe('"二": 1\n \u3000   ^');
  });

  it('lets no line steer the terminal', () => {
    expect(excerptOf('a\u001b[2J\u202eb', 0)).toBe('a [2J b\n^');
  });

  it('ends the carets where the line ends', () => {
    expect(excerptOf('ab\ncd', 1, 4)).toBe('ab\n ^');
  });
});

describe('did you mean', () => {
  const fields = ['Enable', 'ScanTime', 'ScanPeriod', 'ScanVul', 'ScanVirus'];
  const cases: Record<string, string | undefined> = {
    enable: 'Enable',
    ScanVuln: 'ScanVul',
    Enabled: 'Enable',
    Period: 'ScanPeriod',
    Images: undefined,
    Scan: 'ScanVul',
    x: undefined,
  };
  it.each(Object.entries(cases))('%s', (word, nearest) => {
    expect(nearestOf(word, fields)).toBe(nearest);
  });

  it('is a question, or nothing', () => {
    expect(didYouMean('ScanVuln', fields)).toBe(': did you mean "ScanVul"?');
    expect(didYouMean('x', fields)).toBe('');
  });
});

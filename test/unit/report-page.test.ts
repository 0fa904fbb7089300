import { expect, it } from 'vitest';

import { en } from '../../shared/report/html/text/en.ts';
import { zh } from '../../shared/report/html/text/zh.ts';
import { formatIn } from '../../shared/report/html/format.ts';

function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, shapeOf(child)]));
}

it('says everything in both languages', () => {
  expect(shapeOf(zh)).toEqual(shapeOf(en));
});

it('writes ages in hours while they are few', () => {
  const { age } = formatIn('en');
  expect([1, 27, 47, 48, 80].map(age)).toEqual([
    '1 hour',
    '27 hours',
    '47 hours',
    '2 days',
    '3 days',
  ]);
});

it('keeps a text that is no time as it is', () => {
  expect(formatIn('en').day('<b>')).toBe('<b>');
});

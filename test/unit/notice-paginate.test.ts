import fc from 'fast-check';
import { expect, it } from 'vitest';

import { maxMessages, paginate } from '../../shared/notice/paginate.ts';

const sumIsAtMost = (max: number) => (page: readonly number[]) =>
  page.reduce((sum, item) => sum + item, 0) <= max;

const cases: Record<string, readonly [readonly number[], readonly number[][], number]> = {
  'no items on no page': [[], [], 0],
  'one item on one page': [[1], [[1]], 0],
  'what fits, together': [[3, 4, 3], [[3, 4, 3]], 0],
  'what does not fit, on the next page': [[3, 4, 4], [[3, 4], [4]], 0],
  'an item beyond all bounds on a page of its own': [[1, 99, 1], [[1], [99], [1]], 0],
  'five pages and no more, and the count of the rest': [
    [9, 9, 9, 9, 9, 9, 1, 9],
    [[9], [9], [9], [9], [9]],
    3,
  ],
};
it.each(Object.entries(cases))('puts %s', (_name, [items, pages, left]) => {
  expect(paginate(items, sumIsAtMost(10))).toEqual({ pages, left });
});

it('law: nothing is lost, reordered, cut or said twice, and every page fits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 12 })),
      fc.integer({ min: 1, max: 7 }),
      (items, maxPages) => {
        const { pages, left } = paginate(items, sumIsAtMost(10), maxPages);
        expect(pages.flat()).toEqual(items.slice(0, items.length - left));
        expect(pages.length).toBeLessThanOrEqual(maxPages);
        if (left > 0) expect(pages).toHaveLength(maxPages);
        for (const page of pages) expect(page.length === 1 || sumIsAtMost(10)(page)).toBe(true);
      },
    ),
  );
});

it('posts five messages at most', () => {
  expect(maxMessages).toBe(5);
});

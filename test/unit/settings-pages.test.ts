import { describe, expect, it } from 'vitest';

import { CloudError } from '../../shared/errors.ts';
import type { Json, JsonObject, Paging } from '../../shared/model.ts';
import { listProblem, readPages } from '../../shared/settings/pages.ts';
import type { Api } from '../../shared/settings/tencent/api.ts';
import { createTencentReader } from '../../shared/settings/tencent/client.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { scanSource } from '../support/settings.ts';

const paging: Paging = { total: 'Total', list: 'List', key: 'Id', pageSize: 2 };
const besides: Paging = { ...paging, beside: 'Beside' };
const source = { id: 'DescribeThings', request: { Kind: 'all' }, paging };

/** A page of items with these ids. */
const page = (total: Json, ids: readonly Json[] | null, more: JsonObject = {}): JsonObject => ({
  Total: total,
  List: ids === null ? null : ids.map((Id) => ({ Id })),
  ...more,
});

/** Reads pages that come in this order. */
async function read(
  pages: readonly JsonObject[],
  { of = source, maxItems }: { of?: Parameters<typeof readPages>[0]; maxItems?: number } = {},
) {
  const asked: JsonObject[] = [];
  const ask = (request: JsonObject) => {
    asked.push(request);
    const answer = pages[asked.length - 1];
    return answer === undefined ? Promise.reject(new Error('no more')) : Promise.resolve(answer);
  };
  return { answer: await readPages(of, ask, maxItems), asked };
}

describe('a source without pages', () => {
  it('is asked once, as it stands, and its answer is not looked at', async () => {
    const { answer, asked } = await read([{ Total: 'x' }], {
      of: { id: 'DescribeThing', request: { Kind: 'one' } },
    });
    expect(answer).toEqual({ Total: 'x' });
    expect(asked).toEqual([{ Kind: 'one' }]);
  });

  it('is asked with nothing where it needs nothing', async () => {
    expect((await read([{}], { of: { id: 'DescribeThing' } })).asked).toEqual([{}]);
  });
});

describe('a list in pages', () => {
  it('is given up after a minute, however long the night is', async () => {
    const clock = createManualClock();
    const slow: Api['call'] = async ({ request }, deadlineMs) => {
      if (clock.now() >= deadlineMs) throw new CloudError('Timeout', 'no time is left');
      await clock.sleep(5_000);
      const offset = Number(request?.['Offset']);
      return page(9_000, [offset, offset + 1], { RequestId: 'r' });
    };
    const reader = createTencentReader(clock, { call: slow, close: () => undefined });
    await expect(reader.read({ ...scanSource, paging }, 900_000)).rejects.toThrow(
      'no time is left',
    );
    expect(clock.now()).toBe(60_000);
  });

  it('is put together of as many calls as it takes', async () => {
    const { answer, asked } = await read([
      page(5, ['a', 'b'], { RequestId: 'r1', Extra: 1 }),
      page(5, ['c', 'd'], { RequestId: 'r2', Extra: 2 }),
      page(5, ['e'], { RequestId: 'r3', Late: 3 }),
    ]);
    expect(answer).toEqual({
      ...page(5, ['a', 'b', 'c', 'd', 'e']),
      ...{ RequestId: 'r1 r2 r3', Extra: 1, Late: 3 },
    });
    expect(asked).toEqual([0, 2, 4].map((Offset) => ({ Kind: 'all', Offset, Limit: 2 })));
  });

  it('is one answer as it came where one page holds it', async () => {
    const whole = page(2, ['a', 'b'], { RequestId: 'r1' });
    const { answer, asked } = await read([whole], { of: { id: 'DescribeThings', paging } });
    expect(answer).toBe(whole);
    expect(asked).toEqual([{ Offset: 0, Limit: 2 }]);
  });

  it.each([
    ['an empty list', page(0, [])],
    ['null', page(0, null)],
    ['no list', { Total: 0 }],
  ])('that is empty may be %s', async (_name, empty) => {
    const { answer, asked } = await read([empty]);
    expect(answer).toBe(empty);
    expect(asked).toHaveLength(1);
  });

  it('may be as long as can be read, and no longer', async () => {
    const pages = [page(3, ['a', 'b']), page(3, ['c'])];
    expect((await read(pages, { maxItems: 3 })).asked).toHaveLength(2);
    await expect(read(pages, { maxItems: 2 })).rejects.toMatchObject({
      apiCode: 'BadAnswer',
      message: 'DescribeThings: the list has 3 items, more than can be read',
    });
  });

  it('names the requests whose ids it knows', async () => {
    const { answer } = await read([page(3, ['a', 'b'], { RequestId: 7 }), page(3, ['c'])]);
    expect(answer['RequestId']).toBe('');
  });

  it('comes with the list beside it', async () => {
    const of = { ...source, paging: besides };
    const { answer } = await read(
      [page(3, ['a', 'b'], { Beside: [1, 2] }), page(3, ['c'], { Beside: [3] })],
      { of },
    );
    expect(answer['Beside']).toEqual([1, 2, 3]);
  });

  it('comes with what is too short beside it where a page lacks that', async () => {
    const of = { ...source, paging: besides };
    const { answer } = await read(
      [page(3, ['a', 'b'], { Beside: null }), page(3, ['c'], { Beside: [3] })],
      { of },
    );
    expect(answer['Beside']).toEqual([3]);
    expect(listProblem({ paging: besides }, answer)).toBe(
      'Beside has 1 of 3 items, so the list is not whole',
    );
  });

  it('comes with what is too short beside it where a page has no list there', async () => {
    const of = { ...source, paging: besides };
    const { answer } = await read(
      [page(3, ['a', 'b'], { Beside: [1, 2] }), page(3, ['c'], { Beside: 'three' })],
      { of },
    );
    expect(answer['Beside']).toEqual([1, 2]);
  });

  it('comes with what was beside it on no page as the first page has it', async () => {
    const of = { ...source, paging: besides };
    const pages = [page(3, ['a', 'b'], { Beside: null }), page(3, ['c'])];
    expect((await read(pages, { of })).answer).toEqual({
      ...page(3, ['a', 'b', 'c']),
      ...{ RequestId: '', Beside: null },
    });
    const never = [page(3, ['a', 'b']), page(3, ['c'])];
    expect(Object.keys((await read(never, { of })).answer)).not.toContain('Beside');
  });

  const refused: Record<string, [pages: readonly JsonObject[], what: string]> = {
    'with a number that JSON cannot hold': [
      [page(1, ['a'], { More: Infinity })],
      'the answer is not usable: a number that JSON cannot hold',
    ],
    'whose length is not told': [
      [{ List: [] }],
      'the answer does not say in Total how long the list is',
    ],
    'that changed while it was read': [
      [page(3, ['a', 'b']), page(4, ['c', 'd'])],
      'the list changed while it was read: Total was 3 and is 4',
    ],
    'with a page that is too short': [
      [page(3, ['a'])],
      'the page at 0 of 3 has 1 items, and must have 2',
    ],
    'with a page that is too long': [
      [page(3, ['a', 'b']), page(3, ['c', 'd'])],
      'the page at 2 of 3 has 2 items, and must have 1',
    ],
    'with an empty page': [
      [page(3, ['a', 'b']), page(3, null)],
      'the page at 2 of 3 has 0 items, and must have 1',
    ],
    'with a page whose list is none': [
      [{ Total: 1, List: 'a' }],
      'the page at 0 of 1 has no List, and must have 1',
    ],
    'that has items where it should have none': [
      [page(0, ['a'])],
      'the page at 0 of 0 has 1 items, and must have 0',
    ],
  };
  it.each(Object.entries(refused))('is refused %s', async (_name, [pages, what]) => {
    await expect(read(pages)).rejects.toMatchObject({
      apiCode: 'BadAnswer',
      message: `DescribeThings: ${what}`,
    });
  });

  it.each([-1, 1.5, '2', null, true, 2 ** 53])('is refused with a length of %j', async (total) => {
    await expect(read([page(total, [])])).rejects.toMatchObject({
      message: 'DescribeThings: the answer does not say in Total how long the list is',
    });
  });

  it('is asked for no page after one that failed', async () => {
    const pages = [page(5, ['a', 'b'])];
    await expect(read(pages)).rejects.toThrow('no more');
  });
});

describe('whether an answer holds the whole list', () => {
  const whole = page(2, ['a', 'b']);
  const cases: Record<string, [paging: Paging | undefined, settings: JsonObject, string?]> = {
    'nobody asks where there is none': [undefined, {}],
    'yes, with each item once': [paging, whole],
    'yes, with none of none': [paging, { Total: 0 }],
    'yes, whatever is beside it where nobody asks': [paging, { ...whole, Beside: [1] }],
    'yes, with as many beside it': [besides, { ...whole, Beside: [1, 1] }],
    'yes, with null beside it': [besides, { ...whole, Beside: null }],
    'yes, with nothing beside it': [besides, whole],
    'yes, with items of other keys that are else the same': [
      paging,
      page(2, ['a', 'b'], { List: [{ Id: 1 }, { Id: '1' }] }),
    ],
    'no, where its length is not told': [
      paging,
      { List: [] },
      'the answer does not say in Total how long the list is',
    ],
    'no, with an item too few': [
      paging,
      page(3, ['a', 'b']),
      'List has 2 of 3 items, so the list is not whole',
    ],
    'no, with an item too many': [
      paging,
      page(1, ['a', 'b']),
      'List has 2 of 1 items, so the list is not whole',
    ],
    'no, with what is no list': [
      paging,
      { Total: 1, List: {} },
      'List has none of 1 items, so the list is not whole',
    ],
    'no, with an item twice': [paging, page(3, ['a', 'b', 'a']), 'List has an item twice: "a"'],
    'no, with a key twice though the rest differs': [
      paging,
      {
        Total: 2,
        List: [
          { Id: 'a', B: 1 },
          { Id: 'a', B: 2 },
        ],
      },
      'List has an item twice: "a"',
    ],
    'no, with an item twice that has no key': [
      paging,
      {
        Total: 2,
        List: [
          { Id: null, B: 1 },
          { B: 1, Id: null },
        ],
      },
      'List has an item twice: {"B":1,"Id":null}',
    ],
    'yes, with two items without a key that differ': [
      paging,
      { Total: 3, List: [{ Id: null, B: 1 }, { B: 2 }, { B: 1 }] },
    ],
    'no, with a text twice': [
      paging,
      { Total: 2, List: ['a', 'a'] },
      'List has an item twice: "a"',
    ],
    'yes, with items that are null once': [paging, { Total: 2, List: [null, 'a'] }],
    'no, with too few beside it': [
      besides,
      { ...whole, Beside: [1] },
      'Beside has 1 of 2 items, so the list is not whole',
    ],
    'no, with what is no list beside it': [
      besides,
      { ...whole, Beside: 'ab' },
      'Beside has none of 2 items, so the list is not whole',
    ],
  };
  it.each(Object.entries(cases))('%s', (_name, [given, settings, problem]) => {
    const asked = given === undefined ? {} : { paging: given };
    expect(listProblem(asked, settings)).toBe(problem);
  });
});

/** Long lists as a cloud hands them out in pages, and the ways in which it can lose or hide an item. */
import fc from 'fast-check';

import type { Json, JsonObject, Paging } from '../../shared/model.ts';
import type { AnswerTo } from './wire-answers.ts';

export interface PagedAccount {
  /** What the account truly has: the whole list. */
  readonly settings: JsonObject;
  readonly answerTo: AnswerTo;
}

type Item = Readonly<Record<string, Json>>;

const flaws = ['none', 'other', 'null', 'missing', 'text', 'null item'] as const;
const holes = [
  ...['none', 'none', 'dropped', 'replaced', 'no list', 'null list', 'empty list', 'first again'],
  ...['one more told', 'one less told', 'no total', 'total as text', 'no answer', 'beside cut'],
] as const;

/** @param good settings whose list is not empty */
export function pagedAccounts(good: JsonObject, paging: Paging): fc.Arbitrary<PagedAccount> {
  return fc
    .record({
      count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 90, max: 320 })),
      flawed: fc.nat(),
      field: fc.nat(),
      flaw: fc.constantFrom(...flaws),
      hole: fc.constantFrom(...holes),
      holed: fc.nat(),
    })
    .map(({ count, flawed, field, flaw, hole, holed }) => {
      const at = flawed % count;
      const names = [paging.list, ...(paging.beside === undefined ? [] : [paging.beside])];
      const lists = names.flatMap((name): readonly (readonly [string, readonly Json[]])[] => {
        const items = listOf(good, name);
        if (items.length === 0) return [];
        const many = Array.from({ length: count }, (_, index) => numbered(items, index, paging));
        return [
          [name, many.map((item, index) => (index === at ? spoilt(item, flaw, field) : item))],
        ];
      });
      const settings = { ...good, ...Object.fromEntries(lists), [paging.total]: count };
      const pageOf = holed % Math.ceil(count / paging.pageSize);
      const answerTo: AnswerTo = (request) => {
        const offset = Number(request['Offset']);
        const slice = (from: number) =>
          Object.fromEntries(
            lists.map(([name, items]) => [name, items.slice(from, from + paging.pageSize)]),
          );
        const page: JsonObject = { ...settings, ...slice(offset) };
        const isHoled = Math.floor(offset / paging.pageSize) === pageOf;
        const served = isHoled ? withHole(page, hole, paging, slice(0), at - offset) : page;
        return framed(JSON.stringify({ Response: served }));
      };
      return { settings, answerTo };
    });
}

function listOf(settings: JsonObject, name: string): readonly Item[] {
  const list = settings[name];
  return Array.isArray(list) ? (list as readonly Item[]) : [];
}

/** Like one of the good ones, with a key of its own. */
function numbered(items: readonly Item[], index: number, { key }: Paging): Item {
  const item = items[index % items.length] ?? {};
  const own = item[key];
  return { ...item, [key]: typeof own === 'string' ? `item-${String(index)}` : index };
}

function spoilt(item: Item, flaw: (typeof flaws)[number], field: number): Json {
  const names = Object.keys(item);
  const name = names[field % names.length] ?? '';
  const value = item[name];
  switch (flaw) {
    case 'none':
      return item;
    case 'other':
      return { ...item, [name]: typeof value === 'boolean' ? !value : 'other' };
    case 'null':
      return { ...item, [name]: null };
    case 'missing':
      return Object.fromEntries(Object.entries(item).filter(([other]) => other !== name));
    case 'text':
      return { ...item, [name]: JSON.stringify(value) };
    case 'null item':
      return null;
  }
}

/** @param at of the item that is spoilt, in this page, if it is in it */
function withHole(
  page: JsonObject,
  hole: (typeof holes)[number],
  { list, beside, total }: Paging,
  first: JsonObject,
  at: number,
): JsonObject | null {
  const items = listOf(page, list);
  switch (hole) {
    case 'none':
      return page;
    case 'dropped':
      return { ...page, [list]: items.filter((_, index) => index !== at) };
    case 'replaced':
      return {
        ...page,
        [list]: items.map((item, index) => (index === at ? (items[0] ?? item) : item)),
      };
    case 'no list':
      return Object.fromEntries(Object.entries(page).filter(([name]) => name !== list));
    case 'null list':
      return { ...page, [list]: null };
    case 'empty list':
      return { ...page, [list]: [] };
    case 'first again':
      return { ...page, ...first };
    case 'one more told':
      return { ...page, [total]: Number(page[total]) + 1 };
    case 'one less told':
      return { ...page, [total]: Number(page[total]) - 1 };
    case 'no total':
      return { ...page, [total]: null };
    case 'total as text':
      return { ...page, [total]: JSON.stringify(page[total]) };
    case 'no answer':
      return null;
    case 'beside cut':
      return beside === undefined ? page : { ...page, [beside]: listOf(page, beside).slice(1) };
  }
}

function framed(body: string): Buffer {
  const length = `content-length: ${String(Buffer.byteLength(body))}`;
  return Buffer.from(`HTTP/1.1 200 OK\r\nconnection: close\r\n${length}\r\n\r\n${body}`);
}

/** Long lists come in pages. A verdict is given on the whole list or on none. */
import { CloudError } from '../errors.ts';
import { canonicalJson, isArray, isObject, own, shapeOf } from '../json.ts';
import type { Json, JsonObject, Paging, Source } from '../model.ts';

/** No account has so many rules; a list that never ends must not take a night. */
const mostItems = 10_000;

/**
 * Reads a source with as many calls as it takes.
 * @param ask one call with these parameters
 * @returns the answer as if one page had held all; `RequestId` has that of every page
 * @throws CloudError when the list changed meanwhile, or is not whole for another reason
 */
export async function readPages(
  { id, request = {}, paging }: Pick<Source, 'id' | 'request' | 'paging'>,
  ask: (request: JsonObject) => Promise<JsonObject>,
  maxItems = mostItems,
): Promise<JsonObject> {
  if (paging === undefined) return ask(request);
  const refuse = (what: string) => new CloudError('BadAnswer', `${id}: ${what}`);
  const pages: JsonObject[] = [];
  for (let offset = 0; ;) {
    const page = await ask({ ...request, Offset: offset, Limit: paging.pageSize });
    const fault = shapeOf(page);
    if (fault !== 'fits') throw refuse(`the answer is not usable: ${fault}`);
    const total = totalOf(page, paging);
    const count = itemsOf(page, paging.list)?.length;
    if (typeof total === 'string') throw refuse(total);
    if (total > maxItems)
      throw refuse(`the list has ${String(total)} items, more than can be read`);
    const [first = page] = pages;
    if (total !== own(first, paging.total)) {
      throw refuse(
        `the list changed while it was read: ${paging.total} was ${JSON.stringify(own(first, paging.total))} and is ${String(total)}`,
      );
    }
    const expected = Math.min(paging.pageSize, total - offset);
    if (count !== expected) {
      throw refuse(
        `the page at ${String(offset)} of ${String(total)} has ${count === undefined ? `no ${paging.list}` : `${String(count)} items`}, and must have ${String(expected)}`,
      );
    }
    pages.push(page);
    offset += count;
    if (offset >= total) return merged(pages, paging);
  }
}

/** @returns why the answer does not hold the whole list, or undefined */
export function listProblem(
  { paging }: Pick<Source, 'paging'>,
  settings: JsonObject,
): string | undefined {
  if (paging === undefined) return undefined;
  const total = totalOf(settings, paging);
  if (typeof total === 'string') return total;
  const items = itemsOf(settings, paging.list);
  if (items?.length !== total) {
    return `${paging.list} has ${String(items?.length ?? 'none')} of ${String(total)} items, so the list is not whole`;
  }
  const repeated = firstRepeated(items.map((item) => keyOf(item, paging.key)));
  if (repeated !== undefined) return `${paging.list} has an item twice: ${repeated}`;
  if (paging.beside === undefined || (own(settings, paging.beside) ?? null) === null)
    return undefined;
  const others = itemsOf(settings, paging.beside)?.length;
  return others === total
    ? undefined
    : `${paging.beside} has ${String(others ?? 'none')} of ${String(total)} items, so the list is not whole`;
}

function totalOf(answer: JsonObject, { total: name }: Paging): number | string {
  const total = own(answer, name);
  if (typeof total === 'number' && Number.isSafeInteger(total) && total >= 0) return total;
  return `the answer does not say in ${name} how long the list is`;
}

/** An empty list may come as null. */
function itemsOf(answer: JsonObject, name: string): readonly Json[] | undefined {
  const list = own(answer, name) ?? [];
  return isArray(list) ? list : undefined;
}

/** Its key, or where it has none the whole of it. */
function keyOf(item: Json, name: string): string {
  const key = isObject(item) ? (own(item, name) ?? null) : null;
  return canonicalJson(key ?? item);
}

function firstRepeated(keys: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return keys.find((key) => seen.size === seen.add(key).size);
}

function merged(pages: readonly JsonObject[], paging: Paging): JsonObject {
  const [first = {}] = pages;
  if (pages.length === 1) return first;
  const requestIds = pages
    .map((page) => own(page, 'RequestId'))
    .filter((id) => typeof id === 'string');
  return {
    // What only a later page has is drift all the same.
    ...Object.fromEntries([...pages].reverse().flatMap((page) => Object.entries(page))),
    RequestId: requestIds.join(' '),
    [paging.list]: joined(pages, paging.list),
    ...(paging.beside !== undefined && besideOf(pages, paging.beside)),
  };
}

/** On every page or on none; a page that lacks it leaves a list that is too short, which is noticed. */
function besideOf(pages: readonly JsonObject[], name: string): JsonObject {
  return pages.every((page) => (own(page, name) ?? null) === null)
    ? {}
    : { [name]: joined(pages, name) };
}

function joined(pages: readonly JsonObject[], name: string): readonly Json[] {
  return pages.flatMap((page) => itemsOf(page, name) ?? []);
}

/** At most so many messages a run and channel: more would be noise, and the platforms throttle it. */
export const maxMessages = 5;

export interface Pages<T> {
  readonly pages: readonly (readonly T[])[];
  /** How many items found no place. */
  readonly left: number;
}

/**
 * Fills one page after the other without cutting an item.
 * @param fits whether the platform takes these items as one message; a page has at least one item,
 *   which the caller has cut to fit
 */
export function paginate<T>(
  items: readonly T[],
  fits: (page: readonly T[]) => boolean,
  maxPages = maxMessages,
): Pages<T> {
  const pages: T[][] = [];
  for (const [index, item] of items.entries()) {
    const page = pages.at(-1);
    if (page !== undefined && fits([...page, item])) page.push(item);
    else if (pages.length < maxPages) pages.push([item]);
    else return { pages, left: items.length - index };
  }
  return { pages, left: 0 };
}

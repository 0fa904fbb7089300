/** What every platform asks of JSON from strangers. */

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Characters as people count them, not UTF-16 units: an emoji is one. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

export function isHttpsUrl(value: unknown): value is string {
  return isText(value) && URL.canParse(value) && new URL(value).protocol === 'https:';
}

/** RFC 3339, which is what the platforms mean by ISO 8601. */
export function isTimestamp(value: unknown): value is string {
  const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;
  return isText(value) && form.test(value) && !Number.isNaN(Date.parse(value));
}

export function isJsonType(contentType: string | undefined): boolean {
  return /^application\/json\s*(;|$)/i.test(contentType ?? '');
}

/** The first thing that is wrong with one of the items. */
export function firstFault<Fault>(
  items: readonly unknown[],
  faultOf: (item: unknown, index: number) => Fault | undefined,
): Fault | undefined {
  for (const [index, item] of items.entries()) {
    const fault = faultOf(item, index);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

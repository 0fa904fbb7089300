/** How one action of the product answers. */
export type Values = Readonly<Record<string, unknown>>;

export interface Product {
  /** Nothing to complain about; of a paged action the whole lists, which are counted when asked for. */
  settings(nowMs: number): Values;
  /** The lists that come in pages, all by the same `Offset` and `Limit`. */
  readonly lists?: readonly [string, ...string[]];
  /** What must be given, and may be. */
  readonly parameters?: Readonly<Record<string, readonly unknown[]>>;
}

/** Shanghai is eight hours ahead of UTC all year round; the API writes no zone. */
export function inShanghai(epochMs: number): string {
  const local = new Date(epochMs + 8 * 3_600_000).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 19)}`;
}

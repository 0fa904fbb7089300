/** A sliding window, one for each key. */

/**
 * Time must not run backwards.
 * @param limit of this key, in place of the one for all
 * @returns milliseconds until the key is let in again; 0 = let in, and counted
 */
export type RateLimit = (key: string, nowMs: number, limit?: number) => number;

export function createRateLimit(limitForAll: number, windowMs: number): RateLimit {
  // Two generations, so that keys nobody uses any more are forgotten: an estate has millions.
  let fresh = new Map<string, number[]>();
  let stale = new Map<string, number[]>();
  let endsAtMs = -Infinity;

  const admittedOf = (key: string): number[] => {
    const known = fresh.get(key) ?? stale.get(key) ?? [];
    fresh.set(key, known);
    return known;
  };

  return (key, nowMs, limit = limitForAll) => {
    if (nowMs >= endsAtMs) {
      [stale, fresh] = [fresh, new Map<string, number[]>()];
      endsAtMs = nowMs + windowMs;
    }
    const admittedAtMs = admittedOf(key);
    while ((admittedAtMs[0] ?? Infinity) <= nowMs - windowMs) admittedAtMs.shift();
    const [oldestMs] = admittedAtMs;
    if (admittedAtMs.length >= limit && oldestMs !== undefined) return oldestMs + windowMs - nowMs;
    admittedAtMs.push(nowMs);
    return 0;
  };
}

/** A sliding window, one for each key. */

/** @returns milliseconds until the key is let in again; 0 = let in, and counted */
export type RateLimit = (key: string, nowMs: number) => number;

export function createRateLimit(limit: number, windowMs: number): RateLimit {
  const admittedAtMsByKey = new Map<string, readonly number[]>();
  return (key, nowMs) => {
    const recent = (admittedAtMsByKey.get(key) ?? []).filter((atMs) => atMs > nowMs - windowMs);
    const [oldestMs] = recent;
    const isFull = recent.length >= limit && oldestMs !== undefined;
    admittedAtMsByKey.set(key, isFull ? recent : [...recent, nowMs]);
    return isFull ? oldestMs + windowMs - nowMs : 0;
  };
}

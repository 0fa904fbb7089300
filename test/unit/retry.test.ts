import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fullJitterMs, retry } from '../../shared/retry.ts';
import { createManualClock } from '../support/manual-clock.ts';

describe('retry', () => {
  /** Attempts that fail so often, each wait as long as said. */
  async function tried(
    failures: number,
    waits: readonly (number | undefined)[],
    deadlineMs: number,
  ) {
    const clock = createManualClock(1_000);
    const startedAt: number[] = [];
    const result = await retry(
      clock,
      deadlineMs,
      () => Promise.resolve(startedAt.push(clock.now())),
      (outcome, attempts) => (outcome > failures ? undefined : waits[attempts - 1]),
    );
    return { ...result, startedAt, slept: clock.slept };
  }

  const cases: Record<
    string,
    [failures: number, waits: readonly (number | undefined)[], deadlineMs: number, slept: number[]]
  > = {
    'tries once where all is well': [0, [100], Infinity, []],
    'waits between attempts': [2, [100, 200], Infinity, [100, 200]],
    'waits as long as the other side dictates': [1, [7_000], Infinity, [7_000]],
    'waits no time at all': [1, [0], Infinity, [0]],
    'gives up where there is no wait': [9, [100, undefined], Infinity, [100]],
    'waits to a millisecond before the deadline': [1, [100], 1_101, [100]],
    'begins no attempt at the deadline': [1, [100], 1_100, []],
    'begins no wait that crosses the deadline': [9, [100, 100, 100], 1_250, [100, 100]],
    'tries once even after the deadline': [9, [100], 0, []],
  };
  it.each(Object.entries(cases))('%s', async (_name, [failures, waits, deadlineMs, slept]) => {
    const attempts = slept.length + 1;
    const startedAt = [...slept, 0].map((_, index) =>
      slept.slice(0, index).reduce((sum, ms) => sum + ms, 1_000),
    );
    expect(await tried(failures, waits, deadlineMs)).toEqual({
      outcome: attempts,
      attempts,
      startedAt,
      slept,
    });
  });

  it('lets an exception through', async () => {
    const error = new Error('ours');
    const clock = createManualClock();
    const failing = retry(
      clock,
      Infinity,
      () => Promise.reject(error),
      () => 1,
    );
    await expect(failing).rejects.toBe(error);
    expect(clock.slept).toEqual([]);
  });
});

describe('fullJitterMs', () => {
  const backoff = { baseMs: 400, capMs: 4_000 };
  it('doubles up to the cap', () => {
    const longest = [1, 2, 3, 4, 5, 6, 60, 2_000].map((attempts) =>
      fullJitterMs(backoff, attempts, 1),
    );
    expect(longest).toEqual([400, 800, 1_600, 3_200, 4_000, 4_000, 4_000, 4_000]);
  });

  it('is a whole number of milliseconds from 0 to the bound, which never shrinks', () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 100 }),
        chance,
        (baseMs, capMs, attempts, random) => {
          const wait = fullJitterMs({ baseMs, capMs }, attempts, random);
          expect(Number.isSafeInteger(wait)).toBe(true);
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThanOrEqual(capMs);
          expect(wait).toBeLessThanOrEqual(fullJitterMs({ baseMs, capMs }, attempts + 1, random));
        },
      ),
    );
  });
});

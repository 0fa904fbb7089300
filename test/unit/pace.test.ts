import { setImmediate } from 'node:timers/promises';

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { createPace } from '../../shared/settings/tencent/pace.ts';

/** Time passes while somebody sleeps, once all else has been said. */
function createClock() {
  let nowMs = 0;
  return {
    now: () => nowMs,
    sleep: async (ms: number) => {
      await setImmediate();
      nowMs += ms;
    },
  };
}

it('starts each call as early as the limit allows, in the order in which they came', async () => {
  const gaps = fc.array(fc.constantFrom(0, 0, 0, 1, 50, 999, 1000, 1001, 5_000), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), gaps, async (limit, waits) => {
      const clock = createClock();
      const pace = createPace(clock, limit);
      const startedAtMs: number[] = [];
      const order: number[] = [];
      const calls: Promise<void>[] = [];
      for (const [index, ms] of waits.entries()) {
        if (ms > 0) await clock.sleep(ms);
        const call = pace(Infinity).then((isTurn) => {
          expect(isTurn).toBe(true);
          order.push(index);
          startedAtMs.push(clock.now());
        });
        calls.push(call);
        // One after the other, so that the clock moves for one sleeper only.
        if (ms > 0) await Promise.all(calls);
      }
      await Promise.all(calls);
      expect(order).toEqual(waits.map((_, index) => index));
      for (const [index, atMs] of startedAtMs.entries()) {
        const earlier = startedAtMs[index - limit];
        expect(atMs - (earlier ?? -Infinity)).toBeGreaterThanOrEqual(1000);
      }
    }),
  );
});

it('lets no more through in a second than it may, and no fewer', async () => {
  const clock = createClock();
  const pace = createPace(clock, 3);
  const startedAtMs = await Promise.all(
    Array.from({ length: 8 }, async () => {
      await pace(Infinity);
      return clock.now();
    }),
  );
  expect(startedAtMs).toEqual([0, 0, 0, 1000, 1000, 1000, 2000, 2000]);
});

it('says at once that a turn comes too late', async () => {
  const clock = createClock();
  const pace = createPace(clock, 2);
  const early = [pace(500), pace(500)];
  const waiting = [pace(1001), pace(1001)];
  const late = await Promise.all([pace(1000), pace(2000)]);
  expect({ late, atMs: clock.now() }).toEqual({ late: [false, false], atMs: 0 });
  expect(await Promise.all([...early, ...waiting])).toEqual([true, true, true, true]);
  expect(clock.now()).toBe(1000);
});

it('does not count who was told that it is too late', async () => {
  const clock = createClock();
  const pace = createPace(clock, 1);
  await pace(Infinity);
  expect(await pace(1000)).toBe(false);
  await clock.sleep(1000);
  expect(await pace(clock.now() + 1)).toBe(true);
});

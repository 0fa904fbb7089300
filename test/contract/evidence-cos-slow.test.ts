/** A night on a bucket that takes its time for every request: the run ends within its own, and nothing is said twice. */
import { expect, it } from 'vitest';

import { openCos } from '../support/cos.ts';
import { playFaultyNight, type Later } from '../support/faulty-night.ts';
import { simulators } from '../support/sim-start.ts';

const start = simulators();

const invocationMs = 30_000;
const failureMs = 3_000;
const laters: readonly [Later, Later] = ['the same tick again', 'the next night'];

const slow = [100, 500, 1_000];
const tooSlow = [1_250, 1_500, 1_750, 2_000, 2_500, 3_000, 4_000, 4_900];
const cases = [...slow, ...tooSlow].flatMap((delayMs) =>
  laters.map((later) => [delayMs, later] as const),
);

it.each(cases)('%i ms for each request, then %s', async (delayMs, later) => {
  const simulator = await start();
  let isSlow = false;
  let untilMs = Infinity;
  let counted = 0;
  let lostMs = 0;
  /** None is waited for beyond the end of the store's time. */
  const lostAt = (clockMs: number): number => {
    for (; counted < simulator.cos.requests.length; counted += 1) {
      const leftMs = Math.max(0, untilMs - clockMs - lostMs);
      if (isSlow) lostMs += Math.min(delayMs, leftMs);
    }
    return lostMs;
  };
  const night = await playFaultyNight(
    {
      ...{ invocationMs, failureMs, lostMs: lostAt },
      open: (until) => {
        untilMs = until?.deadlineMs ?? Infinity;
        return openCos(simulator, { deadlineMs: untilMs }, until?.clock).store;
      },
      spoil: () => {
        isSlow = true;
      },
      mend: () => {
        isSlow = false;
      },
    },
    later,
  );
  expect(night).toMatchObject({ broken: [], told: [1, 1] });
  expect(night.ended === 'fail').toBe(slow.includes(delayMs));
  expect(night.tookMs).toBeLessThanOrEqual(invocationMs);
});

/**
 * So many calls start in any second, in the order in which they came. Our own few lines: p-throttle 7 keeps
 * everything that it paces for ever, which here is a client for each account, and 8 is for Node 20.
 */
import type { Clock } from '../../ports.ts';

/**
 * Waits for the caller's turn.
 * @returns false, and at once, where that does not come before `deadlineMs` (epoch milliseconds)
 */
export type Pace = (deadlineMs: number) => Promise<boolean>;

const windowMs = 1000;

export function createPace(clock: Pick<Clock, 'now' | 'sleep'>, perSecond: number): Pace {
  /** Of those that started last, as many as one second takes; oldest first. */
  const startedAtMs: number[] = [];
  const waiting: (() => void)[] = [];

  /** @param place in the row of those that wait */
  const earliestMs = (place: number): number => {
    const before = startedAtMs.length + place - perSecond;
    if (before < 0) return -Infinity;
    const windows = Math.floor(before / perSecond) + 1;
    return (startedAtMs[before % perSecond] ?? clock.now()) + windows * windowMs;
  };
  const start = () => {
    if (startedAtMs.push(clock.now()) > perSecond) startedAtMs.shift();
  };
  const callOneByOne = async () => {
    while (waiting.length > 0) {
      const waitMs = earliestMs(0) - clock.now();
      if (waitMs > 0) await clock.sleep(waitMs);
      else {
        start();
        waiting.shift()?.();
      }
    }
  };

  return async (deadlineMs) => {
    const atMs = earliestMs(waiting.length);
    if (waiting.length === 0 && atMs <= clock.now()) {
      start();
      return true;
    }
    if (atMs >= deadlineMs) return false;
    return new Promise((resolve) => {
      waiting.push(() => {
        resolve(true);
      });
      if (waiting.length === 1) void callOneByOne();
    });
  };
}

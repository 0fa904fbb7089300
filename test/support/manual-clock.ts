/** A clock that stands still but for the sleeps, which take no time and are written down. */
import type { Clock } from '../../shared/ports.ts';

export interface ManualClock extends Clock {
  /** Milliseconds of every sleep, in order. */
  readonly slept: readonly number[];
}

/** @param random what chance always says */
export function createManualClock(startMs = 0, random = 0.5): ManualClock {
  const slept: number[] = [];
  let nowMs = startMs;
  return {
    slept,
    now: () => nowMs,
    sleep: (ms) => {
      slept.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
    random: () => random,
  };
}

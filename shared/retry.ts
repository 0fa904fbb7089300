/**
 * Trying again, for reads and for notices. Our own dozen lines, since both need what the libraries at hand
 * lack: a wait that the other side may dictate, a deadline that no wait crosses, and a clock that tests hold.
 */
import type { Clock } from './ports.ts';

export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Full jitter: uniform in [0, min(cap, base · 2^(attempts − 1))), so that many callers do not return as one.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function fullJitterMs({ baseMs, capMs }: Backoff, attempts: number, random: number): number {
  return Math.floor(random * Math.min(capMs, baseMs * 2 ** (attempts - 1)));
}

/**
 * Repeats `attempt` while `waitMs` answers with a wait, in milliseconds, that ends before the deadline.
 * @returns the last outcome and the number of attempts made
 */
export async function retry<Outcome>(
  clock: Pick<Clock, 'now' | 'sleep'>,
  deadlineMs: number,
  attempt: () => Promise<Outcome>,
  waitMs: (outcome: Outcome, attempts: number) => number | undefined,
): Promise<{ readonly outcome: Outcome; readonly attempts: number }> {
  for (let attempts = 1; ; attempts += 1) {
    const outcome = await attempt();
    const wait = waitMs(outcome, attempts);
    if (wait === undefined || clock.now() + wait >= deadlineMs) return { outcome, attempts };
    await clock.sleep(wait);
  }
}

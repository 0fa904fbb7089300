/**
 * One caller in each turn of the event loop: to prepare many requests at once would hold up the first by as much as
 * all of them take, and the last leaves no sooner for it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Waits until those who came before have had a turn each; who is alone does not wait. */
export function createStagger(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    const own = last;
    last = own.then(() => nextTurn());
    return own;
  };
}

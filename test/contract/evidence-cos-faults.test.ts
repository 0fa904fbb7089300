/** A night on a bucket that fails at each of its requests in turn, in each way: what must be true all the same. */
import { expect, it } from 'vitest';

import type { CosFault } from '../../simulator/simulator.ts';
import { openCos } from '../support/cos.ts';
import { playFaultyNight, type Later } from '../support/faulty-night.ts';
import { simulators } from '../support/sim-start.ts';

const start = simulators();

const [unreadable, unwritable] = ['EVIDENCE_UNREADABLE', 'EVIDENCE_UNWRITABLE'];
const healed = ['fail'];
const lasting = [unreadable, unwritable, 'fail'];

/** What goes wrong, for how many requests, and how the night ends, by where it went wrong. */
const faults: Record<string, readonly [CosFault, times: number, ends: readonly string[]]> = {
  'one 503': [{ kind: 'error', status: 503, code: 'SlowDown' }, 1, healed],
  '500 from then on': [{ kind: 'error', status: 500, code: 'InternalError' }, Infinity, lasting],
  'one 409 that is no taken place': [
    { kind: 'error', status: 409, code: 'PathConflict' },
    1,
    lasting,
  ],
  '409 from then on': [{ kind: 'error', status: 409, code: 'PathConflict' }, Infinity, lasting],
  'one 403': [{ kind: 'error', status: 403, code: 'AccessDenied' }, 1, lasting],
  '403 from then on': [{ kind: 'error', status: 403, code: 'AccessDenied' }, Infinity, lasting],
  'an answer cut short': [{ kind: 'broken-off' }, 1, healed],
  'answers cut short from then on': [{ kind: 'broken-off' }, Infinity, lasting],
  'a lost answer': [{ kind: 'lost-answer' }, 1, healed],
  // A put is then refused, and a refusal arrives: it is whose the place is that cannot be read.
  'lost answers from then on': [{ kind: 'lost-answer' }, Infinity, [unreadable, 'fail']],
  'a page of a proxy': [{ kind: 'html', status: 200 }, 1, lasting],
  'connections reset from then on': [{ kind: 'reset' }, Infinity, lasting],
};
const laters: readonly [Later, Later] = ['the same tick again', 'the next night'];

it.each(Object.entries(faults))('%s, at whatever request', async (_name, [fault, times, ends]) => {
  const ended = new Set<string>();
  for (let after = 0, isOver = false; !isOver; after += 1) {
    const simulator = await start();
    const asked = () => simulator.cos.requests.length;
    let before = 0;
    let during = 0;
    const place = {
      open: () => openCos(simulator).store,
      spoil: () => {
        before = asked();
        simulator.cos.setFault(fault, { after, times });
      },
      mend: () => {
        during = asked() - before;
        simulator.cos.setFault(undefined);
      },
    };
    const night = await playFaultyNight(place, laters[after % 2 === 0 ? 0 : 1]);
    expect([after, night.broken]).toEqual([after, []]);
    if (night.message !== undefined) {
      // The thing, why, and the next step.
      expect(night.message).toMatch(/^Evidence .* \(.+\)\. [A-Z].*\.$/s);
      expect(night.message).not.toContain('SIMULATOR');
    }
    ended.add(night.ended);
    isOver = during <= after;
    await simulator.close();
  }
  // The last one met no fault.
  expect([...ended].sort()).toEqual(ends);
});

const stale = [1, 2, 3, 100].flatMap((missing) =>
  laters.flatMap((later) => [
    [missing, 'on the night', later] as const,
    [missing, 'afterwards', later] as const,
  ]),
);
it.each(stale)(
  'listings that lack the last %i names, %s, then %s',
  async (missing, when, later) => {
    const simulator = await start();
    const night = await playFaultyNight(
      {
        open: () => openCos(simulator).store,
        spoil: () => {
          simulator.cos.setFault({ kind: 'stale-list', missing }, { operation: 'GetBucket' });
        },
        mend: () => {
          simulator.cos.setFault(undefined);
        },
        ...(when === 'afterwards' && { isLate: true }),
      },
      later,
    );
    expect(night).toMatchObject({ ended: 'fail', broken: [], told: [1, 1] });
  },
);

import { expect, it } from 'vitest';

import { createStagger } from '../../shared/settings/tencent/stagger.ts';

/** Who starts in which turn of the event loop, counted from 0. */
async function turnsOf(callers: number, ownTurn = createStagger()): Promise<readonly number[]> {
  let turn = 0;
  let isOver = false;
  const count = () => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const turns = await Promise.all(
    Array.from({ length: callers }, async () => {
      await ownTurn();
      return turn;
    }),
  );
  isOver = true;
  return turns;
}

it('starts one caller in each turn, in the order in which they came', async () => {
  expect(await turnsOf(5)).toEqual([0, 1, 2, 3, 4]);
});

it('lets a caller start at once after others are through', async () => {
  const ownTurn = createStagger();
  await turnsOf(3, ownTurn);
  await new Promise((resolve) => setImmediate(resolve));
  expect(await turnsOf(2, ownTurn)).toEqual([0, 1]);
});

it('starts nobody beside those who wait, whenever they come', async () => {
  const ownTurn = createStagger();
  const first = turnsOf(4, ownTurn);
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  const [, later] = await Promise.all([first, turnsOf(2, ownTurn)]);
  expect(later).toEqual([2, 3]);
});

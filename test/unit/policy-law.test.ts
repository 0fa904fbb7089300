/** The first promise: never a false pass; and never a false fail either. */
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { answers, oracles, verdictOf, type Answer } from '../support/arbitraries.ts';
import { compiled, judge, statusesOf } from '../support/settings.ts';

const ids = compiled.map(({ policy }) => policy.id);

function truthOf(answer: Answer): Record<string, string> {
  return Object.fromEntries(ids.map((id) => [id, verdictOf(id, answer)]));
}

it('has an oracle for every policy', () => {
  expect(Object.keys(oracles).sort()).toEqual([...ids].sort());
});

it('passes only what is seen and true, fails only what is seen and false, whatever the answer', () => {
  fc.assert(
    fc.property(answers(), (answer) => {
      expect(statusesOf(answer.settings)).toEqual(truthOf(answer));
    }),
    { numRuns: 4000 },
  );
});

it('meets every verdict of every policy often enough to mean something', () => {
  const verdicts = fc.sample(answers(), { numRuns: 2000, seed: 1 }).map(truthOf);
  const rare = ids.flatMap((id) =>
    (['pass', 'fail', 'error', ...(id === 'image-scan-enabled' ? [] : ['skip'])] as const)
      .filter((status) => verdicts.filter((verdict) => verdict[id] === status).length < 30)
      .map((status) => `${id} ${status}`),
  );
  expect(rare).toEqual([]);
});

it('says error of every answer that does not say whether the schedule is on', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (answer) => {
      fc.pre(typeof answer !== 'object' || answer === null || !Object.hasOwn(answer, 'Enable'));
      expect(compiled.map((policy) => judge(policy, answer).status)).toEqual(
        ids.map(() => 'error'),
      );
    }),
    { numRuns: 500 },
  );
});

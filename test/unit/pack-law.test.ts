/** The first promise for the packs: never a false pass; and never a false fail either. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { JsonObject, Source } from '../../shared/model.ts';
import { answersOf } from '../support/pack-answers.ts';
import { packOracles } from '../support/pack-oracles.ts';
import { allCompiled, judge, scanSource, sourceNamed } from '../support/settings.ts';

const packed = allCompiled.filter(({ policy }) => policy.source !== scanSource.id);
const sourceIds = [...new Set(packed.map(({ policy }) => policy.source))].sort();

const policiesOf = (id: string) => packed.filter(({ policy }) => policy.source === id);

/** What the oracles say. An answer without any documented field holds no settings at all. */
function truthOf(source: Source, settings: JsonObject): Record<string, string> {
  const isEmpty = !Object.keys(settings).some((name) => Object.hasOwn(source.fields, name));
  return Object.fromEntries(
    policiesOf(source.id).map(({ policy: { id } }) => [
      id,
      isEmpty ? 'error' : (packOracles[id]?.(settings) ?? 'no oracle'),
    ]),
  );
}

it('has an oracle for every policy', () => {
  expect(Object.keys(packOracles).sort()).toEqual(packed.map(({ policy }) => policy.id).sort());
});

describe.each(sourceIds)('%s', (id) => {
  const source = sourceNamed(id);
  const policies = policiesOf(id);

  it('passes only what is seen and true, fails only what is seen and false', () => {
    fc.assert(
      fc.property(answersOf(source), (settings) => {
        const said = policies.map((policy) => [policy.policy.id, judge(policy, settings).status]);
        expect(Object.fromEntries(said)).toEqual(truthOf(source, settings));
      }),
      { numRuns: 500 },
    );
  });

  it('meets every verdict of every policy', () => {
    const verdicts = fc
      .sample(answersOf(source), { numRuns: 2000, seed: 7 })
      .map((settings) => truthOf(source, settings));
    const rare = policies.flatMap(({ policy }) =>
      ['pass', 'fail', 'error', ...(policy.when === undefined ? [] : ['skip'])]
        .filter((word) => verdicts.filter((each) => each[policy.id] === word).length < 10)
        .map((word) => `${policy.id} ${word}`),
    );
    expect(rare).toEqual([]);
  });

  it('never passes an answer that is no answer', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (answer) => {
        const said = policies.map((policy) => judge(policy, answer).status);
        expect(said).toEqual(policies.map(() => 'error'));
      }),
      { numRuns: 100 },
    );
  });
});

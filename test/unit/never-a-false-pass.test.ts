/**
 * The first promise, searched for: from the bytes of an HTTP answer to the finding, `pass` only where every field
 * that the policy reads was there, well-typed and right; and `fail` and `skip` only where that was seen.
 *
 * FUZZ_RUNS answers of every source (2,900: more than 100,000 in all), from FUZZ_SEED on, which a failure prints. What
 * a failure shrinks to is printed as a case for test/fixtures/false-pass-cases.json, whose cases come first.
 */
import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { identify } from '../../shared/identity.ts';
import { judge } from '../../shared/judge.ts';
import type { Json, Observation, Source } from '../../shared/model.ts';
import { observe } from '../../shared/settings/observe.ts';
import { sources } from '../../shared/settings/sources.ts';
import {
  answerOf,
  anyAnswers,
  spoiltAnswers,
  treeOf,
  type Spoilt,
} from '../support/answer-edits.ts';
import { pagedAccounts } from '../support/answer-pages.ts';
import { createManualClock } from '../support/fake-ports.ts';
import { goodAnswers } from '../support/good-answers.ts';
import { present } from '../support/log.ts';
import { observedAtMs, timezone } from '../support/settings.ts';
import { policiesOf, truthOf, wordOf } from '../support/truth.ts';
import { createWireReader, type AnswerTo } from '../support/wire-answers.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 2_900);
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const tally = { answers: 0, pass: 0, fail: 0, skip: 0, error: 0, waived: 0 };

const target = { uin: '100000000001', site: 'cn' } as const;
const identity = identify('timer', 'nightly', observedAtMs);
const clock = createManualClock(observedAtMs);

async function observed(source: Source, answerTo: AnswerTo): Promise<Observation> {
  const reader = createWireReader(answerTo);
  const options = { deadlineMs: Number.MAX_SAFE_INTEGER, timezone };
  const [observation] = await observe({ reader, clock }, [source], options);
  if (observation === undefined) throw new Error('nothing was observed');
  return observation;
}

/** What the audit says of an answer, by policy. */
async function saidOf(source: Source, answerTo: AnswerTo): Promise<ReadonlyMap<string, string>> {
  const observations = [await observed(source, answerTo)];
  const policies = policiesOf(source.id);
  const plan = { identity, sources, policies, waivers: [] };
  const { findings } = judge(plan, { target, observations });
  tally.answers += 1;
  for (const { status } of findings) tally[status] += 1;
  return new Map(findings.map(({ policyId, status }) => [policyId, status]));
}

/** What is said and is not so. To say `error` is always allowed here: other tests hold how often. */
function lies(said: ReadonlyMap<string, string>, truth: (policyId: string) => string) {
  return [...said]
    .filter(([id, status]) => status !== 'error' && status !== truth(id))
    .map(([id, status]) => `${id} says ${status}, and it is ${truth(id)}`);
}

async function hold(source: Source, { frame, tree }: Spoilt): Promise<void> {
  const { bytes, seen } = answerOf(frame, tree);
  const found = lies(await saidOf(source, () => bytes), truthOf(source, seen));
  if (found.length === 0) return;
  const kept: KeptCase = { why: '?', source: source.id, http: bytes.toString('latin1') };
  throw new Error(`${found.join('; ')}\nkeep it as: ${JSON.stringify(kept)}`);
}

// ---- What was found before ----------------------------------------------------------------------

interface KeptCase {
  readonly why: string;
  readonly source: string;
  /** The whole answer, a character a byte. */
  readonly http: string;
  /** What is said of it, of every policy of the source that is not named: `error`. */
  readonly says?: Readonly<Record<string, string>>;
}

const cases = JSON.parse(
  readFileSync(new URL('../fixtures/false-pass-cases.json', import.meta.url), 'utf8'),
) as readonly KeptCase[];

it.each(cases.map((kept) => [kept.why, kept] as const))('kept: %s', async (_why, kept) => {
  const source = present(sources[kept.source]);
  const said = await saidOf(source, () => Buffer.from(kept.http, 'latin1'));
  expect(Object.fromEntries(said)).toEqual(
    Object.fromEntries(
      policiesOf(source.id).map(({ policy: { id } }) => [id, kept.says?.[id] ?? 'error']),
    ),
  );
});

// ---- One answer ---------------------------------------------------------------------------------

describe.each(Object.values(sources).map((source) => [source.id, source] as const))(
  '%s',
  (_id, source) => {
    const goods = goodAnswers(source);

    it('passes all that is good, through the whole way', async () => {
      for (const good of goods) {
        const body = JSON.stringify({ Response: good });
        const truth = truthOf(source, body);
        const tree = treeOf({ Response: good });
        const { bytes } = answerOf({ kind: 'whole', length: 'told' }, tree);
        const said = await saidOf(source, () => bytes);
        expect([...said]).toEqual(
          policiesOf(source.id).map(({ policy: { id } }) => [id, truth(id)]),
        );
      }
    });

    it('says nothing that is not so of a good answer that was spoilt', async () => {
      await fc.assert(
        fc.asyncProperty(spoiltAnswers(goods as readonly Json[]), (spoilt) => hold(source, spoilt)),
        { numRuns: Math.ceil(numRuns * 0.8), seed },
      );
    });

    it('says nothing that is not so of anything at all', async () => {
      await fc.assert(
        fc.asyncProperty(anyAnswers(source), (spoilt) => hold(source, spoilt)),
        { numRuns: Math.ceil(numRuns * 0.2), seed },
      );
    });
  },
);

// ---- Long lists ---------------------------------------------------------------------------------

const paged = Object.values(sources).flatMap((source) => {
  const { paging } = source;
  if (paging === undefined || policiesOf(source.id).length === 0) return [];
  const good = goodAnswers(source).find((one) => {
    const list = one[paging.list];
    return Array.isArray(list) && list.length > 0;
  });
  return good === undefined ? [] : [{ id: source.id, source, paging, good }];
});

it.each(paged)('$id: hides no item of a long list', async ({ source, paging, good }) => {
  await fc.assert(
    fc.asyncProperty(pagedAccounts(good, paging), async ({ settings, answerTo }) => {
      const said = await saidOf(source, answerTo);
      expect(lies(said, (id) => wordOf(source, id, settings))).toEqual([]);
    }),
    { numRuns: Math.ceil(numRuns / 10), seed },
  );
});

afterAll(() => {
  process.stderr.write(`FUZZ_SEED=${String(seed)}: ${JSON.stringify(tally)}\n`);
});

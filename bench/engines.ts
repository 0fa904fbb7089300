/**
 * Our compiled checks beside other engines, over the same policies and the same answers, after all have said the
 * same of each: `npm run bench engines`.
 */
import { evaluate } from '../shared/policy/evaluate.ts';
import { readAnswers, type Answer, type Answers } from './engines/answers.ts';
import { builtSide, loadSide, setUpMs, writePolicies, type EngineName } from './engines/set-up.ts';
import { groupedBySource, type Prepared, type Rule, type Statuses } from './engines/side.ts';
import { commandOf, type Bench } from './support/bench.ts';
import {
  grouped,
  median,
  medianRatio,
  milliseconds,
  newTable,
  quartiles,
} from './support/figures.ts';
import { inTurn } from './support/in-turn.ts';

interface Refused {
  readonly policyId: string;
  readonly why: string;
}

interface Row {
  readonly engine: EngineName;
  readonly policies: number;
  /** Policy × answer, of which all engines say the same. */
  readonly judgements: number;
  readonly refused: readonly Refused[];
  /** Medians, of CPU time. */
  readonly setUpMs: number;
  readonly judgementNs: number;
  /** Over ours, pair by pair. */
  readonly setUpRatio: number;
  readonly setUpQuartiles: readonly [number, number];
  readonly judgementRatio: number;
  readonly judgementQuartiles: readonly [number, number];
}

interface Engines {
  readonly pairs: number;
  readonly policies: number;
  readonly answers: number;
  readonly answersLeftOut: number;
  readonly verdicts: Readonly<Record<'pass' | 'fail' | 'skip', number>>;
  readonly rows: readonly Row[];
  /** Ours with all that a verdict takes beside the check. */
  readonly whole: { readonly judgementNs: number; readonly ratio: number };
}

const versions: Readonly<Record<EngineName, string>> = {
  ours: 'ours, compiled by the build',
  ajv: 'ajv, compiled at the start',
  cfworker: '@cfworker/json-schema',
  hyperjump: '@hyperjump/json-schema',
  'json-rules-engine': 'json-rules-engine',
};

// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- Object.keys forgets the type of its keys
const names = Object.keys(versions) as EngineName[];

interface Side {
  readonly module: string;
  readonly prepared: Prepared;
  readonly judgements: number;
}

export const engines: Bench<Engines> = {
  measure: async ({ isQuick, talk }) => {
    const pairs = isQuick ? 1 : 15;
    talk(`engines: ${String(pairs)} pairs`);
    const given = readAnswers();
    const rules = given.compiled.map(({ policy: { id, source, when, require } }): Rule => {
      return { id, source, ...(when !== undefined && { when }), require };
    });
    const policies = writePolicies(rules);
    const sides = new Map<EngineName, Side>();
    for (const name of names) sides.set(name, await agreeing(name, rules, given.answers));

    const each = <Measured>(measure: (side: Side) => Promise<Measured>) =>
      // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- fromEntries forgets the type of its keys
      Object.fromEntries([...sides].map(([name, side]) => [name, () => measure(side)])) as Record<
        EngineName,
        () => Promise<Measured>
      >;
    const setUps = await inTurn(
      pairs,
      each(({ module }) => setUpMs(module, policies)),
    );
    const atLeastMs = isQuick ? 5 : 60;
    const judged = await inTurn(pairs, {
      ...each(({ prepared, judgements }) =>
        nsAJudgement(judgements, atLeastMs, () => judgeAll(prepared, given.answers)),
      ),
      whole: wholly(given, atLeastMs),
    });

    const rows = [...sides].map(([engine, { prepared, judgements }]): Row => {
      const setUpRatios = setUps[engine].map((ms, at) => ms / (setUps.ours[at] ?? NaN));
      const ratios = judged[engine].map((ns, at) => ns / (judged.ours[at] ?? NaN));
      return {
        ...{ engine, judgements, refused: prepared.refused },
        policies: rules.length - prepared.refused.length,
        ...{ setUpMs: median(setUps[engine]), judgementNs: median(judged[engine]) },
        ...{ setUpRatio: median(setUpRatios), setUpQuartiles: quartiles(setUpRatios) },
        ...{ judgementRatio: median(ratios), judgementQuartiles: quartiles(ratios) },
      };
    });
    const { answers, leftOut } = given;
    return {
      ...{ pairs, policies: rules.length, answers: answers.length, answersLeftOut: leftOut },
      ...{ verdicts: countsOf(answers), rows },
      whole: {
        judgementNs: median(judged.whole),
        ratio: medianRatio(judged.whole, judged.ours),
      },
    };
  },

  show: ({ pairs, policies, answers, answersLeftOut, verdicts, rows, whole }) => {
    const table = newTable([
      ...['engines', 'set up', '÷ ours', 'half of the pairs'],
      ...['a judgement', '÷ ours', 'half of the pairs'],
    ]);
    for (const row of rows) {
      table.push([
        ...[versions[row.engine], milliseconds(row.setUpMs), row.setUpRatio.toFixed(1)],
        row.setUpQuartiles.map((value) => value.toFixed(1)).join('–'),
        ...[microseconds(row.judgementNs), row.judgementRatio.toFixed(1)],
        row.judgementQuartiles.map((value) => value.toFixed(1)).join('–'),
      ]);
    }
    const { pass, fail, skip } = verdicts;
    const refused = rows.flatMap((row) =>
      row.refused.map(({ policyId, why }) => `${versions[row.engine]}: ${policyId} (${why})`),
    );
    return [
      table.toString(),
      `Medians of ${String(pairs)} pairs; ${String(policies)} policies, ${grouped(answers)} answers, ${grouped(pass + fail + skip)} judgements: ${grouped(pass)} pass, ${grouped(fail)} fail, ${grouped(skip)} skip, the same by every engine. ${grouped(answersLeftOut)} answers left out, in which something is missing or of another type.`,
      `Left out, because the engine cannot express them: ${refused.join('; ') || 'none'}.`,
      'Set up: from reading the bundle until every policy is ready, in a new process. A judgement: one policy, one answer. Both are CPU time.',
      `A judgement of ours with all that belongs to it (what is missing or of another type, violations in words): ${microseconds(whole.judgementNs)}, ${whole.ratio.toFixed(1)} times the check.`,
      '',
    ].join('\n');
  },
};

export const run = commandOf(engines);

/** @throws Error where it says of an answer something else than the audit */
async function agreeing(
  name: EngineName,
  rules: readonly Rule[],
  answers: readonly Answer[],
): Promise<Side> {
  const module = await builtSide(name);
  const prepared = await loadSide(module).prepare(() => rules);
  const refused = new Set(prepared.refused.map(({ policyId }) => policyId));
  const idsBySource = groupedBySource(rules);
  let judgements = 0;
  for (const { source, expected, document } of answers) {
    const statuses = await prepared.bySource.get(source.id)?.(document);
    for (const [index, { id }] of (idsBySource.get(source.id) ?? []).entries()) {
      if (refused.has(id)) continue;
      judgements += 1;
      if (statuses?.[index] !== expected[index]) {
        throw new Error(
          `${name} says ${String(statuses?.[index])} where the audit says ${String(expected[index])}: ${id}, ${JSON.stringify(document)}`,
        );
      }
    }
  }
  return { module, prepared, judgements };
}

async function judgeAll({ bySource }: Prepared, answers: readonly Answer[]): Promise<void> {
  for (const { source, document } of answers) {
    const statuses: Statuses | Promise<Statuses> | undefined = bySource.get(source.id)?.(document);
    // No turn of the event loop for who needs none.
    if (statuses instanceof Promise) await statuses;
  }
}

/** All that `evaluate` does of the same answers. */
function wholly({ compiled, answers }: Answers, atLeastMs: number): () => Promise<number> {
  const bySource = groupedBySource(
    compiled.map((one) => ({ source: one.policy.source, compiled: one })),
  );
  const judgements = answers.reduce((sum, { expected }) => sum + expected.length, 0);
  return () =>
    nsAJudgement(judgements, atLeastMs, () => {
      for (const { source, observation } of answers) {
        for (const one of bySource.get(source.id) ?? [])
          evaluate(one.compiled, source, observation);
      }
    });
}

/** Again and again for so long that the clock's own steps do not matter; CPU time, so that nobody else's counts. */
async function nsAJudgement(
  judgements: number,
  atLeastMs: number,
  judge: () => void | Promise<void>,
): Promise<number> {
  const start = process.cpuUsage();
  let times = 0;
  let ms = 0;
  while (ms < atLeastMs) {
    await judge();
    times += 1;
    const { user, system } = process.cpuUsage(start);
    ms = (user + system) / 1000;
  }
  return (ms * 1e6) / (times * judgements);
}

function countsOf(answers: readonly Answer[]): Engines['verdicts'] {
  const counts = { pass: 0, fail: 0, skip: 0 };
  for (const status of answers.flatMap(({ expected }) => expected)) {
    if (status !== undefined) counts[status] += 1;
  }
  return counts;
}

function microseconds(ns: number): string {
  return ns < 995 ? `${ns.toFixed(0)} ns` : `${(ns / 1000).toFixed(1)} µs`;
}

/**
 * How cost grows with policies, targets and nights: the figure at each step, and the exponent between two steps.
 * `npm run bench growth -- [--json] [--quick] [--only policies,targets,nights]`
 */
import { parseArgs } from 'node:util';

import { loadLibrary } from '../cli/library.ts';
import type { JsonObject } from '../shared/model.ts';
import { scenarios } from '../simulator/scenarios.ts';
import { nightsSteps, type NightsStep } from './growth/nights.ts';
import { policiesStep, type PoliciesStep } from './growth/policies.ts';
import { exponentsOf, type Times } from './growth/step.ts';
import { targetsStep, type TargetsStep } from './growth/targets.ts';
import { print, talk, type Bench, type BenchOptions } from './support/bench.ts';
import { grouped, megabytes, milliseconds, newTable } from './support/figures.ts';

const parts = ['policies', 'targets', 'nights'] as const;
const pack = 'image-scan';

interface Sizes {
  readonly policies: readonly number[];
  readonly targets: readonly number[];
  readonly nights: readonly number[];
}

const usual: Sizes = {
  policies: [1, 10, 100, 1_000],
  targets: [1, 10, 100, 1_000, 10_000, 100_000],
  nights: [1, 10, 100, 365, 3_650],
};
const quick: Sizes = { policies: [1, 10], targets: [1, 20], nights: [1, 10] };

/** From so many targets on, one process only. */
const manyTargets = 10_000;

type Exponents<Step> = Readonly<Partial<Record<keyof Step, readonly number[]>>>;

interface Grown<Step> {
  readonly steps: readonly Step[];
  /** By figure, between each two steps. */
  readonly exponents: Exponents<Step>;
}

interface Growth {
  readonly policies?: Grown<PoliciesStep>;
  readonly targets?: Grown<TargetsStep>;
  readonly nights?: Grown<NightsStep>;
}

export const growth: Bench<Growth> = {
  measure: (options) => measured(options, parts),

  show: ({ policies, targets, nights }) =>
    [
      ...(policies === undefined ? [] : [showPolicies(policies)]),
      ...(targets === undefined ? [] : [showTargets(targets)]),
      ...(nights === undefined ? [] : [showNights(nights)]),
      'CPU: of all threads of the process, so that others on the machine are not in it. In brackets: the exponent since the step before (0 = flat, 1 = linear, 2 = the square).',
      '',
    ].join('\n'),
};

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: parts.join(',') },
    },
  });
  const names = values.only.split(',');
  const wrong = names.filter((name) => !parts.some((part) => part === name));
  if (wrong.length > 0) {
    throw new Error(`--only names ${wrong.join(', ')}: there are ${parts.join(', ')}`);
  }
  const grown = await measured({ isQuick: values.quick, talk }, names);
  print(values.json ? JSON.stringify(grown, null, 2) : growth.show(grown));
}

async function measured(
  { isQuick, talk: say }: BenchOptions,
  names: readonly string[],
): Promise<Growth> {
  const sizes = isQuick ? quick : usual;
  const times: Times = { most: isQuick ? 1 : 11, enoughMs: 5_000 };
  const packed = loadLibrary(undefined).policies.filter((one) => one.pack === pack);
  const settings = goodAnswerAt(Date.now());
  return {
    ...(names.includes('policies') && {
      policies: await overPolicies(sizes, settings, times, say),
    }),
    ...(names.includes('targets') && {
      targets: grownOf(
        'targets',
        ['wallMs', 'cpuMs', 'heapMb', 'peakMb'],
        await eachOf(sizes.targets, (targets) => {
          say(`growth: ${grouped(targets)} targets`);
          const isOnce = isQuick || targets >= manyTargets;
          return targetsStep(targets, packed, settings, isOnce ? 1 : 5);
        }),
      ),
    }),
    ...(names.includes('nights') && {
      nights: grownOf(
        'nights',
        [
          ...(['headRequests', 'runRequests', 'newChannelRequests'] as const),
          ...(['logBytes', 'verifyCpuMs', 'replayCpuMs', 'reportCpuMs', 'reportBytes'] as const),
        ],
        await collect(nightsSteps(sizes.nights, packed, goodAnswerAt, times), say),
      ),
    }),
  };
}

/** What an account answers at that time (epoch milliseconds) where nothing is wrong. */
function goodAnswerAt(ms: number): JsonObject {
  return {
    ...scenarios.good.settings(ms),
    RequestId: '00000000-0000-4000-8000-000000000001',
  };
}

async function overPolicies(
  sizes: Sizes,
  settings: JsonObject,
  times: Times,
  say: BenchOptions['talk'],
): Promise<Grown<PoliciesStep>> {
  // Compilers are made once and code warms up: what is measured is what comes after.
  await policiesStep(sizes.policies.at(-1) === 10 ? 1 : 100, settings, { most: 1, enoughMs: 0 });
  const steps = await eachOf(sizes.policies, (policies) => {
    say(`growth: ${grouped(policies)} policies`);
    return policiesStep(policies, settings, times);
  });
  const figures = [
    ...(['lintCpuMs', 'compileCpuMs', 'buildCpuMs', 'moduleBytes'] as const),
    ...(['judgeFirstCpuMs', 'judgeCpuMs'] as const),
  ] as const;
  return grownOf('policies', figures, steps);
}

async function eachOf<Step>(
  sizes: readonly number[],
  measure: (size: number) => Promise<Step>,
): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const size of sizes) steps.push(await measure(size));
  return steps;
}

async function collect(
  nights: AsyncIterable<NightsStep>,
  say: BenchOptions['talk'],
): Promise<readonly NightsStep[]> {
  const steps: NightsStep[] = [];
  for await (const step of nights) {
    say(`growth: ${grouped(step.nights)} nights`);
    steps.push(step);
  }
  return steps;
}

/** All that a step says is numbers. */
type Numbers<Step> = Readonly<Record<keyof Step, number>>;

function grownOf<Step extends Numbers<Step>>(
  size: keyof Step,
  figures: readonly (keyof Step)[],
  steps: readonly Step[],
): Grown<Step> {
  const sizes = steps.map((step) => step[size]);
  const exponents: Partial<Record<keyof Step, readonly number[]>> = {};
  for (const figure of figures) {
    exponents[figure] = exponentsOf(
      sizes,
      steps.map((step) => step[figure]),
    );
  }
  return { steps, exponents };
}

function showPolicies(grown: Grown<PoliciesStep>): string {
  return tableOf(grown, 'policies', [
    ['lint, CPU', 'lintCpuMs', milliseconds],
    ['compile, CPU', 'compileCpuMs', milliseconds],
    ['build, CPU', 'buildCpuMs', milliseconds],
    ['module', 'moduleBytes', kilobytes],
    ['judge an answer, the first', 'judgeFirstCpuMs', (ms) => `${ms.toFixed(2)} ms`],
    ['when warm', 'judgeCpuMs', (ms) => `${ms.toFixed(3)} ms`],
  ]);
}

function showTargets(grown: Grown<TargetsStep>): string {
  return tableOf(grown, 'targets', [
    ['wall', 'wallMs', milliseconds],
    ['CPU', 'cpuMs', milliseconds],
    ['peak of the heap', 'heapMb', megabytes],
    ['peak of the process', 'peakMb', megabytes],
  ]);
}

function showNights(grown: Grown<NightsStep>): string {
  return [
    tableOf(grown, 'nights', [
      ['requests for the head', 'headRequests', grouped],
      ['of a whole run', 'runRequests', grouped],
      ['of a new channel', 'newChannelRequests', grouped],
    ]),
    tableOf(grown, 'nights', [
      ['log', 'logBytes', kilobytes],
      ['verify without replay, CPU', 'verifyCpuMs', milliseconds],
      ['with, CPU', 'replayCpuMs', milliseconds],
      ['report, CPU', 'reportCpuMs', milliseconds],
      ['page', 'reportBytes', kilobytes],
    ]),
  ].join('\n');
}

type Column<Step> = readonly [head: string, figure: keyof Step, format: (value: number) => string];

function tableOf<Step extends Numbers<Step> & { readonly times: number }>(
  { steps, exponents }: Grown<Step>,
  size: keyof Step & string,
  columns: readonly Column<Step>[],
): string {
  const table = newTable([size, ...columns.map(([head]) => head), 'median of']);
  for (const [row, step] of steps.entries()) {
    const cells = columns.map(([, figure, format]) => {
      const exponent = exponents[figure]?.[row - 1];
      const shown = format(step[figure]);
      return exponent === undefined ? shown : `${shown} (${exponent.toFixed(2)})`;
    });
    table.push([grouped(step[size]), ...cells, String(step.times)]);
  }
  return table.toString();
}

function kilobytes(bytes: number): string {
  return `${grouped(Math.ceil(bytes / 1000))} kB`;
}

/** Every budget of the design in one run: `npm run bench`, with `[--json] [--quick]`. */
import { availableParallelism, loadavg } from 'node:os';

import { coldStart } from './cold-start.ts';
import { engines } from './engines.ts';
import { oneInstance } from './estate.ts';
import { growth } from './growth.ts';
import { memory } from './memory.ts';
import { singleRun } from './single-run.ts';
import { size } from './size.ts';
import {
  isMet,
  optionsOf,
  print,
  type Bench,
  type BenchOptions,
  type Budgeted,
} from './support/bench.ts';
import { newTable, seconds } from './support/figures.ts';
import { verifying } from './verify.ts';

interface Part {
  readonly measured: unknown;
  readonly shown: string;
  readonly budgets: readonly Budgeted[];
}

/** In the order of the design's table; last, what has no budget. */
const parts: Readonly<Record<string, (options: BenchOptions) => Promise<Part>>> = {
  'cold-start': partOf(coldStart),
  memory: partOf(memory),
  size: partOf(size),
  run: partOf(singleRun),
  estate: partOf(oneInstance),
  verify: partOf(verifying),
  engines: partOf(engines),
  growth: partOf(growth),
};

function partOf<Measured>(bench: Bench<Measured>) {
  return async (options: BenchOptions): Promise<Part> => {
    const measured = await bench.measure(options);
    const budgets = bench.budgets?.(measured) ?? [];
    return { measured, shown: bench.show(measured), budgets };
  };
}

export async function run(args: readonly string[]): Promise<void> {
  const { isJson, ...options } = optionsOf(args);
  const startedAtMs = performance.now();
  // Before the bench loads it: what others do meanwhile is in every figure.
  const [load = NaN] = loadavg();
  const machine = { node: process.version, threads: availableParallelism(), load };
  const done: [string, Part][] = [];
  for (const [name, measure] of Object.entries(parts)) done.push([name, await measure(options)]);
  const wallMs = performance.now() - startedAtMs;
  const budgets = done.flatMap(([, part]) => part.budgets);
  if (isJson) {
    const details = Object.fromEntries(done.map(([name, { measured }]) => [name, measured]));
    const judged = budgets.map((one) => ({ ...one, isMet: isMet(one) }));
    print(
      JSON.stringify(
        { machine, isQuick: options.isQuick, wallMs, budgets: judged, details },
        null,
        2,
      ),
    );
    return;
  }
  for (const [, { shown }] of done) print(shown);
  print(tableOf(budgets));
  print(
    `Node ${machine.node}, ${String(machine.threads)} threads for both sides together, load ${load.toFixed(1)} before it began; ${seconds(wallMs)}.`,
  );
  if (options.isQuick)
    print('With --quick: each once, on little. These figures say only that the bench runs.');
}

function tableOf(budgets: readonly Budgeted[]): string {
  const table = newTable(['budget', 'figure', 'asked for', '']);
  for (const one of budgets) {
    const { what, figure, unit, budget } = one;
    const [sign, limit] = 'atMost' in budget ? ['≤', budget.atMost] : ['≥', budget.atLeast];
    const inUnit = (value: number) =>
      unit === 'times' ? value.toFixed(2) : `${value.toFixed(0)} ${unit}`;
    table.push([what, inUnit(figure), `${sign} ${inUnit(limit)}`, isMet(one) ? 'met' : 'missed']);
  }
  return table.toString();
}

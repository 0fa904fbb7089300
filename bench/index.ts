/** `npm run bench [name]`: all budgets, or one bench; options come after `--`: `npm run bench estate -- --json`. */
import { messageOf } from '../shared/errors.ts';
import type { Run } from './support/bench.ts';

const benches: Readonly<Record<string, () => Promise<{ readonly run: Run }>>> = {
  'cold-start': () => import('./cold-start.ts'),
  engines: () => import('./engines.ts'),
  estate: () => import('./estate.ts'),
  growth: () => import('./growth.ts'),
  memory: () => import('./memory.ts'),
  run: () => import('./single-run.ts'),
  size: () => import('./size.ts'),
  verify: () => import('./verify.ts'),
};

const all = () => import('./all.ts');

const [first = '', ...rest] = process.argv.slice(2);
const isNamed = first !== '' && !first.startsWith('-');
const args = isNamed ? rest : process.argv.slice(2);
const bench = isNamed ? (Object.hasOwn(benches, first) ? benches[first] : undefined) : all;
if (bench === undefined) {
  process.stderr.write(
    `There is no bench "${first}": npm run bench ${Object.keys(benches).join('|')}\n`,
  );
  process.exitCode = 2;
} else {
  try {
    const { run } = await bench();
    await run(args);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

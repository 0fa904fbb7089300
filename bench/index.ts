/** `npm run bench <name>`; options come after `--`: `npm run bench estate -- --json`. */
import { messageOf } from '../shared/errors.ts';

type Bench = (args: readonly string[]) => Promise<void>;

const benches: Readonly<Record<string, () => Promise<{ readonly run: Bench }>>> = {
  estate: () => import('./estate.ts'),
  verify: () => import('./verify.ts'),
};

const [name = '', ...args] = process.argv.slice(2);
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench === undefined) {
  process.stderr.write(
    `There is no bench "${name}": npm run bench ${Object.keys(benches).join('|')}\n`,
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

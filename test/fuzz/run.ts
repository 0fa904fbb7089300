/** `npm run fuzz -- [seconds] [name …]`: each property for so long (60), with a seed that is printed. */
import fc from 'fast-check';

import { pollution, properties } from './targets.ts';

const [seconds = '60', ...names] = process.argv.slice(2);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
process.stdout.write(`seed ${String(seed)} (FUZZ_SEED=${String(seed)} runs the same again)\n`);
for (const [name, property] of Object.entries(properties)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const details = await fc.check(property, {
    seed,
    numRuns: 100_000_000,
    interruptAfterTimeLimit: Number(seconds) * 1_000,
    markInterruptAsFailure: false,
  });
  const polluted = pollution();
  process.stdout.write(`${name}: ${String(details.numRuns)} inputs\n`);
  if (details.failed || polluted.length > 0) {
    process.stdout.write(`${fc.defaultReportMessage(details) ?? ''}\n${polluted.join()}\n`);
    process.exitCode = 1;
  }
}

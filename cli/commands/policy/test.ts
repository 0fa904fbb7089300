import { writeFileSync } from 'node:fs';

import { AuditError, messageOf } from '../../../shared/errors.ts';
import type { ExampleResult } from '../../../shared/policy/examples.ts';
import { countOf, print, printJson, talk, type ExitCode, type Io } from '../../io.ts';
import { loadLibrary, policyFilesOf, shippedFolder } from '../../library.ts';
import { jsonOption, policiesOption, type AddCommand } from '../../options.ts';
import { printProblems } from '../../problems.ts';
import { junitOf } from './junit.ts';
import { checkIds, runNamedExample } from './library.ts';

interface TestOptions {
  readonly policies?: string;
  readonly json: boolean;
  readonly junit?: string;
  readonly watch: boolean;
}

export const addTest: AddCommand = (program, choose) => {
  program
    .command('test')
    .description('run the examples of all policies, or of those named')
    .argument('[id...]', 'policies whose examples to run')
    .option(...policiesOption)
    .option('--watch', 'run again whenever a file of the folder changes, until Ctrl-C', false)
    .option('--junit <file>', 'also write the results as JUnit XML')
    .option(...jsonOption)
    .action((ids: readonly string[], options: TestOptions) => {
      choose((io) => (options.watch ? watch(io, ids, options) : test(io, ids, options)));
    });
};

function test(io: Io, ids: readonly string[], { policies, json, junit }: TestOptions): ExitCode {
  const library = loadLibrary(policies);
  checkIds(library, ids);
  const results = library.examples
    .filter(({ policyId }) => ids.length === 0 || ids.includes(policyId))
    .map((example) => runNamedExample(library, example));
  if (junit !== undefined) writeReport(junit, junitOf(results));
  if (json) printJson(io, jsonOf(results));
  else printResults(io, results, ids.length === 0 ? library.compiled.length : new Set(ids).size);
  return results.some(({ problems }) => problems.length > 0) ? 2 : 0;
}

function jsonOf(results: readonly ExampleResult[]) {
  return {
    examples: results.map(({ example, finding, problems }) => ({
      file: example.file,
      policyId: example.policyId,
      expected: {
        status: example.expect,
        ...(example.pointers !== undefined && { pointers: example.pointers }),
      },
      finding,
      problems,
    })),
    problems: results.flatMap(({ problems }) => problems),
  };
}

export function printResults(io: Io, results: readonly ExampleResult[], policyCount: number): void {
  printProblems(
    io,
    results.flatMap(({ problems }) => problems),
  );
  const passed = results.filter(({ problems }) => problems.length === 0).length;
  print(
    io,
    `${countOf(results.length, 'example')} of ${countOf(policyCount, 'policy', 'policies')}: ${String(passed)} as they say, ${String(results.length - passed)} not`,
  );
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const message = `--junit ${file} cannot be written (${messageOf(error)})`;
    throw new AuditError('CONFIG_INVALID', message, { cause: error });
  }
}

/** Editors save in several steps: what changes within this time is one change. */
const settleMs = 100;

/** @returns the exit code of the last run, once somebody has said stop */
async function watch(io: Io, ids: readonly string[], options: TestOptions): Promise<ExitCode> {
  // A folder that is not there is no change of a file away.
  policyFilesOf(options.policies);
  const folder = options.policies ?? shippedFolder();
  let last = again(io, ids, options);
  const { watch: watchFiles } = await import('chokidar');
  const watcher = watchFiles(folder, { ignoreInitial: true });
  let timer: NodeJS.Timeout | undefined;
  watcher.on('all', (_event, path) => {
    if (!path.endsWith('.json')) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      talk(io, '');
      last = again(io, ids, options);
    }, settleMs);
  });
  await new Promise<void>((resolve, reject) => {
    watcher.once('ready', () => {
      talk(io, `Watching ${folder}. Ctrl-C ends.`);
    });
    watcher.once('error', reject);
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  clearTimeout(timer);
  await watcher.close();
  return last;
}

/** While a file is being written it may be anything: that is said, and no reason to end. */
function again(io: Io, ids: readonly string[], options: TestOptions): ExitCode {
  try {
    return test(io, ids, options);
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    talk(io, error.message);
    return 2;
  }
}

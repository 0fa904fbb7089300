import { invalid } from '../../shared/errors.ts';
import type { Problem } from '../../shared/model.ts';
import { runExample } from '../../shared/policy/examples.ts';
import { lint as lintFiles } from '../../shared/policy/lint.ts';
import { interpret } from '../../shared/settings/observe.ts';
import { sources } from '../../shared/settings/sources.ts';
import { plainLine } from '../../shared/text.ts';
import { countOf, print, printJson, table, type ExitCode, type Io } from '../io.ts';
import { loadLibrary, policyFilesOf } from '../library.ts';
import { jsonOption, policiesOption, type AddCommand } from '../options.ts';

/** The zone in which examples write their zone-less times, whatever the machine's environment says. */
const exampleTimezone = 'Asia/Shanghai';

interface PolicyOptions {
  readonly policies?: string;
  readonly json: boolean;
}

export const addPolicy: AddCommand = (program, choose) => {
  const policy = program.command('policy').description('work on policies');
  policy
    .command('lint')
    .description('check every policy, example and waiver of the folder')
    .option(...policiesOption)
    .option(...jsonOption)
    .action((options: PolicyOptions) => {
      choose((io) => lint(io, options));
    });
  policy
    .command('test')
    .description('run every example against its policy')
    .option(...policiesOption)
    .option(...jsonOption)
    .action((options: PolicyOptions) => {
      choose((io) => test(io, options));
    });
};

function lint(io: Io, { policies, json }: PolicyOptions): ExitCode {
  const files = policyFilesOf(policies);
  const library = lintFiles(files, sources);
  const problems = library.ok ? [] : library.problems;
  if (json) printJson(io, { policies: files.policies.length, problems });
  else {
    printProblems(io, problems);
    print(
      io,
      `${countOf(files.policies.length, 'policy', 'policies')}, ${countOf(files.examples.length, 'example')}: ${problems.length === 0 ? 'no problem' : countOf(problems.length, 'problem')}`,
    );
  }
  return library.ok ? 0 : 2;
}

function test(io: Io, { policies, json }: PolicyOptions): ExitCode {
  const { compiled, examples } = loadLibrary(policies);
  const results = examples.map((example) => {
    const policy = compiled.find((candidate) => candidate.policy.id === example.policyId);
    const source = policy === undefined ? undefined : sources[policy.policy.source];
    if (policy === undefined || source === undefined) {
      // Lint has refused such an example before it gets here.
      throw invalid('POLICY_INVALID', 'Examples are not valid', [
        { where: example.file, what: 'has no policy' },
      ]);
    }
    return runExample(example, policy, source, (of, answer, atMs) =>
      interpret(of, answer, atMs, exampleTimezone),
    );
  });
  const problems = results.flatMap((result) => result.problems);
  if (json) {
    const rows = results.map(({ example, finding, problems: own }) => ({
      file: example.file,
      finding,
      problems: own,
    }));
    printJson(io, { examples: rows, problems });
  } else {
    printProblems(io, problems);
    const passed = results.filter((result) => result.problems.length === 0).length;
    print(
      io,
      `${countOf(results.length, 'example')} of ${countOf(compiled.length, 'policy', 'policies')}: ${String(passed)} as they say, ${String(results.length - passed)} not`,
    );
  }
  return problems.length > 0 ? 2 : 0;
}

function printProblems(io: Io, problems: readonly Problem[]): void {
  if (problems.length > 0)
    print(io, table(problems.map(({ where, what }) => [plainLine(where), plainLine(what, 600)])));
}

import { lint as lintFiles } from '../../../shared/policy/lint.ts';
import { sources } from '../../../shared/settings/sources.ts';
import { countOf, print, printJson, type ExitCode, type Io } from '../../io.ts';
import { policyFilesOf } from '../../library.ts';
import { jsonOption, policiesOption, type AddCommand } from '../../options.ts';
import { judgePattern } from '../../patterns.ts';
import { printProblems } from '../../problems.ts';

interface LintOptions {
  readonly policies?: string;
  readonly json: boolean;
}

export const addLint: AddCommand = (program, choose) => {
  program
    .command('lint')
    .description('check every policy, example and waiver of the folder')
    .option(...policiesOption)
    .option(...jsonOption)
    .action((options: LintOptions) => {
      choose((io) => lint(io, options));
    });
};

function lint(io: Io, { policies, json }: LintOptions): ExitCode {
  const files = policyFilesOf(policies);
  const library = lintFiles(files, sources, { judgePattern });
  const problems = library.ok ? [] : library.problems;
  if (json) {
    const [policyCount, exampleCount] = [files.policies.length, files.examples.length];
    printJson(io, { policies: policyCount, examples: exampleCount, problems });
  } else {
    printProblems(io, problems);
    const read = `${countOf(files.policies.length, 'policy', 'policies')}, ${countOf(files.examples.length, 'example')}`;
    const found = problems.length === 0 ? 'no problem' : countOf(problems.length, 'problem');
    print(io, `${read}: ${found}`);
  }
  return library.ok ? 0 : 2;
}

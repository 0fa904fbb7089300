/** Problems of policy files, as the build and the command line both show them. */
import { problemLines } from '../shared/errors.ts';
import type { Problem } from '../shared/model.ts';
import { plainLine } from '../shared/text.ts';
import { print, type Io } from './io.ts';

export function printProblems(io: Pick<Io, 'stdout'>, problems: readonly Problem[]): void {
  for (const line of problemLines(problems.map(cleanOf))) print(io, line);
}

/** File names and what stands in files may hold what steers a terminal. */
function cleanOf(problem: Problem): Problem {
  return { ...problem, where: plainLine(problem.where), what: plainLine(problem.what, 2_000) };
}

import type { AddCommand } from '../options.ts';
import { addCoverage } from './policy/coverage.ts';
import { addDocs } from './policy/docs.ts';
import { addLint } from './policy/lint.ts';
import { addList } from './policy/list.ts';
import { addNew } from './policy/new.ts';
import { addShow } from './policy/show.ts';
import { addTest } from './policy/test.ts';
import { addTry } from './policy/try.ts';

/** In the order of the help, which is the order of the work. */
const commands: readonly AddCommand[] = [
  addNew,
  addLint,
  addTest,
  addTry,
  addList,
  addShow,
  addCoverage,
  addDocs,
];

export const addPolicy: AddCommand = (program, choose) => {
  const policy = program.command('policy').description('work on policies');
  for (const add of commands) add(policy, choose);
};

import { severities } from '../../../shared/model.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { countOf, print, printJson, table, type ExitCode, type Io } from '../../io.ts';
import { loadLibrary } from '../../library.ts';
import { jsonOption, policiesOption, type AddCommand } from '../../options.ts';
import { checkChoice } from './library.ts';

interface ListOptions {
  readonly policies?: string;
  readonly pack?: string;
  readonly severity?: string;
  readonly source?: string;
  readonly control?: string;
  readonly json: boolean;
}

export const addList: AddCommand = (program, choose) => {
  program
    .command('list')
    .description('list the policies')
    .option(...policiesOption)
    .option('--pack <pack>', 'only of this pack')
    .option('--severity <severity>', 'only of this severity')
    .option('--source <source>', 'only those that judge this source')
    .option('--control <control>', 'only those that support this control, or this framework')
    .option(...jsonOption)
    .action((options: ListOptions) => {
      choose((io) => list(io, options));
    });
};

function list(io: Io, options: ListOptions): ExitCode {
  const { compiled } = loadLibrary(options.policies);
  const known = <T>(of: (policy: CompiledPolicy) => readonly T[]) => [
    ...new Set(compiled.flatMap(of)),
  ];
  checkChoice(
    '--pack',
    options.pack,
    known(({ pack }) => [pack]),
  );
  checkChoice('--severity', options.severity, severities);
  checkChoice(
    '--source',
    options.source,
    known(({ policy }) => [policy.source]),
  );
  checkChoice(
    '--control',
    options.control,
    known(({ policy }) => policy.controls.flatMap(namesOf)),
  );
  const chosen = compiled.filter(
    ({ pack, policy }) =>
      (options.pack ?? pack) === pack &&
      (options.severity ?? policy.severity) === policy.severity &&
      (options.source ?? policy.source) === policy.source &&
      (options.control === undefined || policy.controls.flatMap(namesOf).includes(options.control)),
  );
  if (options.json) {
    const rows = chosen.map(({ pack, policy }) => {
      const { id, title, severity, source, controls } = policy;
      return { id, pack, severity, source, title, controls };
    });
    printJson(io, { policies: rows });
    return 0;
  }
  const rows = chosen.map(({ pack, policy: { id, severity, source, title } }) => [
    id,
    pack,
    severity,
    source,
    title,
  ]);
  if (rows.length > 0) print(io, table([['ID', 'PACK', 'SEVERITY', 'SOURCE', 'TITLE'], ...rows]));
  print(io, countOf(chosen.length, 'policy', 'policies'));
  return 0;
}

/** `PCI-DSS-4.0.1/11.3.1` is found by itself and by its framework. */
function namesOf(control: string): readonly string[] {
  return [control, control.split('/')[0] ?? control];
}

import { invalid } from '../../../shared/errors.ts';
import {
  coverageOf,
  percentOf,
  type FieldCoverage,
  type SourceCoverage,
} from '../../../shared/policy/coverage.ts';
import { sources } from '../../../shared/settings/sources.ts';
import { countOf, print, printJson, table, type ExitCode, type Io } from '../../io.ts';
import { loadLibrary } from '../../library.ts';
import { jsonOption, policiesOption, type AddCommand } from '../../options.ts';
import { checkChoice } from './library.ts';

interface CoverageOptions {
  readonly policies?: string;
  readonly source?: string;
  readonly min?: string;
  readonly json: boolean;
}

export const addCoverage: AddCommand = (program, choose) => {
  program
    .command('coverage')
    .description('show which documented fields no policy reads')
    .option(...policiesOption)
    .option('--source <source>', 'only of this source, with every field of it')
    .option('--min <percent>', 'end with exit code 1 where less is read of all fields')
    .option(...jsonOption)
    .action((options: CoverageOptions) => {
      choose((io) => coverage(io, options));
    });
};

function coverage(io: Io, { policies, source, min, json }: CoverageOptions): ExitCode {
  const least = min === undefined ? 0 : percentFrom(min);
  checkChoice('--source', source, Object.keys(sources));
  const library = loadLibrary(policies);
  const rows = coverageOf(
    library.compiled.map(({ policy }) => policy),
    Object.values(sources).filter(({ id }) => source === undefined || id === source),
  );
  const sum = (of: (row: SourceCoverage) => number) =>
    rows.reduce((total, row) => total + of(row), 0);
  const [read, counted] = [sum((row) => row.read), sum((row) => row.counted)];
  const percent = percentOf(read, counted);
  if (json) printJson(io, { sources: rows, counted, read, percent });
  else {
    if (source === undefined) printSources(io, rows);
    else
      printFields(
        io,
        rows.flatMap(({ fields }) => fields),
      );
    print(
      io,
      `${String(read)} of ${countOf(counted, 'field')} read (${String(percent)}%); deprecated and volatile fields are not counted`,
    );
    if (percent < least) print(io, `Less than the ${String(least)}% that --min asks for.`);
  }
  return percent < least ? 1 : 0;
}

/** @throws AuditError CONFIG_INVALID */
function percentFrom(text: string): number {
  const percent = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  if (percent <= 100) return percent;
  const what = `is "${text}": give a whole number from 0 to 100`;
  throw invalid('CONFIG_INVALID', 'Arguments are not valid', [{ where: '--min', what }]);
}

function printSources(io: Io, rows: readonly SourceCoverage[]): void {
  const header = ['SOURCE', 'POLICIES', 'READ', 'NO POLICY READS'];
  const lines = rows.map(({ source, policies, fields, counted, read, percent }) => [
    source,
    String(policies),
    `${String(read)}/${String(counted)} ${String(percent)}%`,
    fields
      .filter((field) => field.policies.length === 0)
      .map(nameOf)
      .join(', '),
  ]);
  print(io, table([header, ...lines]));
}

function printFields(io: Io, fields: readonly FieldCoverage[]): void {
  const lines = fields.map((field) => [
    nameOf(field),
    field.type,
    field.policies.length === 0 ? '-' : field.policies.join(', '),
  ]);
  print(io, table([['FIELD', 'TYPE', 'READ BY'], ...lines]));
}

function nameOf({ field, deprecated, volatile }: FieldCoverage): string {
  const marks = [
    ...(deprecated === true ? ['deprecated'] : []),
    ...(volatile === true ? ['volatile'] : []),
  ];
  return marks.length === 0 ? field : `${field} (${marks.join(', ')})`;
}

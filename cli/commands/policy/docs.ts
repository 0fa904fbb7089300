import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

import { AuditError, messageOf } from '../../../shared/errors.ts';
import { marks, referenceOf, withReference } from '../../../shared/policy/reference.ts';
import { sources } from '../../../shared/settings/sources.ts';
import { countOf, print, type ExitCode, type Io } from '../../io.ts';
import { loadLibrary, shippedFolder } from '../../library.ts';
import { policiesOption, type AddCommand } from '../../options.ts';

interface DocsOptions {
  readonly policies?: string;
  readonly out: string;
  readonly check: boolean;
}

export const addDocs: AddCommand = (program, choose) => {
  program
    .command('docs')
    .description('write the reference of all policies into a Markdown page')
    .option(...policiesOption)
    .option('--out <file>', 'the page: between its marks, or a new one', 'docs/policies.md')
    .option('--check', 'write nothing; end with exit code 2 where the page is out of date', false)
    .action((options: DocsOptions) => {
      choose((io) => docs(io, options));
    });
};

function docs(io: Io, { policies, out, check }: DocsOptions): ExitCode {
  const library = loadLibrary(policies);
  const folder = relative(dirname(resolve(out)), resolve(policies ?? shippedFolder()));
  // A link is written with slashes on every system.
  const reference = referenceOf(library, { sources, folder: folder.replaceAll('\\', '/') || '.' });
  const before = existsSync(out) ? read(out) : undefined;
  const after = withReference(before, reference);
  if (after === undefined) {
    throw new AuditError(
      'CONFIG_INVALID',
      `${out} is a page of your own: put these two lines where the reference should stand, or name another file by --out.\n${marks.join('\n')}`,
    );
  }
  const count = countOf(library.policies.length, 'policy', 'policies');
  if (before === after) {
    print(io, `${out} is up to date: ${count}`);
    return 0;
  }
  if (check) {
    print(io, `${out} is out of date: run \`tcss-audit policy docs\``);
    return 2;
  }
  write(out, after);
  print(io, `${out} written: ${count}`);
  return 0;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw failed(file, 'read', error);
  }
}

function write(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw failed(file, 'written', error);
  }
}

function failed(file: string, what: string, error: unknown): AuditError {
  const message = `--out ${file} cannot be ${what} (${messageOf(error)})`;
  return new AuditError('CONFIG_INVALID', message, { cause: error });
}

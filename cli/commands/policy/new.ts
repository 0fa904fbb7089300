import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { AuditError, invalid, messageOf } from '../../../shared/errors.ts';
import { severities, type JsonObject, type Policy, type Problem } from '../../../shared/model.ts';
import {
  descriptionOf,
  exampleObservedAt,
  examplesFor,
  policyFrom,
  requirementKeywords,
  type DraftExample,
} from '../../../shared/policy/draft.ts';
import { lint, type PolicyFiles } from '../../../shared/policy/lint.ts';
import { sources } from '../../../shared/settings/sources.ts';
import { canAsk } from '../../ask.ts';
import { countOf, print, talk, type ExitCode, type Io } from '../../io.ts';
import { loadLibrary, policyFilesOf, shippedFolder } from '../../library.ts';
import { collect, policiesOption, type AddCommand } from '../../options.ts';
import { judgePattern } from '../../patterns.ts';
import { printProblems } from '../../problems.ts';
import { writeNew, type NewFile } from '../../write-new.ts';
import { draftFrom, missingFrom, type Answers } from './answers.ts';
import { interpretExample, runNamedExample, sourceOf } from './library.ts';
import { printResults } from './test.ts';

/** What the user's umask leaves of it. */
const mode = 0o666;

interface NewOptions extends Answers {
  readonly policies?: string;
}

export const addNew: AddCommand = (program, choose) => {
  program
    .command('new')
    .description('write a new policy with its examples; asks for what the options leave out')
    .option(...policiesOption)
    .option('--id <id>', 'lower-case words joined by hyphens')
    .option('--pack <pack>', 'the folder that it belongs to')
    .option('--title <title>', 'what holds when it passes, as a short claim')
    .option('--severity <severity>', severities.join(', '))
    .option('--source <source>', 'whose answer is judged')
    .option('--field <path>', 'what is judged: ScanVul, facts/selectedCount, WarningRules/*/Switch')
    .option('--const <value>', 'the field must be this')
    .option('--enum <values>', 'the field must be one of these, separated by commas')
    .option('--minimum <number>', 'the field must be at least this')
    .option('--maximum <number>', 'the field must be at most this')
    .option('--min-items <number>', 'the list must have at least so many items')
    .option('--max-items <number>', 'the list must have at most so many items')
    .option('--pattern <pattern>', 'the text must match this regular expression')
    .option('--when <field=value>', 'where it applies: Enable=true; everywhere if left out')
    .option('--rationale <text>', 'what goes wrong without it')
    .option('--remediation <text>', 'where in the console, and what to set there')
    .option('--control <control>', 'a control that it supports; may be repeated', collect, [])
    .action((options: NewOptions) => {
      choose((io) => create(io, options));
    });
};

async function create(io: Io, options: NewOptions): Promise<ExitCode> {
  const folder = options.policies ?? shippedFolder();
  const known = policyFilesOf(options.policies);
  const packs = [...new Set(known.policies.map(({ pack }) => pack))];
  const answers = await answersOf(io, options, packs);
  const drafted = draftFrom(answers, sources);
  if (!drafted.ok) throw invalid('CONFIG_INVALID', 'Arguments are not valid', drafted.problems);
  const { draft, pack } = drafted.value;
  refuseTaken(known, draft.id, folder, pack);
  const policy = policyFrom(draft);
  const source = sourceOf({ policy });
  const examples = examplesFor(policy, source, interpretExample);
  const written = filesOf(policy, pack, examples);
  const problems = problemsWith(known, written, policy, pack);
  if (problems.length > 0) throw invalid('POLICY_INVALID', 'Nothing is written', problems);

  const files = written.map(({ path, json }) => ({
    file: join(folder, path),
    text: textOf(json),
    mode,
  }));
  writeNew(
    [...files, ...missingSchemas(folder)],
    ({ file }, cause) =>
      new AuditError('CONFIG_INVALID', `${file} cannot be written (${messageOf(cause)})`, {
        cause,
      }),
    { makesFolders: true },
  );
  for (const { path } of written) print(io, `wrote ${join(folder, path)}`);
  return check(io, options.policies, policy.id);
}

/** @throws AuditError CONFIG_INVALID where something is missing and nobody is there to ask */
async function answersOf(io: Io, options: NewOptions, packs: readonly string[]): Promise<Answers> {
  const missing = missingFrom(options);
  if (missing.length === 0) return options;
  if (!canAsk(io)) {
    throw invalid('CONFIG_INVALID', 'There is no terminal to ask in, so give', missing);
  }
  const { askForDraft } = await import('./ask.ts');
  return askForDraft(io, options, packs, sources);
}

/** @throws AuditError CONFIG_INVALID: what somebody wrote is not written over */
function refuseTaken(files: PolicyFiles, id: string, folder: string, pack: string): void {
  const problems: Problem[] = [
    ...files.policies
      .filter(({ name }) => name === id)
      .map(({ file }) => ({ where: '--id', what: `"${id}" is taken by ${file}` })),
    ...[join(pack, `${id}.json`), join('examples', id)]
      .filter((path) => existsSync(join(folder, path)))
      .map((path) => ({
        where: '--id',
        what: `"${id}" is taken: ${join(folder, path)} is there already`,
      })),
  ];
  if (problems.length > 0) throw invalid('CONFIG_INVALID', 'Nothing is written over', problems);
}

interface Written {
  /** In the policy folder. */
  readonly path: string;
  readonly json: JsonObject;
}

function filesOf(
  policy: Policy,
  pack: string,
  examples: readonly DraftExample[],
): readonly Written[] {
  const { id } = policy;
  const isTimed = JSON.stringify([policy.when ?? {}, policy.require]).includes('"facts"');
  return [
    {
      path: join(pack, `${id}.json`),
      json: { $schema: '../schema/policy.schema.json', ...policy },
    },
    ...examples.map(({ status, settings, pointers }) => ({
      path: join('examples', id, `${status}-${nameOfExample[status]}.json`),
      json: {
        $schema: '../../schema/example.schema.json',
        description: descriptionOf(settings),
        ...(isTimed && { observedAt: exampleObservedAt }),
        settings,
        ...(pointers.length > 0 && { pointers }),
      },
    })),
  ];
}

const nameOfExample = {
  pass: 'as-required',
  fail: 'otherwise',
  skip: 'does-not-apply',
  error: 'missing',
  waived: 'waived',
} as const satisfies Record<DraftExample['status'], string>;

/** Held to the rules before it is written, so that no broken file is left behind. */
function problemsWith(
  files: PolicyFiles,
  written: readonly Written[],
  policy: Policy,
  pack: string,
): readonly Problem[] {
  const { id } = policy;
  const asFile = ({ path, json }: Written) => ({ file: path, text: textOf(json) });
  const [policyFile, ...examples] = written;
  if (policyFile === undefined) return [];
  const alone: PolicyFiles = {
    policies: [{ ...asFile(policyFile), pack, name: id }],
    examples: examples.map((each) => ({
      ...asFile(each),
      policyId: id,
      name: each.path.replace(/^.*[\\/]|\.json$/g, ''),
    })),
    waivers: undefined,
    ...(files.controls !== undefined && { controls: files.controls }),
  };
  const linted = lint(alone, sources, { judgePattern });
  if (linted.ok) return [];
  const hint = {
    where: '--field',
    what: 'no made-up settings were found for a missing example: write this policy by hand, as docs/policies.md shows',
  };
  const isWithoutExample = linted.problems.some(({ what }) => what.startsWith('has no examples/'));
  const others = linted.problems.filter(({ what }) => !what.startsWith('has no examples/'));
  return others.length === 0 && isWithoutExample ? [hint] : others;
}

/** As Prettier would write it: a list of plain values on one line, where it fits. */
function textOf(json: JsonObject): string {
  const text = JSON.stringify(json, null, 2).replace(
    /^(.*)\[\n\s+([^[\]{}]*?)\n\s+\]/gm,
    (whole, before: string, items: string) => {
      const line = `${before}[${items.replace(/\n\s+/g, ' ')}]`;
      return line.length < 100 ? line : whole;
    },
  );
  return `${text}\n`;
}

/** Editors find the schemas beside the policies: a folder without them gets a copy. */
function missingSchemas(folder: string): readonly NewFile[] {
  return ['policy.schema.json', 'example.schema.json'].flatMap((name) => {
    const [from, file] = [join(shippedFolder(), 'schema', name), join(folder, 'schema', name)];
    return existsSync(file) || !existsSync(from)
      ? []
      : [{ file, text: readFileSync(from, 'utf8'), mode }];
  });
}

/** The whole folder with the new policy in it, as `lint` and `test` see it. */
function check(io: Io, policies: string | undefined, id: string): ExitCode {
  const linted = lint(policyFilesOf(policies), sources, { judgePattern });
  if (!linted.ok) {
    printProblems(io, linted.problems);
    talk(io, `The folder has ${countOf(linted.problems.length, 'problem')}.`);
    return 2;
  }
  const library = loadLibrary(policies);
  const results = library.examples
    .filter(({ policyId }) => policyId === id)
    .map((example) => runNamedExample(library, example));
  printResults(io, results, 1);
  return results.some(({ problems }) => problems.length > 0) ? 2 : 0;
}

// The keywords of a requirement and the options above are the same words.
requirementKeywords satisfies readonly (keyof NewOptions)[];

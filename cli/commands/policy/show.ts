import type { Json, JsonObject, Source } from '../../../shared/model.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import type { ExampleResult } from '../../../shared/policy/examples.ts';
import { titleOf } from '../../../shared/policy/reference.ts';
import { readsOf } from '../../../shared/policy/reads.ts';
import { documentedAt } from '../../../shared/policy/types.ts';
import { wordsOf } from '../../../shared/policy/words.ts';
import { paint, print, printJson, table, type ExitCode, type Io } from '../../io.ts';
import { loadLibrary, type CompiledLibrary } from '../../library.ts';
import { jsonOption, policiesOption, type AddCommand } from '../../options.ts';
import { policyOf, runNamedExample, sourceOf } from './library.ts';

interface ShowOptions {
  readonly policies?: string;
  readonly json: boolean;
}

export const addShow: AddCommand = (program, choose) => {
  program
    .command('show')
    .description('show one policy with all that belongs to it')
    .argument('<id>', 'the policy')
    .option(...policiesOption)
    .option(...jsonOption)
    .action((id: string, options: ShowOptions) => {
      choose((io) => show(io, id, options));
    });
};

function show(io: Io, id: string, { policies, json }: ShowOptions): ExitCode {
  const library = loadLibrary(policies);
  const compiled = policyOf(library, id);
  const results = library.examples
    .filter(({ policyId }) => policyId === id)
    .map((example) => runNamedExample(library, example));
  if (json) printJson(io, jsonOf(library, compiled, results));
  else printPolicy(io, library, compiled, results);
  return 0;
}

function jsonOf(
  { controls, waivers }: CompiledLibrary,
  { pack, policy }: CompiledPolicy,
  results: readonly ExampleResult[],
) {
  return {
    pack,
    policy,
    reads: readingsOf(policy, sourceOf({ policy })),
    controls: policy.controls.map((control) => ({
      id: control,
      title: titleOf(control, controls) ?? null,
    })),
    waivers: waivers.filter((waiver) => waiver.policy === policy.id).map(({ id }) => id),
    examples: results.map(({ example, finding, problems }) => ({
      file: example.file,
      expected: example.expect,
      finding,
      problems,
    })),
  };
}

function printPolicy(
  io: Io,
  library: CompiledLibrary,
  { pack, policy }: CompiledPolicy,
  results: readonly ExampleResult[],
): void {
  const source = sourceOf({ policy });
  const { id, title, severity, rationale, remediation, when, require, onMissing } = policy;
  print(io, `${id}: ${title}`);
  print(io);
  print(
    io,
    table([
      ['severity', severity],
      ['pack', pack],
      ['source', `${source.id} (${source.title}; ${source.sites.join(', ')})`],
      ['missing', `a property that the answer lacks makes it ${onMissing ?? 'error'}`],
    ]),
  );
  section(io, 'Why', [rationale]);
  if (when !== undefined) section(io, 'Applies where', schemaLines(when));
  section(io, 'Requires', schemaLines(require));
  const readings = readingsOf(policy, source);
  section(
    io,
    'Reads',
    table(readings.map(({ path, type, meaning }) => [path, type, meaning])).split('\n'),
  );
  section(io, 'To comply', [
    remediation.text,
    ...(remediation.set === undefined ? [] : [`Set ${JSON.stringify(remediation.set)}`]),
  ]);
  section(
    io,
    'Controls',
    policy.controls.length === 0
      ? ['none']
      : table(
          policy.controls.map((control) => [control, titleOf(control, library.controls) ?? '']),
        ).split('\n'),
  );
  const waivers = library.waivers.filter((waiver) => waiver.policy === id);
  if (waivers.length > 0) {
    const rows = waivers.map((waiver) => [waiver.id, `until ${waiver.until}`, waiver.reason]);
    section(io, 'Waivers', table(rows).split('\n'));
  }
  section(io, 'Examples', table(results.map((result) => exampleRow(io, result))).split('\n'));
}

function section(io: Io, title: string, lines: readonly string[]): void {
  print(io);
  print(io, title);
  for (const line of lines) print(io, `  ${line}`);
}

function schemaLines(schema: JsonObject): readonly string[] {
  const words = wordsOf(schema)?.map((line) => line.replaceAll('`', ''));
  return words ?? JSON.stringify(schema, null, 2).split('\n');
}

function readingsOf(
  { when, require }: { readonly when?: JsonObject; readonly require: JsonObject },
  source: Source,
) {
  const paths = new Map(
    [when, require]
      .flatMap((schema) => readsOf(schema ?? {}).paths)
      .map((path) => [path.join('/'), path] as const),
  );
  // What holds others is read with them.
  const isLeaf = (name: string) => ![...paths.keys()].some((other) => other.startsWith(`${name}/`));
  return [...paths]
    .filter(([name]) => isLeaf(name))
    .map(([name, path]) => {
      const documented = documentedAt(source, path);
      return { path: name, type: documented?.type ?? '', meaning: documented?.meaning ?? '' };
    });
}

function exampleRow(io: Io, { example, finding, problems }: ExampleResult): readonly string[] {
  const said = 'violations' in finding ? finding.violations.map(({ message }) => message) : [];
  const reason = 'reason' in finding ? [finding.reason] : [];
  const verdict: Json = finding.status;
  return [
    example.file.replace(/^.*\//, ''),
    paint(io, finding.status, verdict),
    [...said, ...reason, ...problems.map(({ what }) => `NOT AS IT SAYS: ${what}`)].join('; '),
  ];
}

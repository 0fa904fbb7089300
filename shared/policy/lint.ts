/** A folder of policies, checked as a whole: one bad file breaks the build, with every problem named. */
import { fieldAt } from '../fields.ts';
import { hasType, isArray } from '../json.ts';
import type {
  ControlsCatalogue,
  FieldType,
  FactSpec,
  Json,
  JsonObject,
  Policy,
  Problem,
  Result,
  Source,
  Waiver,
} from '../model.ts';
import { compileProblem, type PackedPolicy } from './compile.ts';
import { controlsOf, unknownControls } from './controls.ts';
import { parseExample, parsePolicy, parseWaivers, type Example, type SourceFile } from './parse.ts';
import { readsOf, type ReadPath } from './reads.ts';
import { spanOf } from './waivers.ts';

/** The files of a policy folder, as read. */
export interface PolicyFiles {
  readonly policies: readonly (SourceFile & { readonly pack: string; readonly name: string })[];
  readonly examples: readonly (SourceFile & { readonly policyId: string; readonly name: string })[];
  readonly waivers: SourceFile | undefined;
  /** The catalogue that ships, and the folder's own, which adds to it. Without any, controls are not checked. */
  readonly controls?: readonly SourceFile[];
}

export const expectations = ['pass', 'fail', 'skip', 'error'] as const;
export type Expectation = (typeof expectations)[number];

export interface NamedExample extends Example {
  readonly file: string;
  readonly policyId: string;
  /** The first word of the file's name. */
  readonly expect: Expectation;
}

export interface Library {
  readonly policies: readonly PackedPolicy[];
  readonly examples: readonly NamedExample[];
  readonly waivers: readonly Waiver[];
  readonly controls: ControlsCatalogue;
}

type Sources = Readonly<Record<string, Source>>;

export function lint(files: PolicyFiles, sources: Sources): Result<Library, Problem> {
  const problems: Problem[] = [];
  const keep = <T>(result: Result<T, Problem>): T | undefined => {
    if (result.ok) return result.value;
    problems.push(...result.problems);
    return undefined;
  };

  const controls = keep(controlsOf(files.controls ?? []));

  const policies: PackedPolicy[] = [];
  const ids = new Set(files.policies.map(({ name }) => name));
  for (const source of files.policies) {
    const policy = keep(parsePolicy(source));
    if (policy === undefined) continue;
    problems.push(...policyProblems(source, policy, sources));
    if (controls !== undefined && controls.frameworks.length > 0) {
      const unknown = unknownControls(policy.controls, controls);
      problems.push(
        ...unknown.map(({ control, what }) => ({
          where: source.file,
          what: `/controls "${control}" ${what}`,
        })),
      );
    }
    if (policies.some((other) => other.policy.id === policy.id)) {
      problems.push({
        where: source.file,
        what: `the id "${policy.id}" is taken by another policy`,
      });
    }
    policies.push({ pack: source.pack, policy });
  }

  const examples = files.examples.flatMap((source): readonly NamedExample[] => {
    const example = keep(parseExample(source));
    const expect = expectations.find((word) => source.name.startsWith(`${word}-`));
    if (expect === undefined) {
      const what = `must be named ${expectations.join('-…, ')}-… after what the policy says of it`;
      problems.push({ where: source.file, what });
    }
    if (!ids.has(source.policyId)) {
      problems.push({ where: source.file, what: `there is no policy "${source.policyId}"` });
    }
    if (example === undefined || expect === undefined) return [];
    return [{ ...example, file: source.file, policyId: source.policyId, expect }];
  });
  problems.push(...files.policies.flatMap((source) => exampleProblems(source, examples)));

  const waivers = files.waivers === undefined ? [] : (keep(parseWaivers(files.waivers)) ?? []);
  const where = files.waivers?.file ?? 'waivers.json';
  problems.push(...waivers.flatMap((waiver) => waiverProblems(where, waiver, ids)));
  for (const id of repeated(waivers.map((waiver) => waiver.id))) {
    problems.push({ where, what: `the waiver id "${id}" is given twice` });
  }

  const [first, ...rest] = problems;
  return first === undefined
    ? { ok: true, value: { policies, examples, waivers, controls: controls ?? { frameworks: [] } } }
    : { ok: false, problems: [first, ...rest] };
}

function policyProblems(
  { file, name }: { readonly file: string; readonly name: string },
  policy: Policy,
  sources: Sources,
): readonly Problem[] {
  const problem = (what: string): Problem => ({ where: file, what });
  const problems: Problem[] = [];
  if (policy.id !== name) {
    problems.push(problem(`/id is "${policy.id}": it must equal the file name "${name}"`));
  }
  const source = Object.hasOwn(sources, policy.source) ? sources[policy.source] : undefined;
  if (source === undefined)
    return [...problems, problem(`/source "${policy.source}" is not known`)];
  for (const [key, schema] of [
    ['when', policy.when],
    ['require', policy.require],
  ] as const) {
    if (schema === undefined) continue;
    problems.push(...schemaProblems(schema, source).map((what) => problem(`/${key} ${what}`)));
  }
  problems.push(...setProblems(policy.remediation.set ?? {}, source).map(problem));
  return problems;
}

function schemaProblems(schema: JsonObject, source: Source): readonly string[] {
  const { paths, refused, applied } = readsOf(schema);
  const problems = refused.map(
    (keyword) => `uses "${keyword}", which is not accepted: what it reads cannot be named`,
  );
  const compiles = compileProblem(schema);
  if (compiles !== undefined) problems.push(`does not compile: ${compiles}`);
  if (paths.length === 0) problems.push('reads no property, so it says the same of every account');
  problems.push(...paths.flatMap((path) => unknownProblem(path, source)));
  for (const { path, keyword, value } of applied) {
    const type = typeAt(path, source);
    if (type === undefined) continue;
    const name = path.join('.');
    if (!appliesTo(keyword, type)) {
      problems.push(`applies "${keyword}" to ${name}, which is of type ${type}`);
    } else if (!isPossible(keyword, value, type)) {
      problems.push(`gives ${name} a "${keyword}" that it can never have: it is of type ${type}`);
    }
  }
  return [...new Set(problems)];
}

function unknownProblem(path: ReadPath, source: Source): readonly string[] {
  const [root = '', name] = path;
  if (root === 'facts') {
    if (name === undefined || Object.hasOwn(source.facts, name)) return [];
    return [
      `reads the fact ${name}, which ${source.id} does not have: it has ${namesOf(source.facts)}`,
    ];
  }
  // Of a path that leaves the documented fields, the first step that does is the one to mend.
  const known = path.findIndex(
    (_, index) => fieldAt(source.fields, path.slice(0, index + 1)) === undefined,
  );
  if (known === -1) return [];
  const parent = fieldAt(source.fields, path.slice(0, known));
  const has =
    parent?.type === 'object'
      ? `it has ${namesOf(parent.fields)}`
      : `it is of type ${parent?.type ?? 'object'}`;
  const owner = known === 0 ? source.id : path.slice(0, known).join('.');
  return [`reads ${path.slice(0, known + 1).join('.')}, which ${owner} does not have: ${has}`];
}

function namesOf(table: object): string {
  return Object.keys(table).join(', ');
}

type ValueType = FieldType | FactSpec['type'];

function typeAt(path: readonly string[], source: Source): ValueType | undefined {
  const [root, name = '', ...rest] = path;
  if (root !== 'facts') return path.length === 0 ? undefined : fieldAt(source.fields, path)?.type;
  const type = Object.hasOwn(source.facts, name) ? source.facts[name]?.type : undefined;
  if (rest.length === 0) return type;
  return type === 'string[]' && rest.length === 1 && rest[0] === '*' ? 'string' : undefined;
}

/** Which types a keyword says something of; JSON Schema passes all others, which no one means. */
function appliesTo(keyword: string, type: ValueType): boolean {
  if (/^(minimum|maximum|exclusiveM|multipleOf)/.test(keyword)) return /integer|number/.test(type);
  if (/^(minLength|maxLength|pattern)$/.test(keyword)) return type === 'string';
  // Objects are equal or not in fields that nobody has looked at: whoever means some of them names them.
  if (/^(const|enum|uniqueItems)$/.test(keyword) && type.startsWith('object')) return false;
  if (/(Items|Contains)$|^(items|contains)$/.test(keyword)) return type.endsWith('[]');
  return true;
}

/** A `const` of the wrong type passes nothing, or under a `not` everything. */
function isPossible(keyword: string, value: Json, type: ValueType): boolean {
  const values = keyword === 'const' ? [value] : keyword === 'enum' && isArray(value) ? value : [];
  if (keyword === 'type') {
    const given = isArray(value) ? value : [value];
    return jsonTypes[type].some((name) => given.includes(name));
  }
  return values.every((one) => hasValueType(one, type));
}

/** Every integer is a number, and a number can be an integer. */
const jsonTypes: Readonly<Record<ValueType, readonly string[]>> = {
  boolean: ['boolean'],
  integer: ['integer', 'number'],
  number: ['number', 'integer'],
  string: ['string'],
  'string[]': ['array'],
  'integer[]': ['array'],
  object: ['object'],
  'object[]': ['array'],
};

function hasValueType(value: unknown, type: ValueType): boolean {
  if (type === 'number') return typeof value === 'number';
  return isJson(value) && hasType(value, type);
}

function isJson(value: unknown): value is Json {
  return value !== undefined;
}

function setProblems(set: JsonObject, source: Source): readonly string[] {
  return Object.entries(set).flatMap(([name, value]) => {
    const field = Object.hasOwn(source.fields, name) ? source.fields[name] : undefined;
    if (field === undefined)
      return [`/remediation/set names ${name}, which ${source.id} does not have`];
    return hasType(value, field.type)
      ? []
      : [`/remediation/set/${name} must be of type ${field.type}`];
  });
}

function exampleProblems(
  { file, name }: { readonly file: string; readonly name: string },
  examples: readonly NamedExample[],
): readonly Problem[] {
  const own = examples.filter(({ policyId }) => policyId === name);
  return (['pass', 'fail'] as const)
    .filter((word) => !own.some(({ expect }) => expect === word))
    .map((word) => ({ where: file, what: `has no examples/${name}/${word}-*.json` }));
}

function waiverProblems(
  where: string,
  waiver: Waiver,
  ids: ReadonlySet<string>,
): readonly Problem[] {
  const problem = (what: string): Problem => ({ where, what: `waiver "${waiver.id}" ${what}` });
  const { fromMs, untilMs } = spanOf(waiver);
  const isReal = Number.isFinite(fromMs) && Number.isFinite(untilMs);
  return [
    ...(ids.has(waiver.policy)
      ? []
      : [problem(`names the policy "${waiver.policy}", which is not there`)]),
    ...(isReal ? [] : [problem('has a date that the calendar lacks')]),
    ...(isReal && fromMs >= untilMs ? [problem('ends before it begins')] : []),
  ];
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

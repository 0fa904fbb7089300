/** A folder of policies, checked as a whole: one bad file breaks the build, with every problem named. */
import { isArray, isObject, own } from '../json.ts';
import { mostJudged } from '../model.ts';
import type {
  ControlsCatalogue,
  Json,
  JsonObject,
  Problem,
  Result,
  Source,
  Waiver,
} from '../model.ts';
import { plainLine } from '../text.ts';
import type { PackedPolicy } from './compile.ts';
import { controlsOf, unknownControls } from './controls.ts';
import {
  exampleOf,
  isWrapped,
  policyOf,
  readJson,
  repeatedKeys,
  waiversOf,
  type Example,
  type ReadFile,
  type SourceFile,
} from './parse.ts';
import { problemAt, type Fault, type JsonPath } from './places.ts';
import { vacuityFaults } from './probe.ts';
import { hasValueType, notAsWanted, schemaFaults, type PatternJudge } from './schema-faults.ts';
import { didYouMean, nearestOf } from './suggest.ts';
import { documentedAt } from './types.ts';
import { isTooLong, spanOf } from './waivers.ts';

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

export interface LintOptions {
  /** Without one, no pattern is called slow. */
  readonly judgePattern?: PatternJudge;
}

export function lint(
  files: PolicyFiles,
  sources: Sources,
  { judgePattern = () => undefined }: LintOptions = {},
): Result<Library, Problem> {
  const problems: Problem[] = [];
  const keep = <T>(result: Result<T, Problem>): T | undefined => {
    if (result.ok) return result.value;
    problems.push(...result.problems);
    return undefined;
  };
  const read = (source: SourceFile): ReadFile | undefined => {
    const json = keep(readJson(source));
    if (json !== undefined) problems.push(...repeatedKeys(json));
    return json;
  };
  const tell = (json: ReadFile, faults: readonly Fault[]) => {
    problems.push(...faults.map((fault) => problemAt(json, fault)));
  };

  const catalogues = files.controls ?? [];
  const catalogue = keep(controlsOf(catalogues));
  for (const source of catalogues) {
    const json = readJson(source);
    if (json.ok) problems.push(...repeatedKeys(json.value));
  }

  const policies: PackedPolicy[] = [];
  const sourceById = new Map<string, Source | undefined>();
  const fileById = new Map<string, string>();
  for (const source of files.policies) {
    sourceById.set(source.name, undefined);
    const json = read(source);
    if (json === undefined) {
      const faults = exampleFaults(source.name, files.examples);
      problems.push(...faults.map(({ what }) => ({ where: source.file, what })));
      continue;
    }
    const policy = keep(policyOf(json));
    const settingsSource = sourceOf(json.value, sources);
    sourceById.set(source.name, settingsSource);
    tell(json, policyFaults(json.value, source.name));
    if (policy !== undefined && settingsSource === undefined) {
      tell(json, [{ at: ['source'], what: `/source "${policy.source}" is not known` }]);
    }
    if (settingsSource !== undefined) {
      const faults = judgingFaults(json.value, settingsSource, judgePattern);
      const isSaid = policy === undefined;
      tell(
        json,
        faults.filter(({ what }) => !(isSaid && what.endsWith(notAsWanted))),
      );
      if (policy !== undefined && faults.length === 0) {
        tell(json, vacuityFaults(policy, settingsSource).map(named));
      }
      tell(json, setFaults(json.value, settingsSource));
    }
    if (catalogue !== undefined && catalogues.length > 0) {
      tell(json, controlFaults(json.value, catalogue));
    }
    const id = textAt(json.value, 'id');
    const taken = id === undefined ? undefined : fileById.get(id);
    if (id !== undefined && taken !== undefined) {
      const what = `the id "${plainLine(id, 64)}" is taken by another policy, ${taken}`;
      tell(json, [{ at: ['id'], what }]);
    }
    if (id !== undefined && taken === undefined) fileById.set(id, source.file);
    tell(json, exampleFaults(source.name, files.examples));
    if (policy !== undefined) policies.push({ pack: source.pack, policy });
  }

  const ids = [...sourceById.keys()];
  const examples = files.examples.flatMap((source): readonly NamedExample[] => {
    const json = read(source);
    const example = json === undefined ? undefined : keep(exampleOf(json));
    const expect = expectationOf(source.name);
    if (expect === undefined) {
      const what = `must be named ${expectations.join('-…, ')}-… after what the policy says of it`;
      problems.push({ where: source.file, what });
    }
    if (!sourceById.has(source.policyId)) {
      const what = `there is no policy "${source.policyId}"${didYouMean(source.policyId, ids)}`;
      problems.push({ where: source.file, what });
    }
    const settingsSource = sourceById.get(source.policyId);
    if (json !== undefined && settingsSource !== undefined) {
      tell(json, settingsFaults(json.value, settingsSource));
    }
    if (example === undefined || expect === undefined) return [];
    return [{ ...example, file: source.file, policyId: source.policyId, expect }];
  });

  const json = files.waivers === undefined ? undefined : read(files.waivers);
  const waivers = json === undefined ? [] : (keep(waiversOf(json)) ?? []);
  if (policies.length > mostJudged.policies) {
    const what = `there are ${String(policies.length)} of them, and an audit takes ${String(mostJudged.policies)} at most`;
    problems.push({ where: 'policies', what });
  }
  if (json !== undefined && waivers.length > mostJudged.waivers) {
    const what = `holds ${String(waivers.length)} waivers, and an audit takes ${String(mostJudged.waivers)} at most`;
    tell(json, [{ at: [], what }]);
  }
  if (json !== undefined) tell(json, waiverFaults(waivers, ids));

  const controls = catalogue ?? { frameworks: [] };
  const [first, ...rest] = problems;
  return first === undefined
    ? { ok: true, value: { policies, examples, waivers, controls } }
    : { ok: false, problems: [first, ...rest] };
}

function expectationOf(name: string): Expectation | undefined {
  return expectations.find((word) => name.startsWith(`${word}-`));
}

// A file that breaks one rule is held to the others all the same, so these look at what is there.

function textAt(value: Json, key: string): string | undefined {
  const text = isObject(value) ? own(value, key) : undefined;
  return typeof text === 'string' ? text : undefined;
}

function objectAt(value: Json | undefined, key: string): JsonObject | undefined {
  const object = isObject(value) ? own(value, key) : undefined;
  return isObject(object) ? object : undefined;
}

function sourceOf(value: Json, sources: Sources): Source | undefined {
  const name = textAt(value, 'source');
  return name !== undefined && Object.hasOwn(sources, name) ? sources[name] : undefined;
}

function policyFaults(value: Json, name: string): readonly Fault[] {
  const id = textAt(value, 'id');
  if (id === undefined || id === name) return [];
  const what = `/id is "${plainLine(id, 64)}": it must equal the file name "${name}"`;
  return [{ at: ['id'], what }];
}

function judgingFaults(value: Json, source: Source, judgePattern: PatternJudge): readonly Fault[] {
  return (['when', 'require'] as const).flatMap((key) => {
    const schema = objectAt(value, key);
    if (schema === undefined || Object.keys(schema).length === 0) return [];
    return schemaFaults(schema, source, judgePattern).map(({ at, ...fault }) =>
      named({ ...fault, at: [key, ...at] }),
    );
  });
}

/** The sentence begins with the schema it speaks of. */
function named(fault: Fault): Fault {
  return { ...fault, what: `/${fault.at[0] ?? ''} ${fault.what}` };
}

function setFaults(value: Json, source: Source): readonly Fault[] {
  const set = objectAt(objectAt(value, 'remediation'), 'set') ?? {};
  return Object.entries(set).flatMap(([name, wanted]): readonly Fault[] => {
    const at = ['remediation', 'set', name];
    const field = Object.hasOwn(source.fields, name) ? source.fields[name] : undefined;
    if (field === undefined) {
      const nearest = didYouMean(name, Object.keys(source.fields));
      const what = `/remediation/set names ${plainLine(name, 60)}, which ${source.id} does not have${nearest}`;
      return [{ at, part: 'key', what }];
    }
    if (hasValueType(wanted, field.type)) return [];
    return [{ at, what: `/remediation/set/${name} must be of type ${field.type}` }];
  });
}

function controlFaults(value: Json, catalogue: ControlsCatalogue): readonly Fault[] {
  const controls = isObject(value) ? own(value, 'controls') : undefined;
  const list = isArray(controls) ? controls : [];
  const known = catalogue.frameworks.flatMap(({ id, controls: titles }) =>
    Object.keys(titles).map((control) => `${id}/${control}`),
  );
  return list.flatMap((control, index): readonly Fault[] => {
    if (typeof control !== 'string' || !control.includes('/')) return [];
    const nearest = nearestOf(control, known);
    const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
    return unknownControls([control], catalogue).map(({ what }) => ({
      at: ['controls', String(index)],
      what: `/controls "${plainLine(control, 60)}" ${what}${hint}`,
    }));
  });
}

function exampleFaults(name: string, examples: PolicyFiles['examples']): readonly Fault[] {
  const own = examples.filter(({ policyId }) => policyId === name);
  return (['pass', 'fail'] as const)
    .filter((word) => !own.some((example) => expectationOf(example.name) === word))
    .map((word) => ({ at: ['id'], what: `has no examples/${name}/${word}-*.json` }));
}

/** Settings that no source returns test nothing. */
function settingsFaults(value: Json, source: Source): readonly Fault[] {
  if (!isObject(value)) return [];
  const faults: Fault[] = [];
  const walk = (object: JsonObject, path: JsonPath, at: JsonPath) => {
    const names = documentedAt(source, path)?.names ?? [];
    for (const [name, each] of Object.entries(object)) {
      const place = [...at, name];
      const isReserved = path.length === 0 && (name === 'facts' || name === 'RequestId');
      if (isReserved) continue;
      if (names.includes(name)) descend(each, [...path, name], place);
      else {
        const known = names.filter((one) => one !== 'facts');
        const whose = path.length === 0 ? source.id : path.join('.');
        const what = `has ${plainLine([...path, name].join('.'), 60)}, which ${whose} does not have`;
        const nearest = didYouMean(name, known);
        const tail = nearest === '' ? `: it has ${known.join(', ')}` : nearest;
        faults.push({ at: place, part: 'key', what: `${what}${tail}` });
      }
    }
  };
  const descend = (each: unknown, path: JsonPath, at: JsonPath) => {
    if (documentedAt(source, path)?.names !== undefined && isObject(each)) walk(each, path, at);
    else if (isArray(each)) {
      for (const [index, item] of each.entries()) {
        descend(item, [...path, '*'], [...at, String(index)]);
      }
    }
  };
  if (isWrapped(value)) walk(objectAt(value, 'settings') ?? {}, [], ['settings']);
  else walk(value, [], []);
  return faults;
}

function waiverFaults(waivers: readonly Waiver[], ids: readonly string[]): readonly Fault[] {
  return waivers.flatMap((waiver, index): readonly Fault[] => {
    const fault = (key: string, what: string): Fault => ({
      at: [String(index), key],
      what: `waiver "${waiver.id}" ${what}`,
    });
    const { fromMs, untilMs } = spanOf(waiver);
    const isReal = Number.isFinite(fromMs) && Number.isFinite(untilMs);
    const isTaken = waivers.findIndex(({ id }) => id === waiver.id) < index;
    return [
      ...(ids.includes(waiver.policy)
        ? []
        : [
            fault(
              'policy',
              `names the policy "${waiver.policy}", which is not there${didYouMean(waiver.policy, ids)}`,
            ),
          ]),
      ...(isReal
        ? []
        : [
            fault(Number.isFinite(fromMs) ? 'until' : 'from', 'has a date that the calendar lacks'),
          ]),
      ...(isReal && fromMs >= untilMs ? [fault('until', 'ends before it begins')] : []),
      ...(waiver.targets.includes('*') && waiver.targets.length > 1
        ? [fault('targets', 'covers all accounts by "*": that stands alone')]
        : []),
      ...(isTooLong(waiver)
        ? [
            fault(
              'until',
              'lasts more than a year: end it by the same day of the next year, and renew it then',
            ),
          ]
        : []),
      ...(isTaken
        ? [{ at: [String(index), 'id'], what: `the waiver id "${waiver.id}" is given twice` }]
        : []),
    ];
  });
}

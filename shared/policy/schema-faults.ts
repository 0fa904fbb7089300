/** Everything that is wrong with a policy's `when` or `require`, each with its place in the schema. */
import { hasType, isArray } from '../json.ts';
import type { Json, JsonObject, Source } from '../model.ts';
import { plainLine } from '../text.ts';
import { compileProblem } from './compile.ts';
import type { Fault } from './places.ts';
import { isKeyword, keywords, readsOf, type Applied, type ReadPath, type Reads } from './reads.ts';
import { didYouMean } from './suggest.ts';
import { documentedAt, type ValueType } from './types.ts';
import { maxWork, workOf } from './work.ts';

/** @returns why people would wait for this pattern, or undefined where they would not, or nobody can tell */
export type PatternJudge = (pattern: string) => string | undefined;

const tooMuchWork = `takes more than ${String(maxWork)} steps to go through: refer to fewer definitions, and to none from within itself`;

export function schemaFaults(
  schema: JsonObject,
  source: Source,
  judgePattern: PatternJudge,
): readonly Fault[] {
  // Nothing else is asked of it: whatever goes through it would never end.
  if (workOf(schema) > maxWork) return [{ at: [], what: tooMuchWork }];
  const reads = readsOf(schema);
  const patterns = patternFaults(reads.applied, judgePattern);
  const faults: readonly Fault[] = [
    ...reads.refused.map(refusal),
    ...patterns,
    ...compileFaults(schema, reads, patterns.length > 0),
    ...(reads.paths.length > 0
      ? []
      : [{ at: [], what: 'reads no property, so it says the same of every account' }]),
    ...reads.readings.flatMap(({ path, at }) =>
      unknownFaults(path, source).map((what): Fault => ({
        at,
        part: at.at(-2) === 'properties' ? 'key' : 'value',
        what,
      })),
    ),
    ...reads.applied.flatMap((each) => typeFaults(each, source)),
    ...contradictions(reads.applied, source),
  ];
  return unique(faults);
}

/** A keyword that two paths lead to stands in the file once. */
function unique(faults: readonly Fault[]): readonly Fault[] {
  return [...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values()];
}

function refusal({ what: keyword, at }: Reads['refused'][number]): Fault {
  const name = plainLine(keyword, 60);
  const what = isKeyword(keyword.split(' ')[0] ?? '')
    ? `uses "${name}", which is not accepted: what it reads cannot be named`
    : `uses "${name}", which is no JSON Schema keyword${didYouMean(keyword, keywords)}`;
  return { at, part: 'key', what };
}

function patternFaults(applied: readonly Applied[], judgePattern: PatternJudge): readonly Fault[] {
  return applied.flatMap(({ keyword, value, at }): readonly Fault[] => {
    if (keyword !== 'pattern' || typeof value !== 'string') return [];
    const invalid = invalidPattern(value);
    if (invalid !== undefined) {
      return [{ at, what: `has a pattern that is no regular expression: ${invalid}` }];
    }
    const slow = judgePattern(value);
    return slow === undefined ? [] : [{ at, what: `has a pattern that ${slow}` }];
  });
}

/** In the words of the engine, without its repetition of the pattern. */
function invalidPattern(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'u');
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.replace(/^Invalid regular expression: /, '').replace(`/${pattern}/u: `, '');
  }
}

/** Where a policy breaks the schema of policies as well, that says it better. */
export const notAsWanted = 'is not as JSON Schema wants it';

function compileFaults(
  schema: JsonObject,
  { refused }: Reads,
  hasBadPattern: boolean,
): readonly Fault[] {
  const problem = compileProblem(schema);
  if (problem === undefined) return [];
  // ajv stops at the first thing that it does not know, which is named with its place already.
  if (refused.length > 0 && /unknown (keyword|format)/.test(problem)) return [];
  if (hasBadPattern && /regular expression/i.test(problem)) return [];
  const [, pointer] = /^schema is invalid: data(\/[^ ,]*)/.exec(problem) ?? [];
  if (pointer === undefined) return [{ at: [], what: `does not compile: ${problem}` }];
  const at = pointer.split('/').slice(1);
  return [{ at, what: `does not compile: "${at.at(-1) ?? ''}" ${notAsWanted}` }];
}

function unknownFaults(path: ReadPath, source: Source): readonly string[] {
  // Of a path that leaves what is documented, the first step that does is the one to mend.
  if (documentedAt(source, path) !== undefined) return [];
  if (documentedAt(source, path.slice(0, -1)) === undefined) return [];
  const owner = path.slice(0, -1);
  const name = path.at(-1) ?? '';
  const parent = documentedAt(source, owner);
  // What a list documents is what its items have.
  const isList = parent?.type === 'object[]' && owner.at(-1) !== '*';
  const names = isList ? [] : (parent?.names ?? []).filter((each) => each !== 'facts');
  const has =
    parent?.names === undefined || isList
      ? `it is of type ${parent?.type ?? ''}`
      : `it has ${names.join(', ')}`;
  const isFact = owner.length === 1 && owner[0] === 'facts';
  const whose = owner.length === 0 || isFact ? source.id : owner.join('.');
  const elsewhere = isFact
    ? Object.keys(source.fields)
    : owner.length === 0
      ? Object.keys(source.facts)
      : [];
  const hint = elsewhere.includes(name)
    ? isFact
      ? `: it is a field, beside "facts"`
      : `: it is a fact, under "facts"`
    : didYouMean(name, names);
  const shown = plainLine(isFact ? name : path.join('.'), 60);
  const sentence = `reads ${isFact ? 'the fact ' : ''}${shown}, which ${whose} does not have`;
  return [hint === '' ? `${sentence}: ${has}` : `${sentence}${hint} (${has})`];
}

function typeFaults({ path, at, keyword, value }: Applied, source: Source): readonly Fault[] {
  const documented = path.length === 0 ? undefined : documentedAt(source, path);
  if (documented === undefined) return [];
  const { type, values } = documented;
  const name = path.join('.');
  if (!appliesTo(keyword, type)) {
    return [{ at, part: 'key', what: `applies "${keyword}" to ${name}, which is of type ${type}` }];
  }
  if (!isPossible(keyword, value, type)) {
    const what = `gives ${name} a "${keyword}" that it can never have: it is of type ${type}`;
    return [{ at, what }];
  }
  if (values === undefined) return [];
  return givenValues(keyword, value).flatMap(({ one, step }): readonly Fault[] => {
    const parts = isArray(one) ? one : [one];
    const strange = parts.find((part) => !values.some((known) => known === part));
    if (strange === undefined) return [];
    const nearest = typeof strange === 'string' ? didYouMean(strange, values.map(String)) : '';
    const known = `it documents ${values.map((each) => JSON.stringify(each)).join(', ')}`;
    const sentence = `gives ${name} the value ${plainLine(JSON.stringify(strange), 60)}, which ${source.id} does not document`;
    const what = nearest === '' ? `${sentence}: ${known}` : `${sentence}${nearest} (${known})`;
    return [{ at: [...at, ...step], what }];
  });
}

function givenValues(
  keyword: string,
  value: Json,
): readonly { readonly one: Json; readonly step: readonly string[] }[] {
  if (keyword === 'const') return [{ one: value, step: [] }];
  if (keyword !== 'enum' || !isArray(value)) return [];
  return asJson(value).map((one, index) => ({ one, step: [String(index)] }));
}

function asJson(list: readonly unknown[]): readonly Json[] {
  return list.filter((each): each is Json => each !== undefined);
}

/** Which types a keyword says something of; JSON Schema passes all others, which no one means. */
function appliesTo(keyword: string, type: ValueType): boolean {
  if (/^(minimum|maximum|exclusiveM|multipleOf)/.test(keyword))
    return /^(integer|number)$/.test(type);
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
  return asJson(values).every((one) => hasValueType(one, type));
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

export function hasValueType(value: Json, type: ValueType): boolean {
  return type === 'number' ? typeof value === 'number' : hasType(value, type);
}

/** Two keywords of one schema that no value satisfies together. */
function contradictions(applied: readonly Applied[], source: Source): readonly Fault[] {
  const bySchema = new Map<string, Applied[]>();
  for (const each of applied) {
    const key = JSON.stringify(each.at.slice(0, -1));
    bySchema.set(key, [...(bySchema.get(key) ?? []), each]);
  }
  return [...bySchema.values()].flatMap((together) => {
    const bound = (keyword: string) => {
      const found = together.find((each) => each.keyword === keyword);
      return typeof found?.value === 'number' ? { ...found, value: found.value } : undefined;
    };
    return pairs.flatMap(([low, high]): readonly Fault[] => {
      const [least, most] = [bound(low), bound(high)];
      if (least === undefined || most === undefined) return [];
      const isWhole =
        low !== 'minimum' && low !== 'exclusiveMinimum' ? true : isInteger(least, source);
      if (canHold(least, most, isWhole)) return [];
      const what = `has "${low}" ${String(least.value)} and "${high}" ${String(most.value)}: nothing satisfies both`;
      return [{ at: most.at, what }];
    });
  });
}

const pairs = [
  ['minimum', 'maximum'],
  ['minimum', 'exclusiveMaximum'],
  ['exclusiveMinimum', 'maximum'],
  ['exclusiveMinimum', 'exclusiveMaximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
  ['minContains', 'maxContains'],
] as const;

function isInteger({ path }: Applied, source: Source): boolean {
  return documentedAt(source, path)?.type === 'integer';
}

type Bound = Omit<Applied, 'value'> & { readonly value: number };

function canHold(least: Bound, most: Bound, isWhole: boolean): boolean {
  const isOpen = (bound: Bound) => bound.keyword.startsWith('exclusive');
  if (!isWhole) {
    return (
      least.value < most.value || (least.value === most.value && !isOpen(least) && !isOpen(most))
    );
  }
  const from = isOpen(least) ? Math.floor(least.value) + 1 : Math.ceil(least.value);
  const to = isOpen(most) ? Math.ceil(most.value) - 1 : Math.floor(most.value);
  return from <= to;
}

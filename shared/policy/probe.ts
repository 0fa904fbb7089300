/**
 * Whether a policy can say yes and no at all. It is asked about documents with every kind of value that its
 * own keywords tell apart. Where those are all the kinds there are, what it never said it never will say;
 * where they may not be, nothing is claimed.
 */
import { isArray, isObject } from '../json.ts';
import type { Json, JsonObject, Policy, Source } from '../model.ts';
import { compilePolicy } from './compile.ts';
import type { Check, CompiledPolicy } from './compiled.ts';
import type { Fault, JsonPath } from './places.ts';
import { readsOf, type Applied, type ReadPath } from './reads.ts';
import { documentedAt, type Documented } from './types.ts';

/** Values that stand for all others; complete when the policy can tell no value from all of them. */
interface Domain {
  readonly values: readonly Json[];
  readonly isComplete: boolean;
}

const maxDocuments = 20_000;
const maxItemKinds = 64;
const maxListKinds = 1_500;
const maxListLength = 1_000;

/** @returns what the policy can never say, although it should */
export function vacuityFaults(policy: Policy, source: Source): readonly Fault[] {
  const { when } = policy;
  const compiled = compilePolicy({ pack: '', policy });
  const domain = documentsFor([when, policy.require], source);
  const seen = witnessesOf(domain.values, compiled);
  if (!domain.isComplete) return [];
  const scope = when === undefined ? '' : ' where "when" matches';
  const isErrorWhenMissing = (policy.onMissing ?? 'error') === 'error';
  if (when !== undefined && !seen.applies) {
    const at = culpritOf(when, ['when'], (schema) => neverHolds(schema, source));
    return [{ at, what: 'can never match, so the policy says skip of every account' }];
  }
  const faults: Fault[] = [];
  // Where a missing property makes it skip or fail, a schema that only reads the property says something.
  if (when !== undefined && !seen.isSkipped && isErrorWhenMissing) {
    const what = 'matches whatever the settings are: leave it out, or say where the policy applies';
    faults.push({ at: ['when'], what });
  }
  if (!seen.passes) {
    const at = culpritOf(policy.require, ['require'], (schema) => neverHolds(schema, source));
    faults.push({ at, what: `can never hold${scope}, so the policy never passes` });
  } else if (!seen.fails && policy.onMissing !== 'fail') {
    const what = `holds whatever the settings are${scope}, so the policy never fails`;
    faults.push({ at: ['require'], what });
  }
  return faults;
}

function witnessesOf(documents: readonly Json[], { when, require }: CompiledPolicy) {
  const seen = { applies: false, isSkipped: false, passes: false, fails: false };
  for (const document of documents) {
    if (when !== undefined && !holds(when.check, document)) {
      seen.isSkipped = true;
      continue;
    }
    seen.applies = true;
    if (holds(require.check, document)) seen.passes = true;
    else seen.fails = true;
    const isSettled = seen.passes && seen.fails && (when === undefined || seen.isSkipped);
    if (isSettled) break;
  }
  return seen;
}

function holds(check: Check, document: Json): boolean {
  return check(document) === true;
}

/** Down to the one part that alone is why, or the schema itself where it takes several. */
function culpritOf(
  schema: JsonObject,
  at: JsonPath,
  isFault: (schema: JsonObject) => boolean,
  wrap: (part: JsonObject) => JsonObject = (part) => part,
): JsonPath {
  const defs = '$defs' in schema ? { $defs: schema['$defs'] ?? {} } : {};
  const culprits = partsOf(schema).filter(({ alone }) => isFault({ ...defs, ...wrap(alone) }));
  const [culprit] = culprits;
  if (culprit === undefined || culprits.length > 1) return at;
  const deeper = [...at, ...culprit.step];
  return culprit.schema === undefined
    ? deeper
    : culpritOf(culprit.schema, deeper, isFault, (part) => wrap(culprit.wrap(part)));
}

/** The parts that must all hold, each as a schema of its own. */
function partsOf(schema: JsonObject): readonly {
  readonly step: JsonPath;
  readonly alone: JsonObject;
  readonly schema?: JsonObject;
  readonly wrap: (part: JsonObject) => JsonObject;
}[] {
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (keyword === '$defs') return [];
    if (keyword === 'properties' && isObject(value)) {
      return Object.entries(value).map(([name, sub]) => {
        const wrap = (part: Json) => ({ properties: { [name]: part } });
        return {
          step: [keyword, name],
          alone: wrap(sub),
          wrap,
          ...(isObject(sub) && { schema: sub }),
        };
      });
    }
    if (keyword === 'allOf' && isArray(value)) {
      return value.filter(isObject).map((sub, index) => {
        const wrap = (part: JsonObject) => part;
        return { step: [keyword, String(index)], alone: sub, wrap, schema: sub };
      });
    }
    return [{ step: [keyword], alone: { [keyword]: value }, wrap: (part: JsonObject) => part }];
  });
}

function neverHolds(schema: JsonObject, source: Source): boolean {
  const { values, isComplete } = documentsFor([schema], source);
  const { require } = compilePolicy({ pack: '', policy: { ...nothing, require: schema } });
  return isComplete && !values.some((document) => holds(require.check, document));
}

const nothing: Policy = {
  ...{ id: '', title: '', severity: 'low', source: '', rationale: '', controls: [], require: {} },
  remediation: { text: '' },
};

// ---- Documents --------------------------------------------------------------------------------

/** A value that the schemas read, with what they read of it. */
interface Place {
  readonly path: ReadPath;
  readonly applied: Applied[];
  readonly children: Map<string, Place>;
}

/** Documents that differ in what the schemas read, and have all of it. */
function documentsFor(schemas: readonly (JsonObject | undefined)[], source: Source): Domain {
  const root: Place = { path: [], applied: [], children: new Map() };
  const placeOf = (path: ReadPath): Place => {
    let place = root;
    for (const step of path) {
      const next: Place = place.children.get(step) ?? {
        path: [...place.path, step],
        applied: [],
        children: new Map(),
      };
      place.children.set(step, next);
      place = next;
    }
    return place;
  };
  for (const schema of schemas) {
    const { paths, applied } = readsOf(schema ?? {});
    for (const path of paths) placeOf(path);
    for (const each of applied) placeOf(each.path).applied.push(each);
  }
  return objectsOf(root, source, maxDocuments);
}

function domainOf(place: Place, source: Source): Domain {
  const documented = documentedAt(source, place.path);
  switch (documented?.type) {
    case undefined:
      return { values: [null], isComplete: false };
    case 'boolean':
      return { values: [true, false], isComplete: true };
    case 'integer':
    case 'number':
      return numbersOf(place, documented);
    case 'string':
      return textsOf(place, documented);
    case 'string[]':
    case 'integer[]':
    case 'object[]':
      return listsOf(place, source);
    case 'object':
      return objectsOf(place, source, maxItemKinds);
  }
}

/** The product of what each property can be; of too many, some. */
function objectsOf({ children, applied }: Place, source: Source, limit: number): Domain {
  const properties = [...children].map(([name, child]) => ({
    name,
    domain: domainOf(child, source),
  }));
  const count = properties.reduce((product, { domain }) => product * domain.values.length, 1);
  const isWhole = count <= limit;
  const values = Array.from({ length: Math.min(count, limit) }, (_, index) => {
    // Some of too many: a stride that visits every value of every property.
    let rest = isWhole ? index : (index * strideOf(count)) % count;
    return Object.fromEntries(
      properties.map(({ name, domain }): [string, Json] => {
        const value = domain.values[rest % domain.values.length] ?? null;
        rest = Math.floor(rest / domain.values.length);
        return [name, value];
      }),
    );
  });
  const isPlain = !applied.some(({ keyword }) => keyword === 'const' || keyword === 'enum');
  const isComplete = isWhole && isPlain && properties.every(({ domain }) => domain.isComplete);
  return { values, isComplete };
}

/** Near the golden section of the count, so that few steps reach everywhere. */
function strideOf(count: number): number {
  return Math.max(1, Math.floor(Math.min(count, 2 ** 40) * 0.618_033_988_7) | 1);
}

function numbersOf({ applied }: Place, { type, values = [], minimum }: Documented): Domain {
  const bounds = [
    ...applied.flatMap(({ value }) => numbersIn(value)),
    ...values.flatMap(numbersIn),
    0,
  ];
  const sorted = [...new Set(bounds)].sort((a, b) => a - b);
  // A fraction between any two, so that a whole number is told from others.
  const between = sorted.slice(1).map((bound, index) => {
    const before = sorted[index] ?? bound;
    return before + (bound - before) * 0.375;
  });
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)];
  const all =
    type === 'integer'
      ? sorted.flatMap((bound) => [
          Math.floor(bound) - 1,
          Math.floor(bound),
          Math.ceil(bound),
          Math.ceil(bound) + 1,
        ])
      : [...sorted, ...between, least - 1, least - 0.5, most + 0.5, most + 1];
  const possible = all.filter(
    (value) =>
      (minimum === undefined || value >= minimum) && Math.abs(value) <= Number.MAX_SAFE_INTEGER,
  );
  return {
    values: [...new Set(minimum === undefined ? possible : [minimum, ...possible])],
    isComplete: !applied.some(({ keyword }) => keyword === 'multipleOf'),
  };
}

function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value];
  return isArray(value) ? value.filter((each) => typeof each === 'number') : [];
}

/** A character that no policy is about. */
const anyCharacter = '\u29eb';

function textsOf({ applied }: Place, { values = [] }: Documented): Domain {
  const given = applied.flatMap(({ keyword, value }) =>
    keyword === 'const' || keyword === 'enum' ? textsIn(value) : [],
  );
  const lengths = applied.flatMap(({ keyword, value }) =>
    keyword.endsWith('Length') && typeof value === 'number' ? [value - 1, value, value + 1] : [],
  );
  const isShort = lengths.every((length) => length <= maxListLength);
  const fillers = [0, 1, 2, ...lengths]
    .filter((length) => length >= 0 && length <= maxListLength)
    .map((length) => anyCharacter.repeat(length));
  const patterns = applied.flatMap(({ keyword, value }) =>
    keyword === 'pattern' ? textsIn(value) : [],
  );
  return {
    values: [
      ...new Set([
        ...given,
        ...values.flatMap(textsIn),
        ...patterns.flatMap(likelyMatches),
        ...fillers,
      ]),
    ],
    isComplete: isShort && patterns.every((pattern) => everyText.has(pattern)),
  };
}

/** Patterns that every text matches; of any other, nobody here can say what it matches. */
const everyText = new Set([
  '',
  '^',
  '$',
  '.*',
  '^.*',
  '[^]*',
  '[\\s\\S]*',
  '^[\\s\\S]*$',
  '^.*$',
  '.*$',
]);

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** `^prod-` matches `prod-`: enough to see most policies say yes. */
function likelyMatches(pattern: string): readonly string[] {
  return [pattern.replace(/^\^|\$$/g, '').replace(/\\(.)/g, '$1')];
}

function listsOf(place: Place, source: Source): Domain {
  const { applied, children, path } = place;
  const item = children.get('*') ?? { path: [...path, '*'], applied: [], children: new Map() };
  const items = domainOf(item, source);
  const sum = (keyword: string, extra: number) =>
    applied.reduce(
      (total, each) =>
        each.keyword === keyword
          ? total + (typeof each.value === 'number' ? each.value : 1) + extra
          : total,
      0,
    );
  const sizes = applied.flatMap(({ keyword, value }) =>
    keyword.endsWith('Items') && typeof value === 'number' ? [value - 1, value, value + 1] : [],
  );
  // As many items as it can take to satisfy every part of the schema, or to break each.
  const enough = Math.max(
    2,
    ...sizes.map((size) => size + 1),
    sum('contains', 0) +
      sum('minContains', 0) +
      sum('maxContains', 1) +
      sum('items', 0) +
      Math.max(0, ...sizes),
  );
  const lengths = Array.from(
    { length: Math.min(enough, maxListLength) + 1 },
    (_, length) => length,
  );
  let isComplete = items.isComplete && enough <= maxListLength;
  const lists: (readonly Json[])[] = [];
  for (const length of lengths) {
    const room = maxListKinds - lists.length;
    const kinds = multisetsOf(items.values, length, room);
    if (kinds === undefined) {
      isComplete = false;
      // Lists of equals, where not all can be had.
      if (sizes.includes(length) || length <= 2)
        lists.push(...items.values.map((value) => Array.from({ length }, () => value)));
    } else lists.push(...kinds);
  }
  const given = applied.flatMap(({ keyword, value }) =>
    keyword === 'const' ? listsIn([value]) : keyword === 'enum' ? listsIn(value) : [],
  );
  const isPlain =
    given.every((list) => list.length === 0) &&
    !applied.some(({ keyword }) => keyword === 'uniqueItems');
  return { values: [...lists, ...given], isComplete: isComplete && isPlain };
}

function listsIn(value: unknown): readonly (readonly Json[])[] {
  return isArray(value) ? value.filter((each): each is readonly Json[] => isArray(each)) : [];
}

/** Every choice of that many values, in which the order does not count; undefined where there are more than allowed. */
function multisetsOf(
  values: readonly Json[],
  length: number,
  most: number,
): readonly (readonly Json[])[] | undefined {
  let partial: (readonly [from: number, chosen: readonly Json[]])[] = [[0, []]];
  for (let size = 0; size < length; size += 1) {
    partial = partial.flatMap(([from, chosen]) =>
      values.slice(from).map((value, index) => [from + index, [...chosen, value]] as const),
    );
    if (partial.length > most) return undefined;
  }
  return partial.length > most ? undefined : partial.map(([, chosen]) => chosen);
}

/** What to send so that failing policies pass: the present settings, with what the policies set and nothing else changed. */
import { canonicalJson, hasType, isArray, isObject, own } from '../json.ts';
import type { Json, JsonObject } from '../model.ts';
import { plainLine } from '../text.ts';
import type { Parameter, Writer } from './writers.ts';

/** A failing policy and what it would set. */
export interface Wanted {
  readonly policyId: string;
  readonly set: JsonObject;
}

export interface Change {
  readonly parameter: string;
  /** Absent where the account has none. */
  readonly from?: Json;
  readonly to: Json;
}

export interface Unknown {
  readonly parameter: string;
  readonly why: string;
}

export interface FixRequest {
  /** Whole where nothing is unknown; else without what is. */
  readonly body: JsonObject;
  readonly changes: readonly Change[];
  /** What the request must have and nobody told us: a person fills it in. */
  readonly unknown: readonly Unknown[];
}

/** Two policies that set one parameter differently: nobody but a person can choose. */
export interface Conflict {
  readonly parameter: string;
  readonly wanted: readonly { readonly policyId: string; readonly value: Json }[];
}

export type FixPlan =
  | { readonly kind: 'requests'; readonly requests: readonly FixRequest[] }
  | { readonly kind: 'conflict'; readonly conflicts: readonly [Conflict, ...Conflict[]] };

/** @param settings as the source answered them: hostile, and perhaps not whole */
export function planFix(writer: Writer, settings: JsonObject, wanted: readonly Wanted[]): FixPlan {
  const [conflict, ...conflicts] = conflictsOf(wanted);
  if (conflict !== undefined) return { kind: 'conflict', conflicts: [conflict, ...conflicts] };
  const sets = wanted.map(({ set }) => set);
  if (writer.each === undefined) {
    return { kind: 'requests', requests: [requestOf(writer, settings, sets)] };
  }
  const items = own(settings, writer.each);
  const requests = (isArray(items) ? items : [])
    .filter(isObject)
    .map((item) => requestOf(writer, item, sets))
    .filter(({ changes }) => changes.length > 0);
  return { kind: 'requests', requests };
}

function conflictsOf(wanted: readonly Wanted[]): readonly Conflict[] {
  const names = [...new Set(wanted.flatMap(({ set }) => Object.keys(set)))];
  return names.flatMap((parameter) => {
    const values = wanted.flatMap(({ policyId, set }) => {
      const value = own(set, parameter);
      return value === undefined ? [] : [{ policyId, value }];
    });
    return values.some(({ value }, index) =>
      values.slice(0, index).some((other) => clash(other.value, value)),
    )
      ? [{ parameter, wanted: values }]
      : [];
  });
}

/** Objects clash where they name one field with two values; all else where it is not equal. */
function clash(a: Json, b: Json): boolean {
  if (!isObject(a) || !isObject(b)) return canonicalJson(a) !== canonicalJson(b);
  return Object.entries(a).some(([key, value]: [string, Json]) => {
    const other = own(b, key);
    return other !== undefined && clash(value, other);
  });
}

function requestOf(
  { parameters }: Writer,
  settings: JsonObject,
  sets: readonly JsonObject[],
): FixRequest {
  const body: Record<string, Json> = {};
  const changes: Change[] = [];
  const unknown: Unknown[] = [];
  for (const [name, parameter] of Object.entries(parameters)) {
    const present = presentOf(parameter, settings);
    const given = sets.flatMap((set) => {
      const value = own(set, name);
      // In a list of its own: a value that is a list must stay one.
      return value === undefined ? [] : [value];
    });
    if (given.length > 0) {
      const before = typeof present === 'object' ? present.value : undefined;
      const to = given.reduce<Json>((value, next) => laidOver(value, next), before ?? null);
      body[name] = to;
      if (before === undefined || canonicalJson(before) !== canonicalJson(to)) {
        changes.push({ parameter: name, ...(before !== undefined && { from: before }), to });
      }
    } else if (typeof present === 'string') {
      if (parameter.required || isGiven(parameter, settings)) {
        unknown.push({ parameter: name, why: present });
      }
    } else if (present !== undefined && !('kept' in parameter)) {
      body[name] = present.value;
    }
  }
  return {
    body: withoutOlder(parameters, body),
    changes,
    unknown: [...unknown, ...unreadOf(parameters, body)],
  };
}

/** A field that is there but is not what its documentation says must not get lost in silence. */
function isGiven(parameter: Parameter, settings: JsonObject): boolean {
  return 'from' in parameter && (own(settings, parameter.from) ?? null) !== null;
}

/** @returns the value in the form that is written; why there is none; or undefined where it is not read at all */
function presentOf(
  parameter: Parameter,
  settings: JsonObject,
): { readonly value: Json } | string | undefined {
  if ('fixed' in parameter) return { value: parameter.fixed };
  if (!('from' in parameter)) return undefined;
  const { from, type, item } = parameter;
  const value = own(settings, from);
  if (value === undefined || value === null) return `the API did not return ${from}`;
  if (!hasType(value, type)) {
    return `the API returned ${from} as ${plainLine(JSON.stringify(value), 60)}, which is no ${type}`;
  }
  if (item === undefined || !isArray(value)) return { value };
  return { value: value.filter(isObject).map((one) => picked(one, item)) };
}

function picked(item: JsonObject, names: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(
    Object.entries(names).flatMap(([name, from]) => {
      const value = own(item, from) ?? null;
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** Of an object only the named fields change; anything else is taken whole. */
function laidOver(value: Json, set: Json): Json {
  if (!isObject(value) || !isObject(set)) return set;
  const named = Object.entries(set).map(([key, to]: [string, Json]): [string, Json] => [
    key,
    laidOver(own(value, key) ?? null, to),
  ]);
  return { ...value, ...Object.fromEntries(named) };
}

function withoutOlder(parameters: Writer['parameters'], body: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(body).filter(([name]) => {
      const parameter = parameters[name];
      const newer = parameter !== undefined && 'from' in parameter ? parameter.unless : undefined;
      return newer === undefined || !Object.hasOwn(body, newer);
    }),
  );
}

function unreadOf(parameters: Writer['parameters'], body: JsonObject): readonly Unknown[] {
  return Object.entries(parameters).flatMap(([name, parameter]) => {
    if (!('unread' in parameter) || Object.hasOwn(body, name)) return [];
    const { unread, neededWhere } = parameter;
    const isNeeded =
      neededWhere === 'always' ||
      (neededWhere !== undefined && own(body, neededWhere.parameter) === neededWhere.is);
    return isNeeded ? [{ parameter: name, why: unread }] : [];
  });
}

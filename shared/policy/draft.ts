/** A new policy from answers to a few questions, with examples that show what it says. */
import { isArray, isObject } from '../json.ts';
import type { Field, Finding, Json, JsonObject, Observation, Policy, Source } from '../model.ts';
import { compilePolicy } from './compile.ts';
import { evaluate } from './evaluate.ts';
import { readsOf, type ReadPath } from './reads.ts';
import { documentedAt, type ValueType } from './types.ts';

/** What can be asked of a field, by the name of the JSON Schema keyword. */
export const requirementKeywords = [
  'const',
  'enum',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'pattern',
] as const;
export type RequirementKeyword = (typeof requirementKeywords)[number];

/** @returns the keywords that say something of such a value, the most usual first */
export function keywordsFor(type: ValueType): readonly RequirementKeyword[] {
  switch (type) {
    case 'boolean':
      return ['const'];
    case 'integer':
      return ['const', 'minimum', 'maximum', 'enum'];
    case 'number':
      return ['maximum', 'minimum'];
    case 'string':
      return ['const', 'enum', 'pattern'];
    case 'string[]':
    case 'integer[]':
    case 'object[]':
      return ['maxItems', 'minItems'];
    case 'object':
      return [];
  }
}

/** @returns the value, or why the text is none for this keyword and type */
export function valueFrom(
  text: string,
  keyword: RequirementKeyword,
  type: ValueType,
): { readonly value: Json } | { readonly problem: string } {
  if (!keywordsFor(type).includes(keyword)) {
    const fitting = keywordsFor(type).map(optionOf).join(', ');
    return {
      problem: `says nothing of a field of type ${type}: give ${fitting || 'another field'}`,
    };
  }
  switch (keyword) {
    case 'const':
      return scalarFrom(text, type);
    case 'enum': {
      const parts = text.split(',').map((part) => scalarFrom(part.trim(), type));
      const bad = parts.find((part) => 'problem' in part);
      if (bad !== undefined) return bad;
      return { value: parts.flatMap((part) => ('value' in part ? [part.value] : [])) };
    }
    case 'minimum':
    case 'maximum':
      return numberFrom(text, type === 'number' ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/);
    case 'minItems':
    case 'maxItems':
      return numberFrom(text, /^\d+$/);
    case 'pattern':
      return text === '' ? { problem: 'is empty' } : { value: text };
  }
}

/** `minItems` → `--min-items` */
export function optionOf(keyword: RequirementKeyword): string {
  return `--${keyword.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function scalarFrom(
  text: string,
  type: ValueType,
): { readonly value: Json } | { readonly problem: string } {
  if (type === 'string') return { value: text };
  if (type === 'integer') return numberFrom(text, /^-?\d+$/);
  if (text === 'true' || text === 'false') return { value: text === 'true' };
  return { problem: `is "${text}": give true or false` };
}

function numberFrom(
  text: string,
  form: RegExp,
): { readonly value: number } | { readonly problem: string } {
  const value = form.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? { value } : { problem: `is "${text}": give a number` };
}

// `WarningRules/*/Switch` and `facts.selectedCount` alike.
export function fieldPath(text: string): ReadPath {
  return text.split(/[./]/).filter((step) => step !== '');
}

/** Every path of a source that a policy can ask something of, facts last. */
export function fieldsOf(source: Source): readonly string[] {
  const walk = (fields: Readonly<Record<string, Field>>, parent: string): readonly string[] =>
    Object.entries(fields).flatMap(([name, field]) => {
      const path = `${parent}${name}`;
      if (field.type === 'object') return walk(field.fields, `${path}/`);
      if (field.type === 'object[]') return [path, ...walk(field.item, `${path}/*/`)];
      return field.type.endsWith('[]') ? [path, `${path}/*`] : [path];
    });
  return [...walk(source.fields, ''), ...Object.keys(source.facts).map((name) => `facts/${name}`)];
}

/** A schema that asks it of the value at the path, of every item where the path goes through a list. */
function schemaAt(path: ReadPath, asked: JsonObject): JsonObject {
  const [step, ...rest] = path;
  if (step === undefined) return asked;
  const inner = schemaAt(rest, asked);
  return step === '*' ? { items: inner } : { properties: { [step]: inner } };
}

export interface Draft {
  readonly id: string;
  readonly title: string;
  readonly severity: Policy['severity'];
  readonly source: string;
  readonly rationale: string;
  readonly remediation: string;
  readonly controls: readonly string[];
  readonly field: ReadPath;
  readonly asked: JsonObject;
  readonly when?: { readonly field: ReadPath; readonly value: Json };
}

export function policyFrom(draft: Draft): Policy {
  const { id, title, severity, source, rationale, remediation, controls, field, asked, when } =
    draft;
  const set = settingOf(field, asked);
  return {
    id,
    title,
    severity,
    source,
    rationale,
    remediation: { text: remediation, ...(set !== undefined && { set }) },
    controls,
    ...(when !== undefined && { when: schemaAt(when.field, { const: when.value }) }),
    require: schemaAt(field, asked),
  };
}

/** What one would set to comply, where that is one value of one field. */
function settingOf(field: ReadPath, asked: JsonObject): JsonObject | undefined {
  const [name] = field;
  const value = asked['const'];
  return field.length === 1 && name !== undefined && name !== 'facts' && value !== undefined
    ? { [name]: value }
    : undefined;
}

// ---- Examples ---------------------------------------------------------------------------------

export interface DraftExample {
  readonly status: Finding['status'];
  readonly settings: JsonObject;
  readonly pointers: readonly string[];
}

/** When the examples are read; times among the candidates are told from it. */
export const exampleObservedAt = '2026-01-01T00:00:00Z';

const maxTries = 30_000;

/**
 * Made-up settings for each verdict that the policy can give, the first of each kind that is found.
 * @param interpret from an answer to an observation, as the audit does it
 */
export function examplesFor(
  policy: Policy,
  source: Source,
  interpret: (source: Source, answer: JsonObject, observedAtMs: number) => Observation,
): readonly DraftExample[] {
  const compiled = compilePolicy({ pack: '', policy });
  const observedAtMs = Date.parse(exampleObservedAt);
  const judge = (settings: JsonObject): DraftExample => {
    const finding = evaluate(compiled, source, interpret(source, settings, observedAtMs));
    const violations = finding.status === 'fail' ? finding.violations : [];
    return {
      status: finding.status,
      settings,
      pointers: [...new Set(violations.map(({ pointer }) => pointer))],
    };
  };
  const found = new Map<string, DraftExample>();
  const wanted = ['pass', 'fail', ...(policy.when === undefined ? [] : ['skip'])];
  for (const settings of settingsFor(policy, source)) {
    const example = judge(settings);
    if (wanted.includes(example.status) && !found.has(example.status)) {
      found.set(example.status, example);
    }
    if (found.size === wanted.length) break;
  }
  const missing = withoutRead(policy, found.get('pass')?.settings, source);
  const error = missing === undefined ? undefined : judge(missing);
  return [...found.values(), ...(error?.status === 'error' ? [error] : [])];
}

/** The passing settings without what the policy requires, beside which something must be left. */
function withoutRead(
  { require }: Policy,
  settings: JsonObject | undefined,
  source: Source,
): JsonObject | undefined {
  const [path] = readsOf(require).paths.filter(([root]) => root !== 'facts');
  const [fact] = readsOf(require).paths.filter(
    ([root, name]) => root === 'facts' && name !== undefined,
  );
  const name = path?.[0] ?? source.facts[fact?.[1] ?? '']?.from[0];
  if (settings === undefined || name === undefined) return undefined;
  const rest = Object.fromEntries(Object.entries(settings).filter(([key]) => key !== name));
  return rest;
}

function settingsFor(policy: Policy, source: Source): Iterable<JsonObject> {
  const schemas = [policy.when, policy.require].map((schema) => readsOf(schema ?? {}));
  const hints = schemas.flatMap(({ applied }) => applied);
  const numbers = hints.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  const texts = hints.flatMap(({ keyword, value }) =>
    keyword === 'pattern'
      ? []
      : (isArray(value) ? value : [value]).filter((each) => typeof each === 'string'),
  );
  const roots = schemas
    .flatMap(({ paths }) => paths)
    .flatMap(([root = '', name = '']) =>
      root === 'facts' ? (source.facts[name]?.from ?? []) : [root],
    );
  const names = [
    ...new Set([...roots, ...(source.paging === undefined ? [] : [source.paging.list])]),
  ];
  const properties = names.flatMap((name) => {
    const field = Object.hasOwn(source.fields, name) ? source.fields[name] : undefined;
    return field === undefined ? [] : [{ name, values: valuesFor(field, { numbers, texts }) }];
  });
  return products(properties, source);
}

function* products(
  properties: readonly { readonly name: string; readonly values: readonly Json[] }[],
  source: Source,
): Generator<JsonObject> {
  const count = properties.reduce((product, { values }) => product * values.length, 1);
  const stride = count <= maxTries ? 1 : Math.floor(count / maxTries) | 1;
  for (let index = 0; index < count && index / stride < maxTries; index += stride) {
    let rest = index;
    const settings: Record<string, Json> = {};
    for (const { name, values } of properties) {
      settings[name] = values[rest % values.length] ?? null;
      rest = Math.floor(rest / values.length);
    }
    yield whole(settings, source);
  }
}

/** A list that is read in pages says how long it is, and no item twice. */
function whole(settings: JsonObject, { paging }: Source): JsonObject {
  const list = paging === undefined ? undefined : settings[paging.list];
  if (paging === undefined || !isArray(list)) return settings;
  const items = list.map((item, index): Json => {
    if (!isObject(item)) return null;
    const before = item[paging.key];
    const key = typeof before === 'number' ? index + 1 : `example-${String(index + 1)}`;
    return { ...item, [paging.key]: key };
  });
  return { [paging.total]: items.length, ...settings, [paging.list]: items };
}

interface Hints {
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
}

/** Likely values first: what is found first is what people will read. */
function valuesFor(field: Field, hints: Hints): readonly Json[] {
  switch (field.type) {
    case 'boolean':
      return [true, false];
    case 'integer':
      return unique([
        ...(field.values ?? []),
        ...hints.numbers.flatMap((each) => [
          Math.floor(each),
          Math.floor(each) + 1,
          Math.ceil(each) - 1,
        ]),
        ...[1, 0, 7, 30],
      ]);
    case 'string':
      return unique([...(field.values ?? []), ...hints.texts, 'example', ...times, '']);
    case 'string[]':
    case 'integer[]':
      return listsOf(field.type, field.values ?? [], hints);
    case 'object':
      return objectsOf(field.fields, hints);
    case 'object[]': {
      const items = objectsOf(field.item, hints);
      const [first = {}] = items;
      // A fact may want an item of every kind that there is.
      const kinds = Object.entries(field.item).flatMap(([name, inner]): readonly Json[] =>
        'values' in inner ? [inner.values.map((value) => ({ ...first, [name]: value }))] : [],
      );
      const longer = lengthsOf(hints).map((length) => repeat(items, length));
      return [[], ...items.map((item) => [item]), ...kinds, ...longer];
    }
  }
}

/** Times of day, and instants before and after the reading, in the forms of the API. */
const times = [
  ...['02:00', '03:30', '04:00', '00:00', '23:59'],
  ...['2026-01-01 07:00:00', '2025-12-30 07:00:00', '2025-12-20 07:00:00', '2025-06-01 00:00:00'],
  ...['2026-01-20 00:00:00', '2027-06-01 00:00:00'],
];

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}

const maxLength = 200;

function lengthsOf({ numbers }: Hints): readonly number[] {
  const near = numbers.flatMap((each) => [Math.floor(each), Math.floor(each) + 1]);
  return unique([2, ...near]).filter((length) => length > 1 && length <= maxLength);
}

function listsOf(
  type: 'string[]' | 'integer[]',
  values: readonly Json[],
  hints: Hints,
): readonly Json[] {
  const made = (length: number): Json =>
    Array.from({ length }, (_, index) =>
      type === 'string[]' ? `example-${String(index + 1)}` : index + 1,
    );
  const given: readonly Json[] =
    type === 'string[]' ? [...values, ...hints.texts] : [...values, ...hints.numbers];
  return [[], made(1), ...given.map((value) => [value]), ...lengthsOf(hints).map(made)];
}

/** One with the likeliest values, and those that differ from it in one field. */
function objectsOf(fields: Readonly<Record<string, Field>>, hints: Hints): readonly JsonObject[] {
  const choices = Object.entries(fields).map(
    ([name, field]) => [name, valuesFor(field, hints)] as const,
  );
  const first = Object.fromEntries(choices.map(([name, values]) => [name, values[0] ?? null]));
  const others = choices.flatMap(([name, values]) =>
    values.slice(1).map((value) => ({ ...first, [name]: value })),
  );
  return [first, ...others];
}

function repeat(items: readonly JsonObject[], length: number): Json {
  return Array.from({ length }, (_, index) => items[index % items.length] ?? {});
}

/** `Enable is true, ExcludeImages has 2 items.` */
export function descriptionOf(settings: JsonObject): string {
  const parts = Object.entries(settings).map(([name, value]) => {
    if (isArray(value)) {
      const count = value.length;
      return count === 0
        ? `${name} is empty`
        : `${name} has ${String(count)} ${count === 1 ? 'item' : 'items'}`;
    }
    return isObject(value) ? `${name} is as shown` : `${name} is ${JSON.stringify(value)}`;
  });
  return parts.length === 0
    ? 'The answer has none of what the policy reads.'
    : `${parts.join(', ')}.`;
}

/** Whether the source documents the path as something that can be asked about. */
export function isAskable(source: Source, path: ReadPath): boolean {
  const type = documentedAt(source, path)?.type;
  return path.length > 0 && type !== undefined && type !== 'object';
}

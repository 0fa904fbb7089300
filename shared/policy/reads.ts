/**
 * What a policy reads. JSON Schema passes an object that lacks a property, so we must know which
 * properties a schema speaks of: a missing one is `error`, not `pass`.
 */
import { placeOf } from '../fields.ts';
import { isArray, isObject, own } from '../json.ts';
import type { Json, JsonObject } from '../model.ts';

/** Property names from the root; `*` stands for every item of a list. */
export type ReadPath = readonly string[];

/** Where in the schema: keys and numbers from its root. */
export type SchemaPath = readonly string[];

export interface Applied {
  readonly path: ReadPath;
  readonly at: SchemaPath;
  readonly keyword: string;
  readonly value: Json;
}

export interface Reads {
  readonly paths: readonly ReadPath[];
  /** Each path, and every place of the schema that reads it. */
  readonly readings: readonly { readonly path: ReadPath; readonly at: SchemaPath }[];
  /** Keywords in the way of knowing: what they read cannot be named. */
  readonly refused: readonly { readonly what: string; readonly at: SchemaPath }[];
  /** Which keywords are applied to which path, to hold them against the field's type. */
  readonly applied: readonly Applied[];
}

const assertions = new Set([
  ...['const', 'enum', 'type'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'pattern'],
  ...['minItems', 'maxItems', 'uniqueItems', 'minContains', 'maxContains'],
]);
const listApplicators = new Set(['items', 'contains']);
const annotations = new Set([
  'title',
  'description',
  '$comment',
  'default',
  'examples',
  'deprecated',
]);

const applicators = [
  'properties',
  'required',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
];

/** The keywords of which we know what they read. */
export const keywords: readonly string[] = [
  ...assertions,
  ...listApplicators,
  ...annotations,
  ...applicators,
  '$ref',
  '$defs',
];

/** Keywords of JSON Schema 2020-12 that are no mistake of spelling, and are refused all the same. */
const refusedKeywords: ReadonlySet<string> = new Set([
  ...['$schema', '$id', '$anchor', '$dynamicRef', '$dynamicAnchor', '$vocabulary', '$async'],
  ...['patternProperties', 'additionalProperties', 'unevaluatedProperties', 'propertyNames'],
  ...['minProperties', 'maxProperties', 'dependentRequired', 'dependentSchemas', 'dependencies'],
  ...['prefixItems', 'additionalItems', 'unevaluatedItems', 'definitions', 'nullable'],
  ...['format', 'contentEncoding', 'contentMediaType', 'contentSchema', 'readOnly', 'writeOnly'],
]);

export function isKeyword(word: string): boolean {
  return keywords.includes(word) || refusedKeywords.has(word);
}

export function readsOf(root: JsonObject): Reads {
  const paths = new Map<string, ReadPath>();
  const readings: { path: ReadPath; at: SchemaPath }[] = [];
  const refused = new Map<string, SchemaPath>();
  const refuse = (what: string, at: SchemaPath) => {
    if (!refused.has(what)) refused.set(what, at);
  };
  const applied: Applied[] = [];
  const followed = new Set<string>();

  const read = (path: ReadPath, name: string, at: SchemaPath): ReadPath => {
    const full = [...path, name];
    paths.set(JSON.stringify(full), full);
    readings.push({ path: full, at });
    return full;
  };

  const walkAll = (schemas: Json, path: ReadPath, at: SchemaPath) => {
    if (!isArray(schemas)) return;
    for (const [index, schema] of schemas.entries()) walk(schema, path, [...at, String(index)]);
  };

  const walk = (schema: unknown, path: ReadPath, at: SchemaPath): void => {
    if (!isObject(schema)) return;
    for (const [keyword, value] of Object.entries(schema)) {
      const here = [...at, keyword];
      if (assertions.has(keyword) || listApplicators.has(keyword)) {
        applied.push({ path, at: here, keyword, value });
      }
      if (!assertions.has(keyword) && !annotations.has(keyword)) visit(keyword, value, path, here);
    }
  };

  const visit = (keyword: string, value: Json, path: ReadPath, at: SchemaPath): void => {
    switch (keyword) {
      case 'properties':
        for (const [name, sub] of Object.entries(isObject(value) ? value : {})) {
          walk(sub, read(path, name, [...at, name]), [...at, name]);
        }
        return;
      case 'required':
        for (const [index, name] of (isArray(value) ? value : []).entries()) {
          if (typeof name === 'string') read(path, name, [...at, String(index)]);
        }
        return;
      case 'items':
      case 'contains':
        walk(value, [...path, '*'], at);
        return;
      case 'allOf':
      case 'anyOf':
      case 'oneOf':
        walkAll(value, path, at);
        return;
      case 'not':
      case 'if':
      case 'then':
      case 'else':
        walk(value, path, at);
        return;
      case '$ref':
        follow(value, path, at);
        return;
      case '$defs':
        return;
      default:
        refuse(keyword, at);
    }
  };

  const follow = (value: Json, path: ReadPath, at: SchemaPath): void => {
    const ref = typeof value === 'string' ? value : '';
    const name = /^#\/\$defs\/([\w-]+)$/.exec(ref)?.[1];
    const defs = own(root, '$defs');
    const target = name !== undefined && isObject(defs) ? own(defs, name) : undefined;
    if (target === undefined) {
      refuse(`$ref ${ref}`, at);
      return;
    }
    const step = `${ref} ${JSON.stringify(path)}`;
    if (followed.has(step)) return;
    followed.add(step);
    // A definition that refers to itself one level deeper would never end.
    if (path.length > 16) refuse(`$ref ${ref}`, at);
    else walk(target, path, ref.split('/').slice(1));
  };

  walk(root, [], []);
  return {
    paths: [...paths.values()],
    readings,
    refused: [...refused].map(([what, at]) => ({ what, at })),
    applied,
  };
}

/** Every place that the path names and where there is nothing, or null. */
export function missingAt(document: Json, path: ReadPath): readonly (readonly string[])[] {
  return missingBelow(document, path, 0, []);
}

function missingBelow(
  value: Json | undefined,
  path: ReadPath,
  depth: number,
  items: readonly number[],
): readonly (readonly string[])[] {
  if (value === undefined || value === null) return [placeOf(path, depth, items)];
  const step = path[depth];
  if (step === undefined) return none;
  if (step === '*') {
    if (!isArray(value)) return none;
    return value.flatMap((item, index) => missingBelow(item, path, depth + 1, [...items, index]));
  }
  return missingBelow(isObject(value) ? own(value, step) : undefined, path, depth + 1, items);
}

const none: readonly never[] = [];

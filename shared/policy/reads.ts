/**
 * What a policy reads. JSON Schema passes an object that lacks a property, so we must know which
 * properties a schema speaks of: a missing one is `error`, not `pass`.
 */
import { isArray, isObject, own } from '../json.ts';
import type { Json, JsonObject } from '../model.ts';

/** Property names from the root; `*` stands for every item of a list. */
export type ReadPath = readonly string[];

export interface Applied {
  readonly path: ReadPath;
  readonly keyword: string;
  readonly value: Json;
}

export interface Reads {
  readonly paths: readonly ReadPath[];
  /** Keywords in the way of knowing: what they read cannot be named. */
  readonly refused: readonly string[];
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

export function readsOf(root: JsonObject): Reads {
  const paths = new Map<string, ReadPath>();
  const refused = new Set<string>();
  const applied: Applied[] = [];
  const followed = new Set<string>();

  const read = (path: readonly string[], name: string): ReadPath => {
    const full = [...path, name];
    paths.set(JSON.stringify(full), full);
    return full;
  };

  const walkAll = (schemas: Json, path: readonly string[]) => {
    for (const schema of isArray(schemas) ? schemas : []) walk(schema, path);
  };

  const walk = (schema: unknown, path: readonly string[]): void => {
    if (!isObject(schema)) return;
    for (const [keyword, value] of Object.entries(schema)) {
      if (assertions.has(keyword) || listApplicators.has(keyword)) {
        applied.push({ path, keyword, value });
      }
      if (!assertions.has(keyword) && !annotations.has(keyword)) visit(keyword, value, path);
    }
  };

  const visit = (keyword: string, value: Json, path: readonly string[]): void => {
    switch (keyword) {
      case 'properties':
        for (const [name, sub] of Object.entries(isObject(value) ? value : {})) {
          walk(sub, read(path, name));
        }
        return;
      case 'required':
        for (const name of isArray(value) ? value : []) {
          if (typeof name === 'string') read(path, name);
        }
        return;
      case 'items':
      case 'contains':
        walk(value, [...path, '*']);
        return;
      case 'allOf':
      case 'anyOf':
      case 'oneOf':
        walkAll(value, path);
        return;
      case 'not':
      case 'if':
      case 'then':
      case 'else':
        walk(value, path);
        return;
      case '$ref':
        follow(value, path);
        return;
      case '$defs':
        return;
      default:
        refused.add(keyword);
    }
  };

  const follow = (value: Json, path: readonly string[]): void => {
    const ref = typeof value === 'string' ? value : '';
    const name = /^#\/\$defs\/([\w-]+)$/.exec(ref)?.[1];
    const defs = own(root, '$defs');
    const target = name !== undefined && isObject(defs) ? own(defs, name) : undefined;
    if (target === undefined) {
      refused.add(`$ref ${ref}`);
      return;
    }
    const step = `${ref} ${JSON.stringify(path)}`;
    if (followed.has(step)) return;
    followed.add(step);
    // A definition that refers to itself one level deeper would never end.
    if (path.length > 16) refused.add(`$ref ${ref}`);
    else walk(target, path);
  };

  walk(root, []);
  return { paths: [...paths.values()], refused: [...refused], applied };
}

/** Every place that the path names and where there is nothing, or null. */
export function missingAt(document: Json, path: ReadPath): readonly (readonly string[])[] {
  const absent: (readonly string[])[] = [];
  const descend = (
    value: Json | undefined,
    rest: readonly string[],
    at: readonly string[],
  ): void => {
    if (value === undefined || value === null) {
      absent.push(at);
      return;
    }
    const [step, ...deeper] = rest;
    if (step === undefined) return;
    if (step === '*') {
      if (isArray(value)) {
        for (const [index, item] of value.entries()) descend(item, deeper, [...at, String(index)]);
      }
      return;
    }
    descend(isObject(value) ? own(value, step) : undefined, deeper, [...at, step]);
  };
  descend(document, path, []);
  return absent;
}

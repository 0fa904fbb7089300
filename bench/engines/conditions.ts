/** JSON Schema, as far as policies use it, in the words of json-rules-engine. */
import { isArray, isObject } from '../../shared/json.ts';
import type { Json, JsonObject } from '../../shared/model.ts';

/** What json-rules-engine takes inside `all`, `any` and `not`. */
export type Conditions =
  | {
      readonly fact: string;
      readonly path?: string;
      readonly operator: string;
      readonly value: Json;
    }
  | { readonly all: Conditions[] }
  | { readonly any: Conditions[] }
  | { readonly not: Conditions };

class Inexpressible extends Error {}

/**
 * It holds where the schema does, of documents that have what the schema reads, of the documented types.
 * @returns why it cannot be said, as text
 */
export function translate(schema: JsonObject): Conditions | string {
  try {
    return ofSchema(schema, []);
  } catch (error) {
    if (error instanceof Inexpressible) return error.message;
    throw error;
  }
}

function ofSchema(schema: Json, path: readonly string[]): Conditions {
  if (!isObject(schema)) throw new Inexpressible('a schema that is yes or no');
  return { all: Object.entries(schema).map(([keyword, value]) => ofKeyword(keyword, value, path)) };
}

function ofKeyword(keyword: string, value: Json, path: readonly string[]): Conditions {
  const compare = (operator: string, to: Json, more: readonly string[] = []) =>
    comparison([...path, ...more], operator, to);
  const ofAll = () => (isArray(value) ? value : []).map((one) => ofSchema(one, path));
  switch (keyword) {
    case 'properties':
      return {
        all: Object.entries(isObject(value) ? value : {}).map(([name, sub]) =>
          ofSchema(sub, [...path, name]),
        ),
      };
    case 'allOf':
      return { all: ofAll() };
    case 'anyOf':
      return { any: ofAll() };
    case 'not':
      return { not: ofSchema(value, path) };
    case 'const':
      return compare('equal', plain(value));
    case 'enum':
      return compare('in', isArray(value) ? value.map(plain) : []);
    case 'minimum':
      return compare('greaterThanInclusive', value);
    case 'maximum':
      return compare('lessThanInclusive', value);
    case 'maxItems':
      return compare('lessThanInclusive', value, ['length']);
    case 'contains': {
      // Items are only compared, and not described.
      const [[inner, item] = [], ...others] = Object.entries(isObject(value) ? value : {});
      if (inner !== 'const' || item === undefined || others.length > 0)
        throw new Inexpressible('contains of more than a const');
      return compare('contains', plain(item));
    }
    default:
      throw new Inexpressible(keyword);
  }
}

function comparison(path: readonly string[], operator: string, value: Json): Conditions {
  const [fact, ...below] = path;
  if (fact === undefined) throw new Inexpressible(`${operator} of the whole document`);
  const odd = below.find((name) => !/^\w+$/.test(name));
  if (odd !== undefined) throw new Inexpressible(`the name ${odd} in a path`);
  return { fact, operator, value, ...(below.length > 0 && { path: `$.${below.join('.')}` }) };
}

/** It compares by ===. */
function plain(value: Json): Json {
  if (isObject(value) || isArray(value)) throw new Inexpressible('equality with a list or object');
  return value;
}

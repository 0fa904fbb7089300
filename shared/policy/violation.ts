/** From ajv's errors to violations: what is, what must be, and a sentence for both. */
import { atPointer, isArray, isObject, jsonOf, own } from '../json.ts';
import type { Json, JsonObject, Violation } from '../model.ts';
import type { SchemaError } from './compiled.ts';

/** Keywords that only say that something inside them failed. */
const wrappers = new Set(['if', 'allOf', 'anyOf', 'oneOf']);

/** @param schema the policy's, in which the errors say where they come from */
export function violationsOf(
  document: JsonObject,
  errors: readonly SchemaError[],
  schema: JsonObject,
): readonly Violation[] {
  const contains = errors.filter(({ keyword }) => keyword === 'contains');
  // That no item is the one asked for is one violation of the list, not one of each item. Of a list that has
  // it, ajv keeps no error, so whatever comes from inside a `contains` belongs to one that is told.
  const isInside = ({ schemaPath }: SchemaError) =>
    contains.some((list) => schemaPath.startsWith(`${list.schemaPath}/`));
  const leaves = errors.filter((error) => !wrappers.has(error.keyword) && !isInside(error));
  const byText = new Map(
    (leaves.length > 0 ? leaves : errors).map((error) => {
      const violation = violationOf(document, error, atPointer(schema, error.schemaPath) ?? true);
      return [violation.message, violation] as const;
    }),
  );
  return [...byText.values()];
}

/** @param given what the policy gives the keyword */
function violationOf(document: JsonObject, error: SchemaError, given: Json): Violation {
  const { keyword, instancePath: pointer } = error;
  const actual = atPointer(document, pointer) ?? null;
  const expected = expectedOf(error, given);
  const name = pointer === '' ? 'the settings' : pointer;
  const message = `${name} ${mustOf(error, expected, given)}, ${isOf(keyword, pointer, actual)}`;
  return { pointer, expected, actual, message };
}

/** More items of a list than these are counted only. */
const maxItemsShown = 5;

function isOf(keyword: string, pointer: string, actual: Json): string {
  if (!isArray(actual)) return `is ${JSON.stringify(actual)}`;
  const counts = keyword.endsWith('Items') && !pointer.startsWith('/facts/');
  if (counts || actual.some((item) => isObject(item))) return `has ${String(actual.length)}`;
  const more = actual.length - maxItemsShown;
  const shown = JSON.stringify(actual.slice(0, maxItemsShown));
  return more > 0 ? `is ${shown.slice(0, -1)}, and ${String(more)} more]` : `is ${shown}`;
}

/** A `const` is the value itself; anything else is the keyword that must hold, as JSON Schema writes it. */
function expectedOf({ keyword, params }: SchemaError, given: Json): Json {
  switch (keyword) {
    case 'const':
      return jsonOf(params['allowedValue']);
    case 'enum':
      return { enum: jsonOf(params['allowedValues']) };
    case 'required':
      return { required: [jsonOf(params['missingProperty'])] };
    case 'contains': {
      const { minContains, maxContains } = params;
      return {
        contains: given,
        ...(minContains !== 1 && { minContains: jsonOf(minContains) }),
        ...(maxContains !== undefined && { maxContains: jsonOf(maxContains) }),
      };
    }
    case 'not':
      return { not: given };
    default:
      return { [keyword]: jsonOf(params['limit'] ?? params[keyword] ?? true) };
  }
}

function mustOf({ keyword, params }: SchemaError, expected: Json, given: Json): string {
  const bare = isObject(expected) ? Object.values(expected)[0] : expected;
  const value = JSON.stringify(keyword === 'const' ? expected : bare);
  switch (keyword) {
    case 'const':
      return `must be ${value}`;
    case 'enum':
      return `must be one of ${[bare]
        .flat()
        .map((one) => JSON.stringify(one))
        .join(', ')}`;
    case 'type':
      return `must be of type ${value.replaceAll('"', '')}`;
    case 'minimum':
      return `must be at least ${value}`;
    case 'maximum':
      return `must be at most ${value}`;
    case 'exclusiveMinimum':
      return `must be more than ${value}`;
    case 'exclusiveMaximum':
      return `must be less than ${value}`;
    case 'minItems':
      return `must have at least ${value} items`;
    case 'maxItems':
      return value === '0' ? 'must be empty' : `must have at most ${value} items`;
    case 'pattern':
      return `must match ${value}`;
    case 'contains':
      return mustContain(given, params);
    case 'not':
      return mustNot(given);
    default:
      return `must satisfy ${keyword} ${value}`;
  }
}

function mustContain(
  given: Json,
  { minContains, maxContains }: Readonly<Record<string, unknown>>,
): string {
  const item = itemOf(given);
  if (maxContains === 0) return `must not contain ${item}`;
  if (maxContains !== undefined) {
    return `must contain ${item} ${JSON.stringify(minContains)} to ${JSON.stringify(maxContains)} times`;
  }
  return minContains === 1
    ? `must contain ${item}`
    : `must contain ${item} at least ${JSON.stringify(minContains)} times`;
}

function mustNot(schema: Json): string {
  const value = soleOf(schema, 'const');
  if (value !== undefined) return `must not be ${JSON.stringify(value)}`;
  const contains = soleOf(schema, 'contains');
  if (contains !== undefined) return `must not contain ${itemOf(contains)}`;
  return `must not satisfy ${JSON.stringify(schema)}`;
}

/** The item that a list is asked for: a value, `an item with Type "IMG_VUL" and Switch "ON"`, or the schema. */
function itemOf(schema: Json): string {
  const value = soleOf(schema, 'const');
  if (value !== undefined) return JSON.stringify(value);
  const properties = soleOf(schema, 'properties');
  const parts = Object.entries(isObject(properties) ? properties : {});
  const words = parts.map(([name, part]) => ({ name, value: soleOf(part, 'const') }));
  return words.length > 0 && words.every((word) => word.value !== undefined)
    ? `an item with ${words.map((word) => `${word.name} ${JSON.stringify(word.value)}`).join(' and ')}`
    : `an item that satisfies ${JSON.stringify(schema)}`;
}

/** What the schema gives the keyword, if it has no other. */
function soleOf(schema: Json, keyword: string): Json | undefined {
  return isObject(schema) && Object.keys(schema).length === 1 ? own(schema, keyword) : undefined;
}

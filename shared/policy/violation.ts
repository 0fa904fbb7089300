/** From ajv's errors to violations: what is, what must be, and a sentence for both. */
import { atPointer, isArray, isObject, jsonOf } from '../json.ts';
import type { Json, JsonObject, Violation } from '../model.ts';
import type { SchemaError } from './compiled.ts';

/** Keywords that only say that something inside them failed. */
const wrappers = new Set(['if', 'allOf', 'anyOf', 'oneOf']);

export function violationsOf(
  document: JsonObject,
  errors: readonly SchemaError[],
): readonly Violation[] {
  const leaves = errors.filter(({ keyword }) => !wrappers.has(keyword));
  const byText = new Map(
    (leaves.length > 0 ? leaves : errors).map((error) => {
      const violation = violationOf(document, error);
      return [violation.message, violation] as const;
    }),
  );
  return [...byText.values()];
}

function violationOf(document: JsonObject, error: SchemaError): Violation {
  const { keyword, instancePath: pointer } = error;
  const actual = atPointer(document, pointer) ?? null;
  const expected = expectedOf(error);
  const is =
    keyword.endsWith('Items') && isArray(actual)
      ? `has ${String(actual.length)}`
      : `is ${JSON.stringify(actual)}`;
  const name = pointer === '' ? 'the settings' : pointer;
  return { pointer, expected, actual, message: `${name} ${mustOf(keyword, expected)}, ${is}` };
}

/** A `const` is the value itself; anything else is the keyword that must hold, as JSON Schema writes it. */
function expectedOf({ keyword, params }: SchemaError): Json {
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
        minContains: jsonOf(minContains),
        ...(maxContains !== undefined && { maxContains: jsonOf(maxContains) }),
      };
    }
    default:
      return { [keyword]: jsonOf(params['limit'] ?? params[keyword] ?? true) };
  }
}

function mustOf(keyword: string, expected: Json): string {
  const bare = isObject(expected) ? Object.values(expected)[0] : expected;
  const value = JSON.stringify(keyword === 'const' ? expected : bare);
  switch (keyword) {
    case 'const':
      return `must be ${value}`;
    case 'enum':
      return `must be one of ${(isArray(bare) ? bare : []).map((one) => JSON.stringify(one)).join(', ')}`;
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
    default:
      return `must satisfy ${keyword} ${value}`;
  }
}

/** A schema in words, for people who do not read JSON Schema; or nothing, where words would be longer. */
import { isArray, isObject } from '../json.ts';
import type { Json, JsonObject } from '../model.ts';

/** @returns what must hold, a line each, or undefined where the schema itself says it better */
export function wordsOf(schema: JsonObject): readonly string[] | undefined {
  const lines = linesOf(schema, '');
  return lines === undefined || lines.length === 0 || lines.length > 8 ? undefined : lines;
}

function linesOf(schema: JsonObject, name: string): readonly string[] | undefined {
  const lines: string[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    const part = partOf(keyword, value, name);
    if (part === undefined) return undefined;
    lines.push(...part);
  }
  return lines;
}

function partOf(keyword: string, value: Json, name: string): readonly string[] | undefined {
  if (keyword === 'properties' && isObject(value)) {
    return all(
      Object.entries(value).map(([key, sub]) =>
        isObject(sub) ? linesOf(sub, name === '' ? key : `${name}.${key}`) : undefined,
      ),
    );
  }
  if (keyword === 'allOf' && isArray(value)) {
    return all(value.map((sub) => (isObject(sub) ? linesOf(sub, name) : undefined)));
  }
  if (keyword === 'required' && isArray(value)) return [];
  if (keyword === 'type' || keyword === '$comment' || keyword === 'description') return [];
  if (keyword === 'items' && isObject(value)) return linesOf(value, `${name}.*`);
  const shown = `\`${name}\``;
  const text = JSON.stringify(value);
  switch (keyword) {
    case 'const':
      return [`${shown} is \`${text}\``];
    case 'enum':
      return isArray(value)
        ? [`${shown} is one of ${value.map((one) => `\`${JSON.stringify(one)}\``).join(', ')}`]
        : undefined;
    case 'minimum':
      return [`${shown} is at least \`${text}\``];
    case 'maximum':
      return [`${shown} is at most \`${text}\``];
    case 'exclusiveMinimum':
      return [`${shown} is more than \`${text}\``];
    case 'exclusiveMaximum':
      return [`${shown} is less than \`${text}\``];
    case 'pattern':
      return [`${shown} matches \`${text}\``];
    case 'minItems':
      return [`${shown} has at least \`${text}\` items`];
    case 'maxItems':
      return [value === 0 ? `${shown} is empty` : `${shown} has at most \`${text}\` items`];
    default:
      return undefined;
  }
}

function all(parts: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const known = parts.filter((part) => part !== undefined);
  return known.length === parts.length ? known.flat() : undefined;
}

/** The documented fields of a source, at any depth: what is at a path, and what an answer has there. */
import { hasType, isArray, isObject, own } from './json.ts';
import type { Field, FieldType, Fields, Json } from './model.ts';

/** A place in a document: property names from the root, and the numbers of items. */
export type Place = readonly string[];

/** @param path property names from the root; `*` or a number stands for an item of a list */
export function fieldAt(fields: Fields, path: Place): Field | undefined {
  return path.reduce<Field | undefined>(
    (field, step) => field && childOf(field, step),
    rootOf(fields),
  );
}

function rootOf(fields: Fields): Field {
  return { type: 'object', meaning: '', fields };
}

/** What is documented one step further down. An item of a list means what the list means. */
export function childOf(field: Field, step: string): Field | undefined {
  if (field.type === 'object') {
    return Object.hasOwn(field.fields, step) ? field.fields[step] : undefined;
  }
  if (!/^(\*|\d+)$/.test(step)) return undefined;
  const { type, meaning } = field;
  if (type === 'object[]') return { type: 'object', meaning, fields: field.item };
  if (type !== 'string[]' && type !== 'integer[]') return undefined;
  const { values } = field;
  return {
    type: type === 'string[]' ? 'string' : 'integer',
    meaning,
    ...(values !== undefined && { values }),
  };
}

export interface IllTyped {
  readonly at: Place;
  readonly value: Json;
  /** The documented type. */
  readonly type: FieldType;
}

/**
 * Every place on the path whose value is not of its documented type. Nothing, or null, is of no type: what
 * it means is for others to say, except for an item of a list, which must be there.
 */
export function illTypedAt(document: Json, fields: Fields, path: Place): readonly IllTyped[] {
  return illTypedBelow(rootOf(fields), document, path, 0, []);
}

function illTypedBelow(
  field: Field | undefined,
  value: Json | undefined,
  path: Place,
  depth: number,
  items: readonly number[],
): readonly IllTyped[] {
  if (value === undefined || value === null || field === undefined) return none;
  if (!hasType(value, field.type)) {
    return [{ at: placeOf(path, depth, items), value, type: field.type }];
  }
  const step = path[depth];
  if (step === undefined) return none;
  if (step === '*' && isArray(value)) {
    const item = childOf(field, step);
    return value.flatMap((one, index) =>
      illTypedBelow(item, one, path, depth + 1, [...items, index]),
    );
  }
  if (!isObject(value)) return none;
  return illTypedBelow(childOf(field, step), own(value, step), path, depth + 1, items);
}

/** Most places have nothing to say: of a night's thousands of them, none gets a list of its own for that. */
const none: readonly never[] = [];

/**
 * The path as far as `depth`.
 * @param items the numbers of those items that were looked into in the place of each `*`
 */
export function placeOf(path: Place, depth: number, items: readonly number[]): Place {
  let lists = 0;
  return path.slice(0, depth).map((step) => {
    if (step !== '*') return step;
    const index = items[lists];
    lists += 1;
    return String(index);
  });
}

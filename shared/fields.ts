/** The documented fields of a source, at any depth: what is at a path, and what an answer has there. */
import { hasType, isArray, isObject, own } from './json.ts';
import type { Field, FieldType, Fields, Json } from './model.ts';

/** A place in a document: property names from the root, and the numbers of items. */
export type Place = readonly string[];

/** @param path property names from the root; `*` or a number stands for an item of a list */
export function fieldAt(fields: Fields, path: Place): Field | undefined {
  return path.reduce<Field | undefined>((field, step) => field && childOf(field, step), {
    type: 'object',
    meaning: '',
    fields,
  });
}

/** What is documented one step further down. An item of a list means what the list means. */
export function childOf(field: Field, step: string): Field | undefined {
  if (field.type === 'object') {
    return Object.hasOwn(field.fields, step) ? field.fields[step] : undefined;
  }
  if (!/^(\*|\d+)$/.test(step)) return undefined;
  const { meaning } = field;
  switch (field.type) {
    case 'object[]':
      return { type: 'object', meaning, fields: field.item };
    case 'string[]':
    case 'integer[]': {
      const { values } = field;
      const type = field.type === 'string[]' ? 'string' : 'integer';
      return { type, meaning, ...(values !== undefined && { values }) };
    }
    case 'boolean':
    case 'integer':
    case 'string':
      return undefined;
  }
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
  const found: IllTyped[] = [];
  const descend = (value: Json | undefined, field: Field | undefined, rest: Place, at: Place) => {
    if (value === undefined || value === null || field === undefined) return;
    if (!hasType(value, field.type)) {
      found.push({ at, value, type: field.type });
      return;
    }
    const [step, ...deeper] = rest;
    if (step === undefined) return;
    if (step === '*' && isArray(value)) {
      for (const [index, item] of value.entries()) {
        descend(item, childOf(field, step), deeper, [...at, String(index)]);
      }
    } else if (isObject(value)) {
      descend(own(value, step), childOf(field, step), deeper, [...at, step]);
    }
  };
  descend(document, { type: 'object', meaning: '', fields }, path, []);
  return found;
}

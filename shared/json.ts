/** JSON as data: narrowing, reading by pointer, and the one form that is hashed. */
import canonicalize from 'canonicalize';

import type { FieldType, Json, JsonObject } from './model.ts';

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** @throws SyntaxError */
export function parseJson(text: string): Json {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- what JSON.parse gives is JSON
  return JSON.parse(text) as Json;
}

/** For a value that a JSON parser gave, of whose type it says nothing. */
export function jsonOf(parsed: unknown): Json {
  return parseJson(JSON.stringify(parsed ?? null));
}

/**
 * Whether JSON gives some key of an object twice. A parser keeps the last one and says nothing, so who reads the
 * value cannot know that something else was said as well.
 * @param value what the text parsed to
 */
export function saysTwice(text: string, value: unknown): boolean {
  return keysIn(value) < keysWritten(text);
}

/** Outside its strings, JSON has one colon for each key. */
function keysWritten(text: string): number {
  let keys = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') isInString = !isInString;
    else if (isInString && character === '\\') at += 1;
    else if (!isInString && character === ':') keys += 1;
  }
  return keys;
}

function keysIn(root: unknown): number {
  let keys = 0;
  const pending = [root];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const children: readonly unknown[] = Object.values(value);
    if (!isArray(value)) keys += children.length;
    for (const child of children) pending.push(child);
  }
  return keys;
}

/** Only the object's own property: an answer may name a key `constructor`. */
export function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Whether it is of the type itself; an object's own fields are looked at one by one (fields.ts). */
export function hasType(value: Json, type: FieldType): boolean {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'string':
      return typeof value === 'string';
    case 'object':
      return isObject(value);
    case 'string[]':
      return isArray(value) && value.every((item) => typeof item === 'string');
    case 'integer[]':
      return isArray(value) && value.every((item) => Number.isSafeInteger(item));
    case 'object[]':
      return isArray(value) && value.every(isObject);
  }
}

/** Canonical JSON (RFC 8785). What is hashed or compared goes through here and nothing else. */
export function canonicalJson(value: Json): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('JSON has no form for undefined');
  return text;
}

export function toPointer(path: readonly string[]): string {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** RFC 6901. `undefined` where there is nothing. */
export function atPointer(root: Json, pointer: string): Json | undefined {
  let value: Json | undefined = root;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isArray(value)) value = /^(0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined;
    else if (isObject(value)) value = own(value, key);
    else return undefined;
  }
  return value;
}

export function isListOf(value: unknown, isItem: (item: JsonObject) => boolean): boolean {
  return isArray(value) && value.every((item) => isObject(item) && isItem(item));
}

export function isOneOf(known: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && known.includes(value);
}

/** Whether a parsed value is nested at most so deep: whoever walks a deeper one by recursion overflows. */
export function isWithin(value: unknown, maxDepth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (maxDepth === 0) return false;
  const children: readonly unknown[] = isArray(value) ? value : Object.values(value);
  // Of all that is done to a line of evidence, this is done to the most values.
  for (const child of children) if (!isWithin(child, maxDepth - 1)) return false;
  return true;
}

/**
 * Whether it is a time from 1970 to 2199 as programs write it: what is far outside makes a calendar of a million
 * days, and at the ends of what a Date can hold every sum is none.
 */
export function isInstant(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^(?:19[7-9]\d|2[01]\d\d)-/.test(value) &&
    Number.isFinite(Date.parse(value))
  );
}

export type Shape = 'fits' | 'too deep' | 'too large' | 'a number that JSON cannot hold';

/**
 * Whether a parsed answer can be stored and read back as the same value: `1e999` parses to Infinity,
 * which JSON writes as null, and ten thousand nested lists overflow whoever walks them by recursion.
 */
export function shapeOf(root: unknown, maxDepth = 64, maxNodes = 100_000): Shape {
  const pending: { readonly value: unknown; readonly depth: number }[] = [
    { value: root, depth: 0 },
  ];
  let nodes = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, depth } = next;
    nodes += 1;
    if (depth > maxDepth) return 'too deep';
    if (nodes > maxNodes) return 'too large';
    if (typeof value === 'number' && !Number.isFinite(value))
      return 'a number that JSON cannot hold';
    if (typeof value === 'object' && value !== null) {
      for (const child of Object.values(value)) pending.push({ value: child, depth: depth + 1 });
    }
  }
  return 'fits';
}

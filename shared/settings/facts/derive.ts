/** What all groups of facts are made with. Whatever cannot be told is `undefined`, never a guess. */
import { hasType, isArray, isObject, own } from '../../json.ts';
import type { FieldType, Json, JsonObject } from '../../model.ts';
import { minutesBetween, parseInstant, parseUtcTimeOfDay } from '../time.ts';

/** When and where the settings were read. */
export interface Reading {
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** The IANA zone of zone-less times. */
  readonly timezone: string;
}

export type Facts = Readonly<Record<string, Json | undefined>>;
export type Derive = (settings: JsonObject, reading: Reading) => Facts;

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** A last scan further ahead than this is no clock skew: the zone or the answer is wrong. */
const maxSkewMs = hourMs;

/** Milliseconds since something that has happened. */
export function msSince(text: Json | undefined, { atMs, timezone }: Reading): number | undefined {
  if (typeof text !== 'string') return undefined;
  const instant = parseInstant(text, timezone);
  if (instant === undefined || instant - atMs > maxSkewMs) return undefined;
  return Math.max(0, atMs - instant);
}

/** Whole days until something, rounded down: what ends within a day has 0 left, what has ended less. */
export function daysUntil(text: Json | undefined, { atMs, timezone }: Reading): number | undefined {
  if (typeof text !== 'string') return undefined;
  const instant = parseInstant(text, timezone);
  return instant === undefined ? undefined : Math.floor((instant - atMs) / dayMs);
}

/** To a hundredth of an hour, rounded up: rounding must not make anything younger than it is. */
export function hoursOf(ms: number | undefined): number | undefined {
  // Adding 0 makes 0 of -0, which JSON cannot hold.
  return ms === undefined ? undefined : Math.ceil(ms / (hourMs / 100)) / 100 + 0;
}

export function periodHours(days: Json | undefined): number | undefined {
  return isCount(days) && days >= 1 ? days * 24 : undefined;
}

export function windowMinutes(start: Json | undefined, end: Json | undefined): number | undefined {
  if (typeof start !== 'string' || typeof end !== 'string') return undefined;
  const [from, to] = [parseUtcTimeOfDay(start), parseUtcTimeOfDay(end)];
  return from === undefined || to === undefined ? undefined : minutesBetween(from, to);
}

/** To a hundredth of a percent. @param round towards what is worse */
export function percentOf(
  part: number | undefined,
  whole: number | undefined,
  round: 'up' | 'down',
): number | undefined {
  if (part === undefined || whole === undefined || whole === 0) return undefined;
  // In whole numbers: bytes times ten thousand are more than a float holds exactly.
  const [dividend, divisor] = [BigInt(part) * 10_000n, BigInt(whole)];
  const hundredths = (dividend + (round === 'up' ? divisor - 1n : 0n)) / divisor;
  return Number(hundredths) / 100;
}

export function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export function countAt(settings: JsonObject, name: string): number | undefined {
  const value = own(settings, name);
  return isCount(value) ? value : undefined;
}

/** How much of the whole is left over; nothing sensible where the part is larger. */
export function restOf(whole: number | undefined, part: number | undefined): number | undefined {
  if (whole === undefined || part === undefined || part > whole) return undefined;
  return whole - part;
}

export function lengthOf(
  list: Json | undefined,
  type: Extract<FieldType, `${string}[]`>,
): number | undefined {
  return isArray(list) && hasType(list, type) ? list.length : undefined;
}

/**
 * The items of a list of objects. An empty list may come as null where the answer also counts it.
 * @param total the field that counts it
 */
export function itemsAt(
  settings: JsonObject,
  name: string,
  total?: string,
): readonly JsonObject[] | undefined {
  const list = own(settings, name);
  if (isArray(list)) return list.every(isObject) ? list : undefined;
  const isEmpty = (list ?? null) === null && total !== undefined && own(settings, total) === 0;
  return isEmpty ? [] : undefined;
}

/** One value of every item; none where one cannot be told. */
export function every<Item, T>(
  items: readonly Item[] | undefined,
  read: (item: Item) => T | undefined,
): readonly T[] | undefined {
  const values = items?.map(read);
  return values?.every((value) => value !== undefined) === true ? values : undefined;
}

export function flagAt(item: JsonObject, name: string): boolean | undefined {
  const value = own(item, name);
  return typeof value === 'boolean' ? value : undefined;
}

export function textAt(item: JsonObject, name: string): string | undefined {
  const value = own(item, name);
  return typeof value === 'string' ? value : undefined;
}

/** A field that says why something does not work: empty, null or missing where it does. */
export function saysAt(item: JsonObject, name: string): boolean {
  const value = own(item, name) ?? '';
  return typeof value !== 'string' || value.trim() !== '';
}

/** Sorted, each once. */
export function namesOf(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

/**
 * What is not on: the documented things that no entry switches on, and whatever an entry switches off
 * without another switching it on.
 */
export function notOn(
  documented: readonly string[],
  entries: readonly { readonly name: string; readonly isOn: boolean }[],
): readonly string[] {
  const on = new Set(entries.filter(({ isOn }) => isOn).map(({ name }) => name));
  return namesOf(
    [...documented, ...entries.map(({ name }) => name)].filter((name) => !on.has(name)),
  );
}

/** The parameters of a request: what an action takes, and what came. */
import { isObject } from '../json.ts';
import type { Values } from './settings/product.ts';

/** What is wrong with a request's parameters. */
export interface BadParameter {
  readonly code: 'MissingParameter' | 'InvalidParameter' | 'UnknownParameter';
  readonly name: string;
}

type Kind = 'text' | 'number' | 'flag' | 'object' | 'list';

export interface Taken {
  readonly needed?: Readonly<Record<string, Kind>>;
  readonly optional?: Readonly<Record<string, Kind>>;
}

/** The first thing wrong with the parameters. `null` stands for a parameter that is left out. */
export function parameterFault(
  { needed = {}, optional = {} }: Taken,
  parameters: Values,
): BadParameter | undefined {
  for (const [name, value] of Object.entries(parameters)) {
    const kind = Object.hasOwn(needed, name)
      ? needed[name]
      : Object.hasOwn(optional, name)
        ? optional[name]
        : undefined;
    if (kind === undefined) return { code: 'UnknownParameter', name };
    if (value !== null && !isOf(kind, value)) return { code: 'InvalidParameter', name };
  }
  const missing = Object.keys(needed).find((name) => (parameters[name] ?? null) === null);
  return missing === undefined ? undefined : { code: 'MissingParameter', name: missing };
}

function isOf(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'flag':
      return typeof value === 'boolean';
    case 'object':
      return isObject(value);
    case 'list':
      return Array.isArray(value);
  }
}

export function textOf(parameters: Values, name: string): string | undefined {
  const value = parameters[name];
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(parameters: Values, name: string): number | undefined {
  const value = parameters[name];
  return typeof value === 'number' ? value : undefined;
}

export function objectOf(parameters: Values, name: string): Values | undefined {
  const value = parameters[name];
  return isObject(value) ? value : undefined;
}

export function listOf(parameters: Values, name: string): readonly unknown[] | undefined {
  const value: unknown = parameters[name];
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
}

export function isWhole(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}

/** What a source documents at the places that a policy reads: fields at any depth, and facts. */
import { fieldAt } from '../fields.ts';
import type { FactSpec, FieldType, Json, Source } from '../model.ts';
import type { ReadPath } from './reads.ts';

export type ValueType = FieldType | FactSpec['type'];

export interface Documented {
  readonly type: ValueType;
  readonly meaning?: string;
  /** The documented values, where there are such. */
  readonly values?: readonly Json[];
  /** The least that a fact can be. */
  readonly minimum?: number;
  /** What an object, or each object of a list, has. */
  readonly names?: readonly string[];
}

/** @param path from the root; `*` stands for an item of a list */
export function documentedAt(source: Source, path: ReadPath): Documented | undefined {
  const [root, name, ...rest] = path;
  if (root === undefined)
    return { type: 'object', names: [...Object.keys(source.fields), 'facts'] };
  if (root === 'facts') {
    if (name === undefined) return { type: 'object', names: Object.keys(source.facts) };
    const fact = Object.hasOwn(source.facts, name) ? source.facts[name] : undefined;
    if (fact === undefined || rest.length === 0) return fact;
    return fact.type === 'string[]' && rest.length === 1 && rest[0] === '*'
      ? { type: 'string' }
      : undefined;
  }
  const field = fieldAt(source.fields, path);
  if (field === undefined) return undefined;
  const { type, meaning } = field;
  if (type === 'object') return { type, meaning, names: Object.keys(field.fields) };
  if (type === 'object[]') return { type, meaning, names: Object.keys(field.item) };
  return { type, meaning, ...(field.values !== undefined && { values: field.values }) };
}

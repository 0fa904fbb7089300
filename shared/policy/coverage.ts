/** Which documented fields the policies look at, and which nobody does. */
import type { Field, Fields, Policy, Source } from '../model.ts';
import { readsOf, type ReadPath } from './reads.ts';

export interface FieldCoverage {
  // `WarningRules/*/Switch`: the star stands for every item of the list.
  readonly field: string;
  readonly type: Field['type'];
  readonly meaning: string;
  readonly deprecated?: true;
  readonly volatile?: true;
  /** The policies that read it, by itself or through a fact. */
  readonly policies: readonly string[];
}

export interface SourceCoverage {
  readonly source: string;
  readonly title: string;
  readonly policies: number;
  readonly fields: readonly FieldCoverage[];
  /** Fields that somebody sets and that are not deprecated: of these the percentage is. */
  readonly counted: number;
  readonly read: number;
  /** Rounded down, so that 100 means all; 100 where there is nothing to read. */
  readonly percent: number;
}

export function coverageOf(
  policies: readonly Policy[],
  sources: readonly Source[],
): readonly SourceCoverage[] {
  return sources.map((source) => {
    const own = policies.filter((policy) => policy.source === source.id);
    const readers = own.map((policy) => ({ id: policy.id, paths: pathsOf(policy, source) }));
    const fields = leavesOf(source.fields).map(({ path, field, marks }): FieldCoverage => ({
      field: path.join('/'),
      type: field.type,
      meaning: field.meaning,
      ...marks,
      policies: readers
        .filter(({ paths }) => paths.some((read) => covers(read, path)))
        .map(({ id }) => id),
    }));
    const counted = fields.filter((field) => field.deprecated !== true && field.volatile !== true);
    const read = counted.filter((field) => field.policies.length > 0).length;
    return {
      source: source.id,
      title: source.title,
      policies: own.length,
      fields,
      counted: counted.length,
      read,
      percent: percentOf(read, counted.length),
    };
  });
}

/** Rounded down; of nothing, all. */
export function percentOf(read: number, counted: number): number {
  return counted === 0 ? 100 : Math.floor((read * 100) / counted);
}

interface Marks {
  readonly deprecated?: true;
  readonly volatile?: true;
}

/** The fields that hold values; an object is what its fields are. */
function leavesOf(
  fields: Fields,
  parent: ReadPath = [],
  inherited: Marks = {},
): readonly { readonly path: ReadPath; readonly field: Field; readonly marks: Marks }[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const path = [...parent, name];
    const marks: Marks = {
      ...inherited,
      ...(field.deprecated === true && { deprecated: true }),
      ...(field.volatile === true && { volatile: true }),
    };
    if (field.type === 'object') return leavesOf(field.fields, path, marks);
    if (field.type === 'object[]') return leavesOf(field.item, [...path, '*'], marks);
    return [{ path, field, marks }];
  });
}

interface Reading {
  readonly path: ReadPath;
  /** A fact is derived from all of what it names. */
  readonly isWhole: boolean;
}

function pathsOf({ when, require }: Policy, source: Source): readonly Reading[] {
  return [when, require].flatMap((schema) =>
    readsOf(schema ?? {}).paths.flatMap((path): readonly Reading[] => {
      const [root, name] = path;
      if (root !== 'facts') return [{ path, isWhole: false }];
      const fact =
        name !== undefined && Object.hasOwn(source.facts, name) ? source.facts[name] : undefined;
      return (fact?.from ?? []).map((field) => ({ path: [field], isWhole: true }));
    }),
  );
}

function covers({ path, isWhole }: Reading, leaf: ReadPath): boolean {
  const isSame = path.length === leaf.length || isWhole;
  // A list of texts is read as itself or as its items.
  const isItem = path.length === leaf.length + 1 && path.at(-1) === '*';
  return (isSame || isItem) && leaf.slice(0, path.length).every((step, at) => step === path[at]);
}

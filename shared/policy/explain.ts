/** How a policy comes to its verdict on one observation: what it read, what that was, and what failed. */
import { atPointer, isArray, own, toPointer } from '../json.ts';
import type { Finding, Json, JsonObject, Observation, Source } from '../model.ts';
import type { Check, CompiledPolicy } from './compiled.ts';
import { evaluate } from './evaluate.ts';
import { missingAt, type ReadPath } from './reads.ts';
import { documentedAt } from './types.ts';

export interface Reading {
  readonly pointer: string;
  /** Absent where the answer has nothing there. */
  readonly value?: Json;
  /** The documented type; absent where there is none. */
  readonly type?: string;
}

export interface FactReading {
  readonly fact: string;
  /** Absent where it could not be derived. */
  readonly value?: Json;
  readonly from: readonly Reading[];
}

export interface FailedKeyword {
  readonly pointer: string;
  readonly keyword: string;
}

/** One of the two schemas of a policy, as it met the document. */
export interface Step {
  readonly schema: 'when' | 'require';
  readonly reads: readonly Reading[];
  readonly facts: readonly FactReading[];
  /** `not asked`: something that it reads is missing, or an earlier step decided. */
  readonly outcome: 'holds' | 'does not hold' | 'not asked';
  readonly failed: readonly FailedKeyword[];
}

export interface Explanation {
  readonly finding: Finding;
  readonly steps: readonly Step[];
}

export function explain(
  compiled: CompiledPolicy,
  source: Source,
  observation: Observation,
): Explanation {
  const finding = evaluate(compiled, source, observation);
  if ('error' in observation) return { finding, steps: [] };
  const document = { ...observation.settings, facts: observation.facts };
  const when = compiled.when && stepOf('when', compiled.when, source, document, true);
  const isAsked = when === undefined || when.outcome === 'holds';
  const require = stepOf('require', compiled.require, source, document, isAsked);
  return { finding, steps: when === undefined ? [require] : [when, require] };
}

function stepOf(
  schema: Step['schema'],
  { check, reads }: { readonly check: Check; readonly reads: readonly ReadPath[] },
  source: Source,
  document: JsonObject,
  isAsked: boolean,
): Step {
  // What holds others is read with them.
  const isLeaf = (path: ReadPath) =>
    !reads.some(
      (other) => other.length > path.length && path.every((step, at) => other[at] === step),
    );
  const leaves = reads.filter(isLeaf);
  const isFact = ([root]: ReadPath) => root === 'facts';
  const isWhole = reads.every((path) => missingAt(document, path).length === 0);
  const answer = isAsked && isWhole ? ask(check, document) : undefined;
  return {
    schema,
    reads: leaves
      .filter((path) => !isFact(path))
      .flatMap((path) => readingsAt(source, document, path)),
    facts: leaves.filter(isFact).map((path) => factAt(source, document, path)),
    outcome: answer === undefined ? 'not asked' : answer.length > 0 ? 'does not hold' : 'holds',
    failed: answer ?? [],
  };
}

/** @returns what failed, or undefined where there was no answer: the finding says why */
function ask(check: Check, document: JsonObject): readonly FailedKeyword[] | undefined {
  try {
    if (check(document) === true) return [];
    const errors = check.errors ?? [];
    return errors.map(({ keyword, instancePath }) => ({ pointer: instancePath, keyword }));
  } catch {
    return undefined;
  }
}

function readingsAt(source: Source, document: JsonObject, path: ReadPath): readonly Reading[] {
  const type = documentedAt(source, path)?.type;
  return placesAt(document, path).map((place) => {
    const pointer = toPointer(place);
    const value = atPointer(document, pointer);
    return {
      pointer,
      ...(value !== undefined && { value }),
      ...(type !== undefined && { type }),
    };
  });
}

/** The places that the path names, one for each item of a list. */
function placesAt(document: Json, path: ReadPath): readonly ReadPath[] {
  const star = path.indexOf('*');
  if (star === -1) return [path];
  const before = path.slice(0, star);
  const list = atPointer(document, toPointer(before));
  if (!isArray(list)) return [before];
  return list.flatMap((_, index) =>
    placesAt(document, [...before, String(index), ...path.slice(star + 1)]),
  );
}

function factAt(
  source: Source,
  document: JsonObject,
  [root = '', name = '']: ReadPath,
): FactReading {
  const value = atPointer(document, toPointer([root, name]));
  const from = Object.hasOwn(source.facts, name) ? (source.facts[name]?.from ?? []) : [];
  return {
    fact: name,
    ...(value !== undefined && { value }),
    from: from.map((field) => {
      const input = own(document, field);
      return { pointer: toPointer([field]), ...(input !== undefined && { value: input }) };
    }),
  };
}

/** What each engine is made to do: take the policies once, then say of an answer what each policy of its source says. */
import type { JsonObject, Policy } from '../../shared/model.ts';

export type Rule = Pick<Policy, 'id' | 'source' | 'when' | 'require'>;

export type Status = 'pass' | 'fail' | 'skip';

/** In the order of the source's policies; undefined where the engine cannot express one. */
export type Statuses = readonly (Status | undefined)[];

export type Judge = (document: JsonObject) => Statuses | Promise<Statuses>;

export interface Prepared {
  readonly bySource: ReadonlyMap<string, Judge>;
  /** Policies that the engine cannot express, and why. */
  readonly refused: readonly { readonly policyId: string; readonly why: string }[];
}

/** @param read the policies, which whoever brings them along need not read */
export type Prepare = (read: () => readonly Rule[]) => Prepared | Promise<Prepared>;

type Check = (document: JsonObject) => boolean;

export interface Checks {
  readonly source: string;
  readonly when: Check | undefined;
  readonly require: Check;
}

/** For engines that answer yes or no to one schema at once. */
export function byChecks(all: readonly Checks[]): Prepared {
  const judges = [...groupedBySource(all)].map(([source, own]): [string, Judge] => {
    const statusOf =
      (document: JsonObject) =>
      ({ when, require }: Checks): Status => {
        if (when?.(document) === false) return 'skip';
        return require(document) ? 'pass' : 'fail';
      };
    return [source, (document) => own.map(statusOf(document))];
  });
  return { bySource: new Map(judges), refused: [] };
}

export function groupedBySource<One extends { readonly source: string }>(
  all: readonly One[],
): ReadonlyMap<string, readonly One[]> {
  const groups = new Map<string, One[]>();
  for (const one of all) groups.set(one.source, [...(groups.get(one.source) ?? []), one]);
  return groups;
}

/** What the actions of SCF work with. */
import type { Functions, ScfFunction } from './function.ts';
import type { Invocation } from './invocation.ts';

export interface Scf {
  readonly functions: Functions;
  readonly rules: ScfRules;
  /** Oldest first; one that runs has the status 202. */
  readonly invocations: readonly Invocation[];
  /** One run; waits for its answer. */
  readonly invoke: (target: ScfFunction, event: string) => Promise<Invocation>;
  /** Runs in the background, with the retries of the function's configuration. */
  readonly invokeLater: (target: ScfFunction, event: string) => { readonly requestId: string };
  /** Where a function's zip can be fetched. */
  readonly urlOf: (sha256: string) => string;
  /** What lies in COS, for code that comes from there. */
  readonly objectOf: (bucket: string, key: string) => Buffer | undefined;
}

export interface ScfRules {
  readonly runtimes: readonly string[];
  readonly namespaces: readonly string[];
  readonly settlePolls: number;
  readonly settleMs: number;
}

/** `Active` once it has been asked for often enough or time has passed. */
export function settled(target: ScfFunction, { settleMs }: ScfRules, nowMs: number): ScfFunction {
  const isUnderWay = target.status === 'Creating' || target.status === 'Updating';
  const isOver = target.pollsLeft <= 0 || nowMs >= target.changedAtMs + settleMs;
  return isUnderWay && isOver ? { ...target, status: 'Active' } : target;
}

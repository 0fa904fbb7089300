import type { Policy } from '../model.ts';
import type { ReadPath } from './reads.ts';

/** What ajv reports, as far as we use it; compiled without messages, which we write ourselves. */
export interface SchemaError {
  readonly instancePath: string;
  /** Where in the schema the keyword stands: `#/properties/ScanVul/const`. */
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A function that ajv compiled. Its `errors` are overwritten by its next call. */
export interface Check {
  /** Yes or no; anything else is no answer (a promise, from a schema that says it is `$async`). */
  (document: unknown): unknown;
  readonly errors?: readonly SchemaError[] | null;
}

/** A policy ready to judge: the same whether ajv compiled it at build time or just now. */
export interface CompiledPolicy {
  readonly policy: Policy;
  /** The same in canonical JSON, as it is sealed, where the build made it. */
  readonly text?: string;
  /** The folder of `policies/` it comes from. */
  readonly pack: string;
  readonly when?: { readonly check: Check; readonly reads: readonly ReadPath[] };
  readonly require: { readonly check: Check; readonly reads: readonly ReadPath[] };
}

/** Ids of the sources that policies read. */
export function sourceIdsOf(policies: readonly CompiledPolicy[]): ReadonlySet<string> {
  return new Set(policies.map(({ policy }) => policy.source));
}

/** The policies of a folder, checked and compiled. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { invalid } from '../shared/errors.ts';
import { compilePolicy } from '../shared/policy/compile.ts';
import type { CompiledPolicy } from '../shared/policy/compiled.ts';
import { lint, type Library } from '../shared/policy/lint.ts';
import { sources } from '../shared/settings/sources.ts';
import { readPolicyFiles } from './policy-files.ts';

export interface CompiledLibrary extends Library {
  readonly compiled: readonly CompiledPolicy[];
}

/**
 * @param folder the one that ships with the program where undefined
 * @throws AuditError POLICY_INVALID with every problem of every file
 */
export function loadLibrary(folder: string | undefined): CompiledLibrary {
  const linted = lint(readPolicyFiles(folder ?? shippedFolder()), sources);
  if (!linted.ok) throw invalid('POLICY_INVALID', 'Policies are not valid', linted.problems);
  return { ...linted.value, compiled: linted.value.policies.map(compilePolicy) };
}

/** Beside cli/ in the sources, beside dist/ in the package. */
export function shippedFolder(): string {
  const here = import.meta.dirname;
  const candidates = [join(here, '..', 'policies'), join(here, '..', '..', 'policies')];
  return candidates.find((folder) => existsSync(folder)) ?? 'policies';
}

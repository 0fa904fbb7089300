/** The policies of a folder, checked and compiled. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { invalid } from '../shared/errors.ts';
import type { ControlsCatalogue } from '../shared/model.ts';
import { compilePolicy } from '../shared/policy/compile.ts';
import type { CompiledPolicy } from '../shared/policy/compiled.ts';
import { controlsOf } from '../shared/policy/controls.ts';
import { lint, type Library, type PolicyFiles } from '../shared/policy/lint.ts';
import type { SourceFile } from '../shared/policy/parse.ts';
import { sources } from '../shared/settings/sources.ts';
import { judgePattern } from './patterns.ts';
import { readControls, readPolicyFiles } from './policy-files.ts';

export interface CompiledLibrary extends Library {
  readonly compiled: readonly CompiledPolicy[];
}

/**
 * @param folder the one that ships with the program where undefined
 * @throws AuditError POLICY_INVALID with every problem of every file
 */
export function loadLibrary(folder: string | undefined): CompiledLibrary {
  const linted = readLibrary(folder);
  return { ...linted, compiled: linted.policies.map(compilePolicy) };
}

/**
 * The same for what does not judge.
 * @throws AuditError POLICY_INVALID with every problem of every file
 */
export function readLibrary(folder: string | undefined): Library {
  const linted = lint(policyFilesOf(folder), sources, { judgePattern });
  if (linted.ok) return linted.value;
  throw invalid('POLICY_INVALID', 'Policies are not valid', linted.problems);
}

/**
 * The folder's files, and the catalogue of controls that ships beside the folder's own.
 * @throws AuditError POLICY_INVALID when there is no such folder
 */
export function policyFilesOf(folder: string | undefined): PolicyFiles {
  const files = readPolicyFiles(folder ?? shippedFolder());
  return { ...files, controls: controlFilesOf(folder) };
}

/**
 * The catalogue of controls alone, for what reads policies from the evidence.
 * @throws AuditError POLICY_INVALID with every problem
 */
export function loadControls(folder: string | undefined): ControlsCatalogue {
  const controls = controlsOf(controlFilesOf(folder));
  if (controls.ok) return controls.value;
  throw invalid('POLICY_INVALID', 'The catalogue of controls is not valid', controls.problems);
}

function controlFilesOf(folder: string | undefined): readonly SourceFile[] {
  const shipped = shippedFolder();
  const isShipped = folder === undefined || resolve(folder) === resolve(shipped);
  return [...readControls(shipped), ...(isShipped ? [] : readControls(folder))];
}

/** Beside cli/ in the sources, beside dist/ in the package. */
export function shippedFolder(): string {
  const here = import.meta.dirname;
  const candidates = [join(here, '..', 'policies'), join(here, '..', '..', 'policies')];
  return candidates.find((folder) => existsSync(folder)) ?? 'policies';
}

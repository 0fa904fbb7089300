/** Everything that a deployment would do, without doing it: what is described, what is there, what differs. */
import { basename, dirname, join } from 'node:path';

import type { Env } from '../../shared/config.ts';
import { invalid } from '../../shared/errors.ts';
import type { Problem } from '../../shared/model.ts';
import type { PackedPolicy } from '../../shared/policy/compile.ts';
import type { Clock } from '../../shared/ports.ts';
import { camPolicyOf, watchdogNeeds, type CamPolicy } from '../../shared/settings/cam-policy.ts';
import type { Api } from '../../shared/settings/tencent/api.ts';
import { camNeedsOf } from '../cam-needs.ts';
import {
  codeProblems,
  configProblems,
  configWarnings,
  packedText,
  visible,
  type Folder,
} from './check.ts';
import { createCloud, type Cloud } from './cloud.ts';
import type { Description } from './description.ts';
import { packFolder } from './package.ts';
import { planOf, type Desired, type Plan } from './plan.ts';
import { problemOfAll } from './read-variables.ts';
import type { Actual } from './state.ts';
import { variablesAfter } from './steps.ts';

export interface Surveyed {
  readonly desired: Desired;
  readonly folder: Folder;
  readonly cloud: Cloud;
  readonly actual: Actual | undefined;
  readonly plan: Plan;
  /** That the function will have. */
  readonly variables: Readonly<Record<string, string>>;
  /** The name of the role that it will have, where there is one. */
  readonly role: string | undefined;
  /** What it would say of its configuration at its first run. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/**
 * What is to be, with the code.
 * @param remove variables to take away
 * @throws AuditError CONFIG_INVALID with every problem
 */
export function desiredOf(
  descriptions: readonly Description[],
  remove: readonly string[],
): readonly { readonly desired: Desired; readonly folder: Folder }[] {
  const problems: Problem[] = [];
  const all = descriptions.flatMap((description) => {
    const { file, folder, exclude, ...rest } = description;
    const path = join(dirname(file), folder);
    const code = packFolder(path, exclude);
    if (!code.ok) {
      problems.push(...code.problems);
      return [];
    }
    const desired: Desired = { file, ...rest, code: code.value, remove };
    problems.push(...codeProblems(desired, { path, code: code.value }));
    return [{ desired, folder: { path, code: code.value } }];
  });
  for (const name of remove) {
    const setBy = descriptions.find(({ variables }) => Object.hasOwn(variables, name));
    if (setBy === undefined) continue;
    const what = `names ${name}, which ${setBy.file} sets: take its line out there`;
    problems.push({ where: '--unset', what });
  }
  if (problems.length > 0) throw invalid('CONFIG_INVALID', 'Nothing can be deployed', problems);
  return all;
}

/** @throws CloudError */
export async function survey(
  clock: Clock,
  api: Api,
  { desired, folder }: { readonly desired: Desired; readonly folder: Folder },
  policies: readonly PackedPolicy[],
): Promise<Surveyed> {
  const cloud = createCloud(clock, api);
  const actual = await cloud.read(desired);
  const variables = variablesAfter(desired, actual?.variables ?? {});
  const tooMuch = problemOfAll(variables);
  const mounts = desired.settings.cfs ?? actual?.settings.cfs ?? [];
  const role = desired.settings.role ?? actual?.settings.role ?? '';
  return {
    ...{ desired, folder, cloud, actual, variables },
    plan: planOf(desired, actual),
    role: role === '' ? undefined : role,
    problems: [
      ...(tooMuch === undefined ? [] : [{ where: 'environment.variables', what: tooMuch }]),
      ...configProblems(variables, desired.region, folder, policies),
    ],
    warnings: [...desired.warnings, ...configWarnings(variables, mounts)],
  };
}

/**
 * The least that the function's role must be allowed.
 * @throws AuditError CONFIG_INVALID
 */
export function policyFor(surveyed: Surveyed, policies: readonly PackedPolicy[]): CamPolicy {
  const { desired, folder, variables } = surveyed;
  const { region, namespace, name: functionName } = desired;
  const env: Env = visible(variables);
  const needs = camNeedsOf({
    variables: env,
    policies,
    place: { region, namespace, functionName },
    readFile: (path) => {
      const text = packedText(folder, path);
      if (!text.ok) throw new Error(text.problems[0]);
      return text.value;
    },
  });
  if (!needs.ok) throw invalid('CONFIG_INVALID', 'Config is not valid', needs.problems);
  return camPolicyOf(isWatchdog(surveyed) ? watchdogNeeds(needs.value) : needs.value);
}

/** It reads the evidence and tells; it reads no settings, and takes no role. */
export function isWatchdog({ folder }: Pick<Surveyed, 'folder'>): boolean {
  return basename(folder.path) === 'watchdog';
}

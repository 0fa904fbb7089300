/** The roles of all functions that are deployed: each looked at once, whoever shares it. */
import type { PackedPolicy } from '../../shared/policy/compile.ts';
import type { CamPolicy } from '../../shared/settings/cam-policy.ts';
import type { Step } from './plan.ts';
import type { Cam, RoleFound } from './role.ts';
import { policyOfAll, roleFault, roleSteps } from './role-steps.ts';
import { policyFor, type Surveyed } from './survey.ts';

export interface SurveyedRole {
  /** undefined: the functions are given none. */
  readonly name: string | undefined;
  /** The functions that have it. */
  readonly functions: readonly string[];
  readonly policy: CamPolicy;
  readonly found: RoleFound;
  /** What --create-role does. */
  readonly steps: readonly Step[];
  /** Why no function could take it, as the end of a sentence. */
  readonly fault: string | undefined;
}

/**
 * @param isToMake whether --create-role is given
 * @throws CloudError
 * @throws AuditError CONFIG_INVALID
 */
export async function surveyRoles(
  cam: Cam,
  surveyed: readonly Surveyed[],
  policies: readonly PackedPolicy[],
  isToMake: boolean,
): Promise<readonly SurveyedRole[]> {
  const roles: SurveyedRole[] = [];
  for (const name of new Set(surveyed.map(({ role }) => role))) {
    const having = surveyed.filter(({ role }) => role === name);
    const policy = policyOfAll(having.map((one) => policyFor(one, policies)));
    const found: RoleFound = name === undefined ? { kind: 'absent' } : await cam.role(name);
    const steps =
      isToMake && name !== undefined
        ? roleSteps({ name, policy }, found, await cam.policy(name))
        : [];
    const functions = having.map(({ desired }) => desired.name);
    roles.push({ name, functions, policy, found, steps, fault: faultOf(name, found, isToMake) });
  }
  return roles;
}

function faultOf(
  name: string | undefined,
  found: RoleFound,
  isToMake: boolean,
): string | undefined {
  if (name === undefined) return 'is not given: name one as inputs.role, and add --create-role';
  if (found.kind === 'absent')
    return isToMake ? undefined : 'does not exist: add --create-role, or make it yourself';
  return roleFault(found);
}

/**
 * What the function's own role may do, which nobody else can try. A deployment makes a policy of the role's name;
 * rights that were given otherwise are not looked at.
 */
import { CloudError } from '../../shared/errors.ts';
import { isArray, isObject, own, parseJson } from '../../shared/json.ts';
import type { Json } from '../../shared/model.ts';
import type { CamPolicy } from '../../shared/settings/cam-policy.ts';
import type { Cam, PolicyFound, RoleFound } from '../deploy/role.ts';
import { fail, ok, skip, told, verdictOf, warn, type Told, type Verdict } from './verdict.ts';

export interface RoleSeen {
  readonly role: RoleFound;
  /** The policy of the role's name. */
  readonly policy: Told<PolicyFound | undefined>;
}

/** @throws CloudError */
export async function readRole(cam: Pick<Cam, 'role' | 'policy'>, name: string): Promise<RoleSeen> {
  const [role, policy] = await Promise.all([cam.role(name), told(cam.policy(name))]);
  return { role, policy };
}

const carrier = 'scf.qcloud.com';
const remake = 'tcss-audit deploy --create-role brings it up to date';

export function judgeRole(name: string, seen: Told<RoleSeen>, needed: CamPolicy): Verdict {
  if (!seen.ok) return verdictOf(seen.error);
  const { role, policy } = seen.value;
  if (role.kind === 'absent') {
    return fail(
      `there is no role ${name} in CAM: the function gets no keys`,
      'make it: tcss-audit deploy --create-role',
    );
  }
  if (role.kind === 'unknown')
    return skip(`the role ${name} could not be looked at: ${role.reason}`);
  if (role.carriers?.includes(carrier) === false) {
    return fail(
      `the role ${name} does not let ${carrier} take it: the function gets no keys`,
      'add it to the role’s carriers in CAM',
    );
  }
  return judgePolicy(name, policy, needed);
}

function judgePolicy(
  name: string,
  policy: Told<PolicyFound | undefined>,
  needed: CamPolicy,
): Verdict {
  if (!policy.ok) {
    return policy.error instanceof CloudError && policy.error.apiCode.includes('Unauthorized')
      ? skip(`what the role ${name} may do could not be looked at: ${policy.error.message}`)
      : verdictOf(policy.error);
  }
  const found = policy.value;
  if (found === undefined) {
    return skip(
      `the role ${name} has no policy of its own name: what it may do is not known here`,
      'a run whose role may not read something says so under nights',
    );
  }
  if (!found.isAttached) {
    return warn(`the policy ${name} is not attached to the role of its name`, remake);
  }
  const missing = missingActions(found.document, needed);
  return missing.length === 0
    ? ok(`the role ${name} may do all that its settings need, by the policy of its name`)
    : fail(`the policy ${name} of the role lacks ${missing.join(', ')}`, remake);
}

/** What is needed and not allowed, by the names of the actions: on which resources is not compared. */
export function missingActions(document: string, needed: CamPolicy): readonly string[] {
  const allowed = statementsIn(document).flatMap(actionsOf);
  const wanted = new Set(needed.statement.flatMap(({ action }) => action).map(plainAction));
  return [...wanted].filter((action) => !allowed.some((pattern) => isMatch(pattern, action)));
}

function statementsIn(document: string): readonly Json[] {
  try {
    const parsed = parseJson(document);
    const statements = isObject(parsed) ? own(parsed, 'statement') : undefined;

    return isArray(statements) ? statements : [];
  } catch {
    return [];
  }
}

function actionsOf(statement: Json): readonly string[] {
  if (!isObject(statement) || own(statement, 'effect') !== 'allow') return [];
  const action = own(statement, 'action') ?? [];
  const actions = isArray(action) ? action : [action];
  return actions.filter((one) => typeof one === 'string').map(plainAction);
}

/** `name/sts:AssumeRole` is `sts:AssumeRole`. */
function plainAction(action: string): string {
  return action.replace(/^name\//, '');
}

/** A star stands for anything, at the end or as a whole. */
function isMatch(pattern: string, action: string): boolean {
  return pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : pattern === action;
}

/** What makes a role and its policy, brings the policy up to date, and says why a role will not do. */
import { AuditError } from '../../shared/errors.ts';
import { canonicalJson, jsonOf } from '../../shared/json.ts';
import type { JsonObject } from '../../shared/model.ts';
import { maxPolicyChars, type CamPolicy } from '../../shared/settings/cam-policy.ts';
import { countOf } from '../io.ts';
import type { Change, Step } from './plan.ts';
import {
  carrier,
  madeByUs,
  parsedOr,
  trustPolicy,
  type PolicyFound,
  type RoleFound,
} from './role.ts';

export interface RoleWanted {
  /** Of the role, and of its policy. */
  readonly name: string;
  readonly policy: CamPolicy;
}

/** @throws AuditError CONFIG_INVALID where CAM would not take the policy, or has another of that name */
export function roleSteps(
  wanted: RoleWanted,
  role: RoleFound,
  found: PolicyFound | undefined,
): readonly Step[] {
  return [...(role.kind === 'absent' ? [roleCreation(wanted)] : []), ...policySteps(wanted, found)];
}

function roleCreation({ name }: RoleWanted): Step {
  const request = {
    RoleName: name,
    PolicyDocument: JSON.stringify(trustPolicy),
    Description: madeByUs,
  };
  return stepOf('CreateRole', request, {
    ...{ sign: '+', what: 'role', to: `${name}, which ${carrier} may take` },
  });
}

function policySteps(
  { name, policy }: RoleWanted,
  found: PolicyFound | undefined,
): readonly Step[] {
  const refusal = refusalOf(name, policy, found);
  if (refusal !== undefined) throw new AuditError('CONFIG_INVALID', refusal);
  const what = 'policy of the role';
  const isAttached = found?.isAttached === true;
  // CAM has no policy that allows nothing.
  if (policy.statement.length === 0) {
    if (!isAttached) return [];
    const request = { PolicyId: found.id, DetachRoleName: name };
    return [stepOf('DetachRolePolicy', request, { sign: '-', what, from: name })];
  }
  const attachment = stepOf(
    'AttachRolePolicy',
    { PolicyName: name, AttachRoleName: name },
    { sign: '+', what, to: name },
  );
  return [...documentSteps(name, policy, found), ...(isAttached ? [] : [attachment])];
}

function documentSteps(
  name: string,
  policy: CamPolicy,
  found: PolicyFound | undefined,
): readonly Step[] {
  const document = JSON.stringify(policy);
  if (found === undefined) {
    const request = { PolicyName: name, PolicyDocument: document, Description: madeByUs };
    const to = `${name}, ${countOf(policy.statement.length, 'statement')}`;
    return [stepOf('CreatePolicy', request, { sign: '+', what: 'policy', to })];
  }
  if (isSameDocument(found.document, policy)) return [];
  return [
    stepOf(
      'UpdatePolicy',
      { PolicyId: found.id, PolicyDocument: document },
      { sign: '~', what: 'policy', from: name, to: 'what is needed now' },
    ),
  ];
}

function refusalOf(
  name: string,
  policy: CamPolicy,
  found: PolicyFound | undefined,
): string | undefined {
  if (found?.isOurs === false)
    return `There is a policy ${name} in CAM that tcss-audit deploy did not make: rename or delete it, or name another role as inputs.role.`;
  const chars = JSON.stringify(policy).length;
  if (chars <= maxPolicyChars) return undefined;
  return `The policy of the role ${name} has ${String(chars)} characters, and CAM takes ${String(maxPolicyChars)}: give the roles in the accounts one name, so that * can stand for the accounts.`;
}

function stepOf(action: string, request: JsonObject, change: Change): Step {
  return { action, request: () => request, changes: [change] };
}

function isSameDocument(document: string, policy: CamPolicy): boolean {
  return canonicalJson(parsedOr(document, null)) === canonicalJson(jsonOf(policy));
}

/** @returns why the function could not take the role, as the end of a sentence; undefined where it can */
export function roleFault(role: RoleFound): string | undefined {
  if (role.kind !== 'there' || role.carriers === undefined) return undefined;
  return role.carriers.includes(carrier)
    ? undefined
    : `does not let ${carrier} take it: add it to the role's carriers in CAM, or name another role`;
}

/** Of several functions that share a role: what any of them needs. */
export function policyOfAll(policies: readonly CamPolicy[]): CamPolicy {
  const statements = new Map(
    policies
      .flatMap(({ statement }) => statement)
      .map((statement) => [canonicalJson(jsonOf(statement)), statement] as const),
  );
  return { version: '2.0', statement: [...statements.values()] };
}

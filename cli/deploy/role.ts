/** The execution role of a function, with the least that it needs: read, planned and made. */
import { AuditError, CloudError } from '../../shared/errors.ts';
import { canonicalJson, isArray, isObject, jsonOf, own, parseJson } from '../../shared/json.ts';
import type { Json, JsonObject } from '../../shared/model.ts';
import type { Clock } from '../../shared/ports.ts';
import { maxPolicyChars, type CamPolicy } from '../../shared/settings/cam-policy.ts';
import type { Api } from '../../shared/settings/tencent/api.ts';
import { isNotServed } from './deployer.ts';
import type { Change, Step } from './plan.ts';
import { numberOf, textOf } from './settings.ts';

export interface RoleWanted {
  /** Of the role, and of its policy. */
  readonly name: string;
  readonly policy: CamPolicy;
}

export type RoleFound =
  | { readonly kind: 'absent' }
  /** The one who deploys may not look: then the deployment tells. */
  | { readonly kind: 'unknown'; readonly reason: string }
  | {
      readonly kind: 'there';
      readonly isOurs: boolean;
      /** Services that may take it; undefined where its document says something else. */
      readonly carriers: readonly string[] | undefined;
    };

/** Of the name that the role has. */
export interface PolicyFound {
  readonly id: number;
  readonly isOurs: boolean;
  readonly isAttached: boolean;
  readonly document: string;
}

/** https://cloud.tencent.com/document/product/583/32389 */
const carrier = 'scf.qcloud.com';
export const trustPolicy = {
  version: '2.0',
  statement: [
    { action: 'name/sts:AssumeRole', effect: 'allow', principal: { service: [carrier] } },
  ],
} as const;
/** By it, what this command made is known again. */
const madeByUs = 'Made by tcss-audit deploy';

const patienceMs = 60_000;
const pageSize = 200;
const maxPages = 50;

export interface Cam {
  readonly role: (name: string) => Promise<RoleFound>;
  /** @throws CloudError */
  readonly policy: (name: string) => Promise<PolicyFound | undefined>;
  /** @throws CloudError */
  readonly write: (action: string, request: JsonObject) => Promise<JsonObject>;
}

export function createCam(clock: Clock, api: Api): Cam {
  const call = (action: string, request: JsonObject) =>
    api.call({ service: 'cam', action, request }, clock.now() + patienceMs);
  const isAttached = async (name: string): Promise<boolean> => {
    try {
      return await pages(
        (page) => call('ListAttachedRolePolicies', { ...page, RoleName: name, Keyword: name }),
        (policy) => own(policy, 'PolicyName') === name,
      ).then((found) => found !== undefined);
    } catch (error) {
      if (isNoRole(error)) return false;
      throw error;
    }
  };
  return {
    role: async (name) => {
      try {
        const answer = own(await call('GetRole', { RoleName: name }), 'RoleInfo') ?? null;
        return isObject(answer)
          ? roleOf(answer)
          : { kind: 'unknown', reason: 'GetRole: the answer holds no role' };
      } catch (error) {
        if (isNoRole(error)) return { kind: 'absent' };
        if (isNotServed(error)) return { kind: 'unknown', reason: error.message };
        throw error;
      }
    },
    policy: async (name) => {
      const listed = await pages(
        (page) => call('ListPolicies', { ...page, Scope: 'Local', Keyword: name }),
        (policy) => own(policy, 'PolicyName') === name,
      );
      const id = listed && numberOf(listed, 'PolicyId');
      if (id === undefined) return undefined;
      const policy = await call('GetPolicy', { PolicyId: id });
      return {
        id,
        isOurs: textOf(policy, 'Description') === madeByUs,
        isAttached: await isAttached(name),
        document: textOf(policy, 'PolicyDocument') ?? '',
      };
    },
    write: call,
  };
}

/** The first of all pages that fits. */
async function pages(
  read: (page: JsonObject) => Promise<JsonObject>,
  isFit: (item: JsonObject) => boolean,
): Promise<JsonObject | undefined> {
  for (let page = 1; page <= maxPages; page += 1) {
    const answer = await read({ Page: page, Rp: pageSize });
    const list = own(answer, 'List');
    const items = isArray(list) ? list.filter(isObject) : [];
    const found = items.find(isFit);
    if (found !== undefined || page * pageSize >= (numberOf(answer, 'TotalNum') ?? 0)) return found;
  }
  return undefined;
}

function isNoRole(error: unknown): boolean {
  return error instanceof CloudError && error.apiCode.includes('RoleNotExist');
}

function roleOf(role: JsonObject): RoleFound {
  const isOurs = textOf(role, 'Description') === madeByUs;
  return { kind: 'there', isOurs, carriers: carriersIn(textOf(role, 'PolicyDocument') ?? '') };
}

function carriersIn(document: string): readonly string[] | undefined {
  const parsed = parsedOr(document, null);
  const statements = isObject(parsed) ? own(parsed, 'statement') : undefined;
  if (!isArray(statements)) return undefined;
  return statements.filter(isObject).flatMap((statement) => {
    const principal = own(statement, 'principal') ?? null;
    const services = isObject(principal) ? (own(principal, 'service') ?? []) : [];
    return (isArray(services) ? services : [services]).filter((one) => typeof one === 'string');
  });
}

function parsedOr(text: string, otherwise: Json): Json {
  try {
    return parseJson(text);
  } catch {
    return otherwise;
  }
}

/**
 * What makes the role, and brings its policy up to date.
 * @throws AuditError CONFIG_INVALID where CAM would not take the policy, or has another of that name
 */
export function roleSteps(
  { name, policy }: RoleWanted,
  role: RoleFound,
  found: PolicyFound | undefined,
): readonly Step[] {
  if (found?.isOurs === false) {
    throw new AuditError(
      'CONFIG_INVALID',
      `There is a policy ${name} in CAM that tcss-audit deploy did not make: rename or delete it, or name another role as inputs.role.`,
    );
  }
  const document = JSON.stringify(policy);
  if (document.length > maxPolicyChars) {
    throw new AuditError(
      'CONFIG_INVALID',
      `The policy of the role ${name} has ${String(document.length)} characters, and CAM takes ${String(maxPolicyChars)}: make the roles in the accounts of one name, so that * can stand for the accounts.`,
    );
  }
  const step = (action: string, request: JsonObject, change: Change): Step => {
    return { action, request: () => request, changes: [change] };
  };
  const made = { PolicyDocument: document, Description: madeByUs };
  return [
    ...(role.kind === 'absent'
      ? [
          step(
            'CreateRole',
            {
              RoleName: name,
              PolicyDocument: JSON.stringify(trustPolicy),
              Description: madeByUs,
            },
            { sign: '+', what: 'role', to: `${name}, which ${carrier} may take` },
          ),
        ]
      : []),
    ...(found === undefined
      ? [
          step(
            'CreatePolicy',
            { PolicyName: name, ...made },
            {
              sign: '+',
              what: 'policy',
              to: `${name}, ${String(policy.statement.length)} statements`,
            },
          ),
        ]
      : []),
    ...(found !== undefined && !isSameDocument(found.document, policy)
      ? [
          step(
            'UpdatePolicy',
            { PolicyId: found.id, PolicyDocument: document },
            { sign: '~', what: 'policy', from: name, to: 'what the audit needs now' },
          ),
        ]
      : []),
    ...(found?.isAttached === true
      ? []
      : [
          step(
            'AttachRolePolicy',
            { PolicyName: name, AttachRoleName: name },
            { sign: '+', what: 'policy of the role', to: name },
          ),
        ]),
  ];
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

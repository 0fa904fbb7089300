/**
 * Roles and policies, version 2019-01-16: as much as a deployment needs that makes its own role.
 * @see https://cloud.tencent.com/document/product/598/33155
 */
import type { Action, Call } from './action.ts';
import { parsePolicy, parseTrust } from './cam-documents.ts';
import { presetPolicies, type Policy } from './identities.ts';
import { ok, refused, type Outcome, type Refusal } from './outcome.ts';
import { isWhole, listOf, numberOf, parameterFault, textOf, type Taken } from './parameters.ts';
import { roleArnOf, type Role } from './roles.ts';
import { inShanghai, type Values } from './settings/product.ts';

const nameForm = /^[\w+=,.@-]{1,128}$/;
const maxDescriptionBytes = 300;
const maxSessionSeconds = 43_200;

export const cam: Readonly<Record<string, Action>> = {
  CreateRole: action(
    'CreateRole',
    {
      needed: { RoleName: 'text', PolicyDocument: 'text' },
      optional: {
        ...{ Description: 'text', ConsoleLogin: 'number', SessionDuration: 'number' },
        Tags: 'list',
      },
    },
    (call) => {
      const { caller, parameters, nowMs, world } = call;
      const { identities } = world;
      const name = textOf(parameters, 'RoleName') ?? '';
      if (!nameForm.test(name)) return refused('InvalidParameter.RoleNameError', 'RoleName');
      if (identities.roleNamed(caller.uin, name) !== undefined) {
        return refused('InvalidParameter.RoleNameInUse', name);
      }
      const description = descriptionIn(parameters) ?? '';
      if (typeof description !== 'string') return description;
      const seconds = numberOf(parameters, 'SessionDuration') ?? 0;
      if (!isWhole(seconds, 0, maxSessionSeconds)) {
        return refused('InvalidParameter.ParamError', 'SessionDuration');
      }
      const document = textOf(parameters, 'PolicyDocument') ?? '';
      const trusts = parseTrust(document);
      if ('kind' in trusts) return trusts;
      const id = `${String(identities.newId())}000000000`;
      identities.putRole(caller.uin, {
        ...{ id, name, description, document, trusts, policyIds: [] },
        maxSessionSeconds: seconds,
        consoleLogin: numberOf(parameters, 'ConsoleLogin') ?? 0,
        tags: listOf(parameters, 'Tags') ?? [],
        addedAtMs: nowMs,
        updatedAtMs: nowMs,
      });
      return ok({ RoleId: id });
    },
  ),
  GetRole: onRole('GetRole', {}, (role, { caller }) =>
    ok({ RoleInfo: roleInfoOf(caller.uin, role) }),
  ),
  UpdateAssumeRolePolicy: onRole(
    'UpdateAssumeRolePolicy',
    { needed: { PolicyDocument: 'text' } },
    (role, call) => {
      const document = textOf(call.parameters, 'PolicyDocument') ?? '';
      const trusts = parseTrust(document);
      if ('kind' in trusts) return trusts;
      return put(call, { ...role, document, trusts, updatedAtMs: call.nowMs });
    },
  ),
  DeleteRole: onRole('DeleteRole', {}, (role, { caller, world }) => {
    world.identities.deleteRole(caller.uin, role.name);
    return ok();
  }),
  CreatePolicy: action(
    'CreatePolicy',
    {
      needed: { PolicyName: 'text', PolicyDocument: 'text' },
      optional: { Description: 'text', Tags: 'list' },
    },
    (call) => {
      const { caller, parameters, nowMs, world } = call;
      const name = textOf(parameters, 'PolicyName') ?? '';
      if (!nameForm.test(name)) return refused('InvalidParameter.PolicyNameError', 'PolicyName');
      if (policiesFor(call).some((policy) => policy.name === name)) {
        return refused('FailedOperation.PolicyNameInUse', name);
      }
      const description = descriptionIn(parameters) ?? '';
      if (typeof description !== 'string') return description;
      const document = textOf(parameters, 'PolicyDocument') ?? '';
      const statements = parsePolicy(document);
      if ('kind' in statements) return statements;
      const id = world.identities.newId();
      const times = { addedAtMs: nowMs, updatedAtMs: nowMs };
      const made = { id, name, description, document, statements, isPreset: false, ...times };
      world.identities.policiesOf(caller.uin).set(id, made);
      return ok({ PolicyId: id });
    },
  ),
  UpdatePolicy: action(
    'UpdatePolicy',
    {
      optional: {
        ...{ PolicyId: 'number', PolicyName: 'text', Description: 'text' },
        ...{ PolicyDocument: 'text', Alias: 'text' },
      },
    },
    (call) => {
      const { caller, parameters, nowMs, world } = call;
      const present = wantedPolicy(call, 'ResourceNotFound.PolicyIdNotFound');
      if ('kind' in present) return present;
      if (present.isPreset) return refused('InvalidParameter.PolicyIdError', present.name);
      const description = descriptionIn(parameters) ?? present.description;
      if (typeof description !== 'string') return description;
      const document = textOf(parameters, 'PolicyDocument') ?? present.document;
      const statements = parsePolicy(document);
      if ('kind' in statements) return statements;
      const changed = { ...present, description, document, statements, updatedAtMs: nowMs };
      world.identities.policiesOf(caller.uin).set(present.id, changed);
      return ok(numberOf(parameters, 'PolicyId') === undefined ? { PolicyId: present.id } : {});
    },
  ),
  ListPolicies: action(
    'ListPolicies',
    { optional: { Rp: 'number', Page: 'number', Scope: 'text', Keyword: 'text' } },
    (call) => {
      const { parameters, caller, world } = call;
      const scope = textOf(parameters, 'Scope') ?? 'All';
      if (!['All', 'QCS', 'Local'].includes(scope)) {
        return refused('InvalidParameter.ScopeError', 'Scope');
      }
      const page = pageIn(parameters, { Page: 1, Rp: 20 });
      if (isRefusal(page)) return page;
      const found = policiesFor(call).filter(
        ({ name, isPreset }) =>
          name.includes(textOf(parameters, 'Keyword') ?? '') &&
          (scope === 'All' || (scope === 'QCS') === isPreset),
      );
      const roles = world.identities.rolesOf(caller.uin);
      const attachments = ({ id }: Policy) =>
        roles.filter(({ policyIds }) => policyIds.includes(id)).length;
      return ok({
        List: page.of(found).map((policy) => listedOf(policy, attachments(policy))),
        TotalNum: found.length,
        ServiceTypeList: [],
      });
    },
  ),
  GetPolicy: action('GetPolicy', { needed: { PolicyId: 'number' } }, (call) => {
    const policy = wantedPolicy(call, 'ResourceNotFound.PolicyIdNotFound');
    if ('kind' in policy) return policy;
    return ok({
      PolicyName: policy.name,
      Description: policy.description,
      Type: policy.isPreset ? 2 : 1,
      AddTime: inShanghai(policy.addedAtMs),
      UpdateTime: inShanghai(policy.updatedAtMs),
      PolicyDocument: policy.document,
      PresetAlias: '',
      IsServiceLinkedRolePolicy: 0,
      Tags: [],
    });
  }),
  DeletePolicy: action('DeletePolicy', { needed: { PolicyId: 'list' } }, (call) => {
    const policies = call.world.identities.policiesOf(call.caller.uin);
    const ids = (listOf(call.parameters, 'PolicyId') ?? []).map(Number);
    const missing = ids.find((id) => !policies.has(id));
    if (missing !== undefined || ids.length === 0) {
      return refused('ResourceNotFound.PolicyIdNotFound', String(missing ?? 'PolicyId'));
    }
    for (const id of ids) policies.delete(id);
    return ok();
  }),
  AttachRolePolicy: attachment('Attach', (policyIds, id) => [...new Set([...policyIds, id])]),
  DetachRolePolicy: attachment('Detach', (policyIds, id) =>
    policyIds.filter((attached) => attached !== id),
  ),
  ListAttachedRolePolicies: onRole(
    'ListAttachedRolePolicies',
    {
      needed: { Page: 'number', Rp: 'number' },
      optional: { PolicyType: 'text', Keyword: 'text' },
    },
    (role, call) => {
      const { parameters } = call;
      const page = pageIn(parameters, { Page: 0, Rp: 0 });
      if (isRefusal(page)) return page;
      const type = textOf(parameters, 'PolicyType');
      const found = policiesFor(call).filter(
        (policy) =>
          role.policyIds.includes(policy.id) &&
          policy.name.includes(textOf(parameters, 'Keyword') ?? '') &&
          (type === undefined || type === typeOf(policy)),
      );
      return ok({ List: page.of(found).map(attachedOf), TotalNum: found.length });
    },
  ),
};

function action(name: string, taken: Taken, answer: (call: Call) => Outcome): Action {
  return {
    version: '2019-01-16',
    permission: `cam:${name}`,
    faultOf: (parameters) => parameterFault(taken, parameters),
    answer,
  };
}

/** An action on one role, which is named by its id or its name. */
function onRole(
  name: string,
  { needed = {}, optional = {} }: Taken,
  answer: (role: Role, call: Call) => Outcome,
  prefix = '',
): Action {
  const [id, plain] = [`${prefix}RoleId`, `${prefix}RoleName`];
  const taken = { needed, optional: { [id]: 'text', [plain]: 'text', ...optional } } as const;
  return action(name, taken, (call) => {
    const { caller, parameters, world } = call;
    const roleId = textOf(parameters, id);
    const roleName = textOf(parameters, plain);
    if ((roleId === undefined) === (roleName === undefined)) {
      return refused('InvalidParameter.ParamError', plain);
    }
    const role =
      roleName === undefined
        ? world.identities.roleWithId(caller.uin, roleId ?? '')
        : world.identities.roleNamed(caller.uin, roleName);
    return role === undefined
      ? refused('InvalidParameter.RoleNotExist', roleName ?? roleId)
      : answer(role, call);
  });
}

function attachment(
  verb: 'Attach' | 'Detach',
  change: (policyIds: readonly number[], id: number) => readonly number[],
): Action {
  const taken: Taken = { optional: { PolicyId: 'number', PolicyName: 'text' } };
  return onRole(
    `${verb}RolePolicy`,
    taken,
    (role, call) => {
      const policy = wantedPolicy(call, 'InvalidParameter.PolicyIdNotExist');
      if ('kind' in policy) return policy;
      return put(call, { ...role, policyIds: change(role.policyIds, policy.id) });
    },
    verb,
  );
}

function put({ caller, world }: Call, role: Role): Outcome {
  world.identities.putRole(caller.uin, role);
  return ok();
}

function policiesFor({ caller, world }: Call): readonly Policy[] {
  return [...presetPolicies, ...world.identities.policiesOf(caller.uin).values()];
}

/** @param missing the code for a policy that is not there */
function wantedPolicy(call: Call, missing: string): Policy | Refusal {
  const id = numberOf(call.parameters, 'PolicyId');
  const name = textOf(call.parameters, 'PolicyName');
  if (id === undefined && name === undefined) {
    return refused('InvalidParameter.ParamError', 'PolicyId');
  }
  const found = policiesFor(call).find((policy) =>
    id === undefined ? policy.name === name : policy.id === id,
  );
  return found ?? refused(missing, name ?? String(id));
}

function descriptionIn(parameters: Values): string | Refusal | undefined {
  const description = textOf(parameters, 'Description');
  return Buffer.byteLength(description ?? '') > maxDescriptionBytes
    ? refused('InvalidParameter.DescriptionLengthOverlimit', 'Description')
    : description;
}

/** Pages are counted from 1. */
function pageIn(
  parameters: Values,
  unless: { readonly Page: number; readonly Rp: number },
): { readonly of: <T>(list: readonly T[]) => readonly T[] } | Refusal {
  const page = numberOf(parameters, 'Page') ?? unless.Page;
  const rows = numberOf(parameters, 'Rp') ?? unless.Rp;
  if (!isWhole(page, 1, 200)) return refused('InvalidParameter.ParamError', 'Page');
  if (!isWhole(rows, 1, 200)) return refused('InvalidParameter.ParamError', 'Rp');
  return { of: (list) => list.slice((page - 1) * rows, page * rows) };
}

function isRefusal(value: object): value is Refusal {
  return 'kind' in value;
}

function roleInfoOf(uin: string, role: Role): Values {
  return {
    RoleId: role.id,
    RoleName: role.name,
    PolicyDocument: role.document,
    Description: role.description,
    AddTime: inShanghai(role.addedAtMs),
    UpdateTime: inShanghai(role.updatedAtMs),
    ConsoleLogin: role.consoleLogin,
    RoleType: 'user',
    SessionDuration: role.maxSessionSeconds,
    DeletionTaskId: null,
    Tags: role.tags,
    RoleArn: roleArnOf(uin, role.name),
  };
}

function typeOf({ isPreset }: Policy): 'User' | 'QCS' {
  return isPreset ? 'QCS' : 'User';
}

function listedOf(policy: Policy, attachments: number): Values {
  return {
    PolicyId: policy.id,
    PolicyName: policy.name,
    AddTime: inShanghai(policy.addedAtMs),
    UpdateTime: inShanghai(policy.updatedAtMs),
    Type: policy.isPreset ? 2 : 1,
    Description: policy.description,
    CreateMode: 2,
    Attachments: attachments,
    AttachEntityCount: attachments,
    AttachEntityBoundaryCount: 0,
    ServiceType: '',
    IsAttached: null,
    Deactived: 0,
    DeactivedDetail: [],
    IsServiceLinkedPolicy: 0,
    Tags: [],
  };
}

function attachedOf(policy: Policy): Values {
  return {
    PolicyId: policy.id,
    PolicyName: policy.name,
    AddTime: inShanghai(policy.updatedAtMs),
    PolicyType: typeOf(policy),
    CreateMode: 2,
    Deactived: 0,
    DeactivedDetail: [],
    Description: policy.description,
  };
}

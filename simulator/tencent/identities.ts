/** Who is there: accounts, their roles, the policies of these, and every key. All found without searching. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Account, Caller, LentRole, Session } from './account.ts';
import { isGranted, type Statement } from './grants.ts';
import { roleOf, type Role } from './roles.ts';

export interface Policy {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly document: string;
  readonly statements: readonly Statement[];
  readonly isPreset: boolean;
  readonly addedAtMs: number;
  readonly updatedAtMs: number;
}

export interface Identities {
  readonly accounts: readonly [Account, ...Account[]];
  readonly accountOf: (uin: string) => Account | undefined;
  /** Also where the key has expired. */
  readonly callerOf: (secretId: string) => Caller | undefined;
  readonly roleNamed: (uin: string, name: string) => Role | undefined;
  readonly rolesOf: (uin: string) => readonly Role[];
  readonly roleWithId: (uin: string, id: string) => Role | undefined;
  readonly putRole: (uin: string, role: Role) => void;
  readonly deleteRole: (uin: string, name: string) => void;
  /** Those that the account made. */
  readonly policiesOf: (uin: string) => Map<number, Policy>;
  readonly newId: () => number;
  /** Keys that nobody had before. */
  readonly issue: (uin: string, session: Session) => Caller;
  readonly isPermitted: (caller: Caller, permission: string, resource?: string) => boolean;
}

export const presetPolicies: readonly Policy[] = [
  {
    id: 1,
    name: 'AdministratorAccess',
    description: 'All operations of all products',
    document: '{"version":"2.0","statement":[{"effect":"allow","action":["*"],"resource":["*"]}]}',
    statements: [{ effect: 'allow', actions: ['*'], resources: ['*'] }],
    isPreset: true,
    addedAtMs: 0,
    updatedAtMs: 0,
  },
];

/** Role ids and policy ids count up from here. */
const firstId = 4_611_686_018;

/** @param reads what a role may do that does not say */
export function createIdentities(
  accounts: readonly [Account, ...Account[]],
  reads: readonly string[],
): Identities {
  const accountByUin = new Map(accounts.map((account) => [account.uin, account]));
  const callerBySecretId = new Map<string, Caller>(
    accounts.map((account) => [account.secretId, account]),
  );
  // Accounts of an estate share their roles, so a role is made once and not once for each.
  const roleByLent = new Map<LentRole, Role>();
  /** Only of accounts whose roles were changed. */
  const rolesByUin = new Map<string, Map<string, Role>>();
  const policiesByUin = new Map<string, Map<number, Policy>>();
  let lastId = firstId;
  const newId = () => (lastId += 1);

  const lentRole = (lent: LentRole): Role => {
    const known = roleByLent.get(lent);
    if (known !== undefined) return known;
    const role = roleOf(lent, `${String(newId())}000000000`, reads);
    roleByLent.set(lent, role);
    return role;
  };
  const lentRoles = (uin: string): readonly Role[] =>
    (accountByUin.get(uin)?.roles ?? []).map(lentRole);
  const changeableRoles = (uin: string): Map<string, Role> => {
    const roles = rolesByUin.get(uin) ?? new Map(lentRoles(uin).map((role) => [role.name, role]));
    rolesByUin.set(uin, roles);
    return roles;
  };
  const roleNamed = (uin: string, name: string): Role | undefined => {
    const changed = rolesByUin.get(uin);
    if (changed !== undefined) return changed.get(name);
    const lent = accountByUin.get(uin)?.roles?.find((role) => role.name === name);
    return lent === undefined ? undefined : lentRole(lent);
  };
  const rolesOf = (uin: string): readonly Role[] => [
    ...(rolesByUin.get(uin)?.values() ?? lentRoles(uin)),
  ];
  const policiesOf = (uin: string): Map<number, Policy> => {
    const policies = policiesByUin.get(uin) ?? new Map<number, Policy>();
    policiesByUin.set(uin, policies);
    return policies;
  };
  const statementsOf = (uin: string, role: Role): readonly Statement[] =>
    role.policyIds.flatMap(
      (id) =>
        (policiesOf(uin).get(id) ?? presetPolicies.find((preset) => preset.id === id))
          ?.statements ?? [],
    );

  return {
    accounts,
    accountOf: (uin) => accountByUin.get(uin),
    callerOf: (secretId) => callerBySecretId.get(secretId),
    roleNamed,
    rolesOf,
    roleWithId: (uin, id) => rolesOf(uin).find((role) => role.id === id),
    putRole: (uin, role) => {
      changeableRoles(uin).set(role.name, role);
    },
    deleteRole: (uin, name) => {
      changeableRoles(uin).delete(name);
    },
    policiesOf,
    newId,
    issue: (uin, session) => {
      const caller: Caller = {
        secretId: `TEMPORARY-${randomUUID()}`,
        secretKey: randomUUID(),
        // As Tencent's: long, with characters that a header or a URL may mistreat.
        token: `${randomBytes(96).toString('base64')}==`,
        uin,
        session,
      };
      callerBySecretId.set(caller.secretId, caller);
      return caller;
    },
    isPermitted: ({ uin, permissions, session }, permission, resource) => {
      if (permissions !== undefined) return permissions.includes(permission);
      const role = session === undefined ? undefined : roleNamed(uin, session.roleName);
      if (role === undefined) return false;
      if (role.permissions?.includes(permission) === true) return true;
      return isGranted(statementsOf(uin, role), permission, resource);
    },
  };
}

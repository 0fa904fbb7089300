/** Roles: who may take them, and what they may do then. */
import type { Caller, LentRole } from './account.ts';

export interface Trust {
  /** Whole accounts, by uin. */
  readonly uins: readonly string[];
  /** Single users and roles: `qcs::cam::uin/<uin>:roleName/<name>`. */
  readonly arns: readonly string[];
  readonly services: readonly string[];
  readonly externalId?: string;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Any of them is enough. */
  readonly trusts: readonly Trust[];
  /** The trust as JSON. */
  readonly document: string;
  /** In place of policies, for the roles that are there from the start. */
  readonly permissions?: readonly string[];
  readonly policyIds: readonly number[];
  /** 0: as long as STS allows. */
  readonly maxSessionSeconds: number;
  readonly consoleLogin: number;
  readonly tags: readonly unknown[];
  readonly addedAtMs: number;
  readonly updatedAtMs: number;
}

export function roleOf(lent: LentRole, id: string, permissions: readonly string[]): Role {
  const isUin = (name: string) => /^\d+$/.test(name);
  const uins = lent.trusts.filter(isUin);
  const services = lent.trusts.filter((name) => !isUin(name));
  const { externalId } = lent;
  return {
    id,
    name: lent.name,
    description: '',
    trusts: [{ uins, arns: [], services, ...(externalId !== undefined && { externalId }) }],
    document: JSON.stringify({
      version: '2.0',
      statement: [
        {
          action: 'name/sts:AssumeRole',
          effect: 'allow',
          principal: {
            ...(uins.length > 0 && { qcs: uins.map((uin) => `qcs::cam::uin/${uin}:root`) }),
            ...(services.length > 0 && { service: services }),
          },
          ...(externalId !== undefined && {
            condition: { string_equal: { 'sts:external_id': externalId } },
          }),
        },
      ],
    }),
    permissions: lent.permissions ?? permissions,
    policyIds: [],
    maxSessionSeconds: 0,
    consoleLogin: 0,
    tags: [],
    addedAtMs: 0,
    updatedAtMs: 0,
  };
}

export function isTrusted(role: Role, caller: Caller, externalId: string | undefined): boolean {
  const { uin, session } = caller;
  const names = [
    `qcs::cam::uin/${uin}:uin/${uin}`,
    ...(session === undefined
      ? []
      : [
          `qcs::cam::uin/${uin}:roleName/${session.roleName}`,
          `qcs::cam::uin/${uin}:role/${session.roleId}`,
        ]),
  ];
  return role.trusts.some(
    (trust) =>
      (trust.uins.includes(uin) || trust.arns.some((arn) => names.includes(arn))) &&
      (trust.externalId === undefined || trust.externalId === externalId),
  );
}

export function isTrustedService(role: Role, service: string): boolean {
  return role.trusts.some(({ services }) => services.includes(service));
}

export interface RoleArn {
  readonly uin: string;
  readonly by: 'id' | 'name';
  readonly value: string;
}

/** @returns undefined where the text has another form */
export function parseRoleArn(arn: string): RoleArn | undefined {
  const [, uin, kind, value] = /^qcs::cam::uin\/(\d{1,20}):(role|roleName)\/(\S+)$/.exec(arn) ?? [];
  if (uin === undefined || value === undefined) return undefined;
  return { uin, by: kind === 'role' ? 'id' : 'name', value };
}

export function roleArnOf(uin: string, name: string): string {
  return `qcs::cam::uin/${uin}:roleName/${name}`;
}

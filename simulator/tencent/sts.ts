/**
 * Temporary keys, version 2018-08-13. That a role which does not trust the caller is refused with
 * `UnauthorizedOperation`, and one that is missing with `ResourceNotFound.RoleNotFound`, follows from the
 * list of the service's error codes; no such refusal was seen.
 * @see https://cloud.tencent.com/document/api/598/33164
 */
import type { Caller } from './account.ts';
import type { Action } from './action.ts';
import type { Identities } from './identities.ts';
import { ok, refused } from './outcome.ts';
import { isWhole, numberOf, parameterFault, textOf } from './parameters.ts';
import { isTrusted, parseRoleArn, type Role } from './roles.ts';
import type { Values } from './settings/product.ts';

const version = '2018-08-13';
const defaultSeconds = 7200;
const maxSeconds = 43_200;

export const sts: Readonly<Record<string, Action>> = {
  GetCallerIdentity: {
    version,
    faultOf: (parameters) => parameterFault({}, parameters),
    answer: ({ caller }) => ok(identityOf(caller)),
  },
  AssumeRole: {
    version,
    permission: 'sts:AssumeRole',
    limitPerSecond: 600,
    needsRegion: true,
    resource: ({ parameters }) => textOf(parameters, 'RoleArn') ?? '',
    faultOf: (parameters) =>
      parameterFault(
        {
          needed: { RoleArn: 'text', RoleSessionName: 'text' },
          optional: {
            ...{ DurationSeconds: 'number', Policy: 'text', ExternalId: 'text', Tags: 'list' },
            ...{ SourceIdentity: 'text', SerialNumber: 'text', TokenCode: 'text' },
          },
        },
        parameters,
      ),
    answer: ({ caller, parameters, nowMs, world: { identities } }) => {
      const arn = parseRoleArn(textOf(parameters, 'RoleArn') ?? '');
      if (arn === undefined) return refused('InvalidParameter.ParamError', 'RoleArn');
      const name = textOf(parameters, 'RoleSessionName') ?? '';
      if (!/^[\w+=,.@-]{2,128}$/.test(name)) {
        return refused('InvalidParameter.ParamError', 'RoleSessionName');
      }
      const externalId = textOf(parameters, 'ExternalId');
      if (externalId !== undefined && !/^[\w+=,.@:/-]{2,128}$/.test(externalId)) {
        return refused('InvalidParameter.ParamError', 'ExternalId');
      }
      // A session with fewer rights than its role would need a judge of policies.
      if (textOf(parameters, 'Policy') !== undefined) {
        return refused('UnsupportedOperation', 'Policy');
      }
      const seconds = numberOf(parameters, 'DurationSeconds') ?? defaultSeconds;
      if (!isWhole(seconds, 0, Infinity)) {
        return refused('InvalidParameter.ParamError', 'DurationSeconds');
      }
      const role =
        arn.by === 'id'
          ? identities.roleWithId(arn.uin, arn.value)
          : identities.roleNamed(arn.uin, arn.value);
      if (role === undefined) return refused('ResourceNotFound.RoleNotFound', arn.value);
      if (!isTrusted(role, caller, externalId)) {
        return refused('UnauthorizedOperation', 'sts:AssumeRole');
      }
      if (seconds > longestOf(role)) {
        return refused('InvalidParameter.OverTimeError', 'DurationSeconds');
      }
      const keys = { role, name, principal: caller.uin, expiresAtMs: nowMs + seconds * 1000 };
      return ok(credentialsOf(issueKeys(identities, arn.uin, keys)));
    },
  },
};

/** The account whose role a request wants, for faults that strike one account. */
export function assumedUin(parameters: Values): string | undefined {
  return parseRoleArn(textOf(parameters, 'RoleArn') ?? '')?.uin;
}

export function issueKeys(
  { issue }: Identities,
  uin: string,
  keys: {
    readonly role: Role;
    readonly name: string;
    readonly principal: string;
    readonly expiresAtMs: number;
  },
): Caller {
  const { role, ...session } = keys;
  return issue(uin, { ...session, roleName: role.name, roleId: role.id });
}

function longestOf({ maxSessionSeconds }: Role): number {
  return maxSessionSeconds === 0 ? maxSeconds : maxSessionSeconds;
}

function credentialsOf({ secretId, secretKey, token, session }: Caller): Values {
  const expiresAtSeconds = Math.floor((session?.expiresAtMs ?? 0) / 1000);
  return {
    Credentials: { Token: token, TmpSecretId: secretId, TmpSecretKey: secretKey },
    ExpiredTime: expiresAtSeconds,
    Expiration: new Date(expiresAtSeconds * 1000).toISOString().replace('.000Z', 'Z'),
  };
}

function identityOf({ uin, session }: Caller): Values {
  return session === undefined
    ? {
        Arn: `qcs::cam::uin/${uin}:uin/${uin}`,
        AccountId: uin,
        UserId: uin,
        PrincipalId: uin,
        Type: 'CAMUser',
      }
    : {
        Arn: `qcs::sts:${uin}:assumed-role/${session.roleId}`,
        AccountId: uin,
        UserId: `${session.roleId}:${session.name}`,
        PrincipalId: session.principal,
        Type: 'CAMRole',
      };
}

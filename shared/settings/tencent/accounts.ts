/** Opens accounts for reading: the own one as it is, others by a role that is taken for the while. */
import { CloudError } from '../../errors.ts';
import { isObject, own } from '../../json.ts';
import type { JsonObject } from '../../model.ts';
import type { Account, Accounts, Clock, SettingsReader } from '../../ports.ts';
import { createApi, type Api, type ApiOptions } from './api.ts';
import { createTencentReader } from './client.ts';
import { createConnections } from './connections.ts';
import type { Credential } from './credentials.ts';

/** Temporary keys by role, for as long as an instance is reused. */
export type RoleKeys = Map<string, { readonly credential: Credential; readonly endsAtMs: number }>;

export interface AccountsOptions extends Omit<ApiOptions, 'connections' | 'site' | 'perSecond'> {
  readonly roleKeys: RoleKeys;
  /** Of those that all shards together may take, this one's share. */
  readonly assumeRolesPerSecond?: number;
  /** What the audited accounts see in their own logs. */
  readonly sessionName: string;
}

export interface OpenAccounts extends Accounts {
  /** Destroys open sockets: an answer left unread would keep the event loop alive. */
  readonly close: () => void;
}

/** Keys that end sooner are not used any more: a target takes no longer. */
const marginMs = 5 * 60_000;
/** A token takes up to 4 kB. */
const maxRoleKeys = 1_000;

export function createAccounts(clock: Clock, options: AccountsOptions): OpenAccounts {
  const { roleKeys, sessionName, assumeRolesPerSecond, ...rest } = options;
  const perSecond = assumeRolesPerSecond === undefined ? {} : { AssumeRole: assumeRolesPerSecond };
  const connections = createConnections();
  const ownApis = new Map<Account['site'], Api>();
  const ownApi = (site: Account['site']): Api => {
    const api = ownApis.get(site) ?? createApi(clock, { ...rest, site, connections, perSecond });
    ownApis.set(site, api);
    return api;
  };

  const keysOf = async (account: Account, deadlineMs: number): Promise<Credential> => {
    const name = nameOf(account, rest.endpoint);
    const known = roleKeys.get(name);
    if (known !== undefined && known.endsAtMs - marginMs > clock.now()) return known.credential;
    // A failure is not kept: it heals when the next run asks again.
    roleKeys.delete(name);
    const keys = await assumeRole(ownApi(account.site), account, sessionName, deadlineMs);
    if (roleKeys.size < maxRoleKeys) roleKeys.set(name, keys);
    return keys.credential;
  };

  return {
    open: async (account, deadlineMs) => {
      const { site, roleArn } = account;
      if (roleArn === undefined) return createTencentReader(clock, ownApi(site));
      const credential = await keysOf(account, deadlineMs);
      const api = createApi(clock, { ...rest, site, credential, connections });
      return dropping(createTencentReader(clock, api), () => {
        roleKeys.delete(nameOf(account, rest.endpoint));
      });
    },
    close: connections.close,
  };
}

function nameOf({ site, roleArn, externalId }: Account, endpoint: URL | undefined): string {
  return JSON.stringify([site, endpoint?.origin, roleArn, externalId]);
}

/** https://cloud.tencent.com/document/api/598/33164. May be called with temporary keys. */
async function assumeRole(
  api: Api,
  { roleArn = '', externalId }: Account,
  sessionName: string,
  deadlineMs: number,
): Promise<{ readonly credential: Credential; readonly endsAtMs: number }> {
  const action = 'AssumeRole';
  const request: JsonObject = {
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    ...(externalId !== undefined && { ExternalId: externalId }),
  };
  const answer = await api
    .call({ service: 'sts', action, request }, deadlineMs)
    .catch((error: unknown) => {
      throw withTrust(error);
    });
  const credentials = own(answer, 'Credentials') ?? null;
  const [secretId, secretKey, token] = ['TmpSecretId', 'TmpSecretKey', 'Token'].map((key) => {
    const value = isObject(credentials) ? own(credentials, key) : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  });
  if (secretId === undefined || secretKey === undefined || token === undefined) {
    throw new CloudError('BadAnswer', `${action}: the answer holds no temporary keys`);
  }
  const [seconds, instant] = [own(answer, 'ExpiredTime'), own(answer, 'Expiration')];
  // Keys that do not say when they end are used at once, and not kept.
  const endsAtMs =
    typeof seconds === 'number'
      ? seconds * 1000
      : typeof instant === 'string'
        ? Date.parse(instant)
        : NaN;
  return {
    credential: { secretId, secretKey, token },
    endsAtMs: Number.isFinite(endsAtMs) ? endsAtMs : 0,
  };
}

/** The caller's right is one half; the other lies in the account that lends the role. */
function withTrust(error: unknown): unknown {
  return error instanceof CloudError && error.apiCode.includes('UnauthorizedOperation')
    ? new CloudError(
        error.apiCode,
        `${error.message}, and let the target's role trust it (its trust policy, its external id)`,
        { cause: error },
      )
    : error;
}

/** Keys that the cloud refuses, since their role was changed say, are not used a second time. */
function dropping(reader: SettingsReader, drop: () => void): SettingsReader {
  const watched = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      if (error instanceof CloudError && error.apiCode.startsWith('AuthFailure')) drop();
      throw error;
    }
  };
  return {
    read: (source, deadlineMs) => watched(reader.read(source, deadlineMs)),
    whoAmI: (deadlineMs) => watched(reader.whoAmI(deadlineMs)),
  };
}

/** The one who deploys: whose keys, at which site. The function never gets these keys. */
import { parseEndpoint, noCredentials, type Env } from '../../shared/config.ts';
import { systemClock } from '../../shared/edge.ts';
import { CloudError, invalid } from '../../shared/errors.ts';
import { own } from '../../shared/json.ts';
import { locales, sites, type Problem, type Site } from '../../shared/model.ts';
import { createApi, type Api, type ApiOptions } from '../../shared/settings/tencent/api.ts';
import { createConnections } from '../../shared/settings/tencent/connections.ts';
import { credentialOf, type Credential } from '../../shared/settings/tencent/credentials.ts';
import { plainLine, redact } from '../../shared/text.ts';
import { findCredential } from '../../shared/wire.ts';
import type { Description } from './description.ts';

export interface Deployer {
  readonly credential: Credential;
  readonly site: Site;
  /** For what is of the account, and not of a region. */
  readonly home: Api;
  /** SCF is asked in the region of the function. */
  readonly apiIn: (region: string) => Api;
  readonly optionsIn: (region: string) => ApiOptions;
  readonly close: () => void;
}

const requestTimeoutMs = 20_000;

/**
 * @param processEnv what is set in the shell, which wins over `.env`
 * @param descriptions which may tell the functions their site
 * @throws AuditError CONFIG_INVALID
 */
export function createDeployer(
  processEnv: Env,
  env: Env,
  descriptions: readonly Pick<Description, 'region' | 'variables'>[],
): Deployer {
  const problems: Problem[] = [];
  const credential = credentialIn(processEnv) ?? credentialIn(env) ?? findCredential({});
  if (credential === undefined) {
    const { where, what } = noCredentials;
    const also = `${where} (or TENCENT_SECRET_ID, TENCENT_SECRET_KEY, as for Tencent's tool)`;
    problems.push({ where: also, what });
  }
  const described = descriptions
    .map(({ variables }) => set(variables['AUDIT_SITE']))
    .find((one) => one !== undefined);
  const named = set(env['AUDIT_SITE']) ?? described ?? 'intl';
  const site = sites.find((one) => one === named);
  if (described !== undefined && described !== named) {
    const what = `is ${plainLine(named, 60)}, and the function is told ${plainLine(described, 60)}: make the two alike`;
    problems.push({ where: 'AUDIT_SITE', what });
  }
  if (site === undefined) {
    problems.push({ where: 'AUDIT_SITE', what: `is "${plainLine(named, 60)}": give intl or cn` });
  }
  const endpoint = parseEndpoint(set(env['AUDIT_ENDPOINT']));
  if (!endpoint.ok) problems.push({ where: 'AUDIT_ENDPOINT', what: endpoint.problems[0] });
  if (credential === undefined || site === undefined || !endpoint.ok || problems.length > 0)
    throw invalid('CONFIG_INVALID', 'Config is not valid', problems);

  const connections = createConnections();
  const locale = locales.find((one) => one === env['AUDIT_LOCALE']) ?? 'en';
  const optionsIn = (region: string): ApiOptions => ({
    ...{ credential, site, region, locale, requestTimeoutMs, connections },
    ...(endpoint.value !== undefined && { endpoint: endpoint.value }),
  });
  const apiIn = (region: string) => createApi(systemClock, optionsIn(region));
  return {
    credential,
    site,
    home: apiIn(descriptions[0]?.region ?? ''),
    apiIn,
    optionsIn,
    close: connections.close,
  };
}

/** Keys of the one who deploys, and all that functions' variables hold: no text of others may show them. */
export function secretsOf(
  { credential: { secretId, secretKey, token } }: Deployer,
  functions: readonly { readonly variables: Readonly<Record<string, string>> }[],
): readonly string[] {
  const values = functions.flatMap(({ variables }) => Object.values(variables));
  // Shorter ones are words such as intl.
  const minChars = 8;
  return [
    ...[secretId, secretKey, token ?? ''],
    ...values.flatMap((value) => [value, ...value.split(/\s+/)]),
  ].filter((value) => value.length >= minChars);
}

/** The cloud may quote what it was sent. */
export function withoutSecrets(error: unknown, secrets: readonly string[]): unknown {
  if (!(error instanceof CloudError)) return error;
  return new CloudError(error.apiCode, redact(error.message, secrets), { cause: error });
}

/** Tencent's deployment tool has names of its own. */
export function credentialIn(env: Env): Credential | undefined {
  return (
    credentialOf(env) ??
    credentialOf({
      TENCENTCLOUD_SECRET_ID: env['TENCENT_SECRET_ID'],
      TENCENTCLOUD_SECRET_KEY: env['TENCENT_SECRET_KEY'],
      TENCENTCLOUD_TOKEN: env['TENCENT_TOKEN'],
    })
  );
}

function set(text: string | undefined): string | undefined {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? undefined : trimmed;
}

/**
 * The account that the keys belong to: where it is another than was meant, this is the time to see it.
 * @throws CloudError
 */
export async function accountOf(api: Api): Promise<string> {
  const call = { service: 'sts', action: 'GetCallerIdentity' } as const;
  try {
    const uin = own(await api.call(call, systemClock.now() + 30_000), 'AccountId');
    return typeof uin === 'string' ? plainLine(uin, 30) : 'unknown';
  } catch (error) {
    if (isNotServed(error)) return 'unknown';
    throw error;
  }
}

/** Not for us, or not at all: no reason to stop where it was only asked out of care. */
export function isNotServed(error: unknown): error is CloudError {
  return (
    error instanceof CloudError &&
    /^(AuthFailure\.UnauthorizedOperation|UnauthorizedOperation|InvalidAction|NoSuchProduct|NoSuchVersion|ActionOffline)/.test(
      error.apiCode,
    )
  );
}

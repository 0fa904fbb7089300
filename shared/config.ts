/** From the environment to a Config that can be trusted, or to every problem in it. No problem shows a secret. */
import { parseSigningKey, type Signer } from './evidence/sign.ts';
import { locales, sites, type Locale, type Problem, type Result, type Site } from './model.ts';
import { isAllowedUrl, parseWebhooks, type Channel } from './notice/webhook.ts';
import { plainLine } from './text.ts';
import type { Credential } from './settings/tencent/credentials.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface Config {
  readonly credential: Credential;
  /** The own account, where the environment names it; elsewhere the cloud is asked. */
  readonly uin?: string;
  readonly site: Site;
  readonly region: string;
  readonly endpoint?: URL;
  readonly channels: readonly Channel[];
  /** Path of the evidence folder. */
  readonly evidencePath: string;
  readonly signer?: Signer;
  /** Packs or policy ids; undefined: all. */
  readonly policies?: readonly string[];
  readonly notify: 'changes' | 'always';
  readonly remindDays: number;
  readonly locale: Locale;
  readonly timezone: string;
}

const known = [
  'AUDIT_SITE',
  'AUDIT_REGION',
  'AUDIT_ENDPOINT',
  'AUDIT_WEBHOOKS',
  'AUDIT_EVIDENCE',
  'AUDIT_SIGNING_KEY',
  'AUDIT_TARGETS',
  'AUDIT_POLICIES',
  'AUDIT_NOTIFY',
  'AUDIT_REMIND_DAYS',
  'AUDIT_HEARTBEAT_URL',
  'AUDIT_LOCALE',
  'AUDIT_TIMEZONE',
] as const;
type Name = (typeof known)[number];

const noCredentials: Problem = {
  where: 'TENCENTCLOUD_SECRET_ID',
  what: 'and TENCENTCLOUD_SECRET_KEY are not set: on SCF give the function an execution role, elsewhere set both or write ~/.tencentcloud/credentials',
};

const defaultTimezone = 'Asia/Shanghai';
export const defaultEvidence = 'file:./evidence';

export function isScf(env: Env): boolean {
  return env['TENCENTCLOUD_RUNENV'] === 'SCF';
}

export interface ConfigInput {
  readonly env: Env;
  /** As found in the environment or in ~/.tencentcloud/credentials. */
  readonly credential: Credential | undefined;
  /** The account that the credential belongs to, where SCF injected both. */
  readonly uin: string | undefined;
  /** Names that AUDIT_POLICIES may select: packs and policy ids. */
  readonly policyNames: ReadonlySet<string>;
}

export function parseConfig({
  env,
  credential,
  uin,
  policyNames,
}: ConfigInput): Result<Config, Problem> {
  const problems: Problem[] = [];
  const complain = (where: string, what: string) => {
    problems.push({ where, what });
  };
  /** An empty variable is one that is not set: SCF's console cannot delete, only empty. */
  const text = (name: Name): string | undefined => {
    const value = env[name]?.trim();
    return value === undefined || value === '' ? undefined : value;
  };
  const oneOf = <const T extends string>(name: Name, values: readonly [T, ...T[]]): T => {
    const value = text(name) ?? values[0];
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) complain(name, `is "${shown(value)}": give ${values.join(' or ')}`);
    return found ?? values[0];
  };
  const url = (name: Name, form: string): URL | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    // The value itself may hold a key, so it is not shown.
    if (!URL.canParse(value)) complain(name, `is not a URL: give ${form}`);
    else if (!isAllowedUrl(new URL(value)))
      complain(name, 'must be https: plain http is for loopback only');
    else return new URL(value);
    return undefined;
  };

  for (const name of Object.keys(env)) {
    const isSet = (env[name] ?? '').trim() !== '';
    if (isSet && name.startsWith('AUDIT_') && !known.some((one) => one === name)) {
      complain(name, `is not a setting: settings are ${known.join(', ')}`);
    }
  }
  if (credential === undefined) problems.push(noCredentials);
  if (text('AUDIT_TARGETS') !== undefined) {
    complain(
      'AUDIT_TARGETS',
      'is not supported by this version, which audits the account of its own credential: unset it',
    );
  }

  const locale = oneOf('AUDIT_LOCALE', locales);
  const webhooks = parseWebhooks(text('AUDIT_WEBHOOKS') ?? '', locale);
  problems.push(...webhooks.problems);

  const endpoint = url('AUDIT_ENDPOINT', 'http(s)://host[:port]');
  if (endpoint !== undefined && `${endpoint.origin}/` !== endpoint.href) {
    complain('AUDIT_ENDPOINT', 'has more than a host: give http(s)://host[:port]');
  }
  url('AUDIT_HEARTBEAT_URL', 'the address that the watcher shows');

  const evidence = text('AUDIT_EVIDENCE') ?? (isScf(env) ? '' : defaultEvidence);
  const evidencePath = pathOfEvidence(evidence);
  if (typeof evidencePath !== 'string') complain('AUDIT_EVIDENCE', evidencePath.problem);

  const signingKey = text('AUDIT_SIGNING_KEY');
  const signer = signingKey === undefined ? undefined : parseSigningKey(signingKey);
  if (signingKey !== undefined && signer === undefined) {
    complain(
      'AUDIT_SIGNING_KEY',
      'is no Ed25519 private key: give PKCS#8 PEM, or the PEM in base64 (openssl genpkey -algorithm ed25519)',
    );
  }

  const remind = text('AUDIT_REMIND_DAYS') ?? '7';
  if (!/^\d{1,4}$/.test(remind)) {
    complain(
      'AUDIT_REMIND_DAYS',
      `is "${shown(remind)}": give a whole number of days, 0 for never`,
    );
  }

  const timezone = text('AUDIT_TIMEZONE') ?? defaultTimezone;
  if (!isTimezone(timezone)) {
    complain('AUDIT_TIMEZONE', `is "${shown(timezone)}": give an IANA zone such as Asia/Shanghai`);
  }

  const policies = text('AUDIT_POLICIES')
    ?.split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  for (const name of policies ?? []) {
    if (!policyNames.has(name)) {
      complain(
        'AUDIT_POLICIES',
        `names "${shown(name)}", which is neither a pack nor a policy: there are ${[...policyNames].join(', ')}`,
      );
    }
  }

  const site = oneOf('AUDIT_SITE', sites);
  const notify = oneOf('AUDIT_NOTIFY', ['changes', 'always']);
  const injectedRegion = env['TENCENTCLOUD_REGION'] ?? '';
  const region = text('AUDIT_REGION') ?? (injectedRegion === '' ? 'ap-singapore' : injectedRegion);
  if (!/^[a-z0-9-]{1,40}$/.test(region)) {
    complain('AUDIT_REGION', `is "${shown(region)}": give a region such as ap-singapore`);
  }

  const [first, ...rest] = problems;
  if (first !== undefined || credential === undefined) {
    return { ok: false, problems: [first ?? noCredentials, ...rest] };
  }
  return {
    ok: true,
    value: {
      credential,
      site,
      region,
      channels: webhooks.channels,
      evidencePath: typeof evidencePath === 'string' ? evidencePath : '',
      notify,
      remindDays: Number(remind),
      locale,
      timezone,
      ...(uin !== undefined && { uin }),
      ...(endpoint !== undefined && { endpoint }),
      ...(signer !== undefined && { signer }),
      ...(policies !== undefined && policies.length > 0 && { policies }),
    },
  };
}

/** @returns the folder, or what is wrong with the URL */
export function pathOfEvidence(url: string): string | { readonly problem: string } {
  if (url === '') {
    return {
      problem:
        'is not set: on SCF give file:<path of a mounted file system>, since /tmp does not last',
    };
  }
  if (url.startsWith('cos:')) {
    return { problem: 'is a cos:// store, which this version cannot write: give file:<path>' };
  }
  // file:<path> or file:///<path>; file://<host> would be a folder of another machine.
  const path = /^file:(?:\/\/(?=\/))?(?!\/\/)(.+)$/s.exec(url)?.[1];
  return path ?? { problem: `is "${shown(url)}": give file:<path>` };
}

/** Values are shown only for settings that hold no secret, and only their beginning. */
function shown(value: string): string {
  return plainLine(value, 60);
}

export function isTimezone(zone: string): boolean {
  // Loading the zone tables takes longer than all the rest of a cold start: the default needs no proof.
  if (zone === defaultTimezone) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

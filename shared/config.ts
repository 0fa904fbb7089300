/** From the environment to a Config that can be trusted, or to every problem in it. No problem shows a secret. */
import { parseSigningKey, type Signer } from './evidence/sign.ts';
import { locales, sites, type Locale, type Problem, type Result, type Site } from './model.ts';
import { isAllowedUrl, parseWebhooks, type Channel } from './notice/webhook.ts';
import { parseTargets, type AuditTarget } from './targets.ts';
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
  readonly evidence: EvidenceLocation;
  readonly signer?: Signer;
  /** Packs or policy ids; undefined: all. */
  readonly policies?: readonly string[];
  /** Undefined: the credential's own account. */
  readonly targets?: readonly AuditTarget[];
  readonly notify: 'changes' | 'always';
  readonly remindDays: number;
  readonly locale: Locale;
  readonly timezone: string;
  /** What was read from the secret manager: taken out of what others say. */
  readonly secrets?: readonly string[];
}

export type EvidenceLocation =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'cos';
      /** With the account's number at its end. */
      readonly bucket: string;
      /** Empty, or ending in `/`. */
      readonly prefix: string;
      readonly region: string;
    };

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

export const noCredentials: Problem = {
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
  /** The text of a file; the problem is the end of a sentence that begins with the setting's name. */
  readonly readFile: (path: string) => Result<string, string>;
}

export function parseConfig({
  env,
  credential,
  uin,
  policyNames,
  readFile,
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
  for (const name of Object.keys(env)) {
    const isSet = (env[name] ?? '').trim() !== '';
    if (isSet && name.startsWith('AUDIT_') && !known.some((one) => one === name)) {
      complain(name, `is not a setting: settings are ${known.join(', ')}`);
    }
  }
  if (credential === undefined) problems.push(noCredentials);
  const locale = oneOf('AUDIT_LOCALE', locales);
  const webhooks = parseWebhooks(text('AUDIT_WEBHOOKS') ?? '', locale);
  problems.push(...webhooks.problems);

  const endpoint = parseEndpoint(text('AUDIT_ENDPOINT'));
  if (!endpoint.ok) complain('AUDIT_ENDPOINT', endpoint.problems[0]);
  const heartbeat = parseUrl(text('AUDIT_HEARTBEAT_URL'), 'the address that the watcher shows');
  if (!heartbeat.ok) complain('AUDIT_HEARTBEAT_URL', heartbeat.problems[0]);

  const evidence = parseEvidence(text('AUDIT_EVIDENCE') ?? (isScf(env) ? '' : defaultEvidence));
  if (!evidence.ok) {
    for (const what of evidence.problems) complain('AUDIT_EVIDENCE', what);
  }

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
  const targetsFile = text('AUDIT_TARGETS');
  const targetsText = targetsFile === undefined ? undefined : readFile(targetsFile);
  if (targetsText?.ok === false) complain('AUDIT_TARGETS', targetsText.problems[0]);
  const targets =
    targetsFile === undefined || targetsText?.ok !== true
      ? undefined
      : parseTargets({ file: shown(targetsFile), text: targetsText.value, site, policyNames });
  if (targets?.ok === false) problems.push(...targets.problems);

  const notify = oneOf('AUDIT_NOTIFY', ['changes', 'always']);
  const injectedRegion = env['TENCENTCLOUD_REGION'] ?? '';
  const region = text('AUDIT_REGION') ?? (injectedRegion === '' ? 'ap-singapore' : injectedRegion);
  if (!/^[a-z0-9-]{1,40}$/.test(region)) {
    complain('AUDIT_REGION', `is "${shown(region)}": give a region such as ap-singapore`);
  }

  const [first, ...rest] = problems;
  if (first !== undefined || credential === undefined || !evidence.ok || !endpoint.ok) {
    return { ok: false, problems: [first ?? noCredentials, ...rest] };
  }
  return {
    ok: true,
    value: {
      credential,
      site,
      region,
      channels: webhooks.channels,
      evidence: evidence.value,
      notify,
      remindDays: Number(remind),
      locale,
      timezone,
      ...(uin !== undefined && { uin }),
      ...(endpoint.value !== undefined && { endpoint: endpoint.value }),
      ...(signer !== undefined && { signer }),
      ...(policies !== undefined && policies.length > 0 && { policies }),
      ...(targets?.ok === true && { targets: targets.value }),
    },
  };
}

/** Where `AUDIT_ENDPOINT` is set. The problem is the end of a sentence that begins with its name. */
export function parseEndpoint(text: string | undefined): Result<URL | undefined, string> {
  const form = 'http(s)://host[:port]';
  const url = parseUrl(text, form);
  if (!url.ok || url.value === undefined || `${url.value.origin}/` === url.value.href) return url;
  return failure(`has more than a host: give ${form}`);
}

function parseUrl(text: string | undefined, form: string): Result<URL | undefined, string> {
  if (text === undefined) return { ok: true, value: undefined };
  // The value itself may hold a key, so it is not shown.
  if (!URL.canParse(text)) return failure(`is not a URL: give ${form}`);
  const url = new URL(text);
  if (!isAllowedUrl(url)) return failure('must be https: plain http is for loopback only');
  return { ok: true, value: url };
}

/** Each problem is the end of a sentence that begins with the setting's name. */
export function parseEvidence(url: string): Result<EvidenceLocation, string> {
  if (url === '') {
    return failure(
      'is not set: on SCF give cos://<bucket-appid>/<prefix>?region=<region>, or file:<path of a mounted file system>, since /tmp does not last',
    );
  }
  if (url.startsWith('cos:')) return parseCosEvidence(url);
  // file:<path> or file:///<path>; file://<host> would be a folder of another machine.
  const path = /^file:(?:\/\/(?=\/))?(?!\/\/)(.+)$/s.exec(url)?.[1];
  return path === undefined
    ? failure(
        `is "${shown(url)}": give file:<path> or cos://<bucket-appid>/<prefix>?region=<region>`,
      )
    : { ok: true, value: { kind: 'file', path } };
}

/** https://www.tencentcloud.com/document/product/436/13312: what a bucket may be called. */
function parseCosEvidence(url: string): Result<EvidenceLocation, string> {
  const match = /^cos:\/\/([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/.exec(url);
  if (match === null) {
    return failure(`is "${shown(url)}": give cos://<bucket-appid>/<prefix>?region=<region>`);
  }
  const [, bucket = '', path = '', query = ''] = match;
  const problems: string[] = [];
  if (!/^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?-\d{5,20}$/.test(bucket)) {
    problems.push(
      `names the bucket "${shown(bucket)}": give its name with the account's APPID, such as audit-1250000000`,
    );
  }
  const prefix = path.replace(/^\//, '').replace(/\/$/, '');
  const isPrefix =
    prefix.length <= 200 && /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*(?:\/(?=.)|$))*$/.test(prefix);
  if (!isPrefix) {
    problems.push(
      `has the prefix "${shown(prefix)}": give names of letters, digits, dots, hyphens and underscores, separated by /`,
    );
  }
  const parameters = new URLSearchParams(query);
  const regions = parameters.getAll('region');
  const [region = ''] = regions;
  if (regions.length !== 1 || !/^[a-z]{2,10}(?:-[a-z0-9]{1,20}){1,4}$/.test(region)) {
    problems.push(
      regions.length === 0
        ? 'does not say where the bucket lies: add ?region=<region>, such as ?region=ap-singapore'
        : `has the region "${shown(regions.join(', '))}": give one, such as ap-singapore`,
    );
  }
  for (const name of new Set(parameters.keys())) {
    if (name !== 'region') problems.push(`has "${shown(name)}" after the ?: there is only region`);
  }
  const [first, ...rest] = problems;
  if (first !== undefined) return failure(first, ...rest);
  return {
    ok: true,
    value: { kind: 'cos', bucket, prefix: prefix === '' ? '' : `${prefix}/`, region },
  };
}

function failure(...problems: [string, ...string[]]): Result<never, string> {
  return { ok: false, problems };
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

/** From `AUDIT_WEBHOOKS` to channels. A webhook's URL is a secret: no problem, name or error shows it. */
import { createHash } from 'node:crypto';

import { locales, severities, type Locale, type Problem, type Severity } from '../model.ts';

export const channelKinds = [
  'slack',
  'wecom',
  'dingtalk',
  'feishu',
  'lark',
  'teams',
  'discord',
  'googlechat',
  'pagerduty',
  'alertmanager',
  'generic',
] as const;
export type ChannelKind = (typeof channelKinds)[number];

export interface Channel {
  /** `<kind>:<host>#<8 hex digits of the URL's SHA-256>`: how it is shown and stored. */
  readonly name: string;
  readonly kind: ChannelKind;
  /** Without the options. Secret. */
  readonly url: string;
  readonly secret?: string;
  /** It hears of this severity and worse. */
  readonly min: Severity;
  readonly locale: Locale;
}

const kindByHost: readonly (readonly [RegExp, ChannelKind])[] = [
  [/^hooks\.slack\.com$/, 'slack'],
  [/^qyapi\.weixin\.qq\.com$/, 'wecom'],
  [/^oapi\.dingtalk\.com$/, 'dingtalk'],
  [/^open\.feishu\.cn$/, 'feishu'],
  [/^open\.larksuite\.com$/, 'lark'],
  [/\.(logic\.azure\.com|api\.powerplatform\.com)$/, 'teams'],
  [/^(ptb\.|canary\.)?discord(app)?\.com$/, 'discord'],
  [/^chat\.googleapis\.com$/, 'googlechat'],
  [/^events(\.eu)?\.pagerduty\.com$/, 'pagerduty'],
];

const retiredHost = /(^|\.)webhook\.office\.com$/;

export function parseWebhooks(
  text: string,
  defaultLocale: Locale,
): { readonly channels: readonly Channel[]; readonly problems: readonly Problem[] } {
  const channels: Channel[] = [];
  const problems: Problem[] = [];
  for (const [index, entry] of text.split(/\s+/).filter(Boolean).entries()) {
    const where = `AUDIT_WEBHOOKS[${String(index)}]`;
    const parsed = parseWebhook(entry, defaultLocale);
    if ('problems' in parsed) problems.push(...parsed.problems.map((what) => ({ where, what })));
    else if (channels.some(({ name }) => name === parsed.name)) {
      problems.push({ where, what: `is the same webhook as another (${parsed.name})` });
    } else channels.push(parsed);
  }
  return { channels, problems };
}

function parseWebhook(
  entry: string,
  defaultLocale: Locale,
): Channel | { readonly problems: readonly string[] } {
  if (!URL.canParse(entry)) return { problems: ['is not a URL'] };
  const url = new URL(entry);
  const options = optionsOf(url.hash.slice(1));
  url.hash = '';
  const kind = options.get('kind') ?? kindOf(url.hostname);
  const min = options.get('min') ?? 'low';
  const locale = options.get('locale') ?? defaultLocale;
  const secret = options.get('secret');

  const problems = [
    ...problemsOf(url, kind),
    ...optionProblems(options),
    ...secretProblems(kind, secret),
  ];
  if (problems.length > 0 || !isOneOf(channelKinds, kind) || !isOneOf(severities, min)) {
    return { problems };
  }
  if (!isOneOf(locales, locale)) return { problems };
  // All of PagerDuty's integrations share one URL: there the key is what tells them apart.
  const identity = kind === 'pagerduty' ? `${url.href}#${secret ?? ''}` : url.href;
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 8);
  return {
    name: `${kind}:${url.host}#${hash}`,
    kind,
    url: url.href,
    min,
    locale,
    ...(secret !== undefined && { secret }),
  };
}

/** `a=b&c=d`; a plus sign is a plus sign, since secrets are base64. */
function optionsOf(fragment: string): ReadonlyMap<string, string> {
  const pairs = fragment.split('&').filter(Boolean);
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at), decode(pair.slice(at + 1))];
    }),
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function kindOf(hostname: string): ChannelKind {
  return kindByHost.find(([host]) => host.test(hostname))?.[1] ?? 'generic';
}

function problemsOf(url: URL, kind: string): readonly string[] {
  if (retiredHost.test(url.hostname)) {
    return [
      `(${url.hostname}) is an Office 365 connector, which Microsoft has retired: create a Teams workflow and give its URL`,
    ];
  }
  const problems: string[] = [];
  if (!isAllowedUrl(url)) {
    problems.push(`(${url.hostname}) must be https: plain http is for loopback only`);
  }
  if (!isOneOf(channelKinds, kind)) {
    problems.push(`(${url.hostname}) has an unknown kind=: give ${channelKinds.join(', ')}`);
  }
  return problems;
}

/** Option values are not shown: one of them is a secret, and people mistype names. */
function optionProblems(options: ReadonlyMap<string, string>): readonly string[] {
  const problems: string[] = [];
  const known = ['kind', 'secret', 'min', 'locale'];
  for (const [name, value] of options) {
    if (!known.includes(name))
      problems.push(`has an unknown option: options are ${known.join(', ')}`);
    if (name === 'min' && !isOneOf(severities, value)) {
      problems.push(`has a wrong min=: give ${severities.join(', ')}`);
    }
    if (name === 'locale' && !isOneOf(locales, value)) {
      problems.push(`has a wrong locale=: give ${locales.join(', ')}`);
    }
  }
  return problems;
}

/** What a secret is depends on the platform; it is never shown. */
function secretProblems(kind: string, secret: string | undefined): readonly string[] {
  switch (kind) {
    case 'generic':
      return secret === undefined || isStandardSecret(secret)
        ? []
        : ['has a wrong secret=: give whsec_ and 24 to 64 bytes in base64'];
    case 'pagerduty':
      return secret !== undefined && /^[A-Za-z0-9]{32}$/.test(secret)
        ? []
        : ['needs secret=: give the 32 characters of the integration key'];
    case 'dingtalk':
    case 'feishu':
    case 'lark':
      return secret === '' ? ['has an empty secret=: give the one that the robot shows'] : [];
    default:
      return secret === undefined ? [] : [`has a secret=, which ${kindName(kind)} does not use`];
  }
}

function kindName(kind: string): string {
  return isOneOf(channelKinds, kind) ? kind : 'this kind';
}

/** https://github.com/standard-webhooks/standard-webhooks: the key is 24 to 64 bytes. */
function isStandardSecret(secret: string): boolean {
  const bytes = secretBytes(secret);
  return /^(whsec_)?[A-Za-z0-9+/]+=*$/.test(secret) && bytes.length >= 24 && bytes.length <= 64;
}

export function secretBytes(secret: string): Uint8Array {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
}

export function isAllowedUrl({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function isOneOf<const T extends string>(known: readonly T[], value: string): value is T {
  return known.some((item) => item === value);
}

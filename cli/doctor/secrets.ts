/** What no line may show. Answers and logs of others may quote it. */
import type { Env } from '../../shared/config.ts';
import type { Credential } from '../../shared/settings/tencent/credentials.ts';

const secretName = /SECRET|TOKEN|KEY|PASSW|WEBHOOK|_URL$/;

/** @param env variables of this machine or of the function */
export function secretsIn(env: Env): readonly string[] {
  return Object.entries(env).flatMap(([name, value = '']) =>
    secretName.test(name) ? formsOf(value.trim()) : [],
  );
}

export function secretsOfCredential({
  secretId,
  secretKey,
  token = '',
}: Credential): readonly string[] {
  return [secretId, secretKey, token];
}

/** A value, and what of it would be shown alone: a line of a key, the path of a webhook, the options behind it. */
function formsOf(value: string): readonly string[] {
  const urls = value.split(/\s+/).filter((word) => URL.canParse(word));
  const forms = [value, ...urls, ...urls.flatMap(partsOfUrl), ...partsOfPem(value)];
  // What is short is found in ordinary words, and what names a secret is none.
  return forms.filter((form) => form.length >= 8 && !form.startsWith('ssm:'));
}

function partsOfUrl(url: string): readonly string[] {
  const { href, pathname, search, hash } = new URL(url);
  const options = hash
    .slice(1)
    .split('&')
    .map((pair) => pair.slice(pair.indexOf('=') + 1));
  return [
    ...[href, href.slice(0, href.length - hash.length), `${pathname}${search}`, pathname],
    ...pathname.split('/').filter(isNoWord),
    ...new URLSearchParams(search).values(),
    ...options,
    ...options.map(decoded),
  ];
}

/** `services` and `webhook` are parts of paths too. */
function isNoWord(part: string): boolean {
  return /\d/.test(part) || part.length >= 16;
}

/** The key's own lines, without BEGIN and END; and the value's, where it is a PEM in base64. */
function partsOfPem(value: string): readonly string[] {
  const pem = value.includes('-----') ? value : Buffer.from(value, 'base64').toString('utf8');
  if (!pem.includes('-----BEGIN')) return [];
  return [pem.trim(), ...pem.split('\n').filter((line) => !line.includes('-----'))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Where a credential comes from. SCF injects its own names; the SDK's providers look for others. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';

import { parse } from 'ini';

import { isObject, own } from '../../json.ts';

export interface Credential {
  readonly secretId: string;
  readonly secretKey: string;
  readonly token?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Read at every invocation: an instance is reused, its keys are temporary. */
export function credentialOf(env: Env): Credential | undefined {
  return (
    credentialFrom(
      env['TENCENTCLOUD_SECRETID'],
      env['TENCENTCLOUD_SECRETKEY'],
      env['TENCENTCLOUD_SESSIONTOKEN'],
    ) ??
    credentialFrom(
      env['TENCENTCLOUD_SECRET_ID'],
      env['TENCENTCLOUD_SECRET_KEY'],
      [
        env['TENCENTCLOUD_TOKEN'],
        env['TENCENTCLOUD_SESSION_TOKEN'],
        env['TENCENTCLOUD_SECURITY_TOKEN'],
      ].find(isSet),
    )
  );
}

/**
 * The own account's uin as SCF injects it with its credential. Elsewhere the variable may be a leftover
 * that belongs to other keys, so the cloud is asked.
 */
export function injectedUin(env: Env): string | undefined {
  const uin = env['TENCENTCLOUD_UIN'];
  return isSet(env['TENCENTCLOUD_SECRETID']) && uin !== undefined && /^\d{1,20}$/.test(uin)
    ? uin
    : undefined;
}

/** The `[default]` section of ~/.tencentcloud/credentials, as Tencent's own tools write it. */
export function credentialFromProfile(path = profilePath()): Credential | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const section = own(parse(text), 'default');
  if (!isObject(section)) return undefined;
  const [id, key, token] = ['secret_id', 'secret_key', 'token'].map((name) => {
    const value = own(section, name);
    return typeof value === 'string' ? value : undefined;
  });
  return credentialFrom(id, key, token);
}

function profilePath(): string {
  return join(homedir(), '.tencentcloud', 'credentials');
}

function credentialFrom(
  secretId: string | undefined,
  secretKey: string | undefined,
  token: string | undefined,
): Credential | undefined {
  if (!isSet(secretId) || !isSet(secretKey)) return undefined;
  // A copied key often brings a line break along.
  return {
    secretId: secretId.trim(),
    secretKey: secretKey.trim(),
    ...(isSet(token) && { token: token.trim() }),
  };
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}

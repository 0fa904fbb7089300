/**
 * TC3-HMAC-SHA256, the server's side.
 * @see https://cloud.tencent.com/document/product/215/36792
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Incoming } from '../http.ts';

export interface Authorization {
  readonly secretId: string;
  /** UTC, `YYYY-MM-DD`. */
  readonly date: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const form =
  /^TC3-HMAC-SHA256 Credential=([^/\s,]+)\/(\d{4}-\d{2}-\d{2})\/([^/\s,]+)\/tc3_request, *SignedHeaders=([a-z0-9;-]+), *Signature=([0-9a-f]{64})$/;

/** @returns undefined when the header has another form or leaves out a header that must be signed */
export function parseAuthorization(header: string): Authorization | undefined {
  const [, secretId, date, service, names, signature] = form.exec(header) ?? [];
  if (
    secretId === undefined ||
    date === undefined ||
    service === undefined ||
    names === undefined ||
    signature === undefined
  ) {
    return undefined;
  }
  const signedHeaders = names.split(';');
  return ['content-type', 'host'].every((name) => signedHeaders.includes(name))
    ? { secretId, date, service, signedHeaders, signature }
    : undefined;
}

export function isSignedWith(
  signer: { readonly secretKey: string },
  authorization: Authorization,
  timestamp: string,
  request: Incoming,
): boolean {
  const { date, service, signedHeaders, signature } = authorization;
  if (date !== utcDay(Number(timestamp))) return false;
  const key = signingKey(signer, authorization);
  const bodyHash = sha256(request.rawBody);
  const expected = Buffer.from(signature, 'hex');
  return hostsOf(request).some((host) => {
    const signed = [
      'TC3-HMAC-SHA256',
      timestamp,
      `${date}/${service}/tc3_request`,
      sha256(canonicalRequest(signedHeaders, host, request, bodyHash)),
    ].join('\n');
    return timingSafeEqual(hmac(key, signed), expected);
  });
}

function utcDay(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().slice(0, 10);
}

interface ScopedKey {
  readonly scope: string;
  readonly key: Buffer;
}

/** Of each signer the last: most sign for one service and day. */
const lastKeys = new WeakMap<object, ScopedKey>();

// The service is what the client wrote into its scope: with a replaced endpoint
// Tencent's SDK takes the host's first label, '127'.
function signingKey(
  signer: { readonly secretKey: string },
  { date, service }: Authorization,
): Buffer {
  const scope = `${date}/${service}`;
  const last = lastKeys.get(signer);
  if (last?.scope === scope) return last.key;
  const key = hmac(hmac(hmac(`TC3${signer.secretKey}`, date), service), 'tc3_request');
  lastKeys.set(signer, { scope, key });
  return key;
}

// Tencent's SDK signs the host name without the port that it then sends.
function hostsOf({ headers }: Incoming): readonly string[] {
  const host = headers['host'] ?? '';
  return [host.replace(/:\d+$/, ''), host];
}

function canonicalRequest(
  names: readonly string[],
  host: string,
  { method, path, query, headers }: Incoming,
  bodyHash: string,
): string {
  const valueOf = (name: string) =>
    name === 'host' ? host : Object.hasOwn(headers, name) ? (headers[name] ?? '') : '';
  const lines = names.map((name) => `${name}:${valueOf(name).trim().toLowerCase()}\n`);
  return [method, path, query, lines.join(''), names.join(';'), bodyHash].join('\n');
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

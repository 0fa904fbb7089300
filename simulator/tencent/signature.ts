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
  secretKey: string,
  authorization: Authorization,
  timestamp: string,
  request: Incoming,
): boolean {
  if (authorization.date !== utcDay(Number(timestamp))) return false;
  const key = signingKey(secretKey, authorization);
  return hostsOf(request).some((host) => {
    const signed = [
      'TC3-HMAC-SHA256',
      timestamp,
      `${authorization.date}/${authorization.service}/tc3_request`,
      sha256(canonicalRequest(authorization.signedHeaders, host, request)),
    ].join('\n');
    return timingSafeEqual(hmac(key, signed), Buffer.from(authorization.signature, 'hex'));
  });
}

function utcDay(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().slice(0, 10);
}

// The service is what the client wrote into its scope: with a replaced endpoint
// Tencent's SDK takes the host's first label, '127'.
function signingKey(secretKey: string, { date, service }: Authorization): Buffer {
  return hmac(hmac(hmac(`TC3${secretKey}`, date), service), 'tc3_request');
}

// Tencent's SDK signs the host name without the port that it then sends.
function hostsOf({ headers }: Incoming): readonly string[] {
  const host = headers['host'] ?? '';
  return [host, host.replace(/:\d+$/, '')];
}

function canonicalRequest(names: readonly string[], host: string, request: Incoming): string {
  const { method, path, query, headers, rawBody } = request;
  const valueOf = (name: string) =>
    name === 'host' ? host : Object.hasOwn(headers, name) ? (headers[name] ?? '') : '';
  const lines = names.map((name) => `${name}:${valueOf(name).trim().toLowerCase()}\n`);
  return [method, path, query, lines.join(''), names.join(';'), sha256(rawBody)].join('\n');
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

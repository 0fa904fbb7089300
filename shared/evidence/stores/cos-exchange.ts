/** One request to COS through Tencent's SDK, and what its outcome means. */
import COS from 'cos-nodejs-sdk-v5';

import { isObject, own } from '../../json.ts';
import type { JsonObject } from '../../model.ts';

export interface CosCredential {
  readonly secretId: string;
  readonly secretKey: string;
  readonly token?: string;
}

export interface Bucket {
  readonly credential: CosCredential;
  /** With the account's number at its end. */
  readonly name: string;
  readonly region: string;
  /** Connected to in the place of the bucket's host, which stays in the Host header and in the signature. */
  readonly endpoint?: URL;
}

export interface CosRequest {
  readonly method: 'GET' | 'PUT';
  /** Empty for the bucket itself. */
  readonly key: string;
  /** A part of the bucket's configuration. */
  readonly subresource?: 'versioning' | 'object-lock';
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface Failure {
  /** Undefined where no answer came. */
  readonly status?: number;
  /** COS's code, or that of the network, or one of ours: `BadAnswer`, `TooLarge`, `Http<status>`. */
  readonly code: string;
  readonly requestId?: string;
}

export type Outcome =
  | {
      readonly ok: true;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    }
  | { readonly ok: false; readonly failure: Failure };

export async function exchange(
  { credential, name, region, endpoint }: Bucket,
  { method, key, subresource, query, headers, body }: CosRequest,
  timeoutMs: number,
): Promise<Outcome> {
  const { secretId, secretKey, token } = credential;
  const cos = new COS({
    SecretId: secretId,
    SecretKey: secretKey,
    Timeout: timeoutMs,
    Protocol: endpoint?.protocol === 'http:' ? 'http:' : 'https:',
    // A second domain of Tencent's is none that anybody allowed us.
    AutoSwitchHost: false,
    CorrectClockSkew: false,
    ...(token !== undefined && { SecurityToken: token }),
    ...(endpoint !== undefined && { Ip: endpoint.host }),
  });
  try {
    const answer = await cos.request({
      Bucket: name,
      Region: region,
      Method: method,
      Key: key,
      Headers: { ...headers },
      RawBody: true,
      ...(query !== undefined && { Query: { ...query } }),
      ...(subresource !== undefined && { Action: subresource }),
      ...(body !== undefined && { Body: Buffer.from(body) }),
    });
    const bytes = Buffer.isBuffer(answer.Body) ? answer.Body : Buffer.alloc(0);
    return succeeded(headersOf(answer), bytes);
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}

/** A page that something between us and COS made up is no answer of COS. */
function succeeded(headers: Readonly<Record<string, string>>, body: Uint8Array): Outcome {
  const isPage = headers['content-type']?.startsWith('text/html') === true;
  const isOfCos =
    !isPage && (headers['x-cos-request-id'] !== undefined || headers['etag'] !== undefined);
  return isOfCos ? { ok: true, headers, body } : { ok: false, failure: { code: 'BadAnswer' } };
}

/** As seen in 3.0.0: an error has `code`; one that COS answered has `statusCode` and `headers` besides. */
function failureOf(error: unknown): Failure {
  const fields = typeof error === 'object' && error !== null ? Object.entries(error) : [];
  const { statusCode, code } = Object.fromEntries(fields) as Record<string, unknown>;
  const requestId = headersOf(error)['x-cos-request-id'] ?? '';
  const status = typeof statusCode === 'number' ? statusCode : undefined;
  // Whatever it is, it was written by the other side.
  const isCode = typeof code === 'string' && /^[A-Za-z][A-Za-z0-9_.]{0,63}$/.test(code);
  return {
    code: isCode ? code : status === undefined ? 'BadAnswer' : `Http${String(status)}`,
    ...(status !== undefined && { status }),
    ...(/^[A-Za-z0-9_=-]{1,100}$/.test(requestId) && { requestId }),
  };
}

function headersOf(answer: unknown): Readonly<Record<string, string>> {
  const headers = isObject(answer) ? own(answer, 'headers') : undefined;
  if (!isObject(headers)) return {};
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}

/** @returns undefined where the text is no document with that root */
export function parseXml(body: Uint8Array, root: string): JsonObject | undefined {
  const text = Buffer.from(body).toString('utf8');
  // Entities of its own are what no answer of COS has.
  const isWhole = new RegExp(`(</${root}>|<${root}\\s*/>)\\s*$`).test(text);
  if (!isWhole || text.includes('<!')) return undefined;
  try {
    const document: unknown = COS.util.xml2json(text);
    const found = isObject(document) ? own(document, root) : undefined;
    return isObject(found) ? found : found === '' ? {} : undefined;
  } catch {
    return undefined;
  }
}

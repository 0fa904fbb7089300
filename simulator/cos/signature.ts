/**
 * COS's own signature in the header Authorization, the server's side.
 * @see https://www.tencentcloud.com/document/product/436/7778
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Incoming } from '../http.ts';

export interface CosAuthorization {
  readonly secretId: string;
  /** Epoch seconds, `start;end`. */
  readonly signTime: string;
  readonly keyTime: string;
  readonly headerNames: readonly string[];
  readonly parameterNames: readonly string[];
  readonly signature: string;
}

/** @returns undefined when the header has another form */
export function parseCosAuthorization(header: string): CosAuthorization | undefined {
  const fields = new Map(
    header.split('&').map((pair): readonly [string, string] => {
      const [name = '', ...value] = pair.split('=');
      return [name, value.join('=')];
    }),
  );
  const [secretId, signTime, keyTime, headers, parameters, signature] = [
    'q-ak',
    'q-sign-time',
    'q-key-time',
    'q-header-list',
    'q-url-param-list',
    'q-signature',
  ].map((name) => fields.get(name));
  const times = /^\d{1,12};\d{1,12}$/;
  if (
    fields.get('q-sign-algorithm') !== 'sha1' ||
    secretId === undefined ||
    signTime === undefined ||
    keyTime === undefined ||
    headers === undefined ||
    parameters === undefined ||
    signature === undefined ||
    !times.test(signTime) ||
    !times.test(keyTime) ||
    !/^[0-9a-f]{40}$/.test(signature)
  ) {
    return undefined;
  }
  const namesOf = (list: string) => list.split(';').filter((name) => name !== '');
  return {
    ...{ secretId, signTime, keyTime, signature },
    headerNames: namesOf(headers),
    parameterNames: namesOf(parameters),
  };
}

export function isSignedForCos(
  secretKey: string,
  authorization: CosAuthorization,
  request: Pick<Incoming, 'method' | 'path' | 'query' | 'headers'>,
): boolean {
  const { signTime, keyTime, headerNames, parameterNames } = authorization;
  const parameters = new Map(
    parametersOf(request.query).map(([name, value]) => [encoded(name).toLowerCase(), value]),
  );
  const headers = new Map(
    Object.entries(request.headers).map(([name, value]) => [encoded(name).toLowerCase(), value]),
  );
  const httpString = [
    request.method.toLowerCase(),
    decodeURIComponent(request.path),
    formOf(parameterNames, parameters),
    formOf(headerNames, headers),
    '',
  ].join('\n');
  const stringToSign = `sha1\n${signTime}\n${sha1(httpString)}\n`;
  const signKey = hmac(secretKey, keyTime);
  return timingSafeEqual(
    Buffer.from(hmac(signKey, stringToSign), 'hex'),
    Buffer.from(authorization.signature, 'hex'),
  );
}

/** What COS leaves to the client, and this simulator asks for: nothing that decides may stand unsigned. */
export function unsignedParts(
  { headerNames, parameterNames }: CosAuthorization,
  { headers, query }: Pick<Incoming, 'headers' | 'query'>,
): readonly string[] {
  const mustBeSigned = Object.keys(headers).filter(
    // Tencent's SDK adds the token after it has signed.
    (name) => name === 'host' || (name.startsWith('x-cos-') && name !== 'x-cos-security-token'),
  );
  return [
    ...mustBeSigned.filter((name) => !headerNames.includes(name)),
    ...parametersOf(query)
      .map(([name]) => encoded(name).toLowerCase())
      .filter((name) => !parameterNames.includes(name)),
  ];
}

/** In the order of the request. */
export function parametersOf(query: string): readonly (readonly [string, string])[] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [decodeURIComponent(name), decodeURIComponent(value.join('='))] as const;
    });
}

function formOf(names: readonly string[], values: ReadonlyMap<string, string>): string {
  return names.map((name) => `${name}=${encoded(values.get(name) ?? '')}`).join('&');
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

function hmac(key: string, text: string): string {
  return createHmac('sha1', key).update(text).digest('hex');
}

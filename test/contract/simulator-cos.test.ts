/** The simulated bucket: it believes what Tencent's own code signs, and nothing else. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';

import COS from 'cos-nodejs-sdk-v5';
import { expect, it } from 'vitest';

import { isSignedForCos, parseCosAuthorization } from '../../simulator/cos/signature.ts';
import { createEstate, type Simulator } from '../../simulator/simulator.ts';
import { credentialIn, stsClient } from '../support/sim-client.ts';
import { simulators, startMs, temporaryAccount } from '../support/sim-start.ts';

const start = simulators();

/** Tencent's own examples: https://www.tencentcloud.com/document/product/436/7778, "Use cases". */
const documented = {
  'an upload': {
    method: 'PUT',
    path: '/exampleobject(%E8%85%BE%E8%AE%AF%E4%BA%91)',
    query: '',
    headers: {
      date: 'Thu, 16 May 2019 06:45:51 GMT',
      host: 'examplebucket-1250000000.cos.ap-beijing.myqcloud.com',
      'content-type': 'text/plain',
      'content-length': '13',
      'content-md5': 'mQ/fVh815F3k6TAUm8m0eg==',
      'x-cos-acl': 'private',
      'x-cos-grant-read': 'uin="100000000011"',
    },
    authorization:
      'q-sign-algorithm=sha1&q-ak=AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q&q-sign-time=1557989151;1557996351&q-key-time=1557989151;1557996351&q-header-list=content-length;content-md5;content-type;date;host;x-cos-acl;x-cos-grant-read&q-url-param-list=&q-signature=3b8851a11a569213c17ba8fa7dcf2abec6935172',
  },
  'a download': {
    method: 'GET',
    path: '/exampleobject(%E8%85%BE%E8%AE%AF%E4%BA%91)',
    query: 'response-content-type=application%2Foctet-stream&response-cache-control=max-age%3D600',
    headers: {
      date: 'Thu, 16 May 2019 06:55:53 GMT',
      host: 'examplebucket-1250000000.cos.ap-beijing.myqcloud.com',
    },
    authorization:
      'q-sign-algorithm=sha1&q-ak=AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q&q-sign-time=1557989753;1557996953&q-key-time=1557989753;1557996953&q-header-list=date;host&q-url-param-list=response-cache-control;response-content-type&q-signature=01681b8c9d798a678e43b685a9f1bba0f6c0e012',
  },
};

it.each(Object.entries(documented))(
  "accepts the signature of %s as Tencent's documentation has it, and none beside it",
  (_name, { authorization, ...request }) => {
    const parsed = parseCosAuthorization(authorization);
    if (parsed === undefined) throw new Error('not parsed');
    const exampleKey = 'BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz';
    expect(isSignedForCos(exampleKey, parsed, request)).toBe(true);
    expect(isSignedForCos(`${exampleKey}x`, parsed, request)).toBe(false);
    expect(isSignedForCos(exampleKey, parsed, { ...request, path: '/other' })).toBe(false);
    expect(isSignedForCos(exampleKey, parsed, { ...request, method: 'DELETE' })).toBe(false);
    const headers = { ...request.headers, date: 'Thu, 16 May 2019 06:45:52 GMT' };
    expect(isSignedForCos(exampleKey, parsed, { ...request, headers })).toBe(false);
  },
);

interface Sent {
  readonly method?: 'GET' | 'PUT' | 'DELETE';
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly host?: string;
  /** What the signature says, where it is not what is sent. */
  readonly signed?: Partial<COS.StaticGetAuthorizationOptions>;
  readonly authorization?: string;
  readonly token?: string;
}

/** Signed by Tencent's SDK, as of `startMs`. */
async function send(simulator: Simulator, sent: Sent = {}) {
  const { method = 'GET', key = 'x', query = {}, headers = {}, body = '' } = sent;
  const host = sent.host ?? `${simulator.cos.bucket}.cos.${simulator.cos.region}.myqcloud.com`;
  const { secretId, secretKey } = simulator.credentials;
  const now = Math.floor(startMs / 1000);
  const authorization = COS.getAuthorization({
    SecretId: secretId,
    SecretKey: secretKey,
    Method: method,
    Pathname: `/${key}`,
    Query: query,
    Headers: { Host: host, ...headers },
    KeyTime: `${String(now)};${String(now + 900)}`,
    ...sent.signed,
  });
  const queryText = new URLSearchParams(query).toString().replaceAll('+', '%20');
  const request = httpRequest(`${simulator.url}/${encodeURI(key)}?${queryText}`, {
    method,
    headers: {
      host,
      authorization: sent.authorization ?? authorization,
      ...headers,
      ...(sent.token !== undefined && { 'x-cos-security-token': sent.token }),
    },
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? '';
  return { status: response.statusCode, code, text, headers: response.headers };
}

const onceOnly = { 'x-cos-forbid-overwrite': 'true' };

it("puts, gives back, lists, and refuses to overwrite, signed by Tencent's SDK", async () => {
  const simulator = await start();
  const key = 'a/名 (1)!*.json';
  const put = { method: 'PUT', key, body: 'first', headers: onceOnly } as const;
  expect(await send(simulator, put)).toMatchObject({ status: 200, code: '' });
  expect(await send(simulator, { ...put, body: 'second' })).toMatchObject({
    status: 409,
    code: 'FileAlreadyExists',
  });
  expect(await send(simulator, { key })).toMatchObject({ status: 200, text: 'first' });
  const listed = await send(simulator, {
    key: '',
    query: { prefix: 'a/', 'max-keys': '5', 'encoding-type': 'url' },
  });
  expect(listed.text).toContain(`<Key>${encodeURIComponent(key)}</Key>`);
  expect(listed.headers['x-cos-request-id']).toBeDefined();
  // Without the header a put replaces what is there, as COS does.
  const silently = { ...put, headers: {}, body: 'third' };
  expect(await send(simulator, silently)).toMatchObject({ status: 200 });
  expect(await send(simulator, { key })).toMatchObject({ text: 'third' });
});

it.each(['Enabled', 'Suspended'] as const)(
  'lets the header have no effect while versioning is %s',
  async (versioning) => {
    const simulator = await start();
    simulator.cos.setVersioning(versioning);
    const put = { method: 'PUT', headers: onceOnly } as const;
    expect(await send(simulator, { ...put, body: 'first' })).toMatchObject({ status: 200 });
    expect(await send(simulator, { ...put, body: 'second' })).toMatchObject({ status: 200 });
    expect(await send(simulator)).toMatchObject({ text: 'second' });
    const { text } = await send(simulator, { key: '', query: { versioning: '' } });
    expect(text).toContain(`<Status>${versioning}</Status>`);
  },
);

it('pages, groups and starts behind a marker', async () => {
  const simulator = await start();
  for (const key of ['a/1', 'a/2', 'a/b/1', 'a/b/2', 'a/c', 'z']) {
    await send(simulator, { method: 'PUT', key, body: key });
  }
  const list = async (query: Record<string, string>) => {
    const { text } = await send(simulator, { key: '', query: { prefix: 'a/', ...query } });
    const all = (name: string) =>
      [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, found]) => found);
    return { keys: all('Key'), prefixes: all('Prefix').slice(1), next: all('NextMarker') };
  };
  expect(await list({})).toEqual({
    keys: ['a/1', 'a/2', 'a/b/1', 'a/b/2', 'a/c'],
    prefixes: [],
    next: [],
  });
  expect(await list({ 'max-keys': '2' })).toMatchObject({ keys: ['a/1', 'a/2'], next: ['a/2'] });
  expect(await list({ marker: 'a/2' })).toMatchObject({ keys: ['a/b/1', 'a/b/2', 'a/c'] });
  expect(await list({ delimiter: '/' })).toEqual({
    keys: ['a/1', 'a/2', 'a/c'],
    prefixes: ['a/b/'],
    next: [],
  });
});

const refusals: Record<string, [Sent, { status: number; code: string }]> = {
  'no signature': [{ authorization: '' }, { status: 403, code: 'AccessDenied' }],
  'another scheme': [
    { authorization: 'TC3-HMAC-SHA256 Credential=x' },
    { status: 403, code: 'AccessDenied' },
  ],
  'an unknown secret id': [
    { signed: { SecretId: 'NOBODY' } },
    { status: 403, code: 'InvalidAccessKeyId' },
  ],
  'the wrong secret key': [
    { signed: { SecretKey: 'WRONG' } },
    { status: 403, code: 'SignatureDoesNotMatch' },
  ],
  'a signature for another key': [
    { signed: { Pathname: '/y' } },
    { status: 403, code: 'SignatureDoesNotMatch' },
  ],
  'a signature for another method': [
    { signed: { Method: 'PUT' } },
    { status: 403, code: 'SignatureDoesNotMatch' },
  ],
  'a parameter that the signature leaves out': [
    { key: '', query: { prefix: 'a' }, signed: { Query: {} } },
    { status: 403, code: 'AccessDenied' },
  ],
  'a header of COS that the signature leaves out': [
    { method: 'PUT', headers: onceOnly, signed: { Headers: { Host: 'x' } } },
    { status: 403, code: 'AccessDenied' },
  ],
  'a signature that has ended': [
    { signed: { KeyTime: '1557989151;1557996351' } },
    { status: 403, code: 'RequestTimeTooSkewed' },
  ],
  'a token that the key does not have': [{ token: 'TOKEN' }, { status: 403, code: 'InvalidToken' }],
  'a bucket of another region': [
    { host: 'audit-1250000000.cos.ap-beijing.myqcloud.com' },
    { status: 404, code: 'NoSuchBucket' },
  ],
  'another bucket': [
    { host: 'other-1250000000.cos.ap-singapore.myqcloud.com' },
    { status: 404, code: 'NoSuchBucket' },
  ],
  'a key that is not there': [{}, { status: 404, code: 'NoSuchKey' }],
  'a body that is not what its MD5 says': [
    { method: 'PUT', headers: { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }, body: 'x' },
    { status: 400, code: 'BadDigest' },
  ],
  'what no store of evidence does': [
    { method: 'DELETE' },
    { status: 405, code: 'MethodNotAllowed' },
  ],
};
it.each(Object.entries(refusals))('refuses %s', async (_name, [sent, expected]) => {
  const simulator = await start();
  const answer = await send(simulator, sent);
  expect({ status: answer.status, code: answer.code }).toEqual(expected);
});

it('asks for the token of a temporary key', async () => {
  const simulator = await start({ accounts: [temporaryAccount] });
  const put = { method: 'PUT', body: 'x' } as const;
  expect(await send(simulator, put)).toMatchObject({ status: 403, code: 'InvalidToken' });
  expect(await send(simulator, { ...put, token: temporaryAccount.token })).toMatchObject({
    status: 200,
  });
});

it('believes keys that STS gave, with their token, until they end', async () => {
  let nowMs = startMs;
  const simulator = await start({ accounts: createEstate(1), now: () => nowMs });
  const answer = await stsClient(simulator).AssumeRole({
    RoleArn: 'qcs::cam::uin/100000000002:roleName/TcssAudit',
    RoleSessionName: 'nightly',
    DurationSeconds: 60,
  });
  const { secretId, secretKey, token } = credentialIn(answer);
  const signed = { SecretId: secretId, SecretKey: secretKey };
  const read = async (more: Sent) => {
    const { status, code } = await send(simulator, { signed, ...more });
    return [status, code];
  };
  expect(await read({ token })).toEqual([404, 'NoSuchKey']);
  expect(await read({})).toEqual([403, 'InvalidToken']);
  nowMs += 60_000;
  expect(await read({ token })).toEqual([403, 'InvalidToken']);
});

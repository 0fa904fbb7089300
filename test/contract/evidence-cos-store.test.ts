/** What only a bucket can get wrong: who may, what it promises, and answers that get lost. */
import { Readable } from 'node:stream';

import { expect, it } from 'vitest';

import type { CosOptions } from '../../shared/evidence/stores/cos.ts';
import type { CosFault, Simulator } from '../../simulator/simulator.ts';
import { openCos } from '../support/cos.ts';
import { startServer } from '../support/http-server.ts';
import { bytesOf } from '../support/log.ts';
import { requestId, simulators, temporaryAccount } from '../support/sim-start.ts';

const start = simulators();

const key = 'log/000000000001.json';
const place = 'bucket audit-1250000000 in ap-singapore';
const textOf = (bytes: Uint8Array | null) =>
  bytes === null ? null : Buffer.from(bytes).toString('utf8');
const askedFor = (simulator: Simulator) =>
  simulator.cos.requests.map(({ operation, status, code }) =>
    [operation, String(status), code].filter(Boolean).join(' '),
  );

// ---- The check at first use -------------------------------------------------------------------

it('makes sure that the bucket refuses a put, once, before anything else', async () => {
  const simulator = await start();
  simulator.cos.setObjectLock(30);
  const { store, logged } = openCos(simulator);
  expect(await store.list('log/')).toEqual([]);
  expect(askedFor(simulator).sort()).toEqual([
    'GetBucket 200',
    'GetBucketObjectLockConfiguration 200',
    'GetBucketVersioning 200',
    'PutObject 200',
    'PutObject 409 FileAlreadyExists',
  ]);
  expect(logged).toEqual([
    {
      bucket: 'audit-1250000000',
      region: 'ap-singapore',
      versioning: 'never',
      objectLock: '30 days by default',
      writeOnce: 'refused a put',
    },
  ]);
  expect(simulator.cos.objects.get('evidence/write-once-check')?.bytes.toString()).toBe(
    'Each run of tcss-audit tries to put this file again. The bucket must refuse it.\n',
  );

  await store.get(key);
  await openCos(simulator).store.list('log/');
  expect(askedFor(simulator).slice(5).sort()).toEqual([
    'GetBucket 200',
    'GetBucketObjectLockConfiguration 200',
    'GetBucketVersioning 200',
    'GetObject 404 NoSuchKey',
    'PutObject 409 FileAlreadyExists',
  ]);
});

it.each(['Enabled', 'Suspended'] as const)(
  'writes nothing to a bucket whose versioning is %s',
  async (versioning) => {
    const simulator = await start();
    simulator.cos.setVersioning(versioning);
    const { store, logged } = openCos(simulator);
    const refusal = {
      name: 'AuditError',
      code: 'EVIDENCE_UNWRITABLE',
      message: `Evidence: versioning of ${place} is ${versioning.toLowerCase()}, so a put may replace what is there. Give AUDIT_EVIDENCE a bucket that never had versioning: it cannot be taken back.`,
    };
    await expect(store.list('log/')).rejects.toMatchObject(refusal);
    await expect(store.get(key)).rejects.toMatchObject(refusal);
    await expect(store.putIfAbsent(key, bytesOf('x'))).rejects.toMatchObject(refusal);
    expect(simulator.cos.objects.size).toBe(0);
    expect(logged).toEqual([]);
  },
);

it('has it proved by a put where versioning may not be read', async () => {
  const simulator = await start();
  simulator.cos.setFault(
    { kind: 'error', status: 403, code: 'AccessDenied' },
    { operation: 'GetBucketVersioning' },
  );
  const { store, logged } = openCos(simulator);
  expect(await store.putIfAbsent(key, bytesOf('x'))).toBe(true);
  expect(logged).toMatchObject([{ versioning: 'unknown', objectLock: 'off' }]);
});

it('is not fooled by a versioned bucket whose versioning may not be read', async () => {
  const simulator = await start();
  simulator.cos.setVersioning('Suspended');
  simulator.cos.setFault(
    { kind: 'error', status: 403, code: 'AccessDenied' },
    { operation: 'GetBucketVersioning' },
  );
  await expect(openCos(simulator).store.list('log/')).rejects.toMatchObject({
    code: 'EVIDENCE_UNWRITABLE',
    message: `Evidence: ${place} let evidence/write-once-check be put over itself, so nothing in it is safe from being replaced. Give AUDIT_EVIDENCE a bucket that never had versioning.`,
  });
  expect([...simulator.cos.objects.keys()]).toEqual(['evidence/write-once-check']);
});

it('reads without the right to write, also what a versioned bucket holds', async () => {
  const simulator = await start();
  await openCos(simulator).store.putIfAbsent(key, bytesOf('x'));
  simulator.cos.setVersioning('Enabled');
  simulator.cos.setFault(
    { kind: 'error', status: 403, code: 'AccessDenied' },
    { operation: 'PutObject' },
  );
  const { store } = openCos(simulator, { use: 'read' });
  expect(textOf(await store.get(key))).toBe('x');
  expect(await store.list('log/')).toEqual([key]);
  expect(await store.state()).toEqual({ versioning: 'enabled', objectLock: 'off' });
});

// ---- Who may ----------------------------------------------------------------------------------

it('signs with a temporary key and its token', async () => {
  const simulator = await start({ accounts: [temporaryAccount] });
  const { store } = openCos(simulator);
  expect(await store.putIfAbsent(key, bytesOf('x'))).toBe(true);
  expect(textOf(await store.get(key))).toBe('x');
});

const grant = (action: string) =>
  `Grant ${action} on the bucket to the role (docs/evidence.md, Evidence in COS).`;
const strangers: Record<string, [Partial<CosOptions>, string]> = {
  'a wrong secret key': [
    { credential: { secretId: 'SIMULATOR-ID', secretKey: 'CANARY-KEY' } },
    `Evidence write-once-check could not be written to ${place} (403 SignatureDoesNotMatch, request ${requestId}). The secret key does not belong to the secret id: check the credentials.`,
  ],
  'an unknown secret id': [
    { credential: { secretId: 'CANARY-ID', secretKey: 'SIMULATOR-KEY' } },
    `Evidence write-once-check could not be written to ${place} (403 InvalidAccessKeyId, request ${requestId}). The secret id does not exist: check the credentials.`,
  ],
  'a token that is none': [
    { credential: { secretId: 'SIMULATOR-ID', secretKey: 'SIMULATOR-KEY', token: 'CANARY-T' } },
    `Evidence write-once-check could not be written to ${place} (403 InvalidToken, request ${requestId}). The session token is wrong: renew the credentials.`,
  ],
  'a bucket that does not exist': [
    { name: 'nobody-1250000000' },
    `Evidence versioning could not be read from bucket nobody-1250000000 in ap-singapore (404 NoSuchBucket, request ${requestId}). There is no such bucket in that region: check AUDIT_EVIDENCE.`,
  ],
  'a bucket of another region': [
    { region: 'ap-beijing' },
    `Evidence versioning could not be read from bucket audit-1250000000 in ap-beijing (404 NoSuchBucket, request ${requestId}). There is no such bucket in that region: check AUDIT_EVIDENCE.`,
  ],
};
it.each(Object.entries(strangers))(
  'says what is wrong with %s, and shows no secret',
  async (_name, [change, message]) => {
    const { store, clock } = openCos(await start(), change);
    await expect(store.list('log/')).rejects.toMatchObject({ message });
    expect(message).not.toContain('CANARY');
    expect(clock.slept).toEqual([]);
  },
);

it.each([301, 302, 307])('follows no redirect, such as %i', async (status) => {
  const simulator = await start();
  simulator.cos.setFault({ kind: 'error', status, code: 'PermanentRedirect' });
  await expect(openCos(simulator).store.list('log/')).rejects.toMatchObject({
    code: 'EVIDENCE_UNREADABLE',
    message: `Evidence versioning could not be read from ${place} (${String(status)} PermanentRedirect, request ${requestId}). The bucket lies in another region: check region= in AUDIT_EVIDENCE.`,
  });
  expect(simulator.cos.requests.filter(({ operation }) => operation === 'PutObject')).toEqual([]);
});

// ---- Faults that pass -------------------------------------------------------------------------

const passing: Record<string, CosFault> = {
  'an internal error': { kind: 'error', status: 500, code: 'InternalError' },
  'a bucket that is asked too much': { kind: 'error', status: 503, code: 'SlowDown' },
  'too many requests': { kind: 'error', status: 429, code: 'TooManyRequests' },
  'a connection that is reset': { kind: 'reset' },
  'a gateway that answers HTML': { kind: 'html', status: 502 },
  'an answer that is lost': { kind: 'lost-answer' },
  'an answer that breaks off': { kind: 'broken-off' },
};

/** A store past its check, and a file in it. */
async function ready(change: Partial<CosOptions> = {}) {
  const simulator = await start();
  const opened = openCos(simulator, change);
  await opened.store.putIfAbsent('log/x', bytesOf('there'));
  simulator.cos.requests.length = 0;
  return { simulator, ...opened };
}

it.each(Object.entries(passing))('reads on after %s', async (_name, fault) => {
  const { simulator, store, clock } = await ready();
  simulator.cos.setFault(fault, { times: 2 });
  expect(textOf(await store.get('log/x'))).toBe('there');
  simulator.cos.setFault(fault, { times: 2 });
  expect(await store.list('log/')).toEqual(['log/x']);
  expect(simulator.cos.requests).toHaveLength(6);
  expect(clock.slept).toHaveLength(4);
});

it.each(Object.entries(passing))('puts, once, after %s', async (_name, fault) => {
  const { simulator, store } = await ready();
  simulator.cos.setFault(fault, { operation: 'PutObject', times: 2 });
  expect(await store.putIfAbsent(key, bytesOf('ours'))).toBe(true);
  expect(await store.putIfAbsent(key, bytesOf('ours'))).toBe(false);
  expect(textOf(await store.get(key))).toBe('ours');
});

it.each(Object.entries(passing))('sees after %s that another took the place', async (_, fault) => {
  const { simulator, store } = await ready();
  await openCos(simulator).store.putIfAbsent(key, bytesOf('the very same bytes'));
  simulator.cos.setFault(fault, { operation: 'PutObject', times: 1 });
  expect(await store.putIfAbsent(key, bytesOf('the very same bytes'))).toBe(false);
});

it('asks whose the place is only where an answer was lost', async () => {
  const { simulator, store } = await ready();
  expect(await store.putIfAbsent('log/x', bytesOf('there'))).toBe(false);
  expect(askedFor(simulator)).toEqual(['PutObject 409 FileAlreadyExists']);
  simulator.cos.setFault({ kind: 'lost-answer' }, { operation: 'PutObject', times: 1 });
  expect(await store.putIfAbsent(key, bytesOf('x'))).toBe(true);
  expect(askedFor(simulator).slice(1)).toEqual([
    'PutObject none',
    'PutObject 409 FileAlreadyExists',
    'GetObject 200',
  ]);
});

const unreachable =
  'Check that COS can be reached (AUDIT_ENDPOINT, network, DNS); a later run tries again.';
const lasting: Record<string, [CosFault, string, number]> = {
  'a refusal': [
    { kind: 'error', status: 403, code: 'AccessDenied' },
    `(403 AccessDenied, request ${requestId}). ${grant('<action>')}`,
    1,
  ],
  'a conflict that is not that of a taken place': [
    { kind: 'error', status: 409, code: 'PathConflict' },
    `(409 PathConflict, request ${requestId}). Check AUDIT_ENDPOINT and proxies.`,
    1,
  ],
  'an error that does not end': [
    { kind: 'error', status: 503, code: 'SlowDown' },
    `(503 SlowDown, request ${requestId}). ${unreachable}`,
    5,
  ],
  'a page of a proxy': [
    { kind: 'html', status: 200 },
    '(something other than COS answered). Check AUDIT_ENDPOINT and proxies.',
    1,
  ],
  'a page of a proxy that forbids': [
    { kind: 'html', status: 403 },
    `(HTTP 403). ${grant('<action>')}`,
    1,
  ],
  'a page of a proxy that finds nothing': [
    { kind: 'html', status: 404 },
    '(HTTP 404). Check AUDIT_ENDPOINT and proxies.',
    1,
  ],
  'connections that are reset': [{ kind: 'reset' }, `(no answer: ECONNRESET). ${unreachable}`, 5],
  'an error code that is somebody’s text': [
    { kind: 'error', status: 400, code: '<b>x</b> \u202e' },
    `(HTTP 400, request ${requestId}). Check AUDIT_ENDPOINT and proxies.`,
    1,
  ],
};
it.each(Object.entries(lasting))('gives up on %s', async (_name, [fault, why, attempts]) => {
  const { simulator, store } = await ready();
  simulator.cos.setFault(fault);
  const calls = {
    'cos:GetObject': [store.get(key), 'EVIDENCE_UNREADABLE', `${key} could not be read from`],
    'cos:GetBucket': [store.list('log/'), 'EVIDENCE_UNREADABLE', 'log/ could not be read from'],
    'cos:PutObject': [
      store.putIfAbsent(key, bytesOf('x')),
      'EVIDENCE_UNWRITABLE',
      `${key} could not be written to`,
    ],
  } as const;
  await Promise.all(
    Object.entries(calls).map(async ([action, [call, code, what]]) => {
      const message = `Evidence ${what} ${place} ${why.replace('<action>', action)}`;
      await expect(call).rejects.toMatchObject({ name: 'AuditError', code, message });
    }),
  );
  expect(simulator.cos.requests).toHaveLength(3 * attempts);
});

it('waits for no answer longer than it may, and no longer for all attempts', async () => {
  const { simulator, store, clock } = await ready({ requestTimeoutMs: 60 });
  simulator.cos.setFault({ kind: 'hang' });
  const started = clock.now();
  await expect(store.get(key)).rejects.toMatchObject({
    message: `Evidence ${key} could not be read from ${place} (no whole answer within 0.06 s). ${unreachable}`,
  });
  expect(simulator.cos.requests).toHaveLength(5);
  expect(clock.now() - started).toBeLessThanOrEqual(4 * 60);
});

it('tries nothing after the deadline', async () => {
  const { simulator } = await ready();
  simulator.cos.requests.length = 0;
  const { store } = openCos(simulator, { deadlineMs: Date.now() - 60_000, use: 'read' });
  await expect(store.get(key)).rejects.toMatchObject({
    message: `Evidence ${key} could not be read from ${place} (the time was used up). ${unreachable}`,
  });
  expect(simulator.cos.requests).toEqual([]);
});

it('answers slowly without a loss', async () => {
  const { simulator, store } = await ready();
  simulator.cos.setFault({ kind: 'slow', delayMs: 30 });
  expect(await store.putIfAbsent(key, bytesOf('x'))).toBe(true);
  expect(simulator.cos.requests).toHaveLength(1);
});

// ---- Listings ---------------------------------------------------------------------------------

it('lists to the end, a thousand names at once', async () => {
  const { simulator, store } = await ready();
  const names = Array.from(
    { length: 2_345 },
    (_, index) => `runs/${String(index).padStart(6, '0')}`,
  );
  const object = simulator.cos.objects.get('evidence/log/x');
  if (object === undefined) throw new Error('not there');
  for (const name of names) simulator.cos.objects.set(`evidence/${name}`, object);
  expect(await store.list('runs/')).toEqual(names);
  expect(simulator.cos.requests).toHaveLength(3);
  expect(await store.list('runs/', 'runs/002339')).toEqual(names.slice(2_340));
  expect(simulator.cos.requests).toHaveLength(4);
});

it('lists names that others put there, and passes over the marks of folders', async () => {
  const { simulator, store } = await ready();
  const object = simulator.cos.objects.get('evidence/log/x');
  if (object === undefined) throw new Error('not there');
  const hostile = ['log/<b>&amp;"', 'log/a b+c%20', 'log/名', 'log/\u0001\u202e', 'log/y/'];
  for (const name of hostile) simulator.cos.objects.set(`evidence/${name}`, object);
  const empty = { ...object, bytes: Buffer.alloc(0) };
  for (const name of ['log/', 'log/folder/']) simulator.cos.objects.set(`evidence/${name}`, empty);
  simulator.cos.objects.set('evidence2/log/z', object);
  expect(await store.list('log/')).toEqual([...hostile, 'log/x'].sort());
});

it('reads no object without an end into memory', async () => {
  const simulator = await start();
  const chunk = Buffer.alloc(1024 * 1024);
  const server = await startServer((response) => {
    response.writeHead(200, { 'x-cos-request-id': requestId });
    Readable.from(Array.from({ length: 136 }, () => chunk)).pipe(response);
  });
  const endpoint = new URL(server.url);
  const { store } = openCos(simulator, { use: 'read', endpoint, requestTimeoutMs: 60_000 });
  await expect(store.get(key)).rejects.toMatchObject({
    code: 'EVIDENCE_UNREADABLE',
    message: `Evidence ${key} could not be read from ${place} (the answer is too large). No file of the audit is so large: see who put it there, and check proxies.`,
  });
  expect(server.received).toHaveLength(1);
  await server.close();
});

it('keeps an empty file apart from a folder and from none', async () => {
  const { store } = await ready();
  await store.putIfAbsent('log/empty', new Uint8Array());
  expect(await store.list('log/')).toEqual(['log/empty', 'log/x']);
  expect((await store.get('log/empty'))?.length).toBe(0);
});

const listing = (inner: string) =>
  `<?xml version="1.0"?><ListBucketResult>${inner}</ListBucketResult>`;
const contents = (name: string) => `<Contents><Key>${name}</Key><Size>1</Size></Contents>`;
const liars: Record<string, string> = {
  nothing: '',
  text: 'all is well',
  JSON: '{"ListBucketResult":{"IsTruncated":"false"}}',
  'another document': '<Error><Code>x</Code></Error>',
  'a document that breaks off': listing(
    `<IsTruncated>false</IsTruncated>${contents('evidence/log/1')}`,
  ).slice(0, -9),
  'a document that does not say whether it is all': listing(contents('evidence/log/1')),
  'a name outside of what was asked for': listing(
    `<IsTruncated>false</IsTruncated>${contents('evidence/runs/1')}`,
  ),
  'a name outside of the prefix': listing(`<IsTruncated>false</IsTruncated>${contents('log/1')}`),
  'an entry without a name': listing(
    '<IsTruncated>false</IsTruncated><Contents><Size>1</Size></Contents>',
  ),
  'a next page that is this one': listing('<IsTruncated>true</IsTruncated>'),
  'entities of its own': `<!DOCTYPE x [<!ENTITY a "b">]>${listing('<IsTruncated>false</IsTruncated>')}`,
};
/** Answers every request with one body. */
async function answering<T>(
  body: string,
  headers: Readonly<Record<string, string>>,
  use: (url: URL) => Promise<T>,
): Promise<T> {
  const server = await startServer((response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
  try {
    return await use(new URL(server.url));
  } finally {
    await server.close();
  }
}

it.each(Object.entries(liars))('believes no listing that is %s', async (_name, body) => {
  const simulator = await start();
  await answering(body, { 'x-cos-request-id': requestId }, async (endpoint) => {
    const { store } = openCos(simulator, { use: 'read', endpoint });
    await expect(store.list('log/')).rejects.toMatchObject({
      code: 'EVIDENCE_UNREADABLE',
      message: `Evidence log/ could not be read from ${place} (something other than COS answered). Check AUDIT_ENDPOINT and proxies.`,
    });
  });
});

const pages = {
  'a page': ['<html>sign in</html>', { 'content-type': 'text/html', etag: '"1"' }],
  'an answer of nobody': ['{}', { 'content-type': 'application/json' }],
  'an empty answer': ['', { 'x-cos-request-id': requestId }],
  'a versioning that breaks off': ['<VersioningConfiguration><Stat', { etag: '"1"' }],
} as const;
it.each(Object.entries(pages))('does not take %s for a bucket', async (_name, [body, headers]) => {
  const simulator = await start();
  await answering(body, headers, async (endpoint) => {
    await expect(openCos(simulator, { endpoint }).store.list('log/')).rejects.toMatchObject({
      code: 'EVIDENCE_UNREADABLE',
      message: `Evidence versioning could not be read from ${place} (something other than COS answered). Check AUDIT_ENDPOINT and proxies.`,
    });
  });
});

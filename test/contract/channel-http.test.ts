/** The Http port's real side, against a loopback server that behaves badly. */
import { expect, it, afterEach } from 'vitest';

import { sendHttp } from '../../shared/edge.ts';
import type { HttpRequest } from '../../shared/ports.ts';
import { startServer, type ScriptedServer } from '../support/http-server.ts';

const servers: ScriptedServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
async function serve(...respond: Parameters<typeof startServer>): Promise<ScriptedServer> {
  const server = await startServer(...respond);
  servers.push(server);
  return server;
}
const requestTo = (url: string, change: Partial<HttpRequest> = {}): HttpRequest => ({
  url: `${url}/services/CANARY?key=CANARY`,
  method: 'POST',
  headers: { 'content-type': 'application/json', 'webhook-id': 'x' },
  body: '{"text":"安全"}',
  timeoutMs: 5_000,
  ...change,
});

it('sends what it is given and reads what it gets', async () => {
  const server = await serve((response) => {
    response.writeHead(200, {
      'Content-Type': 'text/html',
      'Retry-After': '7',
      'X-Two': ['a', 'b'],
    });
    response.end('ok');
  });
  const { headers, ...answer } = await sendHttp(requestTo(server.url));
  expect(answer).toEqual({ status: 200, body: 'ok' });
  expect(headers).toMatchObject({ 'content-type': 'text/html', 'retry-after': '7' });
  expect(server.received).toMatchObject([
    {
      method: 'POST',
      path: '/services/CANARY?key=CANARY',
      body: '{"text":"安全"}',
      headers: {
        'content-type': 'application/json',
        'content-length': '17',
        'webhook-id': 'x',
        'user-agent': 'tcss-audit',
        connection: 'close',
      },
    },
  ]);
});

it('follows no redirect', async () => {
  const server = await serve((response) => {
    response.writeHead(307, { location: '/elsewhere' });
    response.end();
  });
  expect((await sendHttp(requestTo(server.url))).status).toBe(307);
  expect(server.received).toHaveLength(1);
});

it('reads 64 KiB of an answer and no more', async () => {
  const server = await serve((response) => {
    response.writeHead(200);
    // Without end: whoever waits for it waits for ever.
    response.write('x'.repeat(200_000));
  });
  const { status, body } = await sendHttp(requestTo(server.url));
  expect([status, body.length]).toEqual([200, 65_536]);
});

const bad: Record<string, readonly [Parameters<typeof startServer>[0], number, RegExp]> = {
  'a connection that breaks before the answer': [
    (response) => response.socket?.destroy(),
    5_000,
    /^no answer \(ECONNRESET\)$/,
  ],
  'a connection that breaks within the answer': [
    (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('ok', () => response.socket?.destroy());
    },
    5_000,
    /^no answer \(ECONNRESET\)$/,
  ],
  'no answer at all': [() => undefined, 80, /^no answer within 0 s$/],
  'an answer that never ends': [
    (response) => {
      response.writeHead(200);
      response.write('o');
    },
    80,
    /^no answer within 0 s$/,
  ],
  'an answer that is no HTTP': [
    (response) => {
      response.socket?.end('HTTP/9.9 what\r\n\r\n');
    },
    5_000,
    /^no answer \(HPE_INVALID_\w+\)$/,
  ],
};
it.each(Object.entries(bad))(
  'rejects %s, and names no URL',
  async (_name, [respond, ms, reason]) => {
    const server = await serve(respond);
    const error: unknown = await sendHttp(requestTo(server.url, { timeoutMs: ms })).catch(
      (rejection: unknown) => rejection,
    );
    const { message } = error as Error;
    expect(message).toMatch(reason);
    expect(message).not.toMatch(/CANARY|127\.0\.0\.1/);
  },
);

it('rejects where nobody listens', async () => {
  const server = await startServer(() => undefined);
  await server.close();
  await expect(sendHttp(requestTo(server.url))).rejects.toThrow(/^no answer \(ECONNREFUSED\)$/);
});

it.each([
  ['that it waited for in vain', 0],
  ['of which it has read enough', 200_000],
])('lets go of an answer %s', async (_name, bytes) => {
  let hangUp: () => void;
  const hungUp = new Promise<void>((resolve) => (hangUp = resolve));
  const server = await serve((response) => {
    response.on('close', hangUp);
    response.writeHead(200);
    response.write('x'.repeat(bytes + 1));
  });
  await sendHttp(requestTo(server.url, { timeoutMs: 80 })).catch(() => undefined);
  // Else it would keep the function's process alive.
  await hungUp;
});

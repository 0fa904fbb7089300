/** What strangers may throw at an open port. */
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { rawCall } from '../support/sim-client.ts';

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator();
});

afterEach(async () => {
  await simulator.close();
});

const megabyte = 1024 * 1024;

it('listens on loopback only', () => {
  expect(simulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

it('gives webhook URLs whose fragments say what they are', () => {
  const { port } = new URL(simulator.url);
  expect(simulator.webhooks).toEqual({
    slack: `http://127.0.0.1:${port}/services/T00000000/B00000000/SIMULATOR#kind=slack`,
    wecom: `http://127.0.0.1:${port}/cgi-bin/webhook/send?key=SIMULATOR#kind=wecom`,
    generic: `http://127.0.0.1:${port}/hooks/audit#kind=generic&secret=whsec_c2ltdWxhdG9yLXdlYmhvb2stc2VjcmV0LW5vdC1yZWFs`,
  });
});

it('takes a body of one mebibyte and refuses one byte more', async () => {
  const statuses = await Promise.all(
    [megabyte, megabyte + 1].map(async (bytes) => {
      const body = 'x'.repeat(bytes);
      const response = await fetch(simulator.heartbeat, { method: 'POST', body });
      return response.status;
    }),
  );
  expect(statuses).toEqual([200, 413]);
});

it('says so when the port is taken', async () => {
  const port = Number(new URL(simulator.url).port);
  await expect(startSimulator({ port })).rejects.toThrow(/EADDRINUSE/);
});

const requests: Record<string, string> = {
  'no HTTP': '\u0000\u0001\u0002\r\n\r\n',
  'a target that is no URL': 'GET // HTTP/1.1\r\nHost: x\r\n\r\n',
  'a target with a broken escape': 'GET /hooks/%E0%A4%A HTTP/1.1\r\nHost: x\r\n\r\n',
  'a header named __proto__': 'POST / HTTP/1.1\r\nHost: x\r\n__proto__: x\r\n\r\n',
  'a body that is not UTF-8':
    'POST /hooks/x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n\xff\xfe',
  'a client that leaves in the middle':
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{',
  'another method': 'DELETE / HTTP/1.1\r\nHost: x\r\n\r\n',
  'a tunnel': 'CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n',
};

it.each(Object.entries(requests))('survives %s', async (_name, request) => {
  await send(request);
  const response = await fetch(simulator.heartbeat);
  expect([response.status, await response.text()]).toEqual([200, 'OK']);
});

it('survives a fault that HTTP cannot express', async () => {
  simulator.setApiFault({ kind: 'redirect', location: 'line\r\nfeed' });
  await expect(fetch(simulator.url, { method: 'POST' })).rejects.toThrow('fetch failed');
  expect((await fetch(simulator.heartbeat)).status).toBe(200);
});

/** Sends the bytes, half-closes, and waits until the other side has closed too. */
async function send(request: string): Promise<void> {
  const socket = connect(Number(new URL(simulator.url).port), '127.0.0.1');
  socket.on('error', () => socket.destroy());
  socket.resume().end(Buffer.from(request, 'latin1'));
  await new Promise((resolve) => socket.on('close', resolve));
}

it('tells the author of a change that throws', async () => {
  simulator.setSettings(() => {
    throw new Error('no such field');
  });
  const answer = await rawCall(simulator, { timestamp: Math.floor(Date.now() / 1000) });
  expect(answer).toEqual({ status: 500, body: 'Simulator: Error: no such field' });
});

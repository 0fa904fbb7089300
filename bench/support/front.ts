/** HTTPS on loopback before the simulator, as the cloud and the platforms speak it: notes what came when, and may answer late. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { generate } from 'selfsigned';

import { nowMs } from './figures.ts';

type Kind = 'api' | 'webhook';

export interface Exchange {
  readonly kind: Kind;
  /** Epoch milliseconds with a fraction. */
  readonly startedAtMs: number;
  /** From the request's last byte to the answer's. */
  readonly ms: number;
}

/** When the first of each was seen, in epoch milliseconds with a fraction. */
export interface Arrivals {
  readonly connection: number;
  readonly secureConnection: number;
  readonly request: number;
}

export interface Front {
  readonly url: string;
  /** A webhook of the simulator, through this. */
  readonly urlOf: (webhook: string) => string;
  /** What makes node believe its certificate. */
  readonly env: Readonly<Record<string, string>>;
  readonly exchanges: readonly Exchange[];
  /** Of the requests that come from now on. */
  readonly arrivals: () => Promise<Arrivals>;
  readonly close: () => Promise<void>;
}

export interface FrontOptions {
  /** Who answers; undefined: nobody does. */
  readonly upstream?: string;
  /** For so long a request waits before it is passed on. */
  readonly delayMs?: Readonly<Record<Kind, number>>;
}

export async function openFront({ upstream, delayMs }: FrontOptions): Promise<Front> {
  const folder = mkdtempSync(join(tmpdir(), 'tcss-bench-'));
  const { cert, private: key } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    ...{ keyType: 'ec', algorithm: 'sha256' },
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  const certificateFile = join(folder, 'certificate.pem');
  writeFileSync(certificateFile, cert);

  const exchanges: Exchange[] = [];
  let seen: { -readonly [Name in keyof Arrivals]?: number } = {};
  let onRequest: ((arrivals: Arrivals) => void) | undefined;
  const see = (what: keyof Arrivals) => {
    seen[what] ??= nowMs();
    const { connection, secureConnection, request: asked } = seen;
    if (connection === undefined || secureConnection === undefined || asked === undefined) return;
    onRequest?.({ connection, secureConnection, request: asked });
    onRequest = undefined;
  };

  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    see('request');
    if (upstream === undefined) return;
    const kind = incoming.headers['x-tc-action'] === undefined ? 'webhook' : 'api';
    const body = await bodyOf(incoming);
    const startedAtMs = nowMs();
    if (delayMs !== undefined) await sleep(delayMs[kind]);
    response.on('finish', () => exchanges.push({ kind, startedAtMs, ms: nowMs() - startedAtMs }));
    const { method, headers } = incoming;
    const onward = request(
      new URL(incoming.url ?? '/', upstream),
      { method, headers },
      (upward) => {
        response.writeHead(upward.statusCode ?? 502, upward.headers);
        upward.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    onward.end(body);
  };
  const server = createServer({ key, cert }, (incoming, response) => {
    answer(incoming, response).catch(() => response.destroy());
  });
  server.on('connection', () => {
    see('connection');
  });
  server.on('secureConnection', () => {
    see('secureConnection');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No TCP address');
  const url = `https://127.0.0.1:${String(address.port)}`;
  return {
    url,
    urlOf: (webhook) => webhook.replace(new URL(webhook).origin, url),
    env: { NODE_EXTRA_CA_CERTS: certificateFile },
    exchanges,
    arrivals: () =>
      new Promise((fulfil) => {
        seen = {};
        onRequest = fulfil;
      }),
    close: async () => {
      const closed = once(server.close(), 'close');
      server.closeAllConnections();
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(incoming, 'end');
  return Buffer.concat(chunks);
}

/** The thin shell: one loopback server that hands requests on as plain data and sends the replies it is given. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const maxBodyBytes = 1024 * 1024;
/** COS takes files: so many for its hosts. */
const maxFileBytes = 16 * 1024 * 1024;
/** The API takes 20 MB of a function's code, in base64 and in JSON. */
const maxCallBytes = 32 * 1024 * 1024;

export interface Incoming {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly rawBody: Buffer;
  readonly remoteAddress: string;
}

export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly delayMs?: number;
}

export type Reply =
  | Answer
  /** Promises more bytes than the body has, then closes the connection. */
  | { readonly kind: 'broken-off'; readonly body: string; readonly promisedBytes: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' };

type Handle = (request: Incoming) => Reply | Promise<Reply>;

export interface LoopbackServer {
  readonly url: string;
  /** Destroys open connections; may be called again. */
  readonly close: () => Promise<void>;
}

export async function listen(port: number, handle: Handle): Promise<LoopbackServer> {
  const server = createServer((request, response) => void serve(request, response, handle));
  server.listen({ port, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No TCP address');
  let closing: Promise<unknown> | undefined;
  return {
    url: `http://127.0.0.1:${String(address.port)}`,
    async close() {
      closing ??= once(server.close(), 'close');
      server.closeAllConnections();
      await closing;
    },
  };
}

export function text(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
    body,
  };
}

export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return text(status, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
}

/** With the time of the simulator's own clock, which need not be the machine's. */
export function dated(reply: Reply, nowMs: number): Reply {
  if (reply.kind !== 'answer') return reply;
  return { ...reply, headers: { date: new Date(nowMs).toUTCString(), ...reply.headers } };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  handle: Handle,
): Promise<void> {
  response.on('error', () => response.destroy());
  try {
    await send(await replyTo(request, handle), response);
  } catch {
    // The client left in the middle, or a fault asked for what HTTP cannot say: never our crash.
    response.destroy();
  }
}

async function replyTo(request: IncomingMessage, handle: Handle): Promise<Reply> {
  const rawBody = await readBody(request);
  if (rawBody === 'too-large') return text(413, 'Body too large');
  try {
    return await handle(plain(request, rawBody));
  } catch (error) {
    // For example a change given to setSettings that throws: its author must see it.
    return text(500, `Simulator: ${String(error)}`);
  }
}

/** Reads to the end even what it will refuse, so that the client is there to hear the refusal. */
async function readBody(request: IncomingMessage): Promise<Buffer | 'too-large'> {
  const maxBytes = maxBytesOf(request);
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
  });
  await once(request, 'end');
  if (bytes > maxBytes) return 'too-large';
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
}

function maxBytesOf({ headers }: IncomingMessage): number {
  if (headers.host?.endsWith('.myqcloud.com') === true) return maxFileBytes;
  return headers['x-tc-action'] === undefined ? maxBodyBytes : maxCallBytes;
}

function plain(request: IncomingMessage, rawBody: Buffer): Incoming {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = typeof value === 'string' ? value : (value ?? []).join();
  }
  return {
    method: request.method ?? '',
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? '' : target.slice(mark + 1),
    headers,
    rawBody,
    remoteAddress: request.socket.remoteAddress ?? '127.0.0.1',
  };
}

async function send(reply: Reply, response: ServerResponse): Promise<void> {
  switch (reply.kind) {
    case 'answer': {
      // Not referenced: a slow answer to nobody must not keep the process alive.
      if (reply.delayMs !== undefined) await sleep(reply.delayMs, undefined, { ref: false });
      const length =
        reply.status === 204 ? {} : { 'content-length': Buffer.byteLength(reply.body) };
      response.writeHead(reply.status, { ...reply.headers, ...length });
      response.end(reply.body);
      return;
    }
    case 'broken-off':
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': reply.promisedBytes,
      });
      response.write(reply.body, () => response.destroy());
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'hang':
      response.socket?.unref();
      return;
  }
}

/**
 * What the COS SDK needs of its `cos-request`. The built programs put this in its place (build.ts), since
 * that one brings 700 kB of cookies, signatures and media types, starts its time limit anew with every chunk
 * and takes an answer that breaks off for a whole one.
 */
import { EventEmitter } from 'node:events';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

interface Options {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly qs?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Milliseconds, for the whole exchange. */
  readonly timeout?: number;
}

/** The largest file of a run holds a line for each of some thousand accounts. */
const maxAnswerBytes = 128 * 1024 * 1024;
/** COS explains an error in a few hundred bytes. */
const maxErrorBytes = 64 * 1024;

// Idle sockets are unreferenced by Node and closed soon: they keep no process alive.
const reuse = { keepAlive: true, timeout: 4_000 } as const;
const agents = { 'http:': new HttpAgent(reuse), 'https:': new HttpsAgent(reuse) };

/** Emits `response`, `data` and `end` when the answer is whole, else `error`. Follows no redirect. */
export function send(options: Options): EventEmitter {
  const sender = new EventEmitter();
  exchange(options).then(
    ({ response, bytes }) => {
      sender.emit('response', response);
      sender.emit('data', bytes);
      sender.emit('end');
    },
    (error: unknown) => {
      sender.emit('error', error);
    },
  );
  return sender;
}

function exchange({ url, method, headers, qs = {}, body, timeout = 0 }: Options): Promise<{
  readonly response: IncomingMessage;
  readonly bytes: Buffer;
}> {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const added = new URLSearchParams(qs).toString().replaceAll('+', '%20');
  const query = [search.slice(1), added].filter(Boolean).join('&');
  const isTls = protocol === 'https:';
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const request = (isTls ? httpsRequest : httpRequest)({
      method,
      headers: { ...headers },
      host,
      // Behind a replaced endpoint the Host header names the bucket; the certificate is the endpoint's.
      ...(isTls && { servername: host }),
      ...(port !== '' && { port }),
      path: query === '' ? pathname : `${pathname}?${query}`,
      agent: agents[isTls ? 'https:' : 'http:'],
    });
    const timer = setTimeout(
      () => {
        request.destroy(Object.assign(new Error('no whole answer in time'), { code: 'ETIMEDOUT' }));
      },
      timeout || 2 ** 31 - 1,
    );
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    request.on('error', fail);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size <= maxAnswerBytes) return;
        request.destroy(Object.assign(new Error('the answer is too large'), { code: 'TooLarge' }));
      });
      // Also when the connection closes before the answer is whole.
      response.on('error', fail);
      response.on('end', () => {
        clearTimeout(timer);
        resolve({ response, bytes: readable(response, Buffer.concat(chunks)) });
      });
    });
    request.end(body);
  });
}

/** The SDK parses whatever comes with an error, and throws where nobody listens: it gets COS's own documents only. */
function readable({ statusCode = 0 }: IncomingMessage, bytes: Buffer): Buffer {
  if (statusCode >= 200 && statusCode < 300) return bytes;
  const text = bytes.length > maxErrorBytes ? '' : bytes.toString('utf8');
  const isErrorDocument = /^\s*(<\?xml[^>]*>\s*)?<Error>/.test(text) && !text.includes('<!');
  return isErrorDocument && text.trimEnd().endsWith('</Error>') ? bytes : Buffer.alloc(0);
}

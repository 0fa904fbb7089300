/**
 * What the SDK needs of node-fetch, which it bundles in its second version. The built programs put this in
 * its place (build.ts), since that one follows redirects and takes the session token along, reads answers of
 * any size into memory, does not notice an answer that breaks off, and is a fifth of the function's code.
 */
import {
  request as httpRequest,
  type Agent,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { urlToHttpOptions } from 'node:url';

import { parseJson, saysTwice } from '../../json.ts';
import { contradictory, tooLarge } from './failure.ts';

/** Settings take a few kilobytes. */
const maxAnswerBytes = 1024 * 1024;

interface Options {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly agent: Agent;
  /** Ends the exchange: our caller sets one for every attempt, so the SDK's own timeout has no use. */
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: { readonly get: (name: string) => string | null };
  readonly json: () => Promise<unknown>;
}

async function send(url: string, options: Options): Promise<Answer> {
  const { response, bytes } = await exchange(url, options);
  return {
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? '',
    headers: { get: (name) => response.headers[name.toLowerCase()]?.toString() ?? null },
    json: async () => parsed(await textOf(bytes, response.headers['content-encoding'])),
  };
}

function exchange(
  url: string,
  { method, headers, body, agent, signal }: Options,
): Promise<{ readonly response: IncomingMessage; readonly bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      reject(new Error(`request to the API failed, reason: ${error.message}`, { cause: error }));
    };
    const start = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = start({ ...addressOf(url), method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size <= maxAnswerBytes) return;
        request.destroy();
        reject(new Error(tooLarge));
      });
      response.on('end', () => {
        resolve({ response, bytes: Buffer.concat(chunks) });
      });
      // Also when the connection closes before the answer is whole.
      response.on('error', fail);
    });
    request.on('error', fail);
    // Node's own way to watch a signal costs as much as signing the request.
    const abort = () => request.destroy(new Error('aborted'));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    request.end(body);
  });
}

const addresses = new Map<string, RequestOptions>();

/** One for each host, which the requests of a run are sent to by the thousand. */
function addressOf(url: string): RequestOptions {
  const address = addresses.get(url) ?? urlToHttpOptions(new URL(url));
  addresses.set(url, address);
  return address;
}

/** We ask for no compression; a proxy may compress all the same. */
async function textOf(bytes: Buffer, encoding: string | undefined): Promise<string> {
  if (encoding !== 'gzip') return bytes.toString('utf8');
  const { gunzipSync } = await import('node:zlib');
  try {
    return gunzipSync(bytes, { maxOutputLength: maxAnswerBytes }).toString('utf8');
  } catch (error) {
    throw notJson(error);
  }
}

function parsed(text: string): unknown {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw notJson(error);
  }
  if (saysTwice(text, value)) throw new Error(contradictory);
  return value;
}

/** In the shape of node-fetch's own error, which failure.ts reads. */
function notJson(cause: unknown): Error {
  return Object.assign(new Error('not JSON', { cause }), { type: 'invalid-json' });
}

export { send as default };

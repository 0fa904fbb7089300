/** The ports' real sides: clock, http, log. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

import type { Clock, Http, HttpResponse, Log } from './ports.ts';

/** An answer beyond this is not read. */
const maxAnswerBytes = 64 * 1024;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: () => Math.random(),
};

/**
 * node:http rather than fetch: it is loaded already for the API client, and fetch would cost the smallest
 * function a sixth of its memory.
 */
export const sendHttp: Http = ({ url, method, headers, body, timeoutMs }) =>
  new Promise<HttpResponse>((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const bytes = Buffer.from(body);
    const request = send(
      url,
      {
        method,
        // A connection of its own that ends with the answer: none is left to keep the event loop alive.
        agent: false,
        headers: { ...headers, 'content-length': bytes.length, 'user-agent': 'tcss-audit' },
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const finish = () => {
          clearTimeout(timer);
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
            ),
            body: Buffer.concat(chunks).subarray(0, maxAnswerBytes).toString('utf8'),
          });
        };
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size < maxAnswerBytes) return;
          finish();
          request.destroy();
        });
        response.on('end', finish);
        response.on('error', fail);
      },
    );
    const fail = (error: Error) => {
      clearTimeout(timer);
      const code: unknown = Reflect.get(error, 'code');
      // The message of a network error may quote the address; its code never does.
      reject(
        new Error(typeof code === 'string' ? `no answer (${code})` : 'no whole answer', {
          cause: error,
        }),
      );
    };
    const timer = setTimeout(() => {
      request.destroy();
      reject(new Error(`no answer within ${String(Math.round(timeoutMs / 1000))} s`));
    }, timeoutMs);
    request.on('error', fail);
    request.end(bytes);
  });

/** One JSON object a line: the log service parses its first level into fields. */
export const logToStdout: Log = (level, event, details = {}) => {
  process.stdout.write(`${JSON.stringify({ level, event, ...details })}\n`);
};

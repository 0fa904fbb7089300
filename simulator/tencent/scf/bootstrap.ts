/** What runs in the child process of an invocation, around the function's own code. */

/** What the child tells, a line of JSON each, on its fourth file descriptor. */
export type Told =
  /** The code is loaded: from here time counts. */
  | { readonly kind: 'started' }
  /** `frozen`: the platform stops the process here, whatever it still waits for. */
  | { readonly kind: 'answer'; readonly text: string; readonly frozen: boolean }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'no-handler'; readonly message: string }
  | { readonly kind: 'load-error' | 'error'; readonly message: string; readonly stack: string };

/** Given to the child on its standard input, as JSON. */
export interface Given {
  readonly root: string;
  readonly handler: string;
  readonly event: unknown;
  readonly timeoutMs: number;
  readonly context: Readonly<Record<string, string | number>>;
}

/** CommonJS, since a function may come to run on any Node. */
export const bootstrapSource = `
'use strict';
const { existsSync, writeSync } = require('node:fs');
const { join } = require('node:path');
const maxAnswerBytes = 6 * 1024 * 1024;

// Whoever started us is gone: nobody would ever stop us.
const parent = process.ppid;
setInterval(() => { if (process.ppid !== parent) process.exit(1); }, 1000).unref();

function tell(told) {
  const bytes = Buffer.from(JSON.stringify(told) + '\\n');
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(3, bytes, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

let input = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => { input += text; });
process.stdin.on('end', () => { run(JSON.parse(input)); });

function run({ root, handler, event, timeoutMs, context }) {
  const dot = handler.lastIndexOf('.');
  const path = join(root, handler.slice(0, dot));
  const name = handler.slice(dot + 1);
  if (![path, path + '.js', path + '.cjs', path + '.mjs', join(path, 'index.js')].some((one) => existsSync(one))) {
    return tell({ kind: 'no-handler', message: 'no file for ' + handler });
  }
  let main;
  try {
    main = require(path)[name];
  } catch (error) {
    return tell({ kind: 'load-error', message: messageOf(error), stack: stackOf(error) });
  }
  if (typeof main !== 'function') return tell({ kind: 'no-handler', message: handler + ' is no function' });

  let isTold = false;
  const fail = (error) => {
    if (!isTold) tell({ kind: 'error', message: messageOf(error), stack: stackOf(error) });
    else process.stderr.write(stackOf(error) + '\\n');
    isTold = true;
  };
  const answer = (value, frozen) => {
    if (isTold) return;
    let text;
    try {
      text = typeof value === 'string' ? value : JSON.stringify(value) ?? '';
    } catch (error) {
      return fail(error);
    }
    isTold = true;
    tell(Buffer.byteLength(text) > maxAnswerBytes ? { kind: 'too-large' } : { kind: 'answer', text, frozen });
  };
  const crash = (error) => { fail(error); process.exit(1); };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  process.on('beforeExit', () => { answer(undefined, false); });

  const endMs = Date.now() + timeoutMs;
  const full = {
    ...context,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, endMs - Date.now()),
  };
  const callback = (error, value) =>
    error === null || error === undefined
      ? answer(value, full.callbackWaitsForEmptyEventLoop === false)
      : fail(error);
  tell({ kind: 'started' });
  try {
    const returned = main(event, full, callback);
    if (typeof returned?.then === 'function') returned.then((value) => answer(value, false), fail);
    else if (returned !== undefined) answer(returned, false);
  } catch (error) {
    fail(error);
  }
}

function messageOf(error) {
  return String(error?.message ?? error);
}

function stackOf(error) {
  return String(error?.stack ?? error);
}
`;

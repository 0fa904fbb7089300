/** One cold start: a process of its own, until its first request arrives. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

import { nowMs } from '../support/figures.ts';
import type { Front } from '../support/front.ts';
import { nightly } from '../support/stage.ts';

/** In milliseconds; they add up to `wholeMs`. */
export interface Cold {
  /** From the start of the process to the last byte of its first request. */
  readonly wholeMs: number;
  /** Node itself, until it runs the first line of code. */
  readonly nodeMs: number;
  /** Reading, compiling and running the module. */
  readonly loadMs: number;
  /** From the call of the handler until it connects. */
  readonly prepareMs: number;
  readonly tlsMs: number;
  readonly requestMs: number;
}

export interface ColdOptions {
  /** Path of a CommonJS module with a `main_handler`. */
  readonly module: string;
  readonly env: Readonly<Record<string, string>>;
  /** For node itself, such as `--cpu-prof`. */
  readonly nodeOptions?: readonly string[];
  /** How the process is ended after its request: by the way out where it has something to write. */
  readonly end?: 'SIGKILL' | 'SIGTERM';
}

/** Tells when node is there, and when the module is: both sides pay the two lines alike. */
const runner = `
  const { writeSync } = require('node:fs');
  const tell = () => writeSync(3, performance.timeOrigin + performance.now() + '\\n');
  process.on('SIGTERM', () => process.exit());
  tell();
  const { main_handler } = require(process.argv[1]);
  tell();
  main_handler(JSON.parse(process.argv[2]), {}).catch((error) => { throw error; });
`;

/** @param front that answers nothing */
export async function startCold(front: Front, options: ColdOptions): Promise<Cold> {
  const { module, env, nodeOptions = [], end = 'SIGKILL' } = options;
  const arrivals = front.arrivals();
  const startedAtMs = nowMs();
  const child = spawn(
    process.execPath,
    [...nodeOptions, '-e', runner, module, JSON.stringify(nightly)],
    {
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...front.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    },
  );
  const closed = once(child, 'close');
  const told = textOf(child.stdio[3]);
  const complaint = textOf(child.stderr);
  const failed = closed.then(() => {
    throw new Error(`${module} ended without a request: ${complaint()}`);
  });
  const { connection, secureConnection, request } = await Promise.race([arrivals, failed]);
  child.kill(end);
  failed.catch(() => undefined);
  await closed;
  const [nodeAtMs = NaN, loadedAtMs = NaN] = told().split('\n').map(Number);
  return {
    wholeMs: request - startedAtMs,
    nodeMs: nodeAtMs - startedAtMs,
    loadMs: loadedAtMs - nodeAtMs,
    prepareMs: connection - loadedAtMs,
    tlsMs: secureConnection - connection,
    requestMs: request - secureConnection,
  };
}

function textOf(stream: unknown): () => string {
  let text = '';
  if (!isReadable(stream)) throw new Error('The child has no such stream');
  stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  return () => text;
}

function isReadable(stream: unknown): stream is Readable {
  return typeof stream === 'object' && stream !== null && 'on' in stream;
}

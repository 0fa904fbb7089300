/** Runs the built function in a process of its own, as the platform does. */
import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';

export interface Invocation {
  /** What main_handler resolved to. */
  readonly answer?: Record<string, unknown>;
  /** The message it rejected with. */
  readonly error?: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Log lines, parsed. */
  readonly log: readonly Record<string, unknown>[];
  /** All that was printed. */
  readonly output: string;
}

export interface InvokeOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly event?: unknown;
  /** Of the invocation, in milliseconds; undefined: a context without a clock. */
  readonly remainingMs?: number;
  /** The node binary that runs the bundle. */
  readonly node?: string;
  /** A folder of `dist/`, or any by its whole path; the audit, unless told otherwise. */
  readonly bundle?: string;
}

export const nightly = {
  Type: 'Timer',
  TriggerName: 'nightly',
  Time: '2026-11-24T18:00:00Z',
  Message: '',
} as const;

/** The process must end by itself: nothing may keep the event loop alive after the answer. */
const runnerOf = (bundle: string) => `
  const { main_handler } = require(${JSON.stringify(resolve('dist', bundle, 'index.js'))});
  const [event, remainingMs] = JSON.parse(process.argv[1]);
  const endMs = Date.now() + remainingMs;
  const context = remainingMs === null ? {} : { getRemainingTimeInMillis: () => endMs - Date.now() };
  main_handler(event, context).then(
    (answer) => process.stdout.write('ANSWER ' + JSON.stringify({ answer }) + '\\n'),
    (error) => process.stdout.write('ANSWER ' + JSON.stringify({ error: error.message }) + '\\n'),
  );
`;

export function startFunction(options: InvokeOptions): {
  readonly child: ChildProcess;
  readonly done: Promise<Invocation>;
} {
  const { env, event = nightly, remainingMs, node, bundle = 'audit' } = options;
  const argument = JSON.stringify([event, remainingMs ?? null]);
  const child = spawn(node ?? process.execPath, ['-e', runnerOf(bundle), argument], {
    // A home without a credentials file, and nothing of the developer's environment.
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const done = new Promise<Invocation>((fulfil, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      fulfil({ exitCode, signal, output, ...partsOf(output) });
    });
  });
  return { child, done };
}

export async function invoke(options: InvokeOptions): Promise<Invocation> {
  return startFunction(options).done;
}

function partsOf(output: string): Pick<Invocation, 'answer' | 'error' | 'log'> {
  const lines = output.split('\n').filter((line) => line !== '');
  const answer = lines.find((line) => line.startsWith('ANSWER '))?.slice('ANSWER '.length);
  const log = lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { ...(JSON.parse(answer ?? '{}') as Pick<Invocation, 'answer' | 'error'>), log };
}

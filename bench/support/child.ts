/** Runs the `main_handler` of a CommonJS module in a process of its own, and measures that process. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface ChildOptions {
  /** Path of the module. */
  readonly module: string;
  readonly event: unknown;
  /** Handled before, by the same process. */
  readonly eventBefore?: unknown;
  readonly env: Readonly<Record<string, string>>;
  /** What the platform would allow the invocation. */
  readonly timeoutMs: number;
  /** For node itself, such as `--cpu-prof`. */
  readonly nodeOptions?: readonly string[];
}

export interface Measured {
  readonly answer: unknown;
  /** From the start of the process to its answer. */
  readonly wallMs: number;
  /** User and system, of all its threads. */
  readonly cpuMs: number;
  /** When the handler was called, in epoch milliseconds with a fraction. */
  readonly calledAtMs: number;
  /** From there to its answer. */
  readonly handlerMs: number;
  /** The most that was resident at once (VmHWM). */
  readonly peakMb: number;
  /** Resident at the answer, and of no file: not the program of node itself. */
  readonly privateMb: number;
  readonly logBytes: number;
}

const runner = `
  const { readFileSync, writeSync } = require('node:fs');
  const [module, timeoutMs] = process.argv.slice(1);
  const { event, eventBefore } = JSON.parse(readFileSync(0, 'utf8'));
  const endMs = Date.now() + Number(timeoutMs);
  const tell = (told) => {
    const status = readFileSync('/proc/self/status', 'utf8');
    const megabytes = (name) => Number(new RegExp(name + ':.*?([0-9]+) kB').exec(status)[1]) / 1024;
    const { user, system } = process.cpuUsage();
    const measured = {
      cpuMs: (user + system) / 1000,
      calledAtMs,
      handlerMs: nowMs() - calledAtMs,
      peakMb: megabytes('VmHWM'),
      privateMb: megabytes('RssAnon'),
    };
    const bytes = Buffer.from(JSON.stringify({ ...told, ...measured }));
    for (let at = 0; at < bytes.length; ) at += writeSync(3, bytes, at);
  };
  const { main_handler } = require(module);
  const context = { getRemainingTimeInMillis: () => endMs - Date.now() };
  const nowMs = () => performance.timeOrigin + performance.now();
  let calledAtMs;
  Promise.resolve(eventBefore === undefined ? undefined : main_handler(eventBefore, context))
    .then(() => {
      calledAtMs = nowMs();
      return main_handler(event, context);
    })
    .then((answer) => tell({ answer }), (error) => tell({ error: String(error?.stack ?? error) }));
`;

/** @throws Error where the handler rejects, or the process ends without an answer */
export async function runChild(options: ChildOptions): Promise<Measured> {
  const { module, event, eventBefore, env, timeoutMs, nodeOptions = [] } = options;
  const child = spawn(
    process.execPath,
    [...nodeOptions, '-e', runner, module, String(timeoutMs)],
    // A home without a credentials file, and nothing of the developer's environment.
    {
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    },
  );
  const startedAtMs = performance.now();
  let logBytes = 0;
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => (logBytes += chunk.length));
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString('utf8')));
  child.stdin.end(JSON.stringify({ event, eventBefore }));
  let told = '';
  let wallMs = NaN;
  const stream = child.stdio[3];
  if (!isReadable(stream)) throw new Error('The child has no fourth descriptor');
  stream.on('data', (chunk: Buffer) => {
    if (told === '') wallMs = performance.now() - startedAtMs;
    told += chunk.toString('utf8');
  });
  await new Promise((fulfil, reject) => {
    child.on('error', reject);
    child.on('close', fulfil);
  });
  if (told === '') throw new Error(`${module} ended without an answer: ${complaint}`);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- written by the runner above
  const { error, ...measured } = JSON.parse(told) as Omit<Measured, 'wallMs' | 'logBytes'> & {
    readonly error?: string;
  };
  if (error !== undefined) throw new Error(`${module} rejected: ${error}`);
  return { ...measured, wallMs, logBytes };
}

function isReadable(stream: unknown): stream is Readable {
  return typeof stream === 'object' && stream !== null && 'on' in stream;
}

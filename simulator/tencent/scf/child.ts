/** One run in a process of its own, watched as the platform watches: time, memory, and how it ends. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { isObject, jsonOrText } from '../../json.ts';
import { bootstrapSource, type Given, type Told } from './bootstrap.ts';

export interface RunOptions {
  readonly node: string;
  readonly env: Readonly<Record<string, string>>;
  readonly given: Given;
  readonly memoryMb: number;
  readonly initTimeoutMs: number;
  /** Somebody ends the run, so long after its code began. */
  readonly end?: { readonly afterMs: number; readonly signal: NodeJS.Signals };
}

/** What a run came to; the platform's words for that are not yet chosen. */
export interface RunResult {
  readonly ending:
    | { readonly kind: 'answer'; readonly text: string }
    | { readonly kind: 'error'; readonly statusCode: number; readonly detail: string };
  readonly initMs: number;
  readonly durationMs: number;
  readonly memoryBytes: number;
  readonly output: string;
}

export interface Running {
  /** As soon as the handler has answered, though the process may go on. */
  readonly answered: Promise<RunResult>;
  /** The process is gone; it may have failed after its answer. */
  readonly ended: Promise<RunResult>;
  readonly kill: () => void;
}

const watchEveryMs = 10;
const maxOutputBytes = 1024 * 1024;

export function startRun(options: RunOptions): Running {
  const { node, env, given, memoryMb, initTimeoutMs, end } = options;
  const child = spawn(node, [`--max-old-space-size=${String(memoryMb)}`, '-e', bootstrapSource], {
    cwd: given.root,
    env: { ...env },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const spawnedAtMs = performance.now();
  let startedAtMs: number | undefined;
  let ending: RunResult['ending'] | undefined;
  let memoryBytes = 0;
  let isKilledByUs = false;
  const output = collect(child);

  const stop = (statusCode: number, detail: string) => {
    // Also after an answer: a process that does not end in time has failed.
    ending = { kind: 'error', statusCode, detail };
    isKilledByUs = true;
    child.kill('SIGKILL');
  };
  const timers: NodeJS.Timeout[] = [];
  const later = (ms: number, act: () => void) => timers.push(setTimeout(act, ms));
  const initTimer = setTimeout(() => {
    stop(450, `Initialization timed out after ${String(initTimeoutMs)} ms`);
  }, initTimeoutMs);
  const watch = setInterval(() => {
    memoryBytes = Math.max(memoryBytes, memoryOf(child.pid));
    if (memoryBytes > memoryMb * 1024 * 1024) stop(434, `Memory exceeded ${String(memoryMb)} MB`);
  }, watchEveryMs);

  const result = (): RunResult => {
    const nowMs = performance.now();
    return {
      ending: ending ?? { kind: 'error', statusCode: 439, detail: 'The process ended' },
      initMs: (startedAtMs ?? nowMs) - spawnedAtMs,
      durationMs: startedAtMs === undefined ? 0 : nowMs - startedAtMs,
      memoryBytes,
      output: output(),
    };
  };

  let answer: (result: RunResult) => void;
  const answered = new Promise<RunResult>((fulfil) => {
    answer = fulfil;
  });
  const conclude = (concluded: RunResult['ending']) => {
    ending = concluded;
    // What it printed before comes by another way.
    setImmediate(() => {
      answer(result());
    });
  };
  const hear = (told: Told) => {
    memoryBytes = Math.max(memoryBytes, memoryOf(child.pid));
    switch (told.kind) {
      case 'started': {
        startedAtMs = performance.now();
        clearTimeout(initTimer);
        const { timeoutMs } = given;
        later(timeoutMs, () => {
          stop(433, `Invoking task timed out after ${String(timeoutMs / 1000)} seconds`);
        });
        if (end !== undefined) later(end.afterMs, () => child.kill(end.signal));
        return;
      }
      case 'answer':
        conclude({ kind: 'answer', text: told.text });
        if (told.frozen) {
          isKilledByUs = true;
          child.kill('SIGKILL');
        }
        return;
      case 'too-large':
        conclude(errorOf(407, 'The size of response exceeds the upper limit (6MB)'));
        return;
      case 'no-handler':
        conclude(errorOf(437, told.message));
        return;
      case 'load-error':
        conclude(errorOf(443, told.stack));
        return;
      case 'error':
        conclude(errorOf(430, told.stack));
        return;
    }
  };
  listen(child, hear);
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(given));

  const ended = new Promise<RunResult>((fulfil) => {
    const finish = () => {
      for (const timer of [initTimer, ...timers]) clearTimeout(timer);
      clearInterval(watch);
      const final = result();
      answer(final);
      fulfil(final);
    };
    child.on('error', (error) => {
      ending = errorOf(500, error.message);
      finish();
    });
    child.on('close', (code, signal) => {
      ending = endingOf({ ending, code, signal, isKilledByUs, output: output() });
      finish();
    });
  });
  const kill = () => {
    stop(499, 'The platform went away');
  };
  return { answered, ended, kill };
}

function errorOf(statusCode: number, detail: string): RunResult['ending'] {
  return { kind: 'error', statusCode, detail };
}

/** What the end of the process says over what was told before. */
function endingOf(over: {
  readonly ending: RunResult['ending'] | undefined;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly isKilledByUs: boolean;
  readonly output: string;
}): RunResult['ending'] {
  const { ending, code, signal, isKilledByUs, output } = over;
  if (isKilledByUs && ending !== undefined) return ending;
  if (signal !== null || code === 134) {
    return output.includes('heap out of memory')
      ? errorOf(434, 'JavaScript heap out of memory')
      : errorOf(439, `User process exit when running, signal ${signal ?? 'SIGABRT'}`);
  }
  if (ending?.kind === 'error') return ending;
  if (ending === undefined || code !== 0) {
    return errorOf(439, `User process exit when running, code ${String(code)}`);
  }
  return ending;
}

function collect(child: ChildProcessWithoutNullStreams): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxOutputBytes) chunks.push(chunk);
    });
  }
  return () => Buffer.concat(chunks).toString('utf8');
}

function listen(child: ChildProcessWithoutNullStreams, hear: (told: Told) => void): void {
  const stream: unknown = child.stdio[3];
  if (!isReadable(stream)) throw new Error('The child has no fourth descriptor');
  let unread: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      const told = jsonOrText(Buffer.concat([...unread, rest.subarray(0, end)]));
      if (isTold(told)) hear(told);
      unread = [];
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) unread.push(rest);
  });
}

function isReadable(stream: unknown): stream is Readable {
  return typeof stream === 'object' && stream !== null && 'on' in stream;
}

// From our own bootstrap, unless the function's code writes to a descriptor that is not its own.
function isTold(told: unknown): told is Told {
  return isObject(told) && typeof told['kind'] === 'string';
}

/**
 * In bytes, what the process holds and could not be made to drop: without the mapped pages of Node itself,
 * which a container's limit reclaims first. 0 where the system does not say.
 */
function memoryOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    const held = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)];
    return held.reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0);
  } catch {
    return 0;
  }
}

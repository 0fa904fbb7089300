/** A command of the command line in this process, as `cli/index.ts` carries it out. */
import { PassThrough } from 'node:stream';

import { parseArgs } from '../../cli/args.ts';
import type { Io } from '../../cli/io.ts';
import type { Env } from '../../shared/config.ts';
import { AuditError } from '../../shared/errors.ts';

export interface CommandOptions {
  readonly env?: Env;
  /** What a person types, one answer a question; without it nobody is there to be asked. */
  readonly typed?: readonly string[];
}

export interface CommandEnded {
  /** The exit code, or the code of the AuditError that decides it. */
  readonly code: number | AuditError['code'];
  readonly stdout: string;
  readonly stderr: string;
}

export async function tcssAudit(
  argv: readonly string[],
  { env = {}, typed }: CommandOptions = {},
): Promise<CommandEnded> {
  const [stdout, stderr] = [gather(), gather()];
  const stdin = Object.assign(new PassThrough(), { isTTY: typed !== undefined });
  const io: Io = {
    env,
    stdin,
    stdout: stdout.stream,
    stderr: Object.assign(stderr.stream, { isTTY: typed !== undefined }),
    isColored: false,
  };
  if (typed !== undefined) answer(stdin, stderr.stream, typed);
  const ended = async (): Promise<CommandEnded['code']> => {
    const work = parseArgs(argv, {
      writeOut: (text) => stdout.stream.write(text),
      writeErr: (text) => stderr.stream.write(text),
    });
    return typeof work === 'number' ? work : work(io);
  };
  try {
    const code = await ended();
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    return {
      code: error.code,
      stdout: stdout.text(),
      stderr: `${stderr.text()}${error.message}\n`,
    };
  }
}

/** Types the next answer whenever the screen has come to rest. */
function answer(stdin: PassThrough, screen: PassThrough, typed: readonly string[]): void {
  const left = [...typed];
  let timer: NodeJS.Timeout | undefined;
  screen.on('data', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const next = left.shift();
      if (next !== undefined) stdin.write(next);
    }, 30);
  });
}

function gather() {
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  // A prompt ends the stream that it wrote to; the process's own streams do not end, and nor does this.
  return { stream: Object.assign(stream, { end: () => stream }), text: () => text };
}

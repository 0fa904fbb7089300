import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { examine } from '../doctor/check.ts';
import { checks } from '../doctor/checks.ts';
import { verdictStatuses, type Line, type VerdictStatus } from '../doctor/verdict.ts';
import { createWard, type WardInput } from '../doctor/ward.ts';
import { paint, print, printJson, table, withProgress, type ExitCode, type Io } from '../io.ts';
import { loadLibrary } from '../library.ts';
import { evidenceOption, jsonOption, policiesOption, type AddCommand } from '../options.ts';
import { invalid } from '../../shared/errors.ts';
import type { Status } from '../../shared/model.ts';

interface DoctorOptions {
  readonly send: boolean;
  readonly file?: string;
  readonly evidence?: string;
  readonly policies?: string;
  readonly json: boolean;
}

export const addDoctor: AddCommand = (program, choose) => {
  program
    .command('doctor')
    .description('say whether the deployment is healthy, and what to do where it is not')
    .option('--send', 'post a test notice to each channel', false)
    .option('--file <path>', 'what describes the function, instead of serverless.yml')
    .option(...evidenceOption)
    .option(...policiesOption)
    .option(...jsonOption)
    .action((options: DoctorOptions) => {
      choose((io) => doctor(io, options));
    });
};

/** All checks together; nobody waits longer for an answer that does not come. */
const deadlineMs = 60_000;

async function doctor(io: Io, options: DoctorOptions): Promise<ExitCode> {
  const { evidence, file } = options;
  if (file !== undefined && !existsSync(file)) {
    const what = `${file} is not there: give the path of a serverless.yml`;
    throw invalid('CONFIG_INVALID', 'Arguments are not valid', [{ where: '--file', what }]);
  }
  const ward = await createWard({
    env: io.env,
    ...(evidence !== undefined && { evidence }),
    files: filesOf(options),
    library: loadLibrary(options.policies),
    isSending: options.send,
    deadlineMs: Date.now() + deadlineMs,
  });
  try {
    const lines = await withProgress(io, 'Checking', examine(checks, ward));
    if (options.json) printJson(io, lines);
    else printLines(io, lines);
    return exitCodeOf(lines);
  } finally {
    ward.close();
  }
}

/** The watchdog's description lies where it lies in this project, seen from the audit's. */
function filesOf({ file = 'serverless.yml' }: DoctorOptions): WardInput['files'] {
  return { audit: file, watchdog: join(dirname(file), 'functions', 'watchdog', 'serverless.yml') };
}

function exitCodeOf(lines: readonly Line[]): ExitCode {
  const has = (wanted: VerdictStatus) => lines.some(({ status }) => status === wanted);
  if (has('error')) return 3;
  return has('fail') ? 1 : 0;
}

function printLines(io: Io, lines: readonly Line[]): void {
  const rows = lines.flatMap(({ check, status, message, advice }) => [
    [paint(io, colorOf[status], status.toUpperCase()), check, message],
    ...(advice === undefined ? [] : [['', '', `→ ${advice}`]]),
  ]);
  print(io, table(rows));
  const counts = verdictStatuses.map(
    (wanted) => `${String(lines.filter(({ status }) => status === wanted).length)} ${wanted}`,
  );
  print(io, counts.join(', '));
}

const colorOf = {
  ok: 'pass',
  warn: 'waived',
  fail: 'fail',
  error: 'error',
  skip: 'skip',
} as const satisfies Record<VerdictStatus, Status>;

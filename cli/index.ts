/** argv → command → exit code. */
import { AuditError, assertNever } from '../shared/errors.ts';
import { parseArgs, type Command } from './args.ts';
import { demo } from './commands/demo.ts';
import { notify } from './commands/notify.ts';
import { lint, test } from './commands/policy.ts';
import { run } from './commands/run.ts';
import { simulate } from './commands/simulate.ts';
import { start } from './commands/start.ts';
import { verify } from './commands/verify.ts';
import { processIo, talk, type ExitCode, type Io } from './io.ts';

/** Never rejects for what a person can mend: that is said on stderr. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  const command = parseArgs(argv, {
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
  });
  if (typeof command === 'number') return command;
  try {
    return await dispatch(command, io);
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    talk(io, error.message);
    return exitCodeOf(error);
  }
}

async function dispatch(command: Command, io: Io): Promise<ExitCode> {
  switch (command.name) {
    case 'run':
      return run(io, command);
    case 'verify':
      return verify(io, command);
    case 'policy lint':
      return lint(io, command);
    case 'policy test':
      return test(io, command);
    case 'notify':
      return notify(io, command);
    case 'simulate':
      return simulate(io, command);
    case 'start':
      return start(io);
    case 'demo':
      return demo(io);
    default:
      return assertNever(command);
  }
}

function exitCodeOf({ code }: AuditError): ExitCode {
  switch (code) {
    case 'CONFIG_INVALID':
    case 'POLICY_INVALID':
    case 'EVENT_INVALID':
      return 2;
    case 'EVIDENCE_BROKEN':
      return 1;
    case 'CLOUD_FAILED':
    case 'EVIDENCE_UNREADABLE':
    case 'EVIDENCE_UNWRITABLE':
    case 'NOTICE_UNDELIVERED':
      return 3;
    default:
      return assertNever(code);
  }
}

// A closed pipe (`tcss-audit … | head`) is the reader's choice, no fault of ours.
process.stdout.on('error', () => process.exit());

void main(process.argv.slice(2), processIo()).then((code) => {
  process.exitCode = code;
});

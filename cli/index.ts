/** argv → command → exit code. */
import { AuditError, assertNever } from '../shared/errors.ts';
import { parseArgs } from './args.ts';
import { processIo, talk, type ExitCode, type Io } from './io.ts';

/** Never rejects for what a person can mend: that is said on stderr. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  const work = parseArgs(argv, {
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
  });
  if (typeof work === 'number') return work;
  try {
    return await work(io);
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    talk(io, error.message);
    return exitCodeOf(error);
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

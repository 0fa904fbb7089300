import { collected } from '../../shared/run.ts';
import { findCredential } from '../../shared/wire.ts';
import { print, talk, type ExitCode, type Io } from '../io.ts';
import type { AddCommand } from '../options.ts';
import { readable, setStage } from '../simulated.ts';
import { printOutcome, run } from './run.ts';

export const addStart: AddCommand = (program, choose) => {
  program
    .command('start')
    .description('one audit, of the cloud when credentials are set, else of a simulated account')
    .action(() => {
      choose(start);
    });
};

/** One audit end to end: of the cloud when credentials are set, else of a simulated account that drifted. */
async function start(io: Io): Promise<ExitCode> {
  if (findCredential(io.env) !== undefined) {
    talk(io, 'Credentials found: auditing your account.\n');
    return run(io, { json: false, all: false });
  }
  talk(
    io,
    'No credentials (TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, ~/.tencentcloud/credentials):',
  );
  talk(io, 'auditing a simulated account whose vulnerability scanning was switched off.\n');

  const { simulator, evidence, publicKey, night } = await setStage('drift');
  try {
    const outcome = await night(Date.now());
    printOutcome(io, outcome, await collected(outcome), { all: false });

    const [notice] = simulator.inbox;
    print(io, '\nWhat the Slack channel got:\n');
    print(io, notice === undefined ? '(nothing)' : indent(readable(notice)));

    const { seq, sha256 } = outcome.evidence;
    print(io, `\nThe evidence lies in ${evidence}, signed. Verify it:\n`);
    print(
      io,
      indent(
        `npx tcss-audit verify --evidence file:${evidence} --public-key ${publicKey} --head ${String(seq)}:${sha256}`,
      ),
    );
    print(io, '\nThree nights in a row: npm run demo. Your own account: docs/configuration.md.');
    return 0;
  } finally {
    await simulator.close();
  }
}

export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

/** From argv to the work that was asked for. Each command's file declares its own options. */
import { Command as Program, CommanderError } from 'commander';

import { tool } from '../shared/wire.ts';
import { addCamPolicy } from './commands/cam-policy.ts';
import { addDemo } from './commands/demo.ts';
import { addDeploy } from './commands/deploy.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExport } from './commands/export.ts';
import { addFix } from './commands/fix.ts';
import { addKeygen } from './commands/keygen.ts';
import { addNotify } from './commands/notify.ts';
import { addPolicy } from './commands/policy.ts';
import { addReport } from './commands/report.ts';
import { addRun } from './commands/run.ts';
import { addSimulate } from './commands/simulate.ts';
import { addStart } from './commands/start.ts';
import { addTargets } from './commands/targets.ts';
import { addUndeploy } from './commands/undeploy.ts';
import { addVerify } from './commands/verify.ts';
import { addWaiver } from './commands/waiver.ts';
import type { AddCommand, Work } from './options.ts';

/** In the order of the help. */
const commands: readonly AddCommand[] = [
  addRun,
  addVerify,
  addReport,
  addExport,
  addPolicy,
  addWaiver,
  addFix,
  addCamPolicy,
  addTargets,
  addDeploy,
  addUndeploy,
  addNotify,
  addDoctor,
  addKeygen,
  addSimulate,
  addStart,
  addDemo,
];

export interface ArgsOutput {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

/** @returns the work; or the exit code where help was asked for (0) or the arguments are wrong (2) */
export function parseArgs(argv: readonly string[], output: ArgsOutput): Work | 0 | 2 {
  let chosen: Work | undefined;
  const program = createProgram(output);
  for (const add of commands) {
    add(program, (work) => {
      chosen = work;
    });
  }
  try {
    program.parse(argv, { from: 'user' });
    return chosen ?? 2;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

/** Subcommands inherit these settings, so they come before the commands. */
function createProgram(output: ArgsOutput): Program {
  return new Program('tcss-audit')
    .configureOutput(output)
    .exitOverride()
    .description('Nightly compliance audit of Tencent Container Security Service settings.')
    .version(tool.version)
    .addHelpText('beforeAll', examples)
    .addHelpText('after', exitCodes)
    .showHelpAfterError('Run tcss-audit --help for the commands and options.');
}

const examples = `Examples:
  tcss-audit run --evidence file:./evidence
  tcss-audit verify --public-key audit.pub.pem --head 41:8f3c…
`;

const exitCodes = `
Exit codes:
  0  asked and fine
  1  a fail finding, or a broken log
  2  bad arguments, configuration or policy
  3  could not tell: an error finding, evidence not written or read, a notice not delivered (wins over 1)

Configuration comes from the environment: see docs/configuration.md.`;

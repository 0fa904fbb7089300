/** From argv to one Command, so that the dispatch is a switch that cannot forget one. */
import { Command as Program, CommanderError } from 'commander';

import { tool } from '../shared/wire.ts';

export type Command =
  | {
      readonly name: 'run';
      readonly evidence?: string;
      readonly policies?: string;
      readonly json: boolean;
      readonly all: boolean;
    }
  | {
      readonly name: 'verify';
      readonly evidence?: string;
      readonly publicKey: readonly string[];
      readonly head?: string;
      readonly json: boolean;
    }
  | ({ readonly name: 'policy lint' } & PolicyOptions)
  | ({ readonly name: 'policy test' } & PolicyOptions)
  | {
      readonly name: 'notify';
      readonly test: boolean;
      readonly preview: boolean;
      readonly all: boolean;
      readonly channel?: string;
      readonly evidence?: string;
      readonly policies?: string;
    }
  | { readonly name: 'simulate'; readonly port: string; readonly scenario: string }
  | { readonly name: 'start' }
  | { readonly name: 'demo' };

export interface PolicyOptions {
  readonly policies?: string;
  readonly json: boolean;
}

export interface ArgsOutput {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

/** @returns the command; or the exit code where help was asked for (0) or the arguments are wrong (2) */
export function parseArgs(argv: readonly string[], output: ArgsOutput): Command | 0 | 2 {
  let parsed: Command | undefined;
  const program = createProgram(output, (command) => {
    parsed = command;
  });
  try {
    program.parse(argv, { from: 'user' });
    return parsed ?? 2;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

function createProgram(output: ArgsOutput, yieldCommand: (command: Command) => void): Program {
  const evidence = [
    '--evidence <url>',
    'where the evidence lies, instead of AUDIT_EVIDENCE',
  ] as const;
  const policies = [
    '--policies <dir>',
    'a policy folder of your own, instead of the one that ships',
  ] as const;
  const json = ['--json', 'print JSON for machines', false] as const;

  // Subcommands inherit these settings, so they come first.
  const program = new Program('tcss-audit')
    .configureOutput(output)
    .exitOverride()
    .description('Nightly compliance audit of Tencent Container Security Service settings.')
    .version(tool.version)
    .addHelpText('beforeAll', examples)
    .addHelpText('after', exitCodes)
    .showHelpAfterError('Run tcss-audit --help for the commands and options.');

  program
    .command('run')
    .description('audit now: read the settings, judge, seal the evidence, tell the channels')
    .option(...evidence)
    .option(...policies)
    .option(...json)
    .option('--all', 'print what passed and what does not apply, too', false)
    .action((options: Options<'run'>) => {
      yieldCommand({ name: 'run', ...options });
    });

  program
    .command('verify')
    .description('check the evidence log and every file it seals')
    .option(...evidence)
    .option(
      '--public-key <file>',
      'an Ed25519 public key in PEM; repeat it after a rotation',
      collect,
      [],
    )
    .option('--head <seq:sha256>', 'a head known from elsewhere, such as a notice')
    .option(...json)
    .action((options: Options<'verify'>) => {
      yieldCommand({ name: 'verify', ...options });
    });

  const policy = program.command('policy').description('work on policies');
  policy
    .command('lint')
    .description('check every policy, example and waiver of the folder')
    .option(...policies)
    .option(...json)
    .action((options: Options<'policy lint'>) => {
      yieldCommand({ name: 'policy lint', ...options });
    });
  policy
    .command('test')
    .description('run every example against its policy')
    .option(...policies)
    .option(...json)
    .action((options: Options<'policy test'>) => {
      yieldCommand({ name: 'policy test', ...options });
    });

  program
    .command('notify')
    .description('try the channels: send a test message, or print what would be sent')
    .option(
      '--test',
      'send a marked test message to each channel, and print what it answers',
      false,
    )
    .option('--preview', 'print what the latest run would tell; send nothing', false)
    .option('--channel <kind>', 'only channels of this kind')
    .option('--all', 'preview as a new channel would hear it', false)
    .option(...evidence)
    .option(...policies)
    .action((options: Options<'notify'>) => {
      yieldCommand({ name: 'notify', ...options });
    });

  program
    .command('simulate')
    .description('run the simulator of Tencent Cloud and of the chat platforms on loopback')
    .option('--port <port>', 'port on 127.0.0.1', '8642')
    .option('--scenario <name>', 'what the account looks like', 'drift')
    .action((options: Options<'simulate'>) => {
      yieldCommand({ name: 'simulate', ...options });
    });

  program
    .command('start')
    .description('one audit, of the cloud when credentials are set, else of a simulated account')
    .action(() => {
      yieldCommand({ name: 'start' });
    });

  program
    .command('demo')
    .description('three simulated nights, and what each channel heard')
    .action(() => {
      yieldCommand({ name: 'demo' });
    });

  return program;
}

type Options<Name extends Command['name']> = Omit<Extract<Command, { name: Name }>, 'name'>;

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
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

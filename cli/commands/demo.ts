import type { ScenarioName } from '../../simulator/simulator.ts';
import { print, talk, type ExitCode, type Io } from '../io.ts';
import type { AddCommand } from '../options.ts';
import { readable, setStage } from '../simulated.ts';
import { printOutcome } from './run.ts';
import { collected } from '../../shared/run.ts';
import { indent } from './start.ts';

const dayMs = 86_400_000;

const nights: readonly {
  readonly title: string;
  readonly scenario: ScenarioName;
  readonly patch?: object;
}[] = [
  { title: 'all is well', scenario: 'good' },
  {
    title: 'somebody switched vulnerability scanning off',
    scenario: 'good',
    patch: { ScanVul: false },
  },
  { title: 'fixed', scenario: 'good' },
];

export const addDemo: AddCommand = (program, choose) => {
  program
    .command('demo')
    .description('three simulated nights, and what each channel heard')
    .action(() => {
      choose(demo);
    });
};

/** Three nights of a simulated account, with the dates of the last three days. */
async function demo(io: Io): Promise<ExitCode> {
  const { simulator, evidence, publicKey, night } = await setStage('good');
  try {
    for (const [index, { title, scenario, patch }] of nights.entries()) {
      simulator.clear();
      simulator.setScenario(scenario);
      if (patch !== undefined) simulator.setSettings((settings) => ({ ...settings, ...patch }));
      const scheduledMs = Date.now() - (nights.length - 1 - index) * dayMs;
      print(
        io,
        `Night ${String(index + 1)}, ${new Date(scheduledMs).toISOString().slice(0, 10)}: ${title}\n`,
      );
      const outcome = await night(scheduledMs);
      printOutcome(io, outcome, await collected(outcome), { all: false });
      for (const { channel, status } of outcome.notices) {
        const heard = simulator.inbox.filter((notice) => channel.startsWith(`${notice.channel}:`));
        print(
          io,
          `\n${channel}: ${status === 'nothing' ? 'hears nothing, since nothing changed' : status}`,
        );
        for (const notice of heard) print(io, indent(readable(notice)));
      }
      print(io);
    }
    talk(io, 'The evidence of the three nights:');
    print(io, `npx tcss-audit verify --evidence file:${evidence} --public-key ${publicKey}`);
    return 0;
  } finally {
    await simulator.close();
  }
}

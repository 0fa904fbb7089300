import { once } from 'node:events';

import { invalid } from '../../shared/errors.ts';
import { createEstate, scenarioNames, startSimulator } from '../../simulator/simulator.ts';
import { print, talk, type ExitCode, type Io } from '../io.ts';
import type { AddCommand } from '../options.ts';

const members = 3;

interface SimulateOptions {
  readonly port: string;
  readonly scenario: string;
}

export const addSimulate: AddCommand = (program, choose) => {
  program
    .command('simulate')
    .description('run the simulator of Tencent Cloud and of the chat platforms on loopback')
    .option('--port <port>', 'port on 127.0.0.1', '8642')
    .option('--scenario <name>', 'what the account looks like', 'drift')
    .action((options: SimulateOptions) => {
      choose((io) => simulate(io, options));
    });
};

async function simulate(io: Io, { port, scenario }: SimulateOptions): Promise<ExitCode> {
  const name = scenarioNames.find((candidate) => candidate === scenario);
  const isPort = /^\d{1,5}$/.test(port) && Number(port) <= 65_535;
  if (name === undefined || !isPort) {
    throw invalid('CONFIG_INVALID', 'Arguments are not valid', [
      ...(isPort ? [] : [{ where: '--port', what: `is "${port}": give 0 to 65535` }]),
      ...(name === undefined
        ? [{ where: '--scenario', what: `is "${scenario}": give ${scenarioNames.join(', ')}` }]
        : []),
    ]);
  }
  const simulator = await startSimulator({
    port: Number(port),
    scenario: name,
    accounts: createEstate(members),
  });
  const { url, credentials, platforms } = simulator;
  print(io, `export TENCENTCLOUD_SECRET_ID='${credentials.secretId}'`);
  print(io, `export TENCENTCLOUD_SECRET_KEY='${credentials.secretKey}'`);
  print(io, `export AUDIT_ENDPOINT='${url}'`);
  print(io, `export AUDIT_WEBHOOKS='${Object.values(platforms).join(' ')}'`);
  talk(
    io,
    `The simulator plays "${name}" on ${url}. Paste the lines above into another terminal, then: tcss-audit run`,
  );
  talk(
    io,
    `Another scenario: curl -X PUT ${url}/_simulator/scenario/good   (${scenarioNames.join(', ')})`,
  );
  talk(
    io,
    `Its organisation has ${String(members)} more accounts, which lend a role each: qcs::cam::uin/<uin>:roleName/TcssAudit`,
  );
  talk(
    io,
    `A deployed function's timer ticks: curl -X POST ${url}/_simulator/fire/<function>/<timer>`,
  );
  talk(io, `What the chats got: curl ${url}/_simulator/inbox   Stop: Ctrl-C`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await simulator.close();
  return 0;
}

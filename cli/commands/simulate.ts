import { once } from 'node:events';

import { invalid } from '../../shared/errors.ts';
import { scenarioNames, startSimulator } from '../../simulator/simulator.ts';
import type { Command } from '../args.ts';
import { print, talk, type ExitCode, type Io } from '../io.ts';

export async function simulate(
  io: Io,
  { port, scenario }: Extract<Command, { name: 'simulate' }>,
): Promise<ExitCode> {
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
  const simulator = await startSimulator({ port: Number(port), scenario: name });
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
  talk(io, `What the chats got: curl ${url}/_simulator/inbox   Stop: Ctrl-C`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await simulator.close();
  return 0;
}

/** A simulated account, a folder that is deployed to it, and the command that does so. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach } from 'vitest';

import type { Env } from '../../shared/config.ts';
import type { Simulator, SimulatorOptions } from '../../simulator/simulator.ts';
import { tcssAudit, type CommandEnded } from './command-line.ts';
import { simulators } from './sim-start.ts';

export interface Site {
  readonly simulator: Simulator;
  readonly folder: string;
  /** Writes serverless.yml with these lines in its inputs, in the place of the usual ones. */
  readonly describe: (...lines: readonly string[]) => void;
  readonly write: (name: string, text: string) => void;
  readonly run: (argv: readonly string[], more?: Env) => Promise<CommandEnded>;
  readonly deploy: (...argv: readonly string[]) => Promise<CommandEnded>;
  /** The actions that changed something or were to, since this was last asked. */
  readonly writes: () => readonly string[];
}

export const evidence = 'cos://audit-1250000000/tcss?region=ap-singapore';
export const webhook = 'https://hooks.slack.com/services/T0/B0/very-secret-hook';

const usual = [
  'name: audit',
  'region: ap-singapore',
  'runtime: Nodejs20.19',
  'src: ./code',
  'role: audit',
  'memorySize: 64',
  'timeout: 120',
  `environment:\n  variables:\n    AUDIT_EVIDENCE: ${evidence}\n    AUDIT_WEBHOOKS: \${env:AUDIT_WEBHOOKS}`,
  'retryNum: 2',
  'msgTTL: 21600',
  `events:\n  - timer:\n      name: nightly\n      parameters:\n        cronExpression: "0 23 3 * * * *"\n        enable: true`,
];

/** A function that answers what an audit does. */
const handler = `
  exports.main_handler = async () => ({
    runId: 'manual-1', status: 'fail',
    counts: { targets: 1, pass: 2, fail: 1, waived: 0, error: 0, skip: 3 },
    findings: [], evidence: { seq: 7, sha256: 'abcdef0123456789' },
    notices: [{ channel: 'slack', status: 'sent' }, { channel: 'generic', status: 'nothing' }],
  });
`;

export function sites(): (options?: SimulatorOptions) => Promise<Site> {
  const start = simulators();
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return async (options) => {
    const simulator = await start({ ...options, scf: { settlePolls: 0, ...options?.scf } });
    const folder = mkdtempSync(join(tmpdir(), 'tcss-deploy-'));
    folders.push(folder);
    const write = (name: string, text: string) => {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), text);
    };
    const describe: Site['describe'] = (...lines) => {
      const keyOf = (line: string) => /^\w+:/.exec(line)?.[0];
      const keys = lines.map(keyOf);
      const inputs = [...usual.filter((line) => !keys.includes(keyOf(line))), ...lines];
      const indented = inputs.map((line) => `  ${line.replaceAll('\n', '\n  ')}`);
      write(
        'serverless.yml',
        ['component: scf', 'name: audit', 'inputs:', ...indented, ''].join('\n'),
      );
    };
    describe();
    write('code/index.js', handler);
    const { secretId, secretKey } = simulator.credentials;
    const env = {
      TENCENTCLOUD_SECRET_ID: secretId,
      TENCENTCLOUD_SECRET_KEY: secretKey,
      AUDIT_ENDPOINT: simulator.url,
      AUDIT_WEBHOOKS: webhook,
    };
    const run: Site['run'] = ([command = '', ...argv], more = {}) =>
      tcssAudit([command, '--file', join(folder, 'serverless.yml'), ...argv], {
        env: { ...env, ...more },
      });
    let seen = 0;
    return {
      ...{ simulator, folder, describe, write, run },
      deploy: (...argv) => run(['deploy', ...argv]),
      writes: () => {
        const actions = simulator.requests.slice(seen).map(({ action }) => action);
        seen = simulator.requests.length;
        return actions.filter((action) => !/^(Get|List)/.test(action));
      },
    };
  };
}

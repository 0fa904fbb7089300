/** A deployment in which all is well: audit and watchdog as they are built, two nights in the log. `npm test` builds them. */
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Env } from '../../shared/config.ts';
import {
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from '../../simulator/simulator.ts';
import { tcssAudit, type CommandEnded } from './command-line.ts';

export interface Healthy {
  readonly simulator: Simulator;
  readonly folder: string;
  /** What the one who deployed has set. */
  readonly env: Env;
  /** Of the audit's timer. Its last night was six hours ago, whenever that is. */
  readonly cron: string;
  /** How much the cloud's clock is ahead of this machine's. */
  readonly setClock: (aheadMs: number) => void;
  /** Another command, with what describes the audit. */
  readonly run: (argv: readonly string[]) => Promise<CommandEnded>;
  readonly doctor: (argv?: readonly string[], more?: Env) => Promise<CommandEnded>;
  /** Undoes what can be done to it, but for runs, secrets and files that were added. */
  readonly mend: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const hourMs = 3_600_000;
/** Between Shanghai's clocks and UTC. */
const aheadOfUtcMs = 8 * hourMs;

export async function deployHealthy(
  options: Pick<SimulatorOptions, 'accounts'> = {},
): Promise<Healthy> {
  const lastNightMs = Math.floor(Date.now() / hourMs) * hourMs - 6 * hourMs;
  const hour = new Date(lastNightMs + aheadOfUtcMs).getUTCHours();
  const cron = `0 0 ${String(hour)} * * * *`;
  let aheadMs = 0;
  const simulator = await startSimulator({
    ...options,
    now: () => Date.now() + aheadMs,
    scf: { settlePolls: 0, retryWaitMs: 10 },
  });
  const folder = mkdtempSync(join(tmpdir(), 'tcss-healthy-'));
  const file = join(folder, 'serverless.yml');
  const watchdogFile = join(folder, 'functions', 'watchdog', 'serverless.yml');
  mkdirSync(join(watchdogFile, '..'), { recursive: true });
  writeFileSync(file, describe('tcss-audit-test', './audit', { name: 'nightly', cron }));
  const timer = { name: 'watchdog', cron: '0 0 12 * * * *', watched: cron };
  writeFileSync(watchdogFile, describe('tcss-watch-test', '../../watchdog', timer));
  for (const name of ['audit', 'watchdog']) {
    cpSync(join('dist', name), join(folder, name), { recursive: true });
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const { bucket, region } = simulator.cos;
  const env: Env = {
    TENCENTCLOUD_SECRET_ID: simulator.credentials.secretId,
    TENCENTCLOUD_SECRET_KEY: simulator.credentials.secretKey,
    AUDIT_ENDPOINT: simulator.url,
    AUDIT_EVIDENCE: `cos://${bucket}/tcss?region=${region}`,
    AUDIT_WEBHOOKS: Object.values(simulator.webhooks).join(' '),
    AUDIT_SIGNING_KEY: Buffer.from(pem).toString('base64'),
  };
  const deployAll = async () => {
    for (const one of [file, watchdogFile]) {
      const argv = ['deploy', '--file', one, '--create-role'];
      const { code, stderr } = await tcssAudit(argv, { env });
      if (code !== 0) throw new Error(stderr);
    }
  };
  await deployAll();
  for (const night of [lastNightMs - 24 * hourMs, lastNightMs]) {
    await simulator.scf.fire('tcss-audit-test', 'nightly', night);
  }
  const { functions } = simulator.scf;
  const objects = new Map(simulator.cos.objects);
  return {
    simulator,
    folder,
    env,
    cron,
    setClock: (ms) => {
      aheadMs = ms;
    },
    run: ([command = '', ...argv]) => tcssAudit([command, '--file', file, ...argv], { env }),
    doctor: (argv = [], more = {}) =>
      tcssAudit(['doctor', '--file', file, ...argv], { env: { ...env, ...more } }),
    mend: async () => {
      aheadMs = 0;
      simulator.setScenario('good');
      simulator.setApiFault(undefined);
      simulator.setChatFault('slack', undefined);
      simulator.cos.setFault(undefined);
      simulator.cos.setVersioning(undefined);
      simulator.cos.objects.clear();
      for (const [name, object] of objects) simulator.cos.objects.set(name, object);
      for (const name of ['audit', 'watchdog']) {
        cpSync(join('dist', name), join(folder, name), { recursive: true });
      }
      for (const healthy of functions) {
        const { code, status, role, timeoutSeconds, environment, triggers, asyncConfig } = healthy;
        const isThere = simulator.scf.functions.some(({ name }) => name === healthy.name);
        const change = { status, role, timeoutSeconds, environment, triggers, asyncConfig };
        if (isThere) simulator.scf.setFunction(healthy.name, { ...change, zip: code.zip });
        else await deployAll();
      }
    },
    close: async () => {
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface DescribedTimer {
  readonly name: string;
  readonly cron: string;
  /** Of a watchdog: the expression of the audit's timer. */
  readonly watched?: string;
}

function describe(name: string, src: string, timer: DescribedTimer): string {
  const { cron, watched } = timer;
  const watch = { trigger: 'nightly', cron: watched ?? '' };
  const message = watched === undefined ? { cron } : { watch };
  return `component: scf
name: ${name}
inputs:
  name: ${name}
  region: ap-singapore
  src: ${src}
  handler: index.main_handler
  runtime: Nodejs20.19
  memorySize: 128
  timeout: 60
  role: ${name}
  environment:
    variables:
      AUDIT_SITE: intl
      AUDIT_ENDPOINT: \${env:AUDIT_ENDPOINT}
      AUDIT_EVIDENCE: \${env:AUDIT_EVIDENCE}
      AUDIT_WEBHOOKS: \${env:AUDIT_WEBHOOKS}
      ${watched === undefined ? 'AUDIT_SIGNING_KEY: ${env:AUDIT_SIGNING_KEY}' : 'AUDIT_LOCALE: en'}
  retryNum: 2
  msgTTL: 21600
  events:
    - timer:
        name: ${timer.name}
        parameters:
          cronExpression: '${cron}'
          argument: '${JSON.stringify(message)}'
          enable: true
`;
}

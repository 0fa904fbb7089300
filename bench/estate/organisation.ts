/** An organisation on the simulator, the file of its targets, and the two programs that read it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { build } from 'esbuild';

import {
  createEstate,
  startSimulator,
  type Account,
  type Simulator,
  type SimulatorOptions,
} from '../../simulator/simulator.ts';
import type { Counts } from '../../shared/model.ts';
import { runChild, type Measured } from '../support/child.ts';
import type { IdealAnswer, IdealEvent } from './ideal.ts';

/** What the function itself keeps to: STS documents 600 for one caller. */
export const rolesPerSecond = 580;
/** Of one pack the function reads so many targets at the same time. */
const atOnce = 96;
/** For one call, with all its attempts. */
const patienceMs = 20_000;
const maxSockets = 256;
export const timeoutMs = 900_000;
export const pack = 'image-scan';
const nightly = {
  Type: 'Timer',
  TriggerName: 'nightly',
  Time: '2026-11-24T18:00:00Z',
  Message: '',
};

export interface Organisation {
  readonly simulator: Simulator;
  /** A folder for this organisation alone. */
  readonly folder: string;
  readonly uins: readonly string[];
  readonly targets: readonly { readonly uin: string; readonly roleArn: string }[];
  readonly targetsFile: string;
  readonly close: () => Promise<void>;
}

export async function openOrganisation(
  size: number,
  options: SimulatorOptions & { readonly role?: Partial<Account> } = {},
): Promise<Organisation> {
  const { role: firstAccount, ...simulatorOptions } = options;
  const [first, ...members] = createEstate(size);
  const simulator = await startSimulator({
    ...simulatorOptions,
    accounts: [{ ...first, ...firstAccount }, ...members],
    keepRequests: false,
  });
  const folder = mkdtempSync(join(tmpdir(), 'tcss-bench-'));
  const uins = members.map(({ uin }) => uin);
  const targets = uins.map((uin) => ({
    uin,
    roleArn: `qcs::cam::uin/${uin}:roleName/TcssAudit`,
  }));
  const targetsFile = join(folder, 'targets.json');
  writeFileSync(targetsFile, JSON.stringify(targets));
  return {
    ...{ simulator, folder, uins, targets, targetsFile },
    close: async () => {
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** On a usual night, one account in so many has a finding. */
export const brokenEvery = 20;

/** Somebody switched vulnerability scanning off: one finding. */
export function breakSome({ simulator, uins }: Organisation, every: number): number {
  const broken = uins.filter((_, index) => index % every === 0);
  for (const uin of broken) {
    simulator.setSettings((settings) => ({ ...settings, ScanVul: false }), undefined, uin);
  }
  return broken.length;
}

export interface Audited extends Measured {
  readonly counts: Counts;
  readonly requests: number;
  /** Where its evidence lies. */
  readonly evidence: string;
}

let runs = 0;

/** The built function, once. */
export async function audit(
  organisation: Organisation,
  module = resolve('dist/audit/index.js'),
): Promise<Audited> {
  const { simulator, folder, targetsFile } = organisation;
  const { secretId, secretKey } = simulator.credentials;
  runs += 1;
  const evidence = `file:${join(folder, `evidence-${String(runs)}`)}`;
  simulator.clear();
  const measured = await runChild({
    ...{ module, timeoutMs, event: nightly },
    env: {
      TENCENTCLOUD_SECRETID: secretId,
      TENCENTCLOUD_SECRETKEY: secretKey,
      AUDIT_ENDPOINT: simulator.url,
      AUDIT_EVIDENCE: evidence,
      AUDIT_TARGETS: targetsFile,
      AUDIT_POLICIES: pack,
      AUDIT_WEBHOOKS: simulator.webhooks.slack,
    },
  });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the function's own answer
  const { counts } = measured.answer as { readonly counts: Counts };
  return { ...measured, counts, requests: requestsOf(simulator), evidence };
}

export interface Ideal extends Measured, IdealAnswer {
  readonly requests: number;
}

/** The same calls with Tencent's clients alone. */
export async function readIdeally(
  { simulator, targetsFile }: Organisation,
  options: { readonly isPaced: boolean },
): Promise<Ideal> {
  const { secretId, secretKey } = simulator.credentials;
  const event: IdealEvent = {
    endpoint: new URL(simulator.url).host,
    ...{ secretId, secretKey, targetsFile, atOnce, maxSockets, patienceMs },
    ...(options.isPaced && { rolesPerSecond }),
  };
  simulator.clear();
  const measured = await runChild({ module: await builtIdeal(), event, env: {}, timeoutMs });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the ideal's own answer
  const answer = measured.answer as IdealAnswer;
  return { ...measured, ...answer, requests: requestsOf(simulator) };
}

export function requestsOf({ requestCounts }: Simulator): number {
  return [...requestCounts.values()].reduce((sum, count) => sum + count, 0);
}

let ideal: Promise<string> | undefined;

/** As plain JavaScript that takes Tencent's packages from where npm put them. */
async function builtIdeal(): Promise<string> {
  const outfile = resolve('dist/bench/ideal.js');
  ideal ??= build({
    entryPoints: [join(import.meta.dirname, 'ideal.ts')],
    ...{ outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'warning' },
    external: ['tencentcloud-*'],
  }).then(() => outfile);
  return ideal;
}

/** The built function with another pace of AssumeRole, which is no setting. */
export function unpacedAudit(): string {
  const folder = resolve('dist/bench/unpaced');
  cpSync('dist/audit', folder, { recursive: true });
  const path = join(folder, 'index.js');
  const text = readFileSync(path, 'utf8');
  const parts = text.split(`=${String(rolesPerSecond)},`);
  if (parts.length !== 2)
    throw new Error(`${path} holds the pace in a way that this bench does not know`);
  writeFileSync(path, parts.join('=1e9,'));
  return path;
}

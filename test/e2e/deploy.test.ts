/** The built command line deploys the built function to the simulator, where it runs. `npm test` builds both first. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { startSimulator, type Simulator } from '../../simulator/simulator.ts';

const cli = resolve('dist/cli/index.js');
let folder: string;
let simulator: Simulator;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tcss-deploy-'));
  cpSync('serverless.yml', join(folder, 'serverless.yml'));
  cpSync('dist/audit', join(folder, 'dist/audit'), { recursive: true });
  simulator = await startSimulator({ scenario: 'drift', scf: { settlePolls: 0 } });
  const { secretId, secretKey } = simulator.credentials;
  write(
    '.env',
    `TENCENT_SECRET_ID=${secretId}
TENCENT_SECRET_KEY=${secretKey}
TENCENT_REGION=ap-singapore
AUDIT_ENDPOINT=${simulator.url}
AUDIT_WEBHOOKS="${simulator.webhooks.slack}"
AUDIT_EVIDENCE=cos://audit-1250000000/tcss?region=ap-singapore
`,
  );
});
afterEach(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string) {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** Nothing of the one who runs the tests. */
const env = { PATH: process.env['PATH'], HOME: '/nowhere' };

async function tcssAudit(...args: readonly string[]) {
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env, stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, stdout, stderr };
}

it('goes from nothing to the first alert, with a role that may do just that', async () => {
  const { code, stdout } = await tcssAudit('deploy', '--create-role', '--fire');
  expect(stdout).toMatch(
    /^role tcss-audit-prod: 3 changes made\ntcss-audit-prod in ap-singapore: 16 changes made\ntcss-audit-prod: run manual-\S+ is fail · 60 pass, 3 fail, 0 waived, 0 error, 3 skip · evidence #1 [0-9a-f]{8}… · 1 notice sent\n$/,
  );
  expect(code).toBe(1);
  expect(simulator.inbox.map(({ channel }) => channel)).toEqual(['slack']);

  // The night after: nothing new, so nobody is woken.
  const runs = await simulator.scf.fire('tcss-audit-prod', 'nightly');
  expect(runs.map(({ statusCode }) => statusCode)).toEqual([200]);
  expect(simulator.inbox).toHaveLength(1);
  expect(await tcssAudit('deploy')).toMatchObject({
    code: 0,
    stdout: 'tcss-audit-prod in ap-singapore: no change\n',
  });
});

it('deploys the watchdog with it, and both away again', async () => {
  write(
    'functions/watchdog/serverless.yml',
    `component: scf
name: tcss-watchdog
inputs:
  name: tcss-watchdog
  region: \${env:TENCENT_REGION}
  runtime: Nodejs20.19
  src: ../../dist/watchdog
  role: tcss-audit-prod
  environment: { variables: { AUDIT_EVIDENCE: "\${env:AUDIT_EVIDENCE}" } }
  events:
    - timer:
        name: morning
        parameters: { cronExpression: "0 41 6 * * * *", enable: true }
`,
  );
  const unbuilt = await tcssAudit('deploy', '--plan');
  expect(unbuilt).toEqual({
    code: 2,
    stdout: '',
    stderr: 'Nothing can be deployed:\n  dist/watchdog  holds no files: run npm run build\n',
  });
  write('dist/watchdog/index.js', 'exports.main_handler = async () => ({});');
  const { code, stdout } = await tcssAudit('deploy', '--create-role');
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `role tcss-audit-prod: 3 changes made
tcss-audit-prod in ap-singapore: 16 changes made
tcss-watchdog in ap-singapore: 6 changes made
`,
  });
  expect(simulator.scf.functions.map(({ name }) => name)).toEqual([
    'tcss-audit-prod',
    'tcss-watchdog',
  ]);
  const one = await tcssAudit('deploy', '--file', 'functions/watchdog/serverless.yml');
  expect(one.stdout).toBe('tcss-watchdog in ap-singapore: no change\n');
  expect((await tcssAudit('undeploy', '--yes', '--delete-role')).stdout).toBe(
    `tcss-audit-prod in ap-singapore: deleted
tcss-watchdog in ap-singapore: deleted
role tcss-audit-prod: deleted
`,
  );
  expect(simulator.scf.functions).toEqual([]);
});

it('refuses a watchdog that waits for another night than the audit fires', async () => {
  cpSync('functions/watchdog/serverless.yml', join(folder, 'functions/watchdog/serverless.yml'));
  write(
    'serverless.yml',
    readFileSync('serverless.yml', 'utf8').replaceAll('0 23 3 * * * *', '0 41 4 * * * *'),
  );
  expect(await tcssAudit('deploy', '--plan')).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'The description is not valid:\n  functions/watchdog/serverless.yml  has timer watchdog, which waits for nightly by "0 23 3 * * * *", and serverless.yml fires it by "0 41 4 * * * *": give the same in both\n',
  });
});

it('goes on after it was killed in the middle', async () => {
  simulator.setApiFault({ kind: 'hang' }, { action: 'CreateTrigger' });
  const child = spawn(process.execPath, [cli, 'deploy', '--create-role'], { cwd: folder, env });
  const ended = new Promise((done) => child.on('close', done));
  while (!simulator.requests.some(({ action }) => action === 'CreateTrigger')) await sleep(20);
  child.kill('SIGKILL');
  await ended;
  simulator.setApiFault(undefined);
  expect((await tcssAudit('deploy', '--create-role')).code).toBe(0);
  expect(simulator.scf.functions).toMatchObject([
    { name: 'tcss-audit-prod', status: 'Active', triggers: [{ name: 'nightly', isOpen: true }] },
  ]);
  expect((await tcssAudit('deploy')).stdout).toBe('tcss-audit-prod in ap-singapore: no change\n');
});

it('packs the same bytes again', async () => {
  const planned = async () =>
    /sha256 ([0-9a-f]{12})…/.exec((await tcssAudit('deploy', '--plan')).stdout)?.[1];
  const first = await planned();
  cpSync('dist/audit', join(folder, 'again'), { recursive: true });
  rmSync(join(folder, 'dist'), { recursive: true });
  cpSync(join(folder, 'again'), join(folder, 'dist/audit'), { recursive: true });
  expect(await planned()).toBe(first);
});

it('says where it belongs, run elsewhere', () => {
  const { status, stderr } = spawnSync(process.execPath, [cli, 'deploy'], {
    ...{ cwd: tmpdir(), env, encoding: 'utf8' },
  });
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr:
      'The description is not valid:\n  serverless.yml  is not in this folder: run this where the project lies, or name a description by --file\n',
  });
});

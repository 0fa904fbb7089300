/** The built programs with their evidence in a bucket, against the simulator. `npm test` builds them first. */
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { verifyLog } from '../../shared/evidence/verify.ts';
import { openCos } from '../support/cos.ts';
import { invoke, nightly, startFunction } from '../support/invoke.ts';
import { setStage, type Stage } from '../support/stage.ts';

let stage: Stage;
let env: Record<string, string>;
beforeEach(async () => {
  stage = await setStage({ scenario: 'drift' });
  env = { ...stage.env, AUDIT_EVIDENCE: 'cos://audit-1250000000/tcss?region=ap-singapore' };
});
afterEach(async () => {
  await stage.close();
});

const verified = () =>
  verifyLog(openCos(stage.simulator, { use: 'read', prefix: 'tcss/' }).store, { publicKeys: [] });
const keys = () => [...stage.simulator.cos.objects.keys()].sort();
const puts = () =>
  stage.simulator.cos.requests.filter(({ operation }) => operation === 'PutObject').length;
const told = () => stage.simulator.inbox.map(({ channel }) => channel).sort();
const everyChannel = ['generic', 'slack', 'wecom'];

it('seals in the bucket, tells, and ends by itself', async () => {
  const { answer, exitCode, log } = await invoke({ env });
  expect(exitCode).toBe(0);
  expect(answer).toMatchObject({ runId: 'nightly-20261124T180000Z', status: 'fail' });
  expect(keys()).toEqual([
    'tcss/log/000000000001.json',
    'tcss/log/000000000002.json',
    expect.stringMatching(/^tcss\/policies\/[0-9a-f]{64}\.json$/),
    'tcss/runs/nightly-20261124T180000Z/targets-0000.jsonl',
    'tcss/write-once-check',
  ]);
  expect(await verified()).toMatchObject({ records: 2, runs: 1, faults: [], unfinished: [] });
  expect(log.find(({ event }) => event === 'evidence-store')).toMatchObject({
    level: 'info',
    bucket: 'audit-1250000000',
    region: 'ap-singapore',
    versioning: 'never',
    objectLock: 'off',
  });
  expect(told()).toEqual(everyChannel);
});

it('a repeated tick neither audits, seals nor tells again', async () => {
  await invoke({ env });
  const before = keys();
  stage.simulator.clear();
  const { answer } = await invoke({ env });
  expect(answer).toMatchObject({ status: 'fail' });
  expect(stage.simulator.requests).toEqual([]);
  expect(told()).toEqual([]);
  expect(keys()).toEqual(before);
});

it('the same tick twice at once leaves a whole log, and one notice a channel', async () => {
  const answers = await Promise.all([invoke({ env }), invoke({ env })]);
  expect(answers.map(({ answer }) => answer?.['status'])).toEqual(['fail', 'fail']);
  expect((await verified()).faults).toEqual([]);
  expect(told()).toEqual(everyChannel);
});

it('two ticks at once make two runs in one chain', async () => {
  const events = [nightly, { ...nightly, TriggerName: 'second' }];
  await Promise.all(events.map((event) => invoke({ env, event })));
  expect(await verified()).toMatchObject({ runs: 2, faults: [] });
  expect(told()).toEqual(everyChannel);
});

it('killed between seal and tell: the repeated tick tells, and audits nothing again', async () => {
  for (const channel of ['slack', 'wecom', 'generic'] as const) {
    stage.simulator.setChatFault(channel, { kind: 'hang' });
  }
  const { child, done } = startFunction({ env, remainingMs: 20_000 });
  while (stage.simulator.inbox.length < 3) await new Promise((wake) => setTimeout(wake, 20));
  child.kill('SIGKILL');
  await done;
  expect(await verified()).toMatchObject({ records: 1, runs: 1 });

  for (const channel of ['slack', 'wecom', 'generic'] as const) {
    stage.simulator.setChatFault(channel, undefined);
  }
  stage.simulator.clear();
  const { answer } = await invoke({ env, remainingMs: 8_000 });
  expect(answer).toMatchObject({ status: 'fail' });
  expect(stage.simulator.requests).toEqual([]);
  expect(told()).toEqual(everyChannel);
  expect(await verified()).toMatchObject({ records: 2, runs: 1, faults: [] });
});

it('a record whose answer was lost is sealed once and told once', async () => {
  // The marker is there from the first night on: what is lost are the answers to the run's own new files.
  await invoke({ env });
  stage.simulator.clear();
  stage.simulator.setSettings((settings) => ({ ...settings, ScanVirus: false }));
  const second = { ...nightly, Time: '2026-11-25T18:00:00Z' };
  stage.simulator.cos.setFault({ kind: 'lost-answer' }, { operation: 'PutObject' });
  const before = puts();
  const { answer } = await invoke({ env, event: second });
  expect(answer).toMatchObject({ status: 'fail' });
  // The marker, the policies that are there already, and thrice a new file: lost, then refused.
  expect(puts() - before).toBe(2 + 3 * 2);
  expect(await verified()).toMatchObject({ records: 4, runs: 2, faults: [], unfinished: [] });
  expect(keys().filter((key) => key.includes('20261125'))).toEqual([
    'tcss/runs/nightly-20261125T180000Z/targets-0000.jsonl',
  ]);
  expect(told()).toEqual(everyChannel);
});

it.each(['Enabled', 'Suspended'] as const)(
  'no run in a bucket whose versioning is %s: the function rejects and says that the night was blind',
  async (versioning) => {
    stage.simulator.cos.setVersioning(versioning);
    const { error, log } = await invoke({ env });
    expect(error).toBe(
      `Evidence: versioning of bucket audit-1250000000 in ap-singapore is ${versioning.toLowerCase()}, so a put may replace what is there. Give AUDIT_EVIDENCE a bucket that never had versioning: it cannot be taken back.`,
    );
    expect(log.map(({ event }) => event)).toEqual(['rejected']);
    // The account was not read, and nobody hears of a finding.
    expect(stage.simulator.requests).toEqual([]);
    expect(keys()).toEqual([]);
    expect(
      stage.simulator.inbox.map(({ body }) => /FAILED|"failure"/.test(JSON.stringify(body))),
    ).toEqual([true, true, true]);
  },
);

it('a bucket that never answers leaves time to say that the night was blind', async () => {
  stage.simulator.cos.setFault({ kind: 'hang' });
  const { error } = await invoke({ env, remainingMs: 10_000 });
  expect(error).toMatch(/^Evidence .* could not be read from bucket audit-1250000000/);
  expect(told()).toEqual(everyChannel);
  expect(
    stage.simulator.inbox.map(({ body }) => /FAILED|"failure"/.test(JSON.stringify(body))),
  ).toEqual([true, true, true]);
});

it('no secret in any output, object or notice when COS refuses', async () => {
  const { output, error } = await invoke({
    env: {
      ...env,
      TENCENTCLOUD_SECRETID: 'CANARY-ID-1',
      TENCENTCLOUD_SECRETKEY: 'CANARY-KEY-2',
      TENCENTCLOUD_SESSIONTOKEN: 'CANARY-TOKEN-3',
    },
  });
  expect(error).toMatch(/could not be written to bucket .* \(403 InvalidAccessKeyId, request /);
  const everything = [output, JSON.stringify(stage.simulator.inbox.map(({ body }) => body))];
  expect(everything.join('\n')).not.toContain('CANARY');
});

// CI names the binaries of the other runtimes that the function is deployed to.
const binaries = [
  process.execPath,
  ...(process.env['NODE_BINARIES'] ?? '').split(':').filter(Boolean),
];
it.each(binaries)('seals in the bucket under %s', async (node) => {
  const { answer, output } = await invoke({ env, node });
  expect(answer, output).toMatchObject({ status: 'fail' });
  // Not a word of the runtime on something that it will not do any more.
  expect(output).not.toMatch(/warning/i);
  expect(await verified()).toMatchObject({ records: 2, faults: [] });
});

// ---- The command line -------------------------------------------------------------------------

async function tcssAudit(args: readonly string[], change: Record<string, string> = {}) {
  const child = spawn(process.execPath, [resolve('dist/cli/index.js'), ...args], {
    cwd: stage.folder,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...change },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

it('run, verify and notify --preview take the bucket by --evidence', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const keyFile = join(stage.folder, 'audit.pub.pem');
  await writeFile(keyFile, publicKey.export({ type: 'spki', format: 'pem' }));
  const signing = {
    ...stage.env,
    AUDIT_SIGNING_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  const { AUDIT_EVIDENCE: evidence = '' } = env;
  const run = await tcssAudit(['run', '--evidence', evidence], signing);
  expect(run).toMatchObject({ code: 1, stderr: '' });
  expect(run.stdout).toContain('evidence #1');

  const verify = ['verify', '--evidence', evidence, '--public-key', keyFile];
  const whole = await tcssAudit(verify, stage.env);
  expect(whole.stderr).toBe('cos://audit-1250000000/tcss/: versioning never, object lock off.\n');
  expect(whole.stdout).toContain('2 records: 1 run, 2 sealed files · 2 signed, checked');
  expect(whole.code).toBe(0);

  const preview = ['notify', '--preview', '--channel', 'slack', '--all', '--evidence', evidence];
  expect(await tcssAudit(preview, stage.env)).toMatchObject({ code: 0 });

  const object = stage.simulator.cos.objects.get('tcss/log/000000000001.json');
  if (object === undefined) throw new Error('no record');
  const bytes = Buffer.from(object.bytes.toString().replace('"payload":"e', '"payload":"f'));
  stage.simulator.cos.objects.set('tcss/log/000000000001.json', { ...object, bytes });
  stage.simulator.cos.setVersioning('Enabled');
  const broken = await tcssAudit(verify, stage.env);
  expect(broken.stderr).toBe(
    'cos://audit-1250000000/tcss/: versioning enabled, object lock off.\n' +
      'A put may have replaced files here: no audit of this version writes to such a bucket.\n',
  );
  expect(broken.stdout).toContain('The log is BROKEN');
  expect(broken.code).toBe(1);
}, 180_000);

const refusals: Record<string, [string[], Record<string, string>, number, string]> = {
  'a bucket without credentials': [
    ['verify', '--evidence', 'cos://audit-1250000000/tcss?region=ap-singapore'],
    { TENCENTCLOUD_SECRETID: '', TENCENTCLOUD_SECRETKEY: '' },
    2,
    'Arguments are not valid:\n  TENCENTCLOUD_SECRET_ID  and TENCENTCLOUD_SECRET_KEY are not set: on SCF give the function an execution role, elsewhere set both or write ~/.tencentcloud/credentials\n',
  ],
  'a bucket behind an endpoint that is none': [
    ['verify', '--evidence', 'cos://audit-1250000000/tcss?region=ap-singapore'],
    { AUDIT_ENDPOINT: 'http://cos.example' },
    2,
    'Arguments are not valid:\n  AUDIT_ENDPOINT  must be https: plain http is for loopback only\n',
  ],
  'a bucket that is wrong in two ways': [
    ['verify', '--evidence', 'cos://audit/tcss'],
    {},
    2,
    'Arguments are not valid:\n  --evidence  names the bucket "audit": give its name with the account\'s APPID, such as audit-1250000000\n  --evidence  does not say where the bucket lies: add ?region=<region>, such as ?region=ap-singapore\n',
  ],
  'a bucket without a log': [
    ['verify', '--evidence', 'cos://audit-1250000000/elsewhere?region=ap-singapore'],
    {},
    3,
    'cos://audit-1250000000/elsewhere/: versioning never, object lock off.\nThere is no evidence log in cos://audit-1250000000/elsewhere/. Name it by --evidence.\n',
  ],
  'a run in a versioned bucket': [
    ['run', '--evidence', 'cos://audit-1250000000/tcss?region=ap-singapore'],
    { AUDIT_WEBHOOKS: '' },
    3,
    'Evidence: versioning of bucket audit-1250000000 in ap-singapore is enabled, so a put may replace what is there. Give AUDIT_EVIDENCE a bucket that never had versioning: it cannot be taken back.\n',
  ],
};
it.each(Object.entries(refusals))(
  'says what is wrong with %s',
  async (name, [args, change, code, stderr]) => {
    if (name.includes('versioned')) stage.simulator.cos.setVersioning('Enabled');
    expect(await tcssAudit(args, { ...stage.env, ...change })).toEqual({
      code,
      stdout: '',
      stderr,
    });
  },
);

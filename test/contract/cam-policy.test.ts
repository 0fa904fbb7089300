import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { loadLibrary } from '../../cli/library.ts';
import { identify } from '../../shared/identity.ts';
import { look } from '../../shared/wire.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { tcssAudit } from '../support/command-line.ts';

interface Printed {
  readonly statement: readonly { readonly action: readonly string[]; readonly resource: unknown }[];
}

const chosen = { AUDIT_POLICIES: 'image-scan' };

async function granted(env: Readonly<Record<string, string>> = chosen): Promise<Printed> {
  const { code, stdout } = await tcssAudit(['cam-policy'], { env });
  expect(code).toBe(0);
  return JSON.parse(stdout) as Printed;
}

async function callsWith(permissions: readonly string[]) {
  const account = { secretId: 'TEST-ID', secretKey: 'TEST-KEY', uin: '100000000001', permissions };
  const simulator = await startSimulator({ accounts: [account] });
  try {
    const nowMs = Date.now();
    const reports = await look({
      env: {
        ...chosen,
        TENCENTCLOUD_SECRET_ID: account.secretId,
        TENCENTCLOUD_SECRET_KEY: account.secretKey,
        AUDIT_ENDPOINT: simulator.url,
      },
      ...loadLibrary(undefined),
      policies: loadLibrary(undefined).compiled,
      identity: identify('manual', 'test', nowMs),
      deadlineMs: nowMs + 30_000,
      log: () => undefined,
    });
    const statuses = new Set(
      reports.flatMap(({ findings }) => findings.map(({ status }) => status)),
    );
    const called = new Set(simulator.requests.map(({ action }) => `tcss:${action}`));
    called.delete('tcss:GetCallerIdentity');
    return { called: [...called].sort(), statuses };
  } finally {
    await simulator.close();
  }
}

it('grants what a run calls and nothing else; with one less the run cannot tell', async () => {
  const actions = (await granted()).statement.flatMap(({ action }) => action);
  const { called, statuses } = await callsWith(actions);
  expect(actions).toEqual(called);
  expect(statuses.has('error')).toBe(false);
  expect((await callsWith(actions.slice(1))).statuses).toEqual(new Set(['error']));
});

it('grants the evidence bucket and the roles of the targets, where they are configured', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcss-cam-'));
  const file = join(folder, 'targets.json');
  const role = 'qcs::cam::uin/100000000002:roleName/TcssAudit';
  writeFileSync(
    file,
    JSON.stringify([{ uin: '100000000001' }, { uin: '100000000002', roleArn: role }]),
  );
  const AUDIT_EVIDENCE = 'cos://evidence-1250000000/audit/tcss/?region=ap-singapore';
  const { statement } = await granted({ ...chosen, AUDIT_EVIDENCE, AUDIT_TARGETS: file });
  rmSync(folder, { recursive: true });
  const bucket = 'qcs::cos:ap-singapore:uid/1250000000:evidence-1250000000/';
  expect(statement.slice(1)).toEqual([
    { effect: 'allow', action: ['name/sts:AssumeRole'], resource: [role] },
    {
      effect: 'allow',
      action: ['name/cos:PutObject'],
      resource: [`${bucket}audit/tcss/*`],
      condition: { string_equal: { 'cos:x-cos-forbid-overwrite': 'true' } },
    },
    { effect: 'allow', action: ['name/cos:GetObject'], resource: [`${bucket}audit/tcss/*`] },
    {
      effect: 'allow',
      action: [
        'name/cos:GetBucket',
        'name/cos:GetBucketVersioning',
        'name/cos:GetBucketObjectLockConfiguration',
      ],
      resource: [`${bucket}*`],
    },
  ]);
});

it('grants the secrets that the configuration names, and the function itself to many accounts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcss-cam-'));
  const file = join(folder, 'targets.json');
  const arn = (uin: number) => `qcs::cam::uin/${String(uin)}:roleName/TcssAudit`;
  const targets = Array.from({ length: 1_000 }, (_, index) => {
    const uin = 100_000_000_000 + index;
    return { uin: String(uin), roleArn: arn(uin) };
  });
  writeFileSync(file, JSON.stringify(targets));
  const env = {
    ...chosen,
    AUDIT_REGION: 'ap-singapore',
    AUDIT_TARGETS: file,
    AUDIT_SIGNING_KEY: 'ssm://audit-key@v1',
    AUDIT_WEBHOOKS: 'https://hooks.example/x#kind=generic&secret=ssm://hook@v2 ssm://audit-key@v1',
  };
  const { code, stdout } = await tcssAudit(['cam-policy', '--function', 'audit'], { env });
  rmSync(folder, { recursive: true });
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as Printed).statement.slice(1)).toEqual([
    // A policy has no room for a thousand roles: those of one name are one.
    {
      effect: 'allow',
      action: ['name/sts:AssumeRole'],
      resource: ['qcs::cam::uin/*:roleName/TcssAudit'],
    },
    {
      effect: 'allow',
      action: ['scf:Invoke', 'scf:InvokeFunction'],
      resource: ['qcs::scf:ap-singapore::namespace/default/function/audit'],
    },
    {
      effect: 'allow',
      action: ['ssm:GetSecretValue'],
      resource: [
        'qcs::ssm:ap-singapore::secret/creatorUin/*/audit-key',
        'qcs::ssm:ap-singapore::secret/creatorUin/*/hook',
      ],
    },
  ]);
});

it('grants the secrets that the configuration names, each once, and no others', async () => {
  const secrets = {
    AUDIT_SIGNING_KEY: 'ssm://signing@v2',
    AUDIT_WEBHOOKS: 'ssm://hooks@v1 https://oapi.dingtalk.com/?t=1#secret=ssm://hooks@v2',
  };
  const statementsOf = async (env: Readonly<Record<string, string>>) =>
    (await granted({ ...chosen, ...env })).statement.slice(1);
  expect(await statementsOf(secrets)).toEqual([
    {
      effect: 'allow',
      action: ['ssm:GetSecretValue'],
      resource: ['qcs::ssm:::secret/creatorUin/*/hooks', 'qcs::ssm:::secret/creatorUin/*/signing'],
    },
  ]);
  expect(await statementsOf({ AUDIT_SIGNING_KEY: 'ssm://k@v1', AUDIT_REGION: 'ap-tokyo' })).toEqual(
    [
      {
        effect: 'allow',
        action: ['ssm:GetSecretValue'],
        resource: ['qcs::ssm:ap-tokyo::secret/creatorUin/*/k'],
      },
    ],
  );
});

it('grants the watchdog to read the evidence and the secrets of its webhooks, and nothing else', async () => {
  const { code, stdout } = await tcssAudit(['cam-policy', '--watchdog'], {
    env: {
      AUDIT_EVIDENCE: 'cos://evidence-1250000000/audit?region=ap-singapore',
      AUDIT_WEBHOOKS: 'ssm://hooks@v1',
      AUDIT_SIGNING_KEY: 'ssm://signing@v1',
      AUDIT_REGION: 'ap-tokyo',
    },
  });
  const bucket = 'qcs::cos:ap-singapore:uid/1250000000:evidence-1250000000/';
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    version: '2.0',
    statement: [
      {
        effect: 'allow',
        action: ['ssm:GetSecretValue'],
        resource: ['qcs::ssm:ap-tokyo::secret/creatorUin/*/hooks'],
      },
      { effect: 'allow', action: ['name/cos:GetObject'], resource: [`${bucket}audit/*`] },
      { effect: 'allow', action: ['name/cos:GetBucket'], resource: [`${bucket}*`] },
    ],
  });
});

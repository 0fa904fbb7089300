/** The built function and command line with secrets that the simulator's secret manager keeps. `npm test` builds them first. */
import { generateKeyPairSync } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { allPermissions, type SimulatorOptions } from '../../simulator/simulator.ts';
import { tcssAudit } from '../support/command-line.ts';
import { invoke } from '../support/invoke.ts';
import { everythingIn, setStage, type Stage } from '../support/stage.ts';

let stage: Stage;
const start = async (options: SimulatorOptions = {}) => {
  stage = await setStage({ scenario: 'good', hookSecrets: { plain: hookSecret }, ...options });
};
beforeEach(() => start());
afterEach(async () => {
  await stage.close();
});

const { privateKey } = generateKeyPairSync('ed25519');
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const hookSecret = `whsec_${Buffer.from('CANARY+canary/CANARY=canary').toString('base64')}`;

/** Two webhooks in one secret, a third with its key in another, the signing key, the heartbeat. */
function keepSecrets(): Readonly<Record<string, string>> {
  const { simulator } = stage;
  simulator.setSecret(
    'hooks',
    'v3',
    [`${simulator.url}/hooks/CANARYHOOK1#min=high`, `${simulator.webhooks.wecom}&locale=zh\n`].join(
      '\n',
    ),
  );
  simulator.setSecret('generic', 'v1', hookSecret);
  simulator.setSecret('signing', '2026.11', Buffer.from(pem));
  simulator.setSecret('watch', 'SSM_Current', `${simulator.heartbeat}?k=CANARYHOOK3`);
  return {
    AUDIT_WEBHOOKS: `ssm://hooks@v3 ${simulator.url}/hooks/plain#secret=ssm://generic@v1`,
    AUDIT_SIGNING_KEY: 'ssm://signing@2026.11',
    AUDIT_HEARTBEAT_URL: 'ssm://watch@SSM_Current',
  };
}

const canaries = [
  ...['CANARYHOOK1', 'CANARYHOOK2', 'CANARYHOOK3'],
  ...[hookSecret, encodeURIComponent(hookSecret), hookSecret.slice('whsec_'.length)],
  ...pem.split('\n').filter((line) => line.length > 20),
];
const canariesIn = (text: string) => canaries.filter((canary) => text.includes(canary));
const callsOf = (action: string) =>
  stage.simulator.requests.filter((request) => request.action === action);

describe('the function', () => {
  it('signs, tells and pings with what the secrets hold, and asks for each of them once', async () => {
    stage.simulator.setSettings((settings) => ({ ...settings, ScanVul: false }));
    const env = { ...stage.env, ...keepSecrets() };
    const { answer, output } = await invoke({ env });

    expect(answer).toMatchObject({
      status: 'fail',
      notices: [{ status: 'sent' }, { status: 'sent' }, { status: 'sent' }],
    });
    expect((await stage.records()).map(({ signatures }) => signatures.length)).toEqual([1, 1]);
    const { inbox } = stage.simulator;
    expect(inbox.map(({ channel, accepted }) => `${channel} ${String(accepted)}`).sort()).toEqual([
      'generic true',
      'generic true',
      'heartbeat true',
      'wecom true',
    ]);
    expect(callsOf('GetSecretValue')).toHaveLength(4);

    const told = JSON.stringify(inbox.map(({ body }) => body));
    expect(canariesIn([output, await everythingIn(stage.folder), told].join('\n'))).toEqual([]);
  });

  it('takes them out of what others say', async () => {
    const message = `you keep ${stage.simulator.url}/hooks/CANARYHOOK1#min=high and ${hookSecret}`;
    const action = 'DescribeAssetImageScanSetting';
    stage.simulator.setApiFault(
      { kind: 'api-error', code: 'InvalidParameter', message },
      { action },
    );
    const { output } = await invoke({ env: { ...stage.env, ...keepSecrets() } });

    const told = JSON.stringify(stage.simulator.inbox.map(({ body }) => body));
    const everything = [output, await everythingIn(stage.folder), told].join('\n');
    expect(everything).toContain('you keep *** and ***');
    expect(canariesIn(everything)).toEqual([]);
  });

  it('goes on with none that it may not read: nothing is sealed unsigned, and nothing read', async () => {
    await stage.close();
    const permissions = allPermissions.filter((permission) => permission !== 'ssm:GetSecretValue');
    const account = { secretId: 'ID', secretKey: 'KEY', uin: '100000000001', permissions };
    await start({ accounts: [account] });
    const env = {
      ...{ ...stage.env, ...keepSecrets() },
      AUDIT_HEARTBEAT_URL: stage.simulator.heartbeat,
      AUDIT_LOCALE: 'fr',
    };
    const { error } = await invoke({ env });

    const because = `which cannot be read: GetSecretValue: you are not authorized to perform operation (ssm:GetSecretValue) resource (*) has no permission; grant ssm:GetSecretValue to the role`;
    expect(error?.split('\n')).toEqual([
      'Config is not valid:',
      `  AUDIT_SIGNING_KEY  names ssm://signing@2026.11, ${because}`,
      `  AUDIT_WEBHOOKS[0]  names ssm://hooks@v3, ${because}`,
      `  AUDIT_WEBHOOKS[1]  has secret=ssm://generic@v1, ${because}`,
      '  AUDIT_LOCALE       is "fr": give en or zh',
    ]);
    expect(await stage.records()).toEqual([]);
    expect(callsOf('DescribeAssetImageScanSetting')).toEqual([]);
    expect(stage.simulator.inbox.map(({ path }) => path)).toEqual(['/ping/simulator/fail']);
  });

  const outages = {
    'does not answer': { fault: { kind: 'hang' }, reason: 'no whole answer within' },
    'answers a page': { fault: { kind: 'html' }, reason: 'the answer is not JSON' },
    'answers nothing': { fault: { kind: 'empty-object' }, reason: 'no Response object' },
  } as const;
  it.each(Object.entries(outages))(
    'never seals unsigned when the secret manager %s',
    async (_name, { fault, reason }) => {
      const { AUDIT_SIGNING_KEY } = keepSecrets();
      stage.simulator.setApiFault(fault, { action: 'GetSecretValue' });
      const env = { ...stage.env, AUDIT_SIGNING_KEY: String(AUDIT_SIGNING_KEY) };
      const { error, log } = await invoke({ env, remainingMs: 6_000 });

      expect(error).toMatch(
        /^Config is not valid:\n {2}AUDIT_SIGNING_KEY {2}names ssm:\/\/signing@2026\.11, which cannot be read: GetSecretValue: /,
      );
      expect(error).toContain(reason);
      expect(log.map(({ code }) => code)).toEqual(['CONFIG_INVALID']);
      expect(await stage.records()).toEqual([]);
    },
  );

  it('recovers from an outage that passes', async () => {
    const env = { ...stage.env, ...keepSecrets() };
    const fault = { kind: 'api-error', code: 'InternalError' } as const;
    stage.simulator.setApiFault(fault, { action: 'GetSecretValue', times: 2 });
    expect((await invoke({ env })).answer).toMatchObject({ status: 'pass' });
    expect(callsOf('GetSecretValue')).toHaveLength(6);
  });

  it('names a webhook inside a secret by its place there, and shows nothing of it', async () => {
    const { AUDIT_WEBHOOKS } = keepSecrets();
    stage.simulator.setSecret('hooks', 'v3', 'https://hooks.slack.com/CANARYHOOK1 CANARYHOOK2');
    const { error, output } = await invoke({
      env: { ...stage.env, AUDIT_WEBHOOKS: String(AUDIT_WEBHOOKS) },
    });
    expect(error).toBe('Config is not valid:\n  AUDIT_WEBHOOKS[0] ssm://hooks@v3[1]  is not a URL');
    expect(canariesIn(output)).toEqual([]);
  });

  it('says what keeps it from asking, once', async () => {
    const { AUDIT_SIGNING_KEY } = keepSecrets();
    const { error } = await invoke({
      env: { ...stage.env, AUDIT_SIGNING_KEY: String(AUDIT_SIGNING_KEY), AUDIT_REGION: 'A B' },
    });
    expect(error).toBe(
      'Config is not valid:\n  AUDIT_REGION  is "A B": give a region such as ap-singapore',
    );
    expect(stage.simulator.requests).toEqual([]);
  });

  it('asks for no secret where it seals and tells nothing: as a part of a larger run', async () => {
    const env = { ...stage.env, ...keepSecrets() };
    const { error } = await invoke({ env, event: { shard: {} } });
    expect(error).toMatch(/^The event is not valid/);
    expect(callsOf('GetSecretValue')).toEqual([]);
  });
});

describe('the command line', () => {
  const envOf = (change: Readonly<Record<string, string>> = {}) => {
    const { TENCENTCLOUD_SECRETID, TENCENTCLOUD_SECRETKEY } = stage.env;
    const keys = { TENCENTCLOUD_SECRETID, TENCENTCLOUD_SECRETKEY };
    return { ...stage.env, ...keepSecrets(), ...keys, ...change };
  };

  it('run audits with them', async () => {
    const { code, stdout, stderr } = await tcssAudit(['run'], { env: envOf() });
    expect([code, canariesIn(stdout + stderr)]).toEqual([0, []]);
    expect((await stage.records()).map(({ signatures }) => signatures.length)).toEqual([1, 1]);
  });

  it('run ends as with any bad configuration where one is not there', async () => {
    const { code, stderr } = await tcssAudit(['run'], {
      env: envOf({ AUDIT_SIGNING_KEY: 'ssm://signing' }),
    });
    expect([code, stderr]).toEqual([
      'CONFIG_INVALID',
      'Config is not valid:\n  AUDIT_SIGNING_KEY  is no reference to a secret: give ssm://<name>@<version>\n',
    ]);
  });

  it('notify --test posts to the webhooks that they hold, and asks for no key', async () => {
    const { code, stdout } = await tcssAudit(['notify', '--test'], { env: envOf() });
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((line) => line.startsWith('SENT'))).toHaveLength(3);
    expect(canariesIn(stdout)).toEqual([]);
    expect(callsOf('GetSecretValue')).toHaveLength(2);
  });

  it('notify names what cannot be read', async () => {
    const { code, stderr } = await tcssAudit(['notify', '--test'], {
      env: envOf({ AUDIT_WEBHOOKS: 'ssm://none@v1' }),
    });
    expect([code, stderr]).toEqual([
      'CONFIG_INVALID',
      'Config is not valid:\n  AUDIT_WEBHOOKS[0]  names ssm://none@v1, which cannot be read: GetSecretValue: The resource `none` does not exist\n',
    ]);
  });

  it.each(['ssm://none@v1', 'ssm%3A%2F%2Fnone%40v1', '%73%73%6d:%2f%2fnone@v1'])(
    'sees that secret=%s names one',
    async (reference) => {
      const AUDIT_WEBHOOKS = `https://oapi.dingtalk.com/robot/send?access_token=1#secret=${reference}`;
      const { stderr } = await tcssAudit(['notify', '--test'], { env: envOf({ AUDIT_WEBHOOKS }) });
      expect(stderr).toBe(
        'Config is not valid:\n  AUDIT_WEBHOOKS[0]  has secret=ssm://none@v1, which cannot be read: GetSecretValue: The resource `none` does not exist\n',
      );
    },
  );

  it('notify names what keeps it from asking', async () => {
    const { code, stderr } = await tcssAudit(['notify', '--test'], {
      env: envOf({ AUDIT_SITE: 'mars' }),
    });
    expect([code, stderr]).toEqual([
      'CONFIG_INVALID',
      'Config is not valid:\n  AUDIT_SITE  is "mars": give intl or cn\n',
    ]);
  });

  it('fix --plan, which seals and tells nothing, asks for none', async () => {
    const { stderr } = await tcssAudit(['fix', '--plan', '--live'], { env: envOf() });
    expect(stderr).not.toContain('Config is not valid');
    expect(callsOf('DescribeAssetImageScanSetting').length).toBeGreaterThan(0);
    expect(callsOf('GetSecretValue')).toEqual([]);
  });
});

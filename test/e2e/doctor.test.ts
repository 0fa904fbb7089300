/** doctor on a deployment of the built functions: all well, then broken in one way after another, each named. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Env } from '../../shared/config.ts';
import { createEstate } from '../../simulator/simulator.ts';
import { tcssAudit } from '../support/command-line.ts';
import { camClient } from '../support/sim-client.ts';
import { deployHealthy, type Healthy } from '../support/healthy.ts';

let shared: Healthy;
let stage: Healthy;
beforeAll(async () => {
  shared = await deployHealthy();
});
beforeEach(() => {
  stage = shared;
});
afterEach(async () => {
  if (stage === shared) await shared.mend();
  else await stage.close();
});
afterAll(async () => {
  await shared.close();
});

interface Line {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly advice?: string;
}

/** What differs from run to run, made the same. */
function steady(text: string): string {
  return text
    .replaceAll(stage.folder, '<folder>')
    .replaceAll(`"${stage.cron}"`, '<cron>')
    .replaceAll(JSON.stringify(`"${stage.cron}"`).slice(1, -1), '<cron>')
    .replace(/127\.0\.0\.1:\d+#[0-9a-f]{8}/g, '<channel>')
    .replace(/127\.0\.0\.1:\d+/g, '<host>')
    .replace(/\b[0-9a-f]{8,64}…/g, '<hash>…')
    .replace(/\b\d{8}T\d{6,9}Z\b/g, '<time>')
    .replace(/\b\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?\b/g, '<minute>')
    .replace(/\b\d+ (minute|hour|day)s? ago\b/g, '<age> ago')
    .replace(/Node \d+\.\d+\.\d+/, 'Node <version>')
    .replace(/request [0-9a-f-]{36}/g, 'request <id>');
}

async function linesOf(argv: readonly string[] = [], env: Env = {}) {
  const { code, stdout, stderr } = await stage.doctor(['--json', ...argv], env);
  const lines = JSON.parse(steady(stdout)) as readonly Line[];
  return { code, stderr, lines };
}

const functionName = 'tcss-audit-test';
const changeFunction: Healthy['simulator']['scf']['setFunction'] = (name, change) => {
  stage.simulator.scf.setFunction(name, change);
};

function changeTimer(change: { readonly isOpen?: boolean; readonly cron?: string }): void {
  const target = stage.simulator.scf.functions.find(({ name }) => name === functionName);
  const triggers = (target?.triggers ?? []).map((trigger) => ({ ...trigger, ...change }));
  changeFunction(functionName, { triggers });
}

function otherKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

describe('a deployment in which all is well', () => {
  it('is told line by line, with a test notice to each channel', async () => {
    const { code, stdout, stderr } = await stage.doctor(['--send']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(steady(stdout)).toBe(`\
OK  configuration  every setting is valid (from the environment; AUDIT_SITE from the function tcss-audit-test)
OK  configuration  Node <version>
OK  credentials    the keys are permanent ones of account 100000000001, qcs::cam::uin/100000000001:uin/100000000001
OK  clock          the clock agrees with the API’s, by the Date of its answer
OK  permissions    account 100000000001: all 21 sources of the chosen policies can be read
OK  evidence       cos://audit-1250000000/tcss/ in ap-singapore can be written and refused to be overwritten; versioning never, object lock off
OK  log            head 4:<hash>…; the last 4 records and 2 sealed files of the last run are whole (tcss-audit verify looks at all)
OK  signing key    the key <hash>… is set, and it signed record 4
OK  webhooks       slack:<channel> took a test notice
OK  webhooks       wecom:<channel> took a test notice
OK  webhooks       generic:<channel> took a test notice
OK  function       tcss-audit-test in ap-singapore is Active, Nodejs20.19, role tcss-audit-test
OK  function       its code is the one that is built here, sha256 <hash>…
OK  function       its configuration is as <folder>/serverless.yml says
OK  role           the role tcss-audit-test may do all that its settings need, by the policy of its name
OK  timer          timer nightly <cron> is on; next <minute> in Asia/Shanghai, <minute> UTC; the platform reads it in Asia/Shanghai, as 2 past runs tell
OK  invocations    2 invocations in the last 2 days, none failed, the last at <minute>
OK  invocations    the platform tries a failed run again 2 times
OK  nights         the timer’s last run, nightly-<time>, was <age> ago, and none is missing since
OK  nights         every channel was told of nightly-<time>
OK  watchdog       tcss-watch-test in ap-singapore is Active, Nodejs20.19, role tcss-watch-test
21 ok, 0 warn, 0 fail, 0 error, 0 skip
`);
    const tests = stage.simulator.inbox.filter(({ body }) => JSON.stringify(body).includes('test'));
    expect(tests.map(({ channel }) => channel).sort()).toEqual(['generic', 'slack', 'wecom']);
  });

  it('posts nothing unless asked to, and says so', async () => {
    const before = stage.simulator.inbox.length;
    const { lines } = await linesOf();
    expect(lines.filter(({ check }) => check === 'webhooks')).toEqual([
      {
        check: 'webhooks',
        status: 'skip',
        message:
          '3 channels set and not tried: slack:<channel>, wecom:<channel>, generic:<channel>',
        advice: 'give --send to post a test notice to each',
      },
    ]);
    expect(stage.simulator.inbox).toHaveLength(before);
  });

  it('is told the same by the settings that the function itself has', async () => {
    const { code, lines } = await linesOf([], {
      AUDIT_EVIDENCE: '',
      AUDIT_WEBHOOKS: '',
      AUDIT_SIGNING_KEY: '',
    });
    expect(code).toBe(0);
    expect(lines[0]?.message).toBe(
      'every setting is valid (from the environment; AUDIT_EVIDENCE, AUDIT_SIGNING_KEY, AUDIT_SITE, AUDIT_WEBHOOKS from the function tcss-audit-test)',
    );
    expect(lines.find(({ check }) => check === 'signing key')?.message).toBe(
      'the key <hash>… is set, and it signed record 4',
    );
  });

  it('is looked at without a trace in the log, and twice alike', async () => {
    const { objects } = stage.simulator.cos;
    const before = [...objects.keys()].sort();
    const first = await linesOf();
    expect(await linesOf()).toEqual(first);
    expect([...objects.keys()].sort()).toEqual(before);
  });
});

/** `FAIL check: message → advice`, of all that is not fine. */
async function troublesOf({ argv = [], env = {} }: Pick<Case, 'argv' | 'env'> = {}) {
  const { code, lines } = await linesOf(argv, env);
  const isUnasked = ({ check, status }: Line) => check === 'webhooks' && status === 'skip';
  const troubles = lines
    .filter((line) => line.status !== 'ok' && !isUnasked(line))
    .map(({ check, status, message, advice }) =>
      [
        `${status.toUpperCase()} ${check}: ${message}`,
        ...(advice === undefined ? [] : [advice]),
      ].join(' → '),
    );
  return { code, troubles };
}

interface Case {
  readonly argv?: readonly string[];
  readonly env?: Env;
  readonly breakIt?: () => unknown;
  /** What it breaks cannot be mended. */
  readonly isLasting?: true;
  readonly code: 0 | 1 | 2 | 3;
  readonly troubles: readonly string[];
}

const invalidSignature =
  'The provided credentials could not be validated. Please check your signature is correct';
const wrongKey = 'the secret key does not belong to the secret id: check the credentials';
const expired = 'The request is more than five minutes away from the server time: check your clock';
const setClock = 'set the clock: it is more than 5 minutes off';
const unreachable = 'check that the API host can be reached (AUDIT_ENDPOINT, network, DNS)';
const setsIt = 'tcss-audit deploy --plan shows it, tcss-audit deploy sets it';
const asDescribed = 'tcss-audit deploy sets it as serverless.yml says';
const deployIt = 'deploy it: tcss-audit deploy; or say which one is meant: --file';
const bucket = 'bucket audit-1250000000 in ap-singapore';

const cases: Readonly<Record<string, Case>> = {
  'a key that is wrong': {
    env: { TENCENTCLOUD_SECRET_KEY: 'another-key' },
    code: 1,
    troubles: [
      `FAIL credentials: GetCallerIdentity: ${invalidSignature} → ${wrongKey}`,
      'FAIL permissions: the own account: 0 of 21 sources of the chosen policies can be read',
      `FAIL permissions: DescribeAssetImageScanSetting: ${invalidSignature}; 20 others answered AuthFailure.SignatureFailure too → ${wrongKey}`,
      `FAIL evidence: Evidence write-once-check could not be written to ${bucket} (403 SignatureDoesNotMatch, request <id>) → ${wrongKey}`,
      `FAIL log: Evidence log/000000000256.json could not be read from ${bucket} (403 SignatureDoesNotMatch, request <id>) → ${wrongKey}`,
      'SKIP signing key: the key <hash>… is set; the log could not be read to compare it',
      `FAIL function: GetFunction: ${invalidSignature} → ${wrongKey}`,
      'SKIP role: the function could not be read',
      'SKIP timer: the function could not be read',
      'SKIP invocations: the function could not be read',
      'SKIP nights: the log could not be read',
      `FAIL watchdog: GetFunction: ${invalidSignature} → ${wrongKey}`,
    ],
  },
  'a clock that is ten minutes behind': {
    breakIt: () => {
      stage.setClock(10 * 60_000);
    },
    code: 1,
    troubles: [
      `FAIL credentials: GetCallerIdentity: ${expired} → ${setClock}`,
      'FAIL clock: the API refuses the signatures as expired: the clock is more than 5 minutes off (the clock is 600 s behind the API’s, by the Date of its answer) → set the clock of this machine (NTP)',
      'FAIL permissions: the own account: 0 of 21 sources of the chosen policies can be read',
      `FAIL permissions: DescribeAssetImageScanSetting: ${expired}; 20 others answered AuthFailure.SignatureExpire too → ${setClock}`,
      `FAIL function: GetFunction: ${expired} → ${setClock}`,
      'SKIP role: the function could not be read',
      'SKIP timer: the function could not be read',
      'SKIP invocations: the function could not be read',
      `FAIL watchdog: GetFunction: ${expired} → ${setClock}`,
    ],
  },
  'a right that is missing': {
    breakIt: () => {
      stage.simulator.setApiFault(
        { kind: 'api-error', code: 'AuthFailure.UnauthorizedOperation' },
        { action: 'DescribeVirusScanSetting' },
      );
    },
    code: 1,
    troubles: [
      'FAIL permissions: account 100000000001: 20 of 21 sources of the chosen policies can be read',
      'FAIL permissions: DescribeVirusScanSetting: you are not authorized to perform operation () resource (*) has no permission → grant tcss:DescribeVirusScanSetting to the role (tcss-audit cam-policy prints all that it needs)',
    ],
  },
  'a bucket that got versioning': {
    breakIt: () => {
      stage.simulator.cos.setVersioning('Enabled');
    },
    code: 1,
    troubles: [
      `FAIL evidence: Evidence: versioning of ${bucket} is enabled, so a put may replace what is there → give AUDIT_EVIDENCE a bucket that never had versioning: it cannot be taken back`,
    ],
  },
  'a bucket that nobody may write to': {
    breakIt: () => {
      const fault = { kind: 'error', status: 403, code: 'AccessDenied' } as const;
      stage.simulator.cos.setFault(fault, { operation: 'PutObject' });
    },
    code: 1,
    troubles: [
      `FAIL evidence: Evidence write-once-check could not be written to ${bucket} (403 AccessDenied, request <id>) → grant cos:PutObject on the bucket to the role (docs/evidence.md, Evidence in COS)`,
    ],
  },
  'a signing key that is not the log’s': {
    env: { AUDIT_SIGNING_KEY: otherKey() },
    code: 1,
    troubles: [
      'FAIL signing key: the key <hash>… is set, and record 4 is signed by <hash>… → after a rotation the next run signs with the new key; otherwise find out whose key the function has',
      `FAIL function: its configuration differs from <folder>/serverless.yml in 1 point: variable AUDIT_SIGNING_KEY → ${setsIt}`,
    ],
  },
  'a webhook that refuses': {
    argv: ['--send'],
    breakIt: () => {
      stage.simulator.setChatFault('slack', { kind: 'answer', body: 'no_service' });
    },
    code: 1,
    troubles: [
      'FAIL webhooks: slack:<channel> did not take a test notice: HTTP 200 no_service: the webhook or its channel is gone: create a new webhook and set AUDIT_WEBHOOKS → see docs/channels.md',
    ],
  },
  'a function that is gone': {
    breakIt: () => {
      changeFunction(functionName, undefined);
    },
    code: 1,
    troubles: [
      `FAIL function: there is no function tcss-audit-test in ap-singapore (namespace default), which <folder>/serverless.yml describes, and the log has runs of its timer → ${deployIt}`,
      'SKIP role: there is no function',
      'SKIP timer: there is no function',
      'SKIP invocations: there is no function',
    ],
  },
  'a function that is not active': {
    breakIt: () => {
      changeFunction(functionName, {
        status: 'UpdateFailed',
        statusReasons: [{ code: 'InternalError', message: 'the subnet has no address left' }],
      });
    },
    code: 1,
    troubles: [
      'FAIL function: tcss-audit-test in ap-singapore is UpdateFailed: InternalError: the subnet has no address left → mend that, and tcss-audit deploy',
    ],
  },
  'a function that has no role': {
    breakIt: () => {
      changeFunction(functionName, { role: '' });
    },
    code: 1,
    troubles: [
      'FAIL function: tcss-audit-test in ap-singapore is Active, and it has no execution role: it may read nothing → give it one: role in serverless.yml, tcss-audit deploy --create-role',
      `FAIL function: its configuration differs from <folder>/serverless.yml in 1 point: role none instead of tcss-audit-test → ${setsIt}`,
      'SKIP role: the function has none',
    ],
  },
  'a role that lost a right': {
    isLasting: true,
    breakIt: async () => {
      const cam = camClient(stage.simulator);
      const { List: [policy] = [] } = await cam.ListPolicies({ Keyword: functionName });
      const { PolicyDocument } = await cam.GetPolicy({ PolicyId: policy?.PolicyId ?? 0 });
      await cam.UpdatePolicy({
        PolicyId: policy?.PolicyId ?? 0,
        PolicyDocument: PolicyDocument?.replace('"tcss:DescribeVirusScanSetting",', '') ?? '',
      });
    },
    code: 1,
    troubles: [
      'FAIL role: the policy tcss-audit-test of the role lacks tcss:DescribeVirusScanSetting → tcss-audit deploy --create-role brings it up to date',
    ],
  },
  'code that is not what is built here': {
    breakIt: () => {
      writeFileSync(join(stage.folder, 'audit', 'index.js'), 'exports.main_handler = () => 1;');
    },
    code: 1,
    troubles: [
      'FAIL function: its code is another than the one that is built here, sha256 <hash>… → deploy what is here (tcss-audit deploy), or build what is there',
    ],
  },
  'settings that were changed by hand': {
    breakIt: () => {
      changeFunction(functionName, { timeoutSeconds: 3, environment: { AUDIT_SITE: 'intl' } });
    },
    code: 1,
    troubles: [
      `FAIL function: its configuration differs from <folder>/serverless.yml in 5 points: timeout 3 s instead of 60 s, variable AUDIT_ENDPOINT, variable AUDIT_EVIDENCE, variable AUDIT_WEBHOOKS, variable AUDIT_SIGNING_KEY → ${setsIt}`,
    ],
  },
  'a timer that is switched off': {
    breakIt: () => {
      changeTimer({ isOpen: false });
    },
    code: 1,
    troubles: [
      `FAIL timer: timer nightly is switched off: nothing runs by itself → ${asDescribed}`,
    ],
  },
  'a timer that fires at another time': {
    breakIt: () => {
      changeTimer({ cron: '0 0 4 1 1 * 2099' });
    },
    code: 1,
    troubles: [
      `FAIL timer: timer nightly fires at "0 0 4 1 1 * 2099", and serverless.yml says <cron> → ${asDescribed}`,
      'WARN timer: timer nightly tells the function another expression, <cron>: missing nights are not noticed → give its argument {"cron": "…"} as in serverless.yml',
    ],
  },
  'a last invocation that failed': {
    isLasting: true,
    breakIt: async () => {
      stage.simulator.setChatFault('slack', { kind: 'answer', body: 'no_service' });
      stage.simulator.setScenario('drift');
      await stage.run(['deploy', '--fire']);
    },
    code: 1,
    troubles: [
      'FAIL invocations: the last invocation failed; 3 invocations in the last 2 days, 1 failed, the last at <minute>: Run manual-<time> is sealed, but could not be told to slack:<channel> (HTTP 200 no_service: the webhook or its channel is gone: create a new webhook and set AUDIT_WEBHOOKS). A retry sends what is missing. → docs/deploy.md says what each message means; the whole log is in the console',
      'FAIL nights: slack:<channel> was not told of manual-<time>: HTTP 200 no_service: the webhook or its channel is gone: create a new webhook and set AUDIT_WEBHOOKS → mend the channel (docs/channels.md); the next run tells what this one could not',
    ],
  },
  'a record of the log that is gone': {
    breakIt: () => {
      stage.simulator.cos.objects.delete('tcss/log/000000000002.json');
    },
    code: 1,
    troubles: [
      'FAIL log: the log is broken: log/000000000002.json is missing → run tcss-audit verify, which names every fault',
    ],
  },
  'a night without a run': {
    breakIt: () => {
      for (const seq of [3, 4]) {
        stage.simulator.cos.objects.delete(`tcss/log/00000000000${String(seq)}.json`);
      }
    },
    code: 1,
    troubles: [
      'FAIL nights: the timer’s last run, nightly-<time>, was <age> ago: 1 run missing since, the first of <minute> UTC → see the checks of the function, its timer and its last invocations',
    ],
  },
  'no second try of a failed run': {
    breakIt: () => {
      changeFunction(functionName, { asyncConfig: { retries: 0, ttlSeconds: 21_600 } });
    },
    code: 1,
    troubles: [
      'FAIL invocations: the platform does not try a failed run again: what a channel missed waits for the next night → set the retries of asynchronous calls to 2: tcss-audit deploy',
    ],
  },
  'a watchdog that is gone': {
    breakIt: () => {
      changeFunction('tcss-watch-test', undefined);
    },
    code: 0,
    troubles: [
      `WARN watchdog: there is no function tcss-watch-test in ap-singapore (namespace default), which <folder>/functions/watchdog/serverless.yml describes → ${deployIt}`,
    ],
  },
  'settings that are wrong': {
    env: { AUDIT_REMIND_DAYS: '5d', AUDIT_SITE: 'us' },
    code: 1,
    troubles: [
      'FAIL configuration: AUDIT_REMIND_DAYS is "5d": give a whole number of days, 0 for never',
      'FAIL configuration: AUDIT_SITE is "us": give intl or cn',
      'SKIP credentials: AUDIT_SITE must be right first',
      'SKIP clock: AUDIT_SITE must be right first',
      'SKIP permissions: AUDIT_SITE must be right first',
      'SKIP function: AUDIT_SITE must be right first',
      'SKIP role: AUDIT_SITE must be right first',
      'SKIP timer: AUDIT_SITE must be right first',
      'SKIP invocations: AUDIT_SITE must be right first',
      'SKIP watchdog: AUDIT_SITE must be right first',
    ],
  },
  'nobody who answers': {
    isLasting: true,
    breakIt: () => stage.simulator.close(),
    code: 3,
    troubles: [
      `ERROR credentials: GetCallerIdentity: connect ECONNREFUSED <host> → ${unreachable}`,
      'ERROR clock: no answer of the API tells what time it is → see the check of the credentials',
      'ERROR permissions: the own account: 0 of 21 sources of the chosen policies can be read',
      `ERROR permissions: DescribeAssetImageScanSetting: connect ECONNREFUSED <host>; 20 others answered Network too → ${unreachable}`,
      `ERROR evidence: Evidence versioning could not be read from ${bucket} (no answer: ECONNREFUSED) → check that COS can be reached (AUDIT_ENDPOINT, network, DNS); a later run tries again`,
      `ERROR log: Evidence log/000000000256.json could not be read from ${bucket} (no answer: ECONNREFUSED) → check that COS can be reached (AUDIT_ENDPOINT, network, DNS); a later run tries again`,
      'SKIP signing key: the key <hash>… is set; the log could not be read to compare it',
      `ERROR function: GetFunction: connect ECONNREFUSED <host> → ${unreachable}`,
      'SKIP role: the function could not be read',
      'SKIP timer: the function could not be read',
      'SKIP invocations: the function could not be read',
      'SKIP nights: the log could not be read',
      `ERROR watchdog: GetFunction: connect ECONNREFUSED <host> → ${unreachable}`,
    ],
  },
};

describe('a deployment with', () => {
  it.each(Object.entries(cases))(
    '%s',
    async (_name, { breakIt, isLasting, code, troubles, ...asked }) => {
      if (isLasting === true) stage = await deployHealthy();
      await breakIt?.();
      expect(await troublesOf(asked)).toEqual({ code, troubles });
    },
  );
});

it('has the keys and settings of the one who deployed from the file .env', async () => {
  const { env, folder } = stage;
  const lines = Object.entries(env)
    .filter(([name]) => name !== 'AUDIT_ENDPOINT')
    .map(([name, value = '']) => `${name.replace('TENCENTCLOUD', 'TENCENT')}='${value}'`);
  writeFileSync(join(folder, '.env'), `${lines.join('\n')}\n`);
  const nothing = Object.fromEntries(Object.keys(env).map((name) => [name, undefined]));
  const asked = { env: { ...nothing, AUDIT_ENDPOINT: env['AUDIT_ENDPOINT'] } };
  expect(await troublesOf(asked)).toEqual({ code: 0, troubles: [] });
});

it('reads the secrets that the settings name', async () => {
  const { simulator, env } = stage;
  simulator.setSecret('audit-key', 'v1', env['AUDIT_SIGNING_KEY'] ?? '');
  const asked = { AUDIT_SIGNING_KEY: 'ssm://audit-key@v1' };
  const { lines } = await linesOf([], asked);
  expect(lines[0]?.message).toBe(
    'every setting is valid (from the environment; AUDIT_SITE from the function tcss-audit-test; read from the secret manager: audit-key)',
  );
  expect(lines.find(({ check }) => check === 'signing key')?.status).toBe('ok');

  simulator.setSecret('audit-key', 'v1', undefined);
  const { code, troubles } = await troublesOf({ env: asked });
  expect(code).toBe(1);
  expect(troubles).toContain('SKIP signing key: AUDIT_SIGNING_KEY must be right first');
  expect(troubles[0]).toMatch(
    /^FAIL configuration: AUDIT_SIGNING_KEY names ssm:\/\/audit-key@v1, which cannot be read: GetSecretValue: /,
  );
});

describe('with accounts of an organisation', () => {
  it('takes the role of each, and names those whose role cannot be taken', async () => {
    stage = await deployHealthy({ accounts: createEstate(3) });
    const role = (uin: string, name: string) => `qcs::cam::uin/${uin}:roleName/${name}`;
    const targets = [
      { uin: '100000000001', alias: 'home' },
      { uin: '100000000002', roleArn: role('100000000002', 'TcssAudit') },
      { uin: '100000000003', alias: 'prod', roleArn: role('100000000003', 'Gone') },
    ];
    const file = join(stage.folder, 'targets.json');
    writeFileSync(file, JSON.stringify(targets.slice(0, 2)));
    const { code, lines } = await linesOf([], { AUDIT_TARGETS: file });
    expect(code).toBe(0);
    expect(lines.filter(({ check }) => check === 'permissions')).toEqual([
      {
        check: 'permissions',
        status: 'ok',
        message: '2 accounts of AUDIT_TARGETS: each can be opened, and all its sources read',
      },
    ]);

    writeFileSync(file, JSON.stringify(targets));
    const { troubles } = await troublesOf({ env: { AUDIT_TARGETS: file } });
    expect(troubles).toEqual([
      'FAIL permissions: 3 accounts of AUDIT_TARGETS: 1 cannot be read whole',
      'FAIL permissions: prod (100000000003): AssumeRole: The resource `Gone` does not exist → the role must be there and trust this account, and the caller be granted sts:AssumeRole on it',
    ]);
  });
});

describe('secrets', () => {
  it('appear in no line, whoever quotes them', async () => {
    stage = await deployHealthy();
    const { simulator, env, folder } = stage;
    const { secretKey } = simulator.credentials;
    const webhooks = env['AUDIT_WEBHOOKS'] ?? '';
    const key = env['AUDIT_SIGNING_KEY'] ?? '';
    const pem = Buffer.from(key, 'base64').toString();
    // The function, the cloud and a chat platform say what they know.
    const telling = `exports.main_handler = async () => {
      const { AUDIT_WEBHOOKS, AUDIT_SIGNING_KEY } = process.env;
      throw new Error([...AUDIT_WEBHOOKS.split(' '), AUDIT_SIGNING_KEY].join(' '));
    };`;
    writeFileSync(join(folder, 'audit', 'index.js'), telling);
    await stage.run(['deploy', '--fire']);
    const said = `${secretKey} ${webhooks} ${key} ${pem}`;
    simulator.setApiFault({ kind: 'api-error', code: 'FailedOperation', message: said });
    simulator.setChatFault('generic', { kind: 'http-status', status: 400, body: said });
    const ends = [
      await stage.doctor(['--send']),
      await stage.doctor(['--send', '--json'], { AUDIT_SIGNING_KEY: `${key}x` }),
    ];
    simulator.setApiFault(undefined);
    ends.push(await stage.doctor());
    const shown = ends.map(({ stdout, stderr }) => stdout + stderr).join('\n');
    expect(shown).toContain('FailedOperation');
    expect(shown).toContain('the last invocation failed');
    const parts = webhooks.split(' ').flatMap((url) => {
      const { pathname, hash } = new URL(url);
      return [url, pathname, ...hash.slice(1).split(/[&=]/)];
    });
    const secrets = [secretKey, key, ...pem.split('\n').slice(1, 2), ...parts];
    const long = secrets.filter((secret) => secret.length >= 8);
    expect(long.length).toBeGreaterThan(6);
    expect(long.filter((secret) => shown.includes(secret))).toEqual([]);
  });
});

describe('arguments', () => {
  it('may name a description that is there, and no other', async () => {
    const { code, stdout, stderr } = await tcssAudit(['doctor', '--file', 'nowhere/x.yml']);
    expect({ code, stdout, stderr }).toEqual({
      code: 'CONFIG_INVALID',
      stdout: '',
      stderr:
        'Arguments are not valid:\n  --file  nowhere/x.yml is not there: give the path of a serverless.yml\n',
    });
  });

  it('may not be unknown', async () => {
    expect((await tcssAudit(['doctor', '--cure'])).code).toBe(2);
  });

  it('may name another evidence log, which is not made by looking at it', async () => {
    const place = join(stage.folder, 'nowhere');
    const { code, lines } = await linesOf(['--evidence', `file:${place}`]);
    expect(code).toBe(0);
    const about = (name: string) => lines.filter(({ check }) => check === name);
    expect([...about('evidence'), ...about('log')]).toEqual([
      {
        check: 'evidence',
        status: 'skip',
        message:
          '<folder>/nowhere is not on this machine: no audit has written there yet, or only the function mounts it',
        advice: 'run tcss-audit doctor where it is mounted, or give AUDIT_EVIDENCE (--evidence)',
      },
      { check: 'log', status: 'skip', message: 'the log is not on this machine' },
    ]);
    expect(existsSync(place)).toBe(false);
  });
});

describe('a machine that deploys nothing', () => {
  it('hears so, and of all that can be told without', async () => {
    const { simulator, folder } = stage;
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const { secretId, secretKey } = simulator.credentials;
    const child = promisify(execFile)(
      process.execPath,
      [resolve('dist/cli/index.js'), 'doctor', '--json'],
      {
        cwd: empty,
        env: {
          ...{ PATH: process.env['PATH'], HOME: '/nonexistent' },
          ...{ TENCENTCLOUD_SECRET_ID: secretId, TENCENTCLOUD_SECRET_KEY: secretKey },
          AUDIT_ENDPOINT: simulator.url,
        },
      },
    );
    const { stdout, stderr } = await child;
    const lines = JSON.parse(steady(stdout)) as readonly Line[];
    expect(stderr).toBe('');
    expect(lines.map(({ check, status, message }) => `${status} ${check}: ${message}`)).toEqual([
      'ok configuration: every setting is valid (from the environment)',
      'ok configuration: Node <version>',
      'ok credentials: the keys are permanent ones of account 100000000001, qcs::cam::uin/100000000001:uin/100000000001',
      'ok clock: the clock agrees with the API’s, by the Date of its answer',
      'ok permissions: account 100000000001: all 21 sources of the chosen policies can be read',
      'skip evidence: ./evidence is not on this machine: no audit has written there yet, or only the function mounts it',
      'skip log: the log is not on this machine',
      'skip signing key: the log is not on this machine',
      'warn webhooks: no channel is set, so nobody hears of anything',
      'skip function: there is no serverless.yml here, so what is deployed is not known',
      'skip role: no function is known',
      'skip timer: no function is known',
      'skip invocations: no function is known',
      'skip nights: the log is not on this machine',
      'skip watchdog: there is no functions/watchdog/serverless.yml here, so what is deployed is not known',
    ]);
  });
});

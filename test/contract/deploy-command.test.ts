/** deploy and undeploy against the simulator: from nothing, again, over other people's changes, and after every accident. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { packFolder } from '../../cli/deploy/package.ts';
import { createEstate, type ApiFault } from '../../simulator/simulator.ts';
import { tcssAudit } from '../support/command-line.ts';
import { evidence, sites, webhook, type Site } from '../support/deploying.ts';
import { camClient } from '../support/sim-client.ts';

const site = sites();
const account = 'Account 100000000001 on intl.\n';
const next = `Next:
  npx tcss-audit deploy --fire   runs the audit once, now
  npx tcss-audit doctor          says whether all of it is healthy
`;
const made = [
  ...['CreateRole', 'CreatePolicy', 'AttachRolePolicy', 'CreateFunction', 'CreateTrigger'],
];

async function deployed(options?: Parameters<typeof site>[0]): Promise<Site> {
  const there = await site(options);
  const { code, stderr } = await there.deploy('--create-role');
  if (code !== 0) throw new Error(stderr);
  there.writes();
  return there;
}

it('deploys from nothing: role, policy, function, retries, timer', async () => {
  const { deploy, writes, simulator, folder } = await site();
  const ended = await deploy('--create-role');
  expect(ended).toEqual({
    code: 0,
    stdout: 'role audit: 3 changes made\naudit in ap-singapore: 9 changes made\n',
    stderr: `${account}role audit: CreateRole (+ role)
role audit: CreatePolicy (+ policy)
role audit: AttachRolePolicy (+ policy of the role)
audit: CreateFunction (+ function, + code, + memory, + timeout, + role, 3 more)
audit: CreateTrigger (+ timer nightly)
${next}`,
  });
  expect(writes()).toEqual(made);
  const [there] = simulator.scf.functions;
  const code = packFolder(join(folder, 'code'), []);
  expect(there).toMatchObject({
    ...{ name: 'audit', region: 'ap-singapore', runtime: 'Nodejs20.19', role: 'audit' },
    ...{ memoryMb: 64, timeoutSeconds: 120, handler: 'index.main_handler', status: 'Active' },
    environment: { AUDIT_EVIDENCE: evidence, AUDIT_WEBHOOKS: webhook },
    code: { sha256: code.ok && code.value.sha256 },
    asyncConfig: { retries: 2, ttlSeconds: 21_600 },
    triggers: [{ name: 'nightly', cron: '0 23 3 * * * *', isOpen: true, qualifier: '$DEFAULT' }],
  });
});

it('sets how often a failed run is tried again, which the component ignores', async () => {
  const { deploy, describe, writes, simulator } = await deployed();
  describe('retryNum: 1', 'msgTTL: 3600');
  expect((await deploy('--plan')).stdout).toContain(
    '  ~  retries  2, for 21600 s → 1, for 3600 s\n',
  );
  expect((await deploy()).stdout).toBe('audit in ap-singapore: 1 change made\n');
  expect(writes()).toEqual(['UpdateFunctionEventInvokeConfig']);
  expect(simulator.scf.functions[0]?.asyncConfig).toEqual({ retries: 1, ttlSeconds: 3_600 });
});

it('has no change to make a second time, and asks for none', async () => {
  const { deploy, writes } = await deployed();
  const same = 'audit in ap-singapore: no change\n';
  expect(await deploy()).toEqual({ code: 0, stdout: same, stderr: account });
  expect(await deploy('--create-role')).toEqual({ code: 0, stdout: same, stderr: account });
  expect(await deploy('--plan')).toEqual({
    code: 0,
    stdout: 'audit in ap-singapore\n     no change\n\nno change\n',
    stderr: account,
  });
  expect(writes()).toEqual([]);
});

it('plans without a write, and prints what the role needs where there is none', async () => {
  const { deploy, writes } = await site();
  const { code, stdout, stderr } = await deploy('--plan');
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `${account}The role audit of audit does not exist: add --create-role, or make it yourself.\n`,
  });
  const [plan, rest = ''] = stdout.split('Its trust policy:\n');
  expect(plan).toBe(`audit in ap-singapore
  +  function                 Nodejs20.19, index.main_handler
  +  code                     1 file, 1 kB, sha256 ${hashIn(stdout)}…
  +  memory                   64 MB
  +  timeout                  120 s
  +  role                     audit
  +  internet access          on
  +  variable AUDIT_EVIDENCE  set
  +  variable AUDIT_WEBHOOKS  set
  +  retries                  2, for 21600 s
  +  timer nightly            "0 23 3 * * * *", on, $DEFAULT

10 changes; nothing was written
`);
  const [trust = '', policy = ''] = rest.split('The policy to attach to it:\n');
  expect(JSON.parse(trust)).toEqual({
    version: '2.0',
    statement: [
      {
        action: 'name/sts:AssumeRole',
        effect: 'allow',
        principal: { service: ['scf.qcloud.com'] },
      },
    ],
  });
  const { statement } = JSON.parse(policy) as { statement: { action: string[] }[] };
  expect(statement.map(({ action }) => action[0])).toEqual([
    ...['tcss:DescribeAbnormalProcessRules', 'name/cos:PutObject', 'name/cos:GetObject'],
    'name/cos:GetBucket',
  ]);
  expect(writes()).toEqual([]);
});

function hashIn(text: string): string {
  return /sha256 ([0-9a-f]{12})…/.exec(text)?.[1] ?? 'no hash';
}

it('deploys nothing where the role is missing', async () => {
  const { deploy, writes } = await site();
  const { code, stderr } = await deploy();
  expect({ code, stderr }).toEqual({
    code: 'CONFIG_INVALID',
    stderr: `${account}The role audit of audit does not exist: add --create-role, or make it yourself.
Nothing was deployed:
  role audit  does not exist: add --create-role, or make it yourself
`,
  });
  expect(writes()).toEqual([]);
});

it('deploys nothing without a role, or with one that SCF may not take', async () => {
  const [first] = createEstate(0);
  const foreign = { name: 'audit', trusts: ['100000000009'] };
  const { deploy, describe, writes } = await site({ accounts: [{ ...first, roles: [foreign] }] });
  expect((await deploy('--create-role')).stderr).toBe(
    `${account}The role audit of audit does not let scf.qcloud.com take it: add it to the role's carriers in CAM, or name another role.
Nothing was deployed:
  role audit  does not let scf.qcloud.com take it: add it to the role's carriers in CAM, or name another role
`,
  );
  describe('role:');
  expect((await deploy('--create-role')).stderr).toBe(
    `${account}The role of audit is not given: name one as inputs.role, and add --create-role.
Nothing was deployed:
  role  is not given: name one as inputs.role, and add --create-role
`,
  );
  expect(writes()).toEqual([]);
});

it('shows a function that was changed by hand as a diff, mends it, and keeps what it does not know', async () => {
  const { deploy, writes, simulator } = await deployed();
  const [there] = simulator.scf.functions;
  simulator.scf.setFunction('audit', {
    memoryMb: 512,
    environment: { AUDIT_EVIDENCE: 'file:/tmp/x', EXTRA: 'a-value-of-its-own' },
    zip: Buffer.from(there?.code.zip ?? []).fill(0, 0, 1),
    triggers: (there?.triggers ?? []).map((trigger) => ({
      ...trigger,
      ...{ cron: '0 0 9 * * * *', isOpen: false },
    })),
  });
  const plan = await deploy('--plan');
  expect(plan).toEqual({
    code: 0,
    stdout: `audit in ap-singapore
  ~  code                     1 file, 1 kB, sha256 ${hashIn(plan.stdout)}…
  ~  memory                   512 MB → 64 MB
  ~  variable AUDIT_EVIDENCE  changed
  +  variable AUDIT_WEBHOOKS  set
  ~  timer nightly cron       0 0 9 * * * * → 0 23 3 * * * *
  ~  timer nightly switch     off → on
     kept: EXTRA (not in ${fileOf(plan.stdout)})

6 changes; nothing was written
`,
    stderr: account,
  });
  expect(writes()).toEqual([]);
  expect((await deploy()).stdout).toBe('audit in ap-singapore: 6 changes made\n');
  expect(writes()).toEqual(['UpdateFunctionCode', 'UpdateFunctionConfiguration', 'UpdateTrigger']);
  expect(simulator.scf.functions[0]).toEqual({
    ...there,
    environment: { AUDIT_EVIDENCE: evidence, EXTRA: 'a-value-of-its-own', AUDIT_WEBHOOKS: webhook },
    changedAtMs: expect.any(Number) as number,
    triggers: there?.triggers.map((trigger) => ({
      ...trigger,
      changedAtMs: expect.any(Number) as number,
    })),
  });
});

function fileOf(text: string): string {
  return /not in (\S+)\)/.exec(text)?.[1] ?? 'no file';
}

it('takes a variable away that it is told to, and no other', async () => {
  const { deploy, simulator } = await deployed();
  const environment = simulator.scf.functions[0]?.environment ?? {};
  simulator.scf.setFunction('audit', { environment: { ...environment, OLD: 'x', OTHER: 'y' } });
  expect((await deploy('--unset', 'OLD')).stdout).toBe('audit in ap-singapore: 1 change made\n');
  expect(simulator.scf.functions[0]?.environment).toEqual({ ...environment, OTHER: 'y' });
  const refused = await deploy('--unset', 'AUDIT_EVIDENCE');
  expect(refused.code).toBe('CONFIG_INVALID');
  expect(refused.stderr).toMatch(
    /^Nothing can be deployed:\n {2}--unset {2}names AUDIT_EVIDENCE, which \S+ sets: take its line out there\n$/,
  );
});

it('leaves a variable as it is that is not set here', async () => {
  const { run, simulator } = await deployed();
  const { stdout, stderr } = await run(['deploy'], { AUDIT_WEBHOOKS: '' });
  expect({ stdout, stderr }).toEqual({
    stdout: 'audit in ap-singapore: no change\n',
    stderr: `${account}    kept: AUDIT_WEBHOOKS (not set here)\n`,
  });
  expect(simulator.scf.functions[0]?.environment['AUDIT_WEBHOOKS']).toBe(webhook);
});

it('takes an older runtime where the site has no other, and says so ever after', async () => {
  const { deploy, simulator } = await site({ scf: { runtimes: ['Nodejs16.13', 'Nodejs18.15'] } });
  const differs =
    "  ! runtime is Nodejs18.15, and SERVERLESS says Nodejs20.19: SCF changes no function's runtime; to change it, tcss-audit undeploy and deploy again: the evidence stays\n";
  const plain = (text: string) => text.replaceAll(/\S*\/serverless\.yml/g, 'SERVERLESS');
  const first = await deploy('--create-role');
  expect(first.code).toBe(0);
  expect(plain(first.stderr)).toContain(
    'audit: that runtime is not to be had here (InvalidParameterValue.Runtime): Nodejs18.15\n',
  );
  expect(plain(first.stderr)).toContain(differs);
  expect(simulator.scf.functions[0]?.runtime).toBe('Nodejs18.15');
  const second = await deploy();
  expect({ ...second, stderr: plain(second.stderr) }).toEqual({
    code: 0,
    stdout: 'audit in ap-singapore: no change\n',
    stderr: `${account}${differs}`,
  });
});

it('stops where the site has nothing that the program runs on', async () => {
  const { deploy, simulator } = await site({ scf: { runtimes: ['Nodejs16.13'] } });
  const { code, stderr } = await deploy('--create-role');
  expect(code).toBe('CLOUD_FAILED');
  expect(stderr).toContain(
    'This site refuses Nodejs18.15, too, and an older one has no Node 18. Look up in the console which runtimes there are, and name one as inputs.runtime.\n',
  );
  expect(simulator.scf.functions).toEqual([]);
});

/** Each step fails for good once: as if the machine had died there. */
it.each(made)('goes on where it was broken off, at %s', async (action) => {
  const { deploy, writes, simulator } = await site();
  simulator.setApiFault({ kind: 'api-error', code: 'InvalidParameter' }, { action });
  const broken = await deploy('--create-role');
  expect(broken.code).toBe('CLOUD_FAILED');
  const before = writes();
  simulator.setApiFault(undefined);
  expect((await deploy('--create-role')).code).toBe(0);
  // What was done is not done again.
  expect([...before.slice(0, -1), ...writes()]).toEqual(made);
  expect((await deploy('--create-role')).stdout).toBe('audit in ap-singapore: no change\n');
});

/** What was asked for was done, but nobody heard of it. */
it.each(made)('sees that it was done though the answer to %s was lost', async (action) => {
  const { deploy, simulator } = await site();
  simulator.setApiFault({ kind: 'reset' }, { action, times: 1 });
  expect((await deploy('--create-role')).code).toBe(0);
  expect((await deploy('--create-role')).stdout).toBe('audit in ap-singapore: no change\n');
});

it('never changes a timer by deleting it', async () => {
  const { deploy, describe, writes, simulator } = await deployed();
  describe(
    `events:\n  - timer:\n      name: nightly\n      parameters:\n        cronExpression: "0 23 5 * * * *"\n        argument: '{"cron": "0 23 5 * * * *"}'\n        enable: true`,
  );
  expect((await deploy()).stdout).toBe('audit in ap-singapore: 2 changes made\n');
  expect(writes()).toEqual(['UpdateTrigger']);
  expect(simulator.scf.functions[0]?.triggers).toMatchObject([
    { name: 'nightly', cron: '0 23 5 * * * *', argument: '{"cron": "0 23 5 * * * *"}' },
  ]);
});

it('waits until the function is itself again, between steps and before the first', async () => {
  const { deploy, describe, writes } = await deployed({ scf: { settlePolls: 1 } });
  describe('memorySize: 128');
  expect((await deploy()).code).toBe(0);
  expect(writes()).toEqual(['UpdateFunctionConfiguration']);
  expect((await deploy()).stdout).toBe('audit in ap-singapore: no change\n');
});

it('names why a function has failed', async () => {
  const { deploy, simulator, writes } = await deployed();
  const statusReasons = [{ code: 'VpcFailed', message: 'the subnet \u001b[31mis full' }];
  simulator.scf.setFunction('audit', { status: 'UpdateFailed', statusReasons });
  expect(await deploy()).toEqual({
    code: 'CLOUD_FAILED',
    stdout: '',
    stderr: `${account}The function audit is UpdateFailed: VpcFailed: the subnet [31mis full. Mend that, in the console if need be, and deploy again.\n`,
  });
  expect(writes()).toEqual([]);
});

it('makes a function anew that could not be made', async () => {
  const { deploy, simulator, writes } = await deployed();
  simulator.scf.setFunction('audit', { status: 'CreateFailed' });
  expect((await deploy()).code).toBe(0);
  expect(writes()).toEqual(['DeleteFunction', 'CreateFunction', 'CreateTrigger']);
  expect(simulator.scf.functions[0]?.status).toBe('Active');
});

/** What is in the way, and what is said of it; nothing is written. */
const accidents: Readonly<
  Record<string, { fault?: ApiFault; action?: string; env?: Record<string, string>; says: string }>
> = {
  'a wrong key': {
    env: { TENCENTCLOUD_SECRET_KEY: 'another' },
    says: 'GetCallerIdentity: The provided credentials could not be validated. Please check your signature is correct; the secret key does not belong to the secret id: check the credentials\n',
  },
  'no right to look': {
    fault: { kind: 'api-error', code: 'AuthFailure.UnauthorizedOperation', message: 'no' },
    action: 'GetFunction',
    says: `${account}GetFunction: no; grant scf:GetFunction to the role\n`,
  },
  'a page in the place of the API': {
    fault: { kind: 'html' },
    says: 'GetCallerIdentity: the answer is not JSON; something other than the API may have answered: check AUDIT_ENDPOINT and proxies\n',
  },
  'a page in the place of SCF': {
    fault: { kind: 'html' },
    action: 'ListTriggers',
    says: `${account}ListTriggers: the answer is not JSON; something other than the API may have answered: check AUDIT_ENDPOINT and proxies\n`,
  },
};
it.each(Object.entries(accidents))(
  'writes nothing over %s',
  async (_name, { fault, action, env = {}, says }) => {
    const { run, simulator, writes } = await deployed();
    if (fault !== undefined) simulator.setApiFault(fault, action === undefined ? {} : { action });
    expect(await run(['deploy'], env)).toEqual({ code: 'CLOUD_FAILED', stdout: '', stderr: says });
    expect(writes()).toEqual([]);
  },
);

it('goes on where STS is not served', async () => {
  const { deploy, simulator } = await deployed();
  simulator.setApiFault(
    { kind: 'api-error', code: 'InvalidAction' },
    { action: 'GetCallerIdentity' },
  );
  expect(await deploy()).toEqual({
    code: 0,
    stdout: 'audit in ap-singapore: no change\n',
    stderr: 'Account unknown on intl.\n',
  });
});

it('refuses to deploy to one site what is told to read another', async () => {
  const { run, describe, writes } = await site();
  describe('environment: { variables: { AUDIT_SITE: intl } }');
  expect(await run(['deploy'], { AUDIT_SITE: 'cn' })).toEqual({
    code: 'CONFIG_INVALID',
    stdout: '',
    stderr:
      'Config is not valid:\n  AUDIT_SITE  is cn, and the function is told intl: make the two alike\n',
  });
  expect(writes()).toEqual([]);
});

it('names the right that is lacking', async () => {
  const [first] = createEstate(0);
  const permissions = first.permissions.filter((one) => one !== 'scf:CreateFunction');
  const { deploy, writes } = await site({ accounts: [{ ...first, permissions }] });
  const { code, stderr } = await deploy('--create-role');
  expect(code).toBe('CLOUD_FAILED');
  expect(stderr).toMatch(/CreateFunction: .*; grant scf:CreateFunction to the role\n$/);
  expect(writes().at(-1)).toBe('CreateFunction');
});

it('goes on where it may not look at the role', async () => {
  const { deploy, simulator } = await deployed();
  simulator.setApiFault(
    { kind: 'api-error', code: 'AuthFailure.UnauthorizedOperation', message: 'no' },
    { action: 'GetRole' },
  );
  expect(await deploy()).toEqual({
    code: 0,
    stdout: 'audit in ap-singapore: no change\n',
    stderr: `${account}The role audit was not looked at: GetRole: no; grant cam:GetRole to the role\n`,
  });
});

it('refuses what the function would refuse, before anything is written', async () => {
  const { deploy, describe, writes } = await site();
  describe(
    'environment:\n  variables:\n    AUDIT_LOCALE: fr\n    AUDIT_SIGNING_KEY: no-key-at-all\n    AUDIT_TARGETS: targets.json',
  );
  const { code, stderr } = await deploy('--create-role');
  expect(code).toBe('CONFIG_INVALID');
  expect(stderr.replaceAll(/\/\S*\/code/g, 'CODE'))
    .toBe(`${account}audit would not run with its variables:
  AUDIT_LOCALE       is "fr": give en or zh
  AUDIT_EVIDENCE     is not set: on SCF give cos://<bucket-appid>/<prefix>?region=<region>, or file:<path of a mounted file system>, since /tmp does not last
  AUDIT_SIGNING_KEY  is no Ed25519 private key: give PKCS#8 PEM, or the PEM in base64 (openssl genpkey -algorithm ed25519)
  AUDIT_TARGETS      is "targets.json", which is not in CODE: put it beside serverless.yml as targets.json, and run npm run build
`);
  expect(writes()).toEqual([]);
});

it('refuses a folder without the handler, and one that was not built', async () => {
  const { deploy, describe, folder } = await site();
  describe('handler: main.run');
  expect(await deploy('--plan')).toEqual({
    code: 'CONFIG_INVALID',
    stdout: '',
    stderr: `Nothing can be deployed:\n  ${join(folder, 'code')}  has no main.js, which ${join(folder, 'serverless.yml')} names as the handler: run npm run build\n`,
  });
  describe('src: ./dist');
  expect(await deploy('--plan')).toEqual({
    code: 'CONFIG_INVALID',
    stdout: '',
    stderr: `Nothing can be deployed:\n  ${join(folder, 'dist')}  holds no files: run npm run build\n`,
  });
});

it('gives a role that is made what many accounts and secrets need', async () => {
  const { deploy, describe, write, simulator } = await site();
  const role = 'qcs::cam::uin/100000000002:roleName/TcssAudit';
  write('code/targets.json', JSON.stringify([{ uin: '100000000002', roleArn: role }]));
  describe(
    `environment:\n  variables:\n    AUDIT_EVIDENCE: ${evidence}\n    AUDIT_TARGETS: targets.json\n    AUDIT_POLICIES: image-scan\n    AUDIT_WEBHOOKS: ssm://hooks@v1 https://hooks.example/x#kind=generic&secret=ssm%3A%2F%2Fhook-key%401`,
  );
  expect((await deploy('--create-role')).code).toBe(0);
  const { stdout } = await deploy('--plan', '--json');
  const { roles } = JSON.parse(stdout) as { roles: { policy: { statement: object[] } }[] };
  expect(roles[0]?.policy.statement.slice(0, 4)).toEqual([
    { effect: 'allow', action: ['tcss:DescribeAssetImageScanSetting'], resource: ['*'] },
    { effect: 'allow', action: ['name/sts:AssumeRole'], resource: [role] },
    {
      effect: 'allow',
      action: ['scf:Invoke', 'scf:InvokeFunction'],
      resource: ['qcs::scf:ap-singapore::namespace/default/function/audit'],
    },
    {
      effect: 'allow',
      action: ['ssm:GetSecretValue'],
      resource: ['qcs::ssm:::secret/creatorUin/*/hook-key', 'qcs::ssm:::secret/creatorUin/*/hooks'],
    },
  ]);
  expect(simulator.scf.functions[0]?.role).toBe('audit');
});

it('brings the policy of the role up to date, and nothing else', async () => {
  const { deploy, describe, writes } = await deployed();
  describe(
    `environment:\n  variables:\n    AUDIT_EVIDENCE: ${evidence}\n    AUDIT_POLICIES: image-scan`,
  );
  await deploy();
  writes();
  expect((await deploy('--plan', '--create-role')).stdout).toMatch(
    /^role audit\n {2}~ {2}policy {2}audit → what is needed now\n/,
  );
  expect((await deploy('--create-role')).stdout).toMatch(/^role audit: 1 change made\n/);
  expect(writes()).toEqual(['UpdatePolicy']);
  expect((await deploy('--create-role')).stdout).toBe('audit in ap-singapore: no change\n');
});

it('makes no policy that allows nothing', async () => {
  const { run, describe, write, writes } = await site();
  write('watchdog/index.js', 'exports.main_handler = async () => ({});');
  describe(
    'src: ./watchdog',
    'environment: { variables: { AUDIT_EVIDENCE: "file:/mnt/evidence" } }',
    'cfs: [{ cfsId: cfs-1, localMountDir: /mnt/evidence, remoteMountDir: / }]',
  );
  expect((await run(['deploy', '--plan'])).stdout).toMatch(
    /\nIt needs no policy: nothing is called by it\.\n$/,
  );
  expect((await run(['deploy', '--create-role'])).code).toBe(0);
  expect(writes()).toEqual(['CreateRole', 'CreateFunction', 'CreateTrigger']);
  expect((await run(['deploy', '--create-role'])).stdout).toBe(
    'audit in ap-singapore: no change\n',
  );
});

it('overwrites no policy that others made', async () => {
  const { deploy, simulator, writes } = await deployed();
  const document = JSON.stringify({
    version: '2.0',
    statement: [{ effect: 'allow', action: ['tcss:*'], resource: ['*'] }],
  });
  await camClient(simulator).UpdatePolicy({
    ...{ PolicyName: 'audit', PolicyDocument: document, Description: 'theirs' },
  });
  writes();
  expect(await deploy('--create-role')).toEqual({
    code: 'CONFIG_INVALID',
    stdout: '',
    stderr: `${account}There is a policy audit in CAM that tcss-audit deploy did not make: rename or delete it, or name another role as inputs.role.\n`,
  });
  expect(writes()).toEqual([]);
});

it('runs the audit once when it is told to', async () => {
  const { deploy } = await deployed();
  const { code, stdout, stderr } = await deploy('--fire');
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: `audit in ap-singapore: no change
audit: run manual-1 is fail · 2 pass, 1 fail, 0 waived, 0 error, 3 skip · evidence #7 abcdef01… · 1 notice sent
`,
    stderr: `${account}audit: Invoke (one audit, now)\n`,
  });
});

it('says what a function said that did not answer', async () => {
  const { deploy, write } = await deployed();
  write(
    'code/index.js',
    `exports.main_handler = async () => { throw new Error('no ${webhook}'); };`,
  );
  const { code, stdout } = await deploy('--fire');
  expect(code).toBe(3);
  expect(stdout).toMatch(
    /^audit in ap-singapore: 1 change made\naudit: Invoke: the invocation failed: .*no \*\*\*/,
  );
});

it('prints all of it as JSON', async () => {
  const { deploy } = await site();
  const created = JSON.parse((await deploy('--create-role', '--json')).stdout) as {
    functions: { changes: { what: string }[] }[];
  };
  expect(created).toMatchObject({
    account: '100000000001',
    site: 'intl',
    roles: [{ name: 'audit', functions: ['audit'], steps: [{ action: 'CreateRole' }, {}, {}] }],
    functions: [
      { name: 'audit', region: 'ap-singapore', namespace: 'default', left: [], notes: [] },
    ],
  });
  expect(created.functions[0]?.changes).toContainEqual({
    sign: '+',
    what: 'variable AUDIT_WEBHOOKS',
  });
  const planned = JSON.parse((await deploy('--plan', '--json')).stdout) as object;
  expect(planned).toMatchObject({ functions: [{ steps: [], notes: [], problems: [] }] });
});

it('shows no secret, whatever happens', async () => {
  const { deploy, run, simulator } = await site();
  const told = [await deploy('--plan'), await deploy('--create-role'), await deploy('--json')];
  simulator.setApiFault({ kind: 'api-error', code: 'InternalError.System', message: webhook });
  told.push(await run(['deploy'], {}));
  const { secretKey } = simulator.credentials;
  for (const { stdout, stderr } of told) {
    expect(stdout + stderr).not.toContain(webhook);
    expect(stdout + stderr).not.toContain(secretKey);
  }
});

it("takes the keys as Tencent's tool names them, from .env too, and those of the shell first", async () => {
  const { run, write, simulator, deploy } = await deployed();
  const { secretId, secretKey } = simulator.credentials;
  const without = { TENCENTCLOUD_SECRET_ID: undefined, TENCENTCLOUD_SECRET_KEY: undefined };
  const keys = { TENCENT_SECRET_ID: secretId, TENCENT_SECRET_KEY: secretKey };
  const same = 'audit in ap-singapore: no change\n';
  expect((await run(['deploy'], { ...without, ...keys })).stdout).toBe(same);
  write(
    '.env',
    `TENCENT_SECRET_ID=${secretId}\nTENCENT_SECRET_KEY='${secretKey}'\nAUDIT_WEBHOOKS=x\n`,
  );
  expect((await run(['deploy'], without)).stdout).toBe(same);
  write('.env', 'TENCENTCLOUD_SECRET_ID=other\nTENCENTCLOUD_SECRET_KEY=other\n');
  expect((await deploy()).stdout).toBe(same);
});

it('undeploys what it deployed, role and all, and has nothing to do then', async () => {
  const { run, writes, simulator } = await deployed();
  expect(await run(['undeploy', '--yes', '--delete-role'])).toEqual({
    code: 0,
    stdout: 'audit in ap-singapore: deleted\nrole audit: deleted\n',
    stderr: `${account}audit in ap-singapore: DeleteTrigger (- timer nightly)
audit in ap-singapore: DeleteFunction (- function)
role audit: DetachRolePolicy (- policy of the role audit)
role audit: DeleteRole (- role audit)
role audit: DeletePolicy (- policy audit)
The evidence stays where it is.
`,
  });
  expect(simulator.scf.functions).toEqual([]);
  writes();
  expect(await run(['undeploy', '--yes', '--delete-role'])).toEqual({
    code: 0,
    stdout: 'nothing to delete\n',
    stderr: `${account}audit is not there.\nThe role audit is not there.\n`,
  });
  expect(writes()).toEqual([]);
});

it('asks before it deletes, and deletes nothing where nobody says yes', async () => {
  const { run, writes, simulator } = await deployed();
  expect(await run(['undeploy'])).toEqual({
    code: 'CONFIG_INVALID',
    stdout: '',
    stderr: `${account}Arguments are not valid:\n  --yes  is not given, and nobody is there to be asked: nothing was deleted\n`,
  });
  expect(writes()).toEqual([]);
  expect(simulator.scf.functions).toHaveLength(1);
});

it.each([
  ['yes', 0],
  ['no', 1],
])('does as a person says: %s', async (answer, left) => {
  const { folder, simulator } = await deployed();
  const { secretId, secretKey } = simulator.credentials;
  const { code, stdout } = await tcssAudit(['undeploy', '--file', join(folder, 'serverless.yml')], {
    env: {
      TENCENTCLOUD_SECRET_ID: secretId,
      TENCENTCLOUD_SECRET_KEY: secretKey,
      AUDIT_ENDPOINT: simulator.url,
    },
    typed: [`${answer}\r`],
  });
  expect(code).toBe(0);
  expect(stdout).toBe(left === 0 ? 'audit in ap-singapore: deleted\n' : 'nothing was deleted\n');
  expect(simulator.scf.functions).toHaveLength(left);
});

it('deletes no role that others made', async () => {
  const [first] = createEstate(0);
  const theirs = { name: 'audit', trusts: ['scf.qcloud.com'] };
  const { deploy, run, writes } = await site({ accounts: [{ ...first, roles: [theirs] }] });
  expect((await deploy()).code).toBe(0);
  writes();
  expect((await run(['undeploy', '--yes', '--delete-role'])).stderr).toBe(
    `${account}The role audit was not made by tcss-audit deploy: it stays.
audit in ap-singapore: DeleteTrigger (- timer nightly)
audit in ap-singapore: DeleteFunction (- function)
The evidence stays where it is.
`,
  );
  expect(writes()).toEqual(['DeleteTrigger', 'DeleteFunction']);
});

it('uploads the folder as it is', async () => {
  const { simulator, folder } = await deployed();
  const [there] = simulator.scf.functions;
  const zip = there?.code.zip ?? Buffer.alloc(0);
  const code = packFolder(join(folder, 'code'), []);
  expect(createHash('sha256').update(zip).digest('hex')).toBe(code.ok && code.value.sha256);
});

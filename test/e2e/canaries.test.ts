/**
 * Secrets, looked for everywhere: each key, token, webhook URL, external id and signing key is a canary, and no
 * output, file or message of any command may sing, whatever the cloud and the chats echo. `npm test` builds first.
 */
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import pLimit from 'p-limit';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { allPermissions } from '../../simulator/simulator.ts';
import { startServer, type ScriptedServer } from '../support/http-server.ts';
import { invoke, nightly } from '../support/invoke.ts';
import { present } from '../support/log.ts';
import { everythingIn, setStage, type Stage } from '../support/stage.ts';

const pem = generateKeyPairSync('ed25519')
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const hookKey = Buffer.from('canary-of-the-webhook-signature!').toString('base64');

/** By what it is; each is looked for as it is, in base64, and as a URL writes it. */
const canaries = {
  'secret id': 'CANARYSECRETID1234567890',
  'secret key': 'CANARYSECRETKEY1234567890',
  'session token': 'CANARYSESSIONTOKEN1234567890',
  'webhook URL': 'CANARYWEBHOOKURL',
  'second webhook URL': 'CANARYSLACKURL',
  'webhook secret': hookKey,
  'heartbeat URL': 'CANARYHEARTBEATURL',
  'external id': 'CANARYEXTERNALID',
  'signing key': present(pem.split('\n')[1]),
  'value of ssm': 'CANARYSSMVALUE',
  'broken signing key': 'CANARYBROKENSIGNINGKEY',
};

function singing(text: string): readonly string[] {
  return Object.entries(canaries)
    .filter(([, secret]) => {
      const forms = [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)];
      return forms.some((form) => text.includes(form));
    })
    .map(([name]) => name);
}

let stage: Stage;
let server: ScriptedServer;
let input: string;
let env: Record<string, string>;
let mode: 'fine' | 'refuses' | 'html' | 'error' | 'code' | 'status' = 'fine';

beforeAll(async () => {
  // A cloud and a chat that say back all that they were told, where they were told it.
  server = await startServer((response, { path, headers, body }) => {
    const echo = `${path} ${JSON.stringify(headers)} ${body}`;
    const code = String(headers['x-tc-token']);
    const said = {
      fine: [200, 'ok'],
      refuses: [400, echo],
      html: [200, `<html><p>${echo}</html>`],
      error: [200, JSON.stringify({ Response: { Error: { Code: 'Invalid', Message: echo } } })],
      code: [200, JSON.stringify({ Response: { Error: { Code: code, Message: code } } })],
      status: [403, echo],
    } as const;
    const [status, text] = said[mode];
    response.writeHead(status, { 'content-type': 'text/html' }).end(text);
  });
  const own = '100000000001';
  const other = '100000000002';
  const account = {
    secretId: canaries['secret id'],
    secretKey: canaries['secret key'],
    token: canaries['session token'],
    uin: own,
    permissions: allPermissions,
  };
  stage = await setStage({ accounts: [account], scenario: 'drift' });
  stage.simulator.setSecret(
    'hooks',
    'v1',
    `${server.url}/${canaries['value of ssm']}#kind=generic`,
  );
  input = await mkdtemp(join(tmpdir(), 'tcss-audit-input-'));
  const targets = [
    { uin: own },
    {
      uin: other,
      roleArn: `qcs::cam::uin/${other}:roleName/TcssAudit`,
      externalId: canaries['external id'],
    },
  ];
  await writeFile(join(input, 'targets.json'), JSON.stringify(targets));
  env = {
    TENCENTCLOUD_SECRETID: account.secretId,
    TENCENTCLOUD_SECRETKEY: account.secretKey,
    TENCENTCLOUD_SESSIONTOKEN: account.token,
    TENCENTCLOUD_SECRET_ID: account.secretId,
    TENCENTCLOUD_SECRET_KEY: account.secretKey,
    TENCENTCLOUD_TOKEN: account.token,
    TENCENT_REGION: 'ap-singapore',
    AUDIT_ENDPOINT: stage.simulator.url,
    AUDIT_EVIDENCE: `file:${join(stage.folder, 'evidence')}`,
    AUDIT_SIGNING_KEY: pem,
    AUDIT_TARGETS: join(input, 'targets.json'),
    AUDIT_HEARTBEAT_URL: `${server.url}/${canaries['heartbeat URL']}`,
    AUDIT_WEBHOOKS: [
      `${server.url}/${canaries['webhook URL']}#kind=generic&secret=whsec_${hookKey}`,
      `${server.url}/${canaries['second webhook URL']}#kind=slack`,
      'ssm://hooks@v1',
    ].join(' '),
  };
});
afterAll(async () => {
  await Promise.all([stage.close(), server.close(), rm(input, { recursive: true })]);
});

const out = (name: string) => join(stage.folder, name);
const commands = (): readonly (readonly string[])[] => [
  ['run'],
  ['run', '--json'],
  ['verify'],
  ['verify', '--json'],
  ['report', '--out', out('report.html')],
  ...['ocsf', 'oscal', 'csv', 'junit'].map((format) => [
    ...['export', '--format', format, '--out', out(`export.${format}`)],
  ]),
  ['notify', '--preview'],
  ['notify', '--preview', '--all'],
  ['notify', '--test'],
  ['doctor'],
  ['doctor', '--send', '--json'],
  ['deploy', '--plan'],
  ['deploy', '--plan', '--json'],
  ['fix', '--plan'],
  ['fix', '--plan', '--live'],
  ['cam-policy'],
  ['targets', 'discover', '--out', out('targets.json')],
  ['keygen', '--out', out(`key-${mode}.pem`)],
  ['waiver', 'list'],
  ['policy', 'lint'],
  ['policy', 'list'],
  ['policy', 'show', 'image-scan-enabled'],
  ['policy', 'coverage'],
  ['policy', 'test', 'image-scan-enabled'],
];

const asksCloud = ([name = '']: readonly string[]) =>
  ['run', 'notify', 'doctor', 'deploy', 'fix', 'targets'].includes(name);

/** All that the built command line printed. */
async function printed(argv: readonly string[], change: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [resolve('dist/cli/index.js'), ...argv], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env, ...change },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  await once(child, 'close');
  return { output, exitCode: child.exitCode };
}

/** Each command that let a canary out, or fell over. */
async function singers(
  argvs: readonly (readonly string[])[],
  change: Readonly<Record<string, string>> = {},
) {
  const songOf = async (argv: readonly string[]): Promise<readonly string[]> => {
    const { output, exitCode } = await printed(argv, change);
    const found = singing(output);
    const isWell = [0, 1, 3].includes(exitCode ?? -1) && !output.includes('    at ');
    return [
      ...(isWell ? [] : [`${argv.join(' ')} fell over: ${output}`]),
      ...(found.length > 0 ? [`${argv.join(' ')}: ${found.join(', ')}`] : []),
    ];
  };
  // Where the cloud is strange, most of the time is spent on waiting to ask it again.
  const limit = pLimit(6);
  const songs = await Promise.all(argvs.map(async (argv) => limit(() => songOf(argv))));
  return songs.flat();
}

/** Of all messages, heartbeats and their headers: their URLs are where they were sent. */
const messages = () =>
  JSON.stringify([
    ...server.received
      .filter(({ headers }) => headers['x-tc-action'] === undefined)
      .map(({ headers, body }) => ({ headers, body })),
    ...stage.simulator.inbox,
  ]);

/** The canaries must be alive: they reached whom they were meant for. */
it('sings where it should: in what is sent to the cloud and to the chats', async () => {
  mode = 'fine';
  const { answer, output } = await invoke({ env, remainingMs: 60_000 });
  expect(answer, output).toMatchObject({ status: 'error' });
  const paths = server.received.map(({ path }) => path).join(' ');
  expect(singing(paths)).toEqual([
    ...['webhook URL', 'second webhook URL', 'heartbeat URL', 'value of ssm'],
  ]);
  expect(singing(await readFile(join(input, 'targets.json'), 'utf8'))).toEqual(['external id']);
  expect(singing(output)).toEqual([]);
});

it.each(['fine', 'refuses'] as const)('nothing sings where the chats say %s', async (said) => {
  mode = said;
  const event = { ...nightly, TriggerName: said };
  expect(singing((await invoke({ env, event, remainingMs: 60_000 })).output)).toEqual([]);
  expect(await singers(commands())).toEqual([]);
  expect(singing(messages())).toEqual([]);
  expect(singing(await everythingIn(stage.folder))).toEqual([]);
});

it.each(['html', 'error', 'code', 'status'] as const)(
  'nothing sings where the cloud echoes what it is sent (%s)',
  async (said) => {
    mode = said;
    const change = {
      AUDIT_ENDPOINT: server.url,
      AUDIT_WEBHOOKS: `${server.url}/${canaries['webhook URL']}#kind=slack`,
    };
    const event = { ...nightly, TriggerName: said };
    const { output } = await invoke({ env: { ...env, ...change }, event, remainingMs: 30_000 });
    expect(singing(output)).toEqual([]);
    expect(await singers(commands().filter(asksCloud), change)).toEqual([]);
    expect(singing(messages())).toEqual([]);
    expect(singing(await everythingIn(stage.folder))).toEqual([]);
  },
  120_000,
);

it.each([
  ['a signing key that is none', { AUDIT_SIGNING_KEY: canaries['broken signing key'] }],
  ['a webhook that is no URL', { AUDIT_WEBHOOKS: `ftp://${canaries['webhook URL']}` }],
  ['a heartbeat that is no URL', { AUDIT_HEARTBEAT_URL: canaries['heartbeat URL'] }],
  [
    'a webhook secret that is none',
    { AUDIT_WEBHOOKS: `https://hooks.example.com/#secret=${hookKey}!` },
  ],
  ['a key of somebody else', { TENCENTCLOUD_SECRETID: 'OTHER', TENCENTCLOUD_SECRET_ID: 'OTHER' }],
  [
    'a key that no header can hold',
    { TENCENTCLOUD_SESSIONTOKEN: `${canaries['session token']}\n` },
  ],
  [
    'an endpoint with a password',
    { AUDIT_ENDPOINT: `http://u:${canaries['secret key']}@127.0.0.1:9` },
  ],
] as const)('nothing sings with %s', async (name, change) => {
  mode = 'fine';
  const event = { ...nightly, TriggerName: name.replaceAll(' ', '-') };
  const ended = await invoke({ env: { ...env, ...change }, event, remainingMs: 20_000 });
  expect(singing(ended.output)).toEqual([]);
  expect(singing((await printed(['run'], change)).output)).toEqual([]);
  expect(singing(await everythingIn(stage.folder))).toEqual([]);
});

import { expect, it } from 'vitest';

import { parseConfig, type Config, type Env } from '../../shared/config.ts';
import type { Result } from '../../shared/model.ts';
import { secret, webhooks } from '../support/fake-ports.ts';
import { present, signer, signingKeyPem } from '../support/log.ts';

const credential = { secretId: 'CANARY-ID', secretKey: 'CANARY-KEY', token: 'CANARY-TOKEN' };
const policyNames = new Set(['image-scan', 'image-scan-enabled']);
const files: Readonly<Record<string, string>> = {
  'targets.json': '[{ "uin": "100000000001" }]',
  'bad.json': '[{ "uin": 100000000001, "rolArn": "x" }, []]',
};
const readFile = (path: string): Result<string, string> => {
  const text = files[path];
  return text === undefined
    ? { ok: false, problems: ['cannot be read'] }
    : { ok: true, value: text };
};
const parse = (env: Env, uin?: string) =>
  parseConfig({ env, credential, uin, policyNames, readFile });

function configOf(env: Env, uin?: string): Config {
  const parsed = parse(env, uin);
  if (parsed.ok) return parsed.value;
  throw new Error(JSON.stringify(parsed.problems));
}
const problemsOf = (env: Env) => {
  const parsed = parse(env);
  return parsed.ok ? [] : parsed.problems.map(({ where, what }) => `${where} ${what}`);
};

const defaults = {
  credential,
  site: 'intl',
  region: 'ap-singapore',
  channels: [],
  evidence: { kind: 'file', path: './evidence' },
  notify: 'changes',
  remindDays: 7,
  locale: 'en',
  timezone: 'Asia/Shanghai',
};

it('needs nothing but a credential', () => {
  expect(configOf({})).toEqual(defaults);
});

it('takes an empty variable for one that is not set', () => {
  const names = [
    'SITE',
    'REGION',
    'ENDPOINT',
    'WEBHOOKS',
    'EVIDENCE',
    'SIGNING_KEY',
    'TARGETS',
    'POLICIES',
    'NOTIFY',
    'REMIND_DAYS',
    'HEARTBEAT_URL',
    'LOCALE',
    'TIMEZONE',
  ];
  for (const empty of ['', '  ', '\n']) {
    const env = Object.fromEntries(names.map((name) => [`AUDIT_${name}`, empty]));
    expect(configOf(env)).toEqual(defaults);
  }
});

it('reads everything', () => {
  const {
    channels,
    signer: key,
    endpoint,
    ...rest
  } = configOf({
    AUDIT_SITE: 'cn',
    AUDIT_REGION: 'ap-guangzhou',
    AUDIT_ENDPOINT: 'http://127.0.0.1:8080',
    AUDIT_WEBHOOKS: Object.values(webhooks).join(' '),
    AUDIT_EVIDENCE: 'file:/mnt/evidence',
    AUDIT_SIGNING_KEY: signingKeyPem,
    AUDIT_POLICIES: ' image-scan , image-scan-enabled ,',
    AUDIT_NOTIFY: 'always',
    AUDIT_REMIND_DAYS: '0',
    AUDIT_HEARTBEAT_URL: 'https://hc-ping.com/CANARY',
    AUDIT_LOCALE: 'zh',
    AUDIT_TIMEZONE: 'UTC',
    TENCENTCLOUD_REGION: 'ap-hongkong',
  });
  expect(channels.map(({ kind, locale }) => `${kind} ${locale}`)).toEqual([
    'slack zh',
    'wecom zh',
    'generic zh',
  ]);
  expect(present(key).keyid).toBe(signer.keyid);
  expect(endpoint?.href).toBe('http://127.0.0.1:8080/');
  expect(rest).toEqual({
    credential,
    site: 'cn',
    region: 'ap-guangzhou',
    evidence: { kind: 'file', path: '/mnt/evidence' },
    policies: ['image-scan', 'image-scan-enabled'],
    notify: 'always',
    remindDays: 0,
    locale: 'zh',
    timezone: 'UTC',
  });
});

const values: Record<string, readonly [Env, Partial<Config>]> = {
  'blanks around a value': [{ AUDIT_SITE: ' cn\n' }, { site: 'cn' }],
  "the function's own region": [
    { TENCENTCLOUD_REGION: 'eu-frankfurt' },
    { region: 'eu-frankfurt' },
  ],
  'a relative folder': [
    { AUDIT_EVIDENCE: 'file:log' },
    { evidence: { kind: 'file', path: 'log' } },
  ],
  'a file URL with three slashes': [
    { AUDIT_EVIDENCE: 'file:///mnt/x' },
    { evidence: { kind: 'file', path: '/mnt/x' } },
  ],
  'a bucket': [
    { AUDIT_EVIDENCE: 'cos://audit-1250000000/tcss/prod?region=ap-singapore' },
    {
      evidence: {
        kind: 'cos',
        bucket: 'audit-1250000000',
        prefix: 'tcss/prod/',
        region: 'ap-singapore',
      },
    },
  ],
  'a bucket with a slash at the end, on SCF': [
    {
      TENCENTCLOUD_RUNENV: 'SCF',
      AUDIT_EVIDENCE: 'cos://my-audit-1250000000/tcss/?region=na-siliconvalley',
    },
    {
      evidence: {
        kind: 'cos',
        bucket: 'my-audit-1250000000',
        prefix: 'tcss/',
        region: 'na-siliconvalley',
      },
    },
  ],
  'a bucket for nothing else': [
    { AUDIT_EVIDENCE: 'cos://audit-1250000000?region=ap-singapore' },
    {
      evidence: { kind: 'cos', bucket: 'audit-1250000000', prefix: '', region: 'ap-singapore' },
    },
  ],
  'four digits of days': [{ AUDIT_REMIND_DAYS: '9999' }, { remindDays: 9999 }],
  'an endpoint with a slash': [
    { AUDIT_ENDPOINT: 'https://tcss.internal/' },
    { endpoint: new URL('https://tcss.internal') },
  ],
  'another zone': [{ AUDIT_TIMEZONE: 'Europe/Berlin' }, { timezone: 'Europe/Berlin' }],
};
it.each(Object.entries(values))('takes %s', (_name, [env, expected]) => {
  expect(configOf(env)).toMatchObject(expected);
});

it('takes the account from who found the credential, and from no variable itself', () => {
  expect(configOf({}, '100000000001')).toEqual({ ...defaults, uin: '100000000001' });
  // It may be that of another credential.
  expect(configOf({ TENCENTCLOUD_UIN: '100000000001' })).toEqual(defaults);
});

it.each([',', ' , ,'])('takes %j for no wish to judge nothing', (AUDIT_POLICIES) => {
  expect(configOf({ AUDIT_POLICIES })).toEqual(defaults);
});

it('takes an empty region of SCF for one that is not set', () => {
  expect(configOf({ TENCENTCLOUD_REGION: '' })).toEqual(defaults);
});

it("takes a wrong name that was emptied, which is all that SCF's console can do, for gone", () => {
  expect(configOf({ AUDIT_WEBHOOK: '' })).toEqual(defaults);
});

const days = 'give a whole number of days, 0 for never';
const problems: Record<string, readonly [Env, string]> = {
  'a site that is none': [{ AUDIT_SITE: 'us' }, 'AUDIT_SITE is "us": give intl or cn'],
  'a region that is none': [
    { AUDIT_REGION: 'Singapore!' },
    'AUDIT_REGION is "Singapore!": give a region such as ap-singapore',
  ],
  'an endpoint that is no URL': [
    { AUDIT_ENDPOINT: 'CANARY' },
    'AUDIT_ENDPOINT is not a URL: give http(s)://host[:port]',
  ],
  'an endpoint over plain http': [
    { AUDIT_ENDPOINT: 'http://CANARY.example.com' },
    'AUDIT_ENDPOINT must be https: plain http is for loopback only',
  ],
  'an endpoint with a path': [
    { AUDIT_ENDPOINT: 'https://example.com/CANARY' },
    'AUDIT_ENDPOINT has more than a host: give http(s)://host[:port]',
  ],
  'an endpoint with a password': [
    { AUDIT_ENDPOINT: 'https://user:CANARY@example.com' },
    'AUDIT_ENDPOINT has more than a host: give http(s)://host[:port]',
  ],
  'an endpoint with a query': [
    { AUDIT_ENDPOINT: 'https://example.com?CANARY' },
    'AUDIT_ENDPOINT has more than a host: give http(s)://host[:port]',
  ],
  'a heartbeat that is no URL': [
    { AUDIT_HEARTBEAT_URL: 'CANARY' },
    'AUDIT_HEARTBEAT_URL is not a URL: give the address that the watcher shows',
  ],
  'a heartbeat over plain http': [
    { AUDIT_HEARTBEAT_URL: 'http://hc-ping.com/CANARY' },
    'AUDIT_HEARTBEAT_URL must be https: plain http is for loopback only',
  ],
  'a webhook that is no URL': [{ AUDIT_WEBHOOKS: 'CANARY' }, 'AUDIT_WEBHOOKS[0] is not a URL'],
  'evidence that is not set on SCF': [
    { TENCENTCLOUD_RUNENV: 'SCF' },
    'AUDIT_EVIDENCE is not set: on SCF give cos://<bucket-appid>/<prefix>?region=<region>, or file:<path of a mounted file system>, since /tmp does not last',
  ],
  'a bucket without its region': [
    { AUDIT_EVIDENCE: 'cos://audit-1250000000/x' },
    'AUDIT_EVIDENCE does not say where the bucket lies: add ?region=<region>, such as ?region=ap-singapore',
  ],
  'a bucket with an empty region': [
    { AUDIT_EVIDENCE: 'cos://audit-1250000000/x?region=' },
    'AUDIT_EVIDENCE has the region "": give one, such as ap-singapore',
  ],
  'a bucket in two regions': [
    { AUDIT_EVIDENCE: 'cos://audit-1250000000/x?region=ap-tokyo&region=ap-seoul' },
    'AUDIT_EVIDENCE has the region "ap-tokyo, ap-seoul": give one, such as ap-singapore',
  ],
  'a region that is a host': [
    { AUDIT_EVIDENCE: 'cos://audit-1250000000/x?region=cos.ap-singapore' },
    'AUDIT_EVIDENCE has the region "cos.ap-singapore": give one, such as ap-singapore',
  ],
  'a bucket without the APPID': [
    { AUDIT_EVIDENCE: 'cos://audit/x?region=ap-singapore' },
    'AUDIT_EVIDENCE names the bucket "audit": give its name with the account\'s APPID, such as audit-1250000000',
  ],
  'a bucket that is a host': [
    {
      AUDIT_EVIDENCE: 'cos://audit-1250000000.cos.ap-singapore.myqcloud.com/x?region=ap-singapore',
    },
    'AUDIT_EVIDENCE names the bucket "audit-1250000000.cos.ap-singapore.myqcloud.com": give its name with the account\'s APPID, such as audit-1250000000',
  ],
  'a prefix that leads out': [
    { AUDIT_EVIDENCE: 'cos://audit-1250000000/a/../b?region=ap-singapore' },
    'AUDIT_EVIDENCE has the prefix "a/../b": give names of letters, digits, dots, hyphens and underscores, separated by /',
  ],
  'a prefix with an empty part': [
    { AUDIT_EVIDENCE: 'cos://audit-1250000000/a//b?region=ap-singapore' },
    'AUDIT_EVIDENCE has the prefix "a//b": give names of letters, digits, dots, hyphens and underscores, separated by /',
  ],
  'an option of a bucket that there is not': [
    { AUDIT_EVIDENCE: 'cos://audit-1250000000/x?region=ap-singapore&versioning=on' },
    'AUDIT_EVIDENCE has "versioning" after the ?: there is only region',
  ],
  'a bucket with one slash': [
    { AUDIT_EVIDENCE: 'cos:/audit-1250000000/x?region=ap-singapore' },
    'AUDIT_EVIDENCE is "cos:/audit-1250000000/x?region=ap-singapore": give cos://<bucket-appid>/<prefix>?region=<region>',
  ],
  'a bucket with a fragment': [
    { AUDIT_EVIDENCE: 'cos://audit-1250000000/x?region=ap-singapore#x' },
    'AUDIT_EVIDENCE is "cos://audit-1250000000/x?region=ap-singapore#x": give cos://<bucket-appid>/<prefix>?region=<region>',
  ],
  'evidence on a host, which would be a folder at the root of the disk': [
    { AUDIT_EVIDENCE: 'file://evidence' },
    'AUDIT_EVIDENCE is "file://evidence": give file:<path> or cos://<bucket-appid>/<prefix>?region=<region>',
  ],
  'a value that would be lines of a log': [
    { AUDIT_LOCALE: 'x\n{"level":"info"}\u001b[2J' },
    'AUDIT_LOCALE is "x {"level":"info"} [2J": give en or zh',
  ],
  'evidence in nowhere': [
    { AUDIT_EVIDENCE: 'file:' },
    'AUDIT_EVIDENCE is "file:": give file:<path> or cos://<bucket-appid>/<prefix>?region=<region>',
  ],
  'evidence without a kind': [
    { AUDIT_EVIDENCE: './evidence' },
    'AUDIT_EVIDENCE is "./evidence": give file:<path> or cos://<bucket-appid>/<prefix>?region=<region>',
  ],
  'a key that is none': [
    { AUDIT_SIGNING_KEY: 'CANARY' },
    'AUDIT_SIGNING_KEY is no Ed25519 private key: give PKCS#8 PEM, or the PEM in base64 (openssl genpkey -algorithm ed25519)',
  ],
  'a file of targets that is not there': [
    { AUDIT_TARGETS: 'no-targets.json' },
    'AUDIT_TARGETS cannot be read',
  ],
  'a policy that is none': [
    { AUDIT_POLICIES: 'image-scan,image-scan-enabeld' },
    'AUDIT_POLICIES names "image-scan-enabeld", which is neither a pack nor a policy: there are image-scan, image-scan-enabled',
  ],
  'a way to notify that is none': [
    { AUDIT_NOTIFY: 'never' },
    'AUDIT_NOTIFY is "never": give changes or always',
  ],
  'days with a unit': [{ AUDIT_REMIND_DAYS: '5d' }, `AUDIT_REMIND_DAYS is "5d": ${days}`],
  'days below zero': [{ AUDIT_REMIND_DAYS: '-1' }, `AUDIT_REMIND_DAYS is "-1": ${days}`],
  'half days': [{ AUDIT_REMIND_DAYS: '1.5' }, `AUDIT_REMIND_DAYS is "1.5": ${days}`],
  'days in powers': [{ AUDIT_REMIND_DAYS: '1e3' }, `AUDIT_REMIND_DAYS is "1e3": ${days}`],
  'days without end': [{ AUDIT_REMIND_DAYS: '10000' }, `AUDIT_REMIND_DAYS is "10000": ${days}`],
  'full-width days': [{ AUDIT_REMIND_DAYS: '７' }, `AUDIT_REMIND_DAYS is "７": ${days}`],
  'a locale that is none': [{ AUDIT_LOCALE: 'fr' }, 'AUDIT_LOCALE is "fr": give en or zh'],
  'a zone that is none': [
    { AUDIT_TIMEZONE: 'Asia/Peking' },
    'AUDIT_TIMEZONE is "Asia/Peking": give an IANA zone such as Asia/Shanghai',
  ],
  'a value that is long': [
    { AUDIT_LOCALE: 'x'.repeat(100) },
    `AUDIT_LOCALE is "${'x'.repeat(59)}…": give en or zh`,
  ],
  'a name that is none': [
    { AUDIT_WEBHOOK: 'https://CANARY' },
    'AUDIT_WEBHOOK is not a setting: settings are AUDIT_SITE, AUDIT_REGION, AUDIT_ENDPOINT, AUDIT_WEBHOOKS, AUDIT_EVIDENCE, AUDIT_SIGNING_KEY, AUDIT_TARGETS, AUDIT_POLICIES, AUDIT_NOTIFY, AUDIT_REMIND_DAYS, AUDIT_HEARTBEAT_URL, AUDIT_LOCALE, AUDIT_TIMEZONE',
  ],
};
it.each(Object.entries(problems))('complains of %s', (_name, [env, sentence]) => {
  expect(problemsOf(env)).toEqual([sentence]);
});

it('leaves names alone that are not ours', () => {
  expect(problemsOf({ PATH: '/bin', AUDITOR: 'x', audit_site: 'x', TENCENTCLOUD_X: 'x' })).toEqual(
    [],
  );
});

const noCredential =
  'TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY are not set: on SCF give the function an execution role, elsewhere set both or write ~/.tencentcloud/credentials';

it('complains of a missing credential', () => {
  const parsed = parseConfig({
    ...{ env: {}, credential: undefined, uin: undefined, policyNames, readFile },
  });
  expect(parsed).toEqual({
    ok: false,
    problems: [
      {
        where: 'TENCENTCLOUD_SECRET_ID',
        what: noCredential.slice('TENCENTCLOUD_SECRET_ID '.length),
      },
    ],
  });
});

it('names every problem of a bucket', () => {
  expect(problemsOf({ AUDIT_EVIDENCE: 'cos://Audit/.x?zone=1' })).toEqual([
    'AUDIT_EVIDENCE names the bucket "Audit": give its name with the account\'s APPID, such as audit-1250000000',
    'AUDIT_EVIDENCE has the prefix ".x": give names of letters, digits, dots, hyphens and underscores, separated by /',
    'AUDIT_EVIDENCE does not say where the bucket lies: add ?region=<region>, such as ?region=ap-singapore',
    'AUDIT_EVIDENCE has "zone" after the ?: there is only region',
  ]);
});

it('complains of everything at once, and shows no secret', () => {
  const env = Object.assign({}, ...Object.values(problems).map(([one]) => one)) as Env;
  const bad = {
    ...env,
    AUDIT_WEBHOOKS: `${webhooks.slack} ${webhooks.slack} http://x.example/CANARY#secret=CANARY ${webhooks.generic}`,
    TENCENTCLOUD_SECRETKEY: 'CANARY',
    TENCENTCLOUD_SESSIONTOKEN: 'CANARY',
  };
  const parsed = parseConfig({
    ...{ env: bad, credential: undefined, uin: undefined, policyNames, readFile },
  });
  const found = parsed.ok ? [] : parsed.problems;
  expect([...new Set(found.map(({ where }) => where))].sort()).toEqual([
    'AUDIT_ENDPOINT',
    'AUDIT_EVIDENCE',
    'AUDIT_HEARTBEAT_URL',
    'AUDIT_LOCALE',
    'AUDIT_NOTIFY',
    'AUDIT_POLICIES',
    'AUDIT_REGION',
    'AUDIT_REMIND_DAYS',
    'AUDIT_SIGNING_KEY',
    'AUDIT_SITE',
    'AUDIT_TARGETS',
    'AUDIT_TIMEZONE',
    'AUDIT_WEBHOOK',
    'AUDIT_WEBHOOKS[1]',
    'AUDIT_WEBHOOKS[2]',
    'TENCENTCLOUD_SECRET_ID',
  ]);
  expect(found).toHaveLength(17);
  expect(JSON.stringify(found)).not.toMatch(new RegExp(`CANARY|${secret}`));
});

/** Secrets that the configuration names: what stands where they stood, and what is said of those that are not there. */
import { expect, it } from 'vitest';

import type { JsonObject, Result } from '../../shared/model.ts';
import {
  resolveSecrets,
  secretNamesIn,
  type ReadSecret,
  type SecretRequest,
} from '../../shared/settings/tencent/secrets.ts';

type Env = Readonly<Record<string, string>>;

/** A secret manager that holds these, by `name@version`; an Error is its refusal. */
function managerOf(secrets: Readonly<Record<string, string | JsonObject | Error>>) {
  const asked: SecretRequest[] = [];
  const read: ReadSecret = (request) => {
    asked.push(request);
    const found = secrets[`${request.SecretName}@${request.VersionId}`];
    const answer: Result<JsonObject, string> =
      found === undefined
        ? { ok: false, problems: ['GetSecretValue: The resource does not exist'] }
        : found instanceof Error
          ? { ok: false, problems: [found.message] }
          : {
              ok: true,
              value: typeof found === 'string' ? { SecretString: found, SecretBinary: '' } : found,
            };
    return Promise.resolve(answer);
  };
  return { read, asked };
}

const resolve = (env: Env, secrets: Parameters<typeof managerOf>[0] = {}) =>
  resolveSecrets(env, managerOf(secrets).read);

it('puts each secret in the place of its reference, and leaves the rest alone', async () => {
  const { env, problems } = await resolve(
    {
      AUDIT_SIGNING_KEY: ' ssm://signing@v1\n',
      AUDIT_HEARTBEAT_URL: 'ssm://watch@SSM_Current',
      AUDIT_WEBHOOKS: 'https://a.example.com/1#min=high ssm://hooks@2026.11',
      AUDIT_LOCALE: 'zh',
    },
    {
      'signing@v1': '-----BEGIN KEY-----\nabc\n-----END KEY-----\n',
      'watch@SSM_Current': 'https://hc.example.com/ping/1',
      'hooks@2026.11': 'https://b.example.com/2\n  https://c.example.com/3#locale=zh&min=low \n',
    },
  );
  expect(problems).toEqual([]);
  expect(env).toEqual({
    AUDIT_SIGNING_KEY: '-----BEGIN KEY-----\nabc\n-----END KEY-----',
    AUDIT_HEARTBEAT_URL: 'https://hc.example.com/ping/1',
    AUDIT_WEBHOOKS:
      'https://a.example.com/1#min=high https://b.example.com/2 https://c.example.com/3#locale=zh&min=low',
    AUDIT_LOCALE: 'zh',
  });
});

const fragments: Readonly<Record<string, readonly [string, string, string]>> = {
  'as the only option': [
    'https://a.example.com/#secret=ssm://robot@v1',
    'SECx',
    'https://a.example.com/#secret=SECx',
  ],
  'between others': [
    'https://a.example.com/#min=high&secret=ssm://robot@v1&locale=zh',
    'SECx',
    'https://a.example.com/#min=high&secret=SECx&locale=zh',
  ],
  'that is percent-encoded': [
    'https://a.example.com/#secret=ssm%3A%2F%2Frobot%40v1',
    'SECx',
    'https://a.example.com/#secret=SECx',
  ],
  'whose value would end the option or the URL': [
    'https://a.example.com/#secret=ssm://robot@v1',
    ' whsec_a+b/c=&min=low #x y%41\n',
    'https://a.example.com/#secret=whsec_a%2Bb%2Fc%3D%26min%3Dlow%20%23x%20y%2541',
  ],
};
it.each(Object.entries(fragments))(
  'puts a secret into a fragment %s',
  async (_name, [text, value, expected]) => {
    const { env, problems } = await resolve({ AUDIT_WEBHOOKS: text }, { 'robot@v1': value });
    expect([env['AUDIT_WEBHOOKS'], problems]).toEqual([expected, []]);
  },
);

const notReferences = {
  'in the path of a URL': 'https://a.example.com/ssm://robot@v1',
  'of another option': 'https://a.example.com/#kind=ssm://robot@v1',
  'of a secret that only holds it': 'https://a.example.com/#secret=SEC-ssm://robot@v1',
  'after the name of another option': 'https://a.example.com/#my-secret=ssm://robot@v1',
};
it.each(Object.entries(notReferences))(
  'leaves alone what looks like one %s',
  async (_name, text) => {
    const { env, problems } = await resolve({ AUDIT_WEBHOOKS: text });
    expect([env['AUDIT_WEBHOOKS'], problems]).toEqual([text, []]);
  },
);

it('reads bytes that are a text', async () => {
  const value = { SecretString: '', SecretBinary: Buffer.from('Schlüssel').toString('base64') };
  const { env } = await resolve({ AUDIT_SIGNING_KEY: 'ssm://k@v1' }, { 'k@v1': value });
  expect(env['AUDIT_SIGNING_KEY']).toBe('Schlüssel');
});

it('asks for each secret once, however often it is named', async () => {
  const { read, asked } = managerOf({ 'a@v1': 'https://a.example.com/', 'a@v2': 'x', 'b@v1': 'x' });
  await resolveSecrets(
    {
      AUDIT_WEBHOOKS:
        'ssm://a@v1 https://b.example.com/#secret=ssm://a@v2 https://c.example.com/#secret=ssm://a@v2',
      AUDIT_HEARTBEAT_URL: 'ssm://a@v1',
      AUDIT_SIGNING_KEY: 'ssm://b@v1',
    },
    read,
  );
  expect(asked.map(({ SecretName, VersionId }) => `${SecretName}@${VersionId}`).sort()).toEqual([
    'a@v1',
    'a@v2',
    'b@v1',
  ]);
});

it('asks for all of them before the first has answered', async () => {
  let open = 0;
  let most = 0;
  await resolveSecrets(
    { AUDIT_SIGNING_KEY: 'ssm://a@v1', AUDIT_HEARTBEAT_URL: 'ssm://b@v1' },
    async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((wake) => setImmediate(wake));
      open -= 1;
      return { ok: true, value: { SecretString: 'x' } };
    },
  );
  expect(most).toBe(2);
});

const advice = 'no reference to a secret: give ssm://<name>@<version>';
const problems: Readonly<
  Record<
    string,
    readonly [Env, Readonly<Record<string, string | JsonObject | Error>>, readonly string[]]
  >
> = {
  'a signing key that may not be read': [
    { AUDIT_SIGNING_KEY: 'ssm://signing@v1' },
    { 'signing@v1': new Error('GetSecretValue: no permission; grant ssm:GetSecretValue') },
    [
      'AUDIT_SIGNING_KEY names ssm://signing@v1, which cannot be read: GetSecretValue: no permission; grant ssm:GetSecretValue',
    ],
  ],
  'all that are not there, each where it is named': [
    {
      AUDIT_HEARTBEAT_URL: 'ssm://none@v1',
      AUDIT_WEBHOOKS:
        'ssm://none@v1 https://b.example.com/ https://c.example.com/#secret=ssm://no@v1',
    },
    {},
    [
      'AUDIT_HEARTBEAT_URL names ssm://none@v1, which cannot be read: GetSecretValue: The resource does not exist',
      'AUDIT_WEBHOOKS[0] names ssm://none@v1, which cannot be read: GetSecretValue: The resource does not exist',
      'AUDIT_WEBHOOKS[2] has secret=ssm://no@v1, which cannot be read: GetSecretValue: The resource does not exist',
    ],
  ],
  'a secret that is empty': [
    { AUDIT_SIGNING_KEY: 'ssm://signing@v1' },
    { 'signing@v1': ' \n' },
    [
      'AUDIT_SIGNING_KEY names ssm://signing@v1, which is empty: store the value in the secret, or name another version',
    ],
  ],
  'an answer that holds nothing': [
    { AUDIT_SIGNING_KEY: 'ssm://signing@v1' },
    { 'signing@v1': { SecretString: 7, SecretBinary: null } },
    [
      'AUDIT_SIGNING_KEY names ssm://signing@v1, which is empty: store the value in the secret, or name another version',
    ],
  ],
  'bytes that are no text': [
    { AUDIT_SIGNING_KEY: 'ssm://signing@v1' },
    { 'signing@v1': { SecretBinary: Buffer.from([0xff, 0xfe, 0x00]).toString('base64') } },
    [
      'AUDIT_SIGNING_KEY names ssm://signing@v1, which is no text: store the value as text, in UTF-8',
    ],
  ],
  'half a character, which no URL can hold': [
    { AUDIT_WEBHOOKS: 'https://a.example.com/#secret=ssm://s@v1' },
    { 's@v1': 'x\ud83d' },
    [
      'AUDIT_WEBHOOKS[0] has secret=ssm://s@v1, which is no text: store the value as text, in UTF-8',
    ],
  ],
  'a reference without a version': [
    { AUDIT_SIGNING_KEY: 'ssm://signing' },
    {},
    [`AUDIT_SIGNING_KEY is ${advice}`],
  ],
  'references of other forms, with which nothing is asked for': [
    {
      AUDIT_SIGNING_KEY: 'ssm://signing@v 1',
      AUDIT_HEARTBEAT_URL: 'SSM://watch@v1',
      AUDIT_WEBHOOKS:
        'ssm:hooks@v1 ssm://hooks@v1#min=high ssm://../x@v1 https://a.example.com/#secret=ssm://s@',
    },
    { 'hooks@v1': 'CANARY' },
    [
      `AUDIT_SIGNING_KEY is ${advice}`,
      `AUDIT_HEARTBEAT_URL is ${advice}`,
      `AUDIT_WEBHOOKS[0] is ${advice}`,
      `AUDIT_WEBHOOKS[1] is ${advice}`,
      `AUDIT_WEBHOOKS[2] is ${advice}`,
      `AUDIT_WEBHOOKS[3] has a secret= that is ${advice}`,
    ],
  ],
  'secrets that refer to others': [
    { AUDIT_WEBHOOKS: 'ssm://hooks@v1 https://c.example.com/#secret=ssm://s@v1' },
    {
      'hooks@v1': 'https://a.example.com/ ssm://more@v1 https://b.example.com/#secret=ssm://s@v1',
      's@v1': 'ssm://t@v1',
    },
    [
      'AUDIT_WEBHOOKS[0] ssm://hooks@v1[1] refers to another secret: put the value itself there',
      'AUDIT_WEBHOOKS[0] ssm://hooks@v1[2] refers to another secret: put the value itself there',
      'AUDIT_WEBHOOKS[1] refers to another secret: put the value itself there',
    ],
  ],
};
it.each(Object.entries(problems))('names %s', async (_name, [env, secrets, expected]) => {
  const resolved = await resolve(env, secrets);
  expect(resolved.problems.map(({ where, what }) => `${where} ${what}`)).toEqual(expected);
});

it('leaves out what could not be read, so that no reference is taken for a value', async () => {
  const { env } = await resolve({
    AUDIT_SIGNING_KEY: 'ssm://a@v1',
    AUDIT_HEARTBEAT_URL: 'ssm://',
    AUDIT_WEBHOOKS: 'ssm://b@v1 https://oapi.dingtalk.com/?t=1#secret=ssm://c@v1',
  });
  expect(env).toEqual({
    AUDIT_SIGNING_KEY: undefined,
    AUDIT_HEARTBEAT_URL: undefined,
    AUDIT_WEBHOOKS: '',
  });
});

it('without a way to ask names only what is malformed', async () => {
  const env = { AUDIT_SIGNING_KEY: 'ssm://a@v1', AUDIT_HEARTBEAT_URL: 'ssm://b' };
  expect(await resolveSecrets(env, undefined)).toMatchObject({
    env: { AUDIT_SIGNING_KEY: undefined, AUDIT_HEARTBEAT_URL: undefined },
    problems: [{ where: 'AUDIT_HEARTBEAT_URL', what: `is ${advice}` }],
    secrets: [],
  });
});

it('takes what was read out of what the other side says of the rest', async () => {
  const { problems: found, secrets } = await resolve(
    {
      AUDIT_SIGNING_KEY: 'ssm://a@v1',
      AUDIT_WEBHOOKS: 'ssm://b@v1',
      AUDIT_HEARTBEAT_URL: 'ssm://c@v1',
    },
    {
      'a@v1': 'CANARY-KEY-LINE-1\nCANARY-KEY-LINE-2',
      'b@v1': 'https://a.example.com/CANARY',
      'c@v1': new Error('you had CANARY-KEY-LINE-2 and https://a.example.com/CANARY'),
    },
  );
  expect(found.map(({ what }) => what)).toEqual([
    'names ssm://c@v1, which cannot be read: you had *** and ***',
  ]);
  expect([...secrets].sort()).toEqual([
    'CANARY-KEY-LINE-1',
    'CANARY-KEY-LINE-1\nCANARY-KEY-LINE-2',
    'CANARY-KEY-LINE-2',
    'https://a.example.com/CANARY',
    'https://a.example.com/CANARY',
  ]);
});

it('says where a webhook stands as a person wrote it', async () => {
  const { placeOf } = await resolve(
    { AUDIT_WEBHOOKS: 'ssm://none@v1 ssm://two@v1 https://c.example.com/ ssm://one@v1' },
    {
      'two@v1': 'https://a.example.com/ https://b.example.com/',
      'one@v1': 'https://d.example.com/',
    },
  );
  const names = [0, 1, 2, 3, 4].map((index) => placeOf(`AUDIT_WEBHOOKS[${String(index)}]`));
  expect([...names, placeOf('AUDIT_SITE')]).toEqual([
    'AUDIT_WEBHOOKS[1] ssm://two@v1[0]',
    'AUDIT_WEBHOOKS[1] ssm://two@v1[1]',
    'AUDIT_WEBHOOKS[2]',
    'AUDIT_WEBHOOKS[3] ssm://one@v1',
    'AUDIT_WEBHOOKS[4]',
    'AUDIT_SITE',
  ]);
});

it('lists the names that a role must be allowed to read', () => {
  const env = {
    AUDIT_SIGNING_KEY: 'ssm://signing@v1',
    AUDIT_WEBHOOKS:
      'ssm://hooks@v1 ssm://hooks@v2 https://a.example.com/#secret=ssm://b@v1 ssm://x',
  };
  expect(secretNamesIn(env)).toEqual(['b', 'hooks', 'signing']);
});

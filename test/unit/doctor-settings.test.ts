/** One wrong setting spoils the checks that need it, and no other; and what no line may show. */
import { describe, expect, it } from 'vitest';

import { secretsIn } from '../../cli/doctor/secrets.ts';
import { readSettings } from '../../cli/doctor/settings.ts';
import { parseConfig, type Config, type Env } from '../../shared/config.ts';
import { credentialOf } from '../../shared/settings/tencent/credentials.ts';
import type { Problem, Result } from '../../shared/model.ts';
import type { Resolved } from '../../shared/settings/tencent/secrets.ts';
import { redact } from '../../shared/text.ts';
import { signingKeyPem } from '../support/log.ts';

const keys = { TENCENTCLOUD_SECRETID: 'ID', TENCENTCLOUD_SECRETKEY: 'KEY' };
const targets = JSON.stringify([{ uin: 'x' }]);
const parse = ({ env, problems }: Resolved): Result<Config, Problem> => {
  const [first, ...rest] = problems;
  if (first !== undefined) return { ok: false, problems: [first, ...rest] };
  return parseConfig({
    env,
    credential: credentialOf(env),
    uin: undefined,
    policyNames: new Set(['image-scan']),
    readFile: () => ({ ok: true, value: targets }),
  });
};
const settingsOf = (env: Env, resolved: Partial<Resolved> = {}) =>
  readSettings(
    env,
    { env, problems: [], secrets: [], placeOf: (where) => where, ...resolved },
    parse,
  );

describe('settings', () => {
  it('are whole where nothing is wrong', () => {
    const { problems, broken, config } = settingsOf({ ...keys, AUDIT_SITE: 'cn' });
    expect({ problems, broken: [...broken], site: config.site }).toEqual({
      problems: [],
      broken: [],
      site: 'cn',
    });
  });

  it('keep what is right beside what is wrong, and name what is wrong', () => {
    const env = {
      ...keys,
      AUDIT_SITE: 'cn',
      AUDIT_REMIND_DAYS: '5d',
      AUDIT_EVIDENCE: 'cos://x',
      AUDIT_WEBHOOKS: 'https://hooks.slack.com/services/x nonsense',
      AUDIT_NONSENSE: '1',
      AUDIT_TARGETS: 'targets.json',
    };
    const { problems, broken, config } = settingsOf(env);
    expect(problems.map(({ where }) => where)).toEqual([
      'AUDIT_NONSENSE',
      'AUDIT_WEBHOOKS[1]',
      'AUDIT_EVIDENCE',
      'AUDIT_EVIDENCE',
      'AUDIT_REMIND_DAYS',
      'targets.json[0].uin',
    ]);
    expect([...broken]).toEqual([
      'AUDIT_NONSENSE',
      'AUDIT_WEBHOOKS',
      'AUDIT_EVIDENCE',
      'AUDIT_REMIND_DAYS',
      'AUDIT_TARGETS',
    ]);
    expect(config.site).toBe('cn');
  });

  it('do without a credential, which the checks that need one hear of', () => {
    const { broken } = settingsOf({});
    expect([...broken]).toEqual(['TENCENTCLOUD_SECRET_ID']);
  });

  it('do without a secret that could not be read', () => {
    const env = { ...keys, AUDIT_SIGNING_KEY: 'ssm://key@v1', AUDIT_SITE: 'cn' };
    const problem = { where: 'AUDIT_SIGNING_KEY', what: 'names ssm://key@v1, which is empty' };
    const { problems, broken, config } = settingsOf(env, {
      env: { ...env, AUDIT_SIGNING_KEY: undefined },
      problems: [problem],
    });
    expect({ problems, broken: [...broken], site: config.site }).toEqual({
      problems: [problem],
      broken: ['AUDIT_SIGNING_KEY'],
      site: 'cn',
    });
  });

  it('do without a secret that nobody could ask for', () => {
    const env = { AUDIT_SIGNING_KEY: 'ssm://key@v1' };
    const { broken } = settingsOf(env, { env: { AUDIT_SIGNING_KEY: undefined } });
    expect([...broken]).toEqual(['TENCENTCLOUD_SECRET_ID', 'AUDIT_SIGNING_KEY']);
  });

  it('do without evidence where SCF must be told of it', () => {
    const { broken } = settingsOf({ ...keys, TENCENTCLOUD_RUNENV: 'SCF' });
    expect([...broken]).toEqual(['AUDIT_EVIDENCE']);
  });
});

describe('secrets', () => {
  const slack = 'https://hooks.slack.com/services/T0000CANARY/B0000CANARY/canary0000slack';
  const generic = 'https://chat.example/hooks/audit?token=canary-token#secret=whsec_Y2FuYXJ5%2Bx==';
  const secrets = secretsIn({
    AUDIT_WEBHOOKS: `${slack}\n${generic}`,
    AUDIT_SIGNING_KEY: Buffer.from(signingKeyPem).toString('base64'),
    TENCENTCLOUD_SECRETKEY: 'canary-secret-key',
    AUDIT_HEARTBEAT_URL: 'ssm://heartbeat@v1',
    AUDIT_SITE: 'international',
  });
  const pemLine = signingKeyPem.split('\n').find((line) => line.startsWith('MC4')) ?? '';

  it.each([
    slack,
    '/services/T0000CANARY/B0000CANARY/canary0000slack',
    'canary0000slack',
    'T0000CANARY',
    generic,
    'canary-token',
    'whsec_Y2FuYXJ5+x==',
    'whsec_Y2FuYXJ5%2Bx==',
    signingKeyPem.trim(),
    pemLine,
    'canary-secret-key',
  ])('are taken out whole and in part: %s', (secret) => {
    expect(redact(`x ${secret} y`, secrets)).toBe('x *** y');
  });

  it('are not what is no secret', () => {
    expect(redact('international', secrets)).toBe('international');
    const shown = 'ssm://heartbeat@v1 and services of https://hooks.slack.com/ hooks audit';
    expect(redact(shown, secrets)).toBe(shown);
  });
});

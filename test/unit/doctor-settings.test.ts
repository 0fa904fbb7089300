/** One wrong setting spoils the checks that need it, and no other; and what no line may show. */
import { describe, expect, it } from 'vitest';

import { secretsIn } from '../../cli/doctor/secrets.ts';
import { readSettings } from '../../cli/doctor/settings.ts';
import { parseConfig, type Env } from '../../shared/config.ts';
import { credentialOf } from '../../shared/settings/tencent/credentials.ts';
import { redact } from '../../shared/text.ts';
import { signingKeyPem } from '../support/log.ts';

const keys = { TENCENTCLOUD_SECRETID: 'ID', TENCENTCLOUD_SECRETKEY: 'KEY' };
const targets = JSON.stringify([{ uin: 'x' }]);
const read = (env: Env) =>
  parseConfig({
    env,
    credential: credentialOf(env),
    uin: undefined,
    policyNames: new Set(['image-scan']),
    readFile: () => ({ ok: true, value: targets }),
  });

describe('settings', () => {
  it('are whole where nothing is wrong', () => {
    const { problems, broken, config } = readSettings({ ...keys, AUDIT_SITE: 'cn' }, read);
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
    const { problems, broken, config } = readSettings(env, read);
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
    const { broken } = readSettings({}, read);
    expect([...broken]).toEqual(['TENCENTCLOUD_SECRET_ID']);
  });

  it('do without evidence where SCF must be told of it', () => {
    const { broken } = readSettings({ ...keys, TENCENTCLOUD_RUNENV: 'SCF' }, read);
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
    const shown = 'services of https://hooks.slack.com/ hooks audit';
    expect(redact(shown, secrets)).toBe(shown);
  });
});

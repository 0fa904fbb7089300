/** One wrong setting spoils the checks that need it, and no other; and what no line may show. */
import { describe, expect, it } from 'vitest';

import { secretsIn } from '../../cli/doctor/secrets.ts';
import { readSettings } from '../../cli/doctor/settings.ts';
import { redact } from '../../shared/text.ts';
import { signingKeyPem } from '../support/log.ts';

const credential = { secretId: 'ID', secretKey: 'KEY' };
const policyNames = new Set(['image-scan']);
const input = { credential, uin: undefined, policyNames };

describe('settings', () => {
  it('are whole where nothing is wrong', () => {
    const { problems, broken, config } = readSettings({ ...input, env: { AUDIT_SITE: 'cn' } });
    expect({ problems, broken: [...broken], site: config.site }).toEqual({
      problems: [],
      broken: [],
      site: 'cn',
    });
  });

  it('keep what is right beside what is wrong, and name what is wrong', () => {
    const env = {
      AUDIT_SITE: 'cn',
      AUDIT_REMIND_DAYS: '5d',
      AUDIT_EVIDENCE: 'cos://x',
      AUDIT_WEBHOOKS: 'https://hooks.slack.com/services/x nonsense',
      AUDIT_NONSENSE: '1',
    };
    const { problems, broken, config } = readSettings({ ...input, env });
    expect(problems.map(({ where }) => where)).toEqual([
      'AUDIT_NONSENSE',
      'AUDIT_WEBHOOKS[1]',
      'AUDIT_EVIDENCE',
      'AUDIT_EVIDENCE',
      'AUDIT_REMIND_DAYS',
    ]);
    expect([...broken]).toEqual([
      'AUDIT_NONSENSE',
      'AUDIT_WEBHOOKS',
      'AUDIT_EVIDENCE',
      'AUDIT_REMIND_DAYS',
    ]);
    expect(config.site).toBe('cn');
  });

  it('do without a credential, which the checks that need one hear of', () => {
    const { broken } = readSettings({ ...input, env: {}, credential: undefined });
    expect([...broken]).toEqual(['TENCENTCLOUD_SECRET_ID']);
  });

  it('do without evidence where SCF must be told of it', () => {
    const env = { TENCENTCLOUD_RUNENV: 'SCF' };
    const { broken } = readSettings({ ...input, env });
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

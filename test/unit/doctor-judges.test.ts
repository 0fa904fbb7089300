/** What the checks make of what was read. */
import { expect, it } from 'vitest';

import { judgeClock, type ServerTime } from '../../cli/doctor/clock.ts';
import { judgeConfiguration, judgeNode } from '../../cli/doctor/configuration.ts';
import { judgeCredentials, type Identity } from '../../cli/doctor/credentials.ts';
import { judgeStore, type StoreFound } from '../../cli/doctor/evidence.ts';
import { judgeReadings, type Reading } from '../../cli/doctor/permissions.ts';
import { verdictOf, type Told, type Verdict } from '../../cli/doctor/verdict.ts';
import { judgeWebhooks } from '../../cli/doctor/webhooks.ts';
import { AuditError, CloudError } from '../../shared/errors.ts';
import { deliveryOf } from '../support/log.ts';

const refused = <T>(code: string, message: string): Told<T> => ({
  ok: false,
  error: new CloudError(code, message),
});
const identity: Told<Identity> = {
  ok: true,
  value: { uin: '100000000001', arn: 'qcs::cam::uin/100000000001:uin/100000000002' },
};
const expired = refused<Identity>('AuthFailure.SignatureExpire', 'GetCallerIdentity: expired');
const unreached = refused<Identity>('Network', 'GetCallerIdentity: connect ECONNREFUSED');

const cases: Readonly<Record<string, readonly [Verdict | readonly Verdict[], unknown]>> = {
  'a valid configuration': [
    judgeConfiguration([], 'from the environment', []),
    [{ status: 'ok', message: 'every setting is valid (from the environment)' }],
  ],
  'a valid configuration with secrets': [
    judgeConfiguration([], 'from the environment', ['audit-key', 'audit-webhooks']),
    [
      {
        status: 'ok',
        message:
          'every setting is valid (from the environment; read from the secret manager: audit-key, audit-webhooks)',
      },
    ],
  ],
  'every problem of a configuration': [
    judgeConfiguration(
      [
        { where: 'AUDIT_SITE', what: 'is "us": give intl or cn' },
        { where: 'AUDIT_REMIND_DAYS', what: 'is "5d": give a whole number of days, 0 for never' },
      ],
      'from the environment',
      [],
    ),
    [
      { status: 'fail', message: 'AUDIT_SITE is "us": give intl or cn' },
      {
        status: 'fail',
        message: 'AUDIT_REMIND_DAYS is "5d": give a whole number of days, 0 for never',
      },
    ],
  ],
  'a Node that is new enough': [judgeNode('20.0.0'), { status: 'ok', message: 'Node 20.0.0' }],
  'a Node that is too old': [
    judgeNode('18.20.8'),
    {
      status: 'fail',
      message: 'Node 18.20.8 is too old for the command line',
      advice: 'install Node 20 or newer',
    },
  ],
  'permanent keys': [
    judgeCredentials(identity, false),
    {
      status: 'ok',
      message:
        'the keys are permanent ones of account 100000000001, qcs::cam::uin/100000000001:uin/100000000002',
    },
  ],
  'temporary keys that have ended': [
    judgeCredentials(
      refused(
        'AuthFailure.TokenFailure',
        'GetCallerIdentity: The token is wrong; the session token is wrong or has ended: renew the credentials',
      ),
      true,
    ),
    {
      status: 'fail',
      message: 'GetCallerIdentity: The token is wrong',
      advice: 'the session token is wrong or has ended: renew the credentials',
    },
  ],
  'an API that does not answer': [
    verdictOf(
      new CloudError(
        'Timeout',
        'GetCallerIdentity: no whole answer within 5 s; check that the API host can be reached (AUDIT_ENDPOINT, network, DNS)',
      ),
    ),
    {
      status: 'error',
      message: 'GetCallerIdentity: no whole answer within 5 s',
      advice: 'check that the API host can be reached (AUDIT_ENDPOINT, network, DNS)',
    },
  ],
  'a bucket that is forbidden': [
    verdictOf(
      new AuditError(
        'EVIDENCE_UNWRITABLE',
        'Evidence x could not be written to bucket b in r (403 AccessDenied). Grant cos:PutObject on the bucket to the role.',
        { cause: { status: 403, code: 'AccessDenied' } },
      ),
    ),
    {
      status: 'fail',
      message: 'Evidence x could not be written to bucket b in r (403 AccessDenied)',
      advice: 'grant cos:PutObject on the bucket to the role',
    },
  ],
  'a bucket that cannot be reached': [
    verdictOf(
      new AuditError(
        'EVIDENCE_UNWRITABLE',
        'Evidence x could not be written to bucket b in r (no answer: ENOTFOUND). Check that COS can be reached.',
        { cause: { code: 'ENOTFOUND' } },
      ),
    ),
    {
      status: 'error',
      message: 'Evidence x could not be written to bucket b in r (no answer: ENOTFOUND)',
      advice: 'check that COS can be reached',
    },
  ],
  'a COS that is out of order': [
    verdictOf(
      new AuditError('EVIDENCE_UNREADABLE', 'Evidence x could not be read (503 Slow).', {
        cause: { status: 503, code: 'Slow' },
      }),
    ),
    { status: 'error', message: 'Evidence x could not be read (503 Slow)' },
  ],
  'a disk that refuses': [
    verdictOf(
      new AuditError('EVIDENCE_UNWRITABLE', 'Evidence x could not be written (EACCES).', {
        cause: Object.assign(new Error('EACCES'), { code: 'EACCES' }),
      }),
    ),
    { status: 'fail', message: 'Evidence x could not be written (EACCES)' },
  ],
};
it.each(Object.entries(cases))('judges %s', (_name, [found, expected]) => {
  expect(found).toEqual(expected);
});

// ---- Clock ------------------------------------------------------------------------------------

const serverMs = Date.UTC(2026, 10, 24, 18, 0, 0);
/** @param aheadMs of this machine's clock; the answer took 200 ms */
const timeWith = (aheadMs: number): ServerTime => ({
  sentMs: serverMs + aheadMs - 100,
  receivedMs: serverMs + aheadMs + 100,
  dateMs: serverMs,
});
const setIt = 'set the clock of this machine (NTP)';

const clocks: Readonly<
  Record<string, readonly [ServerTime | undefined, Told<Identity> | undefined, Verdict]>
> = {
  'agrees within the second that the header leaves open': [
    timeWith(900),
    identity,
    { status: 'ok', message: 'the clock agrees with the API’s, by the Date of its answer' },
  ],
  'is a little behind': [
    timeWith(-30_000),
    identity,
    { status: 'ok', message: 'the clock is 30 s behind the API’s, by the Date of its answer' },
  ],
  'is off by what a person would notice': [
    timeWith(90_000),
    identity,
    {
      status: 'warn',
      message: 'the clock is 89 s ahead of the API’s, by the Date of its answer',
      advice: setIt,
    },
  ],
  'is off by more than a signature may be': [
    timeWith(-301_000),
    undefined,
    {
      status: 'fail',
      message: 'the clock is 301 s behind the API’s, by the Date of its answer',
      advice: setIt,
    },
  ],
  'is off as the API itself says': [
    timeWith(-600_000),
    expired,
    {
      status: 'fail',
      message:
        'the API refuses the signatures as expired: the clock is more than 5 minutes off (the clock is 600 s behind the API’s, by the Date of its answer)',
      advice: setIt,
    },
  ],
  'is off where no header tells by how much': [
    undefined,
    expired,
    {
      status: 'fail',
      message: 'the API refuses the signatures as expired: the clock is more than 5 minutes off',
      advice: setIt,
    },
  ],
  'is bounded by an accepted signature where there is no header': [
    undefined,
    identity,
    { status: 'ok', message: 'within 5 minutes of the API’s, since it accepted a signature' },
  ],
  'is not known where nothing answers': [
    undefined,
    unreached,
    {
      status: 'error',
      message: 'no answer of the API tells what time it is',
      advice: 'see the check of the credentials',
    },
  ],
};
it.each(Object.entries(clocks))('the clock %s', (_name, [time, signed, expected]) => {
  expect(judgeClock(time, signed)).toEqual(expected);
});

// ---- Evidence ---------------------------------------------------------------------------------

const stores: Readonly<Record<string, readonly [StoreFound, Verdict]>> = {
  'a folder': [
    { kind: 'folder', isWriteOnce: true },
    { status: 'ok', message: 'here can be written and refused to be overwritten' },
  ],
  'a folder that lets itself be overwritten': [
    { kind: 'folder', isWriteOnce: false },
    {
      status: 'fail',
      message: 'here let a file be put over itself, so nothing in it is safe from being replaced',
      advice: 'give AUDIT_EVIDENCE a folder on a file system with hard links',
    },
  ],
  'no folder': [
    { kind: 'no-folder' },
    {
      status: 'skip',
      message:
        'here is not on this machine: no audit has written there yet, or only the function mounts it',
      advice: 'run tcss-audit doctor where it is mounted, or give AUDIT_EVIDENCE (--evidence)',
    },
  ],
  'a bucket': [
    { kind: 'bucket', state: { versioning: 'never', objectLock: '30 days by default' } },
    {
      status: 'ok',
      message:
        'here can be written and refused to be overwritten; versioning never, object lock 30 days by default',
    },
  ],
  'a bucket that does not tell': [
    { kind: 'bucket', state: { versioning: 'unknown', objectLock: 'unknown' } },
    {
      status: 'warn',
      message:
        'here can be written and refused to be overwritten; versioning unknown, object lock unknown',
      advice: 'grant cos:GetBucketVersioning to the role, which tells it for certain',
    },
  ],
};
it.each(Object.entries(stores))('judges %s', (_name, [value, expected]) => {
  expect(judgeStore({ ok: true, value }, 'here')).toEqual(expected);
});

// ---- Permissions ------------------------------------------------------------------------------

const reading = (name: string, answer: Told<unknown> = { ok: true, value: {} }): Reading => ({
  source: { id: name, camAction: `tcss:${name.replace(/:.*/, '')}` },
  answer,
});
const denied = (name: string) =>
  reading(
    name,
    refused(
      'AuthFailure.UnauthorizedOperation',
      `${name}: you are not authorized; grant tcss:${name} to the role`,
    ),
  );
const grant = (name: string) =>
  `grant tcss:${name} to the role (tcss-audit cam-policy prints all that it needs)`;

const readings: Readonly<Record<string, readonly [readonly Reading[], readonly Verdict[]]>> = {
  'all that is needed': [
    [reading('A'), reading('B')],
    [{ status: 'ok', message: 'prod: all 2 sources of the chosen policies can be read' }],
  ],
  'nothing that is needed': [
    [],
    [
      {
        status: 'warn',
        message: 'prod: the chosen policies read nothing that this site serves',
        advice: 'choose others: AUDIT_POLICIES, AUDIT_SITE',
      },
    ],
  ],
  'each right that is missing, once': [
    [reading('A'), denied('B'), denied('C:one'), denied('C:two')],
    [
      { status: 'fail', message: 'prod: 1 of 4 sources of the chosen policies can be read' },
      { status: 'fail', message: 'B: you are not authorized', advice: grant('B') },
      { status: 'fail', message: 'C:one: you are not authorized', advice: grant('C') },
    ],
  ],
  'what befell many for one reason once': [
    [
      reading('A', refused('Network', 'A: connect ECONNREFUSED')),
      reading('B', refused('Network', 'B: connect ECONNREFUSED')),
      reading('C', refused('Network', 'C: connect ECONNREFUSED')),
    ],
    [
      { status: 'error', message: 'prod: 0 of 3 sources of the chosen policies can be read' },
      { status: 'error', message: 'A: connect ECONNREFUSED; 2 others answered Network too' },
    ],
  ],
  'a refusal and a silence apart': [
    [denied('A'), reading('B', refused('Timeout', 'B: no whole answer within 5 s'))],
    [
      { status: 'fail', message: 'prod: 0 of 2 sources of the chosen policies can be read' },
      { status: 'fail', message: 'A: you are not authorized', advice: grant('A') },
      { status: 'error', message: 'B: no whole answer within 5 s' },
    ],
  ],
};
it.each(Object.entries(readings))('tells of permissions %s', (_name, [found, expected]) => {
  expect(judgeReadings(found, 'prod')).toEqual(expected);
});

// ---- Webhooks ---------------------------------------------------------------------------------

const channels = [{ name: 'slack:hooks.slack.com#00000000' }, { name: 'wecom:x#11111111' }];

it('says that nobody hears of anything', () => {
  expect(judgeWebhooks([], undefined)).toEqual([
    {
      status: 'warn',
      message: 'no channel is set, so nobody hears of anything',
      advice: 'set AUDIT_WEBHOOKS: docs/channels.md',
    },
  ]);
});

it('does not call fine what was not tried', () => {
  expect(judgeWebhooks(channels, undefined)).toEqual([
    {
      status: 'skip',
      message: '2 channels set and not tried: slack:hooks.slack.com#00000000, wecom:x#11111111',
      advice: 'give --send to post a test notice to each',
    },
  ]);
});

it('names each channel with what became of its test notice', () => {
  const deliveries = [
    deliveryOf(),
    deliveryOf({ channel: 'wecom:x#11111111', status: 'failed', reason: 'HTTP 200 93000' }),
  ];
  expect(judgeWebhooks(channels, deliveries)).toEqual([
    { status: 'ok', message: 'slack:hooks.slack.com#00000000 took a test notice' },
    {
      status: 'fail',
      message: 'wecom:x#11111111 did not take a test notice: HTTP 200 93000',
      advice: 'see docs/channels.md',
    },
  ]);
});

/** What doctor says of the accounts of a file of targets. */
import { expect, it } from 'vitest';

import { judgeTargets, readTargets, type TargetFound } from '../../cli/doctor/targets.ts';
import type { Reading } from '../../cli/doctor/permissions.ts';
import { CloudError } from '../../shared/errors.ts';
import type { Accounts } from '../../shared/ports.ts';
import { sources } from '../../shared/settings/sources.ts';

const reading = (action: string, error?: CloudError): Reading => ({
  source: { id: action, camAction: `tcss:${action}` },
  answer: error === undefined ? { ok: true, value: {} } : { ok: false, error },
});
const denied = new CloudError('UnauthorizedOperation', 'X: no; grant tcss:X to the role');
const unreached = new CloudError('Network', 'X: connect ECONNREFUSED');
const hidden = new CloudError('InternalError', 'X: An internal error occurred');
const opened = (uin: string, ...value: readonly Reading[]): TargetFound => ({
  target: { uin },
  readings: { ok: true, value },
});
const closed = (target: TargetFound['target'], error: CloudError): TargetFound => ({
  target,
  readings: { ok: false, error },
});
const good = opened('1', reading('A'), reading('B'));

const cases: Readonly<
  Record<string, readonly [readonly TargetFound[], number, readonly unknown[]]>
> = {
  'all is well': [
    [good, opened('2', reading('A'))],
    2,
    [
      {
        status: 'ok',
        message: '2 accounts of AUDIT_TARGETS: each can be opened, and all its sources read',
      },
    ],
  ],
  'all is well as far as was looked': [
    [good],
    400,
    [
      {
        status: 'ok',
        message:
          '1 of the 400 accounts of AUDIT_TARGETS, taken from all over it: each can be opened, and all its sources read',
      },
    ],
  ],
  'a role cannot be taken': [
    [good, closed({ uin: '2', alias: 'prod', roleArn: 'x' }, denied)],
    2,
    [
      { status: 'fail', message: '2 accounts of AUDIT_TARGETS: 1 cannot be read whole' },
      {
        status: 'fail',
        message: 'prod (2): X: no',
        advice:
          'the role must be there and trust this account, and the caller be granted sts:AssumeRole on it',
      },
    ],
  ],
  'the keys themselves are wrong': [
    [
      closed(
        { uin: '2', roleArn: 'x' },
        new CloudError(
          'AuthFailure.SecretIdNotFound',
          'AssumeRole: no; the secret id does not exist: check the credentials',
        ),
      ),
      closed({ uin: '3' }, denied),
    ],
    2,
    [
      { status: 'fail', message: '2 accounts of AUDIT_TARGETS: 2 cannot be read whole' },
      {
        status: 'fail',
        message: '2: AssumeRole: no',
        advice: 'the secret id does not exist: check the credentials',
      },
      { status: 'fail', message: '3: X: no', advice: 'grant tcss:X to the role' },
    ],
  ],
  'an account is another': [
    [closed({ uin: '2' }, new CloudError('WrongAccount', 'the keys are of account 3'))],
    1,
    [
      { status: 'fail', message: '1 account of AUDIT_TARGETS: 1 cannot be read whole' },
      {
        status: 'fail',
        message: '2: the keys are of account 3',
        advice: 'give the target a roleArn of its own account, or its own uin',
      },
    ],
  ],
  'a role may not read all': [
    [
      opened(
        '2',
        reading('A', denied),
        reading('B', denied),
        reading('C'),
        reading('D', unreached),
      ),
    ],
    1,
    [
      { status: 'fail', message: '1 account of AUDIT_TARGETS: 1 cannot be read whole' },
      {
        status: 'fail',
        message: '2: 3 of 4 sources cannot be read',
        advice: 'grant tcss:A, tcss:B to its role (tcss-audit cam-policy)',
      },
    ],
  ],
  'nothing answers': [
    [opened('2', reading('A', unreached), reading('B', hidden)), closed({ uin: '3' }, unreached)],
    2,
    [
      { status: 'error', message: '2 accounts of AUDIT_TARGETS: 2 cannot be read whole' },
      {
        status: 'error',
        message: '2: 2 of 2 sources cannot be read, X: connect ECONNREFUSED',
      },
      { status: 'error', message: '3: X: connect ECONNREFUSED' },
    ],
  ],
};
it.each(Object.entries(cases))('says that %s', (_name, [found, total, expected]) => {
  expect(judgeTargets(found, total)).toEqual(expected);
});

it('names ten accounts, and counts the others', () => {
  const found = Array.from({ length: 12 }, (_, index) => closed({ uin: String(index) }, denied));
  const verdicts = judgeTargets(found, 12);
  expect(verdicts).toHaveLength(12);
  expect(verdicts.at(-1)).toEqual({ status: 'fail', message: 'and 2 accounts more' });
});

it('looks at fifty of many, from all over the file, each as its own account', async () => {
  const source = sources['DescribeAssetImageScanSetting'];
  if (source === undefined) throw new Error('no source');
  const targets = Array.from({ length: 200 }, (_, index) => ({
    uin: String(index),
    site: 'intl' as const,
    roleArn: `role-of-${String(index)}`,
  }));
  const accounts: Accounts = {
    open: ({ roleArn = '' }) =>
      Promise.resolve({
        read: () => Promise.resolve({}),
        // One of the roles is of another account.
        whoAmI: () => Promise.resolve(roleArn === 'role-of-196' ? '7' : roleArn.slice(8)),
      }),
  };
  const found = await readTargets(accounts, targets, () => [source], Infinity);
  expect(found.map(({ target }) => target.uin)).toEqual(
    Array.from({ length: 50 }, (_, index) => String(index * 4)),
  );
  expect(judgeTargets(found, targets.length).map(({ message }) => message)).toEqual([
    '50 of the 200 accounts of AUDIT_TARGETS, taken from all over it: 1 cannot be read whole',
    '196: the keys are of account 7',
  ]);
});

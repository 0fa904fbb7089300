/** What doctor says of the function's own role. */
import { describe, expect, it } from 'vitest';

import { judgeRole, missingActions, readRole, type RoleSeen } from '../../cli/doctor/role.ts';
import type { Told } from '../../cli/doctor/verdict.ts';
import { CloudError } from '../../shared/errors.ts';
import type { CamPolicy } from '../../shared/settings/cam-policy.ts';

const needed: CamPolicy = {
  version: '2.0',
  statement: [
    { effect: 'allow', action: ['tcss:DescribeA', 'tcss:DescribeB'], resource: ['*'] },
    { effect: 'allow', action: ['name/cos:PutObject'], resource: ['x'] },
  ],
};
const documentOf = (...action: readonly string[]) =>
  JSON.stringify({ version: '2.0', statement: [{ effect: 'allow', action, resource: ['*'] }] });

describe('missing actions', () => {
  const cases: Readonly<Record<string, readonly [string, readonly string[]]>> = {
    'are none of the same policy': [JSON.stringify(needed), []],
    'are named as CAM names them': [
      documentOf('tcss:DescribeA'),
      ['tcss:DescribeB', 'cos:PutObject'],
    ],
    'are none that a star covers': [documentOf('tcss:Describe*', 'name/cos:*'), []],
    'are none that a lone star covers': [documentOf('*'), []],
    'may be one text as well as a list': [
      '{"statement":[{"effect":"allow","action":"tcss:*","resource":"*"}]}',
      ['cos:PutObject'],
    ],
    'are all that is denied': [
      JSON.stringify({ statement: [{ effect: 'deny', action: ['*'], resource: ['*'] }] }),
      ['tcss:DescribeA', 'tcss:DescribeB', 'cos:PutObject'],
    ],
    'are all of a document that is none': [
      '{',
      ['tcss:DescribeA', 'tcss:DescribeB', 'cos:PutObject'],
    ],
    'are all of a document without statements': [
      '[]',
      ['tcss:DescribeA', 'tcss:DescribeB', 'cos:PutObject'],
    ],
  };
  it.each(Object.entries(cases))('%s', (_name, [document, missing]) => {
    expect(missingActions(document, needed)).toEqual(missing);
  });
});

const denied = new CloudError('AuthFailure.UnauthorizedOperation', 'ListPolicies: no');
const there: RoleSeen['role'] = { kind: 'there', isOurs: true, carriers: ['scf.qcloud.com'] };
const policy = { id: 1, isOurs: true, isAttached: true, document: JSON.stringify(needed) };
const seen = (change: Partial<RoleSeen> = {}): Told<RoleSeen> => ({
  ok: true,
  value: { role: there, policy: { ok: true, value: policy }, ...change },
});
const remake = 'tcss-audit deploy --create-role brings it up to date';

const cases: Readonly<Record<string, readonly [Told<RoleSeen>, unknown]>> = {
  'may do what it must': [
    seen(),
    {
      status: 'ok',
      message: 'the role audit may do all that its settings need, by the policy of its name',
    },
  ],
  'lacks a right': [
    seen({ policy: { ok: true, value: { ...policy, document: documentOf('tcss:DescribeA') } } }),
    {
      status: 'fail',
      message: 'the policy audit of the role lacks tcss:DescribeB, cos:PutObject',
      advice: remake,
    },
  ],
  'is gone': [
    seen({ role: { kind: 'absent' } }),
    {
      status: 'fail',
      message: 'there is no role audit in CAM: the function gets no keys',
      advice: 'make it: tcss-audit deploy --create-role',
    },
  ],
  'cannot be taken by SCF': [
    seen({ role: { kind: 'there', isOurs: false, carriers: ['cvm.qcloud.com'] } }),
    {
      status: 'fail',
      message: 'the role audit does not let scf.qcloud.com take it: the function gets no keys',
      advice: 'add it to the role’s carriers in CAM',
    },
  ],
  'has a trust that says something else': [
    seen({ role: { kind: 'there', isOurs: false, carriers: undefined } }),
    {
      status: 'ok',
      message: 'the role audit may do all that its settings need, by the policy of its name',
    },
  ],
  'may not be looked at': [
    seen({ role: { kind: 'unknown', reason: 'GetRole: no' } }),
    { status: 'skip', message: 'the role audit could not be looked at: GetRole: no' },
  ],
  'has a policy that may not be looked at': [
    seen({ policy: { ok: false, error: denied } }),
    {
      status: 'skip',
      message: 'what the role audit may do could not be looked at: ListPolicies: no',
    },
  ],
  'has no policy that was made here': [
    seen({ policy: { ok: true, value: undefined } }),
    {
      status: 'skip',
      message: 'the role audit has no policy of its own name: what it may do is not known here',
      advice: 'a run whose role may not read something says so under nights',
    },
  ],
  'does not have the policy that was made for it': [
    seen({ policy: { ok: true, value: { ...policy, isAttached: false } } }),
    {
      status: 'warn',
      message: 'the policy audit is not attached to the role of its name',
      advice: remake,
    },
  ],
  'could not be asked for': [
    { ok: false, error: new CloudError('Network', 'GetRole: connect ECONNREFUSED') },
    { status: 'error', message: 'GetRole: connect ECONNREFUSED' },
  ],
};
it.each(Object.entries(cases))('the role %s', (_name, [found, expected]) => {
  expect(judgeRole('audit', found, needed)).toEqual(expected);
});

it('is read with its policy, and without where that may not be read', async () => {
  const role = () => Promise.resolve(there);
  expect(await readRole({ role, policy: () => Promise.resolve(policy) }, 'audit')).toEqual({
    role: there,
    policy: { ok: true, value: policy },
  });
  expect(await readRole({ role, policy: () => Promise.reject(denied) }, 'audit')).toEqual({
    role: there,
    policy: { ok: false, error: denied },
  });
});

/** Temporary keys and many accounts, as Tencent's clients see them. */
import { describe, expect, it } from 'vitest';
import { allPermissions, createEstate, type Account } from '../../simulator/simulator.ts';
import {
  commonClient,
  credentialIn,
  describeSettings,
  failed,
  outcomeOf,
  stsClient,
  tcssClient,
} from '../support/sim-client.ts';
import { goodSettings, requestId, simulators, startMs } from '../support/sim-start.ts';

const start = simulators();

const member = '100000000002';
const arn = `qcs::cam::uin/${member}:roleName/TcssAudit`;
const wanted = { RoleArn: arn, RoleSessionName: 'nightly' };

const first: Account = {
  secretId: 'SIMULATOR-ID',
  secretKey: 'SIMULATOR-KEY',
  uin: '100000000001',
  permissions: allPermissions,
};

/** One member whose role is as the test wants it. */
function withRole(role: Partial<NonNullable<Account['roles']>[number]>) {
  return { accounts: createEstate(1, role) };
}

describe('AssumeRole', () => {
  it('gives keys that act in the account of the role', async () => {
    const simulator = await start({ accounts: createEstate(2) });
    const answer = await stsClient(simulator).AssumeRole(wanted);
    expect(answer).toEqual({
      Credentials: {
        TmpSecretId: expect.stringMatching(/^TEMPORARY-[0-9a-f-]{36}$/) as string,
        TmpSecretKey: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        Token: expect.stringMatching(/^[\w+/]{128}==$/) as string,
      },
      ExpiredTime: startMs / 1000 + 7200,
      Expiration: new Date(startMs + 7_200_000).toISOString().replace('.000', ''),
      RequestId: requestId,
    });
    const credential = credentialIn(answer);
    const identity = await stsClient(simulator, { credential }).GetCallerIdentity();
    expect(identity).toEqual({
      Arn: expect.stringMatching(/^qcs::sts:100000000002:assumed-role\/\d+$/) as string,
      AccountId: member,
      UserId: expect.stringMatching(/^\d+:nightly$/) as string,
      PrincipalId: '100000000001',
      Type: 'CAMRole',
      RequestId: requestId,
    });
    expect(await describeSettings(simulator, { credential })).toEqual(goodSettings);
    expect(simulator.requests.map(({ action, uin }) => `${action} ${uin}`)).toEqual([
      'AssumeRole 100000000001',
      'GetCallerIdentity 100000000002',
      'DescribeAssetImageScanSetting 100000000002',
    ]);
  });

  it('gives other keys at every call, all of them good', async () => {
    const simulator = await start({ accounts: createEstate(1) });
    const answers = await Promise.all([1, 2, 3].map(() => stsClient(simulator).AssumeRole(wanted)));
    const keys = answers.map(credentialIn);
    for (const part of ['secretId', 'secretKey', 'token'] as const) {
      expect(new Set(keys.map((key) => key[part])).size).toBe(3);
    }
    expect(
      await Promise.all(keys.map((credential) => describeSettings(simulator, { credential }))),
    ).toEqual([goodSettings, goodSettings, goodSettings]);
  });

  it('knows a role by its id too', async () => {
    const simulator = await start({ accounts: createEstate(1) });
    const credential = credentialIn(await stsClient(simulator).AssumeRole(wanted));
    const { UserId = '' } = await stsClient(simulator, { credential }).GetCallerIdentity();
    const RoleArn = `qcs::cam::uin/${member}:role/${UserId.replace(':nightly', '')}`;
    const again = credentialIn(await stsClient(simulator).AssumeRole({ ...wanted, RoleArn }));
    const identity = await stsClient(simulator, { credential: again }).GetCallerIdentity();
    expect(identity.UserId).toBe(UserId);
  });

  it('may be called with temporary keys: a role takes a role', async () => {
    const hop = { name: 'Hop', trusts: ['100000000001'], permissions: ['sts:AssumeRole'] };
    const simulator = await start({
      accounts: [{ ...first, roles: [hop] }, ...createEstate(1).slice(1)],
    });
    const RoleArn = 'qcs::cam::uin/100000000001:roleName/Hop';
    const credential = credentialIn(await stsClient(simulator).AssumeRole({ ...wanted, RoleArn }));
    const chained = credentialIn(await stsClient(simulator, { credential }).AssumeRole(wanted));
    expect(await describeSettings(simulator, { credential: chained })).toEqual(goodSettings);
    // The role in the middle reads nothing itself.
    expect(await outcomeOf(describeSettings(simulator, { credential }))).toEqual(
      failed(
        'you are not authorized to perform operation (tcss:DescribeAssetImageScanSetting) resource (*) has no permission',
        'AuthFailure.UnauthorizedOperation',
      ),
    );
  });

  const tokenFailure = failed(
    'The token is missing, expired or of another key.',
    'AuthFailure.TokenFailure',
  );

  it('gives keys that end with the clock', async () => {
    let nowMs = startMs;
    const simulator = await start({ accounts: createEstate(1), now: () => nowMs });
    const answer = await stsClient(simulator).AssumeRole({ ...wanted, DurationSeconds: 60 });
    const credential = credentialIn(answer);
    nowMs += 59_999;
    expect(await describeSettings(simulator, { credential })).toMatchObject({ Enable: true });
    nowMs += 1;
    expect(await outcomeOf(describeSettings(simulator, { credential }))).toEqual(tokenFailure);
  });

  it('gives keys that need their own token', async () => {
    const simulator = await start({ accounts: createEstate(1) });
    const take = async () => credentialIn(await stsClient(simulator).AssumeRole(wanted));
    const { token, ...bare } = await take();
    const other = await take();
    const mixed = { ...bare, token: other.token };
    for (const credential of [bare, mixed]) {
      expect(await outcomeOf(describeSettings(simulator, { credential }))).toEqual(tokenFailure);
    }
    expect(await describeSettings(simulator, { credential: { ...bare, token } })).toEqual(
      goodSettings,
    );
  });

  const refusals: Record<
    string,
    { readonly options?: object; readonly call?: object; readonly refusal: unknown }
  > = {
    'a role that is not there': {
      call: { RoleArn: `qcs::cam::uin/${member}:roleName/Other` },
      refusal: failed('The resource `Other` does not exist.', 'ResourceNotFound.RoleNotFound'),
    },
    'a role of an account that is not there': {
      call: { RoleArn: 'qcs::cam::uin/999:roleName/TcssAudit' },
      refusal: failed('The resource `TcssAudit` does not exist.', 'ResourceNotFound.RoleNotFound'),
    },
    'a role that trusts somebody else': {
      options: withRole({ trusts: ['100000000009'] }),
      refusal: failed(
        'You are not authorized to perform operation (sts:AssumeRole).',
        'UnauthorizedOperation',
      ),
    },
    'a role that wants an external id': {
      options: withRole({ externalId: 'audit-7' }),
      refusal: failed(
        'You are not authorized to perform operation (sts:AssumeRole).',
        'UnauthorizedOperation',
      ),
    },
    'another external id': {
      options: withRole({ externalId: 'audit-7' }),
      call: { ExternalId: 'audit-8' },
      refusal: failed(
        'You are not authorized to perform operation (sts:AssumeRole).',
        'UnauthorizedOperation',
      ),
    },
    'a caller that may not': {
      options: {
        accounts: [{ ...first, permissions: [] }, ...createEstate(1).slice(1)],
      },
      refusal: failed(
        'you are not authorized to perform operation (sts:AssumeRole) resource (*) has no permission',
        'AuthFailure.UnauthorizedOperation',
      ),
    },
    'an ARN of another form': {
      call: { RoleArn: 'arn:aws:iam::1:role/TcssAudit' },
      refusal: failed('The parameter `RoleArn` is incorrect.', 'InvalidParameter.ParamError'),
    },
    'a session name of one character': {
      call: { RoleSessionName: 'n' },
      refusal: failed(
        'The parameter `RoleSessionName` is incorrect.',
        'InvalidParameter.ParamError',
      ),
    },
    'a session name with a colon': {
      call: { RoleSessionName: 'night:ly' },
      refusal: failed(
        'The parameter `RoleSessionName` is incorrect.',
        'InvalidParameter.ParamError',
      ),
    },
    'more than twelve hours': {
      call: { DurationSeconds: 43_201 },
      refusal: failed(
        'The parameter `DurationSeconds` is incorrect.',
        'InvalidParameter.OverTimeError',
      ),
    },
    'half a second': {
      call: { DurationSeconds: 0.5 },
      refusal: failed(
        'The parameter `DurationSeconds` is incorrect.',
        'InvalidParameter.ParamError',
      ),
    },
    'a parameter of another type': {
      call: { DurationSeconds: '60' },
      refusal: failed('The parameter `DurationSeconds` is incorrect.', 'InvalidParameter'),
    },
    'a parameter that it does not have': {
      call: { RoleName: 'TcssAudit' },
      refusal: failed('The parameter `RoleName` is not recognized.', 'UnknownParameter'),
    },
    'no session name': {
      call: { RoleSessionName: undefined },
      refusal: failed(
        'The request is missing a required parameter `RoleSessionName`.',
        'MissingParameter',
      ),
    },
  };

  it.each(Object.entries(refusals))('refuses %s', async (_name, row) => {
    const simulator = await start({ accounts: createEstate(1), ...row.options });
    const call = stsClient(simulator).AssumeRole({ ...wanted, ...row.call });
    expect(await outcomeOf(call)).toEqual(row.refusal);
  });

  it('refuses a call without a region', async () => {
    const simulator = await start({ accounts: createEstate(1) });
    const call = commonClient(simulator, '2018-08-13').request('AssumeRole', wanted);
    expect(await outcomeOf(call)).toEqual(
      failed('The request is missing a required parameter `Region`.', 'MissingParameter'),
    );
  });

  it('takes the external id that its role wants', async () => {
    const simulator = await start(withRole({ externalId: 'audit-7' }));
    const answer = await stsClient(simulator).AssumeRole({ ...wanted, ExternalId: 'audit-7' });
    expect(await describeSettings(simulator, { credential: credentialIn(answer) })).toEqual(
      goodSettings,
    );
  });

  it('lends what its role has, and no more', async () => {
    const permissions = ['tcss:DescribeVirusMonitorSetting'];
    const simulator = await start(withRole({ permissions }));
    const credential = credentialIn(await stsClient(simulator).AssumeRole(wanted));
    const client = tcssClient(simulator, { credential });
    expect(await client.DescribeVirusMonitorSetting(undefined)).toMatchObject({ EnableScan: true });
    expect(await outcomeOf(client.DescribeAssetImageScanSetting(undefined))).toEqual(
      failed(
        'you are not authorized to perform operation (tcss:DescribeAssetImageScanSetting) resource (*) has no permission',
        'AuthFailure.UnauthorizedOperation',
      ),
    );
  });

  it('is called 600 times in a second', async () => {
    const simulator = await start({ accounts: createEstate(1) });
    const client = stsClient(simulator);
    const calls = Array.from({ length: 601 }, () => outcomeOf(client.AssumeRole(wanted)));
    const refusal = failed(
      'The request frequency exceeds the limit of 600 for a second. Please slow down.',
      'RequestLimitExceeded',
    );
    const outcomes = (await Promise.all(calls)).map((outcome) => JSON.stringify(outcome));
    expect(outcomes.filter((outcome) => outcome === JSON.stringify(refusal))).toHaveLength(1);
  });
});

describe('an estate', () => {
  async function readerOf(simulator: Awaited<ReturnType<typeof start>>, uin: string) {
    const RoleArn = `qcs::cam::uin/${uin}:roleName/TcssAudit`;
    const credential = credentialIn(await stsClient(simulator).AssumeRole({ ...wanted, RoleArn }));
    return () => outcomeOf(describeSettings(simulator, { credential }));
  }

  it('has settings that one account changed', async () => {
    const simulator = await start({ accounts: createEstate(2) });
    simulator.setSettings((settings) => ({ ...settings, ScanPeriod: 7, ScanVul: false }));
    simulator.setSettings((settings) => ({ ...settings, ScanPeriod: 30 }), undefined, member);
    const [changed, other] = await Promise.all(
      [member, '100000000003'].map((uin) => readerOf(simulator, uin)),
    );
    expect(await changed?.()).toEqual({ ...goodSettings, ScanPeriod: 30, ScanVul: false });
    expect(await other?.()).toEqual({ ...goodSettings, ScanPeriod: 7, ScanVul: false });
    simulator.setScenario('good');
    expect([await changed?.(), await other?.()]).toEqual([goodSettings, goodSettings]);
  });

  it('has faults that strike one account, beside those that strike all', async () => {
    const simulator = await start({ accounts: createEstate(3) });
    const uins = [member, '100000000003', '100000000004'];
    const readers = await Promise.all(uins.map((uin) => readerOf(simulator, uin)));
    const fault = (code: string) => ({ kind: 'api-error', code, message: code }) as const;
    simulator.setApiFault(fault('One'), { uin: member, times: 1 });
    simulator.setApiFault(fault('Two'), { uin: '100000000003', action: 'AssumeRole' });
    simulator.setApiFault(fault('All'), { times: 2 });
    const read = () => Promise.all(readers.map((reader) => reader()));
    expect(await read()).toEqual([
      failed('One', 'One'),
      failed('All', 'All'),
      failed('All', 'All'),
    ]);
    expect(await read()).toEqual([goodSettings, goodSettings, goodSettings]);
  });

  it('has roles that cannot be taken, one account at a time', async () => {
    const simulator = await start({ accounts: createEstate(2) });
    const fault = { kind: 'api-error', code: 'InternalError.GetRoleError' } as const;
    simulator.setApiFault(fault, { uin: member, action: 'AssumeRole' });
    const other = { ...wanted, RoleArn: 'qcs::cam::uin/100000000003:roleName/TcssAudit' };
    expect(await outcomeOf(stsClient(simulator).AssumeRole(wanted))).toEqual(
      failed('The request failed.', 'InternalError.GetRoleError'),
    );
    expect(await stsClient(simulator).AssumeRole(other)).toMatchObject({ RequestId: requestId });
  });

  it('counts its requests and keeps none, where so many are coming', async () => {
    const simulator = await start({ accounts: createEstate(1), keepRequests: false });
    const read = await readerOf(simulator, member);
    await read();
    await read();
    expect(simulator.requests).toEqual([]);
    expect([...simulator.requestCounts]).toEqual([
      ['AssumeRole', 1],
      ['DescribeAssetImageScanSetting', 2],
    ]);
    simulator.clear();
    expect([...simulator.requestCounts]).toEqual([]);
  });

  it('may be of a hundred thousand', async () => {
    const simulator = await start({ accounts: createEstate(100_000) });
    const read = await readerOf(simulator, '100000100001');
    expect(await read()).toEqual(goodSettings);
  });
});

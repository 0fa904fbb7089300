/** Roles and policies, as Tencent's client sees them, and what follows from them. */
import { describe, expect, it } from 'vitest';
import {
  allPermissions,
  createEstate,
  type Account,
  type Simulator,
} from '../../simulator/simulator.ts';
import { deploy } from '../support/scf.ts';
import {
  camClient,
  credentialIn,
  describeSettings,
  failed,
  outcomeOf,
  scfClient,
  ssmClient,
  stsClient,
  tcssClient,
  type Credential,
} from '../support/sim-client.ts';
import { goodSettings, requestId, simulators, startMs } from '../support/sim-start.ts';

const start = simulators();
const now = new Date(startMs).toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' });
const uin = '100000000001';
const RoleName = 'tcss-audit';
const RoleArn = `qcs::cam::uin/${uin}:roleName/${RoleName}`;

function trustOf(principal: object, condition?: object): string {
  const statement = { action: 'name/sts:AssumeRole', effect: 'allow', principal, condition };
  return JSON.stringify({ version: '2.0', statement: [statement] });
}

function policyOf(...statement: object[]): string {
  return JSON.stringify({ version: '2.0', statement });
}

const ofScf = trustOf({ service: ['scf.qcloud.com'] });
const ofSelf = trustOf({ qcs: [`qcs::cam::uin/${uin}:root`] });
const reads = policyOf({
  effect: 'allow',
  action: ['tcss:DescribeAssetImageScanSetting'],
  resource: ['*'],
});

/** Makes a role with these policies that the account itself may take, and takes it. */
async function taken(simulator: Simulator, ...documents: string[]): Promise<Credential> {
  const cam = camClient(simulator);
  await cam.CreateRole({ RoleName, PolicyDocument: ofSelf });
  for (const [index, PolicyDocument] of documents.entries()) {
    const PolicyName = `policy-${String(index)}`;
    await cam.CreatePolicy({ PolicyName, PolicyDocument });
    await cam.AttachRolePolicy({ PolicyName, AttachRoleName: RoleName });
  }
  const answer = await stsClient(simulator).AssumeRole({ RoleArn, RoleSessionName: 'test' });
  return credentialIn(answer);
}

describe('a role', () => {
  it('is made, read, changed and deleted', async () => {
    const simulator = await start();
    const cam = camClient(simulator);
    const { RoleId = '' } = await cam.CreateRole({
      ...{ RoleName, PolicyDocument: ofScf, Description: 'Reads', SessionDuration: 3600 },
      Tags: [{ Key: 'team', Value: 'security' }],
    });
    expect(RoleId).toMatch(/^\d{16,}$/);
    const info = {
      RoleId,
      RoleName,
      PolicyDocument: ofScf,
      Description: 'Reads',
      AddTime: now,
      UpdateTime: now,
      ConsoleLogin: 0,
      RoleType: 'user',
      SessionDuration: 3600,
      DeletionTaskId: null,
      Tags: [{ Key: 'team', Value: 'security' }],
      RoleArn,
    };
    expect(await cam.GetRole({ RoleName })).toEqual({ RoleInfo: info, RequestId: requestId });
    expect(await cam.GetRole({ RoleId })).toEqual({ RoleInfo: info, RequestId: requestId });
    await cam.UpdateAssumeRolePolicy({ RoleName, PolicyDocument: ofSelf });
    expect((await cam.GetRole({ RoleName })).RoleInfo).toEqual({ ...info, PolicyDocument: ofSelf });
    expect(await cam.DeleteRole({ RoleName })).toEqual({ RequestId: requestId });
    expect(await outcomeOf(cam.GetRole({ RoleName }))).toEqual(
      failed('The parameter `tcss-audit` is incorrect.', 'InvalidParameter.RoleNotExist'),
    );
  });

  it('is there from the start where an account lends it', async () => {
    const [admin] = createEstate(0);
    const roles = [{ name: 'Lent', trusts: ['100000000009', 'scf.qcloud.com'], externalId: 'x' }];
    const simulator = await start({ accounts: [{ ...admin, roles }] });
    const { RoleInfo } = await camClient(simulator).GetRole({ RoleName: 'Lent' });
    expect(JSON.parse(RoleInfo?.PolicyDocument ?? '')).toEqual({
      version: '2.0',
      statement: [
        {
          action: 'name/sts:AssumeRole',
          effect: 'allow',
          principal: { qcs: ['qcs::cam::uin/100000000009:root'], service: ['scf.qcloud.com'] },
          condition: { string_equal: { 'sts:external_id': 'x' } },
        },
      ],
    });
  });

  const refusals: Record<string, { readonly call: object; readonly refusal: unknown }> = {
    'a name with a blank': {
      call: { RoleName: 'tcss audit' },
      refusal: failed('The parameter `RoleName` is incorrect.', 'InvalidParameter.RoleNameError'),
    },
    'a trust that is no JSON': {
      call: { PolicyDocument: 'scf.qcloud.com' },
      refusal: failed(
        'The parameter `PolicyDocument` is incorrect.',
        'InvalidParameter.PolicyDocumentError',
      ),
    },
    'a trust of another version': {
      call: { PolicyDocument: ofScf.replace('2.0', '2012-10-17') },
      refusal: failed('The parameter `version` is incorrect.', 'InvalidParameter.VersionError'),
    },
    'a trust without a statement': {
      call: { PolicyDocument: policyOf() },
      refusal: failed('The parameter `statement` is incorrect.', 'InvalidParameter.StatementError'),
    },
    'a trust in nobody': {
      call: { PolicyDocument: trustOf({}) },
      refusal: failed('The parameter `principal` is incorrect.', 'InvalidParameter.PrincipalError'),
    },
    'a trust in a bare uin': {
      call: { PolicyDocument: trustOf({ qcs: [uin] }) },
      refusal: failed(
        'The parameter `principal` is incorrect.',
        'InvalidParameter.PrincipalQcsError',
      ),
    },
    'a trust in a service of somebody else': {
      call: { PolicyDocument: trustOf({ service: ['lambda.amazonaws.com'] }) },
      refusal: failed(
        'The parameter `lambda.amazonaws.com` is incorrect.',
        'InvalidParameter.PrincipalServiceNotExist',
      ),
    },
    'a trust that is a policy': {
      call: { PolicyDocument: reads },
      refusal: failed('The parameter `action` is incorrect.', 'InvalidParameter.ActionError'),
    },
    'a session of a day': {
      call: { SessionDuration: 86_400 },
      refusal: failed(
        'The parameter `SessionDuration` is incorrect.',
        'InvalidParameter.ParamError',
      ),
    },
    'a long description': {
      call: { Description: 'x'.repeat(301) },
      refusal: failed(
        'The parameter `Description` is incorrect.',
        'InvalidParameter.DescriptionLengthOverlimit',
      ),
    },
  };

  it.each(Object.entries(refusals))('is refused with %s', async (_name, { call, refusal }) => {
    const simulator = await start();
    const whole = { RoleName, PolicyDocument: ofScf, ...call };
    expect(await outcomeOf(camClient(simulator).CreateRole(whole))).toEqual(refusal);
  });

  it('is refused a second time', async () => {
    const simulator = await start();
    const create = () =>
      outcomeOf(camClient(simulator).CreateRole({ RoleName, PolicyDocument: ofScf }));
    await create();
    expect(await create()).toEqual(
      failed('The parameter `tcss-audit` is incorrect.', 'InvalidParameter.RoleNameInUse'),
    );
  });

  it('trusts whom its document says', async () => {
    const [admin, one, other] = createEstate(2, {
      permissions: ['sts:AssumeRole'],
    }) as readonly [Account, Account, Account];
    const simulator = await start({ accounts: [admin, one, other] });
    const cam = camClient(simulator);
    const attempt = (credential: Credential, more = {}) =>
      outcomeOf(
        stsClient(simulator, { credential })
          .AssumeRole({ RoleArn, RoleSessionName: 'test', ...more })
          .then(() => 'taken'),
      );
    const refusal = failed(
      'You are not authorized to perform operation (sts:AssumeRole).',
      'UnauthorizedOperation',
    );
    await cam.CreateRole({
      RoleName,
      PolicyDocument: trustOf({ qcs: `qcs::cam::uin/${one.uin}:root` }),
    });
    expect([await attempt(one), await attempt(other)]).toEqual(['taken', refusal]);
    await cam.UpdateAssumeRolePolicy({
      RoleName,
      PolicyDocument: trustOf(
        { qcs: [`qcs::cam::uin/${other.uin}:root`] },
        { string_equal: { 'sts:external_id': 'audit' } },
      ),
    });
    expect([
      await attempt(one),
      await attempt(other),
      await attempt(other, { ExternalId: 'audit' }),
    ]).toEqual([refusal, refusal, 'taken']);
    // One role of the other account alone.
    await cam.UpdateAssumeRolePolicy({
      RoleName,
      PolicyDocument: trustOf({ qcs: [`qcs::cam::uin/${one.uin}:roleName/TcssAudit`] }),
    });
    const lent = await stsClient(simulator).AssumeRole({
      RoleArn: `qcs::cam::uin/${one.uin}:roleName/TcssAudit`,
      RoleSessionName: 'test',
    });
    expect([await attempt(one), await attempt(credentialIn(lent))]).toEqual([refusal, 'taken']);
  });

  it('does not lend its keys for longer than it says', async () => {
    const simulator = await start();
    await camClient(simulator).CreateRole({
      ...{ RoleName, PolicyDocument: ofSelf, SessionDuration: 3600 },
    });
    const call = { RoleArn, RoleSessionName: 'test', DurationSeconds: 3601 };
    expect(await outcomeOf(stsClient(simulator).AssumeRole(call))).toEqual(
      failed('The parameter `DurationSeconds` is incorrect.', 'InvalidParameter.OverTimeError'),
    );
  });
});

describe('a policy', () => {
  it('is made, listed, changed and deleted', async () => {
    const simulator = await start();
    const cam = camClient(simulator);
    const { PolicyId = 0 } = await cam.CreatePolicy({
      ...{ PolicyName: 'tcss-audit', PolicyDocument: reads, Description: 'Reads' },
    });
    const listed = {
      PolicyId,
      PolicyName: 'tcss-audit',
      AddTime: now,
      UpdateTime: now,
      Type: 1,
      Description: 'Reads',
      CreateMode: 2,
      Attachments: 0,
      AttachEntityCount: 0,
      AttachEntityBoundaryCount: 0,
      ServiceType: '',
      IsAttached: null,
      Deactived: 0,
      DeactivedDetail: [],
      IsServiceLinkedPolicy: 0,
      Tags: [],
    };
    const own = () => cam.ListPolicies({ Scope: 'Local', Keyword: 'tcss' });
    expect(await own()).toEqual({
      List: [listed],
      TotalNum: 1,
      ServiceTypeList: [],
      RequestId: requestId,
    });
    expect((await cam.ListPolicies({})).List?.map(({ PolicyName }) => PolicyName)).toEqual([
      'AdministratorAccess',
      'tcss-audit',
    ]);
    await cam.CreateRole({ RoleName, PolicyDocument: ofScf });
    await cam.AttachRolePolicy({ PolicyId, AttachRoleName: RoleName });
    expect((await own()).List?.[0]).toEqual({ ...listed, Attachments: 1, AttachEntityCount: 1 });
    expect(await cam.UpdatePolicy({ PolicyId, PolicyDocument: reads })).toEqual({
      RequestId: requestId,
    });
    expect(await cam.UpdatePolicy({ PolicyName: 'tcss-audit', PolicyDocument: reads })).toEqual({
      PolicyId,
      RequestId: requestId,
    });
    await cam.DeletePolicy({ PolicyId: [PolicyId] });
    expect((await own()).TotalNum).toBe(0);
    expect(await cam.ListAttachedRolePolicies({ Page: 1, Rp: 20, RoleName })).toMatchObject({
      List: [],
      TotalNum: 0,
    });
  });

  it('is attached to a role, once, and taken from it', async () => {
    const simulator = await start();
    const cam = camClient(simulator);
    const { PolicyId } = await cam.CreatePolicy({ PolicyName: 'own', PolicyDocument: reads });
    await cam.CreateRole({ RoleName, PolicyDocument: ofScf });
    await cam.AttachRolePolicy({ PolicyName: 'own', AttachRoleName: RoleName });
    await cam.AttachRolePolicy({ PolicyName: 'own', AttachRoleName: RoleName });
    await cam.AttachRolePolicy({ PolicyName: 'AdministratorAccess', AttachRoleName: RoleName });
    const attached = async (more = {}) =>
      (await cam.ListAttachedRolePolicies({ Page: 1, Rp: 20, RoleName, ...more })).List;
    expect((await attached())?.map(({ PolicyName }) => PolicyName)).toEqual([
      'AdministratorAccess',
      'own',
    ]);
    expect(await attached({ PolicyType: 'User' })).toEqual([
      {
        PolicyId,
        PolicyName: 'own',
        AddTime: now,
        PolicyType: 'User',
        CreateMode: 2,
        Deactived: 0,
        DeactivedDetail: [],
        Description: '',
      },
    ]);
    await cam.DetachRolePolicy({ PolicyName: 'own', DetachRoleName: RoleName });
    expect((await attached())?.map(({ PolicyName }) => PolicyName)).toEqual([
      'AdministratorAccess',
    ]);
  });

  const refusals: Record<string, { readonly statement: object; readonly refusal: unknown }> = {
    'without an effect': {
      statement: { effect: undefined },
      refusal: failed('The parameter `effect` is incorrect.', 'InvalidParameter.EffectError'),
    },
    'without an action': {
      statement: { action: [] },
      refusal: failed('The parameter `action` is incorrect.', 'InvalidParameter.ActionError'),
    },
    'with an action of no service': {
      statement: { action: ['DescribeAssetImageScanSetting'] },
      refusal: failed('The parameter `action` is incorrect.', 'InvalidParameter.ActionError'),
    },
    'without a resource': {
      statement: { resource: undefined },
      refusal: failed('The parameter `resource` is incorrect.', 'InvalidParameter.ResourceError'),
    },
    'with a resource of another cloud': {
      statement: { resource: ['arn:aws:s3:::bucket'] },
      refusal: failed('The parameter `resource` is incorrect.', 'InvalidParameter.ResourceError'),
    },
    'with a principal': {
      statement: { principal: { qcs: ['*'] } },
      refusal: failed('The parameter `principal` is incorrect.', 'InvalidParameter.PrincipalError'),
    },
    'with a condition that is a list': {
      statement: { condition: [] },
      refusal: failed('The parameter `condition` is incorrect.', 'InvalidParameter.ConditionError'),
    },
  };

  it.each(Object.entries(refusals))('is refused %s', async (_name, { statement, refusal }) => {
    const simulator = await start();
    const good = { effect: 'allow', action: 'tcss:*', resource: '*' };
    const PolicyDocument = policyOf({ ...good, ...statement });
    const call = { PolicyName: 'tcss-audit', PolicyDocument };
    expect(await outcomeOf(camClient(simulator).CreatePolicy(call))).toEqual(refusal);
  });

  it('is refused a second time, too long, and where it is not there', async () => {
    const simulator = await start();
    const cam = camClient(simulator);
    const create = (PolicyDocument: string) =>
      outcomeOf(cam.CreatePolicy({ PolicyName: 'own', PolicyDocument }));
    await create(reads);
    await cam.CreateRole({ RoleName, PolicyDocument: ofScf });
    expect([
      await create(reads),
      await create(`${reads}${' '.repeat(6144)}`),
      await outcomeOf(cam.AttachRolePolicy({ PolicyId: 7, AttachRoleName: RoleName })),
      await outcomeOf(cam.UpdatePolicy({ PolicyId: 7, PolicyDocument: reads })),
      await outcomeOf(cam.DeletePolicy({ PolicyId: [7] })),
      await outcomeOf(cam.UpdatePolicy({ PolicyId: 1, PolicyDocument: reads })),
    ]).toEqual([
      failed('The operation failed: `own`.', 'FailedOperation.PolicyNameInUse'),
      failed('The operation failed: `own`.', 'FailedOperation.PolicyNameInUse'),
      failed('The parameter `7` is incorrect.', 'InvalidParameter.PolicyIdNotExist'),
      failed('The resource `7` does not exist.', 'ResourceNotFound.PolicyIdNotFound'),
      failed('The resource `7` does not exist.', 'ResourceNotFound.PolicyIdNotFound'),
      failed('The parameter `AdministratorAccess` is incorrect.', 'InvalidParameter.PolicyIdError'),
    ]);
  });
});

describe('what policies allow', () => {
  const denied = failed(
    'you are not authorized to perform operation (tcss:DescribeAssetImageScanSetting) resource (*) has no permission',
    'AuthFailure.UnauthorizedOperation',
  );
  const action = 'tcss:DescribeAssetImageScanSetting';
  const rows: Record<string, { readonly documents: string[]; readonly seen: unknown }> = {
    'the action by its name': { documents: [reads], seen: goodSettings },
    'a part of its name': {
      documents: [policyOf({ effect: 'allow', action: 'tcss:Describe*', resource: '*' })],
      seen: goodSettings,
    },
    everything: {
      documents: [policyOf({ effect: 'allow', action: '*', resource: '*' })],
      seen: goodSettings,
    },
    'nothing without a policy': { documents: [], seen: denied },
    'nothing where the action is another': {
      documents: [policyOf({ effect: 'allow', action: 'tcss:DescribeVirus*', resource: '*' })],
      seen: denied,
    },
    'nothing where one of them denies': {
      documents: [reads, policyOf({ effect: 'deny', action: 'tcss:*', resource: '*' })],
      seen: denied,
    },
    'nothing where a resource is named of a product that has none': {
      documents: [
        policyOf({ effect: 'allow', action, resource: `qcs::tcss::uin/${uin}:setting/1` }),
      ],
      seen: denied,
    },
  };

  it.each(Object.entries(rows))('is %s', async (_name, { documents, seen }) => {
    const simulator = await start();
    const credential = await taken(simulator, ...documents);
    expect(await outcomeOf(describeSettings(simulator, { credential }))).toEqual(seen);
  });

  it('is gone with the policy, the attachment or the role', async () => {
    const simulator = await start();
    const cam = camClient(simulator);
    const credential = await taken(simulator, reads);
    const read = () => outcomeOf(describeSettings(simulator, { credential }));
    expect(await read()).toEqual(goodSettings);
    await cam.DetachRolePolicy({ PolicyName: 'policy-0', DetachRoleName: RoleName });
    expect(await read()).toEqual(denied);
    await cam.AttachRolePolicy({ PolicyName: 'policy-0', AttachRoleName: RoleName });
    expect(await read()).toEqual(goodSettings);
    await cam.DeleteRole({ RoleName });
    expect(await read()).toEqual(denied);
  });

  it('is one secret, one role, one function', async () => {
    const [admin, ...members] = createEstate(2);
    const simulator = await start({
      accounts: [admin, ...members],
      secrets: { webhooks: { v1: 'one' }, key: { v1: 'two' } },
    });
    const target = (number: number) =>
      `qcs::cam::uin/10000000000${String(number)}:roleName/TcssAudit`;
    const credential = await taken(
      simulator,
      policyOf(
        { effect: 'allow', action: 'name/sts:AssumeRole', resource: target(2) },
        {
          effect: 'allow',
          action: 'ssm:GetSecretValue',
          resource: `qcs::ssm:ap-singapore:uin/${uin}:secret/creatorUin/*/webhooks`,
        },
        {
          effect: 'allow',
          action: ['scf:Invoke', 'scf:GetFunction'],
          resource: 'qcs::scf:::namespace/default/function/audit',
        },
      ),
    );
    const code = 'exports.main_handler = async () => "ran";';
    await deploy(simulator, code, { FunctionName: 'audit' });
    await deploy(simulator, code, { FunctionName: 'other' });
    const refusalOf = (permission: string) =>
      failed(
        `you are not authorized to perform operation (${permission}) resource (*) has no permission`,
        'AuthFailure.UnauthorizedOperation',
      );
    const [sts, ssm, scf] = [stsClient, ssmClient, scfClient].map((client) =>
      client(simulator, { credential }),
    ) as [ReturnType<typeof stsClient>, ReturnType<typeof ssmClient>, ReturnType<typeof scfClient>];
    const assume = (number: number) =>
      outcomeOf(sts.AssumeRole({ RoleArn: target(number), RoleSessionName: 'test' }));
    const secret = (SecretName: string) =>
      outcomeOf(ssm.GetSecretValue({ SecretName, VersionId: 'v1' }));
    const invoke = (FunctionName: string) => outcomeOf(scf.Invoke({ FunctionName }));
    expect([await assume(2), await secret('webhooks'), await invoke('audit')]).toMatchObject([
      { RequestId: requestId },
      { SecretString: 'one' },
      { Result: { RetMsg: 'ran' } },
    ]);
    expect([await assume(3), await secret('key'), await invoke('other')]).toEqual([
      refusalOf('sts:AssumeRole'),
      refusalOf('ssm:GetSecretValue'),
      refusalOf('scf:Invoke'),
    ]);
  });

  it('reaches a function through its execution role', async () => {
    const simulator = await start();
    const cam = camClient(simulator);
    await cam.CreateRole({ RoleName, PolicyDocument: ofScf });
    await cam.CreatePolicy({ PolicyName: 'reads', PolicyDocument: reads });
    await cam.AttachRolePolicy({ PolicyName: 'reads', AttachRoleName: RoleName });
    const client = await deploy(
      simulator,
      `exports.main_handler = async () => {
        const { TENCENTCLOUD_SECRETID, TENCENTCLOUD_SECRETKEY, TENCENTCLOUD_SESSIONTOKEN } = process.env;
        return [TENCENTCLOUD_SECRETID, TENCENTCLOUD_SECRETKEY, TENCENTCLOUD_SESSIONTOKEN];
      };`,
      { Role: RoleName },
    );
    const { Result } = await client.Invoke({ FunctionName: 'audit' });
    const [secretId = '', secretKey = '', token = ''] = JSON.parse(
      Result?.RetMsg ?? '',
    ) as string[];
    const credential = { secretId, secretKey, token };
    expect(await describeSettings(simulator, { credential })).toEqual(goodSettings);
    const other = tcssClient(simulator, { credential }).DescribeVirusScanSetting(undefined);
    expect(await outcomeOf(other)).toMatchObject({
      error: { code: 'AuthFailure.UnauthorizedOperation' },
    });
  });
});

it('wants its permissions', async () => {
  const [admin] = createEstate(0);
  const permissions = allPermissions.filter((permission) => !permission.startsWith('cam:'));
  const simulator = await start({ accounts: [{ ...admin, permissions }] });
  const cam = camClient(simulator);
  const calls = {
    CreateRole: cam.CreateRole({ RoleName, PolicyDocument: ofScf }),
    GetRole: cam.GetRole({ RoleName }),
    UpdateAssumeRolePolicy: cam.UpdateAssumeRolePolicy({ RoleName, PolicyDocument: ofScf }),
    DeleteRole: cam.DeleteRole({ RoleName }),
    CreatePolicy: cam.CreatePolicy({ PolicyName: 'p', PolicyDocument: reads }),
    UpdatePolicy: cam.UpdatePolicy({ PolicyName: 'p' }),
    ListPolicies: cam.ListPolicies({}),
    DeletePolicy: cam.DeletePolicy({ PolicyId: [1] }),
    AttachRolePolicy: cam.AttachRolePolicy({ PolicyId: 1, AttachRoleName: RoleName }),
    DetachRolePolicy: cam.DetachRolePolicy({ PolicyId: 1, DetachRoleName: RoleName }),
    ListAttachedRolePolicies: cam.ListAttachedRolePolicies({ Page: 1, Rp: 10, RoleName }),
  };
  expect(await Promise.all(Object.values(calls).map(outcomeOf))).toEqual(
    Object.keys(calls).map((action) =>
      failed(
        `you are not authorized to perform operation (cam:${action}) resource (*) has no permission`,
        'AuthFailure.UnauthorizedOperation',
      ),
    ),
  );
});

describe('one policy', () => {
  it('is told whole, by its id', async () => {
    const cam = camClient(await start());
    const { PolicyId = 0 } = await cam.CreatePolicy({
      ...{ PolicyName: 'mine', PolicyDocument: reads, Description: 'of mine' },
    });
    expect(await cam.GetPolicy({ PolicyId })).toEqual({
      ...{ PolicyName: 'mine', Description: 'of mine', Type: 1, PolicyDocument: reads },
      ...{ AddTime: now, UpdateTime: now, PresetAlias: '', IsServiceLinkedRolePolicy: 0, Tags: [] },
      RequestId: requestId,
    });
    expect(await cam.GetPolicy({ PolicyId: 1 })).toMatchObject({
      PolicyName: 'AdministratorAccess',
      Type: 2,
    });
  });

  it('is refused where there is none', async () => {
    const cam = camClient(await start());
    expect(await outcomeOf(cam.GetPolicy({ PolicyId: 7 }))).toMatchObject({
      error: { code: 'ResourceNotFound.PolicyIdNotFound' },
    });
  });
});

/** Functions, their triggers and settings, as Tencent's client sees them. */
import { createHash } from 'node:crypto';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { allPermissions, createEstate, type Account } from '../../simulator/simulator.ts';
import { activeAgain, deploy, zipOf } from '../support/scf.ts';
import {
  commonClient,
  failed,
  outcomeOf,
  scfClient,
  type ClientOptions,
} from '../support/sim-client.ts';
import { requestId, simulators, startMs } from '../support/sim-start.ts';

const start = simulators();
const [first] = createEstate(0);
const now = shanghai(startMs);
const code = 'exports.main_handler = async () => 1;';
const FunctionName = 'audit';

const withRole: { accounts: [Account] } = {
  accounts: [
    {
      ...first,
      roles: [
        { name: 'Execution', trusts: ['scf.qcloud.com'] },
        { name: 'Other', trusts: ['100000000001'] },
      ],
    },
  ],
};

function shanghai(epochMs: number): string {
  return new Date(epochMs).toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' });
}

const created = {
  FunctionName,
  FunctionId: expect.stringMatching(/^lam-\w+$/) as string,
  Namespace: 'default',
  Runtime: 'Nodejs18.15',
  Handler: 'index.main_handler',
  Description: '',
  Type: 'Event',
  MemorySize: 128,
  Timeout: 3,
  InitTimeout: 65,
  Environment: { Variables: [] },
  Role: '',
  Status: 'Active',
  StatusDesc: '',
  StatusReasons: [],
  AvailableStatus: 'Available',
  CodeInfo: '',
  CodeSize: Buffer.from(zipOf(code), 'base64').length,
  CodeResult: 'success',
  CodeError: '',
  ErrNo: 0,
  FunctionVersion: '$LATEST',
  Qualifier: '$LATEST',
  Triggers: [],
  Tags: [],
  Layers: [],
  VpcConfig: { VpcId: '', SubnetId: '' },
  CfsConfig: { CfsInsList: [] },
  PublicNetConfig: {
    PublicNetStatus: 'ENABLE',
    EipConfig: { EipStatus: 'DISABLE', EipAddress: [] },
  },
  EipConfig: { EipFixed: 'FALSE', Eips: [] },
  DeadLetterConfig: { Type: '', Name: '', FilterType: '' },
  AccessInfo: { Host: '', Vip: '' },
  ClsLogsetId: '',
  ClsTopicId: '',
  InstallDependency: 'FALSE',
  DnsCache: 'FALSE',
  UseGpu: 'FALSE',
  L5Enable: 'FALSE',
  OnsEnable: null,
  AsyncRunEnable: 'FALSE',
  TraceEnable: 'FALSE',
  TotalProvisionedConcurrencyMem: null,
  ReservedConcurrencyMem: null,
  ImageConfig: null,
  ProtocolType: null,
  ProtocolParams: null,
  InstanceConcurrencyConfig: null,
  IntranetConfig: null,
  AddTime: now,
  ModTime: now,
  RequestId: requestId,
};

describe('CreateFunction', () => {
  it('makes a function that is there a little later', async () => {
    const simulator = await start({ scf: { settlePolls: 2 } });
    const client = scfClient(simulator);
    const call = { FunctionName, Runtime: 'Nodejs18.15', Code: { ZipFile: zipOf(code) } };
    expect(await client.CreateFunction(call)).toEqual({ RequestId: requestId });
    const answers = [
      await client.GetFunction({ FunctionName }),
      await client.GetFunction({ FunctionName }),
      await client.GetFunction({ FunctionName }),
    ];
    expect(answers).toEqual([
      { ...created, Status: 'Creating' },
      { ...created, Status: 'Creating' },
      created,
    ]);
  });

  it('makes a function that is there after some time, asked for or not', async () => {
    let nowMs = startMs;
    const simulator = await start({
      now: () => nowMs,
      scf: { settlePolls: Infinity, settleMs: 5000 },
    });
    const client = scfClient(simulator);
    const call = { FunctionName, Runtime: 'Nodejs18.15', Code: { ZipFile: zipOf(code) } };
    await client.CreateFunction(call);
    const status = async () => (await client.GetFunction({ FunctionName })).Status;
    nowMs += 4999;
    expect(await status()).toBe('Creating');
    nowMs += 1;
    expect(await status()).toBe('Active');
  });

  it('keeps what it is told', async () => {
    const simulator = await start(withRole);
    const told = {
      FunctionName,
      Runtime: 'Nodejs20.19',
      Handler: 'main.handle',
      Description: 'Nightly audit',
      MemorySize: 64,
      Timeout: 900,
      InitTimeout: 10,
      Role: 'Execution',
      Environment: { Variables: [{ Key: 'AUDIT_SITE', Value: 'intl' }] },
      ClsLogsetId: 'logset',
      ClsTopicId: 'topic',
      Layers: [{ LayerName: 'l', LayerVersion: 1 }],
      PublicNetConfig: { PublicNetStatus: 'DISABLE' },
      Tags: [{ Key: 'team', Value: 'security' }],
    };
    const client = scfClient(simulator);
    await client.CreateFunction({ ...told, Code: { ZipFile: zipOf({ 'main.js': code }) } });
    const answer = await client.GetFunction({ FunctionName });
    expect(answer).toMatchObject({ ...told, Status: 'Creating' });
  });

  it('takes code of several megabytes', async () => {
    const simulator = await start();
    const random = Uint8Array.from(
      { length: 6_000_000 },
      (_, index) => (index * 2_654_435_761) >>> 24,
    );
    const zip = zipSync({ 'index.js': strToU8(code), 'data.bin': [random, { level: 0 }] });
    const client = scfClient(simulator);
    await client.CreateFunction({
      FunctionName,
      Runtime: 'Nodejs18.15',
      Code: { ZipFile: Buffer.from(zip).toString('base64') },
    });
    expect((await client.GetFunction({ FunctionName })).CodeSize).toBe(zip.length);
  });

  it('takes code from the bucket', async () => {
    const simulator = await start();
    simulator.cos.objects.set('code/audit.zip', {
      bytes: Buffer.from(zipOf(code), 'base64'),
      ...{ etag: '', meta: {}, at: '' },
    });
    const client = scfClient(simulator);
    const Code = { CosBucketName: 'audit', CosObjectName: '/code/audit.zip' };
    await client.CreateFunction({ FunctionName, Runtime: 'Nodejs18.15', Code });
    expect((await client.GetFunction({ FunctionName })).CodeSize).toBe(created.CodeSize);
  });

  const variables = (...pairs: [string, string][]) => ({
    Environment: { Variables: pairs.map(([Key, Value]) => ({ Key, Value })) },
  });
  const refusals: Record<string, { readonly call: object; readonly refusal: unknown }> = {
    'a name that ends with a hyphen': {
      call: { FunctionName: 'audit-' },
      refusal: failed(
        'The value of the parameter `FunctionName` is not valid.',
        'InvalidParameterValue.FunctionName',
      ),
    },
    'a runtime that nobody has': {
      call: { Runtime: 'Nodejs99' },
      refusal: failed(
        'The value of the parameter `Runtime` is not valid.',
        'InvalidParameterValue.Runtime',
      ),
    },
    'a handler without a function': {
      call: { Handler: 'index' },
      refusal: failed(
        'The value of the parameter `Handler` is not valid.',
        'InvalidParameterValue.Handler',
      ),
    },
    'memory between the steps': {
      call: { MemorySize: 200 },
      refusal: failed(
        'The value of the parameter `MemorySize` is not valid.',
        'InvalidParameterValue.MemorySize',
      ),
    },
    'too much memory': {
      call: { MemorySize: 4096 },
      refusal: failed('The limit of `MemorySize` is exceeded.', 'LimitExceeded.Memory'),
    },
    'too much time': {
      call: { Timeout: 901 },
      refusal: failed('The limit of `Timeout` is exceeded.', 'LimitExceeded.Timeout'),
    },
    'a variable that the platform sets': {
      call: variables(['TENCENTCLOUD_REGION', 'x']),
      refusal: failed(
        'The value of the parameter `TENCENTCLOUD_REGION` is not valid.',
        'InvalidParameterValue.EnvironmentSystemProtect',
      ),
    },
    'a variable that no shell would take': {
      call: variables(['A-B', 'x']),
      refusal: failed(
        'The value of the parameter `A-B` is not valid.',
        'InvalidParameterValue.Environment',
      ),
    },
    'more than 4 KB of variables': {
      call: variables(['A', 'x'.repeat(4096)]),
      refusal: failed(
        'The value of the parameter `Environment` is not valid.',
        'InvalidParameterValue.EnvironmentExceededLimit',
      ),
    },
    'a role that is not there': {
      call: { Role: 'Nobody' },
      refusal: failed('The resource `Nobody` does not exist.', 'ResourceNotFound.Role'),
    },
    'a role that does not trust the platform': {
      call: { Role: 'Other' },
      refusal: failed('The parameter `Role` is incorrect.', 'InvalidParameter.RoleCheck'),
    },
    'no code': {
      call: { Code: {} },
      refusal: failed(
        'The request is missing a required parameter `Code`.',
        'MissingParameter.Code',
      ),
    },
    'code that is no base64': {
      call: { Code: { ZipFile: 'not base64' } },
      refusal: failed(
        'The value of the parameter `ZipFile` is not valid.',
        'InvalidParameterValue.ZipFileBase64BinasciiError',
      ),
    },
    'code that is no zip': {
      call: { Code: { ZipFile: Buffer.from(code).toString('base64') } },
      refusal: failed(
        'The value of the parameter `ZipFile` is not valid.',
        'InvalidParameterValue.ZipFile',
      ),
    },
    'a zip that is cut': {
      call: { Code: { ZipFile: zipOf(code).slice(0, 80) } },
      refusal: failed(
        'The value of the parameter `ZipFile` is not valid.',
        'InvalidParameterValue.ZipFile',
      ),
    },
    'a zip that would write elsewhere': {
      call: { Code: { ZipFile: zipOf({ '../index.js': code }) } },
      refusal: failed(
        'The value of the parameter `ZipFile` is not valid.',
        'InvalidParameterValue.ZipFile',
      ),
    },
    'code that is not in the bucket': {
      call: { Code: { CosBucketName: 'audit', CosObjectName: '/gone.zip' } },
      refusal: failed('The resource `/gone.zip` does not exist.', 'ResourceNotFound.Cos'),
    },
    'a namespace that is not there': {
      call: { Namespace: 'prod' },
      refusal: failed('The resource `prod` does not exist.', 'ResourceNotFound.Namespace'),
    },
    'a parameter that it does not have': {
      call: { Memory: 128 },
      refusal: failed('The parameter `Memory` is not recognized.', 'UnknownParameter'),
    },
  };

  it.each(Object.entries(refusals))('refuses %s', async (_name, { call, refusal }) => {
    const simulator = await start(withRole);
    const client = scfClient(simulator);
    const whole = { FunctionName, Runtime: 'Nodejs18.15', Code: { ZipFile: zipOf(code) }, ...call };
    expect(await outcomeOf(client.CreateFunction(whole))).toEqual(refusal);
    expect(simulator.scf.functions).toEqual([]);
  });

  it('refuses a name that is taken', async () => {
    const simulator = await start();
    await deploy(simulator, code);
    expect(await outcomeOf(deploy(simulator, code))).toEqual(
      failed('The resource `audit` exists already.', 'ResourceInUse.FunctionName'),
    );
  });

  it('refuses a runtime that the site does not have, and takes another', async () => {
    const simulator = await start({ scf: { runtimes: ['Nodejs18.15'] } });
    const create = (Runtime: string) =>
      outcomeOf(
        scfClient(simulator).CreateFunction({
          FunctionName,
          Runtime,
          Code: { ZipFile: zipOf(code) },
        }),
      );
    expect(await create('Nodejs20.19')).toEqual(
      failed('The value of the parameter `Runtime` is not valid.', 'InvalidParameterValue.Runtime'),
    );
    expect(await create('Nodejs18.15')).toEqual({ RequestId: requestId });
  });

  it('wants the right to pass the role on', async () => {
    const permissions = allPermissions.filter((permission) => permission !== 'cam:PassRole');
    const simulator = await start({ accounts: [{ ...withRole.accounts[0], permissions }] });
    expect(await outcomeOf(deploy(simulator, code, { Role: 'Execution' }))).toEqual(
      failed(
        'you are not authorized to perform operation (cam:PassRole) resource (*) has no permission',
        'AuthFailure.UnauthorizedOperation',
      ),
    );
  });
});

describe('a function', () => {
  it('gets new code, whose hash and bytes can be read back', async () => {
    const simulator = await start();
    const client = await deploy(simulator, code);
    const ZipFile = zipOf('exports.main_handler = async () => 2;');
    const zip = Buffer.from(ZipFile, 'base64');
    await client.UpdateFunctionCode({ FunctionName, Handler: 'index.main_handler', ZipFile });
    const { Status, CodeSize } = await client.GetFunction({ FunctionName });
    expect([Status, CodeSize]).toEqual(['Updating', zip.length]);
    const address = await client.GetFunctionAddress({ FunctionName });
    const sha256 = createHash('sha256').update(zip).digest('hex');
    expect(address).toEqual({
      Url: `${simulator.url}/_simulator/code/${sha256}.zip`,
      CodeSha256: sha256,
      RequestId: requestId,
    });
    const response = await fetch(address.Url ?? '');
    expect(Buffer.from(await response.arrayBuffer()).equals(zip)).toBe(true);
  });

  it('has its variables replaced as a whole, or left, or emptied', async () => {
    const simulator = await start();
    const client = await deploy(simulator, code, {
      Environment: {
        Variables: [
          { Key: 'A', Value: '1' },
          { Key: 'B', Value: '2' },
        ],
      },
    });
    const update = async (change: object) => {
      await client.UpdateFunctionConfiguration({ FunctionName, ...change });
      await activeAgain(simulator);
      return (await client.GetFunction({ FunctionName })).Environment?.Variables;
    };
    const before = [
      { Key: 'A', Value: '1' },
      { Key: 'B', Value: '2' },
    ];
    expect(await update({ Timeout: 60 })).toEqual(before);
    expect(await update({ Environment: { Variables: [] } })).toEqual(before);
    const after = [{ Key: 'C', Value: '3' }];
    expect(await update({ Environment: { Variables: after } })).toEqual(after);
    expect(await update({ Environment: { Variables: [{ Key: '', Value: '' }] } })).toEqual([]);
    expect(await client.GetFunction({ FunctionName })).toMatchObject({ Timeout: 60 });
  });

  it('keeps its runtime', async () => {
    const simulator = await start();
    const client = await deploy(simulator, code);
    const change = { FunctionName, Runtime: 'Nodejs20.19' };
    expect(await outcomeOf(client.UpdateFunctionConfiguration(change))).toEqual(
      failed('The value of the parameter `Runtime` is not valid.', 'InvalidParameterValue.Runtime'),
    );
  });

  it('refuses changes while one is under way', async () => {
    const simulator = await start({ scf: { settlePolls: Infinity } });
    const client = scfClient(simulator);
    const ZipFile = zipOf(code);
    await client.CreateFunction({ FunctionName, Runtime: 'Nodejs18.15', Code: { ZipFile } });
    const trigger = { FunctionName, TriggerName: 'nightly', Type: 'timer' };
    const calls = {
      'FailedOperation.UpdateFunctionCode': client.UpdateFunctionCode({ FunctionName, ZipFile }),
      'FailedOperation.UpdateFunctionConfiguration': client.UpdateFunctionConfiguration({
        FunctionName,
        Timeout: 5,
      }),
      'FailedOperation.DeleteFunction': client.DeleteFunction({ FunctionName }),
      'FailedOperation.CreateTrigger': client.CreateTrigger(trigger),
      'FailedOperation.FunctionVersionStatusNotActive': client.UpdateFunctionEventInvokeConfig({
        FunctionName,
        AsyncTriggerConfig: { RetryConfig: [{ RetryNum: 1 }], MsgTTL: 3600 },
      }),
      'FailedOperation.FunctionStatusError': client.Invoke({ FunctionName }),
    };
    expect(await Promise.all(Object.values(calls).map(outcomeOf))).toEqual(
      Object.keys(calls).map((code) => failed('The operation failed: `Creating`.', code)),
    );
  });

  it('is changed by hand, and fails by hand', async () => {
    const simulator = await start();
    const client = await deploy(simulator, code);
    simulator.scf.setFunction('audit', { memoryMb: 512, environment: { DEBUG: '1' } });
    expect(await client.GetFunction({ FunctionName })).toMatchObject({
      MemorySize: 512,
      Environment: { Variables: [{ Key: 'DEBUG', Value: '1' }] },
      Status: 'Active',
    });
    simulator.scf.setFunction('audit', {
      status: 'UpdateFailed',
      statusReasons: [{ code: 'InternalError', message: 'No capacity' }],
    });
    expect(await client.GetFunction({ FunctionName })).toMatchObject({
      Status: 'UpdateFailed',
      StatusReasons: [{ ErrorCode: 'InternalError', ErrorMessage: 'No capacity' }],
    });
    simulator.scf.setFunction('audit', undefined);
    expect(simulator.scf.functions).toEqual([]);
  });

  it('is deleted', async () => {
    const simulator = await start();
    const client = await deploy(simulator, code);
    expect(await client.DeleteFunction({ FunctionName })).toEqual({ RequestId: requestId });
    expect(await outcomeOf(client.GetFunction({ FunctionName }))).toEqual(
      failed('The resource `audit` does not exist.', 'ResourceNotFound.FunctionName'),
    );
  });

  it('is listed, in its region and account', async () => {
    const [admin, member = admin] = createEstate(1);
    const simulator = await start({
      accounts: [admin, member],
    });
    await deploy(simulator, code, { FunctionName: 'audit' });
    await deploy(simulator, code, { FunctionName: 'watchdog' });
    const list = (client: ReturnType<typeof scfClient>, filter = {}) =>
      client
        .ListFunctions(filter)
        .then(({ Functions = [], TotalCount }) => [
          Functions.map((one) => one.FunctionName),
          TotalCount,
        ]);
    const client = scfClient(simulator);
    expect(await list(client)).toEqual([['audit', 'watchdog'], 2]);
    expect(await list(client, { Limit: 1, Offset: 1 })).toEqual([['watchdog'], 2]);
    expect(await list(client, { SearchKey: 'aud' })).toEqual([['audit'], 1]);
    const elsewhere = scfClient(simulator, { region: 'ap-guangzhou' });
    expect(await list(elsewhere)).toEqual([[], 0]);
    const other = scfClient(simulator, { credential: member });
    expect(await list(other)).toEqual([[], 0]);
  });

  it('has a place in the account, with its limits', async () => {
    const simulator = await start();
    const client = await deploy(simulator, code);
    const answer = await client.GetAccount();
    expect(answer.AccountUsage?.Namespace).toEqual([
      {
        Namespace: 'default',
        Functions: ['audit'],
        FunctionsCount: 1,
        TotalConcurrencyMem: 64_000,
        TotalAllocatedConcurrencyMem: 0,
        TotalAllocatedProvisionedMem: 0,
      },
    ]);
    expect(answer.AccountLimit?.Namespace).toEqual([
      expect.objectContaining({ RetryNumLimit: 2, MinMsgTTL: 60, MaxMsgTTL: 21_600 }),
    ]);
  });

  it('has a configuration of retries', async () => {
    const simulator = await start();
    const client = await deploy(simulator, code);
    const read = async () =>
      (await client.GetFunctionEventInvokeConfig({ FunctionName })).AsyncTriggerConfig;
    expect(await read()).toEqual({ RetryConfig: [{ RetryNum: 2 }], MsgTTL: 21_600 });
    const AsyncTriggerConfig = { RetryConfig: [{ RetryNum: 1 }], MsgTTL: 3600 };
    await client.UpdateFunctionEventInvokeConfig({ FunctionName, AsyncTriggerConfig });
    expect(await read()).toEqual(AsyncTriggerConfig);
    const update = (RetryNum: number, MsgTTL: number) =>
      outcomeOf(
        client.UpdateFunctionEventInvokeConfig({
          FunctionName,
          AsyncTriggerConfig: { RetryConfig: [{ RetryNum }], MsgTTL },
        }),
      );
    expect([await update(3, 3600), await update(1, 59)]).toEqual([
      failed('The limit of `RetryNum` is exceeded.', 'LimitExceeded.RetryNum'),
      failed('The limit of `MsgTTL` is exceeded.', 'LimitExceeded.MsgTTL'),
    ]);
  });
});

describe('a timer', () => {
  const nightly = {
    FunctionName,
    TriggerName: 'nightly',
    Type: 'timer',
    TriggerDesc: '0 0 2 * * * *',
    Enable: 'OPEN',
    Qualifier: '$DEFAULT',
    CustomArgument: '{"cron":"0 0 2 * * * *"}',
  };
  const readBack = {
    TriggerName: 'nightly',
    Type: 'timer',
    TriggerDesc: '{"cron":"0 0 2 * * * *"}',
    Enable: 1,
    Qualifier: '$DEFAULT',
    CustomArgument: '{"cron":"0 0 2 * * * *"}',
    Description: null,
    AvailableStatus: 'Available',
    AddTime: now,
    ModTime: now,
    BoundResources: '',
  };

  it('reads back otherwise than it was written', async () => {
    const simulator = await start();
    const client = await deploy(simulator, code);
    expect(await client.CreateTrigger(nightly)).toEqual({
      TriggerInfo: readBack,
      RequestId: requestId,
    });
    expect(await client.ListTriggers({ FunctionName })).toEqual({
      TotalCount: 1,
      Triggers: [readBack],
      RequestId: requestId,
    });
    expect((await client.GetFunction({ FunctionName })).Triggers).toEqual([readBack]);
  });

  it('is what SCF makes of it where nothing is said', async () => {
    const simulator = await start();
    const client = await deploy(simulator, code);
    const { TriggerInfo } = await client.CreateTrigger({
      FunctionName,
      TriggerName: 'nightly',
      Type: 'timer',
      TriggerDesc: '0 0 2 * * MON,WED-FRI *',
    });
    expect(TriggerInfo).toEqual({
      ...readBack,
      TriggerDesc: '{"cron":"0 0 2 * * MON,WED-FRI *"}',
      Qualifier: '$LATEST',
      CustomArgument: null,
    });
  });

  it('is changed, closed and deleted', async () => {
    let nowMs = startMs;
    const simulator = await start({ now: () => nowMs });
    const client = await deploy(simulator, code);
    await client.CreateTrigger(nightly);
    nowMs += 60_000;
    const which = { FunctionName, TriggerName: 'nightly', Type: 'timer', Qualifier: '$DEFAULT' };
    const read = async () => (await client.ListTriggers({ FunctionName })).Triggers;
    await client.UpdateTrigger({ ...which, TriggerDesc: '0 30 2 * * * *', CustomArgument: 'x' });
    const changed = {
      ...readBack,
      TriggerDesc: '{"cron":"0 30 2 * * * *"}',
      CustomArgument: 'x',
      ModTime: shanghai(nowMs),
    };
    expect(await read()).toEqual([changed]);
    await client.UpdateTriggerStatus({ ...which, Enable: 'CLOSE' });
    expect(await read()).toEqual([{ ...changed, Enable: 0 }]);
    await client.DeleteTrigger(which);
    expect(await read()).toEqual([]);
  });

  const refusals: Record<string, { readonly call: object; readonly refusal: unknown }> = {
    'a cron of five fields': {
      call: { TriggerDesc: '0 2 * * *' },
      refusal: failed(
        'The value of the parameter `TriggerDesc` is not valid.',
        'InvalidParameterValue.TriggerDesc',
      ),
    },
    'a cron as it is read back': {
      call: { TriggerDesc: '{"cron":"0 0 2 * * * *"}' },
      refusal: failed(
        'The value of the parameter `TriggerDesc` is not valid.',
        'InvalidParameterValue.TriggerDesc',
      ),
    },
    'an hour of 24': {
      call: { TriggerDesc: '0 0 24 * * * *' },
      refusal: failed(
        'The value of the parameter `TriggerDesc` is not valid.',
        'InvalidParameterValue.TriggerDesc',
      ),
    },
    'an Enable as it is read back': {
      call: { Enable: '1' },
      refusal: failed(
        'The value of the parameter `Enable` is not valid.',
        'InvalidParameterValue.Enable',
      ),
    },
    'another kind of trigger': {
      call: { Type: 'cos' },
      refusal: failed(
        'The value of the parameter `Type` is not valid.',
        'InvalidParameterValue.Type',
      ),
    },
    'a name with a blank': {
      call: { TriggerName: 'every night' },
      refusal: failed(
        'The value of the parameter `TriggerName` is not valid.',
        'InvalidParameterValue.TriggerName',
      ),
    },
    'an argument of more than 4 KB': {
      call: { CustomArgument: 'x'.repeat(4097) },
      refusal: failed(
        'The value of the parameter `CustomArgument` is not valid.',
        'InvalidParameterValue.CustomArgument',
      ),
    },
    'a version that is not there': {
      call: { Qualifier: '7' },
      refusal: failed('The resource `7` does not exist.', 'ResourceNotFound.Qualifier'),
    },
  };

  it.each(Object.entries(refusals))('refuses %s', async (_name, { call, refusal }) => {
    const simulator = await start();
    const client = await deploy(simulator, code);
    expect(await outcomeOf(client.CreateTrigger({ ...nightly, ...call }))).toEqual(refusal);
  });

  it('refuses a second of the name, an eleventh, and one that is not there', async () => {
    const simulator = await start();
    const client = await deploy(simulator, code);
    const create = (TriggerName: string) =>
      outcomeOf(client.CreateTrigger({ ...nightly, TriggerName }));
    for (let number = 0; number < 10; number += 1) await create(`t${String(number)}`);
    const remove = { FunctionName, TriggerName: 'gone', Type: 'timer' };
    expect([
      await create('t0'),
      await create('t10'),
      await outcomeOf(client.DeleteTrigger(remove)),
      // The qualifier belongs to its name.
      await outcomeOf(client.DeleteTrigger({ ...remove, TriggerName: 't0' })),
    ]).toEqual([
      failed('The resource `t0` exists already.', 'ResourceInUse.TriggerName'),
      failed('The limit of `timer` is exceeded.', 'LimitExceeded.Trigger'),
      failed('The resource `gone` does not exist.', 'ResourceNotFound.Trigger'),
      failed('The resource `t0` does not exist.', 'ResourceNotFound.Trigger'),
    ]);
  });
});

const actions = [
  'CreateFunction',
  'GetFunction',
  'UpdateFunctionCode',
  'UpdateFunctionConfiguration',
  'DeleteFunction',
  'ListFunctions',
  'GetFunctionAddress',
  'CreateTrigger',
  'UpdateTrigger',
  'UpdateTriggerStatus',
  'DeleteTrigger',
  'ListTriggers',
  'Invoke',
  'InvokeFunction',
  'GetFunctionEventInvokeConfig',
  'UpdateFunctionEventInvokeConfig',
  'GetFunctionLogs',
  'GetAccount',
];

it.each(actions)('%s wants its permission and a region', async (action) => {
  const permissions = allPermissions.filter((permission) => permission !== `scf:${action}`);
  const simulator = await start({ accounts: [{ ...first, permissions }] });
  const call = (options?: ClientOptions) =>
    outcomeOf(commonClient(simulator, '2018-04-16', options).request(action, { FunctionName }));
  expect([await call({ region: 'ap-singapore' }), await call()]).toEqual([
    failed(
      `you are not authorized to perform operation (scf:${action}) resource (*) has no permission`,
      'AuthFailure.UnauthorizedOperation',
    ),
    failed('The request is missing a required parameter `Region`.', 'MissingParameter'),
  ]);
});

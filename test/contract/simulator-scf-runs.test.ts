/** Functions that run: small ones, made here, called with Tencent's client. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createEstate, type Account, type Invocation } from '../../simulator/simulator.ts';
import { activeAgain, deploy, zipOf } from '../support/scf.ts';
import {
  failed,
  outcomeOf,
  scfClient,
  ssmClient,
  stsClient,
  tcssClient,
} from '../support/sim-client.ts';
import { requestId, simulators, startMs } from '../support/sim-start.ts';

const start = simulators();
const [first] = createEstate(0);
const FunctionName = 'audit';
const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;

const withRole: { accounts: [Account] } = {
  accounts: [
    {
      ...first,
      roles: [
        {
          name: 'Execution',
          trusts: ['scf.qcloud.com'],
          permissions: ['tcss:DescribeAssetImageScanSetting', 'ssm:GetSecretValue'],
        },
      ],
    },
  ],
};

/** A handler that does what its event says. */
const obedient = `
  exports.main_handler = async (event, context) => {
    console.log('got', JSON.stringify(event));
    switch (event.do) {
      case 'throw': throw new Error('out of luck');
      case 'exit': process.exit(3);
      case 'eat': for (const all = []; ; ) all.push(Buffer.alloc(8e6, 1));
      case 'sleep': return new Promise(() => setInterval(() => {}, 1000));
      case 'linger': setInterval(() => {}, 1000); return 'answered';
      case 'much': return 'x'.repeat(6 * 1024 * 1024 + 1);
      case 'loop': { const loop = {}; loop.loop = loop; return loop; }
      case 'later': setTimeout(() => { throw new Error('afterwards'); }, 20); return 'answered';
      default: return { event };
    }
  };
`;

function json(text: string | undefined): Record<string, unknown> {
  return JSON.parse(text ?? '') as Record<string, unknown>;
}

/** The last record, once it is written. */
async function lastOf(invocations: readonly Invocation[], count: number): Promise<Invocation> {
  for (;;) {
    const last = invocations[count - 1];
    if (last !== undefined && last.statusCode !== 202) return last;
    await sleep(5);
  }
}

describe('a run', () => {
  it('has the environment and the context of the platform', async () => {
    const simulator = await start(withRole);
    const client = await deploy(
      simulator,
      `exports.main_handler = async (event, context) => ({
        env: process.env, cwd: process.cwd(), file: __filename, context,
        remaining: context.getRemainingTimeInMillis(),
      });`,
      {
        Role: 'Execution',
        MemorySize: 256,
        Timeout: 60,
        Environment: { Variables: [{ Key: 'AUDIT_ENDPOINT', Value: simulator.url }] },
      },
    );
    const { Result } = await client.Invoke({ FunctionName });
    const { env, cwd, file, context, remaining } = json(Result?.RetMsg) as {
      env: Record<string, string>;
      cwd: string;
      file: string;
      context: object;
      remaining: number;
    };
    expect(env).toEqual({
      AUDIT_ENDPOINT: simulator.url,
      HOME: `${cwd}-home`,
      LANG: 'C.UTF-8',
      PATH: '/usr/local/bin:/usr/bin:/bin',
      NODE_PATH: `${cwd}:${cwd}/node_modules`,
      USER_CODE_ROOT: `${cwd}/`,
      SCF_FUNCTIONNAME: 'audit',
      SCF_FUNCTIONVERSION: '$LATEST',
      SCF_NAMESPACE: 'default',
      SCF_RUNTIME: 'Nodejs18.15',
      TENCENTCLOUD_APPID: '1250000000',
      TENCENTCLOUD_REGION: 'ap-singapore',
      TENCENTCLOUD_RUNENV: 'SCF',
      TENCENTCLOUD_TZ: 'UTC',
      TENCENTCLOUD_UIN: '100000000001',
      _SCF_SERVER_PORT: '28902',
      TENCENTCLOUD_SECRETID: expect.stringMatching(/^TEMPORARY-/) as string,
      TENCENTCLOUD_SECRETKEY: uuid,
      TENCENTCLOUD_SESSIONTOKEN: expect.stringMatching(/==$/) as string,
    });
    expect(file).toBe(`${cwd}/index.js`);
    const variables = { AUDIT_ENDPOINT: simulator.url, SCF_NAMESPACE: 'default' };
    expect(context).toEqual({
      callbackWaitsForEmptyEventLoop: true,
      environ: `AUDIT_ENDPOINT=${simulator.url};SCF_NAMESPACE=default`,
      environment: JSON.stringify(variables),
      function_name: 'audit',
      function_version: '$LATEST',
      memory_limit_in_mb: 256,
      namespace: 'default',
      request_id: Result?.FunctionRequestId,
      tencentcloud_appid: '1250000000',
      tencentcloud_region: 'ap-singapore',
      tencentcloud_uin: '100000000001',
      time_limit_in_ms: 60_000,
    });
    expect(remaining).toBeGreaterThan(50_000);
    expect(remaining).toBeLessThanOrEqual(60_000);
    // The keys are of the role, and good for what it may do.
    const credential = {
      secretId: env['TENCENTCLOUD_SECRETID'] ?? '',
      secretKey: env['TENCENTCLOUD_SECRETKEY'] ?? '',
      token: env['TENCENTCLOUD_SESSIONTOKEN'] ?? '',
    };
    const identity = await stsClient(simulator, { credential }).GetCallerIdentity();
    expect(identity).toMatchObject({ AccountId: '100000000001', Type: 'CAMRole' });
    simulator.setSecret('key', 'v1', 'value');
    const secret = { SecretName: 'key', VersionId: 'v1' };
    expect(await ssmClient(simulator, { credential }).GetSecretValue(secret)).toMatchObject({
      SecretString: 'value',
    });
    const denied = tcssClient(simulator, { credential }).DescribeVirusScanSetting(undefined);
    expect(await outcomeOf(denied)).toEqual(
      failed(
        'you are not authorized to perform operation (tcss:DescribeVirusScanSetting) resource (*) has no permission',
        'AuthFailure.UnauthorizedOperation',
      ),
    );
  });

  it('has no keys without a role, and no trace of a timer', async () => {
    const simulator = await start();
    const client = await deploy(
      simulator,
      'exports.main_handler = async () => [process.env.TENCENTCLOUD_SECRETID, process.env.TRIGGER_SRC];',
    );
    const { Result } = await client.Invoke({ FunctionName });
    expect(Result?.RetMsg).toBe('[null,null]');
  });

  it('tells its answer, its log and what it took', async () => {
    const simulator = await start();
    const client = await deploy(simulator, obedient);
    const ClientContext = '{"shard":[1,2]}';
    const { Result, RequestId } = await client.Invoke({
      ...{ FunctionName, ClientContext, LogType: 'Tail' },
    });
    expect(RequestId).toBe(requestId);
    expect(Result).toEqual({
      Log: expect.stringContaining('\ngot {"shard":[1,2]}\n') as string,
      RetMsg: '{"event":{"shard":[1,2]}}',
      ErrMsg: '',
      MemUsage: expect.any(Number) as number,
      Duration: expect.any(Number) as number,
      BillDuration: expect.any(Number) as number,
      FunctionRequestId: uuid,
      InvokeResult: 0,
    });
    const record = await lastOf(simulator.scf.invocations, 1);
    expect(record).toMatchObject({
      uin: '100000000001',
      name: 'audit',
      requestId: Result?.FunctionRequestId,
      event: { shard: [1, 2] },
      source: 'sync',
      retry: 0,
      statusCode: 200,
      answer: '{"event":{"shard":[1,2]}}',
      error: '',
      startedAtMs: startMs,
    });
  });

  it('is the same by InvokeFunction, and silent where no log is wanted', async () => {
    const simulator = await start();
    const client = await deploy(simulator, obedient);
    const { Result } = await client.InvokeFunction({ FunctionName, Event: '{"a":1}' });
    expect(Result).toMatchObject({ RetMsg: '{"event":{"a":1}}', Log: '', InvokeResult: 0 });
  });

  const ways: Record<string, { readonly code: string; readonly answer: string }> = {
    'a text as it is': {
      code: 'exports.main_handler = async () => "as it is";',
      answer: 'as it is',
    },
    nothing: { code: 'exports.main_handler = async () => {};', answer: '' },
    'through a callback': {
      code: 'exports.main_handler = (event, context, callback) => { callback(null, [event]); };',
      answer: '[{}]',
    },
    'through a callback that stops what still runs': {
      code: `exports.main_handler = (event, context, callback) => {
        context.callbackWaitsForEmptyEventLoop = false;
        setInterval(() => {}, 1000);
        setTimeout(() => callback(null, 'stopped'), 5);
      };`,
      answer: 'stopped',
    },
    'at once': { code: 'exports.main_handler = () => 7;', answer: '7' },
  };

  it.each(Object.entries(ways))('answers %s', async (_name, { code, answer }) => {
    const simulator = await start();
    const client = await deploy(simulator, code);
    const { Result } = await client.Invoke({ FunctionName });
    expect(Result).toMatchObject({ RetMsg: answer, ErrMsg: '' });
    expect(await lastOf(simulator.scf.invocations, 1)).toMatchObject({ statusCode: 200 });
  });

  it('finds its handler in a folder, and files beside it', async () => {
    const simulator = await start();
    const client = await deploy(
      simulator,
      {
        'lib/main.js': 'exports.handle = async () => require("./text.json").text;',
        'lib/text.json': '{"text":"from a file"}',
      },
      { Handler: 'lib/main.handle' },
    );
    expect((await client.Invoke({ FunctionName })).Result?.RetMsg).toBe('from a file');
  });

  const ends: Record<
    string,
    {
      readonly event?: string;
      readonly code?: string;
      readonly statusCode: number;
      readonly words: string;
      readonly error: string | RegExp;
    }
  > = {
    'its code throws': {
      event: '{"do":"throw"}',
      statusCode: 430,
      words: 'user code exception caught',
      error: /^Error: out of luck\n {4}at /,
    },
    'its answer is no JSON': {
      event: '{"do":"loop"}',
      statusCode: 430,
      words: 'user code exception caught',
      error: /^TypeError: Converting circular structure to JSON/,
    },
    'it takes too long': {
      event: '{"do":"sleep"}',
      statusCode: 433,
      words: 'TimeLimitReached',
      error: 'Invoking task timed out after 1 seconds',
    },
    'it takes too much memory': {
      event: '{"do":"eat"}',
      statusCode: 434,
      words: 'MemoryLimitReached',
      error: 'Memory exceeded 128 MB',
    },
    'it has no handler of the name': {
      code: 'exports.main = async () => 1;',
      statusCode: 437,
      words: 'HandlerNotFound',
      error: 'index.main_handler is no function',
    },
    'it ends by itself': {
      event: '{"do":"exit"}',
      statusCode: 439,
      words: 'UserProcessExit',
      error: 'User process exit when running, code 3',
    },
    'its code does not load': {
      code: 'const = 1;',
      statusCode: 443,
      words: 'user code exception caught',
      error: /SyntaxError/,
    },
    'its code wants what is not there': {
      code: 'require("ajv"); exports.main_handler = async () => 1;',
      statusCode: 443,
      words: 'user code exception caught',
      error: /Cannot find module 'ajv'/,
    },
    'it answers more than 6 MB': {
      event: '{"do":"much"}',
      statusCode: 407,
      words: 'The size of response exceeds the upper limit (6MB)',
      error: 'The size of response exceeds the upper limit (6MB)',
    },
    'a callback is given an error': {
      code: 'exports.main_handler = (event, context, callback) => { callback(new Error("no")); };',
      statusCode: 430,
      words: 'user code exception caught',
      error: /^Error: no\n/,
    },
  };

  it.each(Object.entries(ends))('fails where %s', async (_name, row) => {
    const simulator = await start();
    const client = await deploy(simulator, row.code ?? obedient, { Timeout: 1 });
    const call = { FunctionName, ClientContext: row.event ?? '{}', LogType: 'Tail' };
    const { Result } = await client.Invoke(call);
    const error: unknown =
      typeof row.error === 'string' ? row.error : expect.stringMatching(row.error);
    expect(Result).toMatchObject({ ErrMsg: error, InvokeResult: -1, FunctionRequestId: uuid });
    expect(json(Result?.RetMsg)).toEqual({
      errorCode: -1,
      errorMessage: row.words,
      requestId: Result?.FunctionRequestId,
      stackTrace: error,
      statusCode: row.statusCode,
    });
    expect(await lastOf(simulator.scf.invocations, 1)).toMatchObject({
      statusCode: row.statusCode,
      error,
      answer: Result?.RetMsg,
    });
  });

  it('has failed, in the record, where it answers and then does not end', async () => {
    const simulator = await start();
    const client = await deploy(simulator, obedient, { Timeout: 1 });
    const { Result } = await client.Invoke({ FunctionName, ClientContext: '{"do":"linger"}' });
    expect(Result).toMatchObject({ RetMsg: 'answered', ErrMsg: '' });
    expect(await lastOf(simulator.scf.invocations, 1)).toMatchObject({
      statusCode: 200,
    });
    await sleep(1200);
    expect(simulator.scf.invocations[0]).toMatchObject({
      statusCode: 433,
      error: 'Invoking task timed out after 1 seconds',
    });
  });

  it('has failed, in the record, where it answers and then throws', async () => {
    const simulator = await start();
    const client = await deploy(simulator, obedient);
    const { Result } = await client.Invoke({ FunctionName, ClientContext: '{"do":"later"}' });
    expect(Result).toMatchObject({ RetMsg: 'answered', ErrMsg: '' });
    await sleep(300);
    expect(simulator.scf.invocations[0]).toMatchObject({
      statusCode: 439,
      error: 'User process exit when running, code 1',
      log: expect.stringContaining('Error: afterwards') as string,
    });
  });

  it('runs the code and the variables that it was given last', async () => {
    const simulator = await start();
    const client = await deploy(simulator, 'exports.main_handler = async () => "old";');
    await client.UpdateFunctionCode({
      FunctionName,
      ZipFile: zipOf('exports.main_handler = async () => "new " + process.env.MODE;'),
    });
    await activeAgain(simulator);
    simulator.scf.setFunction('audit', { environment: { MODE: 'by hand' } });
    expect((await client.Invoke({ FunctionName })).Result?.RetMsg).toBe('new by hand');
  });

  it('does not start where too many run', async () => {
    const simulator = await start({ scf: { maxConcurrency: 1 } });
    const client = await deploy(simulator, obedient);
    const answers = await Promise.all([1, 2].map(() => client.Invoke({ FunctionName })));
    expect(new Set(answers.map(({ Result }) => Result?.ErrMsg))).toEqual(
      new Set(['', 'Too many runs at once']),
    );
  });

  const refusals: Record<string, { readonly call: object; readonly refusal: unknown }> = {
    'an event that is no JSON': {
      call: { ClientContext: 'event' },
      refusal: failed(
        'The value of the parameter `ClientContext` is not valid.',
        'InvalidParameterValue.Param',
      ),
    },
    'an event of more than 6 MB': {
      call: { ClientContext: JSON.stringify('x'.repeat(6 * 1024 * 1024)) },
      refusal: failed(
        'The parameter `ClientContext` is incorrect.',
        'InvalidParameter.RequestTooLarge',
      ),
    },
    'an event of more than 128 KB for later': {
      call: { InvocationType: 'Event', ClientContext: JSON.stringify('x'.repeat(128 * 1024)) },
      refusal: failed(
        'The parameter `ClientContext` is incorrect.',
        'InvalidParameter.RequestTooLarge',
      ),
    },
    'another kind of call': {
      call: { InvocationType: 'DryRun' },
      refusal: failed(
        'The value of the parameter `InvocationType` is not valid.',
        'InvalidParameterValue.InvokeType',
      ),
    },
    'a version that is not there': {
      call: { Qualifier: '7' },
      refusal: failed('The resource `7` does not exist.', 'ResourceNotFound.Qualifier'),
    },
    'a function that is not there': {
      call: { FunctionName: 'other' },
      refusal: failed('The resource `other` does not exist.', 'ResourceNotFound.FunctionName'),
    },
  };

  it.each(Object.entries(refusals))('is refused with %s', async (_name, { call, refusal }) => {
    const simulator = await start();
    const client = await deploy(simulator, obedient);
    expect(await outcomeOf(client.Invoke({ FunctionName, ...call }))).toEqual(refusal);
    expect(simulator.scf.invocations).toEqual([]);
  });
});

describe('an asynchronous call', () => {
  const retryWaitMs = 10;

  it('is answered at once, and runs', async () => {
    const simulator = await start();
    const client = await deploy(simulator, obedient);
    const { Result } = await client.Invoke({ FunctionName, InvocationType: 'Event' });
    expect(Result).toEqual({
      ...{ Log: '', RetMsg: '', ErrMsg: '', MemUsage: 0, Duration: 0, BillDuration: 0 },
      FunctionRequestId: uuid,
      InvokeResult: 0,
    });
    expect(await lastOf(simulator.scf.invocations, 1)).toMatchObject({
      requestId: Result?.FunctionRequestId,
      source: 'async',
      statusCode: 200,
      answer: '{"event":{}}',
    });
  });

  it('runs twice more where it fails, under the same id', async () => {
    const simulator = await start({ scf: { retryWaitMs } });
    const client = await deploy(simulator, obedient);
    const call = { FunctionName, InvocationType: 'Event', ClientContext: '{"do":"throw"}' };
    const { Result } = await client.Invoke(call);
    await lastOf(simulator.scf.invocations, 3);
    await sleep(100);
    expect(
      simulator.scf.invocations.map((one) => [one.requestId, one.retry, one.statusCode]),
    ).toEqual([0, 1, 2].map((retry) => [Result?.FunctionRequestId, retry, 430]));
  });

  it('runs as often more as its function says', async () => {
    const simulator = await start({ scf: { retryWaitMs } });
    const client = await deploy(simulator, obedient);
    await client.UpdateFunctionEventInvokeConfig({
      FunctionName,
      AsyncTriggerConfig: { RetryConfig: [{ RetryNum: 0 }], MsgTTL: 3600 },
    });
    const call = { FunctionName, InvocationType: 'Event', ClientContext: '{"do":"throw"}' };
    await client.Invoke(call);
    await lastOf(simulator.scf.invocations, 1);
    await sleep(100);
    expect(simulator.scf.invocations).toHaveLength(1);
  });

  it('is tried until it is too old where the platform has no room', async () => {
    const simulator = await start({ scf: { retryWaitMs, maxConcurrency: 0 } });
    const client = await deploy(simulator, obedient);
    await client.UpdateFunctionEventInvokeConfig({
      FunctionName,
      AsyncTriggerConfig: { RetryConfig: [{ RetryNum: 0 }], MsgTTL: 300 },
    });
    await client.Invoke({ FunctionName, InvocationType: 'Event' });
    await lastOf(simulator.scf.invocations, 5);
    await sleep(100);
    // One a minute, for five minutes.
    expect(simulator.scf.invocations.map(({ statusCode }) => statusCode)).toEqual(
      Array(5).fill(432),
    );
  });
});

describe('the log', () => {
  it('tells of runs, the latest first, and of the bad ones alone', async () => {
    let nowMs = startMs;
    const simulator = await start({ now: () => nowMs });
    const client = await deploy(simulator, obedient);
    await client.Invoke({ FunctionName });
    nowMs += 60_000;
    const call = { FunctionName, ClientContext: '{"do":"throw"}' };
    const { Result } = await client.Invoke(call);
    const all = await client.GetFunctionLogs({ FunctionName });
    expect(all.TotalCount).toBe(2);
    expect(all.Data?.map(({ RetCode }) => RetCode)).toEqual([430, 0]);
    const bad = await client.GetFunctionLogs({ FunctionName, Filter: { RetCode: 'not0' } });
    expect(bad.Data).toEqual([
      {
        FunctionName,
        RequestId: Result?.FunctionRequestId,
        RetMsg: Result?.RetMsg,
        StartTime: new Date(nowMs).toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' }),
        RetCode: 430,
        InvokeFinished: 1,
        Duration: expect.any(Number) as number,
        BillDuration: expect.any(Number) as number,
        MemUsage: expect.any(Number) as number,
        Log: expect.stringContaining('got {"do":"throw"}') as string,
        RetryNum: 0,
      },
    ]);
    const shanghai = (epochMs: number) =>
      new Date(epochMs).toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' });
    const early = await client.GetFunctionLogs({
      FunctionName,
      StartTime: shanghai(startMs),
      EndTime: shanghai(startMs + 59_000),
    });
    expect(early.Data?.map(({ RetCode }) => RetCode)).toEqual([0]);
    const two = { StartTime: shanghai(startMs), EndTime: shanghai(startMs + 86_401_000) };
    expect(await outcomeOf(client.GetFunctionLogs({ FunctionName, ...two }))).toEqual(
      failed(
        'The value of the parameter `StartTime` is not valid.',
        'InvalidParameterValue.StartTime',
      ),
    );
  });
});

describe('a timer', () => {
  const timer = {
    FunctionName,
    TriggerName: 'nightly',
    Type: 'timer',
    TriggerDesc: '0 0 2 * * * *',
    CustomArgument: '{"cron":"0 0 2 * * * *"}',
  };
  const told =
    'exports.main_handler = async (event) => ({ event, source: process.env.TRIGGER_SRC });';

  it('fires on demand, with the event of the platform', async () => {
    const simulator = await start();
    const client = await deploy(simulator, told);
    await client.CreateTrigger(timer);
    const runs = await simulator.scf.fire('audit', 'nightly', Date.UTC(2026, 10, 24, 18));
    const event = {
      Type: 'Timer',
      TriggerName: 'nightly',
      Time: '2026-11-24T18:00:00Z',
      Message: '{"cron":"0 0 2 * * * *"}',
    };
    expect(runs).toEqual(simulator.scf.invocations);
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({ event, source: 'timer', statusCode: 200 });
    expect(json(runs[0]?.answer)).toEqual({ event, source: 'timer' });
  });

  it('tries again like any asynchronous call', async () => {
    const simulator = await start({ scf: { retryWaitMs: 10 } });
    const client = await deploy(simulator, 'exports.main_handler = async () => { throw 1; };');
    await client.CreateTrigger(timer);
    const runs = await simulator.scf.fire('audit', 'nightly');
    expect(runs.map(({ retry, statusCode }) => [retry, statusCode])).toEqual([
      [0, 430],
      [1, 430],
      [2, 430],
    ]);
    expect(new Set(runs.map((run) => run.requestId)).size).toBe(1);
  });

  it('does not fire where it is closed or not there', async () => {
    const simulator = await start();
    const client = await deploy(simulator, told);
    await client.CreateTrigger({ ...timer, Enable: 'CLOSE' });
    await expect(simulator.scf.fire('audit', 'nightly')).rejects.toThrow(
      'The trigger nightly of audit is closed',
    );
    await expect(simulator.scf.fire('audit', 'daily')).rejects.toThrow(
      'audit has no trigger daily',
    );
    await expect(simulator.scf.fire('other', 'nightly')).rejects.toThrow(
      'There is no function other',
    );
  });

  it('fires from another terminal', async () => {
    const simulator = await start();
    const client = await deploy(simulator, told);
    await client.CreateTrigger(timer);
    const post = async (path: string) => {
      const response = await fetch(`${simulator.url}/_simulator/fire/${path}`, { method: 'POST' });
      return [response.status, (await response.json()) as unknown];
    };
    const fired = await post('audit/nightly');
    expect(fired).toEqual([200, simulator.scf.invocations]);
    expect(fired).toMatchObject([200, [{ source: 'timer', statusCode: 200 }]]);
    expect(await post('audit/daily')).toEqual([404, { error: 'audit has no trigger daily' }]);
    const recorded = await fetch(`${simulator.url}/_simulator/invocations`);
    expect(await recorded.json()).toEqual(simulator.scf.invocations);
  });

  const zones = {
    'Asia/Shanghai': ['2026-11-23T18:00:00Z', '2026-11-24T18:00:00Z'],
    UTC: ['2026-11-24T02:00:00Z', '2026-11-25T02:00:00Z'],
  } as const;

  it.each(Object.entries(zones))('fires when its cron is due in %s', async (zone, times) => {
    const simulator = await start({ scf: { cronZone: zone as keyof typeof zones } });
    const client = await deploy(simulator, told);
    await client.CreateTrigger(timer);
    const runs = await simulator.scf.fireDue(Date.UTC(2026, 10, 23, 17), Date.UTC(2026, 10, 25, 2));
    expect(runs.map(({ event }) => (event as { Time: string }).Time)).toEqual(times);
  });

  const crons: Record<string, { readonly cron: string; readonly times: readonly string[] }> = {
    'steps within hours': {
      cron: '0 */30 9-10 24 * * *',
      times: ['24T09:00:00Z', '24T09:30:00Z', '24T10:00:00Z', '24T10:30:00Z'],
    },
    'a weekday': { cron: '5 4 3 * * WED *', times: ['25T03:04:05Z'] },
    'a day or a weekday': { cron: '0 0 12 25 * TUE *', times: ['24T12:00:00Z', '25T12:00:00Z'] },
    'days of one month': {
      cron: '0 0 12 24,26 NOV ? 2026',
      times: ['24T12:00:00Z', '26T12:00:00Z'],
    },
    'another year': { cron: '0 0 12 * * * 2027', times: [] },
    'a year that is over': { cron: '0 0 12 * * * 2020', times: [] },
  };

  it.each(Object.entries(crons))('knows %s', async (_name, { cron, times }) => {
    const simulator = await start({ scf: { cronZone: 'UTC' } });
    const client = await deploy(simulator, told);
    await client.CreateTrigger({ ...timer, TriggerDesc: cron });
    const runs = await simulator.scf.fireDue(Date.UTC(2026, 10, 24), Date.UTC(2026, 10, 27));
    expect(runs.map(({ event }) => (event as { Time: string }).Time)).toEqual(
      times.map((time) => `2026-11-${time}`),
    );
  });
});

describe('what goes wrong on request', () => {
  it('kills the run that fits, and no other', async () => {
    const simulator = await start();
    const client = await deploy(simulator, obedient);
    simulator.scf.killNext({ where: (event) => JSON.stringify(event).includes('sleep') });
    const good = await client.Invoke({ FunctionName });
    const killed = await client.Invoke({ FunctionName, ClientContext: '{"do":"sleep"}' });
    expect([good.Result?.ErrMsg, killed.Result?.ErrMsg]).toEqual([
      '',
      'User process exit when running, signal SIGKILL',
    ]);
    expect(simulator.scf.invocations.map(({ statusCode }) => statusCode)).toEqual([200, 439]);
  });

  it('kills as often as it is told, and retries come through', async () => {
    const simulator = await start({ scf: { retryWaitMs: 10 } });
    const client = await deploy(simulator, obedient);
    const slow = `exports.main_handler = () => new Promise((fulfil) => setTimeout(fulfil, 300));`;
    await client.UpdateFunctionCode({ FunctionName, ZipFile: zipOf(slow) });
    await activeAgain(simulator);
    simulator.scf.killNext({ functionName: 'other' });
    simulator.scf.killNext({ functionName: 'audit', afterMs: 50, times: 2 });
    await client.Invoke({ FunctionName, InvocationType: 'Event' });
    await lastOf(simulator.scf.invocations, 3);
    expect(simulator.scf.invocations.map(({ statusCode }) => statusCode)).toEqual([439, 439, 200]);
  });

  it('lets a run hang until its time is over', async () => {
    const simulator = await start();
    const client = await deploy(
      simulator,
      'exports.main_handler = () => new Promise((fulfil) => setTimeout(fulfil, 300));',
      { Timeout: 1 },
    );
    simulator.scf.killNext({ signal: 'SIGSTOP' });
    const { Result } = await client.Invoke({ FunctionName });
    expect(Result?.ErrMsg).toBe('Invoking task timed out after 1 seconds');
  });

  it('tells nonsense in place of what was answered', async () => {
    const simulator = await start();
    const client = await deploy(simulator, obedient);
    simulator.setApiFault(
      { kind: 'result', result: { RetMsg: '{"half":' } },
      { action: 'Invoke', times: 1 },
    );
    const wrong = await client.Invoke({ FunctionName });
    const right = await client.Invoke({ FunctionName });
    expect(wrong.Result).toMatchObject({ RetMsg: '{"half":', ErrMsg: '', FunctionRequestId: uuid });
    expect(right.Result).toMatchObject({ RetMsg: '{"event":{}}' });
  });

  it('refuses without a run', async () => {
    const simulator = await start();
    const client = await deploy(simulator, obedient);
    simulator.setApiFault(
      { kind: 'api-error', code: 'InternalError.System' },
      { action: 'Invoke' },
    );
    expect(await outcomeOf(client.Invoke({ FunctionName }))).toEqual(
      failed('The request failed.', 'InternalError.System'),
    );
    expect(simulator.scf.invocations).toEqual([]);
  });

  it('runs and loses the answer', async () => {
    const simulator = await start();
    await deploy(simulator, obedient);
    simulator.setApiFault({ kind: 'hang' }, { action: 'Invoke' });
    const client = scfClient(simulator, { timeoutSeconds: 1 });
    expect(await outcomeOf(client.Invoke({ FunctionName }))).toEqual(
      failed(expect.stringMatching(/network timeout/)),
    );
    expect(await lastOf(simulator.scf.invocations, 1)).toMatchObject({ statusCode: 200 });
  });

  it('does nothing behind a gateway that is down', async () => {
    const simulator = await start();
    const client = await deploy(simulator, obedient);
    simulator.setApiFault({ kind: 'http-status', status: 502 });
    expect([
      await outcomeOf(client.Invoke({ FunctionName })),
      await outcomeOf(client.DeleteFunction({ FunctionName })),
    ]).toEqual(Array(2).fill(failed('Bad Gateway', undefined, 502)));
    expect(simulator.scf.functions).toHaveLength(1);
    expect(simulator.scf.invocations).toEqual([]);
  });

  it('ends everything and leaves nothing behind when it closes', async () => {
    const simulator = await start({ scf: { retryWaitMs: 60_000 } });
    const client = await deploy(
      simulator,
      `exports.main_handler = async (event) => {
        if (event.fail) throw new Error('fail');
        console.log(process.pid, process.cwd());
        return new Promise(() => setInterval(() => {}, 1000));
      };`,
      { Timeout: 900 },
    );
    await client.Invoke({ FunctionName, InvocationType: 'Event', ClientContext: '{"fail":1}' });
    await lastOf(simulator.scf.invocations, 1);
    const caller = outcomeOf(client.Invoke({ FunctionName }));
    await sleep(300);
    await simulator.close();
    expect(await caller).toEqual(failed(expect.stringMatching(/socket hang up|ECONNRESET/)));
    const [failedOnce, ended, ...others] = simulator.scf.invocations;
    expect([failedOnce?.statusCode, ended?.statusCode, others]).toEqual([430, 499, []]);
    const [, pid = '', folder = ''] = /^(\d+) (\S+)$/m.exec(ended?.log ?? '') ?? [];
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
    expect(existsSync(folder)).toBe(false);
  });
});

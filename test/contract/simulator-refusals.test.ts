/** The simulated API refuses what the real one refuses. */
import { describe, expect, it } from 'vitest';
import type { Simulator, SimulatorOptions } from '../../simulator/simulator.ts';
import {
  commonClient,
  describeSettings,
  failed,
  outcomeOf,
  rawCall,
  stsClient,
  tcssClient,
  type ClientOptions,
  type RawCall,
} from '../support/sim-client.ts';
import { signedByHand } from '../support/sim-signer.ts';
import { requestId, simulators, startMs, temporaryAccount } from '../support/sim-start.ts';

const start = simulators();
const startSeconds = startMs / 1000;
const minutes = 60_000;

interface Refusal {
  readonly simulator?: SimulatorOptions;
  readonly client?: ClientOptions;
  readonly call?: (simulator: Simulator, options?: ClientOptions) => Promise<unknown>;
  readonly code: string;
  readonly message: string;
}

const wrongSignature =
  'The provided credentials could not be validated. Please check your signature is correct.';
const wrongToken = 'The token is missing, expired or of another key.';
const wrongClock =
  'The request is more than five minutes away from the server time: check your clock.';

const refusals: Record<string, Refusal> = {
  'an unknown secret id': {
    client: { credential: { secretId: 'NOBODY', secretKey: 'SIMULATOR-KEY' } },
    code: 'AuthFailure.SecretIdNotFound',
    message: 'The SecretId is not found, please ensure that your SecretId is correct.',
  },
  'a wrong secret key': {
    client: { credential: { secretId: 'SIMULATOR-ID', secretKey: 'WRONG' } },
    code: 'AuthFailure.SignatureFailure',
    message: wrongSignature,
  },
  'a temporary key without its token': {
    simulator: { accounts: [temporaryAccount] },
    client: { credential: { secretId: 'TEMPORARY-ID', secretKey: 'TEMPORARY-KEY' } },
    code: 'AuthFailure.TokenFailure',
    message: wrongToken,
  },
  'a temporary key with another token': {
    simulator: { accounts: [temporaryAccount] },
    client: { credential: { ...temporaryAccount, token: 'OTHER' } },
    code: 'AuthFailure.TokenFailure',
    message: wrongToken,
  },
  'a lasting key with a token': {
    client: {
      credential: { secretId: 'SIMULATOR-ID', secretKey: 'SIMULATOR-KEY', token: 'TOKEN' },
    },
    code: 'AuthFailure.TokenFailure',
    message: wrongToken,
  },
  'a clock six minutes behind': {
    simulator: { now: () => startMs + 6 * minutes },
    code: 'AuthFailure.SignatureExpire',
    message: wrongClock,
  },
  'a clock six minutes ahead': {
    simulator: { now: () => startMs - 6 * minutes },
    code: 'AuthFailure.SignatureExpire',
    message: wrongClock,
  },
  'an unknown action': {
    call: (simulator) => tcssClient(simulator).request('DescribeNothing', {}),
    code: 'InvalidAction',
    message: 'The action `DescribeNothing` does not exist.',
  },
  'an action that only an object prototype has': {
    call: (simulator) => tcssClient(simulator).request('constructor', {}),
    code: 'InvalidAction',
    message: 'The action `constructor` does not exist.',
  },
  'a wrong version': {
    call: (simulator) =>
      commonClient(simulator, '2017-03-12').request('DescribeAssetImageScanSetting', {}),
    code: 'NoSuchVersion',
    message: 'The version `2017-03-12` does not exist.',
  },
  'the version of another action': {
    call: (simulator) => commonClient(simulator, '2020-11-01').request('GetCallerIdentity', {}),
    code: 'NoSuchVersion',
    message: 'The version `2020-11-01` does not exist.',
  },
  'an account without the permission': {
    simulator: {
      accounts: [{ secretId: 'A', secretKey: 'B', uin: '100000000003', permissions: [] }],
    },
    code: 'AuthFailure.UnauthorizedOperation',
    message:
      'you are not authorized to perform operation (tcss:DescribeAssetImageScanSetting) resource (*) has no permission',
  },
  'everybody in the scenario denied': {
    simulator: { scenario: 'denied' },
    code: 'AuthFailure.UnauthorizedOperation',
    message:
      'you are not authorized to perform operation (tcss:DescribeAssetImageScanSetting) resource (*) has no permission',
  },
  'a body that is no object': {
    call: (simulator) => tcssClient(simulator).request('DescribeAssetImageScanSetting', []),
    code: 'InvalidParameter',
    message: 'The parameter `body` is incorrect.',
  },
  'a parameter that the action does not take': {
    call: (simulator) =>
      tcssClient(simulator).request('DescribeAssetImageScanSetting', { Limit: 1 }),
    code: 'UnknownParameter',
    message: 'The parameter `Limit` is not recognized.',
  },
  'the 21st call within a second': {
    call: async (simulator) => {
      const calls = Array.from({ length: 20 }, () => describeSettings(simulator));
      await Promise.all(calls);
      return await describeSettings(simulator);
    },
    code: 'RequestLimitExceeded',
    message: 'The request frequency exceeds the limit of 20 for a second. Please slow down.',
  },
  'in Chinese when asked': {
    client: { credential: { secretId: 'NOBODY', secretKey: '' }, language: 'zh-CN' },
    code: 'AuthFailure.SecretIdNotFound',
    message: 'SecretId不存在，请输入正确的密钥。',
  },
};

describe('refusals', () => {
  it.each(Object.entries(refusals))('refuses %s', async (_name, row) => {
    const simulator = await start(row.simulator);
    const call = (row.call ?? describeSettings)(simulator, row.client);
    expect(await outcomeOf(call)).toEqual(failed(row.message, row.code));
    expect(simulator.requests.at(-1)?.outcome).toBe(row.code);
  });

  it('counts each action and account, and only within the last second', async () => {
    let nowMs = startMs;
    const other = { ...temporaryAccount, uin: '100000000009' };
    const first = { ...temporaryAccount, secretId: 'FIRST', secretKey: 'KEY' };
    const simulator = await start({ now: () => nowMs, accounts: [first, other] });
    await Promise.all(Array.from({ length: 20 }, () => describeSettings(simulator)));
    await stsClient(simulator).GetCallerIdentity();
    await describeSettings(simulator, { credential: other });
    nowMs += 1000;
    await describeSettings(simulator);
    expect(simulator.requests.map(({ outcome }) => outcome)).toEqual(Array(23).fill('ok'));
  });
});

const forged: Record<string, { call: Partial<RawCall>; code: string; message: string }> = {
  'no X-TC-Action': {
    call: { headers: { 'x-tc-action': null } },
    code: 'MissingParameter',
    message: 'The request is missing a required parameter `Action`.',
  },
  'no X-TC-Timestamp': {
    call: { headers: { 'x-tc-timestamp': null } },
    code: 'MissingParameter',
    message: 'The request is missing a required parameter `Timestamp`.',
  },
  'no X-TC-Version': {
    call: { headers: { 'x-tc-version': null } },
    code: 'MissingParameter',
    message: 'The request is missing a required parameter `Version`.',
  },
  'a timestamp that is no number': {
    call: { headers: { 'x-tc-timestamp': '1e9' } },
    code: 'InvalidParameter',
    message: 'The parameter `Timestamp` is incorrect.',
  },
  'no Authorization': {
    call: { headers: { authorization: null } },
    code: 'AuthFailure.InvalidAuthorization',
    message: 'The `Authorization` header does not have the form of TC3-HMAC-SHA256.',
  },
  'the Authorization SKIP': {
    call: { forge: () => 'SKIP' },
    code: 'AuthFailure.InvalidAuthorization',
    message: 'The `Authorization` header does not have the form of TC3-HMAC-SHA256.',
  },
  'a host that is not signed': {
    call: { forge: (header) => header.replace('content-type;host', 'content-type') },
    code: 'AuthFailure.InvalidAuthorization',
    message: 'The `Authorization` header does not have the form of TC3-HMAC-SHA256.',
  },
  'a scope of another day': {
    call: { forge: (header) => header.replace(/\d{4}-\d{2}-\d{2}/, '2020-01-01') },
    code: 'AuthFailure.SignatureFailure',
    message: wrongSignature,
  },
  'a signed header that is none': {
    call: {
      forge: (header) => header.replace('content-type;host', 'constructor;content-type;host'),
    },
    code: 'AuthFailure.SignatureFailure',
    message: wrongSignature,
  },
  'a scope of another service': {
    call: { forge: (header) => header.replace('/127/', '/tcss/') },
    code: 'AuthFailure.SignatureFailure',
    message: wrongSignature,
  },
  'another timestamp than the signed one': {
    call: { headers: { 'x-tc-timestamp': String(startSeconds + 1) } },
    code: 'AuthFailure.SignatureFailure',
    message: wrongSignature,
  },
  'another content type than the signed one': {
    call: { headers: { 'content-type': 'text/plain' } },
    code: 'AuthFailure.SignatureFailure',
    message: wrongSignature,
  },
  'another body than the signed one': {
    call: { body: '{"Enable":false}' },
    code: 'AuthFailure.SignatureFailure',
    message: wrongSignature,
  },
  'a timestamp 301 seconds old': {
    call: { timestamp: startSeconds - 301 },
    code: 'AuthFailure.SignatureExpire',
    message: wrongClock,
  },
};

describe('forged calls', () => {
  it.each(Object.entries(forged))('refuses %s', async (_name, { call, code, message }) => {
    const answer = await rawCall(await start(), { timestamp: startSeconds, ...call });
    expect(answer).toEqual({
      status: 200,
      body: { Response: { Error: { Code: code, Message: message }, RequestId: requestId } },
    });
  });

  it('refuses a good signature within a scope of another day', async () => {
    const simulator = await start();
    const forge = () => signedByHand(simulator.url, startSeconds, startSeconds - 86_400);
    expect(await rawCall(simulator, { timestamp: startSeconds, forge })).toMatchObject({
      body: { Response: { Error: { Code: 'AuthFailure.SignatureFailure' } } },
    });
  });
});

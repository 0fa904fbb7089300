/** What the reader promises, held against the simulator by Tencent's own SDK. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it, vi } from 'vitest';

import { CloudError } from '../../shared/errors.ts';
import type { Locale, Source } from '../../shared/model.ts';
import { urlOf, type ApiOptions } from '../../shared/settings/tencent/api.ts';
import { createConnections } from '../../shared/settings/tencent/connections.ts';
import type { ApiFault, Simulator } from '../../simulator/simulator.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { openReader } from '../support/reader.ts';
import { goodSettings, simulators, startMs, temporaryAccount } from '../support/sim-start.ts';

const start = simulators();
const action = 'DescribeAssetImageScanSetting';
const forever = Number.MAX_SAFE_INTEGER;
const scanSource: Source = {
  id: action,
  action,
  sites: ['intl', 'cn'],
  camAction: `tcss:${action}`,
  title: 'Image scan settings',
  documentation: 'https://example.com/',
  fields: {},
  facts: {},
};

function open(simulator: Simulator, options: Partial<ApiOptions> = {}) {
  const clock = createManualClock();
  const reader = openReader(clock, {
    credential: simulator.credentials,
    site: 'intl',
    region: 'ap-singapore',
    endpoint: new URL(simulator.url),
    locale: 'en',
    requestTimeoutMs: 5_000,
    ...options,
  });
  return { clock, reader };
}

it.each([
  ['intl', 'https://tcss.intl.tencentcloudapi.com/'],
  ['cn', 'https://tcss.tencentcloudapi.com/'],
] as const)('asks the hosts of the site %s', (site, url) => {
  expect(urlOf('tcss', { site }).href).toBe(url);
});

/** What a call came to, as one comparable value. */
async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return { code: error.code, apiCode: error.apiCode, message: error.message };
  }
}
const failed = (apiCode: string, message: string) => ({
  code: 'CLOUD_FAILED',
  apiCode,
  message: `${action}: ${message}`,
});

const apiError = (code: string, message?: string): ApiFault => ({
  kind: 'api-error',
  code,
  ...(message !== undefined && { message }),
});
const status = (code: number): ApiFault => ({ kind: 'http-status', status: code });
const raw = (body: string): ApiFault => ({ kind: 'http-status', status: 200, body });

const reach = {
  en: 'check that the API host can be reached (AUDIT_ENDPOINT, network, DNS)',
  zh: '请检查能否访问接口域名（AUDIT_ENDPOINT、网络、DNS）',
};
const elsewhere = {
  en: 'something other than the API may have answered: check AUDIT_ENDPOINT and proxies',
  zh: '应答可能并非来自云 API，请检查 AUDIT_ENDPOINT 与代理',
};
const grant = { en: `grant tcss:${action} to the role`, zh: `请为该角色授予 tcss:${action} 权限` };
const quota = {
  en: 'others use up the 20 requests a second of this action: run at another time',
  zh: '该接口每秒 20 次的配额已被占满，请错峰运行',
};
const notServed = {
  en: 'this site does not serve the action: check AUDIT_SITE',
  zh: '该站点不提供此接口，请检查 AUDIT_SITE',
};

interface Case {
  readonly fault: ApiFault;
  readonly apiCode: string;
  readonly said: Readonly<Record<Locale, string>>;
  readonly advice?: Readonly<Record<Locale, string>>;
  readonly requests: number;
}
const both = (text: string) => ({ en: text, zh: text });
const tooMany = {
  en: 'The request frequency exceeds the limit of 20 for a second. Please slow down',
  zh: '请求频率超过了每秒 20 次的限制，请稍后重试',
};
const unlisted = { en: 'The request failed', zh: '请求失败' };
const broken = { en: 'An internal error occurred', zh: '内部错误' };

const cases: Record<string, Case> = {
  'RequestLimitExceeded heals with time': {
    fault: apiError('RequestLimitExceeded'),
    apiCode: 'RequestLimitExceeded',
    said: tooMany,
    advice: quota,
    requests: 5,
  },
  'a kind of RequestLimitExceeded heals with time': {
    fault: apiError('RequestLimitExceeded.GlobalRegionUinLimitExceeded'),
    apiCode: 'RequestLimitExceeded.GlobalRegionUinLimitExceeded',
    said: unlisted,
    advice: quota,
    requests: 5,
  },
  'InternalError heals with time': {
    fault: apiError('InternalError'),
    apiCode: 'InternalError',
    said: broken,
    requests: 5,
  },
  'a code that only begins like InternalError does not heal': {
    fault: apiError('InternalErrors', 'what is that'),
    apiCode: 'InternalErrors',
    said: both('what is that'),
    requests: 1,
  },
  'SignatureExpire heals once': {
    fault: apiError('AuthFailure.SignatureExpire'),
    apiCode: 'AuthFailure.SignatureExpire',
    said: {
      en: 'The request is more than five minutes away from the server time: check your clock',
      zh: '签名过期，请求时间和服务器时间相差超过五分钟，请检查本地时间',
    },
    advice: {
      en: 'set the clock: it is more than 5 minutes off',
      zh: '本机时间偏差超过 5 分钟，请校准时钟',
    },
    requests: 2,
  },
  'AuthFailure.UnauthorizedOperation does not heal': {
    fault: apiError('AuthFailure.UnauthorizedOperation', 'no permission'),
    apiCode: 'AuthFailure.UnauthorizedOperation',
    said: both('no permission'),
    advice: grant,
    requests: 1,
  },
  'UnauthorizedOperation does not heal': {
    fault: apiError('UnauthorizedOperation', 'no permission'),
    apiCode: 'UnauthorizedOperation',
    said: both('no permission'),
    advice: grant,
    requests: 1,
  },
  'a kind of UnauthorizedOperation does not heal': {
    fault: apiError('UnauthorizedOperation.CamNoAuth', 'no permission'),
    apiCode: 'UnauthorizedOperation.CamNoAuth',
    said: both('no permission'),
    advice: grant,
    requests: 1,
  },
  'SecretIdNotFound does not heal': {
    fault: apiError('AuthFailure.SecretIdNotFound', 'unknown'),
    apiCode: 'AuthFailure.SecretIdNotFound',
    said: both('unknown'),
    advice: {
      en: 'the secret id does not exist: check the credentials',
      zh: 'SecretId 不存在，请检查凭证',
    },
    requests: 1,
  },
  'SignatureFailure does not heal': {
    fault: apiError('AuthFailure.SignatureFailure', 'wrong'),
    apiCode: 'AuthFailure.SignatureFailure',
    said: both('wrong'),
    advice: {
      en: 'the secret key does not belong to the secret id: check the credentials',
      zh: 'SecretKey 与 SecretId 不匹配，请检查凭证',
    },
    requests: 1,
  },
  'TokenFailure does not heal': {
    fault: apiError('AuthFailure.TokenFailure', 'ended'),
    apiCode: 'AuthFailure.TokenFailure',
    said: both('ended'),
    advice: {
      en: 'the session token is wrong or has ended: renew the credentials',
      zh: '临时 Token 无效或已过期，请更新凭证',
    },
    requests: 1,
  },
  'InvalidParameter does not heal': {
    fault: apiError('InvalidParameter'),
    apiCode: 'InvalidParameter',
    said: { en: 'The parameter `` is incorrect', zh: '参数 `` 错误' },
    requests: 1,
  },
  'InvalidAction does not heal': {
    fault: apiError('InvalidAction', 'gone'),
    apiCode: 'InvalidAction',
    said: both('gone'),
    advice: notServed,
    requests: 1,
  },
  'NoSuchProduct does not heal': {
    fault: apiError('NoSuchProduct', 'gone'),
    apiCode: 'NoSuchProduct',
    said: both('gone'),
    advice: notServed,
    requests: 1,
  },
  'a code that is none': {
    fault: apiError('<script>', 'gone'),
    apiCode: 'BadAnswer',
    said: both('gone'),
    advice: elsewhere,
    requests: 1,
  },
  'a code that is too long': {
    fault: apiError('A'.repeat(101), 'gone'),
    apiCode: 'BadAnswer',
    said: both('gone'),
    advice: elsewhere,
    requests: 1,
  },
  'a code of nothing but letters is a code': {
    fault: apiError('A'.repeat(100), 'gone'),
    apiCode: 'A'.repeat(100),
    said: both('gone'),
    requests: 1,
  },
  'an error without a code is a bad answer, and does not heal': {
    fault: raw('{"Response":{"Error":{"Message":"no"},"RequestId":"r"}}'),
    apiCode: 'BadAnswer',
    said: both('an error without a code: no'),
    advice: elsewhere,
    requests: 1,
  },
  'an error without words': {
    fault: apiError('UnauthorizedOperation', ''),
    apiCode: 'UnauthorizedOperation',
    said: both('answered UnauthorizedOperation'),
    advice: grant,
    requests: 1,
  },
  'a message of many lines': {
    fault: apiError('FailedOperation', 'one\n\u202etwo\u0007 three.'),
    apiCode: 'FailedOperation',
    said: both('one two three'),
    requests: 1,
  },
  'a message without an end': {
    fault: apiError('FailedOperation', 'a'.repeat(10_000)),
    apiCode: 'FailedOperation',
    said: both(`${'a'.repeat(299)}…`),
    requests: 1,
  },
  'HTTP 500 heals with time': {
    fault: status(500),
    apiCode: 'Http500',
    said: both('HTTP 500'),
    advice: reach,
    requests: 5,
  },
  'HTTP 503 heals with time': {
    fault: status(503),
    apiCode: 'Http503',
    said: both('HTTP 503'),
    advice: reach,
    requests: 5,
  },
  'HTTP 403 does not heal': {
    fault: status(403),
    apiCode: 'Http403',
    said: both('HTTP 403'),
    advice: elsewhere,
    requests: 1,
  },
  'HTTP 404 does not heal': {
    fault: status(404),
    apiCode: 'Http404',
    said: both('HTTP 404'),
    advice: elsewhere,
    requests: 1,
  },
  'HTTP 201 is no answer': {
    fault: { kind: 'http-status', status: 201, body: JSON.stringify({ Response: goodSettings }) },
    apiCode: 'Http201',
    said: both('HTTP 201'),
    advice: elsewhere,
    requests: 1,
  },
  'a page of a proxy does not heal': {
    fault: { kind: 'html' },
    apiCode: 'BadAnswer',
    said: both('the answer is not JSON'),
    advice: elsewhere,
    requests: 1,
  },
  'an empty body': {
    fault: raw(''),
    apiCode: 'BadAnswer',
    said: both('the answer is not JSON'),
    advice: elsewhere,
    requests: 1,
  },
  'an empty object': {
    fault: { kind: 'empty-object' },
    apiCode: 'BadAnswer',
    said: both('the answer has no Response object'),
    advice: elsewhere,
    requests: 1,
  },
  'a Response of null': {
    fault: { kind: 'null-response' },
    apiCode: 'BadAnswer',
    said: both('the answer has no Response object'),
    advice: elsewhere,
    requests: 1,
  },
  'an answer of null': {
    fault: raw('null'),
    apiCode: 'BadAnswer',
    said: both('the answer has no Response object'),
    advice: elsewhere,
    requests: 1,
  },
  'a Response that is a list': {
    fault: raw('{"Response":[{"Enable":true}]}'),
    apiCode: 'BadAnswer',
    said: both('the answer holds no Response object'),
    advice: elsewhere,
    requests: 1,
  },
  'a Response that is a text': {
    fault: raw('{"Response":"ok"}'),
    apiCode: 'BadAnswer',
    said: both('the answer holds no Response object'),
    advice: elsewhere,
    requests: 1,
  },
  'an answer cut in the middle': {
    fault: { kind: 'cut', contentLength: 'honest' },
    apiCode: 'BadAnswer',
    said: both('the answer is not JSON'),
    advice: elsewhere,
    requests: 1,
  },
};

const localized = Object.entries(cases).flatMap(([name, each]) =>
  (['en', 'zh'] as const).map((locale) => [`${name} (${locale})`, locale, each] as const),
);

describe('a fault', () => {
  it.each(localized)('%s', async (_name, locale, { fault, apiCode, said, advice, requests }) => {
    const simulator = await start();
    simulator.setApiFault(fault);
    const { clock, reader } = open(simulator, { locale });
    const message = [said[locale], advice?.[locale]].filter((part) => part !== undefined);
    expect(await outcomeOf(reader.read(scanSource, forever))).toEqual(
      failed(apiCode, message.join('; ')),
    );
    expect(simulator.requests).toHaveLength(requests);
    expect(clock.slept).toEqual([200, 400, 800, 1_600].slice(0, requests - 1));
    reader.close();
  });

  it.each([
    ['en', 'The request failed'],
    ['zh', '请求失败'],
  ] as const)('asks for messages in the language of the reader: %s', async (locale, message) => {
    const simulator = await start();
    simulator.setApiFault(apiError('FailedOperation'));
    const { reader } = open(simulator, { locale });
    expect(await outcomeOf(reader.read(scanSource, forever))).toEqual(
      failed('FailedOperation', message),
    );
    expect(simulator.requests.map(({ language }) => language)).toEqual([
      locale === 'zh' ? 'zh-CN' : 'en-US',
    ]);
  });

  it('that passes is forgotten', async () => {
    const simulator = await start({ scenario: 'flaky' });
    const { clock, reader } = open(simulator);
    expect(await reader.read(scanSource, forever)).toEqual(goodSettings);
    expect(clock.slept).toEqual([200, 400]);
    expect(simulator.requests.map(({ outcome }) => outcome)).toEqual([
      'RequestLimitExceeded',
      'RequestLimitExceeded',
      'ok',
    ]);
  });

  it('changes into another one: the last is told', async () => {
    const simulator = await start({ scenario: 'denied' });
    simulator.setApiFault(status(502), { times: 2 });
    const { reader } = open(simulator);
    expect(await outcomeOf(reader.read(scanSource, forever))).toEqual(
      failed(
        'AuthFailure.UnauthorizedOperation',
        `you are not authorized to perform operation (tcss:${action}) resource (*) has no permission; ${grant.en}`,
      ),
    );
    expect(simulator.requests).toHaveLength(3);
  });

  it('of the clock is found by the cloud, and tried once more', async () => {
    const simulator = await start({ now: () => startMs + 6 * 60_000 });
    const { reader } = open(simulator);
    expect(await outcomeOf(reader.read(scanSource, forever))).toMatchObject({
      apiCode: 'AuthFailure.SignatureExpire',
    });
    expect(simulator.requests).toHaveLength(2);
  });

  it('of the network: a connection that is reset', async () => {
    const simulator = await start();
    simulator.setApiFault({ kind: 'reset' });
    const { clock, reader } = open(simulator);
    expect(await outcomeOf(reader.read(scanSource, forever))).toEqual({
      code: 'CLOUD_FAILED',
      apiCode: 'Network',
      message: expect.stringMatching(
        /^DescribeAssetImageScanSetting: (read ECONNRESET|socket hang up); check that the API host/,
      ) as string,
    });
    expect(simulator.requests).toHaveLength(5);
    expect(clock.slept).toEqual([200, 400, 800, 1_600]);
  });

  it('of the network: nobody listens', async () => {
    const simulator = await start();
    const port = new URL(simulator.url).port;
    await simulator.close();
    const { clock, reader } = open(simulator);
    expect(await outcomeOf(reader.read(scanSource, forever))).toEqual(
      failed('Network', `connect ECONNREFUSED 127.0.0.1:${port}; ${reach.en}`),
    );
    expect(clock.slept).toEqual([200, 400, 800, 1_600]);
  });
});

describe('time', () => {
  it('a cloud that hangs is given up, five times, in both languages', async () => {
    const simulator = await start({ scenario: 'hang' });
    const outcomes = (['en', 'zh'] as const).map((locale) => {
      const { reader } = open(simulator, { locale, requestTimeoutMs: 500 });
      return outcomeOf(reader.read(scanSource, forever));
    });
    expect(await Promise.all(outcomes)).toEqual([
      failed('Timeout', `no whole answer within 0.5 s; ${reach.en}`),
      failed('Timeout', `no whole answer within 0.5 s; ${reach.zh}`),
    ]);
    expect(simulator.requests).toHaveLength(2 * 5);
  });

  it('a timeout is told to the hundredth of a second, not as none', async () => {
    const simulator = await start({ scenario: 'hang' });
    const { reader } = open(simulator, { requestTimeoutMs: 50 });
    expect(await outcomeOf(reader.read(scanSource, forever))).toEqual(
      failed('Timeout', `no whole answer within 0.05 s; ${reach.en}`),
    );
  });

  it('a cloud that hangs once answers the second time', async () => {
    const simulator = await start();
    simulator.setApiFault({ kind: 'hang' }, { times: 1 });
    const { clock, reader } = open(simulator, { requestTimeoutMs: 200 });
    expect(await reader.read(scanSource, forever)).toEqual(goodSettings);
    expect(clock.slept).toEqual([200]);
  });

  it('an answer that breaks off is given up, and is whole the second time', async () => {
    const simulator = await start();
    simulator.setApiFault({ kind: 'cut', contentLength: 'too-long' }, { times: 1 });
    const { clock, reader } = open(simulator, { requestTimeoutMs: 200 });
    expect(await reader.read(scanSource, forever)).toEqual(goodSettings);
    expect(clock.slept).toEqual([200]);
  });

  it('an answer that is slow but in time counts', async () => {
    const simulator = await start();
    simulator.setApiFault({ kind: 'slow', delayMs: 50 });
    const { reader } = open(simulator);
    expect(await reader.read(scanSource, forever)).toEqual(goodSettings);
  });

  it('nothing is asked after the deadline', async () => {
    const simulator = await start({ rateLimits: false });
    const { clock, reader } = open(simulator);
    expect(await outcomeOf(reader.read(scanSource, clock.now()))).toEqual(
      failed('Deadline', 'not read: the time of this invocation was used up'),
    );
    expect(simulator.requests).toEqual([]);
    expect(clock.slept).toEqual([]);
  });

  it('no wait crosses the deadline', async () => {
    const simulator = await start();
    simulator.setApiFault(apiError('RequestLimitExceeded'));
    const { clock, reader } = open(simulator);
    expect(await outcomeOf(reader.read(scanSource, 1_400))).toMatchObject({
      apiCode: 'RequestLimitExceeded',
    });
    expect(clock.slept).toEqual([200, 400]);
  });
});

describe('secrets', () => {
  const { secretId, secretKey, token } = temporaryAccount;
  const echo = `id ${secretId}, key ${secretKey}, token "${token}"`;

  it('are taken out of what the cloud says', async () => {
    const simulator = await start({ accounts: [temporaryAccount] });
    simulator.setApiFault(apiError('FailedOperation', echo));
    const { reader } = open(simulator);
    expect(await outcomeOf(reader.read(scanSource, forever))).toEqual(
      failed('FailedOperation', 'id ***, key ***, token "***"'),
    );
  });

  it('are taken out of the code of an error, which then is none', async () => {
    const account = { ...temporaryAccount, secretId: 'MADEUPSECRETID' };
    const simulator = await start({ accounts: [account] });
    simulator.setApiFault(apiError('FailedOperation.MADEUPSECRETID', 'no'));
    const { reader } = open(simulator);
    expect(await outcomeOf(reader.read(scanSource, forever))).toEqual(
      failed('BadAnswer', `no; ${elsewhere.en}`),
    );
  });

  it('are not shown with a page that echoes them', async () => {
    const simulator = await start({ accounts: [temporaryAccount] });
    simulator.setApiFault({ kind: 'http-status', status: 400, body: echo });
    const { reader } = open(simulator);
    expect(await outcomeOf(reader.read(scanSource, forever))).toEqual(
      failed('Http400', `HTTP 400; ${elsewhere.en}`),
    );
  });

  it('are not shown when no header can hold them', async () => {
    const simulator = await start();
    const credential = {
      secretId: 'WRAPPED-ID\n',
      secretKey: 'WRAPPED-KEY\n',
      token: 'WRAPPED-TOKEN\n',
    };
    const { clock, reader } = open(simulator, { credential });
    const outcome = JSON.stringify(await outcomeOf(reader.read(scanSource, forever)));
    expect(outcome).toContain('CLOUD_FAILED');
    expect(outcome).not.toMatch(/WRAPPED|"Network"/);
    expect([clock.slept, simulator.requests]).toEqual([[], []]);
  });

  it('are sent where they belong: the token with temporary keys', async () => {
    const simulator = await start({ accounts: [temporaryAccount] });
    const { reader } = open(simulator);
    expect(await reader.read(scanSource, forever)).toEqual(goodSettings);
    const [request] = simulator.requests;
    expect(request).toMatchObject({ secretId, action, version: '2020-11-01', outcome: 'ok' });
  });

  it('follow no redirect to another host', async () => {
    const simulator = await start({ accounts: [temporaryAccount] });
    const other = await start();
    const location = `${other.url.replace('127.0.0.1', 'localhost')}/hooks/elsewhere`;
    simulator.setApiFault({ kind: 'redirect', location });
    const { reader } = open(simulator);
    expect(await outcomeOf(reader.read(scanSource, forever))).toEqual(
      failed('BadAnswer', `the answer redirects to another host; ${elsewhere.en}`),
    );
    expect([other.inbox, other.requests, simulator.requests.length]).toEqual([[], [], 1]);
  });

  it('follow no redirect to another port of the same host', async () => {
    const simulator = await start({ accounts: [temporaryAccount] });
    const other = await start();
    simulator.setApiFault({ kind: 'redirect', location: `${other.url}/hooks/elsewhere` });
    const { reader } = open(simulator);
    expect(await outcomeOf(reader.read(scanSource, forever))).toEqual(
      failed('BadAnswer', `the answer redirects to another host; ${elsewhere.en}`),
    );
    expect([other.inbox, other.requests, simulator.requests.length]).toEqual([[], [], 1]);
  });

  it('come back to the same host only as a failure', async () => {
    const simulator = await start();
    simulator.setApiFault({ kind: 'redirect', location: '/' });
    const { reader } = open(simulator);
    expect(await outcomeOf(reader.read(scanSource, forever))).toEqual(
      failed('Http404', `HTTP 404; ${elsewhere.en}`),
    );
  });
});

describe('an answer', () => {
  it('comes as the API gave it, the RequestId with it', async () => {
    const simulator = await start({ scenario: 'legacy' });
    const { reader } = open(simulator);
    const answer = await reader.read(scanSource, forever);
    expect(Object.keys(answer)).toEqual([
      ...['All', 'Enable', 'Images', 'ScanPeriod', 'ScanRisk', 'ScanTime', 'ScanVirus', 'ScanVul'],
      'RequestId',
    ]);
  });

  it('keeps undocumented fields, nulls and numbers that JSON cannot hold', async () => {
    const simulator = await start();
    simulator.setApiFault(raw('{"Response":{"Enable":null,"New":{"a":[1]},"ScanPeriod":1e999}}'));
    const { reader } = open(simulator);
    expect(await reader.read(scanSource, forever)).toEqual({
      Enable: null,
      New: { a: [1] },
      ScanPeriod: Infinity,
    });
  });

  it('to twenty requests at once comes whole', async () => {
    const simulator = await start();
    const { reader } = open(simulator);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => reader.read(scanSource, forever)),
    );
    expect(answers).toEqual(answers.map(() => goodSettings));
  });

  it('waits for its turn without using up its patience with the cloud', async () => {
    const simulator = await start({ rateLimits: false });
    const { clock, reader } = open(simulator, {
      perSecond: { [action]: 2 },
      requestTimeoutMs: 1_000,
    });
    const answers = await Promise.all(
      Array.from({ length: 61 }, () => reader.read(scanSource, forever)),
    );
    expect(answers).toEqual(answers.map(() => goodSettings));
    // Ten seconds more than all attempts of a call may take together.
    expect(clock.slept).toEqual(Array.from({ length: 30 }, () => 1_000));
    expect(simulator.requests).toHaveLength(61);
  });

  it('is given up at once where its turn comes after the deadline', async () => {
    const simulator = await start({ rateLimits: false });
    const { clock, reader } = open(simulator, { perSecond: { [action]: 1 } });
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => outcomeOf(reader.read(scanSource, clock.now() + 1_500))),
    );
    const late = failed('Deadline', 'not read: the time of this invocation was used up');
    expect(outcomes).toEqual([goodSettings, goodSettings, late]);
    expect(clock.slept).toEqual([1_000]);
  });
});

describe('whoAmI', () => {
  it('gives the uin of the credential', async () => {
    const simulator = await start({ accounts: [temporaryAccount] });
    const { reader } = open(simulator);
    expect(await reader.whoAmI(forever)).toBe('100000000002');
    const [request] = simulator.requests;
    expect(request).toMatchObject({ action: 'GetCallerIdentity', version: '2018-08-13' });
  });

  it.each(['', 'root', '-1', '100 000', '1'.repeat(21)])('takes no "%s" for a uin', async (uin) => {
    const simulator = await start({ accounts: [{ ...temporaryAccount, uin }] });
    const { reader } = open(simulator);
    expect(await outcomeOf(reader.whoAmI(forever))).toEqual({
      code: 'CLOUD_FAILED',
      apiCode: 'BadAnswer',
      message: 'GetCallerIdentity: the answer names no account',
    });
  });

  it.each(['{"Response":{"RequestId":"r"}}', '{"Response":{"AccountId":100000000001}}'])(
    'takes no account out of %s',
    async (body) => {
      const simulator = await start();
      simulator.setApiFault(raw(body), { action: 'GetCallerIdentity' });
      const { reader } = open(simulator);
      expect(await outcomeOf(reader.whoAmI(forever))).toMatchObject({
        message: 'GetCallerIdentity: the answer names no account',
      });
    },
  );

  it('advises on its own permission', async () => {
    const simulator = await start();
    simulator.setApiFault(apiError('UnauthorizedOperation', 'no'));
    const { reader } = open(simulator);
    expect(await outcomeOf(reader.whoAmI(forever))).toMatchObject({
      message: 'GetCallerIdentity: no; grant sts:GetCallerIdentity to the role',
    });
  });
});

describe('the process', () => {
  const here = (path: string) => JSON.stringify(pathToFileURL(path).href);
  const script = `
    const { openReader } = await import(${here('test/support/reader.ts')});
    const { systemClock } = await import(${here('shared/edge.ts')});
    const [, url, closing] = process.argv;
    const reader = openReader(systemClock, {
      credential: { secretId: 'SIMULATOR-ID', secretKey: 'SIMULATOR-KEY' },
      site: 'intl', region: 'ap-singapore', locale: 'en', requestTimeoutMs: 5000,
      endpoint: new URL(url),
    });
    const source = { action: '${action}', camAction: 'tcss:${action}' };
    await reader.read(source, Date.now() + 5000).catch(({ apiCode }) => console.log(apiCode));
    if (closing === 'close') reader.close();
    setTimeout(() => { console.log('still alive'); process.exit(); }, 500).unref();
  `;
  const ends: Record<string, [closing: string, stdout: string]> = {
    'ends after close': ['close', 'Http403\n'],
    'would not end without': ['no', 'Http403\nstill alive\n'],
  };
  it.each(Object.entries(ends))(
    '%s, with an answer whose end never comes',
    async (_name, [closing, stdout]) => {
      const server = createServer((_request, response) => {
        response.writeHead(403, { 'content-length': 100 });
        response.write('not the whole');
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const url = `http://127.0.0.1:${String(port)}`;
      const node = ['--import', 'tsx', '--input-type=module', '-e', script, url, closing];
      try {
        const run = await promisify(execFile)(process.execPath, node);
        expect(run.stdout).toBe(stdout);
      } finally {
        server.close();
        server.closeAllConnections();
      }
    },
  );
});

it('closes no connections that others share', async () => {
  const simulator = await start();
  simulator.setApiFault({ kind: 'slow', delayMs: 50 });
  const connections = createConnections();
  const [one, other] = [open(simulator, { connections }), open(simulator, { connections })];
  const reading = other.reader.read(scanSource, forever);
  await vi.waitFor(() => {
    expect(simulator.requests).toHaveLength(1);
  });
  one.reader.close();
  expect(await reading).toEqual(goodSettings);
  expect(simulator.requests).toHaveLength(1);
  connections.close();
});

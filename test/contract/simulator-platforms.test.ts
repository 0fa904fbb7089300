/** All the simulated platforms at once: their URLs, and the faults that each of them can have. */
import { describe, expect, it } from 'vitest';
import type { ChatFault, WebhookChannel } from '../../simulator/simulator.ts';
import { post } from '../support/sim-post.ts';
import { standingSimulator } from '../support/sim-clock.ts';

const standing = standingSimulator();

it('gives URLs whose fragments say what they are', () => {
  const { url, platforms } = standing.simulator;
  expect(platforms).toEqual({
    ...standing.simulator.webhooks,
    dingtalk: `${url}/robot/send?access_token=SIMULATOR#kind=dingtalk&secret=SEC-simulator-not-real`,
    feishu: `${url}/open-apis/bot/v2/hook/SIMULATOR-FEISHU#kind=feishu&secret=simulator-feishu-not-real`,
    lark: `${url}/open-apis/bot/v2/hook/SIMULATOR-LARK#kind=lark&secret=simulator-lark-not-real`,
    teams: `${url}/workflows/SIMULATOR/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=SIMULATOR-not-real#kind=teams`,
    discord: `${url}/api/webhooks/100000000000000001/SIMULATOR#kind=discord`,
    googlechat: `${url}/v1/spaces/SIMULATOR/messages?key=SIMULATOR-KEY&token=SIMULATOR-TOKEN#kind=googlechat`,
    pagerduty: `${url}/v2/enqueue#kind=pagerduty&secret=SIMULATOR00000000000000000000000`,
    alertmanager: `${url}/alertmanager/audit#kind=alertmanager`,
  });
});

it('does not know paths that only resemble a platform', async () => {
  const paths = [
    '/robot/send/',
    '/v2/enqueue/x',
    '/alertmanager/',
    '/api/webhooks/1',
    '/workflows/x',
  ];
  const answers = await Promise.all(
    paths.map((path) => post(`${standing.simulator.url}${path}`, {})),
  );
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 404));
  expect(standing.simulator.inbox).toEqual([]);
});

const dingtalkGateway = {
  status: 1111,
  wait: 5,
  source: 'x5',
  punish: 'deny',
  uuid: expect.any(String) as unknown,
};
const frequency = {
  code: 11232,
  data: {},
  msg: 'frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]',
};
const retryLater: Record<WebhookChannel, readonly [number, string | null, unknown]> = {
  slack: [429, '7', 'rate_limited'],
  wecom: [
    200,
    null,
    {
      errcode: 45009,
      errmsg:
        'api freq out of limit, hint: [0000000000000000000000000], from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool/query?e=45009',
    },
  ],
  generic: [429, '7', { error: 'too many requests' }],
  dingtalk: [200, null, dingtalkGateway],
  feishu: [200, null, frequency],
  lark: [200, null, frequency],
  teams: [
    429,
    '7',
    { error: { code: 'WorkflowRequestThrottled', message: 'Too many requests. Retry later.' } },
  ],
  discord: [429, '7', { message: 'You are being rate limited.', retry_after: 6.5, global: false }],
  googlechat: [
    429,
    null,
    {
      error: {
        code: 429,
        message: 'Resource has been exhausted (e.g. check quota).',
        status: 'RESOURCE_EXHAUSTED',
      },
    },
  ],
  pagerduty: [
    429,
    null,
    {
      status: 'throttle exceeded',
      message: 'Requests for this service are arriving too quickly.  Please retry later.',
    },
  ],
  alertmanager: [429, '7', 'too many requests'],
};
const kinds = Object.keys(retryLater) as WebhookChannel[];

describe.each(kinds)('faults of %s', (channel) => {
  const answer = async (fault: ChatFault) => {
    standing.simulator.setChatFault(channel, fault, { times: 1 });
    return fetch(standing.simulator.platforms[channel], { method: 'POST', body: 'x' });
  };
  /** The fault strikes once; what follows is the platform's own answer. */
  const expectStruckOnce = async () => {
    await post(standing.simulator.platforms[channel], 'x');
    expect(standing.simulator.inbox).toMatchObject([
      { channel, accepted: false },
      { channel, body: 'x' },
    ]);
  };

  it('retry-later in its own words', async () => {
    const [status, retryAfter, body] = retryLater[channel];
    const response = await answer({ kind: 'retry-later', retryAfterSeconds: 6.5 });
    const isJson = response.headers.get('content-type') === 'application/json';
    expect([
      response.status,
      response.headers.get('retry-after'),
      isJson ? await response.json() : await response.text(),
    ]).toEqual([status, retryAfter, body]);
    await expectStruckOnce();
  });

  it('a chosen answer with HTTP 200', async () => {
    const response = await answer({ kind: 'answer', body: '{"code":200621}' });
    expect([response.status, await response.text()]).toEqual([200, '{"code":200621}']);
    await expectStruckOnce();
  });

  it('a chosen status with headers of its own', async () => {
    const response = await answer({
      kind: 'http-status',
      status: 429,
      body: '{"code":99991400}',
      headers: { 'x-ogw-ratelimit-reset': '3' },
    });
    expect([
      response.status,
      response.headers.get('x-ogw-ratelimit-reset'),
      await response.text(),
    ]).toEqual([429, '3', '{"code":99991400}']);
    await expectStruckOnce();
  });

  it('a bare 429', async () => {
    const response = await answer({ kind: 'rate-limited', retryAfterSeconds: 7 });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
    await expectStruckOnce();
  });

  it('a reset', async () => {
    await expect(answer({ kind: 'reset' })).rejects.toThrow('fetch failed');
  });

  it('a hang', async () => {
    const silence = answer({ kind: 'hang' });
    while (standing.simulator.inbox.length === 0) await new Promise(setImmediate);
    await standing.simulator.close();
    await expect(silence).rejects.toThrow('fetch failed');
  });
});

it('asks to retry in a second unless told', async () => {
  standing.simulator.setChatFault('discord', { kind: 'retry-later' });
  const answer = await post(standing.simulator.platforms.discord, 'x');
  expect(JSON.parse(answer.body)).toMatchObject({ retry_after: 1 });
});

it('says of the heartbeat too that it is too much', async () => {
  standing.simulator.setChatFault('heartbeat', { kind: 'retry-later', retryAfterSeconds: 2 });
  const response = await fetch(standing.simulator.heartbeat);
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '2']);
});

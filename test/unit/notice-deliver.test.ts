import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';

import { standardWebhooksHeaders } from '../../shared/notice/channels/generic.ts';
import { deliver } from '../../shared/notice/deliver.ts';
import type { Notice } from '../../shared/notice/notice.ts';
import type { HttpRequest } from '../../shared/ports.ts';
import {
  channelOf,
  createManualClock,
  createScriptedHttp,
  secret,
  webhooks,
  type Scripted,
} from '../support/fake-ports.ts';
import { itemOf, noticeWith, openOf } from '../support/log.ts';

const startMs = Date.UTC(2026, 10, 24, 18, 0, 2, 345);
const notice = noticeWith({ failing: [itemOf('a')] });
const numbered = (index: number) => String(index).padStart(64, '0');
/** Three messages on Slack. */
const longNotice = noticeWith({
  failing: Array.from({ length: 100 }, (_, index) =>
    itemOf(String(index), { open: openOf(String(index), { fingerprint: numbered(index) }) }),
  ),
});

interface Setting {
  readonly channel?: string;
  readonly notice?: Notice;
  readonly leftMs?: number;
  readonly random?: number;
  /** How long every answer takes. */
  readonly answerMs?: number;
}

async function delivering(
  script: readonly [Scripted, ...Scripted[]],
  { channel = webhooks.slack, leftMs = 60_000, random = 0.5, answerMs = 0, ...more }: Setting = {},
) {
  const clock = createManualClock(startMs, () => random);
  const { http, requests } = createScriptedHttp(script);
  const slowly = async (request: HttpRequest) => {
    if (answerMs > 0) await clock.pass(answerMs);
    return http(request);
  };
  const delivery = await deliver(
    { http: slowly, clock },
    channelOf(channel),
    more.notice ?? notice,
    startMs + leftMs,
  );
  return { delivery, requests, slept: clock.slept, tookMs: clock.now() - startMs };
}

const ok = { body: 'ok' };
const cases: Record<
  string,
  {
    readonly script: readonly [Scripted, ...Scripted[]];
    readonly setting?: Setting;
    readonly slept: readonly number[];
    readonly delivery: readonly [status: string, attempts: number, reason: string | null];
    /** How many findings were told before it failed. */
    readonly told?: number;
  }
> = {
  'is sent at the first attempt': { script: [ok], slept: [], delivery: ['sent', 1, null] },
  'tries again after a fault, in a time that chance chooses': {
    script: [{ status: 500 }, ok],
    slept: [500],
    delivery: ['sent', 2, null],
  },
  'doubles what chance chooses from': {
    script: [{ status: 500 }, { status: 502 }, ok],
    slept: [500, 1_000],
    delivery: ['sent', 3, null],
  },
  'gives up after three attempts, and says why': {
    script: [{ status: 500 }, { status: 502 }, { status: 503 }, ok],
    slept: [500, 1_000],
    delivery: ['failed', 3, 'HTTP 503'],
  },
  'tries again after a network error': {
    script: [new Error('no answer (ECONNRESET)'), ok],
    slept: [500],
    delivery: ['sent', 2, null],
  },
  'says why no answer came': {
    script: [new Error('no answer within 8 s')],
    slept: [500, 1_000],
    delivery: ['failed', 3, 'no answer within 8 s'],
  },
  'waits as long as the platform says': {
    script: [{ status: 429, headers: { 'retry-after': '7' } }, ok],
    slept: [7_000],
    delivery: ['sent', 2, null],
  },
  'waits longer than the platform says, where chance chooses that': {
    script: [{ status: 429, headers: { 'retry-after': '0' } }, ok],
    slept: [500],
    delivery: ['sent', 2, null],
  },
  'leaves a wait that would go past the deadline': {
    script: [{ status: 429, headers: { 'retry-after': '60' } }, ok],
    slept: [],
    delivery: ['failed', 1, 'HTTP 429: too many messages'],
  },
  'waits to just before the deadline': {
    script: [{ status: 429, headers: { 'retry-after': '59' } }, ok],
    slept: [59_000],
    delivery: ['sent', 2, null],
  },
  "leaves WeCom's minute to the next run": {
    script: [{ body: '{"errcode":45009}' }],
    setting: { channel: webhooks.wecom, leftMs: 20_000 },
    slept: [],
    delivery: ['failed', 1, 'errcode 45009: more than 20 messages a minute'],
  },
  'does not repeat what will not pass': {
    script: [{ status: 403, body: 'invalid_token' }, ok],
    slept: [],
    delivery: [
      'failed',
      1,
      'HTTP 403 invalid_token: the webhook or its channel is gone: create a new webhook and set AUDIT_WEBHOOKS',
    ],
  },
  'does not follow a redirect': {
    script: [{ status: 302, headers: { location: 'http://evil.example' } }, ok],
    setting: { channel: webhooks.generic },
    slept: [],
    delivery: ['failed', 1, 'HTTP 302'],
  },
  'does not take a page with 200 for success': {
    script: [{ status: 200, body: '<html>ok</html>' }],
    slept: [],
    delivery: ['failed', 1, 'HTTP 200 an answer that is not documented'],
  },
  'sends every message of a long notice': {
    script: [ok],
    setting: { notice: longNotice },
    slept: [],
    delivery: ['sent', 3, null],
  },
  'stops at the first message that fails, and counts all attempts': {
    script: [ok, { status: 500 }, { status: 500 }, { status: 400, body: 'invalid_blocks' }, ok],
    setting: { notice: longNotice },
    slept: [500, 1_000],
    delivery: ['failed', 4, 'HTTP 400 invalid_blocks'],
    told: 47,
  },
  'tries each message of a long notice anew': {
    script: [{ status: 500 }, ok, { status: 500 }, ok, { status: 500 }, ok],
    setting: { notice: longNotice },
    slept: [500, 500, 500],
    delivery: ['sent', 6, null],
  },
};
it.each(Object.entries(cases))('%s', async (_name, { script, setting, slept, delivery, told }) => {
  const channel = channelOf(setting?.channel ?? webhooks.slack);
  const result = await delivering(script, setting);
  const [status, attempts, reason] = delivery;
  const at = new Date(startMs + slept.reduce((sum, ms) => sum + ms, 0)).toISOString();
  expect(result.delivery).toEqual({
    channel: channel.name,
    status,
    attempts,
    at,
    reason,
    min: 'low',
    ...(told !== undefined && {
      told: Array.from({ length: told }, (_, index) => numbered(index)),
    }),
  });
  expect(result.slept).toEqual(slept);
  expect(result.requests).toHaveLength(attempts);
});

it('keeps the time of a request within the deadline', async () => {
  const quick = await delivering([ok], { leftMs: 3_000 });
  expect(quick.requests.map(({ timeoutMs }) => timeoutMs)).toEqual([3_000]);
  const slow = await delivering([{ status: 500 }], { leftMs: 20_000, answerMs: 7_000, random: 0 });
  expect(slow.requests.map(({ timeoutMs }) => timeoutMs)).toEqual([8_000, 8_000, 6_000]);
});

it('never sleeps past the deadline', async () => {
  for (const leftMs of [1, 499, 500, 501, 1_499, 1_500, 1_501]) {
    const { tookMs } = await delivering([{ status: 500 }], { leftMs });
    expect(tookMs).toBeLessThan(leftMs);
  }
});

it('posts nothing when no time is left', async () => {
  const { delivery, requests } = await delivering([ok], { leftMs: 0 });
  expect(requests).toEqual([]);
  expect(delivery).toMatchObject({
    status: 'failed',
    attempts: 0,
    reason: 'no time was left in this invocation',
  });
});

it("records the channel's filter at that time", async () => {
  const { delivery } = await delivering([ok], { channel: `${webhooks.slack}#min=high` });
  expect(delivery.min).toBe('high');
});

it('speaks the language of the channel', async () => {
  const { requests } = await delivering([ok], { channel: `${webhooks.slack}#locale=zh` });
  expect(requests[0]?.body).toContain('新增 1 项不合规');
});

it('posts JSON to the very URL, without the options', async () => {
  const { requests } = await delivering([ok], { channel: `${webhooks.slack}#min=high&locale=zh` });
  expect(requests.map(({ url, method, headers }) => ({ url, method, headers }))).toEqual([
    {
      url: webhooks.slack,
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
    },
  ]);
});

// ---- Standard Webhooks ------------------------------------------------------------------------

it('signs as the specification does', () => {
  expect(
    standardWebhooksHeaders(
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1614265330_000,
      '{"test": 2432232314}',
    ),
  ).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

it('signs every attempt anew, under the same id, as the library verifies', async () => {
  // The library verifies against the machine's clock, so this delivery happens now.
  const nowMs = Math.floor(Date.now() / 1000) * 1000;
  const clock = createManualClock(nowMs, () => 0);
  const { http, requests } = createScriptedHttp([
    { status: 503, headers: { 'retry-after': '2' } },
    { status: 503, headers: { 'retry-after': '2' } },
    { status: 204 },
  ]);
  const hostile = noticeWith({ failing: [itemOf('a', { title: '世界 \ud800 "' })] });
  await deliver({ http, clock }, channelOf(webhooks.generic), hostile, nowMs + 60_000);

  const headersOf = (name: string) => requests.map(({ headers }) => headers[name]);
  expect(headersOf('content-type')).toEqual(
    Array.from({ length: 3 }, () => 'application/cloudevents+json; charset=UTF-8'),
  );
  expect(headersOf('webhook-id')).toEqual(
    Array.from({ length: 3 }, () => 'nightly-20261124T180000Z'),
  );
  expect(headersOf('webhook-timestamp').map(Number)).toEqual(
    [0, 2, 4].map((seconds) => nowMs / 1000 + seconds),
  );
  expect(new Set(headersOf('webhook-signature')).size).toBe(3);
  for (const { body, headers } of requests) {
    const verified = new Webhook(secret).verify(Buffer.from(body).toString(), { ...headers });
    expect(verified).toEqual(JSON.parse(body));
  }
});

it('signs nothing without a secret', async () => {
  const { requests } = await delivering([{ status: 204 }], {
    channel: 'https://hooks.example.com/audit',
  });
  expect(Object.keys(requests[0]?.headers ?? {})).toEqual(['content-type']);
});

// ---- Secrets ----------------------------------------------------------------------------------

it.each(Object.entries(webhooks))('shows nothing of the webhook of %s', async (_kind, channel) => {
  const { url } = channelOf(channel);
  const echoes: readonly Scripted[] = [
    { status: 404, body: `no such webhook ${url}` },
    { status: 500, body: url },
    { status: 429, body: url, headers: { location: url } },
    { status: 200, body: JSON.stringify({ errcode: 93000, errmsg: url }) },
    { status: 302, headers: { location: url } },
  ];
  for (const echo of echoes) {
    const { delivery, requests } = await delivering([echo], { channel });
    expect(JSON.stringify(delivery)).not.toMatch(/CANARY|services|send\?|whsec|https?:/);
    // Nor does the message itself, or a header that a proxy may log.
    for (const { body, headers } of requests) {
      expect(`${body}${JSON.stringify(headers)}`).not.toMatch(/CANARY|whsec/);
    }
  }
});

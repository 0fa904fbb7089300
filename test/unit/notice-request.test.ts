/** What one attempt sends: where to, and signed how. The vectors are those of webhooks.md. */
import { createHmac } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { dingtalkSign } from '../../shared/notice/channels/dingtalk.ts';
import { feishuSign } from '../../shared/notice/channels/feishu.ts';
import { platforms } from '../../shared/notice/channels/platforms.ts';
import { deliver } from '../../shared/notice/deliver.ts';
import { channelKinds, type ChannelKind } from '../../shared/notice/webhook.ts';
import type { HttpRequest } from '../../shared/ports.ts';
import {
  everyKind,
  rendered,
  requestOf,
  routingKey,
  startMs,
  webhookOf,
} from '../support/channels.ts';
import { channelOf, createManualClock, createScriptedHttp } from '../support/fake-ports.ts';
import { itemOf, noticeWith } from '../support/log.ts';

const notice = noticeWith({ failing: [itemOf('a')] });
const contentOf = (kind: ChannelKind) => rendered(kind, notice)[0]?.content ?? {};
const bodyOf = ({ body }: Pick<HttpRequest, 'body'>) =>
  JSON.parse(body) as Readonly<Record<string, unknown>>;

describe('DingTalk', () => {
  it('signs as its documents do', () => {
    expect(dingtalkSign('this is secret', 1577262236757)).toBe(
      'hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM=',
    );
  });

  it('encodes the signature for the URL, once', () => {
    const channel = channelOf(
      'https://oapi.dingtalk.com/robot/send?access_token=x#secret=this%20is%20secret',
    );
    const { url, body } = requestOf('dingtalk', { msgtype: 'x' }, 1577262236757, channel);
    expect(url).toBe(
      'https://oapi.dingtalk.com/robot/send?access_token=x&timestamp=1577262236757&sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D',
    );
    expect(body).toBe('{"msgtype":"x"}');
  });

  it('takes the whole secret for the key, SEC included', () => {
    const key = 'SECabc';
    const expected = createHmac('sha256', key)
      .update(`${String(startMs)}\n${key}`)
      .digest('base64');
    expect(dingtalkSign(key, startMs)).toBe(expected);
  });

  it('signs nothing without a secret', () => {
    const url = 'https://oapi.dingtalk.com/robot/send?access_token=x';
    expect(requestOf('dingtalk', {}, startMs, channelOf(url)).url).toBe(url);
  });

  it('sends one Markdown message that mentions nobody and holds its keyword', () => {
    const body = bodyOf(requestOf('dingtalk', contentOf('dingtalk')));
    expect(body).toMatchObject({
      msgtype: 'markdown',
      markdown: { title: 'tcss-audit: 1 new violation' },
      at: { isAtAll: false },
    });
    expect(Object.keys(body)).toEqual(['msgtype', 'markdown', 'at']);
  });
});

describe('Feishu', () => {
  it('signs as its documents do: time and secret are the key, the message is empty', () => {
    expect(feishuSign('demo', 1599360473)).toBe('l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=');
    expect(feishuSign('demo', 1599360473)).not.toBe('DkEDUyVoOOJ539qBvUgMyzkzIdRWlf4e/V3Rq+ONJnQ=');
  });

  it('puts the time in seconds, as a string, and the signature into the body', () => {
    const channel = channelOf('https://open.feishu.cn/open-apis/bot/v2/hook/x#secret=demo');
    const request = requestOf('feishu', { msg_type: 'x' }, 1599360473_999, channel);
    expect(request.url).toBe('https://open.feishu.cn/open-apis/bot/v2/hook/x');
    expect(bodyOf(request)).toEqual({
      timestamp: '1599360473',
      sign: 'l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=',
      msg_type: 'x',
    });
  });

  it('signs nothing without a secret', () => {
    const channel = channelOf('https://open.feishu.cn/open-apis/bot/v2/hook/x');
    expect(requestOf('feishu', { msg_type: 'x' }, startMs, channel).body).toBe('{"msg_type":"x"}');
  });

  it('is Lark under another host', () => {
    expect(platforms.lark).toBe(platforms.feishu);
    expect(requestOf('lark', contentOf('lark')).body).toBe(
      requestOf('feishu', contentOf('feishu')).body,
    );
  });

  it('sends one card of schema 2.0', () => {
    expect(contentOf('feishu')).toMatchObject({
      msg_type: 'interactive',
      card: {
        schema: '2.0',
        header: {
          title: { tag: 'plain_text', content: 'tcss-audit: 1 new violation' },
          template: 'red',
        },
      },
    });
  });
});

const signed = [
  ['dingtalk', '{"errcode":0}'],
  ['feishu', '{"code":0}'],
  ['lark', '{"code":0}'],
  ['generic', ''],
] as const;
it.each(signed)('%s is signed anew for every attempt', async (kind, yes) => {
  const clock = createManualClock(startMs);
  const { http, requests } = createScriptedHttp([
    { status: 503, headers: { 'retry-after': '2' } },
    { status: 503, headers: { 'retry-after': '2' } },
    { body: yes },
  ]);
  const channel = channelOf(webhookOf[kind]);
  const { status } = await deliver({ http, clock }, channel, notice, startMs + 60_000);
  expect(status).toBe('sent');
  const whole = requests.map(({ url, headers, body }) => JSON.stringify([url, headers, body]));
  expect(new Set(whole).size).toBe(3);
  // Each as if it were the first, two seconds later.
  const [post] = platforms[kind].render(notice, 'en');
  expect(requests.map(({ url, headers, body }) => ({ url, headers, body }))).toEqual(
    [0, 2_000, 4_000].map((ms) =>
      platforms[kind].request({
        channel,
        content: post?.content ?? {},
        id: notice.id,
        nowMs: startMs + ms,
      }),
    ),
  );
});

const urls: Record<string, readonly [ChannelKind, string, string]> = {
  'Discord is asked to wait until the message is kept': [
    'discord',
    'https://discord.com/api/webhooks/1/x',
    'https://discord.com/api/webhooks/1/x?wait=true',
  ],
  'Discord keeps the thread that the URL names': [
    'discord',
    'https://discord.com/api/webhooks/1/x?thread_id=7&wait=false',
    'https://discord.com/api/webhooks/1/x?thread_id=7&wait=true',
  ],
  'Google Chat is asked to honour the thread': [
    'googlechat',
    'https://chat.googleapis.com/v1/spaces/S/messages?key=K&token=T',
    'https://chat.googleapis.com/v1/spaces/S/messages?key=K&token=T&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD',
  ],
  'a Teams workflow gets its query byte for byte': [
    'teams',
    'https://x.api.powerplatform.com/w/1?api-version=1&sp=%2Ft%2Fm%2Frun&sv=1.0&sig=a-b_c%2B',
    'https://x.api.powerplatform.com/w/1?api-version=1&sp=%2Ft%2Fm%2Frun&sv=1.0&sig=a-b_c%2B',
  ],
};
it.each(Object.entries(urls))('%s', (_name, [kind, given, expected]) => {
  expect(requestOf(kind, {}, startMs, channelOf(given)).url).toBe(expected);
});

it('Google Chat gets one thread', () => {
  expect(contentOf('googlechat')['thread']).toEqual({ threadKey: 'tcss-audit' });
});

it('Discord is told that nothing may mention anybody', () => {
  expect(contentOf('discord')['allowed_mentions']).toEqual({ parse: [] });
  expect(Object.keys(contentOf('discord'))).toEqual(['embeds', 'allowed_mentions']);
});

it('Teams gets one adaptive card', () => {
  expect(contentOf('teams')).toMatchObject({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          type: 'AdaptiveCard',
          version: '1.4',
          actions: [{ type: 'Action.OpenUrl', url: 'https://console.tencentcloud.com/tcss' }],
        },
      },
    ],
  });
});

it.each(channelKinds)('%s: the secret is where the platform wants it and nowhere else', (kind) => {
  const { url, headers, body } = requestOf(kind, contentOf(kind));
  expect(JSON.stringify(headers)).not.toMatch(/CANARY|whsec/);
  if (kind === 'pagerduty') expect(bodyOf({ body })['routing_key']).toBe(routingKey);
  else expect(body).not.toMatch(/CANARY|whsec/);
  expect(url).not.toMatch(/whsec|SECCANARY|CANARYSECRET/);
  expect(url).not.toContain(routingKey);
  expect(url).not.toContain('#');
});

it.each(everyKind)(
  '%s: is rendered without its secret: what can be previewed holds none',
  (kind) => {
    const posts = platforms[kind].render(notice, 'en');
    expect(JSON.stringify(posts)).not.toMatch(/CANARY|whsec|routing_key|timestamp":"\d{10}"/);
  },
);

/** The simulated DingTalk, posted to with plain fetch and signatures made here. */
import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { signFaultOf } from '../../simulator/chat/dingtalk-sign.ts';
import { post } from '../support/sim-post.ts';
import { secretOf, standingSimulator, startMs } from '../support/sim-clock.ts';

const standing = standingSimulator();

const hour = 3_600_000;
const sign = (secret: string, atMs: number) =>
  createHmac('sha256', secret)
    .update(`${String(atMs)}\n${secret}`)
    .digest('base64');

function signedUrl(atMs = standing.nowMs): string {
  const url = new URL(standing.simulator.platforms.dingtalk);
  url.searchParams.set('timestamp', String(atMs));
  url.searchParams.set('sign', sign(secretOf(url.href), atMs));
  return url.href;
}

const textOf = (content: unknown) => ({ msgtype: 'text', text: { content } });
const markdown = { msgtype: 'markdown', markdown: { title: '12 violations', text: '### 12' } };
const card = { title: '12 violations', text: '### 12' };
const button = { title: 'Open', actionURL: 'https://example.com' };
const ofBytes = (bytes: number) => {
  const around = Buffer.byteLength(JSON.stringify(textOf('')));
  return textOf(`${'x'.repeat(bytes - around - 3)}安`);
};

const good: Record<string, unknown> = {
  'a text': textOf('hello'),
  markdown,
  'markdown that calls nobody': { ...markdown, at: { atMobiles: [], isAtAll: false } },
  'a link': { msgtype: 'link', link: { ...card, messageUrl: 'https://example.com' } },
  'a card with one button': {
    msgtype: 'actionCard',
    actionCard: { ...card, singleTitle: 'Open', singleURL: 'https://example.com' },
  },
  'a card with a list of buttons': {
    msgtype: 'actionCard',
    actionCard: { ...card, btnOrientation: '0', btns: [button, button] },
  },
  'a body of 20000 bytes': ofBytes(20_000),
};
it.each(Object.entries(good))('takes %s', async (_name, body) => {
  expect(await post(signedUrl(), body)).toEqual({
    status: 200,
    type: 'application/json',
    body: '{"errcode":0,"errmsg":"ok"}',
  });
  expect(standing.accepted()).toEqual([true]);
});

const bad: Record<string, readonly [unknown, number, string]> = {
  'a body of 20001 bytes': [ofBytes(20_001), 460101, 'message too long, exceed 20000 bytes'],
  'no JSON': ['hello', 40035, '缺少参数 json'],
  'JSON that is no object': [[], 40035, '缺少参数 json'],
  'no message type': [{}, 40035, '缺少参数 msgtype'],
  'a message type that is no text': [{ msgtype: 7 }, 40035, '缺少参数 msgtype'],
  'an unknown message type': [{ msgtype: 'poem' }, 400105, 'unsupported msgtype: poem'],
  'a message type from the object prototype': [
    { msgtype: 'constructor' },
    400105,
    'unsupported msgtype: constructor',
  ],
  'a type without its part': [{ msgtype: 'markdown' }, 40035, '缺少参数 markdown'],
  'an empty text': [textOf(''), 40035, '缺少参数 text.content'],
  'a text that is none': [textOf(7), 40035, '缺少参数 text.content'],
  'markdown without a title': [
    { msgtype: 'markdown', markdown: { text: 'x' } },
    40035,
    '缺少参数 markdown.title',
  ],
  'markdown without a text': [
    { msgtype: 'markdown', markdown: { title: 'x' } },
    40035,
    '缺少参数 markdown.text',
  ],
  'a link without a URL': [{ msgtype: 'link', link: card }, 40035, '缺少参数 link.messageUrl'],
  'a card without a text': [
    { msgtype: 'actionCard', actionCard: { title: 'x', btns: [button] } },
    40035,
    '缺少参数 actionCard.text',
  ],
  'a card without a button': [
    { msgtype: 'actionCard', actionCard: card },
    40035,
    '缺少参数 actionCard.btns',
  ],
  'a card with no buttons in the list': [
    { msgtype: 'actionCard', actionCard: { ...card, btns: [] } },
    40035,
    '缺少参数 actionCard.btns',
  ],
  'a card with a button that leads nowhere': [
    { msgtype: 'actionCard', actionCard: { ...card, btns: [button, { title: 'Open' }] } },
    40035,
    '缺少参数 actionCard.btns',
  ],
};
it.each(Object.entries(bad))('refuses %s', async (_name, [body, errcode, errmsg]) => {
  expect(await post(signedUrl(), body)).toEqual({
    status: 200,
    type: 'application/json',
    body: JSON.stringify({ errcode, errmsg }),
  });
  expect(standing.accepted()).toEqual([false]);
});

it.each([-hour, hour])('takes a timestamp that is off by %d milliseconds', async (offMs) => {
  await post(signedUrl(startMs + offMs), markdown);
  expect(standing.accepted()).toEqual([true]);
});

const more = 'more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]';
const noMatch = `sign not match, ${more}`;
const badTime = `invalid timestamp, ${more}`;
const changed = (change: (query: URLSearchParams) => void) => {
  const url = new URL(signedUrl());
  change(url.searchParams);
  return url.href;
};
const strange: Record<string, readonly [() => string, number, string]> = {
  'an unknown token': [
    () =>
      changed((query) => {
        query.set('access_token', 'OTHER');
      }),
    300005,
    'token is not exist',
  ],
  'no token': [
    () =>
      changed((query) => {
        query.delete('access_token');
      }),
    300005,
    'token is not exist',
  ],
  'no signature at all': [() => standing.simulator.platforms.dingtalk, 310000, noMatch],
  'no signature': [
    () =>
      changed((query) => {
        query.delete('sign');
      }),
    310000,
    noMatch,
  ],
  'no timestamp': [
    () =>
      changed((query) => {
        query.delete('timestamp');
      }),
    310000,
    noMatch,
  ],
  'the signature of another moment': [
    () =>
      changed((query) => {
        query.set('timestamp', String(startMs - 1));
      }),
    310000,
    noMatch,
  ],
  'the signature of another secret': [
    () =>
      changed((query) => {
        query.set('sign', sign('SECother', startMs));
      }),
    310000,
    noMatch,
  ],
  'a signature encoded twice': [
    () =>
      changed((query) => {
        query.set('sign', encodeURIComponent(query.get('sign') ?? ''));
      }),
    310000,
    noMatch,
  ],
  'a timestamp more than an hour old': [() => signedUrl(startMs - hour - 1), 310000, badTime],
  'a timestamp more than an hour ahead': [() => signedUrl(startMs + hour + 1), 310000, badTime],
  'a timestamp in seconds': [() => signedUrl(startMs / 1000), 310000, badTime],
  'a timestamp that is no number': [
    () =>
      changed((query) => {
        query.set('timestamp', '2026-11-24');
      }),
    310000,
    badTime,
  ],
};
it.each(Object.entries(strange))('refuses %s', async (_name, [url, errcode, errmsg]) => {
  expect(await post(url(), markdown)).toMatchObject({
    status: 200,
    body: JSON.stringify({ errcode, errmsg }),
  });
  expect(standing.accepted()).toEqual([false]);
});

it('refuses another method', async () => {
  expect(await (await fetch(signedUrl())).json()).toEqual({
    errcode: 43002,
    errmsg: 'require POST method',
  });
});

it('refuses another content type', async () => {
  const answer = await post(signedUrl(), markdown, { 'content-type': 'text/plain' });
  expect(answer.body).toBe('{"errcode":43004,"errmsg":"require Content-Type application/json"}');
});

const send = async () => {
  const answer = await post(signedUrl(), markdown);
  return [answer.status, JSON.parse(answer.body) as unknown];
};
const ok = [200, { errcode: 0, errmsg: 'ok' }];
const denied = [
  200,
  {
    status: 1111,
    wait: 5,
    source: 'x5',
    punish: 'deny',
    uuid: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
  },
];

it('takes twenty messages a minute, and after one more none for ten minutes', async () => {
  for (let sent = 0; sent < 20; sent += 1) expect(await send()).toEqual(ok);
  standing.nowMs += 59_999;
  expect(await send()).toEqual(denied);
  standing.nowMs += 599_999;
  expect(await send()).toEqual(denied);
  standing.nowMs += 1;
  expect(await send()).toEqual(ok);
  expect(standing.accepted()).toEqual([...Array<boolean>(20).fill(true), false, false, true]);
});

it('takes more than twenty messages in more than a minute', async () => {
  for (let sent = 0; sent < 20; sent += 1) await send();
  standing.nowMs += 60_000;
  expect(await send()).toEqual(ok);
});

// The reference's vector; its base64 holds a plus sign.
const vector = 'timestamp=1577262236757&sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D';
const vectorFault = (query: string) =>
  signFaultOf(new URLSearchParams(query), 'this is secret', 1_577_262_236_757);
it('agrees with the vector', () => {
  expect(vectorFault(vector)).toBeUndefined();
});

it('does not agree with the vector when the plus sign is not encoded', () => {
  expect(vectorFault(vector.replaceAll('%2B', '+'))).toBe(noMatch);
});

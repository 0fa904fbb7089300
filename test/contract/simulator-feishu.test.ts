/** The simulated Feishu and Lark, posted to with plain fetch and signatures made here. */
import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { isSignedForFeishu } from '../../simulator/chat/feishu-sign.ts';
import { post } from '../support/sim-post.ts';
import { secretOf, standingSimulator, startMs } from '../support/sim-clock.ts';

const standing = standingSimulator();

const startSeconds = startMs / 1000;
const sign = (timestamp: number, secret: string) =>
  createHmac('sha256', `${String(timestamp)}\n${secret}`).digest('base64');

type Kind = 'feishu' | 'lark';
const signed = (body: object, atSeconds = standing.nowMs / 1000, kind: Kind = 'feishu') => ({
  timestamp: String(atSeconds),
  sign: sign(atSeconds, secretOf(standing.simulator.platforms[kind])),
  ...body,
});
const answerTo = async (body: unknown, kind: Kind = 'feishu') => {
  const answer = await post(standing.simulator.platforms[kind], body);
  return [answer.status, JSON.parse(answer.body) as unknown];
};

const success = [
  200,
  { StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' },
];
const refusal = (code: number, msg: string) => [200, { code, data: {}, msg }];

const textOf = (text: unknown) => ({ msg_type: 'text', content: { text } });
const plain = (content: string) => ({ tag: 'plain_text', content });
const markdown = { tag: 'markdown', content: '**cos-public**' };
const openUrl = (url: unknown) => [{ type: 'open_url', default_url: url }];
const button = { tag: 'button', text: plain('Open'), behaviors: openUrl('https://example.com/') };
const header = { title: plain('12 violations'), subtitle: plain('prod'), template: 'red' };
const cardOf = (elements: unknown, more: object = { header }) => ({
  msg_type: 'interactive',
  card: { schema: '2.0', ...more, body: { direction: 'vertical', elements } },
});
const columns = (elements: unknown) => ({
  tag: 'column_set',
  columns: [{ tag: 'column', elements }],
});
const postOf = (...elements: readonly unknown[]) => ({
  msg_type: 'post',
  content: { post: { zh_cn: { title: '12', content: [[], elements] } } },
});
const ofBytes = (bytes: number) => {
  const around = Buffer.byteLength(JSON.stringify(signed(textOf(''))));
  return textOf(`${'x'.repeat(bytes - around - 3)}安`);
};

const good: Record<string, () => object> = {
  'a text': () => textOf('hello'),
  'a post': () =>
    postOf(
      { tag: 'text', text: '' },
      { tag: 'a', text: 'Open', href: 'https://example.com' },
      { tag: 'at', user_id: 'all' },
    ),
  'a card of every component': () =>
    cardOf([
      markdown,
      { tag: 'hr' },
      { tag: 'div', text: plain('x') },
      { tag: 'div', text: { tag: 'lark_md', content: 'x' } },
      button,
      columns([markdown, columns([button])]),
    ]),
  'a card without a header': () => cardOf([markdown], {}),
  'a card with a title alone': () => cardOf([markdown], { header: { title: plain('x') } }),
  'a body of 20000 bytes': () => ofBytes(20_000),
};
it.each(Object.entries(good))('takes %s', async (_name, body) => {
  expect(await answerTo(signed(body()))).toEqual(success);
  expect(standing.accepted()).toEqual([true]);
});

const badCard = (path: string) =>
  [
    200621,
    `ErrCode: 200621; ErrMsg: parse card json err, please check whether the card json is correct; ErrorValue: ${path}; `,
  ] as const;
const bad: Record<string, readonly [() => object, number, string]> = {
  'a body of 20001 bytes': [() => ofBytes(20_001), 9499, 'Bad Request'],
  'no message type': [() => ({}), 19002, 'params error, msg_type need'],
  'an unknown message type': [
    () => ({ msg_type: 'poem' }),
    19002,
    'params error, unknown msg_type value',
  ],
  'an empty text': [() => textOf(''), 19002, 'params error, text need'],
  'a text that is none': [() => textOf(7), 19002, 'params error, text need'],
  'a text without content': [() => ({ msg_type: 'text' }), 19002, 'params error, text need'],
  'a post without content': [() => ({ msg_type: 'post' }), 19002, 'params error, post need'],
  'a post in no language': [
    () => ({ msg_type: 'post', content: { post: {} } }),
    19002,
    'params error, post need',
  ],
  'a post without lines': [
    () => ({ msg_type: 'post', content: { post: { zh_cn: { content: [{}] } } } }),
    19002,
    'params error, post content need',
  ],
  'a post with a text that is none': [
    () => postOf({ tag: 'text' }),
    19002,
    'params error, text need',
  ],
  'a post with a link without a text': [
    () => postOf({ tag: 'a', href: 'https://example.com' }),
    19002,
    'params error, text need',
  ],
  'a post with a link that leads nowhere': [
    () => postOf({ tag: 'a', text: 'x', href: 'example.com' }),
    19002,
    'params error, invalid href',
  ],
  'a post that calls nobody in particular': [
    () => postOf({ tag: 'at' }),
    19002,
    'params error, user_id need',
  ],
  'a post with a bare text for a language': [
    () => ({ msg_type: 'post', content: { post: { zh_cn: 'x' } } }),
    19002,
    'params error, post content need',
  ],
  'a post with an element that is none': [
    () => postOf('x'),
    19002,
    'params error, unknown post tag',
  ],
  'a post with an unknown element': [
    () => postOf({ tag: 'poem' }),
    19002,
    'params error, unknown post tag',
  ],
  'no card': [() => ({ msg_type: 'interactive' }), 19002, 'params error, unknown card value'],
  'a card of JSON 1.0': [
    () => ({ msg_type: 'interactive', card: { elements: [markdown] } }),
    ...badCard('schema'),
  ],
  'a card with a header without a title': [
    () => cardOf([markdown], { header: { template: 'red' } }),
    ...badCard('header.title.content'),
  ],
  'a card with an empty title': [
    () => cardOf([markdown], { header: { title: plain('') } }),
    ...badCard('header.title.content'),
  ],
  'a card with a title that is a bare text': [
    () => cardOf([markdown], { header: { title: 'x' } }),
    ...badCard('header.title.content'),
  ],
  'a card with an empty subtitle': [
    () => cardOf([markdown], { header: { title: plain('x'), subtitle: plain('') } }),
    ...badCard('header.subtitle.content'),
  ],
  'a card of an unknown colour': [
    () => cardOf([markdown], { header: { title: plain('x'), template: 'critical' } }),
    ...badCard('header.template'),
  ],
  'a card without a body': [
    () => ({ msg_type: 'interactive', card: { schema: '2.0' } }),
    ...badCard('body.elements'),
  ],
  'a card without elements': [() => cardOf([]), ...badCard('body.elements')],
  'an element that is none': [() => cardOf([markdown, 'x']), ...badCard('body.elements[1]')],
  'a component of JSON 1.0': [
    () => cardOf([{ tag: 'action', actions: [] }]),
    ...badCard('body.elements[0].tag'),
  ],
  'empty markdown': [
    () => cardOf([{ tag: 'markdown', content: '' }]),
    ...badCard('body.elements[0].content'),
  ],
  'a div without a text': [() => cardOf([{ tag: 'div' }]), ...badCard('body.elements[0].text')],
  'a button without a text': [
    () => cardOf([{ tag: 'button', behaviors: button.behaviors }]),
    ...badCard('body.elements[0].text'),
  ],
  'a button that does nothing': [
    () => cardOf([{ tag: 'button', text: plain('x') }]),
    ...badCard('body.elements[0].behaviors'),
  ],
  'a button that calls back': [
    () => cardOf([{ ...button, behaviors: [{ type: 'callback', value: {} }] }]),
    ...badCard('body.elements[0].behaviors[0].type'),
  ],
  'a button with a relative URL': [
    () => cardOf([{ ...button, behaviors: openUrl('/console') }]),
    ...badCard('body.elements[0].behaviors[0].default_url'),
  ],
  'a button with an http URL': [
    () => cardOf([{ ...button, behaviors: openUrl('http://example.com') }]),
    ...badCard('body.elements[0].behaviors[0].default_url'),
  ],
  'a set without columns': [
    () => cardOf([{ tag: 'column_set', columns: [] }]),
    ...badCard('body.elements[0].columns'),
  ],
  'a column that is none': [
    () => cardOf([{ tag: 'column_set', columns: [markdown] }]),
    ...badCard('body.elements[0].columns[0].tag'),
  ],
  'an unknown component within a column': [
    () => cardOf([columns([markdown, { tag: 'poem' }])]),
    ...badCard('body.elements[0].columns[0].elements[1].tag'),
  ],
};
it.each(Object.entries(bad))('refuses %s', async (_name, [body, code, msg]) => {
  expect(await answerTo(signed(body()))).toEqual(refusal(code, msg));
  expect(standing.accepted()).toEqual([false]);
});

it('refuses what is no JSON', async () => {
  expect(await answerTo('hello')).toEqual(refusal(9499, 'Bad Request'));
});

it('refuses another method', async () => {
  const answer = await fetch(standing.simulator.platforms.feishu);
  expect(await answer.json()).toEqual({ code: 9499, data: {}, msg: 'Bad Request' });
});

it('refuses an unknown token', async () => {
  const url = `${standing.simulator.url}/open-apis/bot/v2/hook/OTHER`;
  expect(JSON.parse((await post(url, signed(textOf('x')))).body)).toEqual({
    code: 19001,
    data: {},
    msg: 'param invalid: incoming webhook access token invalid',
  });
});

it.each([-3600, 3600])('takes a timestamp that is off by %d seconds', async (off) => {
  expect(await answerTo(signed(textOf('x'), startSeconds + off))).toEqual(success);
});

const forged: Record<string, () => object> = {
  'no signature': () => textOf('x'),
  'a timestamp 3601 seconds old': () => signed(textOf('x'), startSeconds - 3601),
  'a timestamp 3601 seconds ahead': () => signed(textOf('x'), startSeconds + 3601),
  'a timestamp in milliseconds': () => signed(textOf('x'), startMs),
  'a timestamp that is a number': () => ({ ...signed(textOf('x')), timestamp: startSeconds }),
  'a timestamp that is no number': () => ({ ...signed(textOf('x')), timestamp: '2026-11-24' }),
  'the signature of another moment': () => ({
    ...signed(textOf('x')),
    timestamp: String(startSeconds - 1),
  }),
  'the signature of another secret': () => ({
    ...signed(textOf('x')),
    sign: sign(startSeconds, 'other'),
  }),
  "Lark's signature": () => signed(textOf('x'), startSeconds, 'lark'),
  "a signature made in DingTalk's way": () => {
    const secret = secretOf(standing.simulator.platforms.feishu);
    const hmac = createHmac('sha256', secret).update(`${String(startSeconds)}\n${secret}`);
    return { ...signed(textOf('x')), sign: hmac.digest('base64') };
  },
};
it.each(Object.entries(forged))('refuses %s', async (_name, body) => {
  expect(await answerTo(body())).toEqual(
    refusal(19021, 'sign match fail or timestamp is not within one hour from current time'),
  );
  expect(standing.accepted()).toEqual([false]);
});

const tooOften = refusal(11232, 'frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]');

it('takes five messages a second', async () => {
  for (let sent = 0; sent < 5; sent += 1)
    expect(await answerTo(signed(textOf('x')))).toEqual(success);
  standing.nowMs += 999;
  expect(await answerTo(signed(textOf('x'), startSeconds))).toEqual(tooOften);
  standing.nowMs += 1;
  expect(await answerTo(signed(textOf('x')))).toEqual(success);
});

it('takes a hundred messages a minute', async () => {
  for (let sent = 0; sent < 100; sent += 1) {
    expect(await answerTo(signed(textOf('x')))).toEqual(success);
    if (sent % 5 === 4) standing.nowMs += 1000;
  }
  standing.nowMs = startMs + 59_000;
  expect(await answerTo(signed(textOf('x')))).toEqual(tooOften);
  standing.nowMs = startMs + 60_000;
  expect(await answerTo(signed(textOf('x')))).toEqual(success);
});

it('counts for Lark on its own', async () => {
  for (let sent = 0; sent < 5; sent += 1) await answerTo(signed(textOf('x')));
  const body = signed(textOf('x'), startSeconds, 'lark');
  expect(await answerTo(body, 'lark')).toEqual(success);
  expect(standing.simulator.inbox.at(-1)).toMatchObject({ channel: 'lark', accepted: true });
});

const isVector = (signature: string) =>
  isSignedForFeishu({ timestamp: '1599360473', sign: signature }, 'demo', 1_599_360_473_000);
it('agrees with the vector', () => {
  expect(isVector('l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=')).toBe(true);
});

it("does not agree with the vector made in DingTalk's way", () => {
  expect(isVector('DkEDUyVoOOJ539qBvUgMyzkzIdRWlf4e/V3Rq+ONJnQ=')).toBe(false);
});

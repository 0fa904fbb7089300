/** The simulated Google Chat, posted to with plain fetch. */
import { expect, it } from 'vitest';
import { post } from '../support/sim-post.ts';
import { newRequestId, standingSimulator } from '../support/sim-clock.ts';

const standing = standingSimulator();

const id = newRequestId();
const onClick = { openLink: { url: 'https://example.com' } };
const button = { text: 'Open', onClick };
const rule = { decoratedText: { topLabel: 'Rule', text: 'cos-public', wrapText: true } };
const message = (...widgets: readonly unknown[]) => ({
  cardsV2: [
    {
      cardId: 'v1',
      card: {
        header: { title: '12 violations', subtitle: 'prod' },
        sections: [{ header: 'New', widgets }],
      },
    },
  ],
});
const cardOf = (card: unknown) => ({ cardsV2: [{ card }] });
const ofBytes = (bytes: number) => ({
  text: `${'x'.repeat(bytes - Buffer.byteLength('{"text":""}') - 3)}安`,
});
const send = (body: unknown) => post(standing.simulator.platforms.googlechat, body);

const good: Record<string, object> = {
  'a text': { text: 'hello' },
  'a card of every widget': message(
    rule,
    { decoratedText: { text: 'x', bottomLabel: 'y', button, onClick } },
    { textParagraph: { text: 'x' } },
    { buttonList: { buttons: [button] } },
    { divider: {} },
  ),
  'a text beside a card': { text: '12', fallbackText: '12', ...message(rule) },
  'a card without a header': cardOf({ sections: [{ widgets: [rule] }] }),
  'a section that folds': cardOf({
    sections: [{ widgets: [rule], collapsible: true, uncollapsibleWidgetsCount: 1 }],
  }),
  'a message of 32000 bytes': ofBytes(32_000),
};
it.each(Object.entries(good))('takes %s', async (_name, body) => {
  const answer = await send(body);
  expect([answer.status, JSON.parse(answer.body)]).toEqual([
    200,
    {
      name: `spaces/SIMULATOR/messages/${id}`,
      ...body,
      createTime: '2026-11-24T02:00:00.000Z',
      thread: { name: `spaces/SIMULATOR/threads/${id}` },
      space: { name: 'spaces/SIMULATOR' },
    },
  ]);
  expect(standing.accepted()).toEqual([true]);
});

const threads: Record<string, readonly [string, string]> = {
  'a thread of the key where it is asked for': [
    '&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD',
    'compliance',
  ],
  'a new thread where the key is ignored': ['', id],
};
it.each(Object.entries(threads))('posts to %s', async (_name, [option, thread]) => {
  const url = standing.simulator.platforms.googlechat.replace('#', `${option}#`);
  const answer = await post(url, { text: 'x', thread: { threadKey: 'compliance' } });
  expect(JSON.parse(answer.body)).toMatchObject({
    thread: { name: `spaces/SIMULATOR/threads/${thread}` },
  });
});

const unknownName = (name: string, at: string) =>
  `Invalid JSON payload received. Unknown name "${name}" at '${at}': Cannot find field.`;
const empty = 'Message cannot be empty. Discarding empty create message request.';
const card = 'message.cards_v2[0].card';
const widget = `${card}.sections[0].widgets[0]`;
const invalid: Record<string, readonly [unknown, string]> = {
  'a message of 32001 bytes': [ofBytes(32_001), 'Message is longer than 32000 bytes'],
  'no JSON': ['hello', 'Invalid JSON payload received. Unexpected token.'],
  'JSON that is no object': [[], 'Invalid JSON payload received. Unexpected token.'],
  'an empty message': [{}, empty],
  'an empty text': [{ text: '' }, empty],
  'an empty list of cards': [{ cardsV2: [] }, empty],
  'a thread alone': [{ thread: { threadKey: 'x' } }, empty],
  'a text that is none': [{ text: 7 }, "Invalid value at 'message.text'"],
  'an unknown name': [{ content: 'x' }, unknownName('content', 'message')],
  'a name from the object prototype': [{ constructor: 'x' }, unknownName('constructor', 'message')],
  'cards that are no list': [{ cardsV2: {} }, "Invalid value at 'message.cards_v2'"],
  'a card that is none': [{ cardsV2: ['x'] }, "Invalid value at 'message.cards_v2[0]'"],
  'a card in no wrapper': [
    { cardsV2: [{ sections: [] }] },
    unknownName('sections', 'message.cards_v2[0]'),
  ],
  'a wrapper without a card': [
    { cardsV2: [{ cardId: 'x' }] },
    "Field is required at 'message.cards_v2[0].card'",
  ],
  'a header without a title': [
    cardOf({ header: { subtitle: 'x' }, sections: [{ widgets: [rule] }] }),
    `Field is required at '${card}.header.title'`,
  ],
  'a card without sections': [cardOf({}), `Field is required at '${card}.sections'`],
  'a section without widgets': [
    cardOf({ sections: [{ widgets: [] }] }),
    `Field is required at '${card}.sections[0].widgets'`,
  ],
  'an unknown widget': [message({ poem: {} }), unknownName('poem', widget)],
  'a widget of no kind': [message({}), `Exactly one kind of widget is required at '${widget}'`],
  'a widget of two kinds': [
    message({ ...rule, divider: {} }),
    `Exactly one kind of widget is required at '${widget}'`,
  ],
  'a decorated text without a text': [
    message({ decoratedText: { topLabel: 'x' } }),
    `Field is required at '${widget}.decorated_text.text'`,
  ],
  'a wrapText that is a text': [
    message({ decoratedText: { text: 'x', wrapText: 'true' } }),
    `Invalid value at '${widget}.decorated_text.wrap_text'`,
  ],
  'an empty paragraph': [
    message({ textParagraph: { text: '' } }),
    `Field is required at '${widget}.text_paragraph.text'`,
  ],
  'a list without buttons': [
    message({ buttonList: { buttons: [] } }),
    `Field is required at '${widget}.button_list.buttons'`,
  ],
  'a button without a text': [
    message({ buttonList: { buttons: [{ onClick }] } }),
    `Field is required at '${widget}.button_list.buttons[0].text'`,
  ],
  'a button that does nothing': [
    message({ buttonList: { buttons: [{ text: 'x' }] } }),
    `Field is required at '${widget}.button_list.buttons[0].on_click'`,
  ],
  'a button with a relative URL': [
    message({ buttonList: { buttons: [{ text: 'x', onClick: { openLink: { url: '/x' } } }] } }),
    `Invalid value at '${widget}.button_list.buttons[0].on_click.open_link.url'`,
  ],
  'a button with an http URL': [
    message({
      buttonList: {
        buttons: [{ text: 'x', onClick: { openLink: { url: 'http://example.com' } } }],
      },
    }),
    `Invalid value at '${widget}.button_list.buttons[0].on_click.open_link.url'`,
  ],
};
it.each(Object.entries(invalid))('refuses %s', async (_name, [body, text]) => {
  expect(await send(body)).toEqual({
    status: 400,
    type: 'application/json',
    body: JSON.stringify({ error: { code: 400, message: text, status: 'INVALID_ARGUMENT' } }),
  });
  expect(standing.accepted()).toEqual([false]);
});

const changed = (change: (query: URLSearchParams) => void) => {
  const url = new URL(standing.simulator.platforms.googlechat);
  change(url.searchParams);
  return url.href;
};
const strange: Record<string, readonly [() => string, number, string, string]> = {
  'no key': [
    () =>
      changed((query) => {
        query.delete('key');
      }),
    403,
    'PERMISSION_DENIED',
    "Method doesn't allow unregistered callers. Please use API Key.",
  ],
  'another key': [
    () =>
      changed((query) => {
        query.set('key', 'OTHER');
      }),
    400,
    'INVALID_ARGUMENT',
    'API key not valid. Please pass a valid API key.',
  ],
  'no token': [
    () =>
      changed((query) => {
        query.delete('token');
      }),
    401,
    'UNAUTHENTICATED',
    'Request had invalid authentication credentials.',
  ],
  'another token': [
    () =>
      changed((query) => {
        query.set('token', 'OTHER');
      }),
    401,
    'UNAUTHENTICATED',
    'Request had invalid authentication credentials.',
  ],
  'an unknown space': [
    () => standing.simulator.platforms.googlechat.replace('/spaces/SIMULATOR/', '/spaces/OTHER/'),
    404,
    'NOT_FOUND',
    'Requested entity was not found.',
  ],
  'an unknown reply option': [
    () =>
      changed((query) => {
        query.set('messageReplyOption', 'REPLY');
      }),
    400,
    'INVALID_ARGUMENT',
    "Invalid value at 'message_reply_option'",
  ],
};
it.each(Object.entries(strange))('refuses %s', async (_name, [url, code, status, text]) => {
  expect(await post(url(), { text: 'x' })).toMatchObject({
    status: code,
    body: JSON.stringify({ error: { code, message: text, status } }),
  });
  expect(standing.accepted()).toEqual([false]);
});

it('refuses another content type', async () => {
  const { googlechat } = standing.simulator.platforms;
  const answer = await post(googlechat, { text: 'x' }, { 'content-type': 'text/plain' });
  expect(answer.status).toBe(400);
});

it('refuses another method', async () => {
  expect((await fetch(standing.simulator.platforms.googlechat)).status).toBe(404);
});

it('takes five messages in five seconds', async () => {
  for (let sent = 0; sent < 5; sent += 1) await send({ text: 'x' });
  standing.nowMs += 4999;
  expect(await send({ text: 'x' })).toEqual({
    status: 429,
    type: 'application/json',
    body: '{"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED"}}',
  });
  standing.nowMs += 1;
  await send({ text: 'x' });
  expect(standing.accepted()).toEqual([...Array<boolean>(5).fill(true), false, true]);
});

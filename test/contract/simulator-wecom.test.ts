/** The simulated WeCom, posted to with plain fetch. */
import { expect, it } from 'vitest';
import { standingSimulator } from '../support/sim-clock.ts';
import { post } from '../support/sim-post.ts';

const standing = standingSimulator();

const markdown = (content: string) => ({ msgtype: 'markdown', markdown: { content } });
const textOf = (content: unknown) => ({ msgtype: 'text', text: { content } });
const answerOf = (body: string) => JSON.parse(body) as unknown;

const good: Record<string, unknown> = {
  'a text of 2048 bytes': textOf('x'.repeat(2048)),
  'markdown of 4096 bytes': markdown('x'.repeat(4096)),
  'markdown of the second version': { msgtype: 'markdown_v2', markdown_v2: { content: '# x' } },
  'line feeds, tabs and whole surrogate pairs': markdown('a\n\tb \u{1f600}'),
};
it.each(Object.entries(good))('takes %s', async (_name, body) => {
  expect(await post(standing.simulator.webhooks.wecom, body)).toEqual({
    status: 200,
    type: 'application/json',
    body: '{"errcode":0,"errmsg":"ok"}',
  });
  expect(standing.accepted()).toEqual([true]);
});

const wrongCharacter = 'invalid request character';
const bad: Record<string, readonly [unknown, number, string]> = {
  'markdown of 4097 bytes': [
    markdown('x'.repeat(4097)),
    40058,
    'markdown.content exceed max length 4096. invalid Request Parameter',
  ],
  'markdown of 1366 Chinese characters, 4098 bytes': [
    markdown('安'.repeat(1366)),
    40058,
    'markdown.content exceed max length 4096. invalid Request Parameter',
  ],
  'a text of 2049 bytes': [
    textOf('x'.repeat(2049)),
    40058,
    'text.content exceed max length 2048. invalid Request Parameter',
  ],
  'an empty content': [textOf(''), 44004, 'empty content'],
  'no content': [{ msgtype: 'markdown' }, 44004, 'empty content'],
  'a content that is no text': [textOf(7), 44004, 'empty content'],
  'an unknown message type': [{ msgtype: 'poem' }, 40008, 'invalid message type'],
  'a message type from the object prototype': [
    { msgtype: 'constructor' },
    40008,
    'invalid message type',
  ],
  'no message type': [{}, 40008, 'invalid message type'],
  'no JSON': ['hello', 40008, 'Warning: wrong json format. invalid message type'],
  'a null character': [textOf('a\u0000b'), 40033, wrongCharacter],
  'an escape character': [markdown('\u001b[31m'), 40033, wrongCharacter],
  'a carriage return': [markdown('a\r\nb'), 40033, wrongCharacter],
  'half a surrogate pair': [markdown('a\ud83d'), 40033, wrongCharacter],
};
it.each(Object.entries(bad))('refuses %s', async (_name, [body, errcode, reason]) => {
  const answer = await post(standing.simulator.webhooks.wecom, body);
  expect([answer.status, answerOf(answer.body)]).toEqual([200, refusal(errcode, reason)]);
  expect(standing.accepted()).toEqual([false]);
});

it('refuses an unknown key', async () => {
  const url = `${standing.simulator.url}/cgi-bin/webhook/send?key=OTHER`;
  const answer = await post(url, textOf('x'));
  expect([answer.status, answerOf(answer.body)]).toEqual([
    200,
    refusal(93000, 'invalid webhook url'),
  ]);
});

it('refuses a missing key', async () => {
  const answer = await post(`${standing.simulator.url}/cgi-bin/webhook/send`, textOf('x'));
  expect(answerOf(answer.body)).toEqual(refusal(93000, 'invalid webhook url'));
});

it('takes twenty messages a minute', async () => {
  for (let sent = 0; sent < 20; sent += 1)
    await post(standing.simulator.webhooks.wecom, textOf('x'));
  standing.nowMs += 59_999;
  const answer = await post(standing.simulator.webhooks.wecom, textOf('x'));
  expect([answer.status, answerOf(answer.body)]).toEqual([
    200,
    refusal(45009, 'api freq out of limit'),
  ]);
  standing.nowMs += 1;
  await post(standing.simulator.webhooks.wecom, textOf('x'));
  expect(standing.accepted()).toEqual([...Array<boolean>(20).fill(true), false, true]);
});

function refusal(errcode: number, reason: string) {
  const hint = `${String(standing.nowMs)}000000000000`;
  const more = `https://open.work.weixin.qq.com/devtool/query?e=${String(errcode)}`;
  const errmsg = `${reason}, hint: [${hint}], from ip: 127.0.0.1, more info at ${more}`;
  return { errcode, errmsg };
}

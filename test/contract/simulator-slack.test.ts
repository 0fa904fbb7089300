/** The simulated Slack, posted to with plain fetch. */
import { expect, it } from 'vitest';
import { standingSimulator } from '../support/sim-clock.ts';
import { post } from '../support/sim-post.ts';

const standing = standingSimulator();

const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const plain = (text: string) => ({ type: 'plain_text', text });
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) });
const header = (text: string) => ({ type: 'header', text: plain(text) });
const button = { type: 'button', text: plain('Open'), url: 'https://example.com' };

const good: Record<string, unknown> = {
  'a text': { text: 'hello' },
  'fifty blocks': { blocks: Array(50).fill({ type: 'divider' }) },
  'a section of 3000 characters': { blocks: [section('x'.repeat(3000))] },
  'a header of 150 characters': { blocks: [header('x'.repeat(150))] },
  'blocks of every kind within a coloured attachment': {
    text: 'fallback',
    attachments: [
      {
        color: '#d92d20',
        blocks: [
          header('12 violations'),
          { type: 'section', text: mrkdwn('*a*'), fields: [mrkdwn('*Account*')] },
          { type: 'actions', elements: [button] },
          { type: 'context', elements: [mrkdwn('run 42')] },
        ],
      },
    ],
  },
};
it.each(Object.entries(good))('takes %s', async (_name, body) => {
  expect(await post(standing.simulator.webhooks.slack, body)).toEqual({
    status: 200,
    type: 'text/html',
    body: 'ok',
  });
  expect(standing.accepted()).toEqual([true]);
});

it('refuses another method', async () => {
  const response = await fetch(standing.simulator.webhooks.slack);
  expect([response.status, await response.text()]).toEqual([400, 'invalid_payload']);
});

const bad: Record<string, readonly [unknown, string]> = {
  'no JSON': ['{"text":', 'invalid_payload'],
  'JSON that is no object': [[], 'invalid_payload'],
  'an empty body': ['', 'invalid_payload'],
  'no text and no blocks': [{ username: 'bot' }, 'no_text'],
  'an empty text': [{ text: '' }, 'no_text'],
  '51 blocks': [{ blocks: Array(51).fill({ type: 'divider' }) }, 'invalid_blocks'],
  '51 blocks in two places': [
    {
      blocks: Array(25).fill({ type: 'divider' }),
      attachments: [{ blocks: Array(26).fill({ type: 'divider' }) }],
    },
    'invalid_blocks',
  ],
  'blocks that are no list': [{ blocks: {} }, 'invalid_blocks'],
  'a block of no known type': [{ blocks: [{ type: 'poem' }] }, 'invalid_blocks'],
  'a block that is null': [{ blocks: [null] }, 'invalid_blocks'],
  'a section of 3001 characters': [{ blocks: [section('x'.repeat(3001))] }, 'invalid_blocks'],
  'a section without a text': [{ blocks: [{ type: 'section' }] }, 'invalid_blocks'],
  'a section with an empty text': [{ blocks: [section('')] }, 'invalid_blocks'],
  'a section with 11 fields': [
    { blocks: [{ type: 'section', fields: Array(11).fill(plain('x')) }] },
    'invalid_blocks',
  ],
  'a field of 2001 characters': [
    { blocks: [{ type: 'section', fields: [plain('x'.repeat(2001))] }] },
    'invalid_blocks',
  ],
  'a header of 151 characters': [{ blocks: [header('x'.repeat(151))] }, 'invalid_blocks'],
  'a header in mrkdwn': [{ blocks: [{ type: 'header', text: mrkdwn('x') }] }, 'invalid_blocks'],
  'a context with 11 elements': [
    { blocks: [{ type: 'context', elements: Array(11).fill(plain('x')) }] },
    'invalid_blocks',
  ],
  'a button with a text of 76 characters': [
    {
      blocks: [{ type: 'actions', elements: [{ ...button, text: plain('x'.repeat(76)) }] }],
    },
    'invalid_blocks',
  ],
  '101 attachments': [{ attachments: Array(101).fill({ text: 'x' }) }, 'too_many_attachments'],
  'attachments that are no list': [{ attachments: 'x' }, 'invalid_attachments'],
};
it.each(Object.entries(bad))('refuses %s', async (_name, [body, reason]) => {
  expect(await post(standing.simulator.webhooks.slack, body)).toEqual({
    status: 400,
    type: 'text/html',
    body: reason,
  });
  expect(standing.accepted()).toEqual([false]);
});

it('refuses another content type', async () => {
  const answer = await post(standing.simulator.webhooks.slack, { text: 'x' }, {});
  expect(answer).toEqual({ status: 400, type: 'text/html', body: 'invalid_payload' });
});

it('refuses an unknown webhook', async () => {
  const answer = await post(`${standing.simulator.url}/services/T00000000/B00000000/OTHER`, {
    text: 'x',
  });
  expect(answer).toEqual({ status: 404, type: 'text/html', body: 'no_service' });
});

it('lets a burst of five pass, then says when to come back; refusals do not count', async () => {
  for (let sent = 0; sent < 5; sent += 1)
    await post(standing.simulator.webhooks.slack, { text: 'x' });
  standing.nowMs += 1500;
  const refused = await fetch(standing.simulator.webhooks.slack, { method: 'POST' });
  expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([
    429,
    '4',
    'rate_limited',
  ]);
  for (let sent = 0; sent < 4; sent += 1)
    await post(standing.simulator.webhooks.slack, { text: 'x' });
  standing.nowMs += 3500;
  await post(standing.simulator.webhooks.slack, { text: 'x' });
  expect(standing.accepted()).toEqual([
    ...Array<boolean>(5).fill(true),
    ...Array<boolean>(5).fill(false),
    true,
  ]);
});

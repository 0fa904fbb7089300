/** The simulated Discord, posted to with plain fetch. */
import { request } from 'node:http';
import { expect, it } from 'vitest';
import { post } from '../support/sim-post.ts';
import { standingSimulator } from '../support/sim-clock.ts';

const standing = standingSimulator();

const mute = { allowed_mentions: { parse: [] } };
const send = (body: object) => post(standing.simulator.platforms.discord, { ...mute, ...body });
const field = { name: 'Account', value: '1000123', inline: true };
const embed = {
  title: 'cos-public',
  url: 'https://example.com',
  description: 'x',
  color: 0xffffff,
  timestamp: '2026-11-24T00:00:00Z',
  fields: [field],
  footer: { text: 'run 42' },
  author: { name: 'audit' },
};
/** 6000 characters, and as many more as asked for. */
const full = (more = 0) => ({
  embeds: [
    { title: 'x'.repeat(256), description: 'x'.repeat(4096) },
    {
      fields: [{ name: 'n'.repeat(100), value: 'v'.repeat(400) }],
      footer: { text: 'f'.repeat(1000) },
      author: { name: 'a'.repeat(148 + more) },
    },
  ],
});

const good: Record<string, object> = {
  'a content': { content: 'hello' },
  'a content of null beside an embed': { content: null, embeds: [embed] },
  'a content of 2000 characters': { content: 'x'.repeat(2000) },
  'a content of 2000 emoji': { content: '\u{1f600}'.repeat(2000) },
  'an embed of everything': { embeds: [embed], flags: 4096 },
  'ten embeds': { embeds: Array(10).fill({ title: 'x' }) },
  'a title of 256 characters': { embeds: [{ title: 'x'.repeat(256) }] },
  'a description of 4096 characters': { embeds: [{ description: 'x'.repeat(4096) }] },
  '25 fields': { embeds: [{ fields: Array(25).fill(field) }] },
  'a field at its limits': {
    embeds: [{ fields: [{ name: 'x'.repeat(256), value: 'x'.repeat(1024) }] }],
  },
  'a footer of 2048 characters': { embeds: [{ footer: { text: 'x'.repeat(2048) } }] },
  'an author of 256 characters': { embeds: [{ author: { name: 'x'.repeat(256) } }] },
  '6000 characters in all embeds': full(),
};
it.each(Object.entries(good))('takes %s', async (_name, body) => {
  expect(await send(body)).toMatchObject({ status: 204, body: '' });
  expect(standing.accepted()).toEqual([true]);
});

it('gives the message to whoever waits for it', async () => {
  const body = { ...mute, content: 'hello', embeds: [embed] };
  const answer = await post(`${withoutFragment()}?wait=true`, body);
  expect([answer.status, JSON.parse(answer.body)]).toEqual([
    200,
    {
      // The instant is in the id: milliseconds since 2015, shifted by 22 bits.
      id: String(BigInt(Date.UTC(2026, 10, 24, 2) - Date.UTC(2015, 0, 1)) * 4_194_304n),
      type: 0,
      content: 'hello',
      channel_id: '100000000000000002',
      author: { id: '100000000000000001', username: 'Simulator', bot: true },
      embeds: [embed],
      mentions: [],
      mention_everyone: false,
      timestamp: '2026-11-24T02:00:00.000Z',
      webhook_id: '100000000000000001',
    },
  ]);
});

it('gives nothing to whoever says wait=false', async () => {
  const answer = await post(`${withoutFragment()}?wait=false`, { ...mute, content: 'hello' });
  expect(answer.status).toBe(204);
});

const tooLong = (max: number) => ({
  _errors: [
    { code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${String(max)} or fewer in length.` },
  ],
});
const required = { _errors: [{ code: 'BASE_TYPE_REQUIRED', message: 'This field is required' }] };
const tooMuch = {
  _errors: [
    { code: 'MAX_EMBED_SIZE_EXCEEDED', message: 'Embed size exceeds maximum size of 6000' },
  ],
};
const only = (code: string, message: string) => ({ _errors: [{ code, message }] });
const inEmbed = (errors: object) => ({ embeds: { 0: errors } });
const noList = only('MODEL_TYPE_CONVERT', 'Only iterables may be used in a list');

const invalid: Record<string, readonly [object, object]> = {
  'a content of 2001 characters': [{ content: 'x'.repeat(2001) }, { content: tooLong(2000) }],
  'a content that is no text': [
    { content: 7 },
    { content: only('STRING_TYPE_CONVERT', 'Could not interpret "7" as string.') },
  ],
  'eleven embeds': [{ embeds: Array(11).fill({ title: 'x' }) }, { embeds: tooLong(10) }],
  'embeds that are no list': [{ embeds: {} }, { embeds: noList }],
  'an embed that is none': [
    { embeds: ['x'] },
    inEmbed(only('MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a model')),
  ],
  'an embed of nothing': [{ embeds: [{ color: 1 }] }, inEmbed({ description: required })],
  'a title of 257 characters': [
    { embeds: [{ title: 'x'.repeat(257) }] },
    inEmbed({ title: tooLong(256) }),
  ],
  'a description of 4097 characters': [
    { embeds: [{ description: 'x'.repeat(4097) }] },
    inEmbed({ description: tooLong(4096) }),
  ],
  '26 fields': [{ embeds: [{ fields: Array(26).fill(field) }] }, inEmbed({ fields: tooLong(25) })],
  'fields that are no list': [{ embeds: [{ fields: {} }] }, inEmbed({ fields: noList })],
  'a field past its limits': [
    { embeds: [{ fields: [field, { name: 'x'.repeat(257), value: 'x'.repeat(1025) }] }] },
    inEmbed({ fields: { 1: { name: tooLong(256), value: tooLong(1024) } } }),
  ],
  'a field of nothing': [
    { embeds: [{ fields: [{}] }] },
    inEmbed({ fields: { 0: { name: required, value: required } } }),
  ],
  'an empty value': [
    { embeds: [{ fields: [{ name: 'x', value: '' }] }] },
    inEmbed({ fields: { 0: { value: required } } }),
  ],
  'a footer of 2049 characters': [
    { embeds: [{ footer: { text: 'x'.repeat(2049) } }] },
    inEmbed({ footer: { text: tooLong(2048) } }),
  ],
  'a footer without a text': [
    { embeds: [{ footer: {} }] },
    inEmbed({ footer: { text: required } }),
  ],
  'a footer that is a bare text': [
    { embeds: [{ title: 'x', footer: 'run 42' }] },
    inEmbed({ footer: { text: required } }),
  ],
  'a field that is null': [
    { embeds: [{ fields: [null] }] },
    inEmbed({ fields: { 0: { name: required, value: required } } }),
  ],
  'an author of 257 characters': [
    { embeds: [{ author: { name: 'x'.repeat(257) } }] },
    inEmbed({ author: { name: tooLong(256) } }),
  ],
  '6001 characters in all embeds': [full(1), { embeds: tooMuch }],
  'a relative URL': [
    { embeds: [{ ...embed, url: '/console' }] },
    inEmbed({ url: only('URL_TYPE_INVALID_URL', 'Not a well formed URL.') }),
  ],
  'a time without a zone': [
    { embeds: [{ ...embed, timestamp: '2026-11-24T00:00:00' }] },
    inEmbed({
      timestamp: only('DATE_TIME_TYPE_PARSE', 'Could not parse value. Should be ISO8601.'),
    }),
  ],
  'a colour in words': [
    { embeds: [{ ...embed, color: '#d92d20' }] },
    inEmbed({ color: only('NUMBER_TYPE_COERCE', 'Value is not int between 0 and 16777215.') }),
  ],
  'a colour past white': [
    { embeds: [{ ...embed, color: 0x1000000 }] },
    inEmbed({ color: only('NUMBER_TYPE_COERCE', 'Value is not int between 0 and 16777215.') }),
  ],
  'several faults, all named': [
    { content: 'x'.repeat(2001), embeds: [{ title: 'x'.repeat(257) }] },
    { content: tooLong(2000), embeds: { 0: { title: tooLong(256) } } },
  ],
};
it.each(Object.entries(invalid))('refuses %s', async (_name, [body, errors]) => {
  const answer = await send(body);
  expect([answer.status, JSON.parse(answer.body)]).toEqual([
    400,
    { message: 'Invalid Form Body', code: 50035, errors },
  ]);
  expect(standing.accepted()).toEqual([false]);
});

const elsewhere = (path: string) => `${standing.simulator.url}/api/webhooks/${path}`;
const refused: Record<string, readonly [() => string, unknown, number, object]> = {
  'an unknown webhook': [
    () => elsewhere('100000000000000009/SIMULATOR'),
    { content: 'x' },
    404,
    { message: 'Unknown Webhook', code: 10015 },
  ],
  'another token': [
    () => elsewhere('100000000000000001/OTHER'),
    { content: 'x' },
    401,
    { message: 'Invalid Webhook Token', code: 50027 },
  ],
  'an empty message': [
    () => standing.simulator.platforms.discord,
    mute,
    400,
    { message: 'Cannot send an empty message', code: 50006 },
  ],
  'a message of white space': [
    () => standing.simulator.platforms.discord,
    { content: ' \n', embeds: [] },
    400,
    { message: 'Cannot send an empty message', code: 50006 },
  ],
  'what is no JSON': [
    () => standing.simulator.platforms.discord,
    'hello',
    400,
    { message: 'The request body contains invalid JSON.', code: 50109 },
  ],
};
it.each(Object.entries(refused))('refuses %s', async (_name, [url, body, status, answer]) => {
  expect(await post(url(), body)).toEqual({
    status,
    type: 'application/json',
    body: JSON.stringify(answer),
  });
  expect(standing.accepted()).toEqual([false]);
});

it('refuses another content type', async () => {
  const headers = { 'content-type': 'text/plain' };
  const answer = await post(standing.simulator.platforms.discord, { content: 'x' }, headers);
  const types = "{'application/x-www-form-urlencoded', 'application/json', 'multipart/form-data'}";
  const message = `Expected "Content-Type" header to be one of ${types}.`;
  expect([answer.status, JSON.parse(answer.body)]).toEqual([
    400,
    { message: 'Invalid Form Body', code: 50035, errors: only('CONTENT_TYPE_INVALID', message) },
  ]);
});

it('refuses another method', async () => {
  expect((await fetch(standing.simulator.platforms.discord)).status).toBe(405);
});

it('refuses a client that does not say what it is', async () => {
  // Fetch always says it.
  const status = await new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    request(withoutFragment(), { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end('{"content":"x"}');
  });
  expect(status).toBe(403);
  expect(standing.accepted()).toEqual([false]);
});

const loud: Record<string, object> = {
  'no allowed_mentions': { allowed_mentions: undefined },
  'allowed_mentions without parse': { allowed_mentions: {} },
  'allowed_mentions of everyone': { allowed_mentions: { parse: ['everyone'] } },
  "a peer's misspelling of allowed_mentions": {
    allowed_mentions: undefined,
    allow_mentions: { parse: [] },
  },
};
it.each(Object.entries(loud))('answers well to %s and marks it', async (_name, body) => {
  expect(await send({ content: '@everyone', ...body })).toMatchObject({ status: 204 });
  expect(standing.simulator.inbox).toMatchObject([
    { accepted: false, reason: 'allowed_mentions.parse is not []' },
  ]);
});

it('takes five messages in two seconds', async () => {
  for (let sent = 0; sent < 5; sent += 1) await send({ content: 'x' });
  standing.nowMs += 1350;
  const response = await fetch(standing.simulator.platforms.discord, { method: 'POST' });
  expect([response.status, Object.fromEntries(response.headers), await response.json()]).toEqual([
    429,
    expect.objectContaining({
      'retry-after': '1',
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset-after': '0.65',
    }),
    { message: 'You are being rate limited.', retry_after: 0.65, global: false },
  ]);
  standing.nowMs += 650;
  await send({ content: 'x' });
  expect(standing.accepted()).toEqual([...Array<boolean>(5).fill(true), false, true]);
});

function withoutFragment(): string {
  return standing.simulator.platforms.discord.replace(/#.*/, '');
}

/** The simulated PagerDuty, posted to with plain fetch. */
import { expect, it } from 'vitest';
import { post } from '../support/sim-post.ts';
import { secretOf, standingSimulator } from '../support/sim-clock.ts';

const standing = standingSimulator();

const payload = { summary: 'cos-public', source: '1000123/ap-singapore', severity: 'critical' };
const send = (event: object) => {
  const { pagerduty } = standing.simulator.platforms;
  const defaults = { routing_key: secretOf(pagerduty), event_action: 'trigger', payload };
  return post(pagerduty, { ...defaults, ...event });
};
const incidents = () => Array.from(standing.simulator.incidents);
const success = (dedup_key: string) => ({
  status: 202,
  type: 'application/json',
  body: JSON.stringify({ status: 'success', message: 'Event processed', dedup_key }),
});
const generated = '00000000000040008000000000000000';
const ofBytes = (bytes: number) => {
  const around = Buffer.byteLength(
    JSON.stringify({
      routing_key: secretOf(standing.simulator.platforms.pagerduty),
      event_action: 'trigger',
      payload: { ...payload, custom_details: { text: '' } },
    }),
  );
  const text = `${'x'.repeat(bytes - around - 3)}安`;
  return { payload: { ...payload, custom_details: { text } } };
};

const good: Record<string, () => object> = {
  'a trigger': () => ({}),
  'a trigger with everything': () => ({
    client: 'tcss-audit',
    client_url: 'https://example.com',
    payload: {
      ...payload,
      timestamp: '2026-11-24T02:00:00.000+08:00',
      component: 'tcss',
      group: 'prod',
      class: 'image-scan',
      custom_details: { violations: 12 },
    },
    links: [{ href: 'https://example.com', text: 'Open' }],
    images: [{ src: 'https://example.com/x.png' }],
  }),
  'a summary of 1024 characters': () => ({
    payload: { ...payload, summary: '\u{1f600}'.repeat(1024) },
  }),
  'a body of 512 KB': () => ofBytes(512_000),
};
it.each(Object.entries(good))('takes %s', async (_name, event) => {
  expect(await send(event())).toEqual(success(generated));
  expect(standing.accepted()).toEqual([true]);
  expect(incidents()).toEqual([[generated, 'triggered']]);
});

it.each(['critical', 'error', 'warning', 'info'])('takes the severity %s', async (severity) => {
  expect((await send({ payload: { ...payload, severity } })).status).toBe(202);
});

it('takes a dedup_key of 255 characters', async () => {
  expect(await send({ dedup_key: 'x'.repeat(255) })).toEqual(success('x'.repeat(255)));
});

it('keeps the state of each incident', async () => {
  const event = (event_action: string, dedup_key: string) =>
    send({ event_action, dedup_key, payload: event_action === 'trigger' ? payload : undefined });
  await event('trigger', 'a');
  await event('trigger', 'b');
  await event('acknowledge', 'a');
  expect(incidents()).toEqual([
    ['a', 'triggered'],
    ['b', 'triggered'],
  ]);
  expect(await event('resolve', 'a')).toEqual(success('a'));
  standing.simulator.clear();
  expect(incidents()).toEqual([
    ['a', 'resolved'],
    ['b', 'triggered'],
  ]);
  await event('trigger', 'a');
  expect(incidents()).toEqual([
    ['a', 'triggered'],
    ['b', 'triggered'],
  ]);
  expect(await event('resolve', 'unknown')).toEqual(success('unknown'));
  expect(incidents()).toHaveLength(2);
});

it('does not touch an incident by what it refuses', async () => {
  await send({ dedup_key: 'a' });
  await send({ dedup_key: 'a', event_action: 'resolve', links: 'x' });
  expect(incidents()).toEqual([['a', 'triggered']]);
});

const inPayload = (part: object) => ({ payload: { ...payload, ...part } });
const shortKey = "Length of 'routing_key' is incorrect (should be 32 characters)";
const badLinks = "'links' must be a list of objects with an https 'href'";
const bad: Record<string, readonly [object, readonly string[]]> = {
  'no routing key': [{ routing_key: undefined }, ["'routing_key' is missing or blank"]],
  'a routing key of 31 characters': [{ routing_key: '0'.repeat(31) }, [shortKey]],
  'a routing key of 33 characters': [{ routing_key: '0'.repeat(33) }, [shortKey]],
  'a routing key with a hyphen': [
    { routing_key: '-'.repeat(32) },
    ["'routing_key' cannot contain non-alphanumeric characters."],
  ],
  'an unknown routing key': [{ routing_key: '0'.repeat(32) }, ['Invalid routing key']],
  'no action': [
    { event_action: undefined },
    ["'event_action' is missing or blank", "'dedup_key' is missing or blank"],
  ],
  'an unknown action': [
    { event_action: 'close', dedup_key: 'a' },
    [
      "'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge', 'resolve')",
    ],
  ],
  'a resolve without a dedup_key': [
    { event_action: 'resolve' },
    ["'dedup_key' is missing or blank"],
  ],
  'an acknowledge without a dedup_key': [
    { event_action: 'acknowledge' },
    ["'dedup_key' is missing or blank"],
  ],
  'a dedup_key of 256 characters': [
    { dedup_key: 'x'.repeat(256) },
    ["'dedup_key' is too long (maximum is 255 characters)"],
  ],
  'a trigger without a payload': [{ payload: undefined }, ["'payload' is missing or blank"]],
  'no summary': [inPayload({ summary: undefined }), ["'payload.summary' is missing or blank"]],
  'a blank summary': [inPayload({ summary: ' ' }), ["'payload.summary' is missing or blank"]],
  'a summary of 1025 characters': [
    inPayload({ summary: 'x'.repeat(1025) }),
    ["'payload.summary' is too long (maximum is 1024 characters)"],
  ],
  'no source': [inPayload({ source: undefined }), ["'payload.source' is missing or blank"]],
  'no severity': [inPayload({ severity: undefined }), ["'payload.severity' is missing or blank"]],
  'an unknown severity': [
    inPayload({ severity: 'high' }),
    [
      "'payload.severity' is invalid (must be one of the following: 'critical', 'error', 'warning', 'info')",
    ],
  ],
  'a time in words': [
    inPayload({ timestamp: 'yesterday' }),
    ["'payload.timestamp' is invalid (must be ISO 8601)"],
  ],
  'a component that is no text': [
    inPayload({ component: 7 }),
    ["'payload.component' is not a string"],
  ],
  'details that are a list': [
    inPayload({ custom_details: [] }),
    ["'payload.custom_details' is not an object"],
  ],
  'a link with an http URL': [{ links: [{ href: 'http://example.com' }] }, [badLinks]],
  'a link with a relative URL': [{ links: [{ href: '/x', text: 'x' }] }, [badLinks]],
  'links that are no list': [{ links: {} }, [badLinks]],
  'an image without a source': [
    { images: [{}] },
    ["'images' must be a list of objects with an https 'src'"],
  ],
  'several faults, all named': [
    { routing_key: '0', payload: {}, links: 'x' },
    [
      shortKey,
      "'payload.summary' is missing or blank",
      "'payload.source' is missing or blank",
      "'payload.severity' is missing or blank",
      badLinks,
    ],
  ],
};
const invalid = (errors: readonly string[]) =>
  JSON.stringify({ status: 'invalid event', message: 'Event object is invalid', errors });
it.each(Object.entries(bad))('refuses %s', async (_name, [event, errors]) => {
  expect(await send(event)).toEqual({
    status: 400,
    type: 'application/json',
    body: invalid(errors),
  });
  expect(standing.accepted()).toEqual([false]);
  expect(incidents()).toEqual([]);
});

it('refuses what is no JSON', async () => {
  const answer = await post(standing.simulator.platforms.pagerduty, 'hello');
  expect([answer.status, answer.body]).toEqual([400, invalid(['Event is not a JSON object'])]);
});

it('refuses a body of 512 KB and a byte', async () => {
  const answer = await send(ofBytes(512_001));
  expect([answer.status, answer.body]).toEqual([413, invalid(['Event is over 512 KB'])]);
});

it('refuses another method', async () => {
  expect((await fetch(standing.simulator.platforms.pagerduty)).status).toBe(404);
});

it('takes 120 events a minute', async () => {
  for (let sent = 0; sent < 120; sent += 1) await send({ dedup_key: 'a' });
  standing.nowMs += 59_999;
  expect(await send({ dedup_key: 'b' })).toEqual({
    status: 429,
    type: 'application/json',
    body: '{"status":"throttle exceeded","message":"Requests for this service are arriving too quickly.  Please retry later."}',
  });
  expect(incidents()).toEqual([['a', 'triggered']]);
  standing.nowMs += 1;
  expect(await send({ dedup_key: 'b' })).toEqual(success('b'));
  expect(standing.accepted()).toEqual([...Array<boolean>(120).fill(true), false, true]);
});

/** The simulated receiver of CloudEvents, sent what the Standard Webhooks library signed. */
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { signatureFaultOf } from '../../simulator/chat/standard-webhooks.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { secretOf, standingSimulator } from '../support/sim-clock.ts';
import { post } from '../support/sim-post.ts';

const standing = standingSimulator();

const event = {
  specversion: '1.0',
  id: 'run-1',
  source: 'urn:tcss-audit',
  type: 'urn:tcss-audit:notice',
  time: '2026-11-24T02:00:00Z',
  data: { text: '安全' },
};
const eventType = { 'content-type': 'application/cloudevents+json; charset=UTF-8' };

function signed(body: unknown, atMs = standing.nowMs): Record<string, string> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const signer = new Webhook(secretOf(standing.simulator.webhooks.generic));
  return {
    ...eventType,
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(atMs / 1000)),
    'webhook-signature': signer.sign('msg_1', new Date(atMs), text),
  };
}

const taken: Record<string, () => Record<string, string>> = {
  'a signed event': () => signed(event),
  'a signature of five minutes ago': () => signed(event, standing.nowMs - 300_000),
  'one good signature among others': () => {
    const headers = signed(event);
    const others = `v1,AAAA v1a,AAAA ${headers['webhook-signature'] ?? ''}`;
    return { ...headers, 'webhook-signature': others };
  },
};
it.each(Object.entries(taken))('takes %s', async (_name, headers) => {
  expect(await post(standing.simulator.webhooks.generic, event, headers())).toEqual({
    status: 204,
    type: 'text/plain; charset=utf-8',
    body: '',
  });
  expect(standing.accepted()).toEqual([true]);
});

it('takes an unsigned event where no secret is known', async () => {
  const answer = await post(`${standing.simulator.url}/hooks/open`, event, eventType);
  expect(answer.status).toBe(204);
});

it('asks the secret of each hook', async () => {
  const other = await startSimulator({ hookSecrets: { open: secretOf(vectorUrl) } });
  const answer = await post(`${other.url}/hooks/open`, event, eventType);
  await other.close();
  expect(answer).toMatchObject({ status: 401, body: '{"error":"missing signature headers"}' });
});

const forged: Record<string, readonly [() => Record<string, string>, string]> = {
  'no signature': [() => eventType, 'missing signature headers'],
  'the signature of another body': [
    () => signed({ ...event, id: 'run-2' }),
    'no matching signature',
  ],
  'the signature of another id': [
    () => ({ ...signed(event), 'webhook-id': 'msg_2' }),
    'no matching signature',
  ],
  'a signature of another version': [
    () => ({
      ...signed(event),
      'webhook-signature': (signed(event)['webhook-signature'] ?? '').replace('v1,', 'v2,'),
    }),
    'no matching signature',
  ],
  'a signature cut short': [
    () => ({ ...signed(event), 'webhook-signature': 'v1,AAAA' }),
    'no matching signature',
  ],
  'a signature 301 seconds old': [
    () => signed(event, standing.nowMs - 301_000),
    'webhook-timestamp is more than 5 minutes off',
  ],
  'a signature 301 seconds ahead': [
    () => signed(event, standing.nowMs + 301_000),
    'webhook-timestamp is more than 5 minutes off',
  ],
  'a timestamp that is no number': [
    () => ({ ...signed(event), 'webhook-timestamp': '2026-11-24' }),
    'malformed webhook-timestamp',
  ],
};
it.each(Object.entries(forged))('refuses %s', async (_name, [headers, error]) => {
  expect(await post(standing.simulator.webhooks.generic, event, headers())).toEqual({
    status: 401,
    type: 'application/json',
    body: JSON.stringify({ error }),
  });
  expect(standing.accepted()).toEqual([false]);
});

const without = (name: keyof typeof event) =>
  Object.fromEntries(Object.entries(event).filter(([key]) => key !== name));
const malformed: Record<string, readonly [unknown, string]> = {
  'no JSON': ['{', 'body is not a JSON object'],
  'an event without an id': [without('id'), 'id is not a non-empty string'],
  'an event without a source': [without('source'), 'source is not a non-empty string'],
  'an event without a type': [without('type'), 'type is not a non-empty string'],
  'an event without a version': [without('specversion'), 'specversion is not a non-empty string'],
  'an event of version 0.3': [{ ...event, specversion: '0.3' }, 'specversion is not 1.0'],
  'an event with an empty id': [{ ...event, id: '' }, 'id is not a non-empty string'],
  'an event with a number for an id': [{ ...event, id: 1 }, 'id is not a non-empty string'],
  'an attribute in capitals': [{ ...event, runId: 'x' }, 'an attribute name is not of a-z and 0-9'],
  'data twice': [{ ...event, data_base64: '' }, 'both data and data_base64'],
  'a time without a zone': [
    { ...event, time: '2026-11-24T02:00:00' },
    'time is not an RFC 3339 timestamp',
  ],
  'a time that no calendar has': [
    { ...event, time: '2026-13-24T02:00:00Z' },
    'time is not an RFC 3339 timestamp',
  ],
};
it.each(Object.entries(malformed))('refuses %s', async (_name, [body, error]) => {
  expect(await post(standing.simulator.webhooks.generic, body, signed(body))).toEqual({
    status: 400,
    type: 'application/json',
    body: JSON.stringify({ error }),
  });
});

it('refuses an event sent as plain JSON', async () => {
  const headers = { ...signed(event), 'content-type': 'application/json' };
  expect(await post(standing.simulator.webhooks.generic, event, headers)).toMatchObject({
    status: 400,
    body: '{"error":"content-type is not application/cloudevents+json"}',
  });
});

const vectorUrl = 'http://x/#secret=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const vector = {
  headers: {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
  rawBody: Buffer.from('{"test": 2432232314}'),
};
it('agrees with the published vector', () => {
  expect(signatureFaultOf(vector, secretOf(vectorUrl), 1_614_265_330_000)).toBeUndefined();
});

it('does not agree with the published vector one byte on', () => {
  const rawBody = Buffer.from('{"test": 2432232315}');
  const fault = signatureFaultOf({ ...vector, rawBody }, secretOf(vectorUrl), 1_614_265_330_000);
  expect(fault).toBe('no matching signature');
});

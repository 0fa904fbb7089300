/** What is rendered, posted to the simulated platforms, which share no code with what they judge. */
import { afterEach, beforeEach, expect, it } from 'vitest';

import { startSimulator, type ChatFault, type Simulator } from '../../simulator/simulator.ts';
import { sendHttp } from '../../shared/edge.ts';
import { deliver } from '../../shared/notice/deliver.ts';
import type { Notice } from '../../shared/notice/notice.ts';
import { channelOf, createManualClock, type ManualClock } from '../support/fake-ports.ts';
import { findingOf, hostile, itemOf, noticeHolding, noticeWith } from '../support/log.ts';

const startMs = Date.UTC(2026, 10, 24, 18, 0, 2);
const kinds = ['slack', 'wecom', 'generic'] as const;
type Kind = (typeof kinds)[number];

let simulator: Simulator;
let clock: ManualClock;
beforeEach(async () => {
  clock = createManualClock(startMs);
  simulator = await startSimulator({ now: () => clock.now() });
});
afterEach(() => simulator.close());

function post(kind: Kind, notice: Notice, options = '') {
  const channel = channelOf(`${simulator.webhooks[kind]}${options}`);
  return deliver({ http: sendHttp, clock }, channel, notice, clock.now() + 120_000);
}
const accepted = () => simulator.inbox.map((notice) => notice.accepted);

const many = (count: number) =>
  noticeWith({
    failing: Array.from({ length: count }, (_, index) => itemOf(String(index))),
    waived: [itemOf('w', { finding: findingOf('w', 'waived') })],
  });
const notices: Record<string, Notice> = {
  'nothing to tell': noticeWith({}),
  'one violation': many(1),
  'two hundred violations': many(200),
  'two thousand violations': many(2000),
};
const cases = Object.entries(notices).flatMap(([name, notice]) =>
  kinds.map((kind) => [name, kind, notice] as const),
);
it.each(cases)('%s is accepted by %s', async (_name, kind, notice) => {
  for (const locale of ['en', 'zh']) {
    simulator.clear();
    await clock.pass(60_000);
    const { status, attempts } = await post(kind, notice, `&locale=${locale}`);
    expect(status).toBe('sent');
    expect(attempts).toBeLessThanOrEqual(5);
    expect(accepted()).toEqual(Array.from({ length: attempts }, () => true));
  }
});

it.each(kinds)('%s accepts whatever was written outside', async (kind) => {
  for (const text of [...hostile, hostile.join(' '), '😀'.repeat(3000)]) {
    await clock.pass(60_000);
    const { status, reason } = await post(kind, noticeHolding(text));
    expect([text, status, reason]).toEqual([text, 'sent', null]);
  }
});

const faults: Record<string, readonly [Kind, ChatFault, number, readonly number[]]> = {
  'a fault of Slack': ['slack', { kind: 'http-status', status: 500 }, 1, [0]],
  'Slack when it is too much': [
    'slack',
    { kind: 'rate-limited', retryAfterSeconds: 7 },
    1,
    [7_000],
  ],
  'a connection that breaks': ['generic', { kind: 'reset' }, 2, [0, 0]],
  'WeCom when it is busy': ['wecom', { kind: 'answer', body: '{"errcode":-1}' }, 2, [0, 0]],
  'WeCom when it is too much': [
    'wecom',
    { kind: 'answer', body: '{"errcode":45009}' },
    1,
    [60_000],
  ],
};
it.each(Object.entries(faults))('gets over %s', async (_name, [kind, fault, times, slept]) => {
  simulator.setChatFault(kind, fault, { times });
  const { status, attempts } = await post(kind, many(1));
  expect({ status, attempts }).toEqual({ status: 'sent', attempts: times + 1 });
  expect(clock.slept).toEqual(slept);
});

const refusals: Record<string, readonly [Kind, ChatFault, string]> = {
  'a page that a proxy puts in between, with 200': [
    'slack',
    { kind: 'answer', body: '<html>Sign in</html>' },
    'HTTP 200 an answer that is not documented',
  ],
  'a robot that was removed, with 200': [
    'wecom',
    { kind: 'answer', body: '{"errcode":93000,"errmsg":"invalid webhook url"}' },
    'errcode 93000: the webhook is invalid or the robot was removed: create a new one and set AUDIT_WEBHOOKS',
  ],
  'a redirect, which it does not follow': [
    'generic',
    { kind: 'http-status', status: 302 },
    'HTTP 302',
  ],
};
it.each(Object.entries(refusals))('reports %s', async (_name, [kind, fault, reason]) => {
  simulator.setChatFault(kind, fault);
  expect(await post(kind, many(1))).toMatchObject({ status: 'failed', attempts: 1, reason });
});

it('is refused with a secret that is another', async () => {
  const other = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const url = simulator.webhooks.generic.replace(/secret=[^&]+/, `secret=${other}`);
  const delivery = await deliver(
    { http: sendHttp, clock },
    channelOf(url),
    many(1),
    startMs + 60_000,
  );
  expect(delivery).toMatchObject({ status: 'failed', attempts: 1, reason: 'HTTP 401' });
});

it('is signed as the platform checks, at the attempt that counts', async () => {
  // Six minutes late: a signature of the first attempt would be too old by now.
  const fault = { kind: 'rate-limited', retryAfterSeconds: 360 } as const;
  simulator.setChatFault('generic', fault, { times: 1 });
  const channel = channelOf(simulator.webhooks.generic);
  const delivery = await deliver({ http: sendHttp, clock }, channel, many(1), startMs + 600_000);
  expect([delivery.status, clock.slept, accepted()]).toEqual(['sent', [360_000], [false, true]]);
});

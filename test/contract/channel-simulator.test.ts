/** What is rendered, posted to the simulated platforms, which share no code with what they judge. */
import { afterEach, beforeEach, expect, it } from 'vitest';

import { startSimulator, type ChatFault, type Simulator } from '../../simulator/simulator.ts';
import { sendHttp } from '../../shared/edge.ts';
import { deliver } from '../../shared/notice/deliver.ts';
import { noticeOfNote, type Notice } from '../../shared/notice/notice.ts';
import { channelKinds } from '../../shared/notice/webhook.ts';
import { channelOf, createManualClock, type ManualClock } from '../support/fake-ports.ts';
import {
  findingOf,
  hostile,
  itemOf,
  nights,
  noticeHolding,
  noticeWith,
  openOf,
} from '../support/log.ts';

const startMs = Date.UTC(2026, 10, 24, 18, 0, 2);
const kinds = channelKinds;
type Kind = (typeof kinds)[number];

let simulator: Simulator;
let clock: ManualClock;
beforeEach(async () => {
  clock = createManualClock(startMs);
  simulator = await startSimulator({ now: () => clock.now() });
});
afterEach(() => simulator.close());

function post(kind: Kind, notice: Notice, options = '') {
  const channel = channelOf(`${simulator.platforms[kind]}${options}`);
  return deliver({ http: sendHttp, clock }, channel, notice, clock.now() + 120_000);
}
const accepted = () => simulator.inbox.map((notice) => notice.accepted);

const numbered = (index: number) =>
  openOf(String(index), { fingerprint: String(index).padStart(64, '0') });
const many = (count: number) =>
  noticeWith({
    failing: Array.from({ length: count }, (_, index) =>
      itemOf(String(index), { open: numbered(index) }),
    ),
    waived: [itemOf('w', { open: numbered(count), finding: findingOf('w', 'waived') })],
  });
const full = noticeWith(
  {
    failing: [itemOf('1'), itemOf('2', { open: numbered(2) })],
    resolved: [itemOf('3', { finding: findingOf('3', 'pass') })],
    unchecked: [itemOf('4', { finding: findingOf('4', 'error') })],
    stillOpen: [itemOf('5')],
    waived: [itemOf('6', { finding: findingOf('6', 'waived') })],
    dropped: [{ open: openOf('7'), title: 'T' }],
  },
  {
    notes: [{ kind: 'missed', scheduled: [nights[0]] }],
    waivers: [{ id: 'W-1', policy: '6', state: 'ending', until: '2026-12-01' }],
    drift: [{ target: '1', source: 'S', pointer: '/New', kind: 'undocumented-field' }],
  },
);
const notices: Record<string, Notice> = {
  'nothing to tell': noticeWith({}),
  'every section filled': full,
  'a test': noticeOfNote('test-1', 'intl', { kind: 'test' }, nights[0]),
  'a failure of the audit': noticeOfNote(
    'nightly-1',
    'cn',
    { kind: 'failure', message: 'Evidence could not be written (ENOSPC).' },
    nights[0],
  ),
  'all that a watchdog finds': noticeOfNote(
    'nightly-1',
    'intl',
    {
      kind: 'watchdog',
      troubles: [
        { kind: 'missing', scheduledAt: nights[0], lastAt: null },
        { kind: 'killed', scheduledAt: nights[0] },
        { kind: 'silent', hours: 26, lastAt: nights[0] },
        { kind: 'incomplete', scheduledAt: nights[0] },
        {
          kind: 'untold',
          scheduledAt: nights[0],
          channels: Array.from({ length: 40 }, () => ({ channel: 'c', reason: hostile.join(' ') })),
        },
        { kind: 'empty' },
        { kind: 'unreadable', message: hostile.join(' ') },
      ],
    },
    nights[0],
  ),
  'one violation': many(1),
  'forty violations': many(40),
  'two hundred violations': many(200),
  'two thousand violations': many(2000),
};
const isIncident = (kind: Kind) => kind === 'pagerduty' || kind === 'alertmanager';
/** PagerDuty takes 120 events a minute, so two hundred are not told in one. */
const cases = Object.entries(notices).flatMap(([name, notice]) =>
  kinds
    .filter((kind) => !(kind === 'pagerduty' && notice.items.failing.length > 40))
    .map((kind) => [name, kind, notice] as const),
);
it.each(cases)('%s is accepted by %s', async (name, kind, notice) => {
  for (const locale of ['en', 'zh']) {
    simulator.clear();
    await clock.pass(60_000);
    const { status, attempts, reason } = await post(kind, notice, `&locale=${locale}`);
    const isNothing = isIncident(kind) && name === 'nothing to tell';
    expect([status, reason]).toEqual([isNothing ? 'nothing' : 'sent', null]);
    if (kind !== 'pagerduty') expect(attempts).toBeLessThanOrEqual(5);
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

const wrong: Partial<Record<Kind, string>> = {
  dingtalk:
    "errcode 310000: the robot's security settings refuse it: give its SEC… as secret=, or allow this address, or add the keyword tcss-audit",
  feishu:
    'code 19021: the signature does not match: give the bot’s secret as secret=, and set the clock',
  lark: 'code 19021: the signature does not match: give the bot’s secret as secret=, and set the clock',
  pagerduty:
    'HTTP 400: the event or its routing key was not accepted: give the integration key as secret=',
};
it.each(Object.entries(wrong))('%s refuses another secret', async (kind, reason) => {
  const url = simulator.platforms[kind as Kind].replace(/secret=[^&]+/, `secret=${'1'.repeat(32)}`);
  const delivery = await deliver(
    { http: sendHttp, clock },
    channelOf(url),
    many(1),
    startMs + 60_000,
  );
  expect(delivery).toMatchObject({ status: 'failed', attempts: 1, reason });
});

it.each(['dingtalk', 'feishu', 'lark'] as const)(
  '%s is signed at the attempt that counts',
  async (kind) => {
    // Two hours late: a signature of the first attempt would be too old by now.
    const fault = { kind: 'rate-limited', retryAfterSeconds: 7_200 } as const;
    simulator.setChatFault(kind, fault, { times: 1 });
    const channel = channelOf(simulator.platforms[kind]);
    const late = startMs + 10_000_000;
    const { status } = await deliver({ http: sendHttp, clock }, channel, many(1), late);
    expect([status, clock.slept, accepted()]).toEqual(['sent', [7_200_000], [false, true]]);
  },
);

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

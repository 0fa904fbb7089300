/** The audit itself fails: without evidence nothing else would say that the night was blind. */
import { expect, it } from 'vitest';

import { locales } from '../../shared/model.ts';
import { tellFailure } from '../../shared/tell.ts';
import { everyKind, startMs, webhookOf } from '../support/channels.ts';
import {
  channelsOf,
  createManualClock,
  createScriptedHttp,
  type Scripted,
} from '../support/fake-ports.ts';

const message = 'Evidence log/x could not be written (ENOSPC).';

async function failing(
  answers: (request: { readonly url: string }) => Scripted | Promise<Scripted>,
  text: string,
  leftMs = 60_000,
) {
  const clock = createManualClock(startMs);
  const http = createScriptedHttp(answers);
  const deliveries = await tellFailure(
    { http: http.http, clock },
    { site: 'intl', channels: channelsOf(text), tellUntilMs: startMs + leftMs },
    'nightly-1',
    message,
  );
  return { deliveries, requests: http.requests, clock };
}
const yes = ({ url }: { readonly url: string }): Scripted => {
  if (url.includes('slack')) return { body: 'ok' };
  if (url.includes('pagerduty') || url.includes('powerplatform')) return { status: 202 };
  if (url.includes('discord')) return { body: '{"id":"1"}' };
  if (url.includes('googleapis')) return { body: '{"name":"spaces/S/messages/M"}' };
  return { body: '{"errcode":0,"code":0}' };
};

it('tells every channel, one message each, and what went wrong', async () => {
  const { deliveries, requests } = await failing(yes, Object.values(webhookOf).join(' '));
  expect(deliveries.map(({ channel, status }) => [channel.split(':')[0], status])).toEqual(
    Object.keys(webhookOf).map((kind) => [kind, 'sent']),
  );
  expect(requests).toHaveLength(everyKind.length);
  for (const { body } of requests) expect(body).toContain('(ENOSPC)');
});

it.each(locales)('tells it whatever the filter of a channel is (%s)', async (locale) => {
  const { requests } = await failing(yes, `${webhookOf.slack}#min=critical&locale=${locale}`);
  const title = { en: 'the audit FAILED', zh: '审计执行失败' }[locale];
  expect(requests.map(({ body }) => body.includes(title))).toEqual([true]);
});

it('has one id for all attempts to tell it, with no dot', async () => {
  const { requests } = await failing(() => ({ status: 503 }), webhookOf.generic);
  expect(requests).toHaveLength(3);
  expect(new Set(requests.map(({ headers }) => headers['webhook-id']))).toEqual(
    new Set(['nightly-1-failure']),
  );
});

it('reports what was not delivered, and rejects for nothing', async () => {
  const { deliveries } = await failing(() => new Error('no answer (ECONNRESET)'), webhookOf.slack);
  expect(deliveries).toMatchObject([
    { status: 'failed', attempts: 3, reason: 'no answer (ECONNRESET)' },
  ]);
});

it.each([
  [60_000, [8_000, 4_000]],
  [5_000, [5_000]],
  [0, []],
])('with %i ms left, keeps within them and within twelve seconds', async (leftMs, timeouts) => {
  const clock = createManualClock(startMs);
  const http = createScriptedHttp(async () => {
    await clock.pass(8_000);
    return { status: 503 };
  });
  await tellFailure(
    { http: http.http, clock },
    { site: 'intl', channels: channelsOf(webhookOf.slack), tellUntilMs: startMs + leftMs },
    'nightly-1',
    message,
  );
  expect(http.requests.map(({ timeoutMs }) => timeoutMs)).toEqual(timeouts);
});

it('tells nobody where there is nobody', async () => {
  expect((await failing(yes, '')).deliveries).toEqual([]);
});

/** What each platform's answer means, by its documents: /work/shared/reference/webhooks.md, where we keep them. */
import { describe, expect, it } from 'vitest';

import type { Outcome } from '../../shared/notice/channels/channel.ts';
import { generic } from '../../shared/notice/channels/generic.ts';
import { slack } from '../../shared/notice/channels/slack.ts';
import { wecom } from '../../shared/notice/channels/wecom.ts';
import type { HttpResponse } from '../../shared/ports.ts';

const answer = (status: number, body = '', headers: HttpResponse['headers'] = {}) => ({
  status,
  headers,
  body,
});
const sent: Outcome = { kind: 'sent' };
const retry = (reason: string, afterMs?: number): Outcome => ({
  kind: 'retry',
  reason,
  ...(afterMs !== undefined && { afterMs }),
});
const failed = (reason: string): Outcome => ({ kind: 'failed', reason });
const html = '<!DOCTYPE html><html><body>Sign in to the Wi-Fi</body></html>';

type Cases = Readonly<Record<string, readonly [HttpResponse, Outcome]>>;

/** Every platform: what HTTP itself says. */
const throttled: Cases = {
  '429 with a time': [
    answer(429, 'rate_limited', { 'retry-after': '7' }),
    retry('HTTP 429: too many messages', 7_000),
  ],
  '429 without a time': [answer(429, 'rate_limited'), retry('HTTP 429: too many messages')],
  '429 with a time that is none': [
    answer(429, '', { 'retry-after': 'soon' }),
    retry('HTTP 429: too many messages'),
  ],
  '429 with a time below zero': [
    answer(429, '', { 'retry-after': '-5' }),
    retry('HTTP 429: too many messages'),
  ],
  '429 with a time of zero': [
    answer(429, '', { 'retry-after': '0' }),
    retry('HTTP 429: too many messages', 0),
  ],
  'a fault of its own': [answer(500, html), retry('HTTP 500')],
  'a bad gateway': [answer(502, html), retry('HTTP 502')],
  'a fault that names a time': [
    answer(503, '', { 'retry-after': '30' }),
    retry('HTTP 503', 30_000),
  ],
  'a gateway that waited in vain': [answer(504), retry('HTTP 504')],
};

const gone = 'the webhook or its channel is gone: create a new webhook and set AUDIT_WEBHOOKS';
const slackCases: Cases = {
  ok: [answer(200, 'ok', { 'content-type': 'text/html' }), sent],
  'ok and a line break': [answer(200, 'ok\n'), sent],
  'a page of somebody else': [
    answer(200, html),
    failed('HTTP 200 an answer that is not documented'),
  ],
  'nothing at all': [answer(200), failed('HTTP 200 an answer that is not documented')],
  'OK, which is not ok': [answer(200, 'OK'), failed('HTTP 200 an answer that is not documented')],
  'JSON that says no': [
    answer(200, '{"ok":false,"error":"invalid_auth"}'),
    failed('HTTP 200 an answer that is not documented'),
  ],
  'JSON that says yes, which a webhook never does': [
    answer(200, '{"ok":true}'),
    failed('HTTP 200 an answer that is not documented'),
  ],
  'an error name with 200': [answer(200, 'no_service'), failed(`HTTP 200 no_service: ${gone}`)],
  'ok with another status': [answer(201, 'ok'), failed('HTTP 201 ok')],
  'a redirect': [answer(302, 'ok'), failed('HTTP 302 ok')],
  invalid_payload: [answer(400, 'invalid_payload'), failed('HTTP 400 invalid_payload')],
  no_text: [answer(400, 'no_text'), failed('HTTP 400 no_text')],
  invalid_blocks: [answer(400, 'invalid_blocks'), failed('HTTP 400 invalid_blocks')],
  too_many_attachments: [
    answer(400, 'too_many_attachments'),
    failed('HTTP 400 too_many_attachments'),
  ],
  action_prohibited: [
    answer(403, 'action_prohibited'),
    failed('HTTP 403 action_prohibited: a workspace admin has restricted this webhook'),
  ],
  posting_to_general_channel_denied: [
    answer(403, 'posting_to_general_channel_denied'),
    failed('HTTP 403 posting_to_general_channel_denied: this webhook may not post to #general'),
  ],
  invalid_token: [answer(403, 'invalid_token'), failed(`HTTP 403 invalid_token: ${gone}`)],
  channel_not_found: [
    answer(404, 'channel_not_found'),
    failed(`HTTP 404 channel_not_found: ${gone}`),
  ],
  no_service: [answer(404, 'no_service'), failed(`HTTP 404 no_service: ${gone}`)],
  no_service_id: [answer(404, 'no_service_id'), failed(`HTTP 404 no_service_id: ${gone}`)],
  no_team: [answer(404, 'no_team'), failed(`HTTP 404 no_team: ${gone}`)],
  team_disabled: [answer(404, 'team_disabled'), failed(`HTTP 404 team_disabled: ${gone}`)],
  no_active_hooks: [answer(404, 'no_active_hooks'), failed(`HTTP 404 no_active_hooks: ${gone}`)],
  channel_is_archived: [
    answer(410, 'channel_is_archived'),
    failed(`HTTP 410 channel_is_archived: ${gone}`),
  ],
  rollup_error: [answer(500, 'rollup_error'), retry('HTTP 500')],
  'an answer that holds a secret': [
    answer(404, 'no such hook /services/T0/B0/CANARY'),
    failed('HTTP 404 an answer that is not documented'),
  ],
};

const errcode = (code: unknown, more: object = {}) =>
  answer(200, JSON.stringify({ errcode: code, errmsg: 'from ip: 1.2.3.4, hint: [x]', ...more }));
const noErrcode = failed('HTTP 200 with no errcode in the answer');
const invalid =
  'the webhook is invalid or the robot was removed: create a new one and set AUDIT_WEBHOOKS';
const wecomCases: Cases = {
  'errcode 0': [errcode(0), sent],
  'errcode 0, whatever the message says': [
    answer(200, '{"errcode":0,"errmsg":"ok. Warning: wrong json format."}'),
    sent,
  ],
  'errcode -1': [errcode(-1), retry('errcode -1: the system is busy', 0)],
  'errcode 6000': [errcode(6000), retry('errcode 6000: data version conflict', 0)],
  'errcode 45009': [errcode(45009), retry('errcode 45009: more than 20 messages a minute', 60_000)],
  'errcode 45033': [errcode(45033), retry('errcode 45033: too many calls at once', 1_000)],
  'errcode 40008': [errcode(40008), failed('errcode 40008: message type not accepted')],
  'errcode 40033': [errcode(40033), failed('errcode 40033: characters not accepted')],
  'errcode 40035': [errcode(40035), failed('errcode 40035: parameter not accepted')],
  'errcode 40058': [errcode(40058), failed('errcode 40058: message too long or malformed')],
  'errcode 44004': [errcode(44004), failed('errcode 44004: empty message')],
  'errcode 93000': [errcode(93000), failed(`errcode 93000: ${invalid}`)],
  'errcode 93004': [
    errcode(93004),
    failed('errcode 93004: the robot is disabled: enable it in the group'),
  ],
  'errcode 93008': [
    errcode(93008),
    failed('errcode 93008: the robot is not in the group: add it again'),
  ],
  'a code that nobody documented': [errcode(12345), failed('errcode 12345')],
  'errcode 0 as a string': [errcode('0'), noErrcode],
  'errcode null': [errcode(null), noErrcode],
  'errcode false': [errcode(false), noErrcode],
  'no errcode, though the message says ok': [answer(200, '{"errmsg":"ok"}'), noErrcode],
  'an errcode one level down': [answer(200, '{"data":{"errcode":0}}'), noErrcode],
  'an errcode in a list': [answer(200, '[{"errcode":0}]'), noErrcode],
  'an errcode by inheritance': [answer(200, '{"__proto__":{"errcode":0}}'), noErrcode],
  'a gateway status of DingTalk': [answer(200, '{"status":1111,"wait":5}'), noErrcode],
  'a page of somebody else': [answer(200, html), noErrcode],
  'nothing at all': [answer(200), noErrcode],
  'half an answer': [answer(200, '{"errcode":0'), noErrcode],
  'errcode 0 with another status': [answer(201, '{"errcode":0}'), failed('HTTP 201')],
  'a redirect': [answer(302, '{"errcode":0}'), failed('HTTP 302')],
  'a door that is closed': [answer(403, html), failed('HTTP 403')],
  'a path that is not there': [answer(404, '{"errcode":0}'), failed('HTTP 404')],
};

const genericCases: Cases = {
  taken: [answer(200, html), sent],
  created: [answer(201), sent],
  'accepted for later': [answer(202), sent],
  'no content': [answer(204), sent],
  'moved for good': [answer(301), failed('HTTP 301')],
  'found elsewhere': [answer(302), failed('HTTP 302')],
  'not modified': [answer(304), failed('HTTP 304')],
  'to be repeated elsewhere': [answer(307), failed('HTTP 307')],
  'not understood': [answer(400), failed('HTTP 400')],
  'a signature that is wrong': [answer(401, '{"error":"…"}'), failed('HTTP 401')],
  'not there': [answer(404), failed('HTTP 404')],
  gone: [
    answer(410),
    failed('HTTP 410: the receiver wants no more, take it out of AUDIT_WEBHOOKS'),
  ],
  'too large': [answer(413), failed('HTTP 413')],
  'another format': [answer(415), failed('HTTP 415')],
  'no status at all': [answer(0), failed('HTTP 0')],
  'an early hint': [answer(103), failed('HTTP 103')],
};

const platforms = { slack, wecom, generic };
const all: Readonly<Record<keyof typeof platforms, Cases>> = {
  slack: { ...throttled, ...slackCases },
  wecom: { ...throttled, ...wecomCases },
  generic: { ...throttled, ...genericCases },
};
describe.each(Object.entries(all))('%s answers', (kind, cases) => {
  it.each(Object.entries(cases))('%s', (_name, [response, outcome]) => {
    expect(platforms[kind as keyof typeof platforms].classify(response)).toEqual(outcome);
  });
});

it('quotes nothing of the address and the hint that WeCom writes', () => {
  for (const [response] of Object.values(wecomCases)) {
    expect(JSON.stringify(wecom.classify(response))).not.toMatch(/1\.2\.3\.4|hint/);
  }
});

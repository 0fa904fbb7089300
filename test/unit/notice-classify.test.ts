/** What each answer of a platform means, by its own documents: docs/channels.md lists them. */
import { describe, expect, it } from 'vitest';

import type { Outcome } from '../../shared/notice/channels/channel.ts';
import { alertmanager } from '../../shared/notice/channels/alertmanager.ts';
import { dingtalk } from '../../shared/notice/channels/dingtalk.ts';
import { discord } from '../../shared/notice/channels/discord.ts';
import { feishu } from '../../shared/notice/channels/feishu.ts';
import { generic } from '../../shared/notice/channels/generic.ts';
import { googlechat } from '../../shared/notice/channels/googlechat.ts';
import { pagerduty } from '../../shared/notice/channels/pagerduty.ts';
import { platforms as everyPlatform } from '../../shared/notice/channels/platforms.ts';
import { slack } from '../../shared/notice/channels/slack.ts';
import { teams } from '../../shared/notice/channels/teams.ts';
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
  '429 with a time of eleven days': [
    answer(429, '', { 'retry-after': '1000000' }),
    retry('HTTP 429: too many messages', 1_000_000_000),
  ],
  '429 with a time of three years': [
    answer(429, '', { 'retry-after': '99999999' }),
    retry('HTTP 429: too many messages', 99_999_999_000),
  ],
  '429 with a part of a second': [
    answer(429, '', { 'retry-after': '0.65' }),
    retry('HTTP 429: too many messages', 650),
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
  'an error name that every object has': [
    answer(400, 'constructor'),
    failed('HTTP 400 constructor'),
  ],
  'an error name that is inherited': [answer(400, '__proto__'), failed('HTTP 400 __proto__')],
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

// ---- DingTalk ---------------------------------------------------------------------------------

const tenMinutes = 600_000;
const noToken = 'the token does not exist: create a new robot and set AUDIT_WEBHOOKS';
const security =
  "the robot's security settings refuse it: give its SEC… as secret=, or allow this address, or add the keyword tcss-audit";
const dingtalkCases: Cases = {
  'errcode 0': [errcode(0), sent],
  'errcode 0 and status 0': [errcode(0, { status: 0 }), sent],
  'errcode -1': [errcode(-1), retry('errcode -1: the system is busy', 0)],
  'errcode 130101': [
    errcode(130101),
    retry('errcode 130101: more than 20 messages a minute', tenMinutes),
  ],
  'errcode 410100': [
    errcode(410100),
    retry('errcode 410100: more than 20 messages a minute', tenMinutes),
  ],
  'the gateway that throttles, without an errcode': [
    answer(200, '{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"CANARY"}'),
    retry('gateway status 1111: throttled by the gateway', tenMinutes),
  ],
  'the gateway that throttles, though errcode is 0': [
    errcode(0, { status: 1111 }),
    retry('gateway status 1111: throttled by the gateway', tenMinutes),
  ],
  'a gateway status that nobody documented': [
    answer(200, '{"status":7}'),
    failed('gateway status 7'),
  ],
  'errcode 88': [errcode(88), failed('errcode 88: no access token in the URL')],
  'errcode 90030': [errcode(90030), failed("errcode 90030: the day's messages are used up")],
  'errcode 310000': [errcode(310000), failed(`errcode 310000: ${security}`)],
  'errcode 300001': [errcode(300001), failed(`errcode 300001: ${noToken}`)],
  'errcode 300005': [errcode(300005), failed(`errcode 300005: ${noToken}`)],
  'errcode 400101': [errcode(400101), failed(`errcode 400101: ${noToken}`)],
  'errcode 400013': [errcode(400013), failed('errcode 400013: the group was dissolved')],
  'errcode 400102': [
    errcode(400102),
    failed('errcode 400102: the robot is disabled: enable it in the group'),
  ],
  'errcode 400106': [
    errcode(400106),
    failed('errcode 400106: the robot does not exist: create a new one and set AUDIT_WEBHOOKS'),
  ],
  'errcode 40035': [errcode(40035), failed('errcode 40035: parameter not accepted')],
  'errcode 400105': [errcode(400105), failed('errcode 400105: message type not accepted')],
  'errcode 43002': [errcode(43002), failed('errcode 43002: must be a POST')],
  'errcode 43004': [errcode(43004), failed('errcode 43004: content type not accepted')],
  'errcode 430101': [errcode(430101), failed('errcode 430101: refused by moderation: a link')],
  'errcode 430102': [errcode(430102), failed('errcode 430102: refused by moderation: a text')],
  'errcode 430103': [errcode(430103), failed('errcode 430103: refused by moderation: an image')],
  'errcode 430104': [errcode(430104), failed('errcode 430104: refused by moderation: the content')],
  'errcode 460101': [errcode(460101), failed('errcode 460101: message too long')],
  'errcode 101002': [errcode(101002), failed('errcode 101002: message too long')],
  'a code that nobody documented': [errcode(12345), failed('errcode 12345')],
  'errcode 0 as a string': [errcode('0'), noErrcode],
  'errcode null': [errcode(null), noErrcode],
  'no errcode, though the message says ok': [answer(200, '{"errmsg":"ok"}'), noErrcode],
  'a page of somebody else': [answer(200, html), noErrcode],
  'nothing at all': [answer(200), noErrcode],
  'errcode 0 with another status': [answer(201, '{"errcode":0}'), failed('HTTP 201')],
  'a redirect': [answer(302, '{"errcode":0}'), failed('HTTP 302')],
  'a door that is closed': [answer(403, html), failed('HTTP 403')],
};

// ---- Feishu and Lark --------------------------------------------------------------------------

const code = (value: unknown, more: object = {}, status = 200) =>
  answer(status, JSON.stringify({ code: value, data: {}, msg: 'CANARY', ...more }));
const noCode = (status = 200) => failed(`HTTP ${String(status)} with no code in the answer`);
const tooMany = 'more than 5 messages a second or 100 a minute';
const feishuCases: Cases = {
  'code 0': [code(0, { StatusCode: 0, StatusMessage: 'success' }), sent],
  'code 0 alone': [code(0), sent],
  'the older StatusCode 0, where there is no code': [answer(200, '{"StatusCode":0}'), sent],
  'a code, though the older StatusCode says 0': [
    code(19001, { StatusCode: 0 }),
    failed(
      'code 19001: the webhook is invalid or the bot was removed: create a new one and set AUDIT_WEBHOOKS',
    ),
  ],
  'code 11232': [code(11232), retry(`code 11232: ${tooMany}`, 1_000)],
  'code 99991400 with 200': [code(99991400), retry('code 99991400: too many messages', 1_000)],
  'code 99991400 with 400, as it was': [
    code(99991400, {}, 400),
    retry('code 99991400: too many messages', 1_000),
  ],
  'code 99991400 with 429 and the time of its reset': [
    answer(429, '{"code":99991400}', { 'x-ogw-ratelimit-reset': '42' }),
    retry('HTTP 429: too many messages', 42_000),
  ],
  'code 2200': [code(2200), retry('code 2200: internal error', 0)],
  'code 9499 of a bad request': [code(9499), failed('code 9499: message too long or malformed')],
  'code 9499 of too many requests': [
    code(9499, { msg: 'Too many requests' }),
    retry('code 9499: too many messages', 1_000),
  ],
  'code 9499 of a frequency': [
    code(9499, { msg: 'frequency limited' }),
    retry('code 9499: too many messages', 1_000),
  ],
  'code 19002': [code(19002), failed('code 19002: parameter not accepted')],
  'code 19021': [
    code(19021),
    failed(
      'code 19021: the signature does not match: give the bot’s secret as secret=, and set the clock',
    ),
  ],
  'code 19022': [
    code(19022),
    failed('code 19022: this address is not on the bot’s list: allow it'),
  ],
  'code 19024': [
    code(19024),
    failed('code 19024: the bot wants a keyword: add tcss-audit to its keywords'),
  ],
  'code 200621': [code(200621), failed('code 200621: the card was not understood')],
  'code 11246': [code(11246), failed('code 11246: the card was not understood')],
  'code 10002': [code(10002), failed('code 10002: empty message')],
  'a code that nobody documented': [code(12345), failed('code 12345')],
  'code 0 as a string': [code('0'), noCode()],
  // The older one counts only where there is no other.
  'code 0 as a string, beside the older 0': [code('0', { StatusCode: 0 }), noCode()],
  'a failure as a string, beside the older 0': [code('19021', { StatusCode: 0 }), noCode()],
  'code null, beside the older 0': [code(null, { StatusCode: 0 }), noCode()],
  'code false, beside the older 0': [code(false, { StatusCode: 0 }), noCode()],
  'no code at all': [answer(200, '{"msg":"success"}'), noCode()],
  'a page of somebody else': [answer(200, html), noCode()],
  'nothing at all': [answer(200), noCode()],
  'code 0 with another status': [code(0, {}, 201), failed('code 0')],
  'a bad request with a code': [code(19002, {}, 400), failed('code 19002: parameter not accepted')],
  'a redirect': [answer(302, html), noCode(302)],
};

// ---- Teams ------------------------------------------------------------------------------------

const flowGone =
  'the workflow is switched off, gone, or its owner left: create a new one and set AUDIT_WEBHOOKS';
const teamsCases: Cases = {
  accepted: [answer(202), sent],
  'accepted by an older workflow': [answer(200), sent],
  'another success, which it never says': [answer(204), failed('HTTP 204')],
  'not found': [
    answer(404, '{"error":{"code":"WorkflowNotFound"}}'),
    failed(`HTTP 404: ${flowGone}`),
  ],
  unauthorized: [answer(401, html), failed(`HTTP 401: ${flowGone}`)],
  forbidden: [answer(403), failed(`HTTP 403: ${flowGone}`)],
  'a bad request': [
    answer(400, '{"error":{"code":"MissingApiVersionParameter","message":"CANARY"}}'),
    failed(
      'HTTP 400: the workflow does not take the message: check that the URL is whole, with api-version and sig',
    ),
  ],
  'too large': [answer(413), failed('HTTP 413: message too long')],
  'a redirect': [answer(302), failed('HTTP 302')],
  'gone for good': [answer(410), failed('HTTP 410')],
};

// ---- Discord ----------------------------------------------------------------------------------

const discordGone = 'the webhook is gone: create a new one and set AUDIT_WEBHOOKS';
const noMessage = (status: number) =>
  failed(`HTTP ${String(status)} with no message in the answer`);
const discordCode = (status: number, value: unknown) =>
  answer(status, JSON.stringify({ message: 'CANARY', code: value }));
const discordCases: Cases = {
  'the message that it kept': [answer(200, '{"id":"1","content":""}'), sent],
  'no content, which says nothing of whether it kept it': [answer(204), noMessage(204)],
  'another success': [answer(201, '{"id":"1"}'), noMessage(201)],
  'a message whose id is a number': [answer(200, '{"id":1}'), noMessage(200)],
  'a page of somebody else': [answer(200, html), noMessage(200)],
  'nothing at all': [answer(200), noMessage(200)],
  'too many, in its own words': [
    answer(429, '{"message":"x","retry_after":0.65,"global":false}', { 'retry-after': '1' }),
    retry('HTTP 429: too many messages', 650),
  ],
  'too many, in the words of its proxy': [
    answer(429, html, { 'retry-after': '7' }),
    retry('HTTP 429: too many messages', 7_000),
  ],
  'too many, with no word of when': [
    answer(429, html),
    retry('HTTP 429: too many messages', 1_000),
  ],
  'too many, with a time that is none': [
    answer(429, html, { 'retry-after': 'soon' }),
    retry('HTTP 429: too many messages', 1_000),
  ],
  'a fault of its own': [answer(500, html), retry('HTTP 500')],
  'a bad gateway that names a time': [
    answer(502, html, { 'retry-after': '3' }),
    retry('HTTP 502', 3_000),
  ],
  'code 10015': [discordCode(404, 10015), failed(`code 10015: ${discordGone}`)],
  'code 50027': [discordCode(401, 50027), failed(`code 50027: ${discordGone}`)],
  'code 50035': [discordCode(400, 50035), failed('code 50035: message malformed')],
  'code 50006': [discordCode(400, 50006), failed('code 50006: empty message')],
  'code 40005': [discordCode(413, 40005), failed('code 40005: message too long')],
  'code 40333': [discordCode(403, 40333), failed('code 40333: no user agent was sent')],
  'code 220001': [
    discordCode(400, 220001),
    failed('code 220001: a forum channel needs a thread: add ?thread_id=… to the URL'),
  ],
  'code 220002': [discordCode(400, 220002), failed('code 220002')],
  'code 200000': [
    discordCode(400, 200000),
    failed("code 200000: blocked by the server's moderation"),
  ],
  'code 200001': [
    discordCode(400, 200001),
    failed("code 200001: blocked by the server's moderation"),
  ],
  'code 40062': [discordCode(400, 40062), retry('code 40062: too many messages', 1_000)],
  'code 20028': [
    discordCode(400, 20028),
    retry('code 20028: too many messages to this channel', 5_000),
  ],
  'code 20029': [
    discordCode(400, 20029),
    retry('code 20029: too many messages to this server', 5_000),
  ],
  'a code that nobody documented': [discordCode(400, 12345), failed('code 12345')],
  'a code as a string': [discordCode(404, '10015'), noMessage(404)],
  'a redirect': [answer(302, html), noMessage(302)],
};

// ---- Google Chat ------------------------------------------------------------------------------

const spaceGone = 'the webhook or its space is gone: create a new one and set AUDIT_WEBHOOKS';
const googleError = (status: number, name: string) =>
  answer(status, JSON.stringify({ error: { code: status, message: 'CANARY', status: name } }));
const googlechatCases: Cases = {
  'the message that it made': [answer(200, '{"name":"spaces/S/messages/M"}'), sent],
  'a message without a name': [answer(200, '{"text":"x"}'), noMessage(200)],
  'an empty name': [answer(200, '{"name":""}'), noMessage(200)],
  'a name that is a number': [answer(200, '{"name":1}'), noMessage(200)],
  'a page of somebody else': [answer(200, html), noMessage(200)],
  'nothing at all': [answer(200), noMessage(200)],
  'another success': [answer(204), noMessage(204)],
  INVALID_ARGUMENT: [
    googleError(400, 'INVALID_ARGUMENT'),
    failed('HTTP 400: message too long or malformed'),
  ],
  UNAUTHENTICATED: [googleError(401, 'UNAUTHENTICATED'), failed(`HTTP 401: ${spaceGone}`)],
  PERMISSION_DENIED: [googleError(403, 'PERMISSION_DENIED'), failed(`HTTP 403: ${spaceGone}`)],
  NOT_FOUND: [googleError(404, 'NOT_FOUND'), failed(`HTTP 404: ${spaceGone}`)],
  RESOURCE_EXHAUSTED: [
    googleError(429, 'RESOURCE_EXHAUSTED'),
    retry('HTTP 429: too many messages'),
  ],
  INTERNAL: [googleError(500, 'INTERNAL'), retry('HTTP 500')],
  UNAVAILABLE: [googleError(503, 'UNAVAILABLE'), retry('HTTP 503')],
  'a redirect': [answer(302, html), noMessage(302)],
};

// ---- PagerDuty and Alertmanager ---------------------------------------------------------------

const pagerdutyCases: Cases = {
  accepted: [answer(202, '{"status":"success","message":"Event processed","dedup_key":"x"}'), sent],
  'accepted with no word': [answer(202), sent],
  'a page of somebody else, with 200': [answer(200, html), failed('HTTP 200')],
  'another success': [answer(204), failed('HTTP 204')],
  'an event that it does not take': [
    answer(400, '{"status":"invalid event","message":"CANARY","errors":["CANARY"]}'),
    failed(
      'HTTP 400: the event or its routing key was not accepted: give the integration key as secret=',
    ),
  ],
  forbidden: [answer(403), failed('HTTP 403')],
  'not found': [answer(404), failed('HTTP 404')],
  'too large': [answer(413), failed('HTTP 413')],
  'a redirect': [answer(302), failed('HTTP 302')],
};

const platforms = {
  slack,
  wecom,
  generic,
  dingtalk,
  feishu,
  teams,
  discord,
  googlechat,
  pagerduty,
  alertmanager,
};
const { discord: _, ...others } = platforms;
const own = {
  slack: slackCases,
  wecom: wecomCases,
  generic: genericCases,
  dingtalk: dingtalkCases,
  feishu: feishuCases,
  teams: teamsCases,
  googlechat: googlechatCases,
  pagerduty: pagerdutyCases,
  // The receiver's own contract: any 2xx.
  alertmanager: genericCases,
};
const all: Readonly<Record<keyof typeof platforms, Cases>> = {
  // It says in its own words how long to wait.
  discord: discordCases,
  ...(Object.fromEntries(
    (Object.keys(others) as (keyof typeof others)[]).map((kind) => [
      kind,
      { ...throttled, ...own[kind] },
    ]),
  ) as Record<keyof typeof others, Cases>),
};
describe.each(Object.entries(all))('%s answers', (kind, cases) => {
  it.each(Object.entries(cases))('%s', (_name, [response, outcome]) => {
    expect(platforms[kind as keyof typeof platforms].classify(response)).toEqual(outcome);
  });
});

it('Lark answers as Feishu does', () => {
  expect(everyPlatform.lark).toBe(feishu);
});

it('quotes nothing of what a platform writes', () => {
  for (const [kind, cases] of Object.entries(all)) {
    for (const [response] of Object.values(cases)) {
      const outcome = everyPlatform[kind as keyof typeof platforms].classify(response);
      expect(JSON.stringify(outcome)).not.toMatch(/CANARY|1\.2\.3\.4|Wi-Fi/);
    }
  }
});

it('quotes nothing of the address and the hint that WeCom writes', () => {
  for (const [response] of Object.values(wecomCases)) {
    expect(JSON.stringify(wecom.classify(response))).not.toMatch(/1\.2\.3\.4|hint/);
  }
});

/** DingTalk custom robots. https://open.dingtalk.com/document/robots/custom-robot-access */
import { createHmac } from 'node:crypto';

import type { Locale } from '../../model.ts';
import type { HttpResponse } from '../../ports.ts';
import type { Message } from '../message.ts';
import type { Notice } from '../notice.ts';
import { markdown, type Dialect, type Page } from '../pages.ts';
import {
  answerOf,
  classifyCode,
  classifyErrcode,
  jsonTo,
  numberIn,
  type Attempt,
  type KnownCodes,
  type Outcome,
  type Platform,
  type Post,
} from './channel.ts';
import { bodyBytes, postsOf } from './posts.ts';

/** Bytes of the whole body, as JSON escapes it. */
const maxBodyBytes = 20_000;

export const dingtalk: Platform = { render, request, classify };

/** A line break needs two spaces before it. */
const dialect: Dialect = { ...markdown, newline: '  \n' };

function render(notice: Notice, locale: Locale): readonly Post[] {
  const fits = (content: object) => bodyBytes(content) <= maxBodyBytes;
  return postsOf(notice, locale, { dialect, contentOf, fits });
}

function contentOf({ title, blocks, footer }: Page, { console }: Message): object {
  const lines = [...footer, dialect.link(console.text, console.url)];
  const text = [`### ${dialect.text(title)}`, ...blocks, lines.join(dialect.newline)].join('\n\n');
  return { msgtype: 'markdown', markdown: { title, text }, at: { isAtAll: false } };
}

/** The signature is of the time alone and goes into the query: made anew for every attempt. */
function request({ channel, content, nowMs }: Attempt): ReturnType<Platform['request']> {
  const url = new URL(channel.url);
  if (channel.secret !== undefined) {
    url.searchParams.set('timestamp', String(nowMs));
    url.searchParams.set('sign', dingtalkSign(channel.secret, nowMs));
  }
  return jsonTo(url.href, content);
}

/** Base64, not yet encoded for a URL. The key is the whole secret, `SEC` included. */
export function dingtalkSign(secret: string, nowMs: number): string {
  return createHmac('sha256', secret)
    .update(`${String(nowMs)}\n${secret}`)
    .digest('base64');
}

/** The gateway's own refusal is HTTP 200 with a `status` and may lack `errcode`. */
function classify(response: HttpResponse): Outcome {
  const status = response.status === 200 ? numberIn(answerOf(response.body), 'status') : undefined;
  if (status !== undefined && status !== 0) return classifyCode('gateway status', status, codes);
  return classifyErrcode(response, codes);
}

/** Whoever is throttled stays so for ten minutes. */
const throttledMs = 600_000;
const noToken = 'the token does not exist: create a new robot and set AUDIT_WEBHOOKS';
const codes: KnownCodes = {
  '-1': { hint: 'the system is busy', afterMs: 0 },
  130101: { hint: 'more than 20 messages a minute', afterMs: throttledMs },
  410100: { hint: 'more than 20 messages a minute', afterMs: throttledMs },
  1111: { hint: 'throttled by the gateway', afterMs: throttledMs },
  88: { hint: 'no access token in the URL' },
  90030: { hint: "the day's messages are used up" },
  310000: {
    hint: "the robot's security settings refuse it: give its SEC… as secret=, or allow this address, or add the keyword tcss-audit",
  },
  300001: { hint: noToken },
  300005: { hint: noToken },
  400101: { hint: noToken },
  400013: { hint: 'the group was dissolved' },
  400102: { hint: 'the robot is disabled: enable it in the group' },
  400106: { hint: 'the robot does not exist: create a new one and set AUDIT_WEBHOOKS' },
  40035: { hint: 'parameter not accepted' },
  400105: { hint: 'message type not accepted' },
  43002: { hint: 'must be a POST' },
  43004: { hint: 'content type not accepted' },
  430101: { hint: 'refused by moderation: a link' },
  430102: { hint: 'refused by moderation: a text' },
  430103: { hint: 'refused by moderation: an image' },
  430104: { hint: 'refused by moderation: the content' },
  460101: { hint: 'message too long' },
  101002: { hint: 'message too long' },
};

/** Feishu (飞书) and Lark custom bots: one contract at two hosts. https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot */
import { createHmac } from 'node:crypto';

import type { Locale, Severity } from '../../model.ts';
import type { HttpResponse } from '../../ports.ts';
import type { Message } from '../message.ts';
import type { Notice } from '../notice.ts';
import { markdown, type Page } from '../pages.ts';
import {
  answerOf,
  classifyCode,
  classifyThrottleOrFault,
  jsonTo,
  numberIn,
  retryAfterMs,
  type Attempt,
  type KnownCodes,
  type Outcome,
  type Platform,
  type Post,
} from './channel.ts';
import { bodyBytes, postsOf } from './posts.ts';

/** Bytes of the whole body, less what the signature adds. */
const maxBodyBytes = 20_000 - 200;

const templates: Readonly<Record<Severity | 'good', string>> = {
  critical: 'red',
  high: 'red',
  medium: 'orange',
  low: 'yellow',
  good: 'green',
};

export const feishu: Platform = { render, request, classify };

function render(notice: Notice, locale: Locale): readonly Post[] {
  const fits = (content: object) => bodyBytes(content) <= maxBodyBytes;
  return postsOf(notice, locale, { dialect: markdown, contentOf, fits });
}

function contentOf({ title, blocks, footer }: Page, { severity, console }: Message): object {
  const elements = [...blocks, footer.join('\n')].map((content) => ({ tag: 'markdown', content }));
  return {
    msg_type: 'interactive',
    card: {
      schema: '2.0',
      config: { update_multi: true },
      header: {
        title: { tag: 'plain_text', content: title },
        template: templates[severity ?? 'good'],
      },
      body: {
        direction: 'vertical',
        elements: [
          ...elements,
          {
            tag: 'button',
            text: { tag: 'plain_text', content: console.text },
            type: 'default',
            behaviors: [{ type: 'open_url', default_url: console.url }],
          },
        ],
      },
    },
  };
}

/** The signature is of the time alone and goes into the body: made anew for every attempt. */
function request({ channel, content, nowMs }: Attempt): ReturnType<Platform['request']> {
  if (channel.secret === undefined) return jsonTo(channel.url, content);
  const seconds = Math.floor(nowMs / 1000);
  const sign = feishuSign(channel.secret, seconds);
  return jsonTo(channel.url, { timestamp: String(seconds), sign, ...content });
}

/** Time and secret are the key, and the message is empty: the other way round than one would guess. */
export function feishuSign(secret: string, seconds: number): string {
  return createHmac('sha256', `${String(seconds)}\n${secret}`).digest('base64');
}

/** `code` decides; `StatusCode` is its older twin and counts only where `code` is absent. */
function classify(response: HttpResponse): Outcome {
  const answer = answerOf(response.body);
  const hasCode = answer !== undefined && Object.hasOwn(answer, 'code');
  const code = numberIn(answer, hasCode ? 'code' : 'StatusCode');
  const passing = classifyThrottleOrFault(response);
  if (passing?.kind === 'retry') {
    const afterMs = retryAfterMs(response.headers['x-ogw-ratelimit-reset']);
    return { ...passing, ...(afterMs !== undefined && { afterMs }) };
  }
  if (code === undefined) {
    return { kind: 'failed', reason: `HTTP ${String(response.status)} with no code in the answer` };
  }
  if (code === 0 && response.status === 200) return { kind: 'sent' };
  // 9499 is any bad request, and now and then too many of them: only its text tells, which we match, not quote.
  if (code === 9499 && /frequency|too many request/i.test(response.body)) {
    return { kind: 'retry', reason: 'code 9499: too many messages', afterMs: 1_000 };
  }
  return classifyCode('code', code, codes);
}

const codes: KnownCodes = {
  11232: { hint: 'more than 5 messages a second or 100 a minute', afterMs: 1_000 },
  99991400: { hint: 'too many messages', afterMs: 1_000 },
  2200: { hint: 'internal error', afterMs: 0 },
  9499: { hint: 'message too long or malformed' },
  19001: {
    hint: 'the webhook is invalid or the bot was removed: create a new one and set AUDIT_WEBHOOKS',
  },
  19002: { hint: 'parameter not accepted' },
  19021: {
    hint: 'the signature does not match: give the bot’s secret as secret=, and set the clock',
  },
  19022: { hint: 'this address is not on the bot’s list: allow it' },
  19024: { hint: 'the bot wants a keyword: add tcss-audit to its keywords' },
  200621: { hint: 'the card was not understood' },
  11246: { hint: 'the card was not understood' },
  10002: { hint: 'empty message' },
};

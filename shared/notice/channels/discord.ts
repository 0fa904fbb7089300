/** Discord webhooks. https://discord.com/developers/docs/resources/webhook#execute-webhook */
import type { Locale, Severity } from '../../model.ts';
import type { HttpResponse } from '../../ports.ts';
import { cut } from '../../text.ts';
import type { Message } from '../message.ts';
import type { Notice } from '../notice.ts';
import { markdown, type Page } from '../pages.ts';
import {
  answerOf,
  classifyCode,
  classifyThrottleOrFault,
  jsonTo,
  numberIn,
  type Attempt,
  type KnownCodes,
  type Outcome,
  type Platform,
  type Post,
} from './channel.ts';
import { postsOf } from './posts.ts';

/** Characters of an embed. */
const limits = { title: 256, description: 4096 } as const;

const colors: Readonly<Record<Severity | 'good', number>> = {
  critical: 0xb42318,
  high: 0xd92d20,
  medium: 0xdc6803,
  low: 0xca8504,
  good: 0x067647,
};

export const discord: Platform = { render, request, classify };

function render(notice: Notice, locale: Locale): readonly Post[] {
  return postsOf(notice, locale, {
    dialect: markdown,
    contentOf,
    fits: ({ embeds: [embed] }) => embed.description.length <= limits.description,
  });
}

function contentOf({ title, blocks, footer }: Page, { severity, console }: Message) {
  const lines = [...footer, markdown.link(console.text, console.url)];
  const embed = {
    title: cut(markdown.text(title), limits.title),
    description: [...blocks, lines.join('\n')].join('\n\n'),
    color: colors[severity ?? 'good'],
  };
  // Embeds never mention; this holds should anything ever stand outside of one.
  return { embeds: [embed] as const, allowed_mentions: { parse: [] } };
}

/** Without `wait` the answer is 204 whether the message was kept or not. */
function request({ channel, content }: Attempt): ReturnType<Platform['request']> {
  const url = new URL(channel.url);
  url.searchParams.set('wait', 'true');
  return jsonTo(url.href, content);
}

function classify(response: HttpResponse): Outcome {
  const answer = answerOf(response.body);
  if (response.status === 200 && typeof answer?.['id'] === 'string') return { kind: 'sent' };
  if (response.status === 429) {
    const seconds = numberIn(answer, 'retry_after') ?? Number(response.headers['retry-after'] ?? 1);
    const afterMs = Number.isFinite(seconds) ? Math.ceil(seconds * 1000) : 1_000;
    return { kind: 'retry', reason: 'HTTP 429: too many messages', afterMs };
  }
  const passing = classifyThrottleOrFault(response);
  if (passing !== undefined) return passing;
  const code = numberIn(answer, 'code');
  return code === undefined
    ? { kind: 'failed', reason: `HTTP ${String(response.status)} with no message in the answer` }
    : classifyCode('code', code, codes);
}

const gone = 'the webhook is gone: create a new one and set AUDIT_WEBHOOKS';
const codes: KnownCodes = {
  10015: { hint: gone },
  50027: { hint: gone },
  40062: { hint: 'too many messages', afterMs: 1_000 },
  20028: { hint: 'too many messages to this channel', afterMs: 5_000 },
  20029: { hint: 'too many messages to this server', afterMs: 5_000 },
  40005: { hint: 'message too long' },
  50006: { hint: 'empty message' },
  50035: { hint: 'message malformed' },
  40333: { hint: 'no user agent was sent' },
  200000: { hint: "blocked by the server's moderation" },
  200001: { hint: "blocked by the server's moderation" },
  220001: { hint: 'a forum channel needs a thread: add ?thread_id=… to the URL' },
};

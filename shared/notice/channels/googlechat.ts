/** Google Chat incoming webhooks. https://developers.google.com/workspace/chat/quickstart/webhooks */
import type { Locale } from '../../model.ts';
import type { HttpResponse } from '../../ports.ts';
import type { Message } from '../message.ts';
import type { Notice } from '../notice.ts';
import { inert, inertCode, type Dialect, type Page } from '../pages.ts';
import {
  answerOf,
  classifyThrottleOrFault,
  jsonTo,
  type Attempt,
  type Outcome,
  type Platform,
  type Post,
} from './channel.ts';
import { bodyBytes, postsOf } from './posts.ts';

/** Bytes of the whole message. */
const maxBodyBytes = 32_000;

export const googlechat: Platform = { render, request, classify };

const dialect: Dialect = {
  text: inert,
  strong: (text) => `*${inert(text)}*`,
  code: (text) => `\`${inertCode(text)}\``,
  link: (text, url) => `<${url}|${inert(text)}>`,
  newline: '\n',
};

function render(notice: Notice, locale: Locale): readonly Post[] {
  const fits = (content: object) => bodyBytes(content) <= maxBodyBytes;
  return postsOf(notice, locale, { dialect, contentOf, fits });
}

function contentOf({ title, blocks, footer }: Page, { console }: Message): object {
  const lines = [...footer, dialect.link(console.text, console.url)];
  const text = [dialect.strong(title), ...blocks, lines.join('\n')].join('\n\n');
  return { text, thread: { threadKey: 'tcss-audit' } };
}

/** Without the option the thread key is ignored. */
function request({ channel, content }: Attempt): ReturnType<Platform['request']> {
  const url = new URL(channel.url);
  url.searchParams.set('messageReplyOption', 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD');
  return jsonTo(url.href, content);
}

function classify(response: HttpResponse): Outcome {
  const { status } = response;
  const name = answerOf(response.body)?.['name'];
  if (status === 200 && typeof name === 'string' && name !== '') return { kind: 'sent' };
  const passing = classifyThrottleOrFault(response);
  if (passing !== undefined) return passing;
  const hint = hints[status];
  const what = hint === undefined ? ' with no message in the answer' : `: ${hint}`;
  return { kind: 'failed', reason: `HTTP ${String(status)}${what}` };
}

const gone = 'the webhook or its space is gone: create a new one and set AUDIT_WEBHOOKS';
const hints: Readonly<Record<number, string>> = {
  400: 'message too long or malformed',
  401: gone,
  403: gone,
  404: gone,
};

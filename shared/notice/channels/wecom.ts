/** WeCom (企业微信) group robots. https://developer.work.weixin.qq.com/document/path/99110 */
import type { Locale } from '../../model.ts';
import type { HttpResponse } from '../../ports.ts';
import type { Message } from '../message.ts';
import type { Notice } from '../notice.ts';
import { byteLength, markdown, type Page } from '../pages.ts';
import {
  classifyErrcode,
  postJson,
  type KnownCodes,
  type Outcome,
  type Platform,
  type Post,
} from './channel.ts';
import { postsOf } from './posts.ts';

/** Bytes of UTF-8 in `markdown.content`. */
const maxContentBytes = 4096;

export const wecom: Platform = { render, request: postJson, classify };

function render(notice: Notice, locale: Locale): readonly Post[] {
  return postsOf(notice, locale, {
    dialect: markdown,
    contentOf,
    fits: (content) => byteLength(content.markdown.content) <= maxContentBytes,
  });
}

function contentOf(page: Page, { severity, console }: Message) {
  const color = severity === undefined ? 'info' : 'warning';
  const title = `### <font color="${color}">${markdown.text(page.title)}</font>`;
  const footer = [...page.footer, markdown.link(console.text, console.url)];
  const parts = [title, ...page.blocks, footer.map((line) => `> ${line}`).join('\n')];
  return { msgtype: 'markdown', markdown: { content: parts.join('\n\n') } };
}

/** `errcode` decides, never `errmsg`, which holds the caller's address besides. */
function classify(response: HttpResponse): Outcome {
  return classifyErrcode(response, codes);
}

/** https://developer.work.weixin.qq.com/document/path/90313 */
const codes: KnownCodes = {
  '-1': { hint: 'the system is busy', afterMs: 0 },
  6000: { hint: 'data version conflict', afterMs: 0 },
  45009: { hint: 'more than 20 messages a minute', afterMs: 60_000 },
  45033: { hint: 'too many calls at once', afterMs: 1_000 },
  40008: { hint: 'message type not accepted' },
  40033: { hint: 'characters not accepted' },
  40035: { hint: 'parameter not accepted' },
  40058: { hint: 'message too long or malformed' },
  44004: { hint: 'empty message' },
  93000: {
    hint: 'the webhook is invalid or the robot was removed: create a new one and set AUDIT_WEBHOOKS',
  },
  93004: { hint: 'the robot is disabled: enable it in the group' },
  93008: { hint: 'the robot is not in the group: add it again' },
};

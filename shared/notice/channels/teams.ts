/** Microsoft Teams, by a Power Automate workflow with "When a Teams webhook request is received". */
import type { Locale, Severity } from '../../model.ts';
import type { HttpResponse } from '../../ports.ts';
import type { Message } from '../message.ts';
import type { Notice } from '../notice.ts';
import { inert, type Dialect, type Page } from '../pages.ts';
import {
  classifyThrottleOrFault,
  postJson,
  type Outcome,
  type Platform,
  type Post,
} from './channel.ts';
import { bodyBytes, postsOf } from './posts.ts';

/**
 * Bytes of the whole message. 202 only says that the workflow was started: a card over some 28 KB fails in
 * there without a word to us, and smaller ones have been seen to fail. So we stay well below.
 */
const maxBodyBytes = 20_000;

const colors: Readonly<Record<Severity | 'good', string>> = {
  critical: 'Attention',
  high: 'Attention',
  medium: 'Warning',
  low: 'Warning',
  good: 'Good',
};

export const teams: Platform = { render, request: postJson, classify };

/** A text block knows bold and links, and no code; an empty line breaks. */
const dialect: Dialect = {
  text: inert,
  strong: (text) => `**${inert(text)}**`,
  code: inert,
  link: (text, url) => `[${inert(text)}](${url})`,
  newline: '\n\n',
};

function render(notice: Notice, locale: Locale): readonly Post[] {
  const fits = (content: object) => bodyBytes(content) <= maxBodyBytes;
  return postsOf(notice, locale, { dialect, contentOf, fits });
}

function contentOf({ title, blocks, footer }: Page, { severity, console }: Message): object {
  const block = (text: string, style: object = {}) => ({
    type: 'TextBlock',
    text,
    wrap: true,
    ...style,
  });
  const heading = { size: 'Large', weight: 'Bolder', color: colors[severity ?? 'good'] };
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            block(inert(title), heading),
            ...blocks.map((text) => block(text, { separator: true })),
            block(footer.join(dialect.newline), { size: 'Small', isSubtle: true, separator: true }),
          ],
          actions: [{ type: 'Action.OpenUrl', title: console.text, url: console.url }],
          msteams: { width: 'full' },
        },
      },
    ],
  };
}

/** 202: the workflow was started, which is all that is ever said. 200 is what some older ones answer. */
function classify(response: HttpResponse): Outcome {
  const { status } = response;
  if (status === 202 || status === 200) return { kind: 'sent' };
  const passing = classifyThrottleOrFault(response);
  if (passing !== undefined) return passing;
  const hint = hints[status];
  return {
    kind: 'failed',
    reason: `HTTP ${String(status)}${hint === undefined ? '' : `: ${hint}`}`,
  };
}

const gone =
  'the workflow is switched off, gone, or its owner left: create a new one and set AUDIT_WEBHOOKS';
const hints: Readonly<Record<number, string>> = {
  400: 'the workflow does not take the message: check that the URL is whole, with api-version and sig',
  401: gone,
  403: gone,
  404: gone,
  413: 'message too long',
};

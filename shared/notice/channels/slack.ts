/** Slack incoming webhooks. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
import type { Locale, Severity } from '../../model.ts';
import type { HttpResponse } from '../../ports.ts';
import { cut } from '../../text.ts';
import type { Message } from '../message.ts';
import type { Notice } from '../notice.ts';
import { inertCode, type Dialect, type Page } from '../pages.ts';
import {
  classifyThrottleOrFault,
  postJson,
  type Outcome,
  type Platform,
  type Post,
} from './channel.ts';
import { postsOf } from './posts.ts';

/** Characters and blocks, from the block reference. */
const limits = { header: 150, section: 3000, blocks: 50 } as const;

const colors: Readonly<Record<Severity | 'good', string>> = {
  critical: '#b42318',
  high: '#d92d20',
  medium: '#dc6803',
  low: '#ca8504',
  good: '#067647',
};

export const slack: Platform = { render, request: postJson, classify };

/** Exactly these three, in this order: it takes the life out of `<!channel>`, `<@U…>` and `<url|text>`. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** mrkdwn has no escape for its marks; a zero-width space keeps them from pairing up. */
function unformatted(text: string): string {
  return escape(text).replace(/[*_~`]/g, '$&\u200b');
}

const mrkdwn: Dialect = {
  text: unformatted,
  strong: (text) => `*${unformatted(text)}*`,
  code: (text) => `\`${escape(inertCode(text))}\``,
  link: (text, url) => `<${url}|${unformatted(text)}>`,
  newline: '\n',
};

function render(notice: Notice, locale: Locale): readonly Post[] {
  return postsOf(notice, locale, {
    dialect: mrkdwn,
    contentOf,
    // A header and a footer are blocks too.
    fits: (_, { blocks }) =>
      blocks.length + 2 <= limits.blocks && blocks.every((block) => block.length <= limits.section),
  });
}

function contentOf({ title, blocks, footer }: Page, { severity, console }: Message): object {
  const context = [...footer, mrkdwn.link(console.text, console.url)].join('\n');
  return {
    text: escape(title),
    unfurl_links: false,
    unfurl_media: false,
    attachments: [
      {
        color: colors[severity ?? 'good'],
        fallback: escape(title),
        blocks: [
          {
            type: 'header',
            text: { type: 'plain_text', text: cut(title, limits.header), emoji: false },
          },
          ...blocks.map((text) => ({
            type: 'section',
            text: { type: 'mrkdwn', text, verbatim: true },
          })),
          { type: 'context', elements: [{ type: 'mrkdwn', text: context, verbatim: true }] },
        ],
      },
    ],
  };
}

/** 200 with the body `ok` is success; the other bodies are documented error names. */
function classify(response: HttpResponse): Outcome {
  const { status, body } = response;
  if (status === 200 && body.trim() === 'ok') return { kind: 'sent' };
  const passing = classifyThrottleOrFault(response);
  if (passing !== undefined) return passing;
  const name = /^[a-z_]{1,40}$/.exec(body.trim())?.[0] ?? 'an answer that is not documented';
  const hint = Object.hasOwn(hints, name) ? hints[name] : undefined;
  return {
    kind: 'failed',
    reason: `HTTP ${String(status)} ${name}${hint === undefined ? '' : `: ${hint}`}`,
  };
}

const gone = 'the webhook or its channel is gone: create a new webhook and set AUDIT_WEBHOOKS';
const hints: Readonly<Record<string, string>> = {
  no_service: gone,
  no_service_id: gone,
  no_team: gone,
  team_disabled: gone,
  no_active_hooks: gone,
  channel_not_found: gone,
  channel_is_archived: gone,
  invalid_token: gone,
  action_prohibited: 'a workspace admin has restricted this webhook',
  posting_to_general_channel_denied: 'this webhook may not post to #general',
};

/** Slack incoming webhooks. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
import type { Locale, Severity } from '../../model.ts';
import type { HttpResponse } from '../../ports.ts';
import { cut } from '../../text.ts';
import { messageOf, type Line, type Message, type Span } from '../message.ts';
import type { Notice } from '../notice.ts';
import { paginate } from '../paginate.ts';
import { classifyThrottleOrFault, jsonHeaders, type Outcome, type Platform } from './channel.ts';

/** Characters and blocks, from the block reference: header 150, section text 3000, 50 blocks. */
const limits = { header: 150, section: 3000, blocks: 50 } as const;
/** A header, a line for what found no place, and the footer. */
const framingBlocks = 3;

const colors: Readonly<Record<Severity, string>> = {
  critical: '#b42318',
  high: '#d92d20',
  medium: '#dc6803',
  low: '#ca8504',
};
const goodColor = '#067647';

export const slack: Platform = { render, headers: () => jsonHeaders, classify };

function render(notice: Notice, locale: Locale): readonly string[] {
  const message = messageOf(notice, locale);
  const sections = message.blocks.map(({ lines }) => section(lines));
  const { pages, left } = paginate(
    sections,
    (page) => page.length <= limits.blocks - framingBlocks,
  );
  const pageCount = Math.max(1, pages.length);
  return Array.from({ length: pageCount }, (_, index) => {
    const isLast = index === pageCount - 1;
    const rest =
      isLast && left > 0 ? [section([[{ kind: 'text', text: message.more(left) }]])] : [];
    const part = pageCount > 1 ? ` (${String(index + 1)}/${String(pageCount)})` : '';
    return body(message, part, [...(pages[index] ?? []), ...rest]);
  });
}

function body(message: Message, part: string, sections: readonly object[]): string {
  const title = cut(message.title, limits.header - part.length) + part;
  const footer = message.footer.map((line) => lineText(line)).join('\n');
  return JSON.stringify({
    text: escape(title),
    unfurl_links: false,
    unfurl_media: false,
    attachments: [
      {
        color: message.severity === undefined ? goodColor : colors[message.severity],
        fallback: escape(title),
        blocks: [
          { type: 'header', text: { type: 'plain_text', text: title, emoji: false } },
          ...sections,
          { type: 'context', elements: [{ type: 'mrkdwn', text: footer, verbatim: true }] },
        ],
      },
    ],
  });
}

function section(lines: readonly Line[]): object {
  const shown: string[] = [];
  let length = 0;
  for (const line of lines) {
    const text = lineText(line);
    length += text.length + 1;
    // Whole lines only: a cut inside one could leave half an escape or an open code span.
    if (length > limits.section - 2) {
      shown.push('…');
      break;
    }
    shown.push(text);
  }
  return { type: 'section', text: { type: 'mrkdwn', text: shown.join('\n'), verbatim: true } };
}

function lineText(line: Line): string {
  return line.map(spanText).join('');
}

function spanText(span: Span): string {
  switch (span.kind) {
    case 'text':
      return unformatted(escape(span.text));
    case 'strong':
      return `*${unformatted(escape(span.text))}*`;
    case 'code':
      return `\`${escape(span.text.replaceAll('`', 'ˋ'))}\``;
    case 'link':
      return `<${span.url}|${escape(span.text)}>`;
  }
}

/** Exactly these three, in this order: it takes the life out of `<!channel>`, `<@U…>` and `<url|text>`. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** mrkdwn has no escape for its marks; a zero-width space keeps them from pairing up. */
function unformatted(text: string): string {
  return text.replace(/[*_~`]/g, '$&\u200b');
}

/** 200 with the body `ok` is success; the other bodies are documented error names. */
function classify(response: HttpResponse): Outcome {
  const { status, body: answer } = response;
  if (status === 200 && answer.trim() === 'ok') return { kind: 'sent' };
  const passing = classifyThrottleOrFault(response);
  if (passing !== undefined) return passing;
  const name = /^[a-z_]{1,40}$/.exec(answer.trim())?.[0] ?? 'an answer that is not documented';
  const hint = hints[name];
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

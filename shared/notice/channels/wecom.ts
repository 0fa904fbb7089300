/** WeCom (企业微信) group robots. https://developer.work.weixin.qq.com/document/path/99110 */
import { isObject, own, parseJson } from '../../json.ts';
import type { Json, Locale } from '../../model.ts';
import type { HttpResponse } from '../../ports.ts';
import { messageOf, type Line, type Message, type Span } from '../message.ts';
import type { Notice } from '../notice.ts';
import { paginate } from '../paginate.ts';
import { classifyThrottleOrFault, jsonHeaders, type Outcome, type Platform } from './channel.ts';

/** Bytes of UTF-8 in `markdown.content`. */
const maxContentBytes = 4096;

export const wecom: Platform = { render, headers: () => jsonHeaders, classify };

function render(notice: Notice, locale: Locale): readonly string[] {
  const message = messageOf(notice, locale);
  const frame = byteLength(content(message, '(5/5)', [], message.more(9999)));
  const blocks = message.blocks.map(({ lines }) => fitting(lines, maxContentBytes - frame));
  const { pages, left } = paginate(
    blocks,
    (page) => frame + byteLength(page.map((block) => `${block}\n\n`).join('')) <= maxContentBytes,
  );
  const pageCount = Math.max(1, pages.length);
  return Array.from({ length: pageCount }, (_, index) => {
    const part = pageCount > 1 ? `(${String(index + 1)}/${String(pageCount)})` : '';
    const more = index === pageCount - 1 && left > 0 ? message.more(left) : '';
    return JSON.stringify({
      msgtype: 'markdown',
      markdown: { content: content(message, part, pages[index] ?? [], more) },
    });
  });
}

function content(message: Message, part: string, blocks: readonly string[], more: string): string {
  const color = message.severity === undefined ? 'info' : 'warning';
  const title = `### <font color="${color}">${plain(message.title)}</font> ${part}`.trim();
  const footer = message.footer.map((line) => `> ${lineText(line)}`).join('\n');
  return [title, ...blocks, ...(more === '' ? [] : [plain(more)]), footer].join('\n\n');
}

/** As many whole lines as fit: a cut inside one could leave an open code span. */
function fitting(lines: readonly Line[], maxBytes: number): string {
  const shown: string[] = [];
  let bytes = byteLength('\n…\n\n');
  for (const line of lines) {
    const text = lineText(line);
    bytes += byteLength(text) + 1;
    if (bytes > maxBytes) return [...shown, '…'].join('\n');
    shown.push(text);
  }
  return shown.join('\n');
}

function lineText(line: Line): string {
  return line.map(spanText).join('');
}

function spanText(span: Span): string {
  switch (span.kind) {
    case 'text':
      return plain(span.text);
    case 'strong':
      return `**${plain(span.text)}**`;
    case 'code':
      return `\`${span.text.replaceAll('`', 'ˋ').replaceAll('<', '＜')}\``;
    case 'link':
      return `[${plain(span.text)}](${span.url})`;
  }
}

/**
 * There is no official escape: `<` could begin a mention or a font, and the marks could pair up, so each
 * becomes its full-width twin.
 */
function plain(text: string): string {
  return text.replace(/[<>[\]*`_]/g, (mark) => fullWidth[mark] ?? mark);
}

const fullWidth: Readonly<Record<string, string>> = {
  '<': '＜',
  '>': '＞',
  '[': '［',
  ']': '］',
  '*': '＊',
  '`': 'ˋ',
  _: '＿',
};

function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Failures come as HTTP 200: `errcode` decides, never `errmsg`, which holds the caller's address besides. */
function classify(response: HttpResponse): Outcome {
  const passing = classifyThrottleOrFault(response);
  if (passing !== undefined) return passing;
  if (response.status !== 200) return { kind: 'failed', reason: `HTTP ${String(response.status)}` };
  const errcode = errcodeOf(response.body);
  if (errcode === undefined)
    return { kind: 'failed', reason: 'HTTP 200 with no errcode in the answer' };
  if (errcode === 0) return { kind: 'sent' };
  const { hint, afterMs } = codes[String(errcode)] ?? {};
  const reason = `errcode ${String(errcode)}${hint === undefined ? '' : `: ${hint}`}`;
  return afterMs === undefined ? { kind: 'failed', reason } : { kind: 'retry', reason, afterMs };
}

function errcodeOf(body: string): number | undefined {
  let answer: Json;
  try {
    answer = parseJson(body);
  } catch {
    return undefined;
  }
  const errcode = isObject(answer) ? own(answer, 'errcode') : undefined;
  return typeof errcode === 'number' ? errcode : undefined;
}

/** A code with `afterMs` passes by itself. https://developer.work.weixin.qq.com/document/path/90313 */
const codes: Readonly<Record<string, { readonly hint: string; readonly afterMs?: number }>> = {
  '-1': { hint: 'the system is busy', afterMs: 0 },
  '6000': { hint: 'data version conflict', afterMs: 0 },
  '45009': { hint: 'more than 20 messages a minute', afterMs: 60_000 },
  '45033': { hint: 'too many calls at once', afterMs: 1_000 },
  '40008': { hint: 'message type not accepted' },
  '40033': { hint: 'characters not accepted' },
  '40035': { hint: 'parameter not accepted' },
  '40058': { hint: 'message too long or malformed' },
  '44004': { hint: 'empty message' },
  '93000': {
    hint: 'the webhook is invalid or the robot was removed: create a new one and set AUDIT_WEBHOOKS',
  },
  '93004': { hint: 'the robot is disabled: enable it in the group' },
  '93008': { hint: 'the robot is not in the group: add it again' },
};

/** From a message to the pages that a platform takes, cut between blocks and never inside one. */
import type { Block, Line, Message, Span } from './message.ts';
import { paginate } from './paginate.ts';

/** How a platform writes spans. Each function gets plain text and answers with what is safe to send. */
export interface Dialect {
  readonly text: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly code: (text: string) => string;
  readonly link: (text: string, url: string) => string;
  /** Between two lines of a block. */
  readonly newline: string;
}

export interface Page {
  readonly title: string;
  readonly blocks: readonly string[];
  readonly footer: readonly string[];
  /** Fingerprints of the findings that it tells of. */
  readonly tells: readonly string[];
}

/** Longer than any part that a title can get. */
const anyPart = ' (5/5)';

/**
 * @param fits whether the platform takes the page as one message, in its own unit: it is asked with the
 *   longest part and the last line that the page may get
 */
export function pagesFor(
  message: Message,
  dialect: Dialect,
  fits: (page: Page) => boolean,
): readonly Page[] {
  const write = (line: Line) => line.map((span) => spanText(span, dialect)).join('');
  const footer = message.footer.map(write);
  const page = (part: string, blocks: readonly Written[], more: readonly string[]): Page => ({
    title: message.title + part,
    blocks: [...blocks.map(({ lines }) => lines.join(dialect.newline)), ...more],
    footer,
    tells: blocks.flatMap(({ tells }) => tells),
  });
  const fitsWritten = (blocks: readonly Written[]) =>
    fits(page(anyPart, blocks, [dialect.text(message.more(9_999_999))]));

  const written = message.blocks.map((block) => trimmed(writeBlock(block, write), fitsWritten));
  const { pages, left } = paginate(written, fitsWritten);
  if (pages.length === 0) return [page('', [], [])];
  return pages.map((blocks, index) => {
    const part = pages.length > 1 ? ` (${String(index + 1)}/${String(pages.length)})` : '';
    const isLast = index === pages.length - 1;
    return page(part, blocks, isLast && left > 0 ? [dialect.text(message.more(left))] : []);
  });
}

interface Written {
  readonly lines: readonly string[];
  readonly tells: readonly string[];
}

function writeBlock({ lines, tells }: Block, write: (line: Line) => string): Written {
  return { lines: lines.map(write), tells };
}

/** As many whole lines as fit: a cut inside a line could leave half an escape or an open code span. */
function trimmed(block: Written, fits: (blocks: readonly Written[]) => boolean): Written {
  if (fits([block])) return block;
  for (let count = block.lines.length - 1; count > 0; count -= 1) {
    const shorter = { ...block, lines: [...block.lines.slice(0, count), '…'] };
    if (fits([shorter])) return shorter;
  }
  return { ...block, lines: ['…'] };
}

function spanText(span: Span, dialect: Dialect): string {
  return span.kind === 'link' ? dialect.link(span.text, span.url) : dialect[span.kind](span.text);
}

/**
 * For Markdown dialects, none of which has an escape that all of its clients honour: every mark that could
 * mention, link or format becomes its full-width twin, which people read and parsers do not.
 */
export function inert(text: string): string {
  return text.replace(/[<>[\]*`_~|#@{}\\]/g, fullWidth);
}

/** Inside a code span only the mark that ends it is live, and some more where a client looks ahead. */
export function inertCode(text: string): string {
  return text.replaceAll('](', '] (').replace(/[`<@{]/g, fullWidth);
}

/** Each mark of ASCII has its twin so many places further on; a backtick gets another that looks like it. */
function fullWidth(mark: string): string {
  return mark === '`' ? 'ˋ' : String.fromCharCode(mark.charCodeAt(0) + 0xfee0);
}

export const markdown: Dialect = {
  text: inert,
  strong: (text) => `**${inert(text)}**`,
  code: (text) => `\`${inertCode(text)}\``,
  link: (text, url) => `[${inert(text)}](${url})`,
  newline: '\n',
};

export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

import { describe, expect, it } from 'vitest';

import type { Block, Message } from '../../shared/notice/message.ts';
import {
  byteLength,
  inert,
  inertCode,
  markdown,
  pagesFor,
  type Dialect,
  type Page,
} from '../../shared/notice/pages.ts';

const plain: Dialect = {
  text: (text) => text,
  strong: (text) => `*${text}*`,
  code: (text) => `\`${text}\``,
  link: (text, url) => `${text}(${url})`,
  newline: ' / ',
};

/** A block with a line for each text. */
const block = (id: string, ...texts: readonly string[]): Block => ({
  lines: texts.map((text) => [{ kind: 'text', text }]),
  tells: [id],
});

const messageOf = (blocks: readonly Block[]) =>
  ({
    title: 'T',
    blocks,
    footer: [[{ kind: 'text', text: 'end' }]],
    more: (count: number) => `${String(count)} more`,
  }) as unknown as Message;

const charsOf = ({ blocks }: Page) => blocks.join('').length;
/** The longest last line, `9999999 more`, takes twelve of them. */
const fitsIn = (chars: number) => (page: Page) => charsOf(page) <= chars + 12;
const pagesOf = (blocks: readonly Block[], chars: number, dialect = plain) =>
  pagesFor(messageOf(blocks), dialect, fitsIn(chars));

describe('a message', () => {
  it('is one page without a number where it fits', () => {
    expect(pagesOf([block('a', 'one', 'two'), block('b', 'three')], 100)).toEqual([
      { title: 'T', blocks: ['one / two', 'three'], footer: ['end'], tells: ['a', 'b'] },
    ]);
  });

  it('is one page where it has nothing but a title', () => {
    expect(pagesOf([], 100)).toEqual([{ title: 'T', blocks: [], footer: ['end'], tells: [] }]);
  });

  it('is cut between blocks, and each page tells its number and what is on it', () => {
    expect(pagesOf([block('a', 'aaaa'), block('b', 'bbbb'), block('c', 'cccc')], 8)).toEqual([
      { title: 'T (1/2)', blocks: ['aaaa', 'bbbb'], footer: ['end'], tells: ['a', 'b'] },
      { title: 'T (2/2)', blocks: ['cccc'], footer: ['end'], tells: ['c'] },
    ]);
  });

  it('counts on its last page what has no place, in the words of the dialect', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const pages = pagesOf(
      ids.map((id) => block(id, id.repeat(4))),
      4,
      { ...plain, text: (text) => text.toUpperCase() },
    );
    expect(pages.map(({ title, blocks }) => [title, ...blocks])).toEqual([
      ['T (1/5)', 'AAAA'],
      ['T (2/5)', 'BBBB'],
      ['T (3/5)', 'CCCC'],
      ['T (4/5)', 'DDDD'],
      ['T (5/5)', 'EEEE', '2 MORE'],
    ]);
    expect(pages.flatMap(({ tells }) => tells)).toEqual(ids.slice(0, 5));
  });

  it('is asked for with the longest part that its title may get', () => {
    const titles = new Set<string>();
    pagesFor(messageOf([block('a', 'x')]), plain, ({ title, footer }) => {
      titles.add(`${title} ${footer.join('')}`);
      return true;
    });
    expect([...titles]).toEqual(['T (5/5) end']);
  });

  it('keeps as many whole lines of a block as fit, and says that there were more', () => {
    const lines = ['1111', '2222', '3333', '4444'];
    const shown = [100, 25, 24, 15, 8, 7, 4].map(
      (chars) => pagesOf([block('a', ...lines)], chars)[0]?.blocks[0],
    );
    expect(shown).toEqual([
      '1111 / 2222 / 3333 / 4444',
      '1111 / 2222 / 3333 / 4444',
      '1111 / 2222 / 3333 / …',
      '1111 / 2222 / …',
      '1111 / …',
      '…',
      '…',
    ]);
  });

  it('tells of a block that had to be cut all the same', () => {
    expect(pagesOf([block('a', 'x'.repeat(99)), block('b', 'b')], 5)).toEqual([
      { title: 'T', blocks: ['…', 'b'], footer: ['end'], tells: ['a', 'b'] },
    ]);
  });

  it('is written as the platform writes each kind of span', () => {
    const spans: Block = {
      lines: [
        [
          { kind: 'text', text: 'a' },
          { kind: 'strong', text: 'b' },
          { kind: 'code', text: 'c' },
          { kind: 'link', text: 'd', url: 'u' },
        ],
      ],
      tells: [],
    };
    expect(pagesOf([spans], 100)[0]?.blocks).toEqual(['a*b*`c`d(u)']);
    expect(pagesOf([spans], 100, markdown)[0]?.blocks).toEqual(['a**b**`c`[d](u)']);
  });
});

describe('in Markdown', () => {
  it('every mark that could mention, link or format becomes one that does not', () => {
    expect(inert('<>[]*`_~|#@{}\\ a-Z 1')).toBe('＜＞［］＊ˋ＿～｜＃＠｛｝＼ a-Z 1');
  });

  it('code ends where it should, and nothing looks into it', () => {
    expect(inertCode('`<@{ a](b) *_>]}')).toBe('ˋ＜＠｛ a] (b) *_>]}');
  });

  it('what is shown is made harmless in each kind of span', () => {
    expect([
      markdown.text('*'),
      markdown.strong('*'),
      markdown.code('`'),
      markdown.link('[', 'u'),
    ]).toEqual(['＊', '**＊**', '`ˋ`', '[［](u)']);
    expect(markdown.newline).toBe('\n');
  });
});

it('bytes are those of UTF-8', () => {
  expect(['a', 'é', '…', '😀'].map(byteLength)).toEqual([1, 2, 3, 4]);
});

/** Every link of the documentation leads somewhere: a file that is there, a heading that it has, an https address. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import GithubSlugger from 'github-slugger';
import { describe, expect, it } from 'vitest';

const pages = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
].sort();

const withoutBlocks = (markdown: string) =>
  markdown.replace(/^( *)(```+)[^`\n]*\n.*?^\1\2 *$/gms, '');

/** What is between backticks is no link, but may be a link's text. */
const withoutCode = (markdown: string) =>
  withoutBlocks(markdown).replace(/(`+)(?!`).*?(?<!`)\1(?!`)/gs, 'code');

/** `[text](target)` and `![text](target "title")`, `[name]: target`, `<https://…>`. */
function linksIn(markdown: string): readonly string[] {
  const text = withoutCode(markdown);
  const forms = [
    /\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g,
    /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm,
    /<(https?:[^\s>]+)>/g,
  ];
  return forms.flatMap((form) => Array.from(text.matchAll(form), ([, link = '']) => link));
}

/** As GitHub names the headings of a page. */
function anchorsIn(markdown: string): ReadonlySet<string> {
  const slugger = new GithubSlugger();
  const headings = withoutBlocks(markdown).matchAll(/^ {0,3}#{1,6} +(.+?)(?: +#+)? *$/gm);
  return new Set(
    Array.from(headings, ([, heading = '']) =>
      slugger.slug(heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '')),
    ),
  );
}

/** @returns what is wrong with the link as a sentence, or undefined */
function faultOf(link: string, page: string, read: (path: string) => string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return faultOfAddress(link);
  const [path = '', anchor] = link.split('#');
  if (path.startsWith('/')) return 'begins at the root of a disk';
  const file = path === '' ? page : normalize(join(dirname(page), decodeURI(path)));
  if (file.startsWith('..')) return 'leads out of the project';
  if (!existsSync(file)) return 'leads to no file';
  if (anchor === undefined) return undefined;
  if (!statSync(file).isFile() || !file.endsWith('.md')) return 'has an anchor in what is no page';
  return anchorsIn(read(file)).has(decodeURIComponent(anchor)) ? undefined : 'leads to no heading';
}

function faultOfAddress(link: string): string | undefined {
  if (!URL.canParse(link)) return 'is no address';
  const { protocol, hostname, username, port } = new URL(link);
  if (protocol !== 'https:') return 'is not https';
  if (username !== '' || port !== '') return 'has a user or a port';
  return /^([a-z0-9-]+\.)+[a-z]{2,}$/.test(hostname) ? undefined : 'has no name of a host';
}

const readPage = (path: string) => readFileSync(path, 'utf8');

it.each(pages)('%s has no link that leads nowhere', (page) => {
  const faults = linksIn(readPage(page)).flatMap((link) => {
    const fault = faultOf(link, page, readPage);
    return fault === undefined ? [] : [`${link} ${fault}`];
  });
  expect(faults).toEqual([]);
});

it('finds the pages, and many links in them', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/evidence.md']));
  expect(linksIn(readPage('README.md')).length).toBeGreaterThan(10);
});

it('every page can be reached from the first one', () => {
  const seen = new Set<string>();
  const visit = (page: string) => {
    if (seen.has(page) || !page.endsWith('.md')) return;
    seen.add(page);
    for (const link of linksIn(readPage(page))) {
      const [path = ''] = link.split('#');
      if (path !== '' && !link.includes(':')) visit(normalize(join(dirname(page), path)));
    }
  };
  visit('README.md');
  expect([...seen].sort()).toEqual(pages);
});

describe('addresses in policies', () => {
  const files = readdirSync('policies', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json') && !name.startsWith('examples'))
    .map((name) => join('policies', name));

  it.each(files)('%s', (file) => {
    const addresses = readPage(file).match(/\bhttps?:\/\/[^\s"'<>()\\]+/g) ?? [];
    const faults = addresses.flatMap((address) => {
      const fault = faultOfAddress(address.replace(/[.,;:]$/, ''));
      return fault === undefined ? [] : [`${address} ${fault}`];
    });
    expect(faults).toEqual([]);
  });
});

describe('the check itself', () => {
  const page = [
    '# The page',
    '## A `code` & [link](x.md)s: 中文',
    '## Twice',
    '```sh',
    '# no heading [no](link.md)',
    '```',
    '## Twice',
    'text `[no](link.md)` and [`code`](README.md "Title") and <https://host.example/a>',
    '',
    '[name]: docs/evidence.md',
  ].join('\n');

  it('names headings as GitHub does', () => {
    expect([...anchorsIn(page)]).toEqual(['the-page', 'a-code--links-中文', 'twice', 'twice-1']);
  });

  it('finds the links of every form, and none in code', () => {
    expect(linksIn(page)).toEqual([
      'x.md',
      'README.md',
      'docs/evidence.md',
      'https://host.example/a',
    ]);
  });

  const faults: Readonly<Record<string, readonly [string, string | undefined]>> = {
    'a heading of the page itself': ['#twice-1', undefined],
    'a heading that is not there': ['#thrice', 'leads to no heading'],
    'a page': ['evidence.md', undefined],
    'a folder': ['../policies', undefined],
    'a page that is not there': ['evidences.md', 'leads to no file'],
    'a page outside': ['../../x.md', 'leads out of the project'],
    'a path of a disk': ['/README.md', 'begins at the root of a disk'],
    'an anchor in a folder': ['../policies#x', 'has an anchor in what is no page'],
    'an address': ['https://www.tencentcloud.com/document/product/583/9708', undefined],
    'an address without encryption': ['http://www.tencentcloud.com/', 'is not https'],
    'an address of a mail': ['mailto:someone', 'is not https'],
    'an address that is none': ['https://', 'is no address'],
    'an address with a user': ['https://me@host.example/', 'has a user or a port'],
    'an address of this machine': ['https://localhost/', 'has no name of a host'],
  };
  it.each(Object.entries(faults))('%s', (_name, [link, fault]) => {
    expect(faultOf(link, 'docs/evidence.md', () => page)).toBe(fault);
  });
});

/** The whole page as one self-contained document: nothing in it reaches out, and nothing foreign in it runs. */
import type { JSX } from 'preact';
import { renderToStaticMarkup } from 'preact-render-to-string';

import type { ReportData } from './data.ts';
import { formatIn, type Format } from './format.ts';
import { Evidence } from './sections/evidence.tsx';
import { Frameworks } from './sections/frameworks.tsx';
import { Nights } from './sections/nights.tsx';
import { Overview } from './sections/overview.tsx';
import { Trend } from './sections/trend.tsx';
import { Waivers } from './sections/waivers.tsx';

export interface PageAssets {
  /** The page's own script and style sheet, as the build made them. */
  readonly script: string;
  readonly style: string;
  /** SHA-256 in base64, by which the browser is told what may run. */
  readonly hash: (text: string) => string;
}

export function renderPage(data: ReportData, { script, style, hash }: PageAssets): string {
  const format = formatIn(data.locale);
  const fullStyle = `${style}\n${printHeader(data, format)}`;
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash(script)}'`,
    `style-src 'sha256-${hash(fullStyle)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const page = (
    <html lang={data.locale === 'zh' ? 'zh-Hans' : 'en'}>
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <title>{titleOf(data, format)}</title>
        <style dangerouslySetInnerHTML={{ __html: fullStyle }} />
      </head>
      <body>
        <Body data={data} format={format} />
        <script
          type="application/json"
          id="data"
          dangerouslySetInnerHTML={{ __html: embeddable(data) }}
        />
        <script dangerouslySetInnerHTML={{ __html: script }} />
      </body>
    </html>
  );
  return `<!doctype html>\n${renderToStaticMarkup(page)}\n`;
}

/** JSON that no HTML parser sees an end or a comment in. */
function embeddable(data: ReportData): string {
  return JSON.stringify(data)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}

function titleOf({ verdict, nights, last }: ReportData, { text, day }: Format): string {
  const night = nights[last];
  const parts = [
    text.verdict[verdict.status],
    ...(night === undefined ? [] : [day(night.scheduledAt)]),
    'tcss-audit',
  ];
  return parts.join(' · ');
}

/** Every printed page says of what it is a page. A head is digits and hex; the texts are ours. */
function printHeader({ evidence: { head } }: ReportData, { text }: Format): string {
  const name = head === undefined ? '' : ` · ${String(head.seq)}:${head.sha256}`;
  const { before, between, after } = text.pageOf;
  return [
    `@page{@top-left{content:"tcss-audit${name}"}`,
    `@bottom-right{content:"${before}" counter(page) "${between}" counter(pages) "${after}"}}`,
  ].join('');
}

const sectionIds = [
  'overview',
  'nights',
  'findings',
  'accounts',
  'trend',
  'frameworks',
  'waivers',
  'evidence',
] as const;

function Body({
  data,
  format,
}: {
  readonly data: ReportData;
  readonly format: Format;
}): JSX.Element {
  const { text } = format;
  const { name, version } = data.tool;
  return (
    <>
      <a class="skip-link" href="#overview">
        {text.skip}
      </a>
      <header class="top">
        <div class="bar">
          <p class="brand">
            <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
              <path class="a" d="M2 2h7v7H2z" />
              <path class="b" d="M11 2h7v7h-7zM2 11h7v7H2z" />
              <path class="c" d="M11 11h7v7h-7z" />
            </svg>
            tcss-audit
          </p>
          <nav aria-label={text.sections}>
            <ul>
              {sectionIds.map((id) => (
                <li>
                  <a href={`#${id}`}>{text.nav[id]}</a>
                </li>
              ))}
            </ul>
          </nav>
          <div id="theme" />
        </div>
      </header>
      <main>
        <noscript>
          <p class="card caution">{text.needsScript}</p>
        </noscript>
        <Overview data={data} format={format} />
        <Nights data={data} format={format} />
        <Shell id="findings" title={text.findings.title} lead={text.findings.lead} />
        <Shell id="accounts" title={text.accounts.title} lead={text.accounts.lead} />
        <Trend data={data} format={format} />
        <Frameworks data={data} format={format} />
        <Waivers data={data} format={format} />
        <Evidence data={data} format={format} />
      </main>
      <footer>
        <p>
          {text.made(`${name} ${version}`, format.instant(data.madeAt))} {text.utc}
        </p>
      </footer>
    </>
  );
}

/** A section whose content the page's script draws from the data, since it would be too large to carry twice. */
function Shell({
  id,
  title,
  lead,
}: {
  readonly id: string;
  readonly title: string;
  readonly lead: string;
}): JSX.Element {
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <div class="heading">
        <h2 id={`${id}-title`}>{title}</h2>
        <p class="lead">{lead}</p>
      </div>
      <div id={`${id}-app`} />
    </section>
  );
}

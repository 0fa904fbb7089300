/** Chromium for the tests of what a browser must show. Where there is none, they are skipped and say so. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium, type Browser, type Page } from 'playwright-core';

import type { ReportData } from '../../shared/report/html/data.ts';
import { renderPage } from '../../shared/report/html/page.tsx';

/** Debian's place for it. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
export const hasBrowser = existsSync(executablePath);
if (!hasBrowser) {
  process.stderr.write(
    `No browser at ${executablePath}: tests of the report in a browser are skipped. Install chromium, or set CHROMIUM.\n`,
  );
}

export async function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

const assets = {
  script: readFileSync('dist/cli/report/main.js', 'utf8'),
  style: readFileSync('dist/cli/report/report.css', 'utf8'),
  hash: (text: string) => createHash('sha256').update(text).digest('base64'),
};

export function htmlOf(data: ReportData): string {
  return renderPage(data, assets);
}

/** A page and what it did that a report must not do. */
export interface Opened {
  readonly page: Page;
  /** Everything it asked for. */
  readonly requests: readonly string[];
  /** Errors, warnings, and violations of its content security policy. */
  readonly complaints: readonly string[];
}

export interface Reports {
  readonly open: (
    html: string,
    options?: { readonly hash?: string; readonly colorScheme?: 'light' | 'dark' },
  ) => Promise<Opened>;
  readonly close: () => Promise<void>;
}

/** Opens reports as files, as people do, one after the other in one window. */
export async function createReports(browser: Browser): Promise<Reports> {
  const folder = await mkdtemp(join(tmpdir(), 'tcss-audit-report-'));
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  let requests: string[] = [];
  let complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('dialog', (dialog) => {
    complaints.push(dialog.message());
    void dialog.dismiss();
  });
  let count = 0;
  return {
    open: async (html, { hash = '', colorScheme = 'light' } = {}) => {
      count += 1;
      const file = join(folder, `${String(count)}.html`);
      await writeFile(file, html);
      requests = [];
      complaints = [];
      await page.emulateMedia({ media: 'screen', colorScheme, reducedMotion: 'reduce' });
      await page.goto(`file://${file}${hash}`);
      return { page, requests, complaints };
    },
    close: async () => {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every violation that axe-core finds, as `rule: element`. */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  // By the debugger's hand: the page's own policy lets nobody else's script in.
  await page.evaluate(axe);
  return page.evaluate<readonly string[]>(`
    axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 160))))
  `);
}

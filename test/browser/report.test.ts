import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { SealedRun, UnreadableRun, Waiver } from '../../shared/model.ts';
import type { ReportOptions } from '../../shared/report/html/aggregate.ts';
import type { ReportData } from '../../shared/report/html/data.ts';
import {
  axeViolations,
  createReports,
  hasBrowser,
  htmlOf,
  launch,
  type Reports,
} from '../support/browser.ts';
import { present } from '../support/log.ts';
import {
  dayMs,
  findingOf,
  lastNightMs,
  manyPolicies,
  nightRun,
  nightsOf,
  reportDataOf,
} from '../support/report-nights.ts';

const policies = manyPolicies.slice(0, 8);
const [enabled, fresh, malware] = policies.map(({ id }) => id);
const waiver: Waiver = {
  id: 'W-1',
  policy: 'image-scan-malware',
  targets: ['100000000001'],
  reason: 'The vendor mends it in January.',
  ticket: 'SEC-1021',
  approvedBy: 'ciso',
  from: '2026-11-01',
  until: '2027-06-30',
};

const intact: ReportOptions['evidence'] = {
  records: 5,
  runs: 3,
  files: 4,
  signed: 5,
  head: { seq: 5, sha256: 'ab'.repeat(32) },
  publicKeys: 1,
  faultCount: 0,
  faults: [],
  unfinished: 0,
};

async function dataOf(
  entries: Iterable<SealedRun | UnreadableRun>,
  change: Partial<ReportOptions> = {},
): Promise<ReportData> {
  return reportDataOf(entries, {
    evidence: intact,
    madeAtMs: lastNightMs + 6 * 3_600_000,
    ...change,
  });
}

type StatusBy = Readonly<Record<string, 'pass' | 'fail' | 'waived' | 'error' | 'skip'>>;

/** One account for each entry; nights are told apart by `ago`, in days before the last. */
function night(ago: number, byAccount: readonly StatusBy[], before?: SealedRun): SealedRun {
  const scheduledAt = new Date(lastNightMs - ago * dayMs).toISOString();
  return nightRun({
    seq: 9 - ago * 2,
    ...(before !== undefined && { before }),
    scheduledAt,
    policies,
    waivers: [waiver],
    reports: byAccount.map((statuses, at) => ({
      target: { uin: String(100_000_000_001 + at), site: 'intl' },
      observations: [...new Set(policies.map(({ source }) => source))].map((source) => ({
        source,
        observedAt: scheduledAt,
        requestId: '00000000-0000-4000-8000-000000000000',
        settings: { Enable: at === 0, Marker: `account ${String(at)}` },
        facts: { scanPeriodHours: 24 },
      })),
      findings: policies.map(({ id, severity }) => findingOf(id, severity, statuses[id] ?? 'pass')),
    })),
  });
}

/** Two accounts: one fails in the last night, one could not be read in part. */
const nightBefore = night(1, [{}, { [String(fresh)]: 'fail' }]);
const trouble = [
  night(2, [{}, {}]),
  nightBefore,
  night(
    0,
    [
      { [String(enabled)]: 'fail', [String(malware)]: 'waived' },
      { [String(fresh)]: 'fail', [String(enabled)]: 'error' },
    ],
    nightBefore,
  ),
];
const calm = [night(1, [{}]), night(0, [{}])];

describe.skipIf(!hasBrowser)('the report in a browser', () => {
  let reports: Reports;
  beforeAll(async () => {
    reports = await createReports(await launch());
  });
  afterAll(async () => {
    await reports.close();
  });

  const firstScreens: Record<
    string,
    {
      readonly entries: readonly (SealedRun | UnreadableRun)[];
      readonly change?: Partial<ReportOptions>;
      readonly says: readonly string[];
    }
  > = {
    'says that all is well': {
      entries: calm,
      says: [
        'Compliant',
        '8 policies hold on 1 account.',
        'Nothing is open.',
        'Intact',
        '5 records are signed, checked with 1 public key.',
      ],
    },
    'says what fails, what could not be told, and that the latter wins': {
      entries: trouble,
      says: [
        'Could not tell',
        '1 finding could not be checked.',
        '2 findings fail.',
        'New in this night',
        'Image scan is switched on',
        'Still open',
        'since 22 Nov 2026',
      ],
    },
    'says that it fails where everything could be told': {
      entries: [night(1, [{}]), night(0, [{ [String(enabled)]: 'fail' }])],
      says: ['Not compliant', '1 finding fails.', 'since 23 Nov 2026'],
    },
    'does not call an old night tonight': {
      entries: calm,
      change: { madeAtMs: lastNightMs + 3 * dayMs + 3_600_000 },
      says: ['Could not tell', 'The last run is 3 days old.'],
    },
    'does not rely on a broken log': {
      entries: calm,
      change: {
        evidence: {
          ...intact,
          faultCount: 2,
          faults: [
            { code: 'changed-file', key: 'runs/x/targets-0000.jsonl', message: 'is not as sealed' },
          ],
        },
      },
      says: [
        'Could not tell',
        'The evidence log is broken: 2 faults.',
        'Broken',
        'the first at runs/x/targets-0000.jsonl',
      ],
    },
    'says that the signatures were not checked': {
      entries: calm,
      change: { evidence: { ...intact, publicKeys: 0 } },
      says: [
        'Compliant',
        'Not verified with a key: 5 records carry signatures that were not checked.',
      ],
    },
    'shows a record that cannot be read': {
      entries: [
        ...calm,
        { kind: 'unreadable', seq: 11, message: 'log/000000000011.json is missing' },
      ],
      says: ['Could not tell', 'Record #11, after the last night, cannot be read.'],
    },
  };
  it.each(Object.entries(firstScreens))('%s', async (_name, { entries, change, says }) => {
    const { page, complaints } = await reports.open(htmlOf(await dataOf(entries, change)));
    const text = await page.locator('#overview').innerText();
    for (const sentence of says) expect(text).toContain(sentence);
    expect(complaints).toEqual([]);
  });

  it('asks nothing of the network', async () => {
    const { page, requests, complaints } = await reports.open(htmlOf(await dataOf(trouble)));
    await page.locator('.finding button').first().click();
    expect(requests).toEqual([page.url()]);
    expect(page.url()).toMatch(/^file:/);
    expect(complaints).toEqual([]);
  });

  it('filters the findings by clicking, and clears the filters', async () => {
    const { page } = await reports.open(htmlOf(await dataOf(trouble)));
    const findings = page.locator('.finding');
    expect(await findings.count()).toBe(4);
    await page.getByRole('button', { name: /^Fail/ }).first().click();
    expect(await findings.count()).toBe(2);
    await page.locator('#findings').getByLabel('Severity').selectOption('critical');
    expect(await findings.count()).toBe(1);
    expect(await page.locator('#findings [role=status]').innerText()).toBe('1 of 4 findings');
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    expect(await findings.count()).toBe(4);
  });

  it('searches and opens a finding by the keyboard', async () => {
    const { page } = await reports.open(htmlOf(await dataOf(trouble)));
    await page.locator('#findings').getByLabel('Search').focus();
    await page.keyboard.type('100000000002 lately');
    expect(await page.locator('.finding').count()).toBe(1);
    const button = page.locator('.finding button');
    await button.focus();
    await page.keyboard.press('Enter');
    expect(await button.getAttribute('aria-expanded')).toBe('true');
    const text = await page.locator('.finding .panel').innerText();
    for (const part of [
      '/fresh',
      'true',
      'false',
      '"Marker": "account 1"',
      'Request 00000000-0000-4000-8000-000000000000',
      'In the console, open the settings of this part and switch it on.',
      'record #9',
      'record #7',
      'Fail since 22 Nov 2026',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('sorts the findings', async () => {
    const { page } = await reports.open(htmlOf(await dataOf(trouble)));
    await page.locator('#findings').getByLabel('Sort by').selectOption('oldest');
    expect(await page.locator('.finding').first().innerText()).toContain('since 22 Nov 2026');
  });

  it('shows a waived finding with its waiver', async () => {
    const { page } = await reports.open(htmlOf(await dataOf(trouble)));
    await page
      .getByRole('button', { name: /^Waived/ })
      .first()
      .click();
    await page.locator('.finding button').click();
    const text = await page.locator('.finding .panel').innerText();
    expect(text).toContain('W-1, until 30 Jun 2027');
    expect(text).toContain('approved by ciso');
  });

  it('follows a link to a finding, from outside and from the table of accounts', async () => {
    const data = await dataOf(trouble);
    const fingerprint = data.findings[1]?.fingerprint.slice(0, 16) ?? '';
    const { page } = await reports.open(htmlOf(data), { hash: `#finding=${fingerprint}` });
    expect(await page.locator('.finding button[aria-expanded=true]').count()).toBe(1);
    expect(await page.evaluate('document.activeElement.getAttribute("aria-expanded")')).toBe(
      'true',
    );
    await page.locator('.matrix td a').first().click();
    expect(await page.locator('.finding button[aria-expanded=true]').count()).toBe(2);
  });

  it('says that a linked finding is not there any more', async () => {
    const { page } = await reports.open(htmlOf(await dataOf(calm)), {
      hash: '#finding=0123456789abcdef',
    });
    expect(await page.locator('#findings').innerText()).toContain(
      'no open finding 0123456789abcdef',
    );
  });

  it('follows a link to a policy to its findings and its nights', async () => {
    const { page } = await reports.open(htmlOf(await dataOf(trouble)), {
      hash: `#policy=${String(fresh)}`,
    });
    expect(await page.locator('.finding').count()).toBe(1);
    expect(await page.locator('#calendar select').first().inputValue()).toBe('1');
  });

  it('walks the nights by the keyboard, and every night says what it was', async () => {
    const entries = [night(4, [{}]), night(2, [{ [String(enabled)]: 'error' }]), night(0, [{}])];
    const { page } = await reports.open(htmlOf(await dataOf(entries)));
    await page.locator('.cell[tabindex="0"]').focus();
    const focused = () => page.evaluate('document.activeElement.getAttribute("aria-label")');
    expect(await focused()).toBe('23 Nov 2026: Pass 8');
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toBe('22 Nov 2026: no run');
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toBe('21 Nov 2026: Pass 7, Could not tell 1');
    expect(await page.locator('.day').innerText()).toContain('record #5');
  });

  it('searches, filters and sorts the accounts, by clicking and by the keyboard', async () => {
    const { page } = await reports.open(htmlOf(await dataOf(trouble)));
    const accounts = page.locator('.matrix tbody th');
    expect(await accounts.allInnerTexts()).toEqual(['100000000002', '100000000001']);
    await page.getByRole('button', { name: 'Sort by Account' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await accounts.allInnerTexts()).toEqual(['100000000002', '100000000001']);
    expect(await page.locator('th.account[aria-sort]').getAttribute('aria-sort')).toBe(
      'descending',
    );
    await page.locator('#accounts').getByLabel('Show').selectOption('e');
    expect(await accounts.allInnerTexts()).toEqual(['100000000002']);
    await page.locator('#accounts').getByLabel('Show').selectOption('all');
    await page.locator('#accounts').getByLabel('Search accounts').fill('0001');
    expect(await accounts.allInnerTexts()).toEqual(['100000000001']);
  });

  it('has a light and a dark form, and a choice between them', async () => {
    const { page } = await reports.open(htmlOf(await dataOf(calm)), { colorScheme: 'dark' });
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await background()).toBe('rgb(16, 18, 20)');
    await page.getByLabel('Light').check();
    expect(await background()).toBe('rgb(248, 248, 246)');
  });

  it('prints every finding with all that is known of it, and no controls', async () => {
    const { page } = await reports.open(htmlOf(await dataOf(trouble)));
    await page.emulateMedia({ media: 'print' });
    await page.locator('.finding .panel:visible').last().waitFor();
    expect(await page.locator('.finding .panel:visible').count()).toBe(4);
    expect(await page.locator('.controls:visible, .chips:visible, header:visible').count()).toBe(0);
    expect(await page.locator('.finding').first().innerText()).toContain('Settings as received');
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    await page.emulateMedia({ media: 'screen' });
    await page.locator('.controls').first().waitFor();
    await page.locator('.finding .panel').first().waitFor({ state: 'hidden' });
    expect(await page.locator('.finding .panel:visible').count()).toBe(0);
  });

  it('tells on which log every printed page stands', async () => {
    const html = htmlOf(await dataOf(trouble));
    expect(html).toContain(`@top-left{content:"tcss-audit · 5:${'ab'.repeat(32)}"}`);
  });

  it('says that it is old when it is opened later', async () => {
    const { page } = await reports.open(
      htmlOf(await dataOf(calm, { madeAtMs: Date.now() - 9.5 * dayMs })),
    );
    expect(await page.locator('#opened').innerText()).toBe(
      'This page was made 9 days ago. It does not know what happened since.',
    );
  });

  const axeCases = {
    'in light': { locale: 'en', colorScheme: 'light' },
    'in dark': { locale: 'en', colorScheme: 'dark' },
    'in light, in Chinese': { locale: 'zh', colorScheme: 'light' },
    'in dark, in Chinese': { locale: 'zh', colorScheme: 'dark' },
  } as const;
  it.each(Object.entries(axeCases))(
    'has nothing that axe objects to %s',
    async (_name, { locale, colorScheme }) => {
      const broken = {
        ...intact,
        publicKeys: 0,
        faultCount: 1,
        faults: [{ code: 'gap', key: 'log/2', message: 'record 2 missing' }],
      };
      const data = await dataOf(trouble, {
        locale,
        evidence: broken,
        controls: { frameworks: [] },
      });
      const { page } = await reports.open(htmlOf(data), { colorScheme });
      for (const button of await page.locator('.finding button').all()) await button.click();
      for (const summary of await page.locator('summary').all()) {
        if ((await summary.locator('..').getAttribute('open')) === null) await summary.click();
      }
      expect(await axeViolations(page)).toEqual([]);
    },
  );

  it('speaks Chinese', async () => {
    const { page } = await reports.open(htmlOf(await dataOf(trouble, { locale: 'zh' })));
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hans');
    expect(await page.locator('h1').innerText()).toBe('无法判断');
    expect(await page.locator('#findings h2').innerText()).toBe('问题');
  });

  const hostile = {
    'a script': '<script>alert(1)</script>',
    'an end of a script': '</script><script>alert(2)</script>',
    'an image with a handler': '<img src=x onerror=alert(3)>',
    'a quote that leaves an attribute': '" onmouseover="alert(4)',
    'a comment': '<!-- --!> <![CDATA[',
    'a name that objects have by birth': '__proto__',
    'text that runs from right to left': '\u202Eevil\u202C مرحبا',
    'a name of 500 characters': 'x'.repeat(500),
    'a link that runs': 'javascript:alert(5)',
  };
  it.each(Object.entries(hostile))('shows %s as text', async (_name, text) => {
    const policy = {
      ...present(policies[0]),
      id: text,
      title: text,
      controls: [`${text}/1`],
      remediation: {
        text,
        set: JSON.parse(`{${JSON.stringify(text)}: 1}`) as Record<string, number>,
      },
    };
    const run = nightRun({
      seq: 1,
      scheduledAt: new Date(lastNightMs).toISOString(),
      policies: [policy],
      waivers: [{ ...waiver, id: text, reason: text, approvedBy: text, targets: [text] }],
      name: text,
      reports: [
        {
          target: { uin: text, site: 'intl' },
          observations: [
            {
              source: policy.source,
              observedAt: new Date(lastNightMs).toISOString(),
              requestId: text,
              settings: JSON.parse(`{${JSON.stringify(text)}: ${JSON.stringify(text)}}`) as Record<
                string,
                string
              >,
              facts: {},
            },
          ],
          findings: [
            {
              policyId: text,
              severity: 'high',
              status: 'fail',
              violations: [{ pointer: text, expected: text, actual: text, message: text }],
            },
          ],
        },
      ],
    });
    const data = await dataOf([run, { kind: 'unreadable', seq: 2, message: text }], {
      evidence: { ...intact, faultCount: 1, faults: [{ code: text, key: text, message: text }] },
    });
    const { page, requests, complaints } = await reports.open(htmlOf(data));
    await page.locator('.finding button').click();
    expect(await page.locator('.finding .name').textContent()).toBe(text);
    expect(await page.locator('.finding .uin').textContent()).toBe(text);
    expect(await page.locator('.finding pre').first().textContent()).toContain(
      JSON.stringify(text),
    );
    expect(await page.locator('.matrix tbody th bdi').textContent()).toBe(text);
    expect(await page.locator('script').count()).toBe(2);
    expect(await page.locator('img').count()).toBe(0);
    // A long name breaks its line, not the page.
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(requests).toEqual([page.url()]);
    expect(complaints).toEqual([]);
  });

  it(
    'carries 2,000 accounts and a year of nights in less than 8 MB, and still shows and prints them',
    { timeout: 240_000 },
    async () => {
      // Nights that repeat the first: what the file carries does not depend on how its nights were made.
      const data = await dataOf(nightsOf({ targets: 2_000, nights: 12, unrest: 0.02 }));
      const year = yearOf(data);
      const html = htmlOf(year);
      expect(Buffer.byteLength(html)).toBeLessThan(8_000_000);
      const { page, complaints } = await reports.open(html);
      expect(await page.locator('.matrix tbody tr').count()).toBe(50);
      await page.locator('#accounts').getByLabel('Search accounts').fill('100000001999');
      expect(await page.locator('.matrix tbody th').allInnerTexts()).toEqual(['100000001999']);
      expect(complaints).toEqual([]);
    },
  );
});

/** The same with 365 nights: each policy's tallies and the nights repeated. */
function yearOf(data: ReportData): ReportData {
  const length = data.nights.length;
  const places = Array.from(
    { length: 365 },
    (_, night) => (night + (length - (365 % length))) % length,
  );
  const nights = places.flatMap((place, at) => {
    const row = data.nights[place];
    const scheduledAt = new Date(lastNightMs - (364 - at) * dayMs).toISOString();
    return row === undefined ? [] : [{ ...row, scheduledAt }];
  });
  return {
    ...data,
    nights,
    last: 364,
    policies: data.policies.map((policy) => ({
      ...policy,
      nights: places.map((place) => policy.nights[place] ?? -1),
    })),
  };
}

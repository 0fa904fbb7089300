import { expect, it } from 'vitest';

import { en } from '../../shared/report/html/text/en.ts';
import { zh } from '../../shared/report/html/text/zh.ts';
import { formatIn } from '../../shared/report/html/format.ts';
import { renderPage } from '../../shared/report/html/page.tsx';
import {
  findingOf,
  lastNightMs,
  manyPolicies,
  nightRun,
  reportDataOf,
} from '../support/report-nights.ts';
import { present } from '../support/log.ts';

function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, shapeOf(child)]));
}

it('says everything in both languages', () => {
  expect(shapeOf(zh)).toEqual(shapeOf(en));
});

it('writes ages in hours while they are few', () => {
  const { age } = formatIn('en');
  expect([1, 27, 47, 48, 80].map(age)).toEqual([
    '1 hour',
    '27 hours',
    '47 hours',
    '2 days',
    '3 days',
  ]);
});

it('keeps a text that is no time as it is', () => {
  expect(formatIn('en').day('<b>')).toBe('<b>');
});

it('has no script but its own, whatever an answer, a policy or an alias says', async () => {
  const text = '</script><script>alert(1)</script><!--';
  const policy = { ...present(manyPolicies[0]), title: text, rationale: text };
  const observedAt = new Date(lastNightMs).toISOString();
  const settings = { [text]: text };
  const run = nightRun({
    seq: 1,
    scheduledAt: observedAt,
    policies: [policy],
    reports: [
      {
        target: { uin: '100000000001', site: 'intl', alias: text },
        observations: [{ source: policy.source, observedAt, requestId: text, settings, facts: {} }],
        findings: [findingOf(policy.id, policy.severity, 'fail')],
      },
    ],
  });
  const evidence = {
    ...{ records: 1, runs: 1, files: 1, signed: 0, publicKeys: 0 },
    ...{ faultCount: 0, faults: [], unfinished: 0 },
  };
  const data = await reportDataOf([run], { evidence, madeAtMs: lastNightMs });
  const html = renderPage(data, { script: 'own()', style: '', hash: () => 'x' });
  expect(html.match(/<script[^>]*>|<\/script>|<!--/g)).toEqual([
    '<script type="application/json" id="data">',
    '</script>',
    '<script>',
    '</script>',
  ]);
  const [, json = ''] = /id="data">(.*?)<\/script>/s.exec(html) ?? [];
  expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(data)));
  expect(json).toContain('alert(1)');
});

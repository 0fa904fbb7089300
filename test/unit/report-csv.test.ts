import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { fingerprintOf } from '../../shared/evidence/seal.ts';
import type { SealedRun } from '../../shared/model.ts';
import { csvLines } from '../../shared/report/csv.ts';
import { anyNights, iterable, sealNights, textOf } from '../support/nights.ts';

const uin = '100000000001';
const csvOf = async (runs: readonly SealedRun[], bom = true) =>
  textOf(csvLines(iterable(runs), { fingerprintOf, bom }));
const rowsOf = (csv: string, delimiter = ',') =>
  parse(csv, { bom: true, relax_column_count: true, relax_quotes: true, delimiter });
const recordsOf = (csv: string) =>
  parse(csv, { bom: true, columns: true }) as unknown as readonly Record<string, string>[];

it('is a row a finding a night, under the words of the product', async () => {
  const runs = await sealNights([
    { targets: [{ uin, findings: { a: 'waived', b: 'pass' } }] },
    { targets: [{ uin, findings: { a: 'error' } }] },
  ]);
  const records = recordsOf(await csvOf(runs));
  expect(records).toHaveLength(3);
  expect(records[0]).toEqual({
    night: '2026-11-24T18:00:00.000Z',
    run: 'nightly-20261124T180000Z',
    site: 'intl',
    target: uin,
    policy: 'a',
    title: 'Title of a',
    severity: 'high',
    status: 'waived',
    reason: '/ScanVul must be true, is false',
    since: '2026-11-24T18:00:00.000Z',
    waiver: 'W-1',
    waivedUntil: '2027-06-30',
    controls: 'NIST-800-53r5/RA-5(3) PCI-DSS-4.0.1/11.3.1',
    remediation: 'Set a right.',
    source: 'DescribeAssetImageScanSetting',
    observedAt: '2026-11-24T18:00:01.000Z',
    requestId: '00000000-0000-4000-8000-000000000000',
    fingerprint: fingerprintOf('intl', uin, 'a'),
    record: '1',
    recordSha256: runs[0]?.head.sha256,
  });
  expect(records[2]).toMatchObject({ status: 'error', reason: 'made up error', waiver: '' });
});

it('begins with a byte order mark unless told not to, and ends its lines as RFC 4180 says', async () => {
  const runs = await sealNights([{ targets: [] }]);
  const header =
    '"night","run","site","target","policy","title","severity","status","reason","since","waiver","waivedUntil","controls","remediation","source","observedAt","requestId","fingerprint","record","recordSha256"\r\n';
  expect(await csvOf(runs)).toBe(`\ufeff${header}`);
  expect(await csvOf(runs, false)).toBe(header);
});

it('keeps every finding in a row of its own, whatever it holds', async () => {
  await fc.assert(
    fc.asyncProperty(anyNights, async (nights) => {
      const runs = await sealNights(nights);
      const told = recordsOf(await csvOf(runs)).map(({ policy, status }) => [policy, status]);
      const sealed = runs.flatMap(({ reports }) =>
        reports.flatMap(({ findings }) =>
          findings.map(({ policyId, status }) => [policyId, status]),
        ),
      );
      expect(told).toEqual(sealed);
    }),
  );
});

const locales = { commas: ',', semicolons: ';', tabs: '\t', bars: '|' };
it.each(Object.entries(locales))(
  'gives no cell that begins a formula to a program that splits at %s',
  async (_name, delimiter) => {
    await fc.assert(
      fc.asyncProperty(anyNights, async (nights) => {
        const cells = rowsOf(await csvOf(await sealNights(nights)), delimiter).flat();
        const formulas = cells.filter((cell) =>
          /^["\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(cell),
        );
        expect(formulas).toEqual([]);
      }),
    );
  },
);

/** A table for spreadsheets: one row a finding a night (RFC 4180). */
import { stringify } from 'csv-stringify/sync';

import { plainLine } from '../text.ts';
import {
  madeAtMs,
  reasonOf,
  rowsByTarget,
  type FingerprintOf,
  type Night,
  type Row,
} from './night.ts';

export interface CsvOptions {
  readonly fingerprintOf: FingerprintOf;
  /** A byte order mark first: without it Excel reads Chinese as its own old code page. */
  readonly bom: boolean;
}

const columns = [
  ...['night', 'run', 'site', 'target', 'policy', 'title', 'severity', 'status', 'reason'],
  ...['since', 'waiver', 'waivedUntil', 'controls', 'remediation', 'source', 'observedAt'],
  ...['requestId', 'fingerprint', 'record', 'recordSha256'],
] as const;

/** A target's rows at a time. */
export async function* csvLines(
  nights: AsyncIterable<Night>,
  { fingerprintOf, bom }: CsvOptions,
): AsyncGenerator<string> {
  yield `${bom ? '\ufeff' : ''}${linesOf([columns])}`;
  for await (const night of nights) {
    for (const { rows } of rowsByTarget(night, fingerprintOf)) {
      yield linesOf(rows.map((row) => cellsOf(night, row).map(safe)));
    }
  }
}

/** Every text is quoted, so that a list separator of another locale stays within its cell, too. */
function linesOf(rows: readonly (readonly string[])[]): string {
  return stringify([...rows], { quoted: true, record_delimiter: 'windows' });
}

function cellsOf(night: Night, row: Row): readonly string[] {
  const { head, predicate } = night;
  const { target, finding, fingerprint, policy, observation, open } = row;
  const { id, trigger } = predicate.run;
  const waiver = finding.status === 'waived' ? finding.waiver : { id: '', until: '' };
  const cells: Record<(typeof columns)[number], string> = {
    night: trigger.scheduledAt,
    run: id,
    site: target.site,
    target: target.uin,
    policy: finding.policyId,
    title: policy?.title ?? '',
    severity: finding.severity,
    status: finding.status,
    reason: reasonOf(finding),
    since: open?.since ?? '',
    waiver: waiver.id,
    waivedUntil: waiver.until,
    controls: (policy?.controls ?? []).join(' '),
    remediation: policy?.remediation.text ?? '',
    source: policy?.source ?? '',
    observedAt: new Date(madeAtMs(night, row)).toISOString(),
    requestId: observation !== undefined && 'requestId' in observation ? observation.requestId : '',
    fingerprint,
    record: String(head.seq),
    recordSha256: head.sha256,
  };
  return columns.map((column) => cells[column]);
}

/** What a spreadsheet holds in a cell. */
const maxCellChars = 32_000;
/** What begins a formula, the full-width forms among them. */
const formula = /(^|["',;|])(\s*)([=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/**
 * One line of text that no spreadsheet takes for a formula: not at its beginning, and not after a separator
 * or a quote either, where a program of another locale may begin a cell.
 */
function safe(cell: string): string {
  return plainLine(cell, maxCellChars).replace(formula, "$1$2'$3");
}

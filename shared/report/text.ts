/** A run's findings as rows for a terminal. Everything in a row is plain text: the caller draws. */
import type { Counts, Finding, Head, Status, TargetReport } from '../model.ts';
import { plainLine } from '../text.ts';

export interface FindingRow {
  readonly status: Status;
  readonly policyId: string;
  readonly target: string;
  readonly text: string;
}

/** Worst first; what passed or does not apply only where asked for. */
export function findingRows(
  reports: readonly TargetReport[],
  { all }: { readonly all: boolean },
): readonly FindingRow[] {
  const order: readonly Status[] = ['fail', 'error', 'waived', 'pass', 'skip'];
  return reports
    .flatMap(({ target, findings }) =>
      findings.map((finding) => ({
        status: finding.status,
        policyId: finding.policyId,
        target: target.uin,
        text: plainLine(textOf(finding), 400),
      })),
    )
    .filter(({ status }) => all || (status !== 'pass' && status !== 'skip'))
    .sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
}

function textOf(finding: Finding): string {
  switch (finding.status) {
    case 'pass':
      return '';
    case 'fail':
      return finding.violations.map(({ message }) => message).join('; ');
    case 'waived':
      return `until ${finding.waiver.until} (waiver ${finding.waiver.id})`;
    case 'error':
    case 'skip':
      return finding.reason;
  }
}

/** `12 findings: 9 pass, 3 fail, 0 waived, 0 error, 0 skip · evidence #41 8f3c…` */
export function summaryLine(counts: Counts, { seq, sha256 }: Head): string {
  const { pass, fail, waived, error, skip } = counts;
  const total = pass + fail + waived + error + skip;
  return [
    `${String(total)} ${total === 1 ? 'finding' : 'findings'}: ${String(pass)} pass, ${String(fail)} fail, ${String(waived)} waived, ${String(error)} error, ${String(skip)} skip`,
    `evidence #${String(seq)} ${sha256.slice(0, 8)}…`,
  ].join(' · ');
}

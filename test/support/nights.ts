/** Nights for reports and exports, through the real log: sealed, and read back. */
import fc from 'fast-check';

import { openLog } from '../../shared/evidence/chain.ts';
import { encodePolicies } from '../../shared/evidence/run-files.ts';
import { readRuns } from '../../shared/evidence/runs.ts';
import { gatheredOf } from './gathered.ts';
import { sealRun } from '../../shared/evidence/seal.ts';
import { identify } from '../../shared/identity.ts';
import {
  severities,
  statuses,
  type Finding,
  type Policy,
  type SealedRun,
  type Status,
  type TargetReport,
  type Waiver,
} from '../../shared/model.ts';
import type { EvidenceStore } from '../../shared/ports.ts';
import { createOpenStore, findingOf, hostile, violation } from './log.ts';

export const policyOf = (
  id: string,
  controls: readonly string[],
  change: Partial<Policy> = {},
): Policy => ({
  id,
  title: `Title of ${id}`,
  severity: 'high',
  source: 'DescribeAssetImageScanSetting',
  rationale: `Why ${id} matters.`,
  remediation: { text: `Set ${id} right.`, set: { ScanVul: true } },
  controls,
  require: {},
  ...change,
});

const waiver: Waiver = {
  id: 'W-1',
  policy: 'a',
  targets: ['100000000001'],
  reason: 'The vendor mends it in spring.',
  ticket: 'SEC-7',
  approvedBy: 'ciso',
  from: '2026-01-01',
  until: '2027-06-30',
};

/** What each policy says of each account, `null` for settings that could not be read. */
export type TargetNight = Readonly<{
  uin: string;
  findings: readonly Finding[] | Readonly<Record<string, Status>>;
  settings?: TargetReport['observations'];
}>;

export interface SealedNight {
  readonly targets: readonly TargetNight[];
  readonly policies?: readonly Policy[];
}

export const standardPolicies = [
  policyOf('a', ['NIST-800-53r5/RA-5(3)', 'PCI-DSS-4.0.1/11.3.1']),
  policyOf('b', ['PCI-DSS-4.0.1/11.3.1']),
  policyOf('c', []),
  policyOf('d', []),
  policyOf('e', []),
];

const firstNightMs = Date.parse('2026-11-24T18:00:00.000Z');
const dayMs = 86_400_000;

/** One night a day from 2026-11-24T18:00:00Z on. */
export async function sealNights(
  nights: readonly SealedNight[],
  store: EvidenceStore = createOpenStore(),
): Promise<readonly SealedRun[]> {
  const log = openLog(store, undefined);
  for (const [index, { targets, policies = standardPolicies }] of nights.entries()) {
    const scheduledMs = firstNightMs + index * dayMs;
    const identity = identify('timer', 'nightly', scheduledMs);
    await sealRun(store, log, {
      identity,
      startedAt: new Date(scheduledMs).toISOString(),
      finishedAt: new Date(scheduledMs + 2_000).toISOString(),
      complete: true,
      tool: { name: 'tcss-audit', version: '0.0.0-test' },
      timezone: 'Asia/Shanghai',
      missedSince: undefined,
      ...(await gatheredOf(
        store,
        identity.id,
        targets.map((target) => reportOf(target, scheduledMs + 1_000)),
      )),
      waivers: [],
      policies: encodePolicies(
        policies.map((policy) => ({ policy })),
        [waiver],
      ),
    });
  }
  const runs: SealedRun[] = [];
  for await (const run of readRuns(store)) {
    if (run.kind === 'unreadable') throw new Error(run.message);
    runs.push(run);
  }
  return runs;
}

function reportOf({ uin, findings, settings }: TargetNight, readMs: number): TargetReport {
  return {
    target: { uin, site: 'intl' },
    observations: settings ?? [
      {
        source: 'DescribeAssetImageScanSetting',
        observedAt: new Date(readMs).toISOString(),
        requestId: '00000000-0000-4000-8000-000000000000',
        settings: { Enable: true, ScanVul: false },
        facts: { scanPeriodHours: 24 },
      },
    ],
    findings: isList(findings)
      ? findings
      : Object.entries(findings).map(([id, status]) => findingOf(id, status)),
  };
}

function isList(findings: TargetNight['findings']): findings is readonly Finding[] {
  return Array.isArray(findings);
}

// eslint-disable-next-line @typescript-eslint/require-await -- an iterable as the log gives it
export async function* iterable<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

export async function textOf(chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

// ---- Any nights -------------------------------------------------------------------------------

const anyText = fc.oneof(
  fc.constantFrom(...hostile),
  fc.constantFrom('=1+1', '@SUM(1)', 'a;=1', '"=1', '\t-2', '＝1', '\ufffe\uffff', ']]>', ''),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
);

const anyFinding = (policyId: string): fc.Arbitrary<Finding> =>
  fc
    .record({
      status: fc.constantFrom(...statuses),
      severity: fc.constantFrom(...severities),
      text: anyText,
    })
    .map(({ status, severity, text }): Finding => {
      const broken = { ...violation, actual: text, message: text };
      const finding = findingOf(policyId, status, severity, [broken]);
      return finding.status === 'error' || finding.status === 'skip'
        ? { ...finding, reason: text }
        : finding;
    });

/** Nights on which accounts, policies and findings come and go, and hold what anyone may have written. */
export const anyNights: fc.Arbitrary<readonly SealedNight[]> = fc.array(
  fc
    .record({
      policies: fc.subarray(standardPolicies),
      uins: fc.uniqueArray(fc.oneof(fc.constantFrom('100000000001', '=2'), anyText), {
        maxLength: 3,
      }),
    })
    .chain(({ policies, uins }) =>
      fc
        .tuple(
          ...uins.map((uin) =>
            fc
              .tuple(...policies.map(({ id }) => anyFinding(id)))
              .map((findings) => ({ uin, findings })),
          ),
        )
        .map((targets) => ({ targets, policies })),
    ),
  { minLength: 1, maxLength: 3 },
);

import {
  countOf,
  paint,
  print,
  printJson,
  table,
  talk,
  withProgress,
  type ExitCode,
  type Io,
} from '../io.ts';
import { loadControls, loadLibrary } from '../library.ts';
import { evidenceOption, jsonOption, policiesOption, type AddCommand } from '../options.ts';
import { identify } from '../../shared/identity.ts';
import type { Delivery, TargetReport } from '../../shared/model.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { frameworkLine, frameworkSummaries } from '../../shared/report/frameworks.ts';
import { findingRows, summaryLine } from '../../shared/report/text.ts';
import { collected, type RunOutcome } from '../../shared/run.ts';
import { audit } from '../../shared/wire.ts';

/** A person waits for it: longer than any retry needs, shorter than patience. */
const deadlineMs = 300_000;

interface RunOptions {
  readonly evidence?: string;
  readonly policies?: string;
  readonly json: boolean;
  readonly all: boolean;
}

export const addRun: AddCommand = (program, choose) => {
  program
    .command('run')
    .description('audit now: read the settings, judge, seal the evidence, tell the channels')
    .option(...evidenceOption)
    .option(...policiesOption)
    .option(...jsonOption)
    .option(
      '--all',
      'print what passed and what does not apply, too, and a line for each standard',
      false,
    )
    .action((options: RunOptions) => {
      choose((io) => run(io, options));
    });
};

export async function run(io: Io, options: RunOptions): Promise<ExitCode> {
  const { compiled, waivers } = loadLibrary(options.policies);
  const { evidence } = options;
  const nowMs = Date.now();
  const outcome = await withProgress(
    io,
    'Auditing',
    audit({
      env: { ...io.env, ...(evidence !== undefined && { AUDIT_EVIDENCE: evidence }) },
      policies: compiled,
      waivers,
      identity: identify('manual', 'cli', nowMs),
      deadlineMs: nowMs + deadlineMs,
      log: (level, event, details) => {
        if (level !== 'info') talk(io, `${event} ${JSON.stringify(details)}`);
      },
    }),
  );
  const reports = await collected(outcome);
  const { predicate: _, ...told } = outcome;
  if (options.json) printJson(io, { ...told, reports });
  else printOutcome(io, outcome, reports, options);
  if (options.all && !options.json) printFrameworks(io, reports, options, compiled);
  return exitCodeOf(outcome);
}

/** What the night means for each standard, of the policies that judged. */
function printFrameworks(
  io: Io,
  reports: readonly TargetReport[],
  options: RunOptions,
  compiled: readonly CompiledPolicy[],
): void {
  const judged = new Set(
    reports.flatMap(({ findings }) => findings.map(({ policyId }) => policyId)),
  );
  const policies = compiled.map(({ policy }) => policy).filter(({ id }) => judged.has(id));
  for (const framework of frameworkSummaries(reports, policies, loadControls(options.policies))) {
    print(io, frameworkLine(framework));
  }
}

export function printOutcome(
  io: Io,
  outcome: RunOutcome,
  reports: readonly TargetReport[],
  { all }: { readonly all: boolean },
): void {
  const rows = findingRows(reports, { all });
  if (rows.length > 0) {
    const cells = rows.map(({ status, policyId, target, text }) => [
      paint(io, status, status.toUpperCase()),
      policyId,
      target,
      text,
    ]);
    print(io, table(cells));
  }
  const notices = noticesPart(outcome.notices);
  print(io, [summaryLine(outcome.counts, outcome.evidence), ...notices].join(' · '));
  for (const { channel, reason } of outcome.notices.filter(({ status }) => status === 'failed')) {
    talk(io, `Not delivered to ${channel}: ${reason ?? 'no reason'}. The next run tells it.`);
  }
}

function noticesPart(notices: readonly Delivery[]): readonly string[] {
  if (notices.length === 0) return ['no channel is set (AUDIT_WEBHOOKS)'];
  const count = (wanted: Delivery['status']) =>
    notices.filter(({ status }) => status === wanted).length;
  const [sent, failed] = [count('sent'), count('failed')];
  const part = `${countOf(sent, 'notice')} sent`;
  return [failed > 0 ? `${part}, ${String(failed)} not delivered` : part];
}

function exitCodeOf({ status, notices }: RunOutcome): ExitCode {
  if (status === 'error' || notices.some((notice) => notice.status === 'failed')) return 3;
  return status === 'fail' ? 1 : 0;
}

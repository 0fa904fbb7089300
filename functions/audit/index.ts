/** The timer's tick: one audit, one answer. */
import { once } from 'node:events';

import { policies, waivers } from 'virtual:policies';

import { logToStdout as log } from '../../shared/edge.ts';
import { AuditError, invalid, messageOf } from '../../shared/errors.ts';
import { isObject, own } from '../../shared/json.ts';
import type { Counts, Finding, Head, Json } from '../../shared/model.ts';
import { findingLines, type RunOutcome } from '../../shared/run.ts';
import { audit, auditShard } from '../../shared/wire.ts';
import { noticesOf, reasonsOf, type NoticeAnswer } from '../notices.ts';
import { deadlineOf, type ScfContext } from './context.ts';
import { parseEvent } from './event.ts';

export interface Answer {
  readonly runId: string;
  readonly status: RunOutcome['status'];
  readonly counts: Counts;
  /** All that is neither pass nor skip. */
  readonly findings: readonly OpenFinding[];
  /** How many more there are, where the platform would not take an answer with all of them. */
  readonly omitted?: number;
  readonly evidence: Head;
  readonly notices: readonly NoticeAnswer[];
}

type OpenFinding = Finding & { readonly target: string };

/** What one invocation of a larger audit answers to another. */
export interface PartAnswer {
  readonly shard: Awaited<ReturnType<typeof auditShard>>;
}

/** SCF takes 6 MB; JSON characters of the findings, some of which take three bytes. */
const maxFindingChars = 1_500_000;

/**
 * Rejects only where a retry by the platform helps or a person must look: bad configuration, evidence that
 * could not be written, a notice that stayed undelivered. SCF retries twice, a minute apart; the run's id
 * makes that harmless.
 */
export async function main_handler(
  event: unknown,
  context: ScfContext = {},
): Promise<Answer | PartAnswer> {
  const nowMs = Date.now();
  const request = {
    ...{ env: process.env, policies, waivers, log },
    deadlineMs: deadlineOf(context, nowMs),
  };
  try {
    const shard = shardIn(event);
    return shard === undefined
      ? await auditAll(event, nowMs, request)
      : { shard: await auditShard(shard, request) };
  } catch (error) {
    log('error', 'rejected', {
      code: error instanceof AuditError ? error.code : 'UNEXPECTED',
      message: messageOf(error),
    });
    throw error;
  }
}

function shardIn(event: unknown): Json | undefined {
  return isObject(event) ? own(event, 'shard') : undefined;
}

type Request = Parameters<typeof auditShard>[1];

async function auditAll(event: unknown, nowMs: number, request: Request): Promise<Answer> {
  const identity = parseEvent(event, nowMs);
  if (!identity.ok) throw invalid('EVENT_INVALID', 'The event is not valid', identity.problems);
  const outcome = await audit({ ...request, identity: identity.value });
  const answer = await answerOf(outcome);
  throwIfUndelivered(answer);
  const { runId, status, evidence } = answer;
  log('info', 'done', { runId, status, seq: evidence.seq, sha256: evidence.sha256 });
  return answer;
}

/** No faster than the platform takes it: of an organisation, the lines are more than the smallest memory. */
async function write(lines: Iterable<string>): Promise<void> {
  for (const line of lines) {
    if (!process.stdout.write(line)) await once(process.stdout, 'drain');
  }
}

/** In one pass over the reports: logs what did not pass, and gathers what is open. */
async function answerOf(outcome: RunOutcome): Promise<Answer> {
  const { runId, status, counts, reports, evidence, notices } = outcome;
  const linesOf = await findingLines(outcome, { policies, waivers });
  const findings: OpenFinding[] = [];
  let chars = 0;
  let omitted = 0;
  for await (const report of reports()) {
    await write(linesOf(report));
    for (const finding of report.findings) {
      if (finding.status === 'pass' || finding.status === 'skip') continue;
      const open = { target: report.target.uin, ...finding };
      chars += JSON.stringify(open).length;
      if (chars > maxFindingChars) omitted += 1;
      else findings.push(open);
    }
  }
  return {
    runId,
    status,
    counts,
    findings,
    ...(omitted > 0 && { omitted }),
    evidence,
    notices: noticesOf(notices),
  };
}

function throwIfUndelivered({ runId, notices }: Answer): void {
  const failed = notices.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return;
  throw new AuditError(
    'NOTICE_UNDELIVERED',
    `Run ${runId} is sealed, but could not be told to ${reasonsOf(failed)}. A retry sends what is missing.`,
  );
}

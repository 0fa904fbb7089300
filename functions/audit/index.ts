/** The timer's tick: one audit, one answer. */
import { once } from 'node:events';

import { policies, waivers } from 'virtual:policies';

import { logToStdout as log } from '../../shared/edge.ts';
import { AuditError, invalid, messageOf } from '../../shared/errors.ts';
import type { Counts, DeliveryStatus, Finding, Head } from '../../shared/model.ts';
import { findingLines, type RunOutcome } from '../../shared/run.ts';
import { audit } from '../../shared/wire.ts';
import { deadlineOf, type ScfContext } from './context.ts';
import { parseEvent } from './event.ts';

export interface Answer {
  readonly runId: string;
  readonly status: RunOutcome['status'];
  readonly counts: Counts;
  /** All that is neither pass nor skip. */
  readonly findings: readonly (Finding & { readonly target: string })[];
  readonly evidence: Head;
  readonly notices: readonly {
    readonly channel: string;
    readonly status: DeliveryStatus;
    readonly attempts: number;
    readonly reason?: string;
  }[];
}

/**
 * Rejects only where a retry by the platform helps or a person must look: bad configuration, evidence that
 * could not be written, a notice that stayed undelivered. SCF retries twice, a minute apart; the run's id
 * makes that harmless.
 */
export async function main_handler(event: unknown, context: ScfContext = {}): Promise<Answer> {
  const nowMs = Date.now();
  try {
    const identity = parseEvent(event, nowMs);
    if (!identity.ok) throw invalid('EVENT_INVALID', 'The event is not valid', identity.problems);
    const outcome = await audit({
      env: process.env,
      policies,
      waivers,
      identity: identity.value,
      deadlineMs: deadlineOf(context, nowMs),
      log,
    });
    const answer = answerOf(outcome);
    await write(await findingLines(outcome, { policies, waivers }));
    throwIfUndelivered(answer);
    const { runId, status, evidence } = answer;
    log('info', 'done', { runId, status, seq: evidence.seq, sha256: evidence.sha256 });
    return answer;
  } catch (error) {
    log('error', 'rejected', {
      code: error instanceof AuditError ? error.code : 'UNEXPECTED',
      message: messageOf(error),
    });
    throw error;
  }
}

/** No faster than the platform takes it: of an organisation, the lines are more than the smallest memory. */
async function write(lines: Iterable<string>): Promise<void> {
  for (const line of lines) {
    if (!process.stdout.write(line)) await once(process.stdout, 'drain');
  }
}

function answerOf({ runId, status, counts, reports, evidence, notices }: RunOutcome): Answer {
  return {
    runId,
    status,
    counts,
    findings: reports.flatMap(({ target, findings }) =>
      findings
        .filter((finding) => finding.status !== 'pass' && finding.status !== 'skip')
        .map((finding) => ({ target: target.uin, ...finding })),
    ),
    evidence,
    notices: notices.map(({ channel, status: told, attempts, reason }) => ({
      channel,
      status: told,
      attempts,
      ...(reason !== null && { reason }),
    })),
  };
}

function throwIfUndelivered({ runId, notices }: Answer): void {
  const failed = notices.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return;
  const reasons = failed.map(({ channel, reason }) => `${channel} (${reason ?? 'no reason'})`);
  throw new AuditError(
    'NOTICE_UNDELIVERED',
    `Run ${runId} is sealed, but could not be told to ${reasons.join(', ')}. A retry sends what is missing.`,
  );
}

/** The watchdog's tick, hours after the audit's: a look at the log, and a word where something is wrong. */
import { logToStdout as log } from '../../shared/edge.ts';
import { AuditError, invalid, messageOf } from '../../shared/errors.ts';
import type { Head } from '../../shared/model.ts';
import type { WatchOutcome } from '../../shared/watch.ts';
import { watchAudit } from '../../shared/wire.ts';
import { deadlineOf, type ScfContext } from '../audit/context.ts';
import { noticesOf, reasonsOf, type NoticeAnswer } from '../notices.ts';
import { parseWatchdogEvent } from './event.ts';

export interface WatchdogAnswer {
  /** `told`: something is wrong, and at least one channel knows. */
  readonly status: 'ok' | 'told';
  /** The run that should be in the log by now; null where nobody can tell which. */
  readonly runId: string | null;
  readonly troubles: WatchOutcome['troubles'];
  /** Where the log ended; null where it cannot be read, or is empty. */
  readonly evidence: Head | null;
  readonly notices: readonly NoticeAnswer[];
}

/**
 * Rejects only where a retry by the platform helps or a person must look: bad configuration, a bad event,
 * trouble of which not one channel could be told. What one of several did not hear is in the answer and in
 * the log, since a retry would tell the others twice.
 */
export async function main_handler(
  event: unknown,
  context: ScfContext = {},
): Promise<WatchdogAnswer> {
  const nowMs = Date.now();
  try {
    const parsed = parseWatchdogEvent(event, nowMs);
    if (!parsed.ok) throw invalid('EVENT_INVALID', 'The event is not valid', parsed.problems);
    const deadlineMs = deadlineOf(context, nowMs);
    const outcome = await watchAudit({ env: process.env, ...parsed.value, deadlineMs, log });
    return answerOf(outcome);
  } catch (error) {
    log('error', 'rejected', {
      code: error instanceof AuditError ? error.code : 'UNEXPECTED',
      message: messageOf(error),
    });
    throw error;
  }
}

function answerOf({ runId, troubles, evidence, notices }: WatchOutcome): WatchdogAnswer {
  const answers = noticesOf(notices);
  const status = troubles.length === 0 ? 'ok' : 'told';
  for (const { kind } of troubles) log('warn', 'trouble', { runId, kind });
  for (const { channel, status: told, reason } of notices) {
    if (told === 'failed') log('warn', 'undelivered', { channel, reason });
  }
  if (status === 'told' && notices.every((notice) => notice.status === 'failed')) {
    const kinds = troubles.map(({ kind }) => kind).join(', ');
    throw new AuditError(
      'NOTICE_UNDELIVERED',
      `The audit is in trouble (${kinds}), and nobody could be told: ${reasonsOf(answers)}. A retry tells it again.`,
    );
  }
  log('info', 'watched', { status, runId, seq: evidence?.seq ?? null });
  return {
    status,
    runId,
    troubles,
    evidence,
    notices: answers,
  };
}

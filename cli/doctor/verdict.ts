/** What a check says: one sentence each, and what to do about it. */
import { AuditError, CloudError } from '../../shared/errors.ts';
import { isObject, own } from '../../shared/json.ts';
import { adviceOf } from '../../shared/settings/tencent/failure.ts';

/** `error`: it could not be told. `skip`: there is nothing here to look at, or it was not asked for. */
export const verdictStatuses = ['ok', 'warn', 'fail', 'error', 'skip'] as const;
export type VerdictStatus = (typeof verdictStatuses)[number];

export interface Verdict {
  readonly status: VerdictStatus;
  readonly message: string;
  /** The next step. */
  readonly advice?: string;
}

/** A verdict under the name of its check: what is printed. */
export interface Line extends Verdict {
  readonly check: string;
}

export const ok = (message: string): Verdict => ({ status: 'ok', message });
export const warn = (message: string, advice: string): Verdict => ({
  status: 'warn',
  message,
  advice,
});
export const fail = (message: string, advice: string): Verdict => ({
  status: 'fail',
  message,
  advice,
});
export const error = (message: string, advice: string): Verdict => ({
  status: 'error',
  message,
  advice,
});
export const skip = (message: string, advice?: string): Verdict => ({
  status: 'skip',
  message,
  ...(advice !== undefined && { advice }),
});

/** What was read, or why it could not be. */
export type Told<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: AuditError };

/** A failing call becomes a verdict; whatever is no AuditError is our own fault and goes on. */
export async function told<T>(work: Promise<T>): Promise<Told<T>> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    if (error instanceof AuditError) return { ok: false, error };
    throw error;
  }
}

/** A refusal is a fault that was found; without an answer nothing was found. */
export function verdictOf(error: AuditError): Verdict {
  const status = isUntold(error) ? 'error' : 'fail';
  const { message, advice } = error instanceof CloudError ? cloudParts(error) : sentences(error);
  return { status, message, ...(advice !== undefined && { advice }) };
}

/** Whether the failure says nothing of what was asked for: the network, a passing fault of theirs. */
export function isUntold(error: AuditError): boolean {
  if (error instanceof CloudError) {
    return /^(Network|Timeout|Deadline|BadAnswer|Http|InternalError|RequestLimitExceeded|ServiceUnavailable)/.test(
      error.apiCode,
    );
  }
  if (!error.code.startsWith('EVIDENCE_')) return false;
  const failure = error.cause;
  // COS's failures tell their HTTP status, where an answer came; those of a disk are final.
  if (!isObject(failure) || !Object.hasOwn(failure, 'code') || failure instanceof Error)
    return false;
  const status = own(failure, 'status');
  return typeof status !== 'number' || status >= 500 || status === 429;
}

interface Parts {
  readonly message: string;
  readonly advice?: string;
}

/** Our own advice for a code stands at the end. */
function cloudParts({ apiCode, message }: CloudError): Parts {
  const camAction = /; grant (\S+) to the role$/.exec(message)?.[1] ?? '';
  const advice = adviceOf(apiCode, camAction, 'en');
  return advice !== undefined && message.endsWith(`; ${advice}`)
    ? { message: message.slice(0, -advice.length - 2), advice }
    : { message };
}

/** The last sentence of two is the next step. */
function sentences({ message: text }: AuditError): Parts {
  const whole = text.replace(/\.$/, '');
  const at = whole.lastIndexOf('. ');
  if (at < 0) return { message: whole };
  const step = whole.slice(at + 2);
  return { message: whole.slice(0, at), advice: step.charAt(0).toLowerCase() + step.slice(1) };
}

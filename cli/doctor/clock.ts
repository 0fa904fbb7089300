/**
 * The machine's clock against the cloud's. The client that signs gives no headers of an answer, so a request
 * without a signature asks for them. What a signed one says besides: the API refuses a signature that is more
 * than five minutes off, so one that it accepted bounds the error, whatever a proxy wrote into `Date`.
 */
import { CloudError } from '../../shared/errors.ts';
import type { Clock, Http } from '../../shared/ports.ts';
import type { Identity } from './credentials.ts';
import { error, fail, ok, warn, type Told, type Verdict } from './verdict.ts';

/** Epoch milliseconds. */
export interface ServerTime {
  readonly sentMs: number;
  readonly receivedMs: number;
  /** Of the answer's `Date`, which counts whole seconds. */
  readonly dateMs: number;
}

const timeoutMs = 5_000;

/** @returns undefined where no answer came, or one without a date */
export async function readServerTime(
  { http, clock }: { readonly http: Http; readonly clock: Pick<Clock, 'now'> },
  url: string,
): Promise<ServerTime | undefined> {
  const sentMs = clock.now();
  try {
    const { headers } = await http({ url, method: 'GET', headers: {}, body: '', timeoutMs });
    const dateMs = Date.parse(headers['date'] ?? '');
    return Number.isFinite(dateMs) ? { sentMs, receivedMs: clock.now(), dateMs } : undefined;
  } catch {
    // The checks that need an answer say why there is none.
    return undefined;
  }
}

const maxSkewMs = 5 * 60_000;
/** Signatures are accepted, but times in evidence and notices are off by what a person would notice. */
const noticeableMs = 60_000;

export function judgeClock(
  time: ServerTime | undefined,
  signed: Told<Identity> | undefined,
): Verdict {
  const setIt = 'set the clock of this machine (NTP)';
  const offMs = time === undefined ? undefined : offsetOf(time);
  const byDate = offMs === undefined ? '' : `${sentenceOf(offMs)}, by the Date of its answer`;
  if (isExpired(signed)) {
    return fail(
      `the API refuses the signatures as expired: the clock is more than 5 minutes off${byDate === '' ? '' : ` (${byDate})`}`,
      setIt,
    );
  }
  if (offMs !== undefined && Math.abs(offMs) > maxSkewMs) return fail(byDate, setIt);
  if (offMs !== undefined && Math.abs(offMs) > noticeableMs) return warn(byDate, setIt);
  if (offMs !== undefined) return ok(byDate);
  return signed?.ok === true
    ? ok('within 5 minutes of the API’s, since it accepted a signature')
    : error('no answer of the API tells what time it is', 'see the check of the credentials');
}

function isExpired(signed: Told<Identity> | undefined): boolean {
  return (
    signed?.ok === false &&
    signed.error instanceof CloudError &&
    signed.error.apiCode === 'AuthFailure.SignatureExpire'
  );
}

/** How far this machine is ahead, at least: what the exchange took, and the second that `Date` leaves open, is its due. */
function offsetOf({ sentMs, receivedMs, dateMs }: ServerTime): number {
  if (sentMs > dateMs + 1_000) return sentMs - dateMs - 1_000;
  if (receivedMs < dateMs) return receivedMs - dateMs;
  return 0;
}

function sentenceOf(offMs: number): string {
  const seconds = Math.ceil(Math.abs(offMs) / 1000);
  if (seconds === 0) return 'the clock agrees with the API’s';
  return `the clock is ${String(seconds)} s ${offMs > 0 ? 'ahead of' : 'behind'} the API’s`;
}

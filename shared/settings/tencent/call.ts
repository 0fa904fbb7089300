/** One API call, from the first attempt to the answer or the reason why there is none. */
import { CloudError } from '../../errors.ts';
import { isObject } from '../../json.ts';
import type { JsonObject, Locale } from '../../model.ts';
import type { Clock } from '../../ports.ts';
import { fullJitterMs, retry } from '../../retry.ts';
import { plainLine, redact } from '../../text.ts';
import { adviceOf, failureOf, type Failure } from './failure.ts';
import type { Pace } from './pace.ts';

/** What is needed of a client; the SDK's typed clients fit. */
export interface SdkClient {
  request(action: string, request: object, options: { signal: AbortSignal }): Promise<unknown>;
}

export interface Call {
  readonly client: SdkClient;
  /** Of this action. */
  readonly pace: Pace;
  readonly action: string;
  readonly request?: JsonObject;
  /** What the caller's role must be allowed to do: part of the advice. */
  readonly camAction: string;
  /** Done twice it would do harm: then only a refusal is tried again, never what may have come through. */
  readonly isOnce?: true;
}

export interface CallOptions {
  readonly deadlineMs: number;
  readonly requestTimeoutMs: number;
  readonly locale: Locale;
  /** Taken out of the messages that the other side wrote. */
  readonly secrets: readonly (string | undefined)[];
}

type Outcome =
  | { readonly ok: true; readonly answer: JsonObject }
  | { readonly ok: false; readonly failure: Failure };

const maxAttempts = 5;
/** For all attempts of one call together: a cloud that hangs must not eat a whole invocation. */
const patienceMs = 20_000;
const backoff = { baseMs: 400, capMs: 4_000 };

/** @throws CloudError */
export async function callApi(clock: Clock, call: Call, options: CallOptions): Promise<JsonObject> {
  // Waiting for a turn uses up nobody's patience: the cloud was not asked yet.
  if (!(await call.pace(options.deadlineMs))) throw toCloudError(tooLate, call, options);
  const patience = Math.max(patienceMs, options.requestTimeoutMs);
  const endMs = Math.min(options.deadlineMs, clock.now() + patience);
  let before: Outcome | undefined;
  const { outcome } = await retry(
    clock,
    endMs,
    async () => {
      if (before !== undefined && !(await call.pace(endMs))) return before;
      before = await attempt(call, Math.min(options.requestTimeoutMs, endMs - clock.now()));
      return before;
    },
    (last, attempts) =>
      last.ok || !mayHeal(last.failure, attempts, call)
        ? undefined
        : fullJitterMs(backoff, attempts, clock.random()),
  );
  if (outcome.ok) return outcome.answer;
  throw toCloudError(outcome.failure, call, options);
}

async function attempt(
  { client, action, request = {} }: Call,
  timeoutMs: number,
): Promise<Outcome> {
  if (timeoutMs <= 0) return { ok: false, failure: tooLate };
  // The SDK's own timeout starts anew with the body, so a server that drips could take twice as long.
  const abort = new AbortController();
  const timer = setTimeout(() => {
    abort.abort();
  }, timeoutMs);
  try {
    const answer = await client.request(action, request, { signal: abort.signal });
    return isObject(answer)
      ? { ok: true, answer }
      : failed('BadAnswer', 'the answer holds no Response object');
  } catch (error) {
    return abort.signal.aborted
      ? failed('Timeout', `no whole answer within ${String(Math.round(timeoutMs) / 1000)} s`)
      : { ok: false, failure: failureOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

const tooLate: Failure = {
  code: 'Deadline',
  message: 'not read: the time of this invocation was used up',
};

function failed(code: string, message: string): Outcome {
  return { ok: false, failure: { code, message } };
}

function mayHeal({ code }: Failure, attempts: number, { isOnce }: Call): boolean {
  const mayHaveComeThrough = !code.startsWith('RequestLimitExceeded');
  if (isOnce === true && mayHaveComeThrough) return false;
  switch (healingOf(code)) {
    case 'with time':
      return attempts < maxAttempts;
    case 'once':
      return attempts < 2;
    case 'never':
      return false;
  }
}

/** Only what another try can heal: too many requests, a passing fault of theirs, the network. */
function healingOf(code: string): 'with time' | 'once' | 'never' {
  if (code === 'AuthFailure.SignatureExpire') return 'once';
  const isPassing = /^(RequestLimitExceeded|InternalError|Timeout|Network|Http5\d\d)(\.|$)/.test(
    code,
  );
  return isPassing ? 'with time' : 'never';
}

function toCloudError(
  failure: Failure,
  { action, camAction }: Call,
  options: CallOptions,
): CloudError {
  // Both were written by the other side, which may echo what it was sent.
  const isCode =
    /^[A-Za-z][A-Za-z0-9.]{0,99}$/.test(failure.code) &&
    redact(failure.code, options.secrets) === failure.code;
  const code = isCode ? failure.code : 'BadAnswer';
  const said = plainLine(redact(failure.message, options.secrets)).replace(/[.\u3002]$/, '');
  const advice = adviceOf(code, camAction, options.locale);
  const sentence = `${action}: ${said === '' ? `answered ${code}` : said}`;
  return new CloudError(code, [sentence, advice].filter(Boolean).join('; '));
}

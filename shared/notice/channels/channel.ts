import { isObject, own, parseJson } from '../../json.ts';
import type { Json, JsonObject, Locale } from '../../model.ts';
import type { HttpRequest, HttpResponse } from '../../ports.ts';
import type { Notice } from '../notice.ts';
import type { Channel } from '../webhook.ts';

/** One message to a platform. */
export interface Post {
  /** Its JSON, complete but for what belongs to one attempt, such as a signature with its time. */
  readonly content: object;
  /** Fingerprints of the findings that it tells of. */
  readonly tells: readonly string[];
}

export interface Attempt {
  readonly channel: Channel;
  readonly content: object;
  /** Of the notice: the same over all attempts. Who goes by it makes one post of a notice. */
  readonly id: string;
  readonly nowMs: number;
}

/** What a platform's answer means. HTTP status alone is never success; an unknown answer is never `sent`. */
export type Outcome =
  | { readonly kind: 'sent' }
  /** Try again, not before `afterMs` where the platform says so. The reason quotes nothing that it wrote. */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** One chat platform: pure functions, which one shared sender calls. */
export interface Platform {
  /** The messages that tell the notice, each within the platform's limits. */
  readonly render: (notice: Notice, locale: Locale) => readonly Post[];
  readonly request: (attempt: Attempt) => Pick<HttpRequest, 'url' | 'headers' | 'body'>;
  readonly classify: (response: HttpResponse) => Outcome;
}

/** For platforms that want nothing but the JSON at the URL. */
export function postJson({ channel, content }: Attempt): ReturnType<Platform['request']> {
  return jsonTo(channel.url, content);
}

export function jsonTo(url: string, content: object): ReturnType<Platform['request']> {
  return {
    url,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(content),
  };
}

/** What every platform means by them: 5xx passes, 429 passes after the time that it names. */
export function classifyThrottleOrFault({ status, headers }: HttpResponse): Outcome | undefined {
  const afterMs = retryAfterMs(headers['retry-after']);
  const after = afterMs === undefined ? {} : { afterMs };
  if (status === 429) return { kind: 'retry', reason: 'HTTP 429: too many messages', ...after };
  if (status >= 500) return { kind: 'retry', reason: `HTTP ${String(status)}`, ...after };
  return undefined;
}

/** @param text seconds, whole or with a fraction; a date is not honoured, no platform of ours sends one */
export function retryAfterMs(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}(\.\d+)?$/.test(text)
    ? Math.ceil(Number(text) * 1000)
    : undefined;
}

/** A platform's own code, with what a person can do about it; one with `afterMs` passes by itself. */
export interface KnownCode {
  readonly hint: string;
  readonly afterMs?: number;
}

export type KnownCodes = Readonly<Record<string, KnownCode>>;

/** @param name of the code in the platform's answers: `errcode 93000: the webhook is invalid …` */
export function classifyCode(name: string, code: number | string, known: KnownCodes): Outcome {
  const found = Object.hasOwn(known, String(code)) ? known[String(code)] : undefined;
  const reason = `${name} ${String(code)}${found === undefined ? '' : `: ${found.hint}`}`;
  return found?.afterMs === undefined
    ? { kind: 'failed', reason }
    : { kind: 'retry', reason, afterMs: found.afterMs };
}

/** For platforms whose failures come as HTTP 200 with an `errcode`. */
export function classifyErrcode(response: HttpResponse, known: KnownCodes): Outcome {
  const passing = classifyThrottleOrFault(response);
  if (passing !== undefined) return passing;
  if (response.status !== 200) return { kind: 'failed', reason: `HTTP ${String(response.status)}` };
  const errcode = numberIn(answerOf(response.body), 'errcode');
  if (errcode === undefined) {
    return { kind: 'failed', reason: 'HTTP 200 with no errcode in the answer' };
  }
  return errcode === 0 ? { kind: 'sent' } : classifyCode('errcode', errcode, known);
}

/** The answer as an object, where it is one. */
export function answerOf(body: string): JsonObject | undefined {
  try {
    const answer = parseJson(body);
    return isObject(answer) ? answer : undefined;
  } catch {
    return undefined;
  }
}

export function numberIn(answer: JsonObject | undefined, key: string): number | undefined {
  const value: Json | undefined = answer === undefined ? undefined : own(answer, key);
  return typeof value === 'number' ? value : undefined;
}

import type { Locale } from '../../model.ts';
import type { HttpResponse } from '../../ports.ts';
import type { Notice } from '../notice.ts';
import type { Channel } from '../webhook.ts';

/** What a platform's answer means. HTTP status alone is never success; an unknown answer is never `sent`. */
export type Outcome =
  | { readonly kind: 'sent' }
  /** Try again, not before `afterMs` where the platform says so. The reason quotes nothing that it wrote. */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Attempt {
  readonly channel: Channel;
  readonly body: string;
  /** The same over all attempts of this message. */
  readonly id: string;
  readonly nowMs: number;
}

/** One chat platform: two pure functions, and headers where it wants some of its own. */
export interface Platform {
  /** The bodies of the messages that tell the notice, each within the platform's limits. */
  render(notice: Notice, locale: Locale): readonly string[];
  headers(attempt: Attempt): Readonly<Record<string, string>>;
  classify(response: HttpResponse): Outcome;
}

export const jsonHeaders = { 'content-type': 'application/json; charset=utf-8' } as const;

/** Every platform: 5xx passes, 429 passes after the time that it names. */
export function classifyThrottleOrFault({ status, headers }: HttpResponse): Outcome | undefined {
  if (status === 429)
    return { kind: 'retry', reason: 'HTTP 429: too many messages', ...retryAfter(headers) };
  return status >= 500
    ? { kind: 'retry', reason: `HTTP ${String(status)}`, ...retryAfter(headers) }
    : undefined;
}

function retryAfter(headers: HttpResponse['headers']): { readonly afterMs?: number } {
  const text = headers['retry-after'] ?? '';
  return /^\d{1,6}$/.test(text) ? { afterMs: Number(text) * 1000 } : {};
}

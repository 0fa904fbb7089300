/** What the chat platforms received, accepted or not. */
import type { FaultPlan } from '../fault-plan.ts';
import { text, type Incoming, type Reply } from '../http.ts';
import { jsonOrText } from '../json.ts';

export type Channel = 'slack' | 'wecom' | 'generic' | 'heartbeat';

export interface ReceivedNotice {
  readonly channel: Channel;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed when it is JSON, otherwise the text. */
  readonly body: unknown;
  readonly accepted: boolean;
  readonly at: string;
}

export interface Verdict {
  readonly accepted: boolean;
  readonly reply: Reply;
}

/** One platform: judges what arrives on its path. The body is the raw body, parsed when it is JSON. */
export type Platform = (request: Incoming, body: unknown) => Verdict;

export type ChatFault =
  | { readonly kind: 'http-status'; readonly status: number; readonly body?: string }
  /** HTTP 200 with this body, which may be a refusal all the same. */
  | { readonly kind: 'answer'; readonly body: string }
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds?: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' };

export function receive(
  channel: Channel,
  platform: Platform,
  faults: FaultPlan<ChatFault>,
  request: Incoming,
  at: string,
): { readonly reply: Reply; readonly notice: ReceivedNotice } {
  const body = jsonOrText(request.rawBody);
  const fault = faults.take(channel);
  const { accepted, reply } =
    fault === undefined ? platform(request, body) : { accepted: false, reply: replyOf(fault) };
  const path = request.query === '' ? request.path : `${request.path}?${request.query}`;
  return { reply, notice: { channel, path, headers: request.headers, body, accepted, at } };
}

function replyOf(fault: ChatFault): Reply {
  switch (fault.kind) {
    case 'http-status':
      return text(fault.status, fault.body ?? `HTTP ${String(fault.status)}`);
    case 'answer':
      return text(200, fault.body);
    case 'rate-limited':
      return text(
        429,
        'rate_limited',
        fault.retryAfterSeconds === undefined
          ? {}
          : { 'retry-after': String(fault.retryAfterSeconds) },
      );
    case 'hang':
    case 'reset':
      return { kind: fault.kind };
  }
}

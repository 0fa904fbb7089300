/** What the chat platforms received, accepted or not. */
import type { FaultPlan } from '../fault-plan.ts';
import { text, type Incoming, type Reply } from '../http.ts';
import { jsonOrText } from '../json.ts';
import { throttled } from './throttled.ts';

/** The kinds of channel that a webhook URL leads to. */
export type WebhookChannel =
  | 'slack'
  | 'wecom'
  | 'generic'
  | 'dingtalk'
  | 'feishu'
  | 'lark'
  | 'teams'
  | 'discord'
  | 'googlechat'
  | 'pagerduty'
  | 'alertmanager';

export type Channel = WebhookChannel | 'heartbeat';

export interface ReceivedNotice {
  readonly channel: Channel;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed when it is JSON, otherwise the text. */
  readonly body: unknown;
  readonly accepted: boolean;
  /** Why the notice is not accepted though the sender was told that all is well. */
  readonly reason?: string;
  readonly at: string;
}

export interface Verdict {
  readonly accepted: boolean;
  /** For what the reply does not tell: the platform takes the message and loses it later. */
  readonly reason?: string;
  readonly reply: Reply;
}

/** One platform: judges what arrives on its path. The body is the raw body, parsed when it is JSON. */
export type Platform = (request: Incoming, body: unknown) => Verdict;

export type ChatFault =
  | {
      readonly kind: 'http-status';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** HTTP 200 with this body, which may be a refusal all the same. */
  | { readonly kind: 'answer'; readonly body: string }
  /** HTTP 429 as a proxy before the platform gives it. */
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds?: number }
  /** The platform's own way to say that it is too much; 1 second unless told, where it says when. */
  | { readonly kind: 'retry-later'; readonly retryAfterSeconds?: number }
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
  const { reply, ...verdict } =
    fault === undefined
      ? platform(request, body)
      : { accepted: false, reply: replyOf(fault, channel) };
  const path = request.query === '' ? request.path : `${request.path}?${request.query}`;
  return { reply, notice: { channel, path, headers: request.headers, body, ...verdict, at } };
}

/** The sender hears that all is well, also where the message is lost later. */
export function outwardlyAccepted(reply: Reply, lateFault: string | undefined): Verdict {
  return lateFault === undefined
    ? { accepted: true, reply }
    : { accepted: false, reason: lateFault, reply };
}

function replyOf(fault: ChatFault, channel: Channel): Reply {
  switch (fault.kind) {
    case 'http-status':
      return text(fault.status, fault.body ?? `HTTP ${String(fault.status)}`, fault.headers);
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
    case 'retry-later':
      return throttled[channel]((fault.retryAfterSeconds ?? 1) * 1000);
    case 'hang':
    case 'reset':
      return { kind: fault.kind };
  }
}

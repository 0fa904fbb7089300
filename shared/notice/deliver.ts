/** Posts a notice to one channel. Channels go side by side: one platform's bad day costs no other. */
import { messageOf as reasonOf } from '../errors.ts';
import type { Delivery } from '../model.ts';
import type { Clock, Http } from '../ports.ts';
import { fullJitterMs, retry } from '../retry.ts';
import type { Outcome, Post } from './channels/channel.ts';
import { platforms } from './channels/platforms.ts';
import type { Notice } from './notice.ts';
import type { Channel } from './webhook.ts';

export interface DeliverPorts {
  readonly http: Http;
  readonly clock: Clock;
}

const maxAttempts = 3;
const requestTimeoutMs = 8_000;
const backoff = { baseMs: 1_000, capMs: 8_000 };

/** @param deadlineMs epoch milliseconds: no wait goes past it, what is left then is left to the next run */
export async function deliver(
  ports: DeliverPorts,
  channel: Channel,
  notice: Notice,
  deadlineMs: number,
): Promise<Delivery> {
  const posts = platforms[channel.kind].render(notice, channel.locale);
  const told: string[] = [];
  let attempts = 0;
  let failure: string | null = null;
  for (const post of posts) {
    const sent = await send(ports, channel, post, notice.id, deadlineMs);
    attempts += sent.attempts;
    if (sent.outcome.kind !== 'sent') {
      failure = sent.outcome.reason;
      break;
    }
    told.push(...post.tells);
  }
  return {
    channel: channel.name,
    // A platform for incidents makes nothing of what is none, a waiver that ends, say.
    status: failure !== null ? 'failed' : posts.length > 0 ? 'sent' : 'nothing',
    attempts,
    at: new Date(ports.clock.now()).toISOString(),
    reason: failure,
    min: channel.min,
    ...(failure !== null && told.length > 0 && { told }),
  };
}

async function send(
  { http, clock }: DeliverPorts,
  channel: Channel,
  { content }: Post,
  id: string,
  deadlineMs: number,
): Promise<{ readonly outcome: Outcome; readonly attempts: number }> {
  const platform = platforms[channel.kind];
  let requests = 0;
  const attempt = async (): Promise<Outcome> => {
    const leftMs = deadlineMs - clock.now();
    if (leftMs <= 0) return { kind: 'failed', reason: 'no time was left in this invocation' };
    try {
      const request = platform.request({ channel, content, id, nowMs: clock.now() });
      const timeoutMs = Math.min(requestTimeoutMs, leftMs);
      requests += 1;
      return platform.classify(await http({ ...request, method: 'POST', timeoutMs }));
    } catch (error) {
      return { kind: 'retry', reason: reasonOf(error) };
    }
  };
  const { outcome } = await retry(clock, deadlineMs, attempt, (last, attempts) =>
    last.kind === 'retry' && attempts < maxAttempts
      ? Math.max(last.afterMs ?? 0, fullJitterMs(backoff, attempts, clock.random()))
      : undefined,
  );
  return { outcome, attempts: requests };
}

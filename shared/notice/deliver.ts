/** Posts a notice to channels, side by side; each on its own, so that one platform's bad day costs no other. */
import { messageOf as reasonOf } from '../errors.ts';
import type { Delivery } from '../model.ts';
import type { Clock, Http } from '../ports.ts';
import { fullJitterMs, retry } from '../retry.ts';
import type { Outcome, Platform } from './channels/channel.ts';
import { generic } from './channels/generic.ts';
import { slack } from './channels/slack.ts';
import { wecom } from './channels/wecom.ts';
import type { Notice } from './notice.ts';
import type { Channel, ChannelKind } from './webhook.ts';

export interface DeliverPorts {
  readonly http: Http;
  readonly clock: Clock;
}

const platforms: Readonly<Record<ChannelKind, Platform>> = { slack, wecom, generic };

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
  const bodies = platforms[channel.kind].render(notice, channel.locale);
  let attempts = 0;
  let failure: string | null = null;
  for (const [index, body] of bodies.entries()) {
    const id = bodies.length > 1 ? `${notice.run.id}-${String(index + 1)}` : notice.run.id;
    const sent = await post(ports, channel, { body, id }, deadlineMs);
    attempts += sent.attempts;
    if (sent.outcome.kind === 'sent') continue;
    failure = sent.outcome.reason;
    break;
  }
  return {
    channel: channel.name,
    status: failure === null ? 'sent' : 'failed',
    attempts,
    at: new Date(ports.clock.now()).toISOString(),
    reason: failure,
    min: channel.min,
  };
}

async function post(
  { http, clock }: DeliverPorts,
  channel: Channel,
  { body, id }: { readonly body: string; readonly id: string },
  deadlineMs: number,
): Promise<{ readonly outcome: Outcome; readonly attempts: number }> {
  const platform = platforms[channel.kind];
  const attempt = async (): Promise<Outcome> => {
    const leftMs = deadlineMs - clock.now();
    if (leftMs <= 0) return { kind: 'failed', reason: 'no time was left in this invocation' };
    try {
      const response = await http({
        url: channel.url,
        method: 'POST',
        // A signature holds its time: it is made anew for every attempt.
        headers: platform.headers({ channel, body, id, nowMs: clock.now() }),
        body,
        timeoutMs: Math.min(requestTimeoutMs, leftMs),
      });
      return platform.classify(response);
    } catch (error) {
      return { kind: 'retry', reason: reasonOf(error) };
    }
  };
  return retry(clock, deadlineMs, attempt, (outcome, attempts) =>
    outcome.kind === 'retry' && attempts < maxAttempts
      ? Math.max(outcome.afterMs ?? 0, fullJitterMs(backoff, attempts, clock.random()))
      : undefined,
  );
}

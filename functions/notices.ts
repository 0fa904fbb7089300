/** What both functions answer and reject with of the notices that they sent. */
import type { Delivery } from '../shared/model.ts';

export interface NoticeAnswer {
  readonly channel: string;
  readonly status: Delivery['status'];
  readonly attempts: number;
  readonly reason?: string;
}

export function noticesOf(deliveries: readonly Delivery[]): readonly NoticeAnswer[] {
  return deliveries.map(({ channel, status, attempts, reason }) => ({
    channel,
    status,
    attempts,
    ...(reason !== null && { reason }),
  }));
}

/** `slack:hooks.slack.com#1a2b3c4d (HTTP 500), …` */
export function reasonsOf(deliveries: readonly Pick<NoticeAnswer, 'channel' | 'reason'>[]): string {
  return deliveries
    .map(({ channel, reason }) => `${channel} (${reason ?? 'no reason'})`)
    .join(', ');
}

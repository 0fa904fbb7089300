/** The channels: whether any is set, and, where asked for, whether a message arrives. */
import type { Delivery, Site } from '../../shared/model.ts';
import { deliver, type DeliverPorts } from '../../shared/notice/deliver.ts';
import { noticeOfNote } from '../../shared/notice/notice.ts';
import type { Channel } from '../../shared/notice/webhook.ts';
import { countOf } from '../io.ts';
import { fail, ok, skip, warn, type Verdict } from './verdict.ts';

/** The same marked message that `notify --test` sends. */
export async function sendTests(
  ports: DeliverPorts,
  channels: readonly Channel[],
  site: Site,
  deadlineMs: number,
): Promise<readonly Delivery[]> {
  const nowMs = ports.clock.now();
  const at = new Date(nowMs).toISOString();
  const notice = noticeOfNote(`test-${String(nowMs)}`, site, { kind: 'test' }, at);
  return Promise.all(channels.map((channel) => deliver(ports, channel, notice, deadlineMs)));
}

/** @param deliveries undefined: nothing was sent */
export function judgeWebhooks(
  channels: readonly Pick<Channel, 'name'>[],
  deliveries: readonly Delivery[] | undefined,
): readonly Verdict[] {
  if (channels.length === 0) {
    return [
      warn(
        'no channel is set, so nobody hears of anything',
        'set AUDIT_WEBHOOKS: docs/channels.md',
      ),
    ];
  }
  if (deliveries === undefined) {
    const names = channels.map(({ name }) => name).join(', ');
    return [
      skip(
        `${countOf(channels.length, 'channel')} set and not tried: ${names}`,
        'give --send to post a test notice to each',
      ),
    ];
  }
  return deliveries.map(({ channel, status, reason }) =>
    status === 'failed'
      ? fail(
          `${channel} did not take a test notice: ${reason ?? 'no reason'}`,
          'see docs/channels.md',
        )
      : ok(`${channel} took a test notice`),
  );
}

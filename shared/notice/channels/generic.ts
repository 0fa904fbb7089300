/**
 * Any receiver of ours: one CloudEvents 1.0 event in structured JSON, signed by Standard Webhooks 1.0.0
 * when the channel has a secret. https://github.com/cloudevents/spec · https://www.standardwebhooks.com
 */
import { createHmac } from 'node:crypto';

import type { HttpResponse } from '../../ports.ts';
import { sections, type Item, type Notice } from '../notice.ts';
import { paginate } from '../paginate.ts';
import { secretBytes } from '../webhook.ts';
import { classifyThrottleOrFault, type Attempt, type Outcome, type Platform } from './channel.ts';

/** Intermediaries must forward 64 KiB; some room is left for headers. */
const maxBytes = 60 * 1024;

export const generic: Platform = { render, headers, classify };

function render(notice: Notice): readonly string[] {
  const entries = sections.flatMap((section) =>
    notice.items[section].map((item) => ({ section, entry: entryOf(item) })),
  );
  const build = (shown: typeof entries, left: number) => event(notice, shown, left);
  const { pages, left } = paginate(
    entries,
    (page) => Buffer.byteLength(build([...page], 999_999)) <= maxBytes,
    1,
  );
  return [build([...(pages[0] ?? [])], left)];
}

function event(
  notice: Notice,
  entries: readonly { readonly section: string; readonly entry: object }[],
  left: number,
): string {
  const { run, site, counts, head, waivers, drift } = notice;
  const inSection = (section: string) =>
    entries.filter((item) => item.section === section).map(({ entry }) => entry);
  return JSON.stringify({
    specversion: '1.0',
    // Source and id are what a receiver drops repetitions by.
    id: run.id,
    source: 'urn:tcss-audit',
    type: 'tcss-audit.notice.v1',
    time: run.finishedAt,
    datacontenttype: 'application/json',
    data: {
      run,
      site,
      counts,
      evidence: head,
      changes: Object.fromEntries(sections.map((section) => [section, inSection(section)])),
      waivers,
      drift: drift.slice(0, 50),
      /** Entries that found no place here: the evidence of the run has them. */
      left,
    },
  });
}

function entryOf({ open, finding, title, remediation }: Item): object {
  return {
    ...open,
    title,
    violations: finding !== undefined && 'violations' in finding ? finding.violations : [],
    reason: finding !== undefined && 'reason' in finding ? finding.reason : null,
    ...(finding?.status === 'waived' && { waiver: finding.waiver }),
    remediation: remediation ?? null,
  };
}

function headers({ channel, body, id, nowMs }: Attempt): Readonly<Record<string, string>> {
  const type = { 'content-type': 'application/cloudevents+json; charset=UTF-8' };
  return channel.secret === undefined
    ? type
    : { ...type, ...standardWebhooksHeaders(channel.secret, id, nowMs, body) };
}

/** HMAC-SHA256 over `id.timestamp.body`; the id may hold no dot. */
export function standardWebhooksHeaders(
  secret: string,
  id: string,
  nowMs: number,
  body: string,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature = createHmac('sha256', secretBytes(secret))
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}

/** Here 2xx is the contract: the receiver has taken the event. Redirects are not followed. */
function classify(response: HttpResponse): Outcome {
  const { status } = response;
  if (status >= 200 && status < 300) return { kind: 'sent' };
  const passing = classifyThrottleOrFault(response);
  if (passing !== undefined) return passing;
  const gone = status === 410 ? ': the receiver wants no more, take it out of AUDIT_WEBHOOKS' : '';
  return { kind: 'failed', reason: `HTTP ${String(status)}${gone}` };
}

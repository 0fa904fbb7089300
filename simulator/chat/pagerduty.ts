/**
 * PagerDuty's Events API v2: takes events, and keeps what they make of each incident.
 * @see https://developer.pagerduty.com/docs/events-api-v2-overview
 */
import { json, text } from '../http.ts';
import { isObject } from '../json.ts';
import { createRateLimit } from '../rate-limit.ts';
import type { Platform, Verdict } from './inbox.ts';
import { eventErrorsOf, keyErrorsOf } from './pagerduty-event.ts';
import { isText } from './shapes.ts';
import { throttled } from './throttled.ts';

/** In thousands, so that what passes here passes by either reading of 512 KB. */
const maxBodyBytes = 512_000;

export type IncidentState = 'triggered' | 'resolved';

export interface PagerDuty {
  readonly platform: Platform;
  /** By `dedup_key`. */
  readonly incidents: ReadonlyMap<string, IncidentState>;
}

interface PagerDutyDeps {
  readonly now: () => number;
  readonly newId: () => string;
}

/** @param routingKey of the one integration that exists */
export function createPagerDuty(routingKey: string, { now, newId }: PagerDutyDeps): PagerDuty {
  const rateLimit = createRateLimit(120, 60_000);
  const incidents = new Map<string, IncidentState>();

  const platform: Platform = ({ method, rawBody }, body) => {
    if (method !== 'POST') return { accepted: false, reply: text(404, 'Not Found') };
    if (rawBody.length > maxBodyBytes) return invalid(413, ['Event is over 512 KB']);
    if (!isObject(body)) return invalid(400, ['Event is not a JSON object']);
    const keyErrors = keyErrorsOf(body['routing_key'], routingKey);
    if (keyErrors.length === 0 && rateLimit(routingKey, now()) > 0) {
      return { accepted: false, reply: throttled.pagerduty(0) };
    }
    const errors = [...keyErrors, ...eventErrorsOf(body)];
    if (errors.length > 0) return invalid(400, errors);
    const { dedup_key: given, event_action: action } = body;
    const key = isText(given) ? given : newId().replaceAll('-', '');
    if (action === 'trigger') incidents.set(key, 'triggered');
    // Whoever resolves what is not open is told that all is well.
    if (action === 'resolve' && incidents.has(key)) incidents.set(key, 'resolved');
    const answer = { status: 'success', message: 'Event processed', dedup_key: key };
    return { accepted: true, reply: json(202, answer) };
  };
  return { platform, incidents };
}

function invalid(status: number, errors: readonly string[]): Verdict {
  const answer = { status: 'invalid event', message: 'Event object is invalid', errors };
  return { accepted: false, reply: json(status, answer) };
}

/** Slack's incoming webhook: short plain texts for answers, blocks held to their limits. */
import { text } from '../http.ts';
import { createRateLimit } from '../rate-limit.ts';
import type { Platform, Verdict } from './inbox.ts';
import { isJsonType } from './shapes.ts';
import { slackFaultOf } from './slack-blocks.ts';
import { throttled } from './throttled.ts';

/** @param webhookPath the one webhook that exists, `/services/T…/B…/…` */
export function createSlack(webhookPath: string, now: () => number): Platform {
  // One message a second, with a short burst.
  const rateLimit = createRateLimit(5, 5000);
  return ({ path, method, headers }, body) => {
    if (path !== webhookPath) return refused(404, 'no_service');
    if (method !== 'POST') return refused(400, 'invalid_payload');
    const waitMs = rateLimit(path, now());
    if (waitMs > 0) return { accepted: false, reply: throttled.slack(waitMs) };
    const fault = isJsonType(headers['content-type']) ? slackFaultOf(body) : 'invalid_payload';
    return fault === undefined
      ? { accepted: true, reply: text(200, 'ok', { 'content-type': 'text/html' }) }
      : refused(400, fault);
  };
}

function refused(status: number, reason: string): Verdict {
  return { accepted: false, reply: text(status, reason, { 'content-type': 'text/html' }) };
}

/** A receiver of our own kind: CloudEvents, signed where a secret is known. */
import { json, text } from '../http.ts';
import { cloudEventFaultOf } from './cloud-event.ts';
import type { Platform } from './inbox.ts';
import { signatureFaultOf } from './standard-webhooks.ts';

/** @param secrets `whsec_…` by the name in `/hooks/<name>`; other names take unsigned events */
export function createGeneric(
  secrets: Readonly<Record<string, string>>,
  now: () => number,
): Platform {
  const secretByName = new Map(Object.entries(secrets));
  return (request, body) => {
    const refused = (status: number, error: string) => ({
      accepted: false,
      reply: json(status, { error }),
    });
    if (request.method !== 'POST') return refused(405, 'POST only');
    const secret = secretByName.get(request.path.slice('/hooks/'.length));
    const forgery = secret === undefined ? undefined : signatureFaultOf(request, secret, now());
    if (forgery !== undefined) return refused(401, forgery);
    const fault = cloudEventFaultOf(request.headers['content-type'] ?? '', body);
    return fault === undefined ? { accepted: true, reply: text(204, '') } : refused(400, fault);
  };
}

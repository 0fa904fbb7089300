/**
 * Standard Webhooks 1.0.0, the receiver's side.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const toleranceMs = 5 * 60_000;

export interface SignedDelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly rawBody: Buffer;
}

/**
 * @param secret `whsec_` and the key in base64
 * @returns what is wrong with the signature
 */
export function signatureFaultOf(
  { headers, rawBody }: SignedDelivery,
  secret: string,
  nowMs: number,
): string | undefined {
  const id = headers['webhook-id'] ?? '';
  const timestamp = headers['webhook-timestamp'] ?? '';
  const signatures = headers['webhook-signature'] ?? '';
  if (id === '' || timestamp === '' || signatures === '') return 'missing signature headers';
  if (!/^\d{1,12}$/.test(timestamp)) return 'malformed webhook-timestamp';
  if (Math.abs(nowMs - Number(timestamp) * 1000) > toleranceMs) {
    return 'webhook-timestamp is more than 5 minutes off';
  }
  const expected = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
    .update(`${id}.${timestamp}.`)
    .update(rawBody)
    .digest();
  // Several signatures stand side by side while a key is being replaced.
  return signatures.split(' ').some((signature) => isEqual(signature, expected))
    ? undefined
    : 'no matching signature';
}

function isEqual(signature: string, expected: Buffer): boolean {
  if (!signature.startsWith('v1,')) return false;
  const given = Buffer.from(signature.slice('v1,'.length), 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

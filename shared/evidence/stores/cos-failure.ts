/** What a refusal of COS means, and what to do. Nothing of its own words is shown: it quotes what was signed. */
import type { Failure } from './cos-exchange.ts';

export function explain({ status, code, requestId }: Failure, timeoutMs: number): string {
  if (code === 'ETIMEDOUT') return `no whole answer within ${String(timeoutMs / 1000)} s`;
  if (code === 'Deadline') return 'the time was used up';
  if (code === 'TooLarge') return 'the answer is too large';
  if (code === 'BadAnswer') return 'something other than COS answered';
  if (status === undefined) return `no answer: ${code}`;
  const answer = code.startsWith('Http')
    ? code.replace('Http', 'HTTP ')
    : `${String(status)} ${code}`;
  return requestId === undefined ? answer : `${answer}, request ${requestId}`;
}

/** @param action what the key must be allowed to do */
export function stepFor(failure: Failure, action: string): string {
  const { status } = failure;
  if (status !== undefined && status >= 300 && status < 400) return steps.otherRegion;
  const known = Object.entries(steps).find(([code]) => code === failure.code);
  return known?.[1] ?? byStatus(failure, action);
}

function byStatus({ status, code }: Failure, action: string): string {
  if (code === 'AccessDenied' || status === 403) {
    return `Grant ${action} on the bucket to the role (docs/evidence.md, Evidence in COS).`;
  }
  if (code === 'BadAnswer' || (status !== undefined && status < 500)) {
    return 'Check AUDIT_ENDPOINT and proxies.';
  }
  return 'Check that COS can be reached (AUDIT_ENDPOINT, network, DNS); a later run tries again.';
}

const steps = {
  otherRegion: 'The bucket lies in another region: check region= in AUDIT_EVIDENCE.',
  TooLarge: 'No file of the audit is so large: see who put it there, and check proxies.',
  NoSuchBucket: 'There is no such bucket in that region: check AUDIT_EVIDENCE.',
  InvalidAccessKeyId: 'The secret id does not exist: check the credentials.',
  SignatureDoesNotMatch: 'The secret key does not belong to the secret id: check the credentials.',
  InvalidToken: 'The session token is wrong: renew the credentials.',
  ExpiredToken: 'The session token has ended: renew the credentials.',
  RequestTimeTooSkewed: 'Set the clock of this machine.',
} as const;

/**
 * DingTalk's signature, which goes in the query: the secret is the key.
 * @see https://open.dingtalk.com/document/orgapp/customize-robot-security-settings
 */
import { createHmac } from 'node:crypto';

const toleranceMs = 60 * 60_000;
const more = 'more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]';

/** @returns DingTalk's words for what is wrong; clients go by the 310000 beside them */
export function signFaultOf(
  query: URLSearchParams,
  secret: string,
  nowMs: number,
): string | undefined {
  const timestamp = query.get('timestamp');
  if (timestamp === null) return `sign not match, ${more}`;
  // Milliseconds: a timestamp in seconds is of 1970.
  if (!/^\d{1,15}$/.test(timestamp) || Math.abs(nowMs - Number(timestamp)) > toleranceMs) {
    return `invalid timestamp, ${more}`;
  }
  const expected = createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
  return query.get('sign') === expected ? undefined : `sign not match, ${more}`;
}

import { createHash, createHmac } from 'node:crypto';

/**
 * From the signature page, step by step, for what Tencent's client never does: a signed port, a third
 * signed header, a scope of another day.
 * @see https://cloud.tencent.com/document/product/215/36792
 */
export function signedByHand(url: string, timestamp: number, dayOf = timestamp): string {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) =>
    createHmac('sha256', key).update(text).digest();
  const date = new Date(dayOf * 1000).toISOString().slice(0, 10);
  const names = 'content-type;host;x-tc-action';
  const headers = `content-type:application/json\nhost:${new URL(url).host}\nx-tc-action:describeassetimagescansetting\n`;
  const canonical = `POST\n/\n\n${headers}\n${names}\n${sha256('{}')}`;
  const scope = `${date}/tcss/tc3_request`;
  const key = hmac(hmac(hmac('TC3SIMULATOR-KEY', date), 'tcss'), 'tc3_request');
  const text = `TC3-HMAC-SHA256\n${String(timestamp)}\n${scope}\n${sha256(canonical)}`;
  return `TC3-HMAC-SHA256 Credential=SIMULATOR-ID/${scope}, SignedHeaders=${names}, Signature=${hmac(key, text).toString('hex')}`;
}

/**
 * Feishu's signature, which goes in the body: timestamp and secret are the key, and nothing is signed.
 * @see https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
import { createHmac } from 'node:crypto';

const toleranceSeconds = 3600;

export function isSignedForFeishu(
  { timestamp, sign }: Readonly<Record<string, unknown>>,
  secret: string,
  nowMs: number,
): boolean {
  if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(Math.floor(nowMs / 1000) - Number(timestamp)) > toleranceSeconds) return false;
  return sign === createHmac('sha256', `${timestamp}\n${secret}`).digest('base64');
}

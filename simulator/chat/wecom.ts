/**
 * WeCom's group robot: HTTP 200 whatever happens, the body's `errcode` decides.
 * @see https://developer.work.weixin.qq.com/document/path/99110
 */
import { json, type Incoming } from '../http.ts';
import { isObject } from '../json.ts';
import { createRateLimit } from '../rate-limit.ts';
import type { Platform } from './inbox.ts';

interface Refusal {
  readonly errcode: number;
  readonly text: string;
}

/** The message types that a notice needs; the real robot knows more. */
const maxContentBytes: ReadonlyMap<unknown, number> = new Map([
  ['text', 2048],
  ['markdown', 4096],
  ['markdown_v2', 4096],
]);

/** @param knownKey the `key=` of the one robot that exists */
export function createWecom(knownKey: string, now: () => number): Platform {
  const rateLimit = createRateLimit(20, 60_000);
  return (request, body) => {
    const key = new URLSearchParams(request.query).get('key');
    const refusal =
      key !== knownKey
        ? { errcode: 93000, text: 'invalid webhook url' }
        : rateLimit(key, now()) > 0
          ? { errcode: 45009, text: 'api freq out of limit' }
          : refusalOf(body);
    return refusal === undefined
      ? { accepted: true, reply: json(200, { errcode: 0, errmsg: 'ok' }) }
      : { accepted: false, reply: json(200, answerOf(refusal, request, now())) };
  };
}

function refusalOf(body: unknown): Refusal | undefined {
  if (!isObject(body)) {
    return { errcode: 40008, text: 'Warning: wrong json format. invalid message type' };
  }
  const { msgtype } = body;
  const maxBytes = maxContentBytes.get(msgtype);
  if (typeof msgtype !== 'string' || maxBytes === undefined) {
    return { errcode: 40008, text: 'invalid message type' };
  }
  const part = body[msgtype];
  const content = isObject(part) ? part['content'] : undefined;
  if (typeof content !== 'string' || content === '') {
    return { errcode: 44004, text: 'empty content' };
  }
  // Control characters and halves of surrogate pairs.
  if (/(?![\n\t])[\p{Cc}\p{Cs}]/u.test(content)) {
    return { errcode: 40033, text: 'invalid request character' };
  }
  if (Buffer.byteLength(content) > maxBytes) {
    const limit = `${msgtype}.content exceed max length ${String(maxBytes)}`;
    return { errcode: 40058, text: `${limit}. invalid Request Parameter` };
  }
  return undefined;
}

// The real text too holds a hint and the caller's address, which must not be shown in public.
function answerOf({ errcode, text }: Refusal, { remoteAddress }: Incoming, nowMs: number) {
  const hint = String(nowMs).padEnd(25, '0');
  const more = `https://open.work.weixin.qq.com/devtool/query?e=${String(errcode)}`;
  const errmsg = `${text}, hint: [${hint}], from ip: ${remoteAddress}, more info at ${more}`;
  return { errcode, errmsg };
}

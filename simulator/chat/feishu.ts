/**
 * The custom bot of Feishu and of Lark: HTTP 200 whatever happens, the body's `code` decides.
 * @see https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
import { json } from '../http.ts';
import { isObject } from '../json.ts';
import { createRateLimit } from '../rate-limit.ts';
import { cardFaultOf } from './feishu-card.ts';
import { postFaultOf } from './feishu-post.ts';
import { isSignedForFeishu } from './feishu-sign.ts';
import type { Platform } from './inbox.ts';
import { isText } from './shapes.ts';
import { throttled } from './throttled.ts';

/** The page says 20 KB: in thousands, so that what passes here passes by either reading. */
const maxBodyBytes = 20_000;

interface Refusal {
  readonly code: number;
  readonly msg: string;
}

export interface FeishuBot {
  readonly token: string;
  readonly secret: string;
}

const success = { StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' };
const badRequest: Refusal = { code: 9499, msg: 'Bad Request' };

/** @param bot the one that exists */
export function createFeishu(bot: FeishuBot, now: () => number): Platform {
  const secondLimit = createRateLimit(5, 1000);
  const minuteLimit = createRateLimit(100, 60_000);
  return ({ method, path, rawBody }, body) => {
    const refused = ({ code, msg }: Refusal) => ({
      accepted: false,
      reply: json(200, { code, data: {}, msg }),
    });
    if (method !== 'POST') return refused(badRequest);
    const token = path.slice(path.lastIndexOf('/') + 1);
    if (token !== bot.token) {
      return refused({
        code: 19001,
        msg: 'param invalid: incoming webhook access token invalid',
      });
    }
    if (secondLimit(token, now()) > 0 || minuteLimit(token, now()) > 0) {
      return { accepted: false, reply: throttled.feishu(0) };
    }
    if (rawBody.length > maxBodyBytes || !isObject(body)) return refused(badRequest);
    if (!isSignedForFeishu(body, bot.secret, now())) {
      return refused({
        code: 19021,
        msg: 'sign match fail or timestamp is not within one hour from current time',
      });
    }
    const refusal = refusalOf(body);
    return refusal === undefined ? { accepted: true, reply: json(200, success) } : refused(refusal);
  };
}

/** The message types that a notice needs; the real bot knows more. */
function refusalOf({ msg_type, content, card }: Readonly<Record<string, unknown>>) {
  switch (msg_type) {
    case undefined:
      return parameterFault('msg_type need');
    case 'text':
      return isObject(content) && isText(content['text']) ? undefined : parameterFault('text need');
    case 'post': {
      const fault = postFaultOf(isObject(content) ? content['post'] : undefined);
      return fault === undefined ? undefined : parameterFault(fault);
    }
    case 'interactive': {
      if (!isObject(card)) return parameterFault('unknown card value');
      const fault = cardFaultOf(card);
      return fault === undefined ? undefined : cardFault(fault);
    }
    default:
      return parameterFault('unknown msg_type value');
  }
}

function parameterFault(what: string): Refusal {
  return { code: 19002, msg: `params error, ${what}` };
}

function cardFault(what: string): Refusal {
  return {
    code: 200621,
    msg: `ErrCode: 200621; ErrMsg: parse card json err, please check whether the card json is correct; ErrorValue: ${what}; `,
  };
}

/**
 * DingTalk's custom robot, secured by a signature: HTTP 200 whatever happens, the body's `errcode`
 * decides, and the gateway before the robot gives none.
 * @see https://open.dingtalk.com/document/orgapp/custom-robot-access
 */
import { json } from '../http.ts';
import { isObject } from '../json.ts';
import { createRateLimit } from '../rate-limit.ts';
import { signFaultOf } from './dingtalk-sign.ts';
import type { Platform } from './inbox.ts';
import { isJsonType, isText } from './shapes.ts';
import { throttled } from './throttled.ts';

const maxBodyBytes = 20_000;
const punishmentMs = 10 * 60_000;

interface Refusal {
  readonly errcode: number;
  readonly errmsg: string;
}

export interface DingtalkRobot {
  readonly token: string;
  /** `SEC…` */
  readonly secret: string;
}

/** @param robot the one that exists */
export function createDingtalk(robot: DingtalkRobot, now: () => number): Platform {
  const rateLimit = createRateLimit(20, 60_000);
  let punishedUntilMs = -Infinity;
  return (request, body) => {
    const query = new URLSearchParams(request.query);
    const refused = (errcode: number, errmsg: string) => ({
      accepted: false,
      reply: json(200, { errcode, errmsg }),
    });
    if (request.method !== 'POST') return refused(43002, 'require POST method');
    if (query.get('access_token') !== robot.token) return refused(300005, 'token is not exist');
    if (now() >= punishedUntilMs && rateLimit(robot.token, now()) > 0) {
      punishedUntilMs = now() + punishmentMs;
    }
    if (now() < punishedUntilMs) return { accepted: false, reply: throttled.dingtalk(0) };
    const signFault = signFaultOf(query, robot.secret, now());
    if (signFault !== undefined) return refused(310000, signFault);
    if (!isJsonType(request.headers['content-type'])) {
      return refused(43004, 'require Content-Type application/json');
    }
    if (request.rawBody.length > maxBodyBytes) {
      return refused(460101, 'message too long, exceed 20000 bytes');
    }
    const refusal = refusalOf(body);
    return refusal === undefined
      ? { accepted: true, reply: json(200, { errcode: 0, errmsg: 'ok' }) }
      : refused(refusal.errcode, refusal.errmsg);
  };
}

/** The message types that a notice needs, and what each must hold; the real robot knows more. */
const required: ReadonlyMap<string, readonly string[]> = new Map([
  ['text', ['content']],
  ['markdown', ['title', 'text']],
  ['link', ['title', 'text', 'messageUrl']],
  ['actionCard', ['title', 'text']],
]);

function refusalOf(body: unknown): Refusal | undefined {
  if (!isObject(body)) return missing('json');
  const { msgtype } = body;
  if (!isText(msgtype)) return missing('msgtype');
  const names = required.get(msgtype);
  if (names === undefined) return { errcode: 400105, errmsg: `unsupported msgtype: ${msgtype}` };
  const part = body[msgtype];
  if (!isObject(part)) return missing(msgtype);
  const lacking = names.find((name) => !isText(part[name]));
  if (lacking !== undefined) return missing(`${msgtype}.${lacking}`);
  return msgtype === 'actionCard' && !hasButton(part) ? missing('actionCard.btns') : undefined;
}

/** One button of the whole card, or a list of its own. */
function hasButton({ singleTitle, singleURL, btns }: Readonly<Record<string, unknown>>): boolean {
  if (isText(singleTitle) && isText(singleURL)) return true;
  return (
    Array.isArray(btns) &&
    btns.length > 0 &&
    btns.every(
      (button) => isObject(button) && isText(button['title']) && isText(button['actionURL']),
    )
  );
}

function missing(name: string): Refusal {
  return { errcode: 40035, errmsg: `缺少参数 ${name}` };
}

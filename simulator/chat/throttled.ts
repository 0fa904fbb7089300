/** How each platform says that it is too much: the faults and the platforms' own limits say it alike. */
import { randomUUID } from 'node:crypto';
import { json, text, type Reply } from '../http.ts';
import type { Channel } from './inbox.ts';

/** @param waitMs until the platform would listen again; few of them tell */
type Throttled = (waitMs: number) => Reply;

/** Feishu's and Lark's words. */
const frequencyLimited: Throttled = () =>
  json(200, {
    code: 11232,
    data: {},
    msg: 'frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]',
  });

export const throttled: Readonly<Record<Channel, Throttled>> = {
  slack: (waitMs) =>
    text(429, 'rate_limited', { 'content-type': 'text/html', 'retry-after': seconds(waitMs) }),
  wecom: () =>
    json(200, {
      errcode: 45009,
      errmsg:
        'api freq out of limit, hint: [0000000000000000000000000], from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool/query?e=45009',
    }),
  generic: (waitMs) =>
    json(429, { error: 'too many requests' }, { 'retry-after': seconds(waitMs) }),
  // The gateway answers before the robot does, and in its own words: there is no errcode.
  dingtalk: () =>
    json(200, { status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: randomUUID() }),
  feishu: frequencyLimited,
  lark: frequencyLimited,
  teams: (waitMs) =>
    json(
      429,
      { error: { code: 'WorkflowRequestThrottled', message: 'Too many requests. Retry later.' } },
      { 'retry-after': seconds(waitMs) },
    ),
  discord: (waitMs) =>
    json(
      429,
      { message: 'You are being rate limited.', retry_after: waitMs / 1000, global: false },
      {
        'retry-after': seconds(waitMs),
        'x-ratelimit-limit': '5',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset-after': String(waitMs / 1000),
        'x-ratelimit-scope': 'user',
      },
    ),
  googlechat: () =>
    json(429, {
      error: {
        code: 429,
        message: 'Resource has been exhausted (e.g. check quota).',
        status: 'RESOURCE_EXHAUSTED',
      },
    }),
  pagerduty: () =>
    json(429, {
      status: 'throttle exceeded',
      message: 'Requests for this service are arriving too quickly.  Please retry later.',
    }),
  alertmanager: (waitMs) => text(429, 'too many requests', { 'retry-after': seconds(waitMs) }),
  heartbeat: (waitMs) => text(429, 'rate limited', { 'retry-after': seconds(waitMs) }),
};

function seconds(waitMs: number): string {
  return String(Math.ceil(waitMs / 1000));
}

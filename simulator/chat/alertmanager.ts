/**
 * A receiver of Alertmanager's webhook, version 4: one of the many bridges that understand it.
 * @see https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 */
import { json, text } from '../http.ts';
import { alertGroupFaultOf } from './alert-group.ts';
import type { Platform } from './inbox.ts';
import { isJsonType } from './shapes.ts';

export const alertmanagerReceiver: Platform = ({ method, headers }, body) => {
  const fault =
    method !== 'POST'
      ? 'POST only'
      : isJsonType(headers['content-type'])
        ? alertGroupFaultOf(body)
        : 'content-type is not application/json';
  return fault === undefined
    ? { accepted: true, reply: text(200, '') }
    : { accepted: false, reply: json(400, { error: fault }) };
};

/**
 * CloudEvents 1.0, structured mode, JSON format.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
import { isObject } from '../json.ts';
import { isText, isTimestamp } from './shapes.ts';

/** @returns what keeps the body from being a CloudEvent */
export function cloudEventFaultOf(contentType: string, body: unknown): string | undefined {
  if (!/^application\/cloudevents\+json\s*(;|$)/i.test(contentType)) {
    return 'content-type is not application/cloudevents+json';
  }
  if (!isObject(body)) return 'body is not a JSON object';
  const lacking = ['id', 'source', 'specversion', 'type'].find((name) => !isText(body[name]));
  if (lacking !== undefined) return `${lacking} is not a non-empty string`;
  if (body['specversion'] !== '1.0') return 'specversion is not 1.0';
  const misnamed = Object.keys(body).find((name) => !/^([a-z0-9]+|data_base64)$/.test(name));
  if (misnamed !== undefined) return 'an attribute name is not of a-z and 0-9';
  if ('data' in body && 'data_base64' in body) return 'both data and data_base64';
  const { time } = body;
  return time === undefined || isTimestamp(time) ? undefined : 'time is not an RFC 3339 timestamp';
}

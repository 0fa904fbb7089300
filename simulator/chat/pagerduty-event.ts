/** What PagerDuty refuses in an event, all of it at once. Lengths are characters. */
import { isObject } from '../json.ts';
import { isHttpsUrl, isText, isTimestamp, lengthOf } from './shapes.ts';

type Fields = Readonly<Record<string, unknown>>;

const actions: readonly unknown[] = ['trigger', 'acknowledge', 'resolve'];
const severities: readonly unknown[] = ['critical', 'error', 'warning', 'info'];

export function keyErrorsOf(routingKey: unknown, knownKey: string): readonly string[] {
  if (!isText(routingKey)) return [missing('routing_key')];
  if (routingKey === knownKey) return [];
  const errors = [
    ...(lengthOf(routingKey) === 32
      ? []
      : ["Length of 'routing_key' is incorrect (should be 32 characters)"]),
    ...(/^[a-z0-9]*$/i.test(routingKey)
      ? []
      : ["'routing_key' cannot contain non-alphanumeric characters."]),
  ];
  return errors.length === 0 ? ['Invalid routing key'] : errors;
}

export function eventErrorsOf(event: Fields): readonly string[] {
  const { event_action: action, dedup_key: key, payload, links = [], images = [] } = event;
  const isTrigger = action === 'trigger';
  return [
    ...choiceErrors('event_action', action, actions),
    ...(isTrigger && key === undefined ? [] : textErrors('dedup_key', key, 255)),
    ...(isTrigger || payload !== undefined ? payloadErrors(payload) : []),
    ...(areLinks(links, 'href') ? [] : ["'links' must be a list of objects with an https 'href'"]),
    ...(areLinks(images, 'src') ? [] : ["'images' must be a list of objects with an https 'src'"]),
  ];
}

function payloadErrors(payload: unknown): readonly string[] {
  if (!isObject(payload)) return [missing('payload')];
  const { summary, source, severity, timestamp, custom_details: details = {} } = payload;
  return [
    ...textErrors('payload.summary', summary, 1024),
    ...textErrors('payload.source', source, Infinity),
    ...choiceErrors('payload.severity', severity, severities),
    ...(timestamp === undefined || isTimestamp(timestamp)
      ? []
      : ["'payload.timestamp' is invalid (must be ISO 8601)"]),
    ...['component', 'group', 'class'].flatMap((name) =>
      payload[name] === undefined || typeof payload[name] === 'string'
        ? []
        : [`'payload.${name}' is not a string`],
    ),
    ...(isObject(details) ? [] : ["'payload.custom_details' is not an object"]),
  ];
}

function textErrors(name: string, value: unknown, max: number): readonly string[] {
  if (!isText(value) || value.trim() === '') return [missing(name)];
  return lengthOf(value) > max
    ? [`'${name}' is too long (maximum is ${String(max)} characters)`]
    : [];
}

function choiceErrors(name: string, value: unknown, choices: readonly unknown[]) {
  if (!isText(value)) return [missing(name)];
  const known = choices.map((choice) => `'${String(choice)}'`).join(', ');
  return choices.includes(value)
    ? []
    : [`'${name}' is invalid (must be one of the following: ${known})`];
}

function areLinks(list: unknown, name: 'href' | 'src'): boolean {
  return Array.isArray(list) && list.every((link) => isObject(link) && isHttpsUrl(link[name]));
}

function missing(name: string): string {
  return `'${name}' is missing or blank`;
}

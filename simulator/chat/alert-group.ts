/**
 * Alertmanager's message, version 4, as strict as Alertmanager itself writes it.
 * @see https://github.com/prometheus/alertmanager/blob/main/template/template.go
 */
import { isObject } from '../json.ts';
import { firstFault, isText, isTimestamp } from './shapes.ts';

const statuses: readonly unknown[] = ['firing', 'resolved'];
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Go's zero time: an alert whose end nobody knows. */
const noEnd = '0001-01-01T00:00:00Z';

/** @returns what keeps the body from being a group of alerts */
export function alertGroupFaultOf(body: unknown): string | undefined {
  if (!isObject(body)) return 'body is not a JSON object';
  const { version, status, groupKey, receiver, externalURL, truncatedAlerts, alerts } = body;
  if (version !== '4') return 'version is not "4"';
  if (!statuses.includes(status)) return 'status is neither firing nor resolved';
  if (!isText(groupKey)) return 'groupKey is not a non-empty string';
  if (!isText(receiver)) return 'receiver is not a non-empty string';
  if (typeof externalURL !== 'string') return 'externalURL is not a string';
  if (!Number.isInteger(truncatedAlerts) || Number(truncatedAlerts) < 0) {
    return 'truncatedAlerts is not a whole number';
  }
  const unlabelled = ['groupLabels', 'commonLabels', 'commonAnnotations'].find(
    (name) => !isLabels(body[name]),
  );
  if (unlabelled !== undefined) return `${unlabelled} is not an object of strings`;
  if (!Array.isArray(alerts) || alerts.length === 0) return 'alerts is not a non-empty list';
  return (
    firstFault(alerts, (alert, index) => {
      const fault = alertFaultOf(alert);
      return fault === undefined ? undefined : `alerts[${String(index)}]${fault}`;
    }) ?? groupStatusFaultOf(status, alerts)
  );
}

function alertFaultOf(alert: unknown): string | undefined {
  if (!isObject(alert)) return ' is not an object';
  const { status, labels, annotations, startsAt, endsAt, generatorURL, fingerprint } = alert;
  if (!statuses.includes(status)) return '.status is neither firing nor resolved';
  if (!isLabels(labels)) return '.labels is not an object of strings';
  if (!isLabels(annotations)) return '.annotations is not an object of strings';
  if (!isTimestamp(startsAt)) return '.startsAt is not an RFC 3339 timestamp';
  if (!isTimestamp(endsAt)) return '.endsAt is not an RFC 3339 timestamp';
  if (typeof generatorURL !== 'string') return '.generatorURL is not a string';
  if (!isText(fingerprint) || !/^[0-9a-f]{16}$/.test(fingerprint)) {
    return '.fingerprint is not 16 hex digits';
  }
  return status === 'resolved' && endsAt === noEnd ? '.endsAt is not known' : undefined;
}

/** A group fires as long as one of its alerts does. */
function groupStatusFaultOf(status: unknown, alerts: readonly unknown[]): string | undefined {
  const isFiring = alerts.some((alert) => isObject(alert) && alert['status'] === 'firing');
  return status === (isFiring ? 'firing' : 'resolved')
    ? undefined
    : 'status is not that of the alerts';
}

function isLabels(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.entries(value).every(([name, text]) => labelName.test(name) && typeof text === 'string')
  );
}

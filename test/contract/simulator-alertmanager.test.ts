/** The simulated receiver of Alertmanager's webhook, posted to with plain fetch. */
import { expect, it } from 'vitest';
import { post } from '../support/sim-post.ts';
import { standingSimulator } from '../support/sim-clock.ts';

const standing = standingSimulator();

const alert = {
  status: 'firing',
  labels: { alertname: 'image-scan-enabled', severity: 'critical' },
  annotations: { summary: 'Scheduled image scans are off' },
  startsAt: '2026-11-24T02:00:00Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: '',
  fingerprint: '0123456789abcdef',
};
const resolved = { ...alert, status: 'resolved', endsAt: '2026-11-25T02:00:00.123+08:00' };
const group = {
  version: '4',
  groupKey: '{}:{target="100000000001"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'audit',
  groupLabels: { target: '100000000001' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: '',
  alerts: [alert],
};
const ofAlert = (part: object) => ({ ...group, alerts: [alert, { ...alert, ...part }] });

const good: Record<string, unknown> = {
  'a firing group': group,
  'a resolved group': { ...group, status: 'resolved', alerts: [resolved, resolved] },
  'a group of which one alert still fires': { ...group, alerts: [resolved, alert] },
  'a group that was cut': { ...group, truncatedAlerts: 12 },
  'what newer versions add': { ...group, routeLabels: {}, notification_reason: 'new' },
};
it.each(Object.entries(good))('takes %s', async (_name, body) => {
  expect(await post(standing.simulator.platforms.alertmanager, body)).toMatchObject({
    status: 200,
    body: '',
  });
  expect(standing.accepted()).toEqual([true]);
});

it('takes a group under any name', async () => {
  expect((await post(`${standing.simulator.url}/alertmanager/other`, group)).status).toBe(200);
});

const bad: Record<string, readonly [unknown, string]> = {
  'no JSON': ['hello', 'body is not a JSON object'],
  'JSON that is no object': [[], 'body is not a JSON object'],
  'a version that is a number': [{ ...group, version: 4 }, 'version is not "4"'],
  'another version': [{ ...group, version: '3' }, 'version is not "4"'],
  'an unknown status': [{ ...group, status: 'open' }, 'status is neither firing nor resolved'],
  'no groupKey': [{ ...group, groupKey: '' }, 'groupKey is not a non-empty string'],
  'no receiver': [{ ...group, receiver: undefined }, 'receiver is not a non-empty string'],
  'no externalURL': [{ ...group, externalURL: undefined }, 'externalURL is not a string'],
  'no truncatedAlerts': [
    { ...group, truncatedAlerts: undefined },
    'truncatedAlerts is not a whole number',
  ],
  'truncatedAlerts that are a text': [
    { ...group, truncatedAlerts: '0' },
    'truncatedAlerts is not a whole number',
  ],
  'truncatedAlerts below zero': [
    { ...group, truncatedAlerts: -1 },
    'truncatedAlerts is not a whole number',
  ],
  'no groupLabels': [
    { ...group, groupLabels: undefined },
    'groupLabels is not an object of strings',
  ],
  'commonLabels of numbers': [
    { ...group, commonLabels: { count: 7 } },
    'commonLabels is not an object of strings',
  ],
  'commonAnnotations that are a list': [
    { ...group, commonAnnotations: [] },
    'commonAnnotations is not an object of strings',
  ],
  'no alerts': [{ ...group, alerts: [] }, 'alerts is not a non-empty list'],
  'alerts that are no list': [{ ...group, alerts: {} }, 'alerts is not a non-empty list'],
  'an alert that is none': [{ ...group, alerts: ['x'] }, 'alerts[0] is not an object'],
  'an alert of an unknown status': [
    ofAlert({ status: 'open' }),
    'alerts[1].status is neither firing nor resolved',
  ],
  'a label that is a number': [
    ofAlert({ labels: { count: 7 } }),
    'alerts[1].labels is not an object of strings',
  ],
  'a label name with a hyphen': [
    ofAlert({ labels: { 'policy-id': 'x' } }),
    'alerts[1].labels is not an object of strings',
  ],
  'an annotation that is null': [
    ofAlert({ annotations: { summary: null } }),
    'alerts[1].annotations is not an object of strings',
  ],
  'a start without a zone': [
    ofAlert({ startsAt: '2026-11-24T02:00:00' }),
    'alerts[1].startsAt is not an RFC 3339 timestamp',
  ],
  'no end': [ofAlert({ endsAt: undefined }), 'alerts[1].endsAt is not an RFC 3339 timestamp'],
  'an empty end': [ofAlert({ endsAt: '' }), 'alerts[1].endsAt is not an RFC 3339 timestamp'],
  'no generatorURL': [ofAlert({ generatorURL: null }), 'alerts[1].generatorURL is not a string'],
  'a fingerprint of 15 digits': [
    ofAlert({ fingerprint: '0123456789abcde' }),
    'alerts[1].fingerprint is not 16 hex digits',
  ],
  'a fingerprint that is no hex': [
    ofAlert({ fingerprint: 'image-scan-enabl' }),
    'alerts[1].fingerprint is not 16 hex digits',
  ],
  'a resolved alert that has not ended': [
    ofAlert({ status: 'resolved' }),
    'alerts[1].endsAt is not known',
  ],
  'a firing group of resolved alerts': [
    { ...group, alerts: [resolved] },
    'status is not that of the alerts',
  ],
  'a resolved group with a firing alert': [
    { ...group, status: 'resolved' },
    'status is not that of the alerts',
  ],
};
it.each(Object.entries(bad))('refuses %s', async (_name, [body, error]) => {
  expect(await post(standing.simulator.platforms.alertmanager, body)).toEqual({
    status: 400,
    type: 'application/json',
    body: JSON.stringify({ error }),
  });
  expect(standing.accepted()).toEqual([false]);
});

it('refuses another content type', async () => {
  const { alertmanager } = standing.simulator.platforms;
  const answer = await post(alertmanager, group, { 'content-type': 'text/plain' });
  expect(answer).toMatchObject({
    status: 400,
    body: '{"error":"content-type is not application/json"}',
  });
});

it('refuses another method', async () => {
  const response = await fetch(standing.simulator.platforms.alertmanager);
  expect([response.status, await response.json()]).toEqual([400, { error: 'POST only' }]);
});

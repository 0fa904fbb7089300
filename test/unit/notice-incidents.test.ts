/** PagerDuty and Alertmanager: one event a finding, which opens, keeps and closes an incident. */
import { describe, expect, it } from 'vitest';

import type { Severity } from '../../shared/model.ts';
import { platforms } from '../../shared/notice/channels/platforms.ts';
import { noticeOfNote, sections, type Note, type Section } from '../../shared/notice/notice.ts';
import { rendered } from '../support/channels.ts';
import { findingOf, itemOf, nights, noticeWith, openOf, summary } from '../support/log.ts';

const console = 'https://console.tencentcloud.com/tcss';
const at = '2026-11-24T18:00:01.000Z';
const { fingerprint } = openOf('a');
const inSection = (section: Section) => noticeWith({ [section]: [itemOf('a')] });

describe('PagerDuty', () => {
  const eventsOf = (...args: Parameters<typeof noticeWith>) =>
    rendered('pagerduty', noticeWith(...args)).map(({ content }) => content);

  it('opens an incident with all that a person needs, under the fingerprint', () => {
    const [post, ...more] = rendered('pagerduty', inSection('failing'));
    expect(more).toEqual([]);
    expect(post?.tells).toEqual([fingerprint]);
    expect(post?.content).toEqual({
      event_action: 'trigger',
      dedup_key: fingerprint,
      client: 'tcss-audit',
      client_url: console,
      payload: {
        summary: '100000000001 Title of a · ScanVul must be true, is false',
        source: '100000000001',
        severity: 'error',
        timestamp: at,
        component: 'TCSS',
        class: 'a',
        custom_details: {
          status: 'fail',
          since: nights[0],
          violations: [
            {
              pointer: '/ScanVul',
              expected: true,
              actual: false,
              message: '/ScanVul must be true, is false',
            },
          ],
          reason: null,
          remediation: 'Set a right.',
          run: 'nightly-20261124T180000Z',
          evidence: summary.head,
        },
      },
      links: [{ href: console, text: 'Open console' }],
    });
  });

  const actions: Readonly<Record<Section, string>> = {
    failing: 'trigger',
    unchecked: 'trigger',
    stillOpen: 'trigger',
    resolved: 'resolve',
    waived: 'resolve',
    dropped: 'resolve',
  };
  it.each(sections)('of what is %s', (section) => {
    const [event, ...more] = rendered('pagerduty', inSection(section));
    expect(more).toEqual([]);
    expect(event?.content).toMatchObject({
      event_action: actions[section],
      dedup_key: fingerprint,
    });
    if (actions[section] === 'resolve') {
      expect(event?.content).toEqual({ event_action: 'resolve', dedup_key: fingerprint });
    }
  });

  const severities: Readonly<Record<Severity, string>> = {
    critical: 'critical',
    high: 'error',
    medium: 'warning',
    low: 'info',
  };
  it.each(Object.entries(severities))('takes %s for %s', (severity, expected) => {
    const open = openOf('a', { severity: severity as Severity });
    const [event] = eventsOf({ failing: [itemOf('a', { open })] });
    expect(event?.['payload']).toMatchObject({ severity: expected });
  });

  it('sends one event a finding, in the order of the sections', () => {
    const items = Object.fromEntries(
      sections.map((section, index) => [section, [itemOf(String(index))]]),
    );
    expect(eventsOf(items).map((event) => event['dedup_key'])).toEqual(
      sections.map((_, index) => openOf(String(index)).fingerprint),
    );
  });

  it('makes nothing of what is neither a finding nor a note', () => {
    const waivers = [{ id: 'W', policy: 'a', state: 'unused', until: '2027-06-30' }] as const;
    expect(eventsOf({}, { waivers })).toEqual([]);
  });

  const notes: Record<string, readonly [Note, readonly object[]]> = {
    'a test opens an incident and closes it': [
      { kind: 'test' },
      [
        {
          event_action: 'trigger',
          dedup_key: 'tcss-audit/nightly-1/test',
          client: 'tcss-audit',
          payload: {
            summary:
              'tcss-audit: TEST message, nothing is wrong · Somebody is testing this channel. If you can read this, notices arrive here.',
            source: 'tcss-audit',
            severity: 'info',
            timestamp: at,
          },
        },
        { event_action: 'resolve', dedup_key: 'tcss-audit/nightly-1/test' },
      ],
    ],
    'a failure of the audit is critical': [
      { kind: 'failure', message: 'ENOSPC' },
      [
        {
          event_action: 'trigger',
          dedup_key: 'tcss-audit/nightly-1/failure',
          client: 'tcss-audit',
          payload: {
            summary:
              'tcss-audit: the audit FAILED · No evidence was sealed, so nothing is known of tonight. What went wrong: · ENOSPC',
            source: 'tcss-audit',
            severity: 'critical',
            timestamp: at,
          },
        },
      ],
    ],
    'a missing run is a warning': [
      { kind: 'missed', scheduled: [nights[0]] },
      [
        {
          event_action: 'trigger',
          dedup_key: 'tcss-audit/nightly-1/missed',
          client: 'tcss-audit',
          payload: {
            summary: `tcss-audit: 1 scheduled run is missing · The timer should have fired and no run came of it: ${nights[0]}`,
            source: 'tcss-audit',
            severity: 'warning',
            timestamp: at,
          },
        },
      ],
    ],
    'an audit that did not run is critical, and one incident a night': [
      { kind: 'watchdog', troubles: [{ kind: 'missing', scheduledAt: at, lastAt: null }] },
      [
        {
          event_action: 'trigger',
          dedup_key: 'tcss-audit/nightly-1/watchdog',
          client: 'tcss-audit',
          payload: {
            summary: `tcss-audit: the audit DID NOT RUN · The timer should have started an audit at ${at}, and the log has none. · None that a timer started was found. · Look at the timer of the audit function, and at its last invocations.`,
            source: 'tcss-audit',
            severity: 'critical',
            timestamp: at,
          },
        },
      ],
    ],
    'an audit that is sealed, and incomplete, is an error': [
      { kind: 'watchdog', troubles: [{ kind: 'incomplete', scheduledAt: at }] },
      [
        {
          event_action: 'trigger',
          dedup_key: 'tcss-audit/nightly-1/watchdog',
          client: 'tcss-audit',
          payload: {
            summary: `tcss-audit: the audit is incomplete · The audit of ${at} ran out of time: not every account was read. · Give the audit function more time.`,
            source: 'tcss-audit',
            severity: 'error',
            timestamp: at,
          },
        },
      ],
    ],
  };
  it.each(Object.entries(notes))('%s', (_name, [note, events]) => {
    const posts = rendered('pagerduty', noticeOfNote('nightly-1', 'intl', note, at));
    expect(posts.map(({ content }) => content)).toEqual(events);
    expect(posts.flatMap(({ tells }) => tells)).toEqual([]);
  });
});

describe('Alertmanager', () => {
  it('gets the shape of its own webhook, version 4', () => {
    const notice = noticeWith({
      failing: [itemOf('a')],
      resolved: [itemOf('b', { finding: findingOf('b', 'pass') })],
    });
    const posts = rendered('alertmanager', notice);
    expect(posts.flatMap(({ tells }) => tells)).toEqual(
      ['a', 'b'].map((id) => openOf(id).fingerprint),
    );
    const labelsOf = (id: string) => ({
      alertname: id,
      service: 'tcss-audit',
      severity: 'high',
      site: 'intl',
      status: 'fail',
      target: '100000000001',
    });
    expect(posts.map(({ content }) => content)).toMatchObject([
      {
        version: '4',
        truncatedAlerts: 0,
        status: 'firing',
        receiver: 'tcss-audit',
        commonLabels: { service: 'tcss-audit', site: 'intl' },
        externalURL: console,
        alerts: [
          {
            status: 'firing',
            labels: labelsOf('a'),
            annotations: {
              summary: 'Title of a',
              description: '100000000001 Title of a · ScanVul must be true, is false',
              remediation: 'Set a right.',
            },
            startsAt: nights[0],
            endsAt: '0001-01-01T00:00:00Z',
            generatorURL: console,
            fingerprint: fingerprint.slice(0, 16),
          },
          {
            status: 'resolved',
            labels: labelsOf('b'),
            startsAt: nights[0],
            endsAt: at,
            fingerprint: openOf('b').fingerprint.slice(0, 16),
          },
        ],
      },
    ]);
  });

  it.each(sections)('says of what is %s whether it fires', (section) => {
    const status = ['failing', 'unchecked', 'stillOpen'].includes(section) ? 'firing' : 'resolved';
    const [post] = rendered('alertmanager', inSection(section));
    expect(post?.content).toMatchObject({ status, alerts: [{ status }] });
  });

  it('has nothing but strings in labels and annotations', () => {
    const all = noticeWith(
      Object.fromEntries(sections.map((section) => [section, [itemOf('a')]])),
      { notes: [{ kind: 'missed', scheduled: [nights[0]] }] },
    );
    const [post] = rendered('alertmanager', all);
    const { alerts } = post?.content as {
      alerts: {
        labels: Record<string, unknown>;
        annotations: Record<string, unknown>;
        fingerprint: string;
      }[];
    };
    expect(alerts).toHaveLength(7);
    for (const { labels, annotations, fingerprint: id } of alerts) {
      const values: unknown[] = [...Object.values(labels), ...Object.values(annotations)];
      expect(values.filter((value) => typeof value !== 'string')).toEqual([]);
      expect(id).toMatch(/^[0-9a-f]{16}$/);
    }
  });

  const severitiesOf: readonly (readonly [Note, string])[] = [
    [{ kind: 'test' }, 'low'],
    [{ kind: 'failure', message: 'x' }, 'critical'],
    [{ kind: 'missed', scheduled: [nights[0]] }, 'low'],
    [{ kind: 'watchdog', troubles: [{ kind: 'killed', scheduledAt: at }] }, 'critical'],
    [{ kind: 'watchdog', troubles: [{ kind: 'incomplete', scheduledAt: at }] }, 'high'],
  ];
  it.each(severitiesOf)('fires for %j with severity %s', (note, severity) => {
    const [post] = rendered('alertmanager', noticeOfNote('nightly-1', 'intl', note, at));
    expect(post?.content).toMatchObject({
      status: 'firing',
      alerts: [
        { labels: { alertname: `audit-${note.kind}`, severity }, endsAt: '0001-01-01T00:00:00Z' },
      ],
    });
  });

  it('gives every note a fingerprint of its own', () => {
    const idsOf = (runId: string, note: Note) =>
      rendered('alertmanager', noticeOfNote(runId, 'intl', note, at)).map(({ content }) => {
        const { alerts } = content as { readonly alerts: readonly { fingerprint: string }[] };
        return alerts[0]?.fingerprint;
      });
    const ids = [
      ...idsOf('nightly-1', { kind: 'test' }),
      ...idsOf('nightly-1', { kind: 'failure', message: 'x' }),
      ...idsOf('nightly-2', { kind: 'failure', message: 'x' }),
    ];
    expect(new Set(ids).size).toBe(3);
  });
});

/** A run has twelve seconds to tell, however many accounts there are. */
it.each(['pagerduty', 'alertmanager'] as const)(
  '%s looks at a finding a few times, not once for every other one',
  (kind) => {
    let looks = 0;
    const failing = Array.from({ length: 100 }, (_, index) => {
      const open = openOf(String(index), { fingerprint: String(index).padStart(64, '0') });
      const { title, ...item } = itemOf(String(index), { open });
      return {
        ...item,
        get title() {
          looks += 1;
          return title;
        },
      };
    });
    platforms[kind].render(noticeWith({ failing }), 'en');
    expect(looks / failing.length).toBeLessThan(20);
  },
);

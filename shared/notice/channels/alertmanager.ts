/** The shape of Prometheus Alertmanager's webhook, version 4. https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
import { createHash } from 'node:crypto';

import type { Locale } from '../../model.ts';
import { consoleOf, noteSummaryOf, summaryOf } from '../message.ts';
import { sections, severityOf, type Item, type Notice, type Section } from '../notice.ts';
import { byteLength } from '../pages.ts';
import { paginate } from '../paginate.ts';
import { postJson, type Platform, type Post } from './channel.ts';
import { classifyReceiver } from './generic.ts';

/** The format sets no limit; bridges have theirs. */
const maxBodyBytes = 256 * 1024;
const never = '0001-01-01T00:00:00Z';

export const alertmanager: Platform = { render, request: postJson, classify: classifyReceiver };

function render(notice: Notice, locale: Locale): readonly Post[] {
  const items = sections.flatMap((section) =>
    notice.items[section].map((item) => ({
      alert: itemAlert(notice, item, section, locale),
      tells: [item.open.fingerprint],
    })),
  );
  const all = [...noteAlerts(notice, locale), ...items];
  if (all.length === 0) return [];
  const contentOf = (shown: typeof all, left: number) =>
    envelope(
      notice,
      shown.map(({ alert }) => alert),
      left,
    );
  const { pages, left } = paginate(
    all,
    (page) => byteLength(JSON.stringify(contentOf([...page], 999_999))) <= maxBodyBytes,
    1,
  );
  const shown = [...(pages[0] ?? [])];
  // What found no place is told by its number.
  const tells = all.flatMap((entry) => entry.tells);
  return [{ content: contentOf(shown, left), tells }];
}

interface Alert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

function envelope(notice: Notice, alerts: readonly Alert[], truncatedAlerts: number): object {
  const isFiring = alerts.some(({ status }) => status === 'firing');
  const { url } = consoleOf(notice, 'en');
  return {
    version: '4',
    groupKey: `{}:{service="tcss-audit",site="${notice.site}"}`,
    truncatedAlerts,
    status: isFiring ? 'firing' : 'resolved',
    receiver: 'tcss-audit',
    groupLabels: { service: 'tcss-audit' },
    commonLabels: { service: 'tcss-audit', site: notice.site },
    commonAnnotations: { run: notice.runId, evidence: evidenceOf(notice) },
    externalURL: url,
    alerts,
  };
}

function evidenceOf({ summary }: Notice): string {
  return summary === undefined ? '' : `${String(summary.head.seq)}:${summary.head.sha256}`;
}

const isOver: Readonly<Record<Section, boolean>> = {
  failing: false,
  unchecked: false,
  stillOpen: false,
  resolved: true,
  waived: true,
  dropped: true,
};

function itemAlert(notice: Notice, item: Item, section: Section, locale: Locale): Alert {
  const { open, title, remediation } = item;
  const over = isOver[section];
  return {
    status: over ? 'resolved' : 'firing',
    labels: {
      alertname: open.policyId,
      service: 'tcss-audit',
      severity: open.severity,
      site: notice.site,
      status: open.status,
      target: open.target,
    },
    annotations: {
      summary: title,
      description: summaryOf(item, locale),
      remediation: remediation ?? '',
    },
    startsAt: open.since,
    endsAt: over ? notice.at : never,
    generatorURL: consoleOf(notice, locale).url,
    fingerprint: open.fingerprint.slice(0, 16),
  };
}

function noteAlerts(
  notice: Notice,
  locale: Locale,
): readonly { readonly alert: Alert; readonly tells: readonly string[] }[] {
  return notice.notes.map((note) => {
    const { title, lines } = noteSummaryOf(notice, note, locale);
    const alert: Alert = {
      status: 'firing',
      labels: {
        alertname: `audit-${note.kind}`,
        service: 'tcss-audit',
        severity: note.kind === 'missed' ? 'low' : (severityOf(note) ?? 'low'),
        site: notice.site,
      },
      annotations: { summary: title, description: lines.join('\n') },
      startsAt: notice.at,
      endsAt: never,
      generatorURL: consoleOf(notice, locale).url,
      fingerprint: createHash('sha256')
        .update(`${notice.id} ${note.kind}`)
        .digest('hex')
        .slice(0, 16),
    };
    return { alert, tells: [] };
  });
}

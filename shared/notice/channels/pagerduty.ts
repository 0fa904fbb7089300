/** PagerDuty Events API v2: one event a finding. https://developer.pagerduty.com/docs/events-api-v2-overview */
import type { Locale, Severity } from '../../model.ts';
import type { HttpResponse } from '../../ports.ts';
import { plainLine } from '../../text.ts';
import { detailsOf } from '../details.ts';
import { consoleOf, noteSummaryOf, summaryOf } from '../message.ts';
import { sections, severityOf, type Item, type Notice, type Section } from '../notice.ts';
import {
  classifyThrottleOrFault,
  jsonTo,
  type Attempt,
  type Outcome,
  type Platform,
  type Post,
} from './channel.ts';

const maxSummaryChars = 1024;

export const pagerduty: Platform = { render, request, classify };

const severities: Readonly<Record<Severity, string>> = {
  critical: 'critical',
  high: 'error',
  medium: 'warning',
  low: 'info',
};

/** An accepted departure wakes nobody, and neither does what is judged no more. */
const actions: Readonly<Record<Section, 'trigger' | 'resolve'>> = {
  failing: 'trigger',
  unchecked: 'trigger',
  stillOpen: 'trigger',
  resolved: 'resolve',
  waived: 'resolve',
  dropped: 'resolve',
};

function render(notice: Notice, locale: Locale): readonly Post[] {
  const events = sections.flatMap((section) =>
    notice.items[section].map((item) => itemEvent(notice, item, actions[section], locale)),
  );
  return [...noteEvents(notice, locale), ...events];
}

function itemEvent(
  notice: Notice,
  item: Item,
  action: 'trigger' | 'resolve',
  locale: Locale,
): Post {
  const { open } = item;
  const resolve = { event_action: 'resolve', dedup_key: open.fingerprint };
  const tells = [open.fingerprint];
  if (action === 'resolve') return { content: resolve, tells };
  const { url, text } = consoleOf(notice, locale);
  return {
    content: {
      event_action: 'trigger',
      // The same finding is the same incident, however often it is told.
      dedup_key: open.fingerprint,
      client: 'tcss-audit',
      client_url: url,
      payload: {
        summary: plainLine(summaryOf(item, locale), maxSummaryChars),
        source: open.target,
        severity: severities[open.severity],
        timestamp: notice.at,
        component: 'TCSS',
        class: open.policyId,
        custom_details: {
          status: open.status,
          since: open.since,
          ...detailsOf(item),
          run: notice.runId,
          evidence: notice.summary?.head ?? null,
        },
      },
      links: [{ href: url, text }],
    },
    tells,
  };
}

/** What is not about a finding, as an incident of its own; a test closes what it opened. */
function noteEvents(notice: Notice, locale: Locale): readonly Post[] {
  return notice.notes.flatMap((note): readonly Post[] => {
    const key = `tcss-audit/${notice.runId}/${note.kind}`;
    const { title, lines } = noteSummaryOf(notice, note, locale);
    const trigger = {
      event_action: 'trigger',
      dedup_key: key,
      client: 'tcss-audit',
      payload: {
        summary: plainLine([title, ...lines].join(' · '), maxSummaryChars),
        source: 'tcss-audit',
        timestamp: notice.at,
        severity: severities[severityOf(note) ?? 'low'],
      },
    };
    const posts = [{ content: trigger, tells: [] }];
    const resolve = { event_action: 'resolve', dedup_key: key };
    return note.kind === 'test' ? [...posts, { content: resolve, tells: [] }] : posts;
  });
}

/** The channel's secret is the routing key, which the body carries. */
function request({ channel, content }: Attempt): ReturnType<Platform['request']> {
  return jsonTo(channel.url, { routing_key: channel.secret, ...content });
}

function classify(response: HttpResponse): Outcome {
  if (response.status === 202) return { kind: 'sent' };
  const passing = classifyThrottleOrFault(response);
  if (passing !== undefined) return passing;
  const hint =
    response.status === 400
      ? ': the event or its routing key was not accepted: give the integration key as secret='
      : '';
  return { kind: 'failed', reason: `HTTP ${String(response.status)}${hint}` };
}

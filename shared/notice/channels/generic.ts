/**
 * Any receiver of ours: one CloudEvents 1.0 event in structured JSON, signed by Standard Webhooks 1.0.0
 * when the channel has a secret. https://github.com/cloudevents/spec · https://www.standardwebhooks.com
 */
import { createHmac } from 'node:crypto';

import type { HttpResponse } from '../../ports.ts';
import { plainLine } from '../../text.ts';
import { detailsOf } from '../details.ts';
import { sections, type Item, type Note, type Notice, type Trouble } from '../notice.ts';
import { byteLength } from '../pages.ts';
import { paginate } from '../paginate.ts';
import { secretBytes } from '../webhook.ts';
import {
  classifyThrottleOrFault,
  type Attempt,
  type Outcome,
  type Platform,
  type Post,
} from './channel.ts';

/** Intermediaries must forward 64 KiB; some room is left for headers. */
const maxBytes = 60 * 1024;
const maxListed = 50;
const maxTextChars = 2_000;
const maxChannels = 20;

export const generic: Platform = { render, request, classify: classifyReceiver };

function render(notice: Notice): readonly Post[] {
  const entries = sections.flatMap((section) =>
    notice.items[section].map((item) => ({ section, item })),
  );
  const { pages, left } = paginate(
    entries,
    (page) => byteLength(JSON.stringify(event(notice, page, 999_999))) <= maxBytes,
    1,
  );
  // What found no place is told by its number.
  const tells = entries.map(({ item }) => item.open.fingerprint);
  return [{ content: event(notice, pages[0] ?? [], left), tells }];
}

interface Entry {
  readonly section: string;
  readonly item: Item;
}

function event(notice: Notice, entries: readonly Entry[], left: number): object {
  const { id, runId, site, at, summary, notes, waivers, drift } = notice;
  const inSection = (section: string) =>
    entries.filter((entry) => entry.section === section).map(({ item }) => entryOf(item));
  return {
    specversion: '1.0',
    // Source and id are what a receiver drops repetitions by.
    id,
    source: 'urn:tcss-audit',
    type: 'tcss-audit.notice.v1',
    time: at,
    datacontenttype: 'application/json',
    data: {
      runId,
      site,
      scheduledAt: summary?.scheduledAt ?? null,
      complete: summary?.complete ?? false,
      counts: summary?.counts ?? null,
      evidence: summary?.head ?? null,
      changes: Object.fromEntries(sections.map((section) => [section, inSection(section)])),
      notes: notes.map(boundedNote),
      waivers: waivers.slice(0, maxListed),
      drift: drift
        .slice(0, maxListed)
        .map((note) => ({ ...note, pointer: plainLine(note.pointer, 200) })),
      /** Entries that found no place here: the evidence of the run has them. */
      left: left + over(waivers) + over(drift),
    },
  };
}

/** What stands in it may come from a log that somebody edited. */
function boundedNote(note: Note): Note {
  switch (note.kind) {
    case 'test':
    case 'missed':
      return note;
    case 'failure':
      return { ...note, message: plainLine(note.message, maxTextChars) };
    case 'watchdog': {
      const [first, ...rest] = note.troubles;
      return { ...note, troubles: [boundedTrouble(first), ...rest.map(boundedTrouble)] };
    }
  }
}

function boundedTrouble(trouble: Trouble): Trouble {
  if (trouble.kind === 'unreadable') {
    return { ...trouble, message: plainLine(trouble.message, maxTextChars) };
  }
  if (trouble.kind !== 'untold') return trouble;
  const channels = trouble.channels.slice(0, maxChannels).map(({ channel, reason }) => ({
    channel: plainLine(channel),
    reason: reason === null ? null : plainLine(reason),
  }));
  return { ...trouble, channels };
}

/** A log that somebody edited may hold anything. */
function entryOf(item: Item): object {
  const { open, title, alias } = item;
  const [target, policyId] = [open.target, open.policyId].map((text) => plainLine(text));
  const known = alias === undefined ? {} : { alias };
  return { ...open, target, ...known, policyId, title, ...detailsOf(item) };
}

function over(list: readonly unknown[]): number {
  return Math.max(0, list.length - maxListed);
}

function request({ channel, content, id, nowMs }: Attempt): ReturnType<Platform['request']> {
  const body = JSON.stringify(content);
  const type = { 'content-type': 'application/cloudevents+json; charset=UTF-8' };
  const { url, secret } = channel;
  if (secret === undefined) return { url, headers: type, body };
  return { url, headers: { ...type, ...standardWebhooksHeaders(secret, id, nowMs, body) }, body };
}

/** HMAC-SHA256 over `id.timestamp.body`; the id may hold no dot. */
export function standardWebhooksHeaders(
  secret: string,
  id: string,
  nowMs: number,
  body: string,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature = createHmac('sha256', secretBytes(secret))
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}

/** Here 2xx is the contract: the receiver has taken it. Redirects are not followed. */
export function classifyReceiver(response: HttpResponse): Outcome {
  const { status } = response;
  if (status >= 200 && status < 300) return { kind: 'sent' };
  const passing = classifyThrottleOrFault(response);
  if (passing !== undefined) return passing;
  const gone = status === 410 ? ': the receiver wants no more, take it out of AUDIT_WEBHOOKS' : '';
  return { kind: 'failed', reason: `HTTP ${String(status)}${gone}` };
}

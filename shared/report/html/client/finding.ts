/** One finding with all that the page knows of it. */
import type { Json } from '../../../model.ts';
import { codes, type Code, type FindingRow, type ObservationRow } from '../data.ts';
import { showJson } from '../format.ts';
import { classOf } from '../icons.ts';
import { h, isolated, svg, type Child } from './dom.ts';
import type { Context } from './parts.ts';

export function findingPanel(row: FindingRow, context: Context): HTMLElement {
  return h(
    'div',
    { class: 'finding-body' },
    h('div', { class: 'finding-main' }, whatIsWrong(row, context), settings(row, context)),
    h('div', { class: 'finding-side' }, ...side(row, context)),
  );
}

function part(title: string, ...children: readonly Child[]): HTMLElement {
  return h('div', { class: 'part' }, h('h4', {}, title), ...children);
}

/** Where it lies that this page does not hold. */
function leftOut({ data, format }: Context): HTMLElement {
  const head = data.nights[data.last]?.head;
  const sentence = format.text.findings.leftOut(
    String(head?.seq ?? ''),
    head?.sha256 ?? '',
    data.lastFile,
  );
  return h('p', { class: 'small caution' }, sentence);
}

function whatIsWrong(row: FindingRow, context: Context): HTMLElement {
  const { data, format } = context;
  const { text } = format;
  const detail = data.details[row.detail ?? -1];
  if (detail === undefined) return leftOut(context);
  if ('reason' in detail) {
    const was =
      row.lastCode === undefined
        ? undefined
        : h('p', { class: 'small' }, text.findings.was(text.status[row.lastCode]));
    return part(text.findings.reason, h('p', {}, isolated(detail.reason)), was);
  }
  const { columns } = text.findings;
  const head = [columns.field, columns.expected, columns.actual].map((name) =>
    h('th', { attributes: { scope: 'col' } }, name),
  );
  const rows = detail.violations.map(({ pointer, expected, actual, message }) =>
    h(
      'tr',
      { attributes: { title: message } },
      h(
        'th',
        { attributes: { scope: 'row' } },
        h('code', {}, isolated(pointer === '' ? '/' : pointer)),
      ),
      h('td', { class: 'expected' }, value(expected)),
      h('td', { class: 'actual' }, value(actual)),
    ),
  );
  return h(
    'table',
    { class: 'violations' },
    h('thead', {}, h('tr', {}, ...head)),
    h('tbody', {}, ...rows),
  );
}

function value(json: Json): HTMLElement {
  return h('code', {}, isolated(showJson(json)));
}

function settings(row: FindingRow, context: Context): HTMLElement {
  const { data, format } = context;
  const { text } = format;
  const observation = data.observations[row.observation ?? -1];
  if (observation === undefined) return part(text.findings.received, leftOut(context));
  return part(
    text.findings.received,
    readAt(observation, context),
    ...received(observation, context),
  );
}

function readAt(
  { source, observedAt, requestId }: ObservationRow,
  { format }: Context,
): HTMLElement {
  const { text } = format;
  return h(
    'p',
    { class: 'small' },
    text.findings.readAt(source, format.instant(observedAt)),
    ...(requestId === undefined
      ? []
      : [` · ${text.findings.request} `, h('code', {}, isolated(requestId))]),
  );
}

function received(observation: ObservationRow, context: Context): readonly HTMLElement[] {
  const { data, format } = context;
  const { text } = format;
  if (observation.error !== undefined) {
    const { code, message } = observation.error;
    return [
      h('p', {}, text.findings.notRead(''), h('code', {}, isolated(code))),
      h('p', {}, isolated(message)),
    ];
  }
  const answer = data.settings[observation.settings ?? -1];
  if (answer === undefined) return [leftOut(context)];
  return [
    block(text.findings.received, showJson(answer.settings)),
    h('p', { class: 'small' }, text.findings.facts),
    block(text.findings.facts, showJson(answer.facts)),
  ];
}

function block(label: string, text: string): HTMLElement {
  return h(
    'pre',
    { attributes: { tabindex: 0, role: 'group', 'aria-label': label, dir: 'ltr' } },
    text,
  );
}

function side(row: FindingRow, context: Context): readonly HTMLElement[] {
  const { data, format } = context;
  const { text } = format;
  const policy = data.policies[row.policy];
  const head = data.nights[data.last]?.head;
  const sinceHead = data.nights[row.sinceNight ?? -1]?.head;
  return [
    ...waiver(row, context),
    ...(policy === undefined || policy.remediation.text === ''
      ? []
      : [
          part(
            text.findings.remediation,
            h('p', {}, isolated(policy.remediation.text)),
            ...(policy.remediation.set === undefined
              ? []
              : [
                  h('p', { class: 'small' }, text.findings.set),
                  block(text.findings.set, showJson(policy.remediation.set)),
                ]),
          ),
        ]),
    ...(policy === undefined || policy.rationale === ''
      ? []
      : [part(text.findings.rationale, h('p', {}, isolated(policy.rationale)))]),
    ...(policy === undefined || policy.controls.length === 0
      ? []
      : [
          part(
            text.findings.controls,
            h(
              'ul',
              { class: 'tags' },
              ...policy.controls.map((control) => h('li', {}, isolated(control))),
            ),
          ),
        ]),
    ...history(row, context),
    part(
      text.findings.openSince,
      h('p', {}, format.instant(row.since)),
      sinceHead === undefined ? undefined : record(sinceHead, context),
    ),
    ...(head === undefined ? [] : [part(text.findings.sealedIn, record(head, context))]),
    h(
      'p',
      { class: 'small no-print' },
      h(
        'a',
        { attributes: { href: `#finding=${row.fingerprint.slice(0, 16)}` } },
        text.findings.link,
      ),
    ),
  ];
}

function record(
  { seq, sha256 }: { readonly seq: number; readonly sha256: string },
  { format }: Context,
): HTMLElement {
  return h(
    'p',
    { class: 'small' },
    `${format.text.nights.record(String(seq))} `,
    h('code', { class: 'hash' }, sha256),
  );
}

function waiver(row: FindingRow, { data, format }: Context): readonly HTMLElement[] {
  const { text } = format;
  if (row.waiver === undefined) return [];
  const known = data.waivers.find(({ id }) => id === row.waiver);
  if (known === undefined) return [part(text.findings.waiver, h('p', {}, isolated(row.waiver)))];
  return [
    part(
      text.findings.waiver,
      h('p', {}, isolated(text.findings.waivedUntil(known.id, format.day(known.until)))),
      h('p', {}, isolated(known.reason)),
      h('p', { class: 'small' }, isolated(text.findings.approvedBy(known.approvedBy))),
    ),
  ];
}

interface Stretch {
  readonly code: Code;
  readonly from: number;
  readonly to: number;
}

function stretchesOf(row: FindingRow, { data }: Context): readonly Stretch[] {
  const pairs = data.histories[data.targets[row.target]?.histories[row.policy] ?? -1] ?? [];
  const stretches: Stretch[] = [];
  for (let at = 0; at < pairs.length; at += 2) {
    const next = pairs[at + 2];
    const code = codes.find((candidate) => candidate === pairs[at + 1]);
    if (code === undefined) continue;
    stretches.push({
      code,
      from: Number(pairs[at]),
      to: next === undefined ? data.nights.length : Number(next),
    });
  }
  return stretches;
}

const changesTold = 6;

function history(row: FindingRow, context: Context): readonly HTMLElement[] {
  const { data, format } = context;
  const { text } = format;
  const stretches = stretchesOf(row, context);
  const first = stretches[0];
  if (first === undefined) return [];
  const width = Math.max(1, data.nights.length - first.from);
  const bars = stretches.map(({ code, from, to }) =>
    svg('rect', {
      class: classOf[code],
      x: ((from - first.from) / width) * 1000,
      y: 0,
      width: Math.max(1, ((to - from) / width) * 1000 - 1),
      height: 8,
    }),
  );
  const told = stretches
    .slice(-changesTold)
    .reverse()
    .map(({ code, from }) =>
      h(
        'li',
        {},
        h('i', { class: `dot ${classOf[code]}` }),
        `${text.status[code]} ${text.broke.since(format.day(data.nights[from]?.scheduledAt ?? ''))}`,
      ),
    );
  return [
    part(
      text.findings.history,
      svgIn(
        svg(
          'svg',
          {
            class: 'strip',
            viewBox: '0 0 1000 8',
            preserveAspectRatio: 'none',
            'aria-hidden': 'true',
          },
          ...bars,
        ),
      ),
      h('ol', { class: 'changes' }, ...told),
    ),
  ];
}

function svgIn(element: SVGElement): HTMLElement {
  const box = h('div', {});
  box.append(element);
  return box;
}

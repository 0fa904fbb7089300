/**
 * A notice as a message for people: lines of spans that each platform writes in its own syntax. Everything
 * in a span is text: whoever renders it escapes it. `code` holds what came from outside.
 */
import { isArray, isObject } from '../json.ts';
import {
  severities,
  type Json,
  type Locale,
  type Severity,
  type Violation,
  type WaiverUse,
} from '../model.ts';
import { plainLine } from '../text.ts';
import {
  sections,
  severityOf,
  type Item,
  type Note,
  type Notice,
  type Section,
  type Trouble,
} from './notice.ts';
import { en, type Catalogue } from './text/en.ts';
import { zh } from './text/zh.ts';

export type Span =
  | { readonly kind: 'text' | 'strong' | 'code'; readonly text: string }
  /** The URL is ours. */
  | { readonly kind: 'link'; readonly text: string; readonly url: string };

export type Line = readonly Span[];

/** What belongs together: a message is never cut inside a block. */
export interface Block {
  readonly lines: readonly Line[];
  /** Fingerprints of the findings that it tells of. */
  readonly tells: readonly string[];
}

export interface Message {
  readonly title: string;
  /** The worst of what is told; undefined when all of it is good news. */
  readonly severity: Severity | undefined;
  readonly blocks: readonly Block[];
  readonly footer: readonly Line[];
  readonly console: { readonly text: string; readonly url: string };
  /** The last line where not all blocks fit. */
  readonly more: (left: number) => string;
}

/** A finding can break on hundreds of values, a policy on hundreds of accounts; a person reads the first. */
const maxListed = 5;
/** From how many accounts on one broken policy is one block. */
const groupFrom = 3;
const maxValueChars = 160;
const maxReasonChars = 500;

const catalogues: Readonly<Record<Locale, Catalogue>> = { en, zh };

const consoles = {
  intl: 'https://console.tencentcloud.com/tcss',
  cn: 'https://console.cloud.tencent.com/tcss',
} as const;

export function messageOf(notice: Notice, locale: Locale): Message {
  const say = catalogues[locale];
  return {
    title: titleOf(notice, say),
    severity: worstOf(notice),
    blocks: [
      ...notice.notes.map((note) => noteBlock(note, say)),
      ...sections.flatMap((section) => sectionBlocks(notice, section, say)),
      ...waiverBlocks(notice.waivers, say),
      ...driftBlocks(notice, say),
    ],
    footer: footerOf(notice, say),
    console: consoleOf(notice, locale),
    more: say.more,
  };
}

/** Where a person can look and mend. */
export function consoleOf({ site }: Pick<Notice, 'site'>, locale: Locale): Message['console'] {
  return { text: catalogues[locale].console, url: consoles[site] };
}

/** One line that says what is wrong with an item, for platforms that take one event a finding. */
export function summaryOf(item: Item, locale: Locale): string {
  const { finding, title } = item;
  const say = catalogues[locale];
  const details =
    finding !== undefined && 'violations' in finding
      ? violationLines(finding.violations, say).map(textOf)
      : finding !== undefined && 'reason' in finding
        ? [plainLine(finding.reason, maxReasonChars)]
        : [];
  return [`${accountOf(item)} ${title}`, ...details].join(' · ');
}

/** `100000000002 (prod)`: the number is what the console takes, the name is what people know. */
function accountOf({ open, alias }: Pick<Item, 'open' | 'alias'>): string {
  return alias === undefined ? open.target : `${open.target} (${alias})`;
}

/** A note alone, for platforms that take events and not messages. */
export function noteSummaryOf(
  notice: Notice,
  note: Note,
  locale: Locale,
): { readonly title: string; readonly lines: readonly string[] } {
  const say = catalogues[locale];
  return {
    title: titleOf({ ...notice, notes: [note] }, say),
    lines: noteBlock(note, say).lines.map(textOf),
  };
}

function textOf(line: Line): string {
  return line.map(({ text }) => text).join('');
}

function titleOf({ notes, items, waivers, drift }: Notice, say: Catalogue): string {
  const parts = notes.map((note) => noteTitle(note, say));
  for (const section of sections) {
    const { length } = items[section];
    if (length > 0) parts.push(say.title[section](length));
  }
  if (waivers.length > 0) parts.push(say.title.waivers(waivers.length));
  if (drift.length > 0) parts.push(say.title.drift(drift.length));
  return `tcss-audit: ${parts.length > 0 ? parts.join(say.separator) : say.title.nothing}`;
}

function noteTitle(note: Note, say: Catalogue): string {
  switch (note.kind) {
    case 'test':
    case 'failure':
      return say.title[note.kind];
    case 'missed':
      return say.title.missed(note.scheduled.length);
    case 'watchdog':
      return note.troubles.map(({ kind }) => say.title.watchdog[kind]).join(say.separator);
  }
}

/** A night that was missed is told beside findings that are worse, or less bad: those decide. */
function worstOf({ notes, items }: Notice): Severity | undefined {
  const told = new Set(notes.map(severityOf));
  if (told.has('critical')) return 'critical';
  const bad = [...items.failing, ...items.unchecked, ...items.stillOpen];
  const worst = severities.find((severity) => bad.some(({ open }) => open.severity === severity));
  return worst ?? severities.find((severity) => told.has(severity));
}

function noteBlock(note: Note, say: Catalogue): Block {
  switch (note.kind) {
    case 'test':
      return { lines: [[text(say.note.test)]], tells: [] };
    case 'failure':
      return {
        lines: [[strong(say.note.failure)], [code(note.message, maxReasonChars)]],
        tells: [],
      };
    case 'missed': {
      const shown = note.scheduled
        .slice(0, maxListed)
        .map((at) => plainLine(at))
        .join(', ');
      const left = note.scheduled.length - maxListed;
      const list = left > 0 ? `${shown} ${say.andMore(left)}` : shown;
      return { lines: [[strong(say.note.missed(list))]], tells: [] };
    }
    case 'watchdog':
      return {
        lines: note.troubles.flatMap((trouble) => troubleLines(trouble, say)),
        tells: [],
      };
  }
}

/** What is wrong, what is known of it, and the next step. */
function troubleLines(trouble: Trouble, say: Catalogue): readonly Line[] {
  const { what, step } = say.watchdog;
  const at = 'scheduledAt' in trouble ? plainLine(trouble.scheduledAt) : '';
  const nextStep = [text(step[trouble.kind])];
  switch (trouble.kind) {
    case 'missing':
      return [[strong(what.missing(at))], lastLine(trouble.lastAt, say), nextStep];
    case 'silent':
      return [[strong(what.silent(trouble.hours))], lastLine(trouble.lastAt, say), nextStep];
    case 'killed':
    case 'incomplete':
      return [[strong(what[trouble.kind](at))], nextStep];
    case 'untold': {
      const { channels } = trouble;
      const shown = channels
        .slice(0, maxListed)
        .map(({ channel, reason }): Line => [
          code(channel),
          text(' '),
          reason === null ? text(say.watchdog.noAttempt) : code(reason, maxReasonChars),
        ]);
      const left = channels.length - shown.length;
      const more: Line[] = left > 0 ? [[text(say.andMore(left))]] : [];
      return [[strong(what.untold(at))], ...shown, ...more, nextStep];
    }
    case 'empty':
      return [[strong(what.empty)], nextStep];
    case 'unreadable':
      return [[strong(what.unreadable)], [code(trouble.message, maxReasonChars)], nextStep];
  }
}

function lastLine(lastAt: string | null, say: Catalogue): Line {
  return [text(lastAt === null ? say.watchdog.noLast : say.watchdog.last(plainLine(lastAt)))];
}

function sectionBlocks(notice: Notice, section: Section, say: Catalogue): readonly Block[] {
  const blocks = grouped(notice.items[section]).flatMap((group) =>
    group.length < groupFrom
      ? group.map((item) => itemBlock([item], section, say))
      : [itemBlock(group, section, say)],
  );
  return headed(say.heading[section], blocks);
}

type Group = readonly [Item, ...Item[]];

/** Items that differ in nothing but the account, in the order of their first. */
function grouped(items: readonly Item[]): readonly Group[] {
  const groups = new Map<string, [Item, ...Item[]]>();
  for (const item of items) {
    const key = JSON.stringify([item.open.policyId, item.finding]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** The heading stays with the first block, so that no message ends in a heading. */
function headed(heading: string, [first, ...rest]: readonly Block[]): readonly Block[] {
  if (first === undefined) return [];
  return [{ ...first, lines: [[strong(heading)], ...first.lines] }, ...rest];
}

function itemBlock(group: Group, section: Section, say: Catalogue): Block {
  const tells = group.map(({ open }) => open.fingerprint);
  const lines = [headLine(group, say), ...accountLines(group, say)];
  const [{ finding, remediation }] = group;
  if (section === 'resolved' || section === 'dropped' || finding === undefined)
    return { lines, tells };
  switch (finding.status) {
    case 'fail': {
      const fix: Line[] =
        remediation === undefined
          ? []
          : [[text(`${say.fix}: ${plainLine(remediation, maxReasonChars)}`)]];
      return { lines: [...lines, ...violationLines(finding.violations, say), ...fix], tells };
    }
    case 'waived': {
      const { id, until } = finding.waiver;
      const end: Line = [code(id), text(` ${say.until(plainLine(until))}`)];
      return { lines: [...lines, ...violationLines(finding.violations, say), end], tells };
    }
    case 'error':
      return { lines: [...lines, [code(finding.reason, maxReasonChars)]], tells };
    case 'pass':
    case 'skip':
      return { lines, tells };
  }
}

function headLine([first, ...rest]: Group, say: Catalogue): Line {
  const { open, title } = first;
  const days = [open, ...rest.map((item) => item.open)].map(({ since }) => since.slice(0, 10));
  const oldest = days.reduce((a, b) => (a < b ? a : b));
  return [
    strong(`[${say.severity[open.severity]}]`),
    text(' '),
    rest.length === 0 ? code(accountOf(first)) : strong(say.accounts(rest.length + 1)),
    text(` ${plainLine(title)} · ${say.since(oldest)}`),
  ];
}

function accountLines(group: Group, say: Catalogue): readonly Line[] {
  if (group.length === 1) return [];
  const shown = group.slice(0, maxListed).flatMap((item) => [code(accountOf(item)), text(' ')]);
  const left = group.length - maxListed;
  return [left > 0 ? [...shown, text(say.andMore(left))] : shown];
}

function violationLines(violations: readonly Violation[], say: Catalogue): readonly Line[] {
  const lines = violations
    .slice(0, maxListed)
    .map(({ pointer, expected, actual }): Line => [
      code(pointer.split('/').at(-1) ?? pointer),
      text(` ${say.must} `),
      code(expectedText(expected, say)),
      text(`, ${say.is} `),
      code(valueText(actual)),
    ]);
  const left = violations.length - lines.length;
  return left > 0 ? [...lines, [text(say.andMore(left))]] : lines;
}

const comparisons: Readonly<Record<string, string>> = {
  minimum: '≥',
  maximum: '≤',
  exclusiveMinimum: '>',
  exclusiveMaximum: '<',
  pattern: '~',
  type: '',
};

function expectedText(expected: Json, say: Catalogue): string {
  if (expected === 'present') return say.present;
  if (!isObject(expected)) return valueText(expected);
  const [keyword, value] = Object.entries(expected)[0] ?? ['', null];
  if (keyword === 'enum' && isArray(value)) return value.map(valueText).join(' | ');
  if (keyword === 'minItems') return say.items('≥', valueText(value));
  if (keyword === 'maxItems') return value === 0 ? say.empty : say.items('≤', valueText(value));
  const comparison = comparisons[keyword];
  return `${comparison ?? keyword} ${valueText(value)}`.trim();
}

/** JSON writes what no platform takes (control characters, halves of characters) as escapes. */
function valueText(value: unknown): string {
  return JSON.stringify(value).replace(/\\u[0-9a-f]{4}/g, '\ufffd');
}

function waiverBlocks(waivers: readonly WaiverUse[], say: Catalogue): readonly Block[] {
  const blocks = waivers.map(({ id, policy, state, until }): Block => {
    const sentence =
      state === 'ending' || state === 'ended'
        ? say.waiver[state](plainLine(until))
        : say.waiver.unused;
    return { lines: [[code(id), text(` (${plainLine(policy)}) ${sentence}`)]], tells: [] };
  });
  return headed(say.heading.waivers, blocks);
}

function driftBlocks({ drift }: Notice, say: Catalogue): readonly Block[] {
  if (drift.length === 0) return [];
  const lines = drift
    .slice(0, maxListed)
    .map(({ target, source, pointer, kind }): Line => [
      code(target),
      text(` ${source} `),
      code(pointer),
      text(` (${kind})`),
    ]);
  const left = drift.length - lines.length;
  const more: Line[] = left > 0 ? [[text(say.andMore(left))]] : [];
  return [{ lines: [[strong(say.drift)], ...lines, ...more], tells: [] }];
}

function footerOf({ runId, summary, notes }: Notice, say: Catalogue): readonly Line[] {
  const runLine: Line = [text(`${say.run} `), code(runId)];
  if (summary === undefined) return [runLine];
  const { counts, head, complete } = summary;
  const { pass, fail, waived, error, skip } = counts;
  return [
    // The watchdog says so itself.
    ...(complete || notes.some(({ kind }) => kind === 'watchdog')
      ? []
      : [[strong(say.incomplete)]]),
    [text(say.counts(pass, fail, waived, error, skip))],
    [text(`${say.evidence} `), code(`${String(head.seq)}:${head.sha256}`)],
    runLine,
  ];
}

function text(content: string): Span {
  return { kind: 'text', text: content };
}

function strong(content: string): Span {
  return { kind: 'strong', text: content };
}

/** What came from outside, made one plain line. */
function code(content: string, maxChars = maxValueChars): Span {
  return { kind: 'code', text: plainLine(content, maxChars) };
}

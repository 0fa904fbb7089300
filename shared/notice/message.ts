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
import { sections, type Item, type Notice, type Section } from './notice.ts';
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
}

export interface Message {
  readonly title: string;
  /** The worst of what is told; undefined when all of it is good news. */
  readonly severity: Severity | undefined;
  readonly blocks: readonly Block[];
  readonly footer: readonly Line[];
  /** The last line where not all blocks fit. */
  readonly more: (left: number) => string;
}

/** A finding can break on hundreds of values; a person reads the first. */
const maxViolations = 5;
const maxValueChars = 160;
const maxReasonChars = 500;

const catalogues: Readonly<Record<Locale, Catalogue>> = { en, zh };

export function messageOf(notice: Notice, locale: Locale): Message {
  const say = catalogues[locale];
  return {
    title: titleOf(notice, say),
    severity: worstOf(notice),
    blocks: [
      ...sections.flatMap((section) => sectionBlocks(notice, section, say)),
      ...waiverBlocks(notice.waivers, say),
      ...driftBlocks(notice, say),
    ],
    footer: footerOf(notice, say),
    more: say.more,
  };
}

function titleOf({ items, waivers }: Notice, say: Catalogue): string {
  const parts = sections.flatMap((section) => {
    const { length } = items[section];
    return length === 0 ? [] : [say.title[section](length)];
  });
  if (waivers.length > 0) parts.push(say.title.waivers(waivers.length));
  return `tcss-audit: ${parts.length > 0 ? parts.join(say.separator) : say.title.nothing}`;
}

function worstOf({ items }: Notice): Severity | undefined {
  const bad = [...items.failing, ...items.unchecked, ...items.stillOpen];
  return severities.find((severity) => bad.some(({ open }) => open.severity === severity));
}

function sectionBlocks(notice: Notice, section: Section, say: Catalogue): readonly Block[] {
  const blocks = notice.items[section].map((item) => itemBlock(item, section, say));
  return headed(say.heading[section], blocks);
}

/** The heading stays with the first block, so that no message ends in a heading. */
function headed(heading: string, [first, ...rest]: readonly Block[]): readonly Block[] {
  if (first === undefined) return [];
  return [{ lines: [[strong(heading)], ...first.lines] }, ...rest];
}

function itemBlock(
  { open, finding, title, remediation }: Item,
  section: Section,
  say: Catalogue,
): Block {
  const head: Line = [
    strong(`[${say.severity[open.severity]}]`),
    text(' '),
    code(open.target),
    text(` ${title} · ${say.since(dayOf(open.since))}`),
  ];
  if (section === 'resolved' || section === 'dropped' || finding === undefined)
    return { lines: [head] };
  switch (finding.status) {
    case 'fail': {
      const fix: Line[] = remediation === undefined ? [] : [[text(`${say.fix}: ${remediation}`)]];
      return { lines: [head, ...violationLines(finding.violations, say), ...fix] };
    }
    case 'waived': {
      const until: Line = [code(finding.waiver.id), text(` ${say.until(finding.waiver.until)}`)];
      return { lines: [head, ...violationLines(finding.violations, say), until] };
    }
    case 'error':
      return { lines: [head, [code(finding.reason, maxReasonChars)]] };
    case 'pass':
    case 'skip':
      return { lines: [head] };
  }
}

function violationLines(violations: readonly Violation[], say: Catalogue): readonly Line[] {
  const lines = violations
    .slice(0, maxViolations)
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

function valueText(value: unknown): string {
  return JSON.stringify(value);
}

function waiverBlocks(waivers: readonly WaiverUse[], say: Catalogue): readonly Block[] {
  const blocks = waivers.map(({ id, policy, state, until }): Block => {
    const sentence =
      state === 'ending' || state === 'ended' ? say.waiver[state](until) : say.waiver.unused;
    return { lines: [[code(id), text(` (${policy}) ${sentence}`)]] };
  });
  return headed(say.heading.waivers, blocks);
}

function driftBlocks({ drift }: Notice, say: Catalogue): readonly Block[] {
  if (drift.length === 0) return [];
  const lines = drift
    .slice(0, maxViolations)
    .map(({ target, source, pointer, kind }): Line => [
      code(target),
      text(` ${source} `),
      code(pointer),
      text(` (${kind})`),
    ]);
  const left = drift.length - lines.length;
  const more: Line[] = left > 0 ? [[text(say.andMore(left))]] : [];
  return [{ lines: [[strong(say.drift)], ...lines, ...more] }];
}

const consoles = {
  intl: 'https://console.tencentcloud.com/tcss',
  cn: 'https://console.cloud.tencent.com/tcss',
} as const;

function footerOf({ run, site, counts, head }: Notice, say: Catalogue): readonly Line[] {
  const { pass, fail, waived, error, skip } = counts;
  return [
    ...(run.complete ? [] : [[strong(say.incomplete)]]),
    [text(say.counts(pass, fail, waived, error, skip))],
    [text(`${say.evidence} `), code(`${String(head.seq)}:${head.sha256}`)],
    [
      text(`${say.run} `),
      code(run.id),
      text(' · '),
      { kind: 'link', text: say.console, url: consoles[site] },
    ],
  ];
}

function dayOf(instant: string): string {
  return instant.slice(0, 10);
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

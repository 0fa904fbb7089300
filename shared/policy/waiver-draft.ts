/** From what a person gives to a waiver that lint accepts, or to every problem in it. */
import { parseTree } from 'jsonc-parser';

import type { Problem, Result, Waiver } from '../model.ts';
import { plainLine } from '../text.ts';
import { isTooLong, spanOf } from './waivers.ts';

/** What a person is asked for, in this order. */
export const draftKeys = [
  'policy',
  'targets',
  'reason',
  'approvedBy',
  'from',
  'until',
  'ticket',
] as const;
export type DraftKey = (typeof draftKeys)[number];

/** As given: nothing is checked yet, and what was not given is empty. */
export type WaiverDraft = Readonly<Record<DraftKey, string>>;

export interface DraftContext {
  readonly policyIds: readonly string[];
  /** Those that are in the file already. */
  readonly waivers: readonly Waiver[];
  readonly nowMs: number;
}

/** Each problem's `where` is the draft's key. */
export function waiverOf(
  draft: WaiverDraft,
  context: DraftContext,
): Result<Waiver, Problem & { readonly where: DraftKey }> {
  const { nowMs, waivers } = context;
  const { policy, targets, reason, approvedBy, from, until, ticket } = tidy(draft, nowMs);
  const [first, ...rest] = draftKeys.flatMap((where) => {
    const what = draftProblem(where, draft, context);
    return what === undefined ? [] : [{ where, what }];
  });
  const [head, ...tail] = targetsOf(targets);
  if (first !== undefined || head === undefined) {
    const none = { where: 'targets', what: 'is empty' } as const;
    return { ok: false, problems: [first ?? none, ...rest] };
  }
  const id = newId(policy, waivers, nowMs);
  return {
    ok: true,
    value: {
      ...{ id, policy, targets: [head, ...tail], reason },
      ...(ticket !== '' && { ticket }),
      ...{ approvedBy, from, until },
    },
  };
}

/** @returns what is wrong with one part of a draft whose other parts may not be there yet */
export function draftProblem(
  key: DraftKey,
  draft: WaiverDraft,
  context: DraftContext,
): string | undefined {
  return draftProblems[key](tidy(draft, context.nowMs), context);
}

function tidy(draft: WaiverDraft, nowMs: number): WaiverDraft {
  const line = (text: string) => plainLine(text, 1_000);
  const from = line(draft.from);
  return {
    policy: line(draft.policy),
    targets: line(draft.targets),
    reason: line(draft.reason),
    approvedBy: line(draft.approvedBy),
    from: from === '' ? dayOf(nowMs) : from,
    until: line(draft.until),
    ticket: line(draft.ticket),
  };
}

type Judge = (draft: WaiverDraft, context: DraftContext) => string | undefined;

const draftProblems: Readonly<Record<DraftKey, Judge>> = {
  policy: ({ policy }, { policyIds }) =>
    policyIds.includes(policy)
      ? undefined
      : `is "${policy}", which is no policy: there are ${policyIds.join(', ')}`,
  targets: ({ targets }) => {
    const patterns = targetsOf(targets);
    const odd = patterns.find((pattern) => !/^(\d+|(alias|tag):[^\s,]+|\*)$/.test(pattern));
    if (patterns.length === 0) return `is empty: give ${targetForms}`;
    if (odd !== undefined) return `has "${odd}": give ${targetForms}`;
    if (patterns.includes('*') && patterns.length > 1)
      return 'has "*" beside others: it stands alone';
    return undefined;
  },
  reason: ({ reason }) =>
    reason === '' ? 'is empty: say why it is acceptable, for an auditor' : undefined,
  approvedBy: ({ approvedBy }) =>
    approvedBy === '' ? 'is empty: name who approved it, by role or name' : undefined,
  from: ({ from }) =>
    isDateOrInstant(from) ? undefined : `is "${from}", which is no ${timeForms}`,
  until: ({ from, until }, { nowMs }) => {
    if (!isDateOrInstant(until)) return `is "${until}", which is no ${timeForms}`;
    // An unreadable start is a problem of its own.
    const { fromMs, untilMs } = spanOf({ from: isDateOrInstant(from) ? from : until, until });
    if (untilMs <= nowMs) return `is "${until}", which is past: it would waive nothing`;
    if (untilMs <= fromMs) return `is "${until}", before it begins on ${from}`;
    if (isTooLong({ from, until })) {
      return `is "${until}", more than a year after ${from}: end it by the same day of the next year, and renew it then`;
    }
    return undefined;
  },
  ticket: () => undefined,
};

const targetForms = 'uins, alias:<name> or tag:<name>, separated by commas; or * alone, for all';
const timeForms = 'day (YYYY-MM-DD) or instant (YYYY-MM-DDTHH:mm:ssZ) of the calendar, in UTC';

function targetsOf(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,]+/).filter((pattern) => pattern !== ''))];
}

function isDateOrInstant(text: string): boolean {
  const isForm = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$/.test(text);
  return isForm && Number.isFinite(spanOf({ from: text, until: text }).untilMs);
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

const maxIdLength = 64;

/** `W-20261124-image-scan-period`, and a number where that is taken. */
function newId(policy: string, waivers: readonly Waiver[], nowMs: number): string {
  const taken = new Set(waivers.map(({ id }) => id));
  const base = `W-${dayOf(nowMs).replaceAll('-', '')}-${policy}`;
  for (let number = 1; ; number += 1) {
    const end = number === 1 ? '' : `-${String(number)}`;
    const id = `${base.slice(0, maxIdLength - end.length).replace(/-$/, '')}${end}`;
    if (!taken.has(id)) return id;
  }
}

/**
 * The file with one waiver more, and nothing else changed: neither order nor white space.
 * @param text a list of waivers in JSON
 */
export function appendWaiver(text: string, waiver: Waiver): string {
  const list = parseTree(text);
  if (list?.type !== 'array') throw new Error('waivers.json is no list');
  const last = list.children?.at(-1);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const { indent, step } = indentOf(text, last?.offset);
  const item = itemText(waiver, step)
    .split('\n')
    .map((line) => indent + line)
    .join(eol);
  const [start, end, added] =
    last === undefined
      ? [list.offset + 1, list.offset + list.length - 1, `${eol}${item}${eol}`]
      : [last.offset + last.length, last.offset + last.length, `,${eol}${item}`];
  return text.slice(0, start) + added + text.slice(end);
}

/** How far the items of the list are indented, and by how much each level is. */
function indentOf(
  text: string,
  itemOffset: number | undefined,
): { readonly indent: string; readonly step: string } {
  if (itemOffset === undefined) return { indent: '  ', step: '  ' };
  const line = text.slice(text.lastIndexOf('\n', itemOffset - 1) + 1, itemOffset);
  const isAlone = /^[ \t]*$/.test(line);
  return isAlone && line !== '' ? { indent: line, step: line } : { indent: '  ', step: '  ' };
}

/** The list of targets on one line, as people write it. */
function itemText(waiver: Waiver, step: string): string {
  const lines = Object.entries(waiver).map(([key, value]: [string, string | readonly string[]]) => {
    const text =
      typeof value === 'string'
        ? JSON.stringify(value)
        : `[${value.map((target) => JSON.stringify(target)).join(', ')}]`;
    return `${step}${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${lines.join(',\n')}\n}`;
}

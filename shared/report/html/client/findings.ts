/** The open findings of the last night: filtered, sorted, and each with all that is known of it. */
import type { OpenCode, FindingRow } from '../data.ts';
import { h, field, isolated, select } from './dom.ts';
import { findingPanel } from './finding.ts';
import { compare, policyChoices, severityTag, statusPill, type Context } from './parts.ts';
import { severities } from '../../../model.ts';

export interface Findings {
  /** @returns whether this page has it */
  readonly showFinding: (fingerprint: string) => boolean;
  readonly showPolicy: (policy: number) => void;
  readonly showTarget: (uin: string) => void;
  /** All that the filters leave, opened; and back. */
  readonly print: (isPrinting: boolean) => void;
}

const step = 50;
/** More would make a book that nobody prints. */
const maxPrinted = 1_000;

type Sort = 'worst' | 'newest' | 'oldest' | 'account';

interface Filters {
  query: string;
  code: OpenCode | '';
  severity: string;
  policy: string;
  sort: Sort;
}

export function mountFindings(root: HTMLElement, context: Context): Findings {
  const { data, format } = context;
  const { text, number } = format;
  const filters: Filters = { query: '', code: '', severity: '', policy: '', sort: 'worst' };
  const opened = new Set<FindingRow>();
  const haystacks = new Map(data.findings.map((row) => [row, haystackOf(row, context)]));
  let limit = step;
  let isPrinting = false;

  const search = h('input', {
    attributes: {
      type: 'search',
      placeholder: text.findings.searchHint,
      autocomplete: 'off',
      spellcheck: 'false',
    },
    on: {
      input: () => {
        filters.query = search.value;
        redraw();
      },
    },
  });
  const severity = select(
    [
      { value: '', label: text.findings.any },
      ...severities.map((value) => ({ value, label: text.severity[value] })),
    ],
    (value) => {
      filters.severity = value;
      redraw();
    },
  );
  const policy = select(
    [{ value: '', label: text.findings.any }, ...policyChoices(data)],
    (value) => {
      filters.policy = value;
      redraw();
    },
  );
  const sorts: readonly Sort[] = ['worst', 'newest', 'oldest', 'account'];
  const sort = select(
    sorts.map((value) => ({ value, label: text.findings.sorts[value] })),
    (value) => {
      filters.sort = sorts.find((candidate) => candidate === value) ?? 'worst';
      redraw();
    },
  );
  const chips = codesOf(context).map(({ code, label, count }) => {
    const chip = h(
      'button',
      {
        class: 'chip',
        attributes: { type: 'button', 'aria-pressed': 'false' },
        on: {
          click: () => {
            filters.code = code;
            redraw();
          },
        },
      },
      label,
      h('b', {}, number(count)),
    );
    return { code, chip };
  });
  const status = h('p', { class: 'small', attributes: { role: 'status' } });
  const list = h('ol', { class: 'findings' });
  const more = h('button', {
    class: 'secondary',
    attributes: { type: 'button' },
    on: {
      click: () => {
        const before = limit;
        limit += step;
        draw();
        list.children.item(before)?.querySelector('button')?.focus();
      },
    },
  });
  const clear = h(
    'button',
    { class: 'quiet', attributes: { type: 'button' }, on: { click: reset } },
    text.findings.clear,
  );
  const leftOut = h('p', { class: 'card caution' });
  const { head } = data.nights[data.last] ?? {};
  if (data.leftOut.findings > 0 && head !== undefined) {
    leftOut.textContent = text.findings.manyLeftOut(
      number(data.leftOut.findings),
      String(head.seq),
      head.sha256,
      data.lastFile,
    );
  }

  if (data.findings.length === 0) {
    root.append(h('p', { class: 'card calm' }, text.findings.noneAtAll));
  } else {
    root.append(
      h(
        'div',
        { class: 'controls', attributes: { role: 'search', 'aria-label': text.findings.title } },
        field(text.findings.search, search, 'field wide'),
        field(text.findings.severity, severity),
        field(text.waivers.policy, policy),
        field(text.findings.sort, sort),
      ),
      h(
        'div',
        { class: 'chips', attributes: { role: 'group', 'aria-label': text.findings.status } },
        ...chips.map(({ chip }) => chip),
      ),
      h('div', { class: 'line' }, status, clear),
      ...(data.leftOut.findings > 0 ? [leftOut] : []),
      list,
      more,
    );
    draw();
  }

  function redraw(): void {
    limit = step;
    draw();
  }

  function reset(): void {
    Object.assign(filters, { query: '', code: '', severity: '', policy: '', sort: 'worst' });
    search.value = '';
    redraw();
  }

  function chosen(): readonly FindingRow[] {
    const words = filters.query.toLowerCase().split(/\s+/).filter(Boolean);
    return data.findings
      .filter((row) => {
        if (filters.code !== '' && row.code !== filters.code) return false;
        if (filters.policy !== '' && row.policy !== Number(filters.policy)) return false;
        const isSeverity = data.policies[row.policy]?.severity === filters.severity;
        if (filters.severity !== '' && !isSeverity) return false;
        const haystack = haystacks.get(row) ?? '';
        return words.every((word) => haystack.includes(word));
      })
      .sort(orderOf(filters.sort, context));
  }

  function draw(): void {
    severity.value = filters.severity;
    policy.value = filters.policy;
    sort.value = filters.sort;
    for (const { code, chip } of chips) {
      chip.setAttribute('aria-pressed', String(code === filters.code));
    }
    const rows = chosen();
    const most = isPrinting ? maxPrinted : limit;
    const shown = rows.slice(0, most);
    list.replaceChildren(
      ...shown.map((row, at) => rowOf(row, at)),
      ...(rows.length === 0 ? [h('li', { class: 'calm' }, text.findings.none)] : []),
    );
    const counts = [
      number(isPrinting ? shown.length : rows.length),
      number(data.findings.length),
    ] as const;
    status.textContent =
      isPrinting && shown.length < data.findings.length
        ? text.findings.printed(...counts)
        : text.findings.shown(...counts);
    const rest = rows.length - shown.length;
    more.hidden = rest === 0;
    more.textContent = text.findings.more(number(Math.min(step, rest)));
    const isFiltered =
      filters.query !== '' ||
      filters.code !== '' ||
      filters.severity !== '' ||
      filters.policy !== '';
    clear.hidden = !isFiltered;
  }

  function rowOf(row: FindingRow, at: number): HTMLElement {
    const policyRow = data.policies[row.policy];
    const panelId = `finding-${String(at)}`;
    const isOpen: boolean = isPrinting || opened.has(row);
    const panel = h('div', { class: 'panel', id: panelId, attributes: { hidden: !isOpen } });
    if (isOpen) panel.append(findingPanel(row, context));
    const button = h(
      'button',
      {
        attributes: {
          type: 'button',
          'aria-expanded': isOpen ? 'true' : 'false',
          'aria-controls': panelId,
        },
        on: {
          click: () => {
            const isNowOpen = panel.hasAttribute('hidden');
            panel.hidden = !isNowOpen;
            button.setAttribute('aria-expanded', String(isNowOpen));
            if (isNowOpen) opened.add(row);
            else opened.delete(row);
            if (panel.childElementCount === 0) panel.append(findingPanel(row, context));
          },
        },
      },
      statusPill(row.code, format),
      h(
        'span',
        { class: 'what' },
        isolated(policyRow?.title ?? '', 'name'),
        h(
          'span',
          { class: 'meta' },
          policyRow === undefined ? undefined : severityTag(policyRow.severity, format),
          isolated(data.targets[row.target]?.uin ?? '', 'uin'),
          h('span', {}, text.broke.since(format.day(row.since))),
          row.isNew ? h('span', { class: 'new' }, text.findings.isNew) : undefined,
        ),
      ),
      h('span', { class: 'chevron', attributes: { 'aria-hidden': 'true' } }),
    );
    const item = h('li', { class: 'finding' }, h('h3', {}, button), panel);
    item.dataset['fingerprint'] = row.fingerprint;
    return item;
  }

  return {
    showFinding: (fingerprint) => {
      const row = data.findings.find(
        (candidate) => fingerprint.length >= 8 && candidate.fingerprint.startsWith(fingerprint),
      );
      if (row === undefined) return false;
      reset();
      opened.add(row);
      const at = chosen().indexOf(row);
      limit = Math.max(step, Math.ceil((at + 1) / step) * step);
      draw();
      reveal(list.children.item(at));
      return true;
    },
    showPolicy: (place) => {
      reset();
      filters.policy = String(place);
      redraw();
    },
    showTarget: (uin) => {
      reset();
      filters.query = uin;
      search.value = uin;
      redraw();
    },
    print: (isStarting) => {
      if (isPrinting === isStarting || data.findings.length === 0) return;
      isPrinting = isStarting;
      draw();
    },
  };
}

function reveal(element: Element | null): void {
  element?.scrollIntoView({ block: 'start' });
  element?.querySelector('button')?.focus({ preventScroll: true });
}

function haystackOf(row: FindingRow, { data }: Context): string {
  const policy = data.policies[row.policy];
  const detail = data.details[row.detail ?? -1];
  const fields =
    detail !== undefined && 'violations' in detail
      ? detail.violations.map(({ pointer }) => pointer)
      : [];
  const target = data.targets[row.target]?.uin;
  return [target, policy?.id, policy?.title, row.waiver, row.fingerprint, ...fields]
    .join('\n')
    .toLowerCase();
}

function codesOf({ data, format }: Context): readonly {
  readonly code: OpenCode | '';
  readonly label: string;
  readonly count: number;
}[] {
  const { status } = format.text;
  const countOf = (code: OpenCode) => data.findings.filter((row) => row.code === code).length;
  return [
    { code: '', label: format.text.findings.any, count: data.findings.length },
    { code: 'f', label: status.f, count: countOf('f') },
    { code: 'e', label: status.e, count: countOf('e') },
    { code: 'w', label: status.w, count: countOf('w') },
  ];
}

function orderOf(sort: Sort, { data }: Context): (a: FindingRow, b: FindingRow) => number {
  switch (sort) {
    case 'worst':
      // As the data comes.
      return () => 0;
    case 'newest':
      return (a, b) => compare(b.since, a.since);
    case 'oldest':
      return (a, b) => compare(a.since, b.since);
    case 'account':
      return (a, b) =>
        compare(data.targets[a.target]?.uin ?? '', data.targets[b.target]?.uin ?? '');
  }
}

/** Accounts × policies in the last night: a page of accounts at a time, sorted by any column. */
import type { Code, TargetRow } from '../data.ts';
import { classOf } from '../icons.ts';
import { h, field, isolated, select } from './dom.ts';
import { compare, icon, type Context } from './parts.ts';

export interface Accounts {
  readonly showTarget: (uin: string) => void;
  readonly print: (isPrinting: boolean) => void;
}

const pageSize = 50;
const maxPrinted = 500;

type Show = 'all' | 'open' | 'f' | 'e' | 'unchecked';

interface Row {
  readonly target: TargetRow;
  readonly place: number;
  readonly counts: Readonly<Record<'f' | 'e' | 'w', number>>;
}

interface Sort {
  /** The place of a policy, or one of the first two columns. */
  readonly by: 'account' | 'open' | number;
  readonly isDown: boolean;
}

export function mountAccounts(root: HTMLElement, context: Context): Accounts {
  const { data, format } = context;
  const { text, number } = format;
  const rows = data.targets.map((target, place): Row => ({
    target,
    place,
    counts: {
      f: countOf(target.last, 'f'),
      e: countOf(target.last, 'e'),
      w: countOf(target.last, 'w'),
    },
  }));
  const fingerprints = new Map(
    data.findings.map(({ target, policy, fingerprint }) => [
      `${String(target)}/${String(policy)}`,
      fingerprint,
    ]),
  );
  let query = '';
  let show: Show = 'all';
  let pack = '';
  let onlyOpen = data.policies.length > 16 && data.findings.length > 0;
  let sort: Sort = { by: 'open', isDown: true };
  let page = 0;
  let isPrinting = false;

  const search = h('input', {
    attributes: { type: 'search', autocomplete: 'off', spellcheck: 'false' },
    on: {
      input: () => {
        query = search.value.toLowerCase();
        redraw();
      },
    },
  });
  const shows: readonly Show[] = ['all', 'open', 'f', 'e', 'unchecked'];
  const showing = select(
    shows.map((value) => ({ value, label: text.accounts.shows[value] })),
    (value) => {
      show = shows.find((candidate) => candidate === value) ?? 'all';
      redraw();
    },
  );
  const packs = [...new Set(data.policies.map((policy) => policy.pack))].sort(compare);
  const packing = select(
    [{ value: '', label: text.findings.any }, ...packs.map((value) => ({ value, label: value }))],
    (value) => {
      pack = value;
      redraw();
    },
  );
  const only = h('input', {
    attributes: { type: 'checkbox', checked: onlyOpen },
    on: {
      change: () => {
        onlyOpen = only.checked;
        redraw();
      },
    },
  });
  const status = h('p', { class: 'small', attributes: { role: 'status' } });
  const turn = (by: number, label: string) =>
    h(
      'button',
      {
        class: 'secondary',
        attributes: { type: 'button' },
        on: {
          click: () => {
            page += by;
            draw();
          },
        },
      },
      label,
    );
  const previous = turn(-1, text.accounts.previous);
  const next = turn(1, text.accounts.next);
  const table = h('div', {
    class: 'scroll matrix',
    attributes: { tabindex: 0, role: 'region', 'aria-label': text.accounts.scroller },
  });
  root.append(
    h(
      'div',
      { class: 'controls', attributes: { role: 'search', 'aria-label': text.accounts.title } },
      field(text.accounts.search, search, 'field wide'),
      field(text.accounts.show, showing),
      packs.length > 1 ? field(text.accounts.pack, packing) : undefined,
      h('label', { class: 'check' }, only, h('span', {}, text.accounts.onlyOpen)),
    ),
    table,
    h('div', { class: 'line' }, status, h('div', { class: 'pager' }, previous, next)),
  );
  draw();

  function redraw(): void {
    page = 0;
    draw();
  }

  function columns(): readonly number[] {
    const hasOpen = (place: number) => data.targets.some(({ last }) => isOpen(last[place]));
    return data.policies
      .map((policy, place) => ({ policy, place }))
      .filter(({ policy, place }) => {
        if (pack !== '' && policy.pack !== pack) return false;
        return !onlyOpen || hasOpen(place);
      })
      .sort((a, b) => compare(a.policy.pack, b.policy.pack) || compare(a.policy.id, b.policy.id))
      .map(({ place }) => place);
  }

  function chosen(): readonly Row[] {
    return rows
      .filter(({ target }) => target.uin.toLowerCase().includes(query) && isShown(target, show))
      .sort((a, b) => {
        const order = compareBy(a, b, sort.by);
        return (sort.isDown ? -order : order) || compare(a.target.uin, b.target.uin);
      });
  }

  function draw(): void {
    const all = chosen();
    const size = isPrinting ? maxPrinted : pageSize;
    page = isPrinting ? 0 : Math.max(0, Math.min(page, Math.ceil(all.length / size) - 1));
    const shown = all.slice(page * size, page * size + size);
    const places = columns();
    table.replaceChildren(
      shown.length === 0
        ? h('p', { class: 'calm' }, text.accounts.none)
        : h(
            'table',
            {},
            h('thead', {}, ...headRows(places)),
            h('tbody', {}, ...shown.map((row) => bodyRow(row, places))),
          ),
    );
    const from = all.length === 0 ? 0 : page * size + 1;
    status.textContent =
      isPrinting && shown.length < rows.length
        ? text.accounts.printed(number(shown.length), number(rows.length))
        : text.accounts.page(number(from), number(page * size + shown.length), number(all.length));
    previous.disabled = page === 0;
    next.disabled = (page + 1) * size >= all.length;
    previous.hidden = next.hidden = all.length <= size;
  }

  function sortButton(
    by: Sort['by'],
    label: string,
    shownLabel: string,
    describe?: string,
  ): HTMLElement {
    const button = h(
      'button',
      {
        attributes: { type: 'button', title: describe ?? label },
        on: {
          click: () => {
            // What is wrong comes first at the first click; names go from A to Z.
            sort = { by, isDown: sort.by === by ? !sort.isDown : by !== 'account' };
            draw();
            table.querySelector<HTMLElement>(`[data-sort="${String(by)}"]`)?.focus();
          },
        },
      },
      isolated(shownLabel),
      h('span', { class: 'arrow', attributes: { 'aria-hidden': 'true' } }),
    );
    button.dataset['sort'] = String(by);
    // What is read aloud begins with what is seen.
    const spoken = text.accounts.sortBy(label);
    button.setAttribute('aria-label', label === shownLabel ? spoken : `${shownLabel}: ${spoken}`);
    return button;
  }

  function heading(by: Sort['by'], className: string, button: HTMLElement, span = 1): HTMLElement {
    const direction = sort.by === by ? (sort.isDown ? 'descending' : 'ascending') : undefined;
    return h(
      'th',
      {
        class: className,
        attributes: { scope: 'col', 'aria-sort': direction, rowspan: span > 1 ? span : undefined },
      },
      button,
    );
  }

  function headRows(places: readonly number[]): readonly HTMLElement[] {
    const groups: { name: string; size: number }[] = [];
    for (const place of places) {
      const name = data.policies[place]?.pack ?? '';
      const last = groups.at(-1);
      if (last?.name === name) last.size += 1;
      else groups.push({ name, size: 1 });
    }
    const { account, openCount } = text.accounts;
    return [
      h(
        'tr',
        {},
        heading('account', 'account', sortButton('account', account, account), 2),
        heading('open', 'open', sortButton('open', openCount, openCount), 2),
        ...groups.map(({ name, size }) =>
          h(
            'th',
            { class: 'pack', attributes: { scope: 'colgroup', colspan: size, title: name } },
            isolated(name),
          ),
        ),
      ),
      h(
        'tr',
        {},
        ...places.map((place) => {
          const { id = '', title = '', pack: packName = '' } = data.policies[place] ?? {};
          const short = id.startsWith(`${packName}-`) ? id.slice(packName.length + 1) : id;
          return heading(place, 'policy', sortButton(place, title, short));
        }),
      ),
    ];
  }

  function bodyRow({ target, place, counts }: Row, places: readonly number[]): HTMLElement {
    const open = counts.f + counts.e + counts.w;
    return h(
      'tr',
      {},
      h(
        'th',
        { class: 'account', attributes: { scope: 'row' } },
        h(
          'a',
          { attributes: { href: `#target=${encodeURIComponent(target.uin)}`, title: target.uin } },
          isolated(target.uin),
        ),
        target.site === 'intl' ? undefined : h('span', { class: 'site' }, target.site),
      ),
      h('td', { class: open === 0 ? 'open zero' : 'open' }, number(open)),
      ...places.map((policy) => cell(codeAt(target, policy), place, policy)),
    );
  }

  function cell(code: Code, target: number, policy: number): HTMLElement {
    const label = text.status[code];
    const fingerprint = fingerprints.get(`${String(target)}/${String(policy)}`);
    const mark = h('span', { class: `mark ${classOf[code]}` }, icon(code, 12));
    if (fingerprint === undefined || fingerprint === '') {
      return h(
        'td',
        { attributes: { title: label } },
        mark,
        h('span', { class: 'hidden-text' }, label),
      );
    }
    return h(
      'td',
      {},
      h(
        'a',
        {
          attributes: {
            href: `#finding=${fingerprint.slice(0, 16)}`,
            title: label,
            'aria-label': `${label}: ${data.policies[policy]?.title ?? ''}`,
          },
        },
        mark,
      ),
    );
  }

  return {
    showTarget: (uin) => {
      query = uin.toLowerCase();
      search.value = uin;
      show = 'all';
      showing.value = show;
      redraw();
    },
    print: (isStarting) => {
      if (isPrinting === isStarting) return;
      isPrinting = isStarting;
      draw();
    },
  };
}

function codeAt({ last }: TargetRow, policy: number): Code {
  const letter = last[policy];
  return letter === 'p' || letter === 'f' || letter === 'w' || letter === 'e' || letter === 's'
    ? letter
    : '-';
}

function isOpen(letter: string | undefined): boolean {
  return letter === 'f' || letter === 'e' || letter === 'w';
}

function countOf(last: string, letter: string): number {
  return last.split(letter).length - 1;
}

function isShown({ last }: TargetRow, show: Show): boolean {
  switch (show) {
    case 'all':
      return true;
    case 'open':
      return /[few]/.test(last);
    case 'f':
    case 'e':
      return last.includes(show);
    case 'unchecked':
      return /^-*$/.test(last);
  }
}

/** By how bad it is: up is better. */
function rankAt({ target }: Row, policy: number): number {
  return ['s', 'p', '-', 'w', 'e', 'f'].indexOf(codeAt(target, policy));
}

function compareBy(a: Row, b: Row, by: Sort['by']): number {
  if (by === 'account') return compare(a.target.uin, b.target.uin);
  if (by !== 'open') return rankAt(a, by) - rankAt(b, by);
  const weight = ({ counts }: Row) => counts.f * 1e6 + counts.e * 1e3 + counts.w;
  return weight(a) - weight(b);
}

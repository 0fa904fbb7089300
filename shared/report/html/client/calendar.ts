/** The large calendar of nights: one policy or all, a year at a time, walked by the arrow keys. */
import { cellOf, daysOf, weekdayOf, type Cell, type Day } from '../calendar.ts';
import { cellClass } from '../cell-class.ts';
import type { Code } from '../data.ts';
import { h, field, isolated, select, type Choice } from './dom.ts';
import { policyChoices, statusPill, type Context } from './parts.ts';

export interface Calendar {
  /** @param policy its place; undefined: all */
  readonly showPolicy: (policy: number | undefined) => void;
  readonly showDay: (date: string) => void;
}

const weeks = 53;

interface Shown {
  readonly day: Day;
  readonly cell: Cell;
  readonly element: HTMLTableCellElement;
  readonly column: number;
  readonly row: number;
}

export function mountCalendar(root: HTMLElement, context: Context): Calendar {
  const { data, format } = context;
  const { text } = format;
  const days = daysOf(data);
  const spans = spansOf(days, context);
  let policy: number | undefined;
  let span = 0;
  let shown: readonly Shown[] = [];

  const grid = h('div', { class: 'scroll calendar' });
  const detail = h('div', { class: 'day' }, h('p', { class: 'small' }, text.nights.pick));
  const scopes: readonly Choice[] = [{ value: '', label: text.nights.all }, ...policyChoices(data)];
  const scope = select(scopes, (value) => {
    policy = value === '' ? undefined : Number(value);
    draw();
  });
  const year = select(
    spans.map(({ label }, at) => ({ value: String(at), label })),
    (value) => {
      span = Number(value);
      draw();
    },
  );
  root.append(
    h(
      'div',
      { class: 'controls' },
      field(text.nights.scope, scope),
      spans.length > 1 ? field(text.nights.year, year) : undefined,
      legend(context),
    ),
    grid,
    detail,
  );
  draw();

  function draw(): void {
    const days = spans[span]?.days ?? [];
    const { table, cells } = drawGrid(days, policy, context);
    shown = cells;
    for (const item of cells) listenTo(item);
    const last = cells.at(-1);
    last?.element.setAttribute('tabindex', '0');
    grid.replaceChildren(table);
    grid.scrollLeft = grid.scrollWidth;
    if (last !== undefined) tell(last);
  }

  function listenTo(item: Shown): void {
    const { element } = item;
    const choose = () => {
      for (const other of shown) other.element.setAttribute('tabindex', '-1');
      element.setAttribute('tabindex', '0');
      tell(item);
    };
    element.addEventListener('focus', choose);
    element.addEventListener('mouseenter', () => {
      tell(item);
    });
    element.addEventListener('click', () => {
      element.focus();
    });
    element.addEventListener('keydown', (event) => {
      const to = moved(item, event.key);
      if (to === undefined) return;
      event.preventDefault();
      to.element.focus();
    });
  }

  function moved({ column, row }: Shown, key: string): Shown | undefined {
    const at = (c: number, r: number) => shown.find((item) => item.column === c && item.row === r);
    switch (key) {
      case 'ArrowLeft':
        return at(column - 1, row);
      case 'ArrowRight':
        return at(column + 1, row);
      case 'ArrowUp':
        return at(column, row - 1) ?? at(column - 1, 6);
      case 'ArrowDown':
        return at(column, row + 1) ?? at(column + 1, 0);
      case 'Home':
        return shown[0];
      case 'End':
        return shown.at(-1);
      default:
        return undefined;
    }
  }

  function tell(item: Shown): void {
    for (const other of shown) other.element.classList.toggle('chosen', other === item);
    detail.replaceChildren(...describe(item, context));
  }

  return {
    showPolicy: (place) => {
      policy = place;
      scope.value = place === undefined ? '' : String(place);
      draw();
    },
    showDay: (date) => {
      const at = spans.findIndex(({ days }) => days.some((day) => day.date === date));
      if (at === -1) return;
      span = at;
      year.value = String(at);
      draw();
      shown.find(({ day }) => day.date === date)?.element.focus();
    },
  };
}

interface Span {
  readonly label: string;
  readonly days: readonly Day[];
}

/** The last 53 weeks, and every year before them that has nights. */
function spansOf(days: readonly Day[], { format }: Context): readonly Span[] {
  const latest = days.slice(-(weeks * 7 - 6));
  if (latest.length === days.length) return [{ label: format.text.nights.latest, days }];
  const years = [...new Set(days.map(({ date }) => date.slice(0, 4)))].reverse();
  return [
    { label: format.text.nights.latest, days: latest },
    ...years.map((year) => ({
      label: year,
      days: days.filter(({ date }) => date.startsWith(year)),
    })),
  ];
}

function drawGrid(
  days: readonly Day[],
  policy: number | undefined,
  context: Context,
): { readonly table: HTMLTableElement; readonly cells: readonly Shown[] } {
  const { data, format } = context;
  const [first] = days;
  const offset = first === undefined ? 0 : weekdayOf(first.date);
  const columns = Math.ceil((days.length + offset) / 7);
  const cells: Shown[] = [];
  const rows = Array.from({ length: 7 }, (_, row) => {
    const name = format.weekday(new Date(Date.UTC(2024, 0, 1 + row)).toISOString());
    const head = h('th', { attributes: { scope: 'row' } }, h('span', {}, name));
    const line = h('tr', {}, head);
    for (let column = 0; column < columns; column += 1) {
      const day = days[column * 7 + row - offset];
      if (day === undefined) {
        line.append(h('td', { class: 'outside' }));
        continue;
      }
      const cell = cellOf(data, day, policy);
      const both = cell.hasFails ? ` both-${String(cell.level)}` : '';
      const element = h('td', {
        class: `cell ${cellClass(cell.kind, cell.level)}${both}`,
        attributes: {
          tabindex: -1,
          'aria-label': `${format.day(day.date)}: ${sentenceOf(day, cell, context)}`,
          'data-date': day.date,
        },
      });
      cells.push({ day, cell, element, column, row });
      line.append(element);
    }
    return line;
  });
  const table = h(
    'table',
    { attributes: { role: 'grid', 'aria-label': format.text.nights.grid } },
    h('thead', {}, monthRow(days, offset, columns, context)),
    h('tbody', {}, ...rows),
  );
  cells.sort((a, b) => (a.day.date < b.day.date ? -1 : 1));
  return { table, cells };
}

/** A month's name stands over the week that its first day lies in. */
function monthRow(
  days: readonly Day[],
  offset: number,
  columns: number,
  { format }: Context,
): HTMLElement {
  const starts = days.flatMap(({ date }, at) =>
    date.endsWith('-01')
      ? [{ column: Math.floor((at + offset) / 7), name: format.month(date) }]
      : [],
  );
  const row = h('tr', {}, h('td', {}));
  let column = 0;
  for (const [at, start] of starts.entries()) {
    if (start.column > column) {
      row.append(h('td', { attributes: { colspan: start.column - column } }));
    }
    const next = starts[at + 1]?.column ?? columns;
    const width = Math.max(1, next - start.column);
    const name = width > 1 ? start.name : '';
    row.append(h('th', { attributes: { scope: 'colgroup', colspan: width } }, name));
    column = start.column + width;
  }
  return row;
}

const told: readonly Code[] = ['p', 'f', 'w', 'e', 's'];

function countsIn({ tally }: Cell, { format }: Context): readonly string[] {
  return told.flatMap((code, at) => {
    const count = tally[at] ?? 0;
    return count === 0 ? [] : [`${format.text.status[code]} ${format.number(count)}`];
  });
}

function sentenceOf(day: Day, cell: Cell, context: Context): string {
  const { data, format } = context;
  const { nights: text, status } = format.text;
  if (day.unreadableSeq !== undefined) return text.unreadableDay(String(day.unreadableSeq));
  if (day.nights.length === 0) return day.isMissed ? text.missedDay : text.missingDay;
  const counts = countsIn(cell, context);
  const runs = day.nights.length > 1 ? [text.runs(format.number(day.nights.length))] : [];
  const isCut = day.nights.some((night) => data.nights[night]?.complete === false);
  return [
    ...(counts.length === 0 ? [status['-']] : counts),
    ...runs,
    ...(isCut ? [text.incomplete] : []),
  ].join(', ');
}

function describe({ day, cell }: Shown, context: Context): readonly HTMLElement[] {
  const { data, format } = context;
  const { kind } = cell;
  const heading = h('strong', {}, format.day(day.date));
  if (kind === 'missing' || kind === 'unreadable') {
    return [
      h('p', { class: `night ${kind}` }, heading, h('span', {}, sentenceOf(day, cell, context))),
    ];
  }
  const sentence = h('span', {}, sentenceOf(day, cell, context));
  const records = day.nights.flatMap((night) => {
    const row = data.nights[night];
    if (row === undefined) return [];
    const { head, runId } = row;
    return [
      h(
        'p',
        { class: 'small' },
        `${format.text.nights.record(String(head.seq))} `,
        h('code', { class: 'hash' }, head.sha256),
        ' ',
        isolated(runId),
      ),
    ];
  });
  return [h('p', { class: 'night' }, heading, statusPill(kind, format), sentence), ...records];
}

function legend({ format }: Context): HTMLElement {
  const { text } = format;
  const square = (className: string, label: string) =>
    h('li', {}, h('i', { class: `square ${className}` }), label);
  return h(
    'ul',
    { class: 'legend' },
    square('pass', text.status.p),
    h(
      'li',
      {},
      h('i', { class: 'square fail l1' }),
      h('i', { class: 'square fail l2' }),
      h('i', { class: 'square fail l3' }),
      text.status.f,
    ),
    square('error', text.status.e),
    square('waived', text.status.w),
    square('missing', text.nights.legend.missing),
  );
}

/** A calendar of nights: large for what is chosen (drawn by the page's script), small for every policy. */
import type { JSX } from 'preact';

import { cellOf, daysOf, weekdayOf, type Day } from '../calendar.ts';
import { cellClass } from '../cell-class.ts';
import type { Code, PolicyRow, ReportData } from '../data.ts';
import type { Format } from '../format.ts';
import { Section, SeverityTag, Status } from '../parts.tsx';

interface Props {
  readonly data: ReportData;
  readonly format: Format;
}

export function Nights({ data, format }: Props): JSX.Element {
  const { text, number } = format;
  const days = daysOf(data);
  const [first] = days;
  const lastDay = days.at(-1);
  const missing = days.filter(({ nights }) => nights.length === 0).length;
  const lead =
    first === undefined || lastDay === undefined
      ? text.noNight
      : [
          text.nights.lead(
            number(data.nights.length),
            format.day(first.date),
            format.day(lastDay.date),
          ),
          missing === 0 ? text.nights.none : text.nights.missing(number(missing)),
        ].join(' ');
  return (
    <Section id="nights" title={text.nights.title} lead={lead}>
      <div class="card" id="calendar" />
      <div class="packs">
        {packsIn(data).map((pack) => (
          <Pack pack={pack} data={data} days={days} format={format} />
        ))}
      </div>
    </Section>
  );
}

interface PackRow {
  readonly name: string;
  readonly policies: readonly {
    readonly policy: PolicyRow;
    readonly place: number;
    readonly code: Code;
  }[];
}

/** Those with something to see first. */
function packsIn(data: ReportData): readonly PackRow[] {
  const byName = new Map<string, PackRow['policies'][number][]>();
  for (const [place, policy] of data.policies.entries()) {
    const rows = byName.get(policy.pack) ?? [];
    rows.push({ policy, place, code: lastCodeOf(data, place) });
    byName.set(policy.pack, rows);
  }
  return [...byName]
    .map(([name, policies]) => ({
      name,
      policies: policies.sort(
        (a, b) => rankOf(a.code) - rankOf(b.code) || (a.policy.title < b.policy.title ? -1 : 1),
      ),
    }))
    .sort((a, b) => worstOf(a) - worstOf(b) || (a.name < b.name ? -1 : 1));
}

function lastCodeOf({ policies, tallies, last }: ReportData, place: number): Code {
  const [pass, fail, waived, error, skip] = tallies[policies[place]?.nights[last] ?? -1] ?? [];
  if ((error ?? 0) > 0) return 'e';
  if ((fail ?? 0) > 0) return 'f';
  if ((waived ?? 0) > 0) return 'w';
  if ((pass ?? 0) > 0) return 'p';
  return (skip ?? 0) > 0 ? 's' : '-';
}

function rankOf(code: Code): number {
  return ['f', 'e', '-', 'w', 'p', 's'].indexOf(code);
}

function worstOf({ policies }: PackRow): number {
  return Math.min(...policies.map(({ code }) => rankOf(code)));
}

function Pack({
  pack,
  data,
  days,
  format,
}: Props & { readonly pack: PackRow; readonly days: readonly Day[] }): JSX.Element {
  const { text, number } = format;
  const { name, policies } = pack;
  const open = policies.filter(({ code }) => code !== 'p' && code !== 's').length;
  return (
    <details class="pack" open={open > 0 || data.policies.length <= 16}>
      <summary>
        <h3>
          <bdi>{name}</bdi>
        </h3>
        <span class="small">{text.nights.judged(number(policies.length))}</span>
        <span class={open > 0 ? 'count bad' : 'count'}>
          {open > 0 ? text.nights.open(number(open)) : text.nights.allWell}
        </span>
      </summary>
      <ul class="minis">
        {policies.map(({ policy, place, code }) => (
          <li class="mini" id={`policy-${String(place)}`}>
            <a
              href={`#nights=${encodeURIComponent(policy.id)}`}
              class="mini-title"
              aria-label={text.nights.cardLabel(policy.title)}
            >
              <bdi>{policy.title}</bdi>
            </a>
            <p>
              <Status code={code} format={format} />
              <SeverityTag severity={policy.severity} format={format} />
            </p>
            <Mini data={data} days={days} policy={place} />
          </li>
        ))}
      </ul>
    </details>
  );
}

const weeksShown = 53;
const pitch = 5;
const size = 4;

/** The last 53 weeks, a square a day; the calendar above says the same to who cannot see it. */
function Mini({
  data,
  days,
  policy,
}: {
  readonly data: ReportData;
  readonly days: readonly Day[];
  readonly policy: number;
}): JSX.Element {
  const shown = days.slice(-(weeksShown * 7 - 6));
  const offset = shown[0] === undefined ? 0 : weekdayOf(shown[0].date);
  const paths = new Map<string, string>();
  const draw = (name: string, shape: string) => paths.set(name, `${paths.get(name) ?? ''}${shape}`);
  for (const [at, day] of shown.entries()) {
    const x = Math.floor((at + offset) / 7) * pitch;
    const y = ((at + offset) % 7) * pitch;
    const { kind, level, hasFails } = cellOf(data, day, policy);
    draw(
      cellClass(kind, level),
      `M${String(x)} ${String(y)}h${String(size)}v${String(size)}h-${String(size)}z`,
    );
    if (hasFails)
      draw(
        `fail l${String(level)}`,
        `M${String(x)} ${String(y)}h${String(size)}l-${String(size)} ${String(size)}z`,
      );
  }
  const width = Math.ceil((shown.length + offset) / 7) * pitch;
  return (
    <svg
      class="squares"
      viewBox={`0 0 ${String(Math.max(width, weeksShown * pitch))} ${String(7 * pitch)}`}
      aria-hidden="true"
    >
      {[...paths].map(([name, d]) => (
        <path class={name} d={d} />
      ))}
    </svg>
  );
}

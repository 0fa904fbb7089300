/** How many findings were open night by night, and how long they took to be fixed. */
import type { JSX } from 'preact';

import { daysOf } from '../calendar.ts';
import type { FixTimes, NightRow, ReportData } from '../data.ts';
import type { Format } from '../format.ts';
import { classOf } from '../icons.ts';
import { Section, SeverityTag } from '../parts.tsx';

interface Props {
  readonly data: ReportData;
  readonly format: Format;
}

export function Trend({ data, format }: Props): JSX.Element {
  const { text } = format;
  return (
    <Section id="trend" title={text.trend.title} lead={text.trend.lead}>
      <div class="columns trend">
        <div class="card">
          <Chart data={data} format={format} />
          <Months data={data} format={format} />
        </div>
        <FixCard data={data} format={format} />
      </div>
    </Section>
  );
}

const width = 720;
const height = 300;
const margin = { left: 44, right: 8, top: 12, bottom: 26 } as const;
const drawnCodes = ['f', 'e', 'w'] as const;

/** What each day was at its end. */
function dailyIn(data: ReportData) {
  return daysOf(data).map(({ date, nights }) => {
    const counts = data.nights[nights.at(-1) ?? -1]?.counts;
    return {
      date,
      counts:
        counts === undefined ? undefined : { f: counts.fail, e: counts.error, w: counts.waived },
    };
  });
}

function Chart({ data, format }: Props): JSX.Element {
  const { text, number } = format;
  const days = dailyIn(data);
  const totals = days.map(({ counts }) =>
    counts === undefined ? 0 : counts.f + counts.e + counts.w,
  );
  const peak = Math.max(0, ...totals);
  const peakDay = days[totals.indexOf(peak)]?.date ?? '';
  const top = niceCeiling(peak);
  const innerWidth = width - margin.left - margin.right;
  const innerHeight = height - margin.top - margin.bottom;
  const step = innerWidth / Math.max(days.length, 30);
  const bar = Math.max(0.4, step - (step > 4 ? 1.5 : step > 2 ? 0.5 : 0));
  const y = (count: number) => margin.top + innerHeight - (count / top) * innerHeight;
  const round = (n: number) => String(Math.round(n * 100) / 100);

  const paths = { f: '', e: '', w: '' };
  let gaps = '';
  for (const [at, { counts }] of days.entries()) {
    const x = margin.left + at * step;
    if (counts === undefined) {
      gaps += `M${round(x)} ${round(margin.top + innerHeight - 4)}h${round(bar)}v4h-${round(bar)}z`;
      continue;
    }
    let base = 0;
    for (const code of drawnCodes) {
      if (counts[code] === 0) continue;
      const from = y(base);
      base += counts[code];
      paths[code] += `M${round(x)} ${round(from)}h${round(bar)}V${round(y(base))}h-${round(bar)}z`;
    }
  }
  const months = days.flatMap(({ date }, at) =>
    date.endsWith('-01') ? [{ at, label: format.month(date) }] : [],
  );
  const every = Math.max(1, Math.ceil(months.length / 14));
  const lastTotal = data.nights[data.last]?.counts;
  const now = lastTotal === undefined ? 0 : lastTotal.fail + lastTotal.error + lastTotal.waived;
  return (
    <figure class="chart">
      <figcaption>
        <strong>{text.trend.chart}</strong>
        <span class="small">
          {text.trend.now(number(now))}{' '}
          {peak > 0 ? text.trend.peak(number(peak), format.day(peakDay)) : ''}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${String(width)} ${String(height)}`}
        role="img"
        aria-label={text.trend.chart}
      >
        {[0, 0.5, 1].map((share) => (
          <>
            <line
              class="gridline"
              x1={margin.left}
              x2={width - margin.right}
              y1={y(top * share)}
              y2={y(top * share)}
            />
            <text class="axis" x={margin.left - 8} y={y(top * share) + 4} text-anchor="end">
              {number(top * share)}
            </text>
          </>
        ))}
        {months.map(({ at, label }, index) =>
          index % every === 0 ? (
            <text class="axis" x={margin.left + at * step} y={height - 8}>
              {label}
            </text>
          ) : null,
        )}
        <path class="missing" d={gaps} />
        {drawnCodes.map((code) => (
          <path class={classOf[code]} d={paths[code]} />
        ))}
      </svg>
      <ul class="legend">
        {drawnCodes.map((code) => (
          <li>
            <i class={`dot ${classOf[code]}`} />
            {text.status[code]}
          </li>
        ))}
        <li>
          <i class="dot missing" />
          {text.nights.legend.missing}
        </li>
      </ul>
    </figure>
  );
}

/** 1, 2, 4 or 10 times a power of ten, so that its half is a number one would name. */
function niceCeiling(n: number): number {
  if (n <= 2) return 2;
  const power = 10 ** Math.floor(Math.log10(n));
  return ([1, 2, 4, 6, 8, 10].find((factor) => factor * power >= n) ?? 10) * power;
}

interface MonthRow {
  readonly month: string;
  readonly nights: readonly NightRow[];
}

function monthsIn(nights: readonly NightRow[]): readonly MonthRow[] {
  const byMonth = new Map<string, NightRow[]>();
  for (const night of nights) {
    const month = night.scheduledAt.slice(0, 7);
    const rows = byMonth.get(month) ?? [];
    rows.push(night);
    byMonth.set(month, rows);
  }
  return [...byMonth]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([month, rows]) => ({ month, nights: rows }));
}

function Months({ data, format }: Props): JSX.Element {
  const { text, number } = format;
  const most = (nights: readonly NightRow[], key: 'fail' | 'error') =>
    number(Math.max(...nights.map(({ counts }) => counts[key])));
  return (
    <details class="months">
      <summary>{text.trend.table}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{text.trend.month}</th>
            <th scope="col" class="n">
              {text.trend.nightsColumn}
            </th>
            <th scope="col" class="n">
              {text.trend.mostFail}
            </th>
            <th scope="col" class="n">
              {text.trend.mostError}
            </th>
            <th scope="col" class="n">
              {text.trend.endOpen}
            </th>
          </tr>
        </thead>
        <tbody>
          {monthsIn(data.nights).map(({ month, nights }) => {
            const end = nights.at(-1)?.counts;
            return (
              <tr>
                <th scope="row">{format.monthAndYear(`${month}-01`)}</th>
                <td class="n">{number(nights.length)}</td>
                <td class="n">{most(nights, 'fail')}</td>
                <td class="n">{most(nights, 'error')}</td>
                <td class="n">
                  {number(end === undefined ? 0 : end.fail + end.error + end.waived)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </details>
  );
}

function FixCard({ data, format }: Props): JSX.Element {
  const { text, number, age } = format;
  const { all, bySeverity } = data.fixes;
  if (all === undefined) {
    return (
      <div class="card fixes">
        <h3>{text.trend.median}</h3>
        <p class="calm">{text.trend.noFix}</p>
      </div>
    );
  }
  const figures: readonly { readonly label: string; readonly of: (times: FixTimes) => number }[] = [
    { label: text.trend.median, of: ({ medianHours }) => medianHours },
    { label: text.trend.p90, of: ({ p90Hours }) => p90Hours },
    { label: text.trend.longest, of: ({ longestHours }) => longestHours },
  ];
  return (
    <div class="card fixes">
      <dl class="figures">
        {figures.map(({ label, of }) => (
          <div>
            <dt>{label}</dt>
            <dd>{age(of(all))}</dd>
          </div>
        ))}
      </dl>
      <p class="small">
        {text.trend.fixed(number(all.fixed))}. {text.trend.explained}
      </p>
      <table>
        <caption>{text.trend.bySeverity}</caption>
        <thead>
          <tr>
            <th scope="col">{text.findings.severity}</th>
            <th scope="col" class="n">
              {text.trend.median}
            </th>
            <th scope="col" class="n">
              {text.trend.p90}
            </th>
          </tr>
        </thead>
        <tbody>
          {bySeverity.map(({ severity, times }) => (
            <tr>
              <th scope="row">
                <SeverityTag severity={severity} format={format} />
              </th>
              <td class="n">{age(times.medianHours)}</td>
              <td class="n">{age(times.p90Hours)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

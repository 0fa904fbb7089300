/**
 * The timer's cron: second, minute, hour, day, month, weekday, year. Day and weekday, both set, are
 * alternatives. Of the newer characters `?` is known; `L`, `W` and `#` are refused.
 * @see https://www.tencentcloud.com/document/product/583/9708
 */

export interface Cron {
  readonly seconds: ReadonlySet<number>;
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  /** undefined: any. */
  readonly days: ReadonlySet<number> | undefined;
  readonly weekdays: ReadonlySet<number> | undefined;
}

const monthNames = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const weekdayNames = 'SUN MON TUE WED THU FRI SAT'.split(' ');
const dayMs = 86_400_000;

/** @returns undefined for what is none */
export function parseCron(text: string): Cron | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 7) return undefined;
  const [second = '', minute = '', hour = '', day = '', month = '', weekday = '', year = ''] =
    fields;
  const named = (field: string, names: readonly string[], first: number) =>
    names.reduce(
      (written, name, index) => written.replaceAll(name, String(index + first)),
      field.toUpperCase(),
    );
  const sets = {
    seconds: numbersIn(second, 0, 59),
    minutes: numbersIn(minute, 0, 59),
    hours: numbersIn(hour, 0, 23),
    dayNumbers: numbersIn(day, 1, 31),
    months: numbersIn(named(month, monthNames, 1), 1, 12),
    weekdayNumbers: numbersIn(named(weekday, weekdayNames, 0), 0, 6),
    years: numbersIn(year, 1970, 2099),
  };
  const { seconds, minutes, hours, dayNumbers, months, weekdayNumbers, years } = sets;
  if (!seconds || !minutes || !hours || !dayNumbers || !months || !weekdayNumbers || !years) {
    return undefined;
  }
  const isAny = (field: string) => field === '*' || field === '?';
  return {
    ...{ seconds, minutes, hours, months, years },
    days: isAny(day) ? undefined : dayNumbers,
    weekdays: isAny(weekday) ? undefined : weekdayNumbers,
  };
}

function numbersIn(field: string, least: number, most: number): ReadonlySet<number> | undefined {
  const numbers = new Set<number>();
  for (const part of field.split(',')) {
    const [, any, from, to, step] = /^(?:([*?])|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part) ?? [];
    if (any === undefined && from === undefined) return undefined;
    const first = from === undefined ? least : Number(from);
    const isOne = from !== undefined && to === undefined && step === undefined;
    const last = isOne ? first : to === undefined ? most : Number(to);
    const width = Number(step ?? 1);
    if (first < least || last > most || first > last || width === 0) return undefined;
    for (let number = first; number <= last; number += width) numbers.add(number);
  }
  return numbers;
}

/**
 * @param offsetMs of the zone that the cron is written in, ahead of UTC
 * @returns the first instant after the given one; undefined where none is left
 */
export function nextFireMs(cron: Cron, afterMs: number, offsetMs: number): number | undefined {
  const lastYear = Math.max(...cron.years);
  const afterLocalMs = afterMs + offsetMs;
  for (let day = Math.floor(afterLocalMs / dayMs); ; day += 1) {
    const date = new Date(day * dayMs);
    if (date.getUTCFullYear() > lastYear) return undefined;
    if (!isDay(cron, date)) continue;
    const found = timesOf(cron).find((timeMs) => day * dayMs + timeMs > afterLocalMs);
    if (found !== undefined) return day * dayMs + found - offsetMs;
  }
}

function isDay({ years, months, days, weekdays }: Cron, date: Date): boolean {
  if (!years.has(date.getUTCFullYear()) || !months.has(date.getUTCMonth() + 1)) return false;
  const isDayOfMonth = days?.has(date.getUTCDate());
  const isWeekday = weekdays?.has(date.getUTCDay());
  if (isDayOfMonth === undefined && isWeekday === undefined) return true;
  return isDayOfMonth === true || isWeekday === true;
}

/** Of one day, in milliseconds since its start, in order. */
function timesOf({ hours, minutes, seconds }: Cron): readonly number[] {
  const inOrder = (numbers: ReadonlySet<number>) => [...numbers].sort((a, b) => a - b);
  return inOrder(hours).flatMap((hour) =>
    inOrder(minutes).flatMap((minute) =>
      inOrder(seconds).map((second) => ((hour * 60 + minute) * 60 + second) * 1000),
    ),
  );
}

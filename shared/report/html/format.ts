/** Numbers, days and ages as a language writes them. Everything is in UTC. */
import type { Json, Locale } from '../../model.ts';
import type { Catalogue } from './text/en.ts';
import { textOf } from './text/of.ts';

export interface Format {
  readonly text: Catalogue;
  readonly number: (n: number) => string;
  /** `23 Nov 2026` */
  readonly day: (iso: string) => string;
  /** `18:00` */
  readonly time: (iso: string) => string;
  /** `23 Nov 2026, 18:00` */
  readonly instant: (iso: string) => string;
  /** `Nov` */
  readonly month: (iso: string) => string;
  readonly monthAndYear: (iso: string) => string;
  /** `Mon` */
  readonly weekday: (iso: string) => string;
  /** Hours where they are few, else days. */
  readonly age: (hours: number) => string;
}

const languages: Readonly<Record<Locale, string>> = { en: 'en-GB', zh: 'zh-CN' };

export function formatIn(locale: Locale): Format {
  const language = languages[locale];
  const text = textOf(locale);
  const numbers = new Intl.NumberFormat(language);
  const number = (n: number) => numbers.format(n);
  const by = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' });
    return (iso: string) => {
      const ms = Date.parse(iso);
      return Number.isNaN(ms) ? iso : format.format(ms);
    };
  };
  const day = by({ day: 'numeric', month: 'short', year: 'numeric' });
  const time = by({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return {
    text,
    number,
    day,
    time,
    instant: (iso) => `${day(iso)}, ${time(iso)}`,
    month: by({ month: 'short' }),
    monthAndYear: by({ month: 'long', year: 'numeric' }),
    weekday: by({ weekday: 'short' }),
    age: (hours) =>
      hours < 48
        ? text.hours(number(Math.round(hours)))
        : text.days(number(Math.floor(hours / 24))),
  };
}

/** A value as JSON; nothing is `–`. */
export function showJson(value: Json | undefined): string {
  return value === undefined ? '–' : JSON.stringify(value, null, 2);
}

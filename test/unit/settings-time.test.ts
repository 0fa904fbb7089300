import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { minutesBetween, parseInstant, parseUtcTimeOfDay } from '../../shared/settings/time.ts';

function isoOf(text: string, zone = 'Asia/Shanghai'): string | undefined {
  const instant = parseInstant(text, zone);
  return instant === undefined ? undefined : new Date(instant).toISOString();
}

describe('parseInstant', () => {
  const read: Record<string, [text: string, iso: string, zone?: string]> = {
    'reads a time without a zone in the zone given': [
      '2026-11-24 02:00:04',
      '2026-11-23T18:00:04.000Z',
    ],
    'reads a T between date and time': ['2026-11-24T02:00:04', '2026-11-23T18:00:04.000Z'],
    'reads a time without seconds': ['2024-10-30 16:40', '2024-10-30T08:40:00.000Z'],
    'takes Z before the zone given': ['2026-11-24T02:00:04Z', '2026-11-24T02:00:04.000Z'],
    'takes an offset before the zone given': [
      '2026-11-24T02:00:04+05:30',
      '2026-11-23T20:30:04.000Z',
    ],
    'reads a negative offset': ['2026-11-24T02:00:04-03:30', '2026-11-24T05:30:04.000Z'],
    'reads an offset without a colon': ['2026-11-24 02:00:04 +0800', '2026-11-23T18:00:04.000Z'],
    'leaves out a fraction of a second': ['2026-11-24T02:00:04.987Z', '2026-11-24T02:00:04.000Z'],
    'reads white space around the time as nothing': [
      ' 2026-11-24 02:00:04\n',
      '2026-11-23T18:00:04.000Z',
    ],
    'knows the leap day of 2028': ['2028-02-29 12:00:00', '2028-02-29T04:00:00.000Z'],
    'knows the leap day of 2000': ['2000-02-29 12:00:00', '2000-02-29T04:00:00.000Z'],
    'knows summer time': ['2026-07-01 12:00:00', '2026-07-01T16:00:00.000Z', 'America/New_York'],
    'knows winter time': ['2026-01-01 12:00:00', '2026-01-01T17:00:00.000Z', 'America/New_York'],
    'knows the last second before summer time': [
      '2026-03-29 01:59:59',
      '2026-03-29T00:59:59.000Z',
      'Europe/Berlin',
    ],
    'knows the first second of summer time': [
      '2026-03-29 03:00:00',
      '2026-03-29T01:00:00.000Z',
      'Europe/Berlin',
    ],
    'knows a zone at half an hour': [
      '2026-11-24 02:00:00',
      '2026-11-23T20:30:00.000Z',
      'Asia/Kolkata',
    ],
    'knows that Shanghai had summer time in 1990': [
      '1990-07-01 12:00:00',
      '1990-07-01T03:00:00.000Z',
    ],
    'reads the last second of a year': ['2026-12-31 23:59:59', '2026-12-31T15:59:59.000Z'],
  };
  it.each(Object.entries(read))('%s', (_name, [text, iso, zone]) => {
    expect(isoOf(text, zone)).toBe(iso);
  });

  const refused: Record<string, string> = {
    'no text': '',
    'a date alone': '2026-11-24',
    'a time alone': '02:00:04',
    '30 February': '2026-02-30 02:00:00',
    '29 February of a common year': '2026-02-29 02:00:00',
    '29 February of 1900, which was no leap year': '1900-02-29 02:00:00',
    '31 April': '2026-04-31 02:00:00',
    'month 13': '2026-13-01 02:00:00',
    'month 0': '2026-00-01 02:00:00',
    'day 0': '2026-01-00 02:00:00',
    'hour 24': '2026-11-24 24:00:00',
    'minute 60': '2026-11-24 02:60:00',
    'second 60': '2026-11-24 02:00:60',
    'the zero time of Go': '0001-01-01 00:00:00',
    'the zero time of MySQL': '0000-00-00 00:00:00',
    'the masked sample of the API page': '2024-10-30 16:4****',
    'one digit for the month': '2026-1-24 02:00:00',
    'two digits for the year': '26-11-24 02:00:00',
    slashes: '2026/11/24 02:00:00',
    'the name of a zone': '2026-11-24 02:00:00 CST',
    'epoch seconds': '1764000000',
    'text after the time': '2026-11-24 02:00:00 or so',
    'digits of another script': '２０２６-11-24 02:00:00',
  };
  it.each(Object.entries(refused))('does not read %s', (_name, text) => {
    expect(parseInstant(text, 'Asia/Shanghai')).toBeUndefined();
  });

  it('reads back every second that it is given, with any offset', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(1000, 0) / 1000, max: Date.UTC(9998, 0) / 1000 }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        (second, offset) => {
          const local = new Date(second * 1000 + offset * 60_000).toISOString().slice(0, 19);
          const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map(
            (part) => String(part).padStart(2, '0'),
          );
          const zone = `${offset < 0 ? '-' : '+'}${hours ?? ''}:${minutes ?? ''}`;
          expect(parseInstant(`${local}${zone}`, 'Asia/Shanghai')).toBe(second * 1000);
        },
      ),
    );
  });

  it('reads back every hour of two years in a zone with summer time, but for the hour that comes twice', () => {
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Berlin',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    const hours = Array.from(
      { length: 2 * 8760 },
      (_, hour) => Date.UTC(2026, 0) + hour * 3_600_000,
    );
    const texts = hours.map((ms) => format.format(ms));
    const once = hours.filter(
      (_, index) =>
        texts.indexOf(texts[index] ?? '', Math.max(0, index - 1)) === index &&
        texts[index + 1] !== texts[index],
    );
    expect(once).toHaveLength(hours.length - 4);
    expect(once.map((ms) => parseInstant(format.format(ms), 'Europe/Berlin'))).toEqual(once);
  });

  it('never throws and never gives a number that is none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-\d: T+Z.]{0,26}$/)), (text) => {
        const instant = parseInstant(text, 'Asia/Shanghai');
        expect(instant === undefined || Number.isSafeInteger(instant)).toBe(true);
      }),
    );
  });
});

describe('parseUtcTimeOfDay', () => {
  const cases: Record<string, [text: string, minutes: number | undefined]> = {
    'reads HH:mm': ['16:40', 1000],
    'reads HH:mm:ss': ['11:05:00', 665],
    'reads seconds as a fraction': ['00:00:30', 0.5],
    'reads an hour of one digit': ['2:00', 120],
    'reads midnight': ['00:00', 0],
    'reads the last minute': ['23:59', 1439],
    'reads white space around the time as nothing': [' 16:40 ', 1000],
    'reads a date-time without a zone in UTC': ['2026-11-23 18:00:00', 1080],
    'reads a date-time with a zone': ['2026-11-24T02:00:00+08:00', 1080],
    'reads a date-time with Z': ['2026-11-24T02:00:00Z', 120],
    'does not read 24:00': ['24:00', undefined],
    'does not read minute 60': ['12:60', undefined],
    'does not read second 60': ['12:00:60', undefined],
    'does not read one digit for the minute': ['12:5', undefined],
    'does not read an hour alone': ['12', undefined],
    'does not read a sign': ['-01:00', undefined],
    'does not read twelve-hour time': ['06:00 PM', undefined],
    'does not read a date that the calendar lacks': ['2026-02-30 18:00:00', undefined],
    'does not read no text': ['', undefined],
  };
  it.each(Object.entries(cases))('%s', (_name, [text, minutes]) => {
    expect(parseUtcTimeOfDay(text)).toBe(minutes);
  });
});

describe('minutesBetween', () => {
  const cases: Record<string, [start: number, end: number, minutes: number]> = {
    'counts within a day': [1080, 1200, 120],
    'counts over midnight': [1410, 60, 90],
    'counts to midnight': [1380, 0, 60],
    'counts equal times as 0': [600, 600, 0],
    'counts whole minutes only': [0, 59.99, 59],
    'counts a minute back as nearly a day': [1, 0, 1439],
  };
  it.each(Object.entries(cases))('%s', (_name, [start, end, minutes]) => {
    expect(minutesBetween(start, end)).toBe(minutes);
  });

  it('counts whole seconds without an error of rounding, from every second of the day', () => {
    const textOf = (second: number) =>
      new Date((second % 86_400) * 1000).toISOString().slice(11, 19);
    const wrong = Array.from({ length: 86_400 }, (_, second) => second).filter((second) =>
      [3_599, 3_600, 3_601].some((length) => {
        const [start, end] = [
          parseUtcTimeOfDay(textOf(second)),
          parseUtcTimeOfDay(textOf(second + length)),
        ];
        return minutesBetween(start ?? NaN, end ?? NaN) !== Math.floor(length / 60);
      }),
    );
    expect(wrong).toEqual([]);
  });
});

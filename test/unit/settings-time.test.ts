import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

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
    'reads an offset of 59 minutes': ['2026-11-24T02:00:04+05:59', '2026-11-23T20:01:04.000Z'],
    'reads the offset furthest ahead': ['2026-11-24T02:00:04+14:00', '2026-11-23T12:00:04.000Z'],
    'reads the offset furthest behind': ['2026-11-24T02:00:04-14:00', '2026-11-24T16:00:04.000Z'],
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
    'takes the earlier of two instants, so that a scan never looks fresher than it is': [
      '2026-10-25 02:30:00',
      '2026-10-25T00:30:00.000Z',
      'Europe/Berlin',
    ],
    'takes the earlier of two instants half an hour apart': [
      '2026-04-05 01:45:00',
      '2026-04-04T14:45:00.000Z',
      'Australia/Lord_Howe',
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
    'an offset of days': '2026-11-20 02:00:00-90:00',
    'an offset of 99:99': '2026-11-20T02:00:00-99:99',
    'an offset that no place on earth has': '2026-11-24 02:00:00+15:00',
    'an offset a minute beyond 14:00': '2026-11-24 02:00:00-14:01',
    'an offset of 60 minutes': '2026-11-24 02:00:00+08:60',
  };
  it.each(Object.entries(refused))('does not read %s', (_name, text) => {
    expect(parseInstant(text, 'Asia/Shanghai')).toBeUndefined();
  });

  const unread: Record<string, [text: string, zone: string]> = {
    'a time that the clocks leave out': ['2026-03-29 02:30:00', 'Europe/Berlin'],
    'the first second that they leave out': ['2026-03-29 02:00:00', 'Europe/Berlin'],
    'the last second that they leave out': ['2026-03-29 02:59:59', 'Europe/Berlin'],
    'a day that they leave out': ['2011-12-30 12:00:00', 'Pacific/Apia'],
    'a time in a zone that does not exist': ['2026-11-24 02:00:00', 'Not/AZone'],
  };
  it.each(Object.entries(unread))('does not read %s', (_name, [text, zone]) => {
    expect(parseInstant(text, zone)).toBeUndefined();
  });

  describe('whatever the zone of the machine, so that a verdict can be recomputed elsewhere', () => {
    const { TZ } = process.env;
    afterEach(() => {
      if (TZ === undefined) delete process.env['TZ'];
      else process.env['TZ'] = TZ;
    });
    const cases = {
      'a time of AUDIT_TIMEZONE=Asia/Shanghai, where the machine has a gap': [
        '2026-10-04 02:00:00',
        'Asia/Shanghai',
        '2026-10-03T18:00:00.000Z',
      ],
      'a time that comes twice': [
        '2026-10-25 02:30:00',
        'Europe/Berlin',
        '2026-10-25T00:30:00.000Z',
      ],
      'a time in UTC, where the machine has a gap': [
        '2026-10-04 02:00:00',
        'UTC',
        '2026-10-04T02:00:00.000Z',
      ],
    } as const;
    it.each(Object.entries(cases))('reads %s', (_name, [text, zone, iso]) => {
      const machines = ['UTC', 'Asia/Shanghai', 'Europe/Berlin', 'Australia/Lord_Howe'];
      const instants = machines.map((machine) => {
        process.env['TZ'] = machine;
        return isoOf(text, zone);
      });
      expect(instants).toEqual(machines.map(() => iso));
    });
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

  it.each(['Europe/Berlin', 'Australia/Lord_Howe', 'America/New_York', 'Asia/Shanghai'])(
    'reads back every half hour of a year in %s, and the earlier where a time comes twice',
    (timeZone) => {
      const format = new Intl.DateTimeFormat('sv-SE', {
        timeZone,
        dateStyle: 'short',
        timeStyle: 'medium',
      });
      const halfHours = Array.from(
        { length: 2 * 8760 },
        (_, index) => Date.UTC(2026, 0) + index * 1_800_000,
      );
      const texts = halfHours.map((ms) => format.format(ms));
      const firstByText = new Map<string, number>();
      for (const [index, text] of texts.entries()) {
        if (!firstByText.has(text)) firstByText.set(text, halfHours[index] ?? NaN);
      }
      expect(texts.map((text) => parseInstant(text, timeZone))).toEqual(
        texts.map((text) => firstByText.get(text)),
      );
    },
  );

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
  const cases: Record<string, [text: string, seconds: number | undefined]> = {
    'reads HH:mm': ['16:40', 60_000],
    'reads HH:mm:ss': ['11:05:00', 39_900],
    'reads seconds': ['00:00:30', 30],
    'reads an hour of one digit': ['2:00', 7_200],
    'reads midnight': ['00:00', 0],
    'reads the last minute': ['23:59', 86_340],
    'reads the last second': ['23:59:59', 86_399],
    'reads white space around the time as nothing': [' 16:40 ', 60_000],
    'reads a date-time without a zone in UTC': ['2026-11-23 18:00:00', 64_800],
    'reads a date-time with a zone': ['2026-11-24T02:00:00+08:00', 64_800],
    'reads a date-time with Z': ['2026-11-24T02:00:00Z', 7_200],
    'reads the last second of a date-time': ['2026-11-23 23:59:59', 86_399],
    'is never negative, before 1970 either': ['1969-12-31 23:00:00', 82_800],
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
  it.each(Object.entries(cases))('%s', (_name, [text, seconds]) => {
    expect(parseUtcTimeOfDay(text)).toBe(seconds);
  });
});

describe('minutesBetween', () => {
  /** Seconds since midnight. */
  const cases: Record<string, [start: number, end: number, minutes: number]> = {
    'counts within a day': [64_800, 72_000, 120],
    'counts over midnight': [84_600, 3_600, 90],
    'counts to midnight': [82_800, 0, 60],
    'counts equal times as 0': [36_000, 36_000, 0],
    'counts whole minutes only': [0, 3_599, 59],
    'counts a minute back as nearly a day': [60, 0, 1_439],
    'counts a second back as nearly a day': [1, 0, 1_439],
  };
  it.each(Object.entries(cases))('%s', (_name, [start, end, minutes]) => {
    expect(minutesBetween(start, end)).toBe(minutes);
  });

  it('counts whole seconds without an error of rounding, from every second of the day and in any form', () => {
    const textOf = (second: number) =>
      new Date((second % 86_400) * 1000).toISOString().slice(11, 19);
    const fullOf = (second: number) => `2026-11-23 ${textOf(second)}`;
    const between = (start: string, end: string) =>
      minutesBetween(parseUtcTimeOfDay(start) ?? NaN, parseUtcTimeOfDay(end) ?? NaN);
    const wrong = Array.from({ length: 86_400 }, (_, second) => second).filter((second) =>
      [0, 3_599, 3_600, 3_601].some((length) => {
        const end = second + length;
        const counted = [
          between(textOf(second), textOf(end)),
          between(fullOf(second), textOf(end)),
          between(textOf(second), fullOf(end)),
        ];
        return counted.some((minutes) => minutes !== Math.floor(length / 60));
      }),
    );
    expect(wrong).toEqual([]);
  });
});

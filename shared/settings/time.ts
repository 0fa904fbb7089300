/** Reads the times that TCSS answers with. What does not parse is `undefined`, never a guess. */
import { TZDate } from '@date-fns/tz';

const dateTime =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s?(Z|[+-]\d{2}:?\d{2})?$/;
const timeOfDay = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;

const minutesPerDay = 24 * 60;

/**
 * @param zone the IANA zone of a date-time that names none
 * @returns epoch milliseconds
 */
export function parseInstant(text: string, zone: string): number | undefined {
  const match = dateTime.exec(text.trim());
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((part) => Number(part || 0));
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const parts = [year, month - 1, day, hour ?? 0, minute ?? 0, second ?? 0] as const;
  const asUtc = Date.UTC(...parts);
  if (!isRealDate(asUtc, parts)) return undefined;
  const offset = match[7];
  if (offset === undefined) return new TZDate(...parts, zone).getTime();
  return asUtc - offsetMs(offset);
}

/** Date.UTC rolls 30 February over to March; a date that the calendar lacks is no date. */
function isRealDate(
  asUtc: number,
  [year, month, day, hour, minute, second]: readonly [
    number,
    number,
    number,
    number,
    number,
    number,
  ],
): boolean {
  const date = new Date(asUtc);
  return (
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second
  );
}

function offsetMs(offset: string): number {
  if (offset === 'Z') return 0;
  const sign = offset.startsWith('-') ? -1 : 1;
  const digits = offset.replaceAll(/\D/g, '');
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
}

/**
 * A time of day in UTC, as `HH:mm`, `HH:mm:ss` or a full date-time ("complete time; backend parses
 * hour/minute/second in UTC", API page).
 * @returns minutes since midnight, with a fraction for the seconds
 */
export function parseUtcTimeOfDay(text: string): number | undefined {
  const match = timeOfDay.exec(text.trim());
  if (match === null) {
    const instant = parseInstant(text, 'UTC');
    return instant === undefined ? undefined : (instant / 60_000) % minutesPerDay;
  }
  const [hour, minute, second] = match.slice(1, 4).map((part) => Number(part || 0));
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return hour * 60 + minute + second / 60;
}

/** Whole minutes from one time of day to the next occurrence of another. */
export function minutesBetween(start: number, end: number): number {
  return Math.floor((end - start + minutesPerDay) % minutesPerDay);
}

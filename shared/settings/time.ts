/** Reads the times that TCSS answers with. What does not parse is `undefined`, never a guess. */
import { tzOffset } from '@date-fns/tz/tzOffset';

const dateTime =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s?(Z|[+-]\d{2}:?\d{2})?$/;
const timeOfDay = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;

const minuteMs = 60_000;
const dayMs = 86_400_000;
const secondsPerDay = 86_400;

/** No place on earth is further from UTC. */
const maxOffsetMinutes = 14 * 60;

/**
 * @param zone the IANA zone of a date-time that names none
 * @returns epoch milliseconds
 */
export function parseInstant(text: string, zone: string): number | undefined {
  const match = dateTime.exec(text.trim());
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part || 0));
  const wallMs = Date.UTC(year, month - 1, day, hour, minute, second);
  if (!isRealDate(wallMs, [year, month, day, hour, minute, second])) return undefined;
  const offset = match[7];
  if (offset === undefined) return inZone(wallMs, zone);
  const minutes = offsetMinutes(offset);
  return minutes === undefined ? undefined : wallMs - minutes * minuteMs;
}

/** Date.UTC rolls 30 February over to March; a date that the calendar lacks is no date. */
function isRealDate(wallMs: number, parts: readonly number[]): boolean {
  const read = new Date(wallMs).toISOString().split(/\D/);
  return parts.every((part, index) => Number(read[index]) === part);
}

/**
 * The instant at which the zone's clocks show it; the earlier of two, so that a scan never looks fresher
 * than it is; none where the clocks leave it out.
 */
function inZone(wallMs: number, zone: string): number | undefined {
  const offsets = [wallMs - dayMs, wallMs + dayMs].map((ms) => tzOffset(zone, new Date(ms)));
  const instants = [...new Set(offsets)]
    .map((offset) => ({ offset, instant: wallMs - offset * minuteMs }))
    .filter(({ offset, instant }) => tzOffset(zone, new Date(instant)) === offset)
    .map(({ instant }) => instant);
  return instants.length === 0 ? undefined : Math.min(...instants);
}

/** `Z` has no digits, and is 0. */
function offsetMinutes(offset: string): number | undefined {
  const sign = offset.startsWith('-') ? -1 : 1;
  const digits = offset.replaceAll(/\D/g, '');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  const total = hours * 60 + minutes;
  return minutes > 59 || total > maxOffsetMinutes ? undefined : sign * total;
}

/**
 * A time of day in UTC, as `HH:mm`, `HH:mm:ss` or a full date-time ("complete time; backend parses
 * hour/minute/second in UTC", API page).
 * @returns seconds since midnight
 */
export function parseUtcTimeOfDay(text: string): number | undefined {
  const match = timeOfDay.exec(text.trim());
  if (match === null) {
    const instant = parseInstant(text, 'UTC');
    return instant === undefined ? undefined : modulo(instant / 1000, secondsPerDay);
  }
  const [hour = 0, minute = 0, second = 0] = match.slice(1, 4).map((part) => Number(part || 0));
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return (hour * 60 + minute) * 60 + second;
}

/** Whole minutes from one time of day (seconds since midnight) to the next occurrence of another. */
export function minutesBetween(start: number, end: number): number {
  return Math.floor(modulo(end - start, secondsPerDay) / 60);
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

/** Times as people read them. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `2026-11-25 03:23`, as the clocks of the zone show it. */
export function minuteOf(ms: number, timeZone: string): string {
  // Swedes write dates so.
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(ms);
}

/** `5 minutes`, `9 hours`, `3 days`: rounded down. */
export function ageOf(ms: number): string {
  const [n, unit] =
    ms < hourMs
      ? [ms / minuteMs, 'minute']
      : ms < 2 * dayMs
        ? [ms / hourMs, 'hour']
        : [ms / dayMs, 'day'];
  const whole = Math.max(0, Math.floor(n));
  return `${String(whole)} ${unit}${whole === 1 ? '' : 's'}`;
}

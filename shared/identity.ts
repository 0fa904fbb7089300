import type { RunIdentity, Trigger } from './model.ts';

/** @param scheduledMs epoch milliseconds; with the name it makes the run's id: `nightly-20261124T180000Z` */
export function identify(
  type: Trigger['type'],
  name: string,
  scheduledMs: number,
  cron?: string,
): RunIdentity {
  const scheduledAt = new Date(scheduledMs).toISOString();
  const compact = scheduledAt
    .replace(/[-:]/g, '')
    .replace(/\.(\d{3})Z$/, (_, ms: string) => (ms === '000' ? 'Z' : `${ms}Z`));
  return {
    id: `${name}-${compact}`,
    trigger: { type, name, scheduledAt, ...(cron !== undefined && { cron }) },
  };
}

/** How long findings stay open. A histogram by the hour, so that years of nights take no more room than one. */
import { severities, type Severity } from '../../model.ts';
import type { FixHistory, FixTimes } from './data.ts';

export interface FixLedger {
  readonly add: (severity: Severity, ms: number) => void;
  readonly history: () => FixHistory;
}

const hourMs = 3_600_000;

export function createFixLedger(): FixLedger {
  const bySeverity = new Map<Severity, Map<number, number>>();
  return {
    add: (severity, ms) => {
      const counts = bySeverity.get(severity) ?? new Map<number, number>();
      bySeverity.set(severity, counts);
      const hours = Math.max(0, Math.round(ms / hourMs));
      counts.set(hours, (counts.get(hours) ?? 0) + 1);
    },
    history: () => {
      const all = timesOf([...bySeverity.values()].flatMap((counts) => [...counts]));
      return {
        ...(all !== undefined && { all }),
        bySeverity: severities.flatMap((severity) => {
          const times = timesOf([...(bySeverity.get(severity) ?? [])]);
          return times === undefined ? [] : [{ severity, times }];
        }),
      };
    },
  };
}

/** @param counts hours, and how many took that long */
function timesOf(counts: readonly (readonly [number, number])[]): FixTimes | undefined {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const fixed = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (fixed === 0) return undefined;
  /** Nearest rank: a time that a finding did take. */
  const percentile = (share: number): number => {
    let left = Math.ceil(fixed * share);
    return sorted.find(([, count]) => (left -= count) <= 0)?.[0] ?? 0;
  };
  return {
    fixed,
    medianHours: percentile(0.5),
    p90Hours: percentile(0.9),
    longestHours: percentile(1),
  };
}

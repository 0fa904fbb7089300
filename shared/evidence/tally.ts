/** What a run's record says of its targets, gathered report by report: an organisation's reports fit in no memory. */
import type {
  Counts,
  Observation,
  OpenFinding,
  SeenDrift,
  Status,
  TargetReport,
} from '../model.ts';
import { statuses } from '../model.ts';

/** Plain data: what one shard gathers is sent to the invocation that seals. */
export interface Tally {
  readonly counts: Counts;
  /** Targets of which a source was not asked, since the time was up or their shard failed. */
  readonly unreached: number;
  /** What is neither pass nor skip, in the order of the reports. */
  readonly open: readonly OpenRow[];
  /** Each way of drifting once, as it was seen first. */
  readonly drift: readonly SeenDrift[];
  /** Sources that some target answered. */
  readonly read: readonly string[];
  /** Sources that some target could not be asked. */
  readonly unread: readonly string[];
}

/** An open finding, before the log says since when. */
export type OpenRow = Pick<OpenFinding, 'target' | 'policyId' | 'severity' | 'status'> & {
  readonly site: string;
};

export interface TallyKeeper {
  readonly add: (report: TargetReport) => void;
  readonly addAll: (tally: Tally) => void;
  readonly tally: () => Tally;
}

export function keepTally(): TallyKeeper {
  const counts: Record<Status | 'targets', number> = { ...noCounts };
  let unreached = 0;
  const open: OpenRow[] = [];
  const drift = new Map<string, SeenDrift>();
  const read = new Set<string>();
  const unread = new Set<string>();
  const see = (seen: SeenDrift) => {
    const way = wayOf(seen);
    if (!drift.has(way)) drift.set(way, seen);
  };
  return {
    add: ({ target, observations, findings }) => {
      counts.targets += 1;
      for (const { policyId, severity, status } of findings) {
        counts[status] += 1;
        if (status === 'pass' || status === 'skip') continue;
        open.push({ site: target.site, target: target.uin, policyId, severity, status });
      }
      if (observations.some(isUnreached)) unreached += 1;
      for (const observation of observations) {
        const { source } = observation;
        ('settings' in observation ? read : unread).add(source);
        for (const { pointer, kind } of 'drift' in observation ? observation.drift : []) {
          // The number of an item is chance.
          see({
            target: target.uin,
            source,
            pointer: pointer.replace(/\/\d+(?=\/|$)/g, '/*'),
            kind,
          });
        }
      }
    },
    addAll: (tally) => {
      for (const key of ['targets', ...statuses] as const) counts[key] += tally.counts[key];
      unreached += tally.unreached;
      for (const row of tally.open) open.push(row);
      for (const seen of tally.drift) see(seen);
      for (const source of tally.read) read.add(source);
      for (const source of tally.unread) unread.add(source);
    },
    tally: () => ({
      counts,
      unreached,
      open,
      drift: [...drift.values()],
      read: [...read],
      unread: [...unread],
    }),
  };
}

function isUnreached(observation: Observation): boolean {
  return 'error' in observation && /^(Deadline|ShardFailed)$/.test(observation.error.code);
}

const noCounts: Counts = { targets: 0, pass: 0, fail: 0, waived: 0, error: 0, skip: 0 };

export function tallyOf(reports: Iterable<TargetReport>): Tally {
  const keeper = keepTally();
  for (const report of reports) keeper.add(report);
  return keeper.tally();
}

/**
 * What a run says of drift: the API's, not an account's, so each way of drifting once.
 * @param before what the run before said: of a source that no account could read tonight it still holds,
 * so that a night that could not look makes no news of the next
 */
export function driftOf(tally: Tally, before: readonly SeenDrift[]): readonly SeenDrift[] {
  const [read, unread] = [new Set(tally.read), new Set(tally.unread)];
  const seen = new Set(tally.drift.map(wayOf));
  const kept = before.filter(
    (drift) => unread.has(drift.source) && !read.has(drift.source) && !seen.has(wayOf(drift)),
  );
  return [...tally.drift, ...kept];
}

function wayOf({ source, pointer, kind }: SeenDrift): string {
  return JSON.stringify([source, pointer, kind]);
}

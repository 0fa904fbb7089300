/** What the log says of who has heard what: the only state there is. */
import type { OpenFinding, Severity, WaiverUse } from '../model.ts';
import type { EvidenceLog } from './chain.ts';
import { isRunRecord } from './seal.ts';
import type { RunRecord } from './record.ts';

/** The last run that a channel was told of, or had nothing to be told of. */
export interface Heard {
  readonly open: readonly OpenFinding[];
  readonly waivers: readonly WaiverUse[];
  readonly scheduledAt: string;
  /** The channel's severity filter then. */
  readonly min: Severity;
}

export interface History {
  /** Channels that have been told of this run, or of a later one. */
  readonly told: ReadonlySet<string>;
  /** By channel; a channel that is not in it has never heard anything. */
  readonly heardBy: ReadonlyMap<string, Heard>;
  /**
   * This run and those before it of which nobody recorded a delivery yet: another process may be telling
   * of them right now.
   */
  readonly untold: readonly RunRecord[];
  /** A later run is in the log: what is open now, it tells. */
  readonly isSuperseded: boolean;
}

/** How many runs back a channel's last delivery is looked for; one that is older hears all that is open. */
const maxRuns = 1000;

export async function readHistory(
  log: EvidenceLog,
  run: RunRecord,
  channels: readonly string[],
): Promise<History> {
  const runId = run.predicate.run.id;
  const toldOf = new Map<string, Map<string, Severity>>();
  const told = new Set<string>();
  const heardBy = new Map<string, Heard>();
  const untold: RunRecord[] = [];
  let isSuperseded = false;
  let runs = 0;

  for await (const record of log.backwards()) {
    if (!isRunRecord(record)) {
      const { runId: of, deliveries } = record.predicate;
      const channelsOfRun = toldOf.get(of) ?? new Map<string, Severity>();
      for (const { channel, status, min } of deliveries) {
        if (status !== 'failed') channelsOfRun.set(channel, min);
      }
      toldOf.set(of, channelsOfRun);
      continue;
    }
    const { open, waivers, run: other } = record.predicate;
    const tellings = toldOf.get(other.id);
    const isOlder = record.seq < run.seq && other.id !== runId;
    if (!isOlder && other.id !== runId) isSuperseded = true;
    if (record.seq <= run.seq && tellings === undefined) untold.push(record);

    for (const channel of channels) {
      const min = tellings?.get(channel);
      if (min === undefined) continue;
      if (!isOlder) told.add(channel);
      else if (!heardBy.has(channel)) {
        heardBy.set(channel, { open, waivers, scheduledAt: other.trigger.scheduledAt, min });
      }
    }
    runs += 1;
    const isComplete = record.seq <= run.seq && channels.every((channel) => heardBy.has(channel));
    if (isComplete || runs >= maxRuns) break;
  }
  return { told, heardBy, untold, isSuperseded };
}

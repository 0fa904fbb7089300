/** What the log says of who has heard what: the only state there is. */
import type { Delivery, OpenFinding, SeenDrift, Severity, WaiverUse } from '../model.ts';
import type { EvidenceLog } from './chain.ts';
import { isRunRecord, type RunRecord } from './record.ts';

/** What a channel knows. */
export interface Heard {
  readonly open: readonly OpenFinding[];
  readonly waivers: readonly WaiverUse[];
  readonly drift: readonly SeenDrift[];
  readonly scheduledAt: string;
  /** The channel's severity filter when it heard it. */
  readonly min: Severity;
}

export interface History {
  /** Channels that have been told of this run, or of a later one. */
  readonly told: ReadonlySet<string>;
  /** By channel; a channel that is not in it has never heard anything. */
  readonly heardBy: ReadonlyMap<string, Heard>;
  /** By channel: scheduled times of runs that never came, of which it has not heard. */
  readonly missedBy: ReadonlyMap<string, readonly string[]>;
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
  const deliveriesOf = new Map<string, Delivery[]>();
  const memories = new Map(channels.map((channel) => [channel, startMemory()]));
  const told = new Set<string>();
  const untold: RunRecord[] = [];
  let isSuperseded = false;
  let runs = 0;

  for await (const record of log.backwards()) {
    if (!isRunRecord(record)) {
      const { runId: of, deliveries } = record.predicate;
      // Read backwards, so the latest of a run's deliveries comes first.
      deliveriesOf.set(of, [...(deliveriesOf.get(of) ?? []), ...deliveries]);
      continue;
    }
    const { id } = record.predicate.run;
    const isThis = id === runId;
    const isLater = !isThis && record.seq > run.seq;
    const deliveries = deliveriesOf.get(id);
    if (isLater) isSuperseded = true;
    else if (record.seq <= run.seq) untold.push(record);

    for (const [channel, memory] of memories) {
      const own = (deliveries ?? []).filter((delivery) => delivery.channel === channel);
      const whole = own.find(({ status }) => status !== 'failed');
      if (whole !== undefined && (isThis || isLater)) told.add(channel);
      else if (memory.base === undefined) recall(memory, record, own, whole);
    }
    runs += 1;
    const areKnown = [...memories.values()].every(({ base }) => base !== undefined);
    if ((record.seq <= run.seq && areKnown) || runs >= maxRuns) break;
  }
  return {
    told,
    heardBy: new Map(
      [...memories].flatMap(([channel, memory]) => {
        const heard = heardOf(memory, run);
        return heard === undefined ? [] : [[channel, heard] as const];
      }),
    ),
    missedBy: new Map(
      // Who has never heard anything need not hear of all the nights before.
      [...memories].map(([channel, { base, missedByRun }]) => [
        channel,
        base === undefined ? run.predicate.missed : [...missedByRun.values()].reverse().flat(),
      ]),
    ),
    // A run that two attempts sealed has a record on either side of its deliveries.
    untold: untold.filter(({ predicate }) => !deliveriesOf.has(predicate.run.id)),
    isSuperseded,
  };
}

/** What is known of one channel while the log is read backwards. */
interface Memory {
  /** The last run of which it heard the whole. */
  base: Heard | undefined;
  /** By fingerprint: what it heard of since, from deliveries that broke off; null = that it is over. */
  readonly parts: Map<string, OpenFinding | null>;
  partMin: Severity | undefined;
  /** By run id, latest first: two attempts of one run say the same. */
  readonly missedByRun: Map<string, readonly string[]>;
}

function startMemory(): Memory {
  return { base: undefined, parts: new Map(), partMin: undefined, missedByRun: new Map() };
}

/* eslint-disable no-param-reassign -- the memory is this module's own and lives for one reading */
function recall(
  memory: Memory,
  record: RunRecord,
  deliveries: readonly Delivery[],
  whole: Delivery | undefined,
): void {
  const { open, waivers, drift = [], run, missed } = record.predicate;
  if (whole !== undefined) {
    memory.base = { open, waivers, drift, scheduledAt: run.trigger.scheduledAt, min: whole.min };
    memory.missedByRun.delete(run.id);
    return;
  }
  memory.missedByRun.set(run.id, missed);
  const isTold = deliveries.some(({ told = [] }) => told.length > 0);
  const openBy = new Map(isTold ? open.map((finding) => [finding.fingerprint, finding]) : []);
  for (const { told = [], min } of deliveries) {
    if (told.length > 0) memory.partMin ??= min;
    for (const fingerprint of told) {
      // Newer runs were read first, and what they told is what counts.
      if (memory.parts.has(fingerprint)) continue;
      memory.parts.set(fingerprint, openBy.get(fingerprint) ?? null);
    }
  }
}
/* eslint-enable no-param-reassign */

function heardOf({ base, parts, partMin }: Memory, run: RunRecord): Heard | undefined {
  if (parts.size === 0 || partMin === undefined) return base;
  const heard = [...parts.values()].filter((finding) => finding !== null);
  return {
    open: [...(base?.open ?? []).filter(({ fingerprint }) => !parts.has(fingerprint)), ...heard],
    waivers: base?.waivers ?? [],
    drift: base?.drift ?? [],
    scheduledAt: base?.scheduledAt ?? run.predicate.run.trigger.scheduledAt,
    min: base?.min ?? partMin,
  };
}

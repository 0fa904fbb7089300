/** What the log says of who has heard what: the only state there is. */
import type { Delivery, OpenFinding, SeenDrift, Severity, WaiverUse } from '../model.ts';
import type { EvidenceLog } from './chain.ts';
import { isRunRecord, type RunRecord } from './record.ts';

/** What a channel knows. */
export interface Heard {
  readonly open: readonly OpenFinding[];
  readonly waivers: readonly WaiverUse[];
  readonly drift: readonly SeenDrift[];
  /**
   * By fingerprint: what it may have heard since, of runs that sealed and recorded no delivery. Their process was
   * killed, before it told or after; null = that it is over.
   */
  readonly unsure: ReadonlyMap<string, OpenFinding | null>;
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
  /** Some channel has not heard the whole of an earlier run: a repetition of that may be telling it right now. */
  readonly isBehind: boolean;
}

/** How many runs back a channel's last delivery is looked for; one that is older hears all that is open. */
const maxRuns = 1000;

export async function readHistory(
  log: Pick<EvidenceLog, 'backwards'>,
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
      const own = deliveries?.filter((delivery) => delivery.channel === channel) ?? [];
      const whole = own.find(({ status }) => status !== 'failed');
      if (whole !== undefined && (isThis || isLater)) told.add(channel);
      else if (memory.base === undefined) {
        recall(memory, record, own, whole);
        if (deliveries === undefined && !isThis && !isLater) doubt(memory, record);
      }
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
    isBehind: [...memories.values()].some(({ missedByRun }) =>
      [...missedByRun.keys()].some((id) => id !== runId),
    ),
  };
}

/** What is known of one channel while the log is read backwards. */
interface Memory {
  /** The last run of which it heard the whole. */
  base: Heard | undefined;
  /** By fingerprint: what it heard of since, from deliveries that broke off; null = that it is over. */
  readonly parts: Map<string, OpenFinding | null>;
  partMin: Severity | undefined;
  /** Runs that may have told it something, latest first, and of which findings it heard later for certain. */
  readonly doubts: { readonly open: readonly OpenFinding[]; readonly known: ReadonlySet<string> }[];
  /** By run id, latest first: two attempts of one run say the same. */
  readonly missedByRun: Map<string, readonly string[]>;
}

function startMemory(): Memory {
  return {
    base: undefined,
    parts: new Map(),
    partMin: undefined,
    doubts: [],
    missedByRun: new Map(),
  };
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
    const { scheduledAt } = run.trigger;
    memory.base = { open, waivers, drift, unsure: new Map(), scheduledAt, min: whole.min };
    memory.missedByRun.delete(run.id);
    return;
  }
  memory.missedByRun.set(run.id, missed);
  for (const { told = [], min } of deliveries) {
    if (told.length === 0) continue;
    memory.partMin ??= min;
    const openBy = byFingerprint(open);
    for (const fingerprint of told) {
      // Newer runs were read first, and what they told is what counts.
      if (memory.parts.has(fingerprint)) continue;
      memory.parts.set(fingerprint, openBy.get(fingerprint) ?? null);
    }
  }
}
/* eslint-enable no-param-reassign */

function doubt({ doubts, parts }: Memory, { predicate: { open } }: RunRecord): void {
  doubts.push({ open, known: new Set(parts.keys()) });
}

function heardOf(memory: Memory, run: RunRecord): Heard | undefined {
  const { base, parts, partMin } = memory;
  const min = base?.min ?? partMin;
  if (min === undefined) return undefined;
  const heard = [...parts.values()].filter((finding) => finding !== null);
  const open = [
    ...(base?.open ?? []).filter(({ fingerprint }) => !parts.has(fingerprint)),
    ...heard,
  ];
  return {
    open,
    waivers: base?.waivers ?? [],
    drift: base?.drift ?? [],
    unsure: unsureOf(memory, open),
    scheduledAt: base?.scheduledAt ?? run.predicate.run.trigger.scheduledAt,
    min,
  };
}

function unsureOf({ doubts }: Memory, heard: readonly OpenFinding[]): Heard['unsure'] {
  const heardBy = byFingerprint(heard);
  const unsure = new Map<string, OpenFinding | null>();
  for (const { open, known } of doubts) {
    const openBy = byFingerprint(open);
    for (const fingerprint of new Set([...heardBy.keys(), ...openBy.keys()])) {
      if (known.has(fingerprint) || unsure.has(fingerprint)) continue;
      const finding = openBy.get(fingerprint);
      if (stateOf(finding) === stateOf(heardBy.get(fingerprint))) continue;
      unsure.set(fingerprint, finding ?? null);
    }
  }
  return unsure;
}

function stateOf(finding: OpenFinding | undefined): string | undefined {
  return finding && `${finding.status} ${finding.since}`;
}

function byFingerprint(findings: readonly OpenFinding[]): ReadonlyMap<string, OpenFinding> {
  return new Map(findings.map((finding) => [finding.fingerprint, finding]));
}

/** The watchdog: reads the log, and tells when the audit that should be in it is not, or not whole, or not told. */
import { awaitedOf, silenceHours, untoldOf, type Awaited, type Watched } from './awaited.ts';
import { AuditError } from './errors.ts';
import { openLog, type EvidenceLog } from './evidence/chain.ts';
import { isRunRecord, keyOf, type LogRecord, type RunRecord } from './evidence/record.ts';
import { identify } from './identity.ts';
import type { Delivery, Head, Site } from './model.ts';
import { deliver } from './notice/deliver.ts';
import { noticeOfNote, type Notice, type RunSummary, type Trouble } from './notice/notice.ts';
import type { Channel } from './notice/webhook.ts';
import type { Clock, EvidenceStore, Http } from './ports.ts';

export interface WatchPorts {
  readonly store: Pick<EvidenceStore, 'get' | 'list'>;
  readonly http: Http;
  readonly clock: Clock;
}

export interface WatchPlan {
  readonly watched: Watched;
  /** Names a night of which no run is known: what the watchdog's own tick is called. */
  readonly tickId: string;
  readonly site: Site;
  readonly channels: readonly Channel[];
  /** Epoch milliseconds: when reading stops, and when telling must be over. */
  readonly readUntilMs: number;
  readonly tellUntilMs: number;
}

export interface WatchOutcome {
  /** The run that should be in the log by now; null where nobody can tell which. */
  readonly runId: string | null;
  /** None where all is in order, and then nobody is told. */
  readonly troubles: readonly Trouble[];
  readonly notices: readonly Delivery[];
  /** Where the log ended; null where it cannot be read, or is empty. */
  readonly evidence: Head | null;
}

export async function watch(ports: WatchPorts, plan: WatchPlan): Promise<WatchOutcome> {
  const nowMs = ports.clock.now();
  const seen = await lookAt(patient(ports, plan), plan, nowMs);
  const { troubles, runId, head } = seen;
  const [first, ...rest] = troubles;
  const evidence = head ?? null;
  if (first === undefined) return { runId, troubles, notices: [], evidence };
  const notice = noticeOfNote(
    runId ?? plan.tickId,
    plan.site,
    { kind: 'watchdog', troubles: [first, ...rest] },
    isoOf(nowMs),
    summaryOf(seen),
  );
  return { runId, troubles, notices: await tell(ports, plan, notice), evidence };
}

async function tell(
  ports: WatchPorts,
  { channels, tellUntilMs }: WatchPlan,
  notice: Notice,
): Promise<readonly Delivery[]> {
  return Promise.all(channels.map((channel) => deliver(ports, channel, notice, tellUntilMs)));
}

interface Seen {
  readonly runId: string | null;
  readonly troubles: readonly Trouble[];
  readonly head?: Head;
  /** The awaited run, where the log has it. */
  readonly run?: RunRecord;
}

async function lookAt(store: EvidenceStore, plan: WatchPlan, nowMs: number): Promise<Seen> {
  try {
    return await judge(store, plan, nowMs);
  } catch (error) {
    if (!(error instanceof AuditError) || !error.code.startsWith('EVIDENCE_')) throw error;
    // Which run is awaited can be told by its schedule alone, if by anything.
    const awaited = awaitedOf([], plan.watched, nowMs);
    const troubles = [{ kind: 'unreadable', message: error.message }] as const;
    return { runId: idOf(awaited, plan.watched), troubles };
  }
}

/** @throws AuditError when the log cannot be read */
async function judge(
  store: EvidenceStore,
  { watched, channels }: WatchPlan,
  nowMs: number,
): Promise<Seen> {
  const tail = await readTail(openLog(store, undefined), watched, nowMs);
  const awaited = tail?.awaited ?? awaitedOf([], watched, nowMs);
  const runId = idOf(awaited, watched);
  if (tail === undefined) return { runId, troubles: [{ kind: 'empty' }] };

  const { head, records, damaged } = tail;
  if (damaged !== undefined) {
    // It may be the run, or the record of who was told of it.
    const message = `Evidence ${keyOf(damaged)} is missing or is no record.`;
    return { runId, head, troubles: [{ kind: 'unreadable', message }] };
  }
  if (!records.some(isRunRecord)) return { runId, head, troubles: [{ kind: 'empty' }] };
  if (awaited.kind !== 'run') {
    return { runId, head, troubles: await absence(store, awaited, watched) };
  }
  const { run } = awaited;
  const names = channels.map(({ name }) => name);
  return { runId, head, run, troubles: shortcomings(records, run, names) };
}

/** @returns what is wrong where the awaited run is not in the log */
async function absence(
  store: EvidenceStore,
  awaited: Exclude<Awaited, { kind: 'run' }>,
  watched: Watched,
): Promise<readonly Trouble[]> {
  switch (awaited.kind) {
    case 'not due':
      return [];
    case 'silent':
      return [{ kind: 'silent', hours: silenceHours, lastAt: isoOrNull(awaited.lastMs) }];
    case 'none': {
      const scheduledAt = isoOf(awaited.tickMs);
      const id = idOf(awaited, watched);
      const leftovers = id === null ? [] : await store.list(`runs/${id}/`);
      return leftovers.length > 0
        ? [{ kind: 'killed', scheduledAt }]
        : [{ kind: 'missing', scheduledAt, lastAt: isoOrNull(awaited.lastMs) }];
    }
  }
}

/** @returns what is wrong with a run that is in the log */
function shortcomings(
  records: readonly LogRecord[],
  run: RunRecord,
  channels: readonly string[],
): readonly Trouble[] {
  const { complete, trigger } = run.predicate.run;
  // The log may hold anything: only a plain yes is one.
  const isComplete: unknown = complete;
  const scheduledAt = isoOf(Date.parse(trigger.scheduledAt));
  const untold = untoldOf(records, run, channels);
  return [
    ...(isComplete === true ? [] : [{ kind: 'incomplete', scheduledAt } as const]),
    ...(untold.length === 0 ? [] : [{ kind: 'untold', scheduledAt, channels: untold } as const]),
  ];
}

/** As `identify` makes them. The log may hold anything, and this goes into headers and keys of incidents. */
const runId = /^[A-Za-z][\w-]{0,99}-\d{8}T\d{6,9}Z$/;

/** The run that is awaited, as its own record names it or would. */
function idOf(awaited: Awaited, { trigger }: Watched): string | null {
  if (awaited.kind === 'run') {
    const { id } = awaited.run.predicate.run;
    return runId.test(id) ? id : null;
  }
  return awaited.kind === 'none' && trigger !== undefined
    ? identify('timer', trigger, awaited.tickMs).id
    : null;
}

/** Some hundred runs, and as much again for what was told of them. */
const maxReads = 2_000;

/** Reads only, and not for ever: a log that somebody blew up must not keep the watchdog from telling. */
function patient({ store, clock }: WatchPorts, { readUntilMs }: WatchPlan): EvidenceStore {
  let reads = 0;
  return {
    get: (key) => {
      reads += 1;
      if (reads <= maxReads && clock.now() < readUntilMs) return store.get(key);
      const message = `Evidence ${key} was not read any more: ${String(reads - 1)} files took too long, or were too many.`;
      return Promise.reject(new AuditError('EVIDENCE_UNREADABLE', message));
    },
    list: (prefix, after) => store.list(prefix, after),
    putIfAbsent: () => Promise.reject(new Error('The watchdog writes nothing')),
  };
}

// ---- The end of the log -----------------------------------------------------------------------

interface Tail {
  readonly head: Head;
  /** From the latest down to the awaited run's, or as far as it could be. */
  readonly records: readonly LogRecord[];
  readonly awaited: Awaited;
  /** The highest number that no readable record has, where the awaited run or what was told of it may have been. */
  readonly damaged: number | undefined;
}

/** So far before its time, a run has not been sealed in any zone. */
const recentMs = 48 * 3_600_000;
/** So many runs before that are read: they tell the zone, and when the last one was. */
const maxOlder = 31;

/** @returns undefined for an empty log */
async function readTail(
  log: EvidenceLog,
  watched: Watched,
  nowMs: number,
): Promise<Tail | undefined> {
  const head = await log.head();
  if (head === undefined) return undefined;
  const records: LogRecord[] = [];
  const runs: RunRecord[] = [];
  let awaited = awaitedOf(runs, watched, nowMs);
  let older = 0;
  for await (const record of log.backwards()) {
    records.push(record);
    if (!isRunRecord(record)) continue;
    runs.push(record);
    awaited = awaitedOf(runs, watched, nowMs);
    if (finishedMsOf(record) < fromMsOf(awaited, nowMs) - recentMs) older += 1;
    if (awaited.kind === 'run' || older > maxOlder) break;
  }
  return {
    head,
    records,
    awaited,
    damaged: gapIn(records, head.seq, lowestOf(runs, awaited, nowMs)),
  };
}

/** @returns the number of the last record that the awaited run, and what was told of it, may come after */
function lowestOf(runs: readonly RunRecord[], awaited: Awaited, nowMs: number): number {
  const fromMs = fromMsOf(awaited, nowMs);
  const before =
    awaited.kind === 'run' ? awaited.run : runs.find((run) => finishedMsOf(run) < fromMs);
  return before?.seq ?? 0;
}

/** No record of the awaited run is older. */
function fromMsOf(awaited: Awaited, nowMs: number): number {
  return awaited.kind === 'none' ? awaited.tickMs : nowMs - silenceHours * 3_600_000;
}

function finishedMsOf({ predicate }: RunRecord): number {
  return Date.parse(predicate.run.finishedAt);
}

/** @returns the highest number above the lowest that no record has */
function gapIn(records: readonly LogRecord[], highest: number, lowest: number): number | undefined {
  const known = new Set(records.map(({ seq }) => seq));
  let seq = highest;
  while (known.has(seq)) seq -= 1;
  return seq > lowest ? seq : undefined;
}

function summaryOf({ run, head }: Seen): RunSummary | undefined {
  if (run === undefined || head === undefined) return undefined;
  const { counts, run: said } = run.predicate;
  return { scheduledAt: said.trigger.scheduledAt, complete: said.complete, counts, head };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : isoOf(ms);
}

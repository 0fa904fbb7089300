/**
 * Folds the nights of a log, one at a time, into what the report shows. Of every night but the last only
 * numbers and changes are kept, so a year of an organisation takes the memory of a few nights.
 */
import type {
  ControlsCatalogue,
  Locale,
  OpenFinding,
  Policy,
  SealedRun,
  Status,
  TargetReport,
  UnreadableRun,
} from '../../model.ts';
import type {
  Code,
  EvidenceCheck,
  FrameworkRow,
  NightRow,
  PolicyRow,
  ReportData,
  Tally,
  TargetRow,
  UnreadableRow,
  WaiverRow,
} from './data.ts';
import { frameworkSummaries } from '../frameworks.ts';
import { createFixLedger, type FixLedger } from './fixes.ts';
import { lastNightRows, type LastNight } from './last-night.ts';
import { packsOf } from './packs.ts';
import { encodeTimeline, stepAt, type Timeline, type TimelineStep } from './timeline.ts';
import { verdictOf } from './verdict.ts';

export interface ReportOptions {
  readonly locale: Locale;
  readonly tool: ReportData['tool'];
  readonly evidence: EvidenceCheck;
  /** What the controls that policies name are called. */
  readonly controls: ControlsCatalogue;
  /** Epoch milliseconds. */
  readonly madeAtMs: number;
  /** Epoch milliseconds: the end of the span, where the report was asked for one. */
  readonly untilMs?: number;
}

export async function aggregate(
  entries: AsyncIterable<SealedRun | UnreadableRun> | Iterable<SealedRun | UnreadableRun>,
  options: ReportOptions,
): Promise<ReportData> {
  const fold = startFold();
  for await (const entry of entries) {
    if (entry.kind === 'run') addNight(fold, entry);
    else {
      const { seq, message } = entry;
      fold.unreadable.push({ seq, message, afterNights: fold.nights.length });
    }
  }
  return finish(fold, options);
}

interface KnownTarget {
  readonly uin: string;
  readonly site: string;
  /** By place of the policy. */
  readonly timelines: (Timeline | undefined)[];
}

interface KnownPolicy {
  readonly id: string;
  latest: Policy | undefined;
  /** Place of the tally by night; holes where it was not judged. */
  readonly tallies: number[];
}

/** A finding that is open: since when, and whether it was a `fail` at any time since. */
interface Episode {
  readonly sinceMs: number;
  hasFailed: boolean;
}

interface Fold {
  readonly nights: NightRow[];
  readonly unreadable: UnreadableRow[];
  readonly targets: Registry<KnownTarget>;
  readonly policies: Registry<KnownPolicy>;
  readonly tallies: Registry<Tally>;
  /** By `<place of target>/<place of policy>`. */
  readonly episodes: Map<string, Episode>;
  readonly fixLedger: FixLedger;
  last: { readonly night: number; readonly run: SealedRun } | undefined;
}

function startFold(): Fold {
  return {
    nights: [],
    unreadable: [],
    targets: createRegistry(),
    policies: createRegistry(),
    tallies: createRegistry(),
    episodes: new Map(),
    fixLedger: createFixLedger(),
    last: undefined,
  };
}

/** Things in the order in which they were first met, found again by a key. */
interface Registry<T> {
  readonly items: readonly T[];
  readonly placeOf: (key: string, make: () => T) => number;
}

function createRegistry<T>(): Registry<T> {
  const items: T[] = [];
  const places = new Map<string, number>();
  return {
    items,
    placeOf: (key, make) => {
      const known = places.get(key);
      if (known !== undefined) return known;
      places.set(key, items.length);
      return items.push(make()) - 1;
    },
  };
}

const codeOfStatus: Readonly<Record<Status, Code>> = {
  pass: 'p',
  fail: 'f',
  waived: 'w',
  error: 'e',
  skip: 's',
};

/** A status that this version does not know is one that it cannot tell. */
function codeOf(status: Status): Code {
  return Object.hasOwn(codeOfStatus, status) ? codeOfStatus[status] : 'e';
}

/* eslint-disable no-param-reassign -- the fold is this module's own and lives for one report */
function addNight(fold: Fold, run: SealedRun): void {
  const night = fold.nights.length;
  fold.nights.push(nightRow(run));
  for (const policy of run.policies) {
    const known = fold.policies.items[policyPlace(fold, policy.id)];
    if (known !== undefined) known.latest = policy;
  }
  countNight(fold, run, night);

  const lastAt = fold.nights[fold.last?.night ?? -1]?.scheduledAt;
  const isLatest =
    lastAt === undefined || Date.parse(run.predicate.run.trigger.scheduledAt) >= Date.parse(lastAt);
  if (isLatest) fold.last = { night, run };
}
/* eslint-enable no-param-reassign */

function nightRow({ head, predicate }: SealedRun): NightRow {
  const { run, counts, missed } = predicate;
  const { id, trigger, finishedAt, complete } = run;
  const { scheduledAt } = trigger;
  return { runId: id, scheduledAt, finishedAt, head, complete, counts, missed };
}

function policyPlace({ policies }: Fold, id: string): number {
  return policies.placeOf(id, () => ({ id, latest: undefined, tallies: [] }));
}

function targetKey({ uin, site }: TargetReport['target']): string {
  return `${site}/${uin}`;
}

const tallied: Readonly<Record<Code, number>> = { p: 0, f: 1, w: 2, e: 3, s: 4, '-': -1 };

/** The night's tallies by policy, and one step of every timeline. */
function countNight(fold: Fold, run: SealedRun, night: number): void {
  const step = stepAt(night);
  const openByKey = new Map(run.predicate.open.map((open) => [openKey(open), open]));
  const counts = new Map<number, [number, number, number, number, number]>();
  const scheduledMs = Date.parse(run.predicate.run.trigger.scheduledAt);
  const judged = new Map<number, Set<number>>();

  for (const { target, findings } of run.reports) {
    const { uin, site } = target;
    const place = fold.targets.placeOf(targetKey(target), () => ({ uin, site, timelines: [] }));
    const known = fold.targets.items[place];
    const judgedOfTarget = judged.get(place) ?? new Set<number>();
    judged.set(place, judgedOfTarget);
    for (const { policyId, status, severity } of findings) {
      const policy = policyPlace(fold, policyId);
      const code = codeOf(status);
      const tally = counts.get(policy) ?? [0, 0, 0, 0, 0];
      tally[tallied[code]] = (tally[tallied[code]] ?? 0) + 1;
      counts.set(policy, tally);
      judgedOfTarget.add(policy);
      if (known === undefined) continue;
      const before = known.timelines[policy];
      known.timelines[policy] = step.next(before, code);
      const key = `${String(place)}/${String(policy)}`;
      if (code === 'p' || code === 's') {
        // Most findings pass after they passed: nothing was open.
        if (before !== undefined && before.code !== 'p' && before.code !== 's') {
          const episode = fold.episodes.get(key);
          const isFixed = code === 'p' && episode?.hasFailed === true;
          if (isFixed) fold.fixLedger.add(severity, scheduledMs - episode.sinceMs);
          fold.episodes.delete(key);
        }
      } else {
        const since = openByKey.get(openKey({ target: uin, policyId }))?.since;
        const episode = fold.episodes.get(key) ?? {
          sinceMs: since === undefined ? scheduledMs : Date.parse(since),
          hasFailed: false,
        };
        if (code === 'f') episode.hasFailed = true;
        fold.episodes.set(key, episode);
      }
    }
  }
  for (const [policy, tally] of counts) {
    const known = fold.policies.items[policy];
    if (known !== undefined) known.tallies[night] = fold.tallies.placeOf(tally.join(), () => tally);
  }
  markUnjudged(fold, judged, step);
}

function openKey({ target, policyId }: Pick<OpenFinding, 'target' | 'policyId'>): string {
  return `${target}\u0000${policyId}`;
}

/** What was judged before and was not in this night is not carried on. */
function markUnjudged(
  { targets }: Fold,
  judged: ReadonlyMap<number, ReadonlySet<number>>,
  step: TimelineStep,
): void {
  for (const [place, { timelines }] of targets.items.entries()) {
    const judgedOfTarget = judged.get(place);
    for (let policy = 0; policy < timelines.length; policy += 1) {
      const timeline = timelines[policy];
      if (timeline !== undefined && judgedOfTarget?.has(policy) !== true) {
        timelines[policy] = step.next(timeline, '-');
      }
    }
  }
}

const dayMs = 86_400_000;

function finish(fold: Fold, options: ReportOptions): ReportData {
  const { nights, unreadable, targets, policies, tallies, last, fixLedger } = fold;
  const { locale, tool, evidence, madeAtMs, untilMs = Infinity } = options;
  const asOfMs = Math.min(madeAtMs, untilMs);
  const usualGapMs = usualGapOf(nights);
  const lastNight = nights[last?.night ?? -1];

  const ids = policies.items.map(({ id }) => id);
  const packs = packsOf(ids);
  const rows = lastNightOf(fold);
  const histories = poolTimelines(
    targets.items,
    policies.items.length,
    new Set(rows.findings.map(({ target, policy }) => `${String(target)}/${String(policy)}`)),
  );
  return {
    locale,
    madeAt: new Date(madeAtMs).toISOString(),
    asOf: new Date(asOfMs).toISOString(),
    tool,
    evidence,
    verdict: verdictOf({
      evidence,
      last: lastNight,
      unreadable,
      dropped: last === undefined ? 0 : droppedIn(fold, last.night),
      asOfMs,
      usualGapMs,
    }),
    usualGapHours: usualGapMs / 3_600_000,
    nights,
    last: last?.night ?? -1,
    lastFile: last?.run.files.find(({ name }) => name.startsWith('runs/'))?.name ?? '',
    unreadable,
    policies: policies.items.map((policy) =>
      policyRow(policy, packs.get(policy.id) ?? policy.id, nights.length),
    ),
    tallies: tallies.items,
    targets: targets.items.map(({ uin, site, timelines }, place): TargetRow => ({
      uin: shortened(uin),
      site,
      last: ids
        .map((_, policy) => codeAt(timelines[policy], last?.night ?? -1)?.code ?? '-')
        .join(''),
      histories: histories.places[place] ?? [],
    })),
    histories: histories.pool,
    findings: rows.findings,
    details: rows.details,
    observations: rows.observations,
    settings: rows.settings,
    frameworks: last === undefined ? [] : frameworkRows(last.run, options.controls),
    waivers: last === undefined ? [] : waiverRows(last.run),
    fixes: fixLedger.history(),
    leftOut: { ...rows.leftOut, histories: histories.leftOut },
  };
}

/** Nobody's uin is that long, and a page of them would be. */
function shortened(uin: string): string {
  return uin.length <= 600 ? uin : `${uin.slice(0, 600)}…`;
}

function lastNightOf({ last, nights, targets, policies }: Fold): LastNight {
  const places = new Map(
    targets.items.map((target, place) => [`${target.site}/${target.uin}`, place]),
  );
  const policyPlaces = new Map(policies.items.map(({ id }, place) => [id, place]));
  return lastNightRows(last?.run, {
    nights,
    targetPlace: (target) => places.get(targetKey(target)) ?? -1,
    policyPlace: (id) => policyPlaces.get(id) ?? -1,
    timeline: (target, policy) =>
      codeAt(targets.items[target]?.timelines[policy], last?.night ?? -1),
    night: last?.night ?? -1,
  });
}

/** The part of the timeline that the night lies in. */
function codeAt(timeline: Timeline | undefined, night: number): Timeline | undefined {
  let at = timeline;
  while (at !== undefined && at.fromNight > night) at = at.before;
  return at;
}

/** A night that leaves out what failed the nights before has not shown that it is well. */
function droppedIn({ targets, nights }: Fold, night: number): number {
  const atMs = Date.parse(nights[night]?.scheduledAt ?? '');
  const isDropped = (timeline: Timeline | undefined) => {
    const now = codeAt(timeline, night);
    if (now?.code !== '-' || now.before === undefined) return false;
    const judgedMs = Date.parse(nights[now.fromNight - 1]?.scheduledAt ?? '');
    return (now.before.code === 'f' || now.before.code === 'e') && atMs - judgedMs <= 7 * dayMs;
  };
  return targets.items.reduce((sum, { timelines }) => sum + timelines.filter(isDropped).length, 0);
}

/** The median of the gaps between timed runs, a day at least and a month at most; a day where nothing tells. */
function usualGapOf(nights: readonly NightRow[]): number {
  const times = [...new Set(nights.map(({ scheduledAt }) => Date.parse(scheduledAt)))]
    .sort((a, b) => a - b)
    .slice(-60);
  const gaps = times.slice(1).map((ms, at) => ms - (times[at] ?? ms));
  const median = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? dayMs;
  return Math.min(31 * dayMs, Math.max(dayMs, median));
}

function policyRow({ id, latest, tallies }: KnownPolicy, pack: string, nights: number): PolicyRow {
  return {
    id,
    title: latest?.title ?? id,
    severity: latest?.severity ?? 'high',
    source: latest?.source ?? '',
    pack,
    rationale: latest?.rationale ?? '',
    remediation: latest?.remediation ?? { text: '' },
    controls: latest?.controls ?? [],
    nights: Array.from({ length: nights }, (_, night) => tallies[night] ?? -1),
  };
}

/** Characters of JSON that histories may take. */
const maxHistoryChars = 1_200_000;

function poolTimelines(
  targets: readonly KnownTarget[],
  policyCount: number,
  open: ReadonlySet<string>,
): {
  readonly pool: readonly (readonly (number | string)[])[];
  /** By target and policy. */
  readonly places: readonly (readonly number[])[];
  readonly leftOut: number;
} {
  const pool: (readonly (number | string)[])[] = [];
  const placeOf = new Map<Timeline, number>();
  let chars = 0;
  let leftOut = 0;
  const placeIn = (timeline: Timeline): number => {
    const known = placeOf.get(timeline);
    if (known !== undefined) return known;
    const pairs = encodeTimeline(timeline);
    const size = JSON.stringify(pairs).length;
    if (chars + size > maxHistoryChars) return -1;
    chars += size;
    placeOf.set(timeline, pool.length);
    return pool.push(pairs) - 1;
  };
  // What is open is what people look into: it has the first claim on the room.
  for (const [target, { timelines }] of targets.entries()) {
    for (const [policy, timeline] of timelines.entries()) {
      if (timeline !== undefined && open.has(`${String(target)}/${String(policy)}`)) {
        placeIn(timeline);
      }
    }
  }
  const places = targets.map(({ timelines }) =>
    Array.from({ length: policyCount }, (_, policy) => {
      const timeline = timelines[policy];
      if (timeline === undefined) return -1;
      const place = placeIn(timeline);
      if (place === -1) leftOut += 1;
      return place;
    }),
  );
  return { pool, places, leftOut };
}

function frameworkRows(
  { reports, policies }: SealedRun,
  catalogue: ControlsCatalogue,
): readonly FrameworkRow[] {
  return frameworkSummaries(reports, policies, catalogue).map(({ title, edition, touched }) => ({
    title,
    ...(edition !== undefined && { edition }),
    controls: touched.map(({ name, title: called, state, policies: supporting }) => ({
      name,
      ...(called !== undefined && { title: called }),
      state,
      policies: supporting,
    })),
  }));
}

function waiverRows({ predicate, waivers }: SealedRun): readonly WaiverRow[] {
  const stateById = new Map(predicate.waivers.map(({ id, state }) => [id, state]));
  return waivers.map(({ id, policy, from, until, targets, reason, ticket, approvedBy }) => ({
    id,
    policy,
    state: stateById.get(id) ?? 'unused',
    from,
    until,
    targets,
    reason,
    ...(ticket !== undefined && { ticket }),
    approvedBy,
  }));
}

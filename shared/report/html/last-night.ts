/** The open findings of the last night with all that was seen, as much of it as a page can carry. */
import {
  severities,
  type Finding,
  type Observation,
  type OpenFinding,
  type SealedRun,
  type Status,
  type Target,
  type TargetReport,
} from '../../model.ts';
import type { Detail, FindingRow, NightRow, ObservationRow, OpenCode, ReportData } from './data.ts';
import type { Timeline } from './timeline.ts';

export interface LastNight extends Pick<
  ReportData,
  'findings' | 'details' | 'observations' | 'settings'
> {
  readonly leftOut: Omit<ReportData['leftOut'], 'histories'>;
}

export interface Places {
  readonly nights: readonly NightRow[];
  readonly targetPlace: (target: Target) => number;
  readonly policyPlace: (id: string) => number;
  readonly timeline: (target: number, policy: number) => Timeline | undefined;
  /** The place of the last night. */
  readonly night: number;
}

const maxFindings = 20_000;
/** Characters of JSON. */
const maxPoolChars = { details: 1_200_000, observations: 1_000_000, settings: 1_200_000 } as const;
/** One that is longer fills a page by itself. */
const maxEntryChars = 20_000;

export function lastNightRows(run: SealedRun | undefined, places: Places): LastNight {
  const details = createPool<Detail>(maxPoolChars.details);
  const observations = createPool<ObservationRow>(maxPoolChars.observations);
  const settings = createPool<ReportData['settings'][number]>(maxPoolChars.settings);

  const all = (run?.reports ?? []).flatMap((report) =>
    report.findings.flatMap((finding) => {
      const code = openCodeOf(finding.status);
      return code === undefined ? [] : [{ report, finding, code }];
    }),
  );
  const worstFirst = [...all].sort(
    (a, b) =>
      rankOf(a.code) - rankOf(b.code) ||
      severities.indexOf(a.finding.severity) - severities.indexOf(b.finding.severity) ||
      compare(a.finding.policyId, b.finding.policyId) ||
      compare(a.report.target.uin, b.report.target.uin),
  );
  const openByKey = new Map(
    (run?.predicate.open ?? []).map((open) => [`${open.target}\u0000${open.policyId}`, open]),
  );
  const nightByTime = new Map(places.nights.map(({ scheduledAt }, night) => [scheduledAt, night]));
  const sourceById = new Map((run?.policies ?? []).map(({ id, source }) => [id, source]));

  const findings = worstFirst.slice(0, maxFindings).map(({ report, finding, code }): FindingRow => {
    const { target } = report;
    const open = openByKey.get(`${target.uin}\u0000${finding.policyId}`);
    const since = open?.since ?? run?.predicate.run.trigger.scheduledAt ?? '';
    const sinceNight = nightByTime.get(since);
    const detail = details.placeOf(detailOf(finding));
    const observation = observationOf(
      report,
      sourceById.get(finding.policyId),
      observations,
      settings,
    );
    const row = {
      target: places.targetPlace(target),
      policy: places.policyPlace(finding.policyId),
    };
    return {
      fingerprint: open?.fingerprint ?? '',
      ...row,
      code,
      since,
      ...(sinceNight !== undefined && { sinceNight }),
      ...lastCodeOf(open),
      isNew: isNewIn(places, row, since),
      ...(detail !== undefined && { detail }),
      ...(observation !== undefined && { observation }),
      ...('waiver' in finding && { waiver: finding.waiver.id }),
    };
  });
  return {
    findings,
    details: details.items,
    observations: observations.items,
    settings: settings.items,
    leftOut: {
      findings: worstFirst.length - findings.length,
      details: findings.filter(({ detail }) => detail === undefined).length,
      observations: findings.filter(({ observation: place }) => !isShown(place, observations.items))
        .length,
    },
  };
}

/** An answer whose settings were left out is one that the page cannot show. */
function isShown(place: number | undefined, observations: readonly ObservationRow[]): boolean {
  const row = place === undefined ? undefined : observations[place];
  return row?.settings !== undefined || row?.error !== undefined;
}

/** @returns undefined for what is in order; a status that this version does not know is one it cannot tell */
function openCodeOf(status: Status): OpenCode | undefined {
  if (status === 'pass' || status === 'skip') return undefined;
  return status === 'fail' ? 'f' : status === 'waived' ? 'w' : 'e';
}

function rankOf(code: OpenCode): number {
  return code === 'f' ? 0 : code === 'e' ? 1 : 2;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function lastCodeOf(open: OpenFinding | undefined): { readonly lastCode?: OpenCode } {
  if (open?.lastStatus === undefined) return {};
  return { lastCode: open.lastStatus === 'waived' ? 'w' : 'f' };
}

/** In the first night of the report only the record's own word tells. */
function isNewIn(
  { timeline, night, nights }: Places,
  { target, policy }: { readonly target: number; readonly policy: number },
  since: string,
): boolean {
  if (night === 0) return since === nights[0]?.scheduledAt;
  return timeline(target, policy)?.fromNight === night;
}

function detailOf(finding: Finding): Detail {
  if ('violations' in finding && finding.violations.length > 0) {
    return { violations: finding.violations };
  }
  return { reason: 'reason' in finding ? finding.reason : '' };
}

function observationOf(
  { observations }: TargetReport,
  source: string | undefined,
  pool: Pool<ObservationRow>,
  settings: Pool<ReportData['settings'][number]>,
): number | undefined {
  const observation = observations.find((candidate) => candidate.source === source);
  return observation === undefined
    ? undefined
    : pool.placeOf(observationRow(observation, settings));
}

function observationRow(
  observation: Observation,
  pool: Pool<ReportData['settings'][number]>,
): ObservationRow {
  const { source, observedAt } = observation;
  if ('error' in observation) {
    const { code, message } = observation.error;
    return { source, observedAt, error: { code, message } };
  }
  const { requestId, settings, facts } = observation;
  const place = pool.placeOf({ settings, facts });
  return { source, observedAt, requestId, ...(place !== undefined && { settings: place }) };
}

/** What repeats stands once, as long as there is room. */
interface Pool<T> {
  readonly items: readonly T[];
  /** @returns undefined where it was left out */
  readonly placeOf: (item: T) => number | undefined;
}

function createPool<T>(maxChars: number): Pool<T> {
  const items: T[] = [];
  const places = new Map<string, number>();
  let chars = 0;
  return {
    items,
    placeOf: (item) => {
      const text = JSON.stringify(item);
      const known = places.get(text);
      if (known !== undefined) return known;
      if (text.length > maxEntryChars || chars + text.length > maxChars) return undefined;
      chars += text.length;
      places.set(text, items.length);
      return items.push(item) - 1;
    },
  };
}

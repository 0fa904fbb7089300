/**
 * What a channel must hear: the difference between what is open now and what was open when it last heard.
 * Level-triggered, so a failed delivery needs no queue, and a repeated tick says nothing twice.
 */
import {
  severities,
  type OpenFinding,
  type SeenDrift,
  type Severity,
  type WaiverUse,
} from '../model.ts';

export interface Now {
  /** Everything that is neither pass nor skip. */
  readonly open: readonly OpenFinding[];
  /** Fingerprints of what passed: only that is resolved. */
  readonly passed: ReadonlySet<string>;
  readonly waivers: readonly WaiverUse[];
  readonly drift: readonly SeenDrift[];
  /** Scheduled times of runs that never came, of all runs that the channel has not heard of. */
  readonly missed: readonly string[];
  readonly scheduledAt: string;
}

/** The last run that the channel heard of. */
export interface Before {
  readonly open: readonly OpenFinding[];
  readonly waivers: readonly WaiverUse[];
  readonly drift: readonly SeenDrift[];
  /** By fingerprint: what it may have heard since, from a process that was killed; null = that it is over. */
  readonly unsure: ReadonlyMap<string, OpenFinding | null>;
  readonly scheduledAt: string;
  readonly min: Severity;
}

export interface Changes {
  /** Failing, and the channel does not know it. */
  readonly failing: readonly OpenFinding[];
  /** Could not be checked, and the channel does not know it. */
  readonly unchecked: readonly OpenFinding[];
  readonly waived: readonly OpenFinding[];
  /** Was open, passes now. */
  readonly resolved: readonly OpenFinding[];
  /** Was open and is judged no more: the policy does not apply now, or the account is not audited. */
  readonly dropped: readonly OpenFinding[];
  /** Known, and told again: a reminder is due, or everything is told every time. */
  readonly stillOpen: readonly OpenFinding[];
  /** Waivers that end soon, ended, or waive nothing. */
  readonly waivers: readonly WaiverUse[];
  /** Where the API left its documentation, and the channel does not know it. */
  readonly drift: readonly SeenDrift[];
  /** Scheduled times of runs that never came. */
  readonly missed: readonly string[];
}

export interface ChangeOptions {
  readonly min: Severity;
  /** Days after which open findings are told again; 0 = never. */
  readonly remindDays: number;
  readonly notify: 'changes' | 'always';
}

const dayMs = 86_400_000;
/** A run is never started to the second: 7 days less a moment are 7 days. */
const slackMs = 3_600_000;

export function changesFor(
  now: Now,
  before: Before | undefined,
  { min, remindDays, notify }: ChangeOptions,
): Changes {
  const heard = new Map(
    before?.open
      .filter(({ severity }) => isAtLeast(severity, before.min))
      .map((finding) => [finding.fingerprint, finding]),
  );
  const open = now.open.filter(({ severity }) => isAtLeast(severity, min));
  /** Over in between, it is another one: a process that was killed may have told its end, and recorded nothing. */
  const lastOf = ({ fingerprint, since }: OpenFinding) => {
    const last = heard.get(fingerprint);
    return last?.since === since ? last : undefined;
  };
  const unsure = before?.unsure ?? new Map<string, OpenFinding | null>();
  const isNews = (finding: OpenFinding) =>
    lastOf(finding)?.status !== finding.status || unsure.has(finding.fingerprint);
  const news = (status: OpenFinding['status']) =>
    open.filter((finding) => finding.status === status && isNews(finding));

  /** It failed, could not be checked, and fails: the channel knows, and hears that it can be checked again. */
  const isKnown = (finding: OpenFinding) => {
    const last = lastOf(finding);
    return last?.status === 'fail' || (last?.status === 'error' && last.lastStatus === 'fail');
  };
  const failing = news('fail');

  const isOpen = new Set(now.open.map(({ fingerprint }) => fingerprint));
  const maybeHeard = [...unsure.values()]
    .filter((finding) => finding !== null)
    .filter(({ fingerprint, severity }) => !heard.has(fingerprint) && isAtLeast(severity, min));
  const gone = [...heard.values(), ...maybeHeard].filter(
    ({ fingerprint }) => !isOpen.has(fingerprint),
  );
  const isAgain = (finding: OpenFinding) =>
    notify === 'always' ||
    (finding.status !== 'waived' &&
      before !== undefined &&
      isReminderDue(finding.since, before.scheduledAt, now.scheduledAt, remindDays));

  return {
    failing: failing.filter((finding) => !isKnown(finding)),
    unchecked: news('error'),
    waived: news('waived'),
    resolved: gone.filter(({ fingerprint }) => now.passed.has(fingerprint)),
    dropped: gone.filter(({ fingerprint }) => !now.passed.has(fingerprint)),
    stillOpen: [
      ...failing.filter(isKnown),
      ...open.filter((finding) => !isNews(finding) && isAgain(finding)),
    ],
    waivers: now.waivers.filter(
      ({ id, state }) =>
        (state === 'ending' || state === 'ended' || state === 'unused') &&
        before?.waivers.find((waiver) => waiver.id === id)?.state !== state,
    ),
    drift: now.drift.filter(
      (drift) =>
        notify === 'always' || before?.drift.some((known) => isSame(known, drift)) !== true,
    ),
    missed: now.missed,
  };
}

/** On whatever account it was seen. */
function isSame(a: SeenDrift, b: SeenDrift): boolean {
  return a.source === b.source && a.pointer === b.pointer && a.kind === b.kind;
}

export function isNothing(changes: Changes): boolean {
  return Object.values(changes).every((list: readonly unknown[]) => list.length === 0);
}

export function isAtLeast(severity: Severity, min: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(min);
}

/** Due at every whole number of periods since it opened: no list of reminders is needed to know it. */
function isReminderDue(since: string, before: string, now: string, remindDays: number): boolean {
  if (remindDays === 0) return false;
  const periods = (at: string) =>
    Math.floor((Date.parse(at) - Date.parse(since) + slackMs) / (remindDays * dayMs));
  return periods(now) > periods(before);
}

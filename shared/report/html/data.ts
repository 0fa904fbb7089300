/**
 * What the report page shows, as data: made once from the log, drawn by the page's sections, and carried
 * inside the page for its own script. Rows point at each other by index, and what repeats stands once.
 */
import type { Counts, Head, Json, JsonObject, Locale, Severity, WaiverState } from '../../model.ts';

/** The five verdicts, and `-` where nothing was judged. */
export const codes = ['p', 'f', 'w', 'e', 's', '-'] as const;
export type Code = (typeof codes)[number];
/** What is neither pass nor skip. */
export type OpenCode = 'f' | 'w' | 'e';

/** How many targets of one policy in one night: pass, fail, waived, error, skip. */
export type Tally = readonly [number, number, number, number, number];

/** What the command line found when it verified the log while the report was made. */
export interface EvidenceCheck {
  readonly records: number;
  readonly runs: number;
  readonly files: number;
  readonly signed: number;
  readonly head?: Head;
  /** How many public keys the signatures were checked with; 0: they were only counted. */
  readonly publicKeys: number;
  /** The head that the log was held against, where one was given. */
  readonly knownHead?: Head;
  /** All of them; `faults` may list fewer. */
  readonly faultCount: number;
  readonly faults: readonly {
    readonly code: string;
    readonly key: string;
    readonly message: string;
  }[];
  readonly unfinished: number;
}

export interface NightRow {
  readonly runId: string;
  readonly scheduledAt: string;
  readonly finishedAt: string;
  readonly head: Head;
  readonly complete: boolean;
  readonly counts: Counts;
  /** When the timer should have fired before this run, and did not. */
  readonly missed: readonly string[];
}

/** Something in the log that could not be read: perhaps a night, and nobody can tell which. */
export interface UnreadableRow {
  readonly seq: number;
  readonly message: string;
  /** How many nights came before it in the log. */
  readonly afterNights: number;
}

export interface PolicyRow {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly source: string;
  /** What its id begins with: `image-scan`. */
  readonly pack: string;
  readonly rationale: string;
  readonly remediation: { readonly text: string; readonly set?: JsonObject };
  readonly controls: readonly string[];
  /** For every night the place of its tally in `tallies`; -1 where it was not judged. */
  readonly nights: readonly number[];
}

export interface TargetRow {
  readonly uin: string;
  readonly site: string;
  /** What each policy said in the last night: a letter of `codes` for each policy. */
  readonly last: string;
  /** For each policy the place in `histories`; -1 where it was left out or there is none. */
  readonly histories: readonly number[];
}

export interface ViolationRow {
  readonly pointer: string;
  readonly expected: Json;
  readonly actual: Json;
  readonly message: string;
}

/** One finding of the last night that is neither pass nor skip. */
export interface FindingRow {
  readonly fingerprint: string;
  readonly target: number;
  readonly policy: number;
  readonly code: OpenCode;
  readonly since: string;
  /** The night of `since`, where this report holds it. */
  readonly sinceNight?: number;
  /** Of an error: what it was when it could last be checked. */
  readonly lastCode?: OpenCode;
  /** Not `code` in the night before: this is news. */
  readonly isNew: boolean;
  /** Place in `details`; absent where it was left out. */
  readonly detail?: number;
  /** Place in `observations`; absent where it was left out. */
  readonly observation?: number;
  readonly waiver?: string;
}

export type Detail = { readonly violations: readonly ViolationRow[] } | { readonly reason: string };

export interface ObservationRow {
  readonly source: string;
  readonly observedAt: string;
  readonly requestId?: string;
  /** Place in `settings`. */
  readonly settings?: number;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface WaiverRow {
  readonly id: string;
  readonly policy: string;
  readonly state: WaiverState;
  readonly from: string;
  readonly until: string;
  readonly targets: readonly string[];
  readonly reason: string;
  readonly ticket?: string;
  readonly approvedBy: string;
}

/** How long findings stayed open until they passed, in hours. */
export interface FixTimes {
  readonly fixed: number;
  readonly medianHours: number;
  readonly p90Hours: number;
  readonly longestHours: number;
}

export interface FixHistory {
  readonly all?: FixTimes;
  readonly bySeverity: readonly { readonly severity: Severity; readonly times: FixTimes }[];
}

export type VerdictReason =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'broken'; readonly count: number }
  | { readonly kind: 'unreadable'; readonly seq: number }
  | { readonly kind: 'stale'; readonly hours: number }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'unjudged' }
  | { readonly kind: 'dropped'; readonly count: number }
  | { readonly kind: 'error'; readonly count: number }
  | { readonly kind: 'fail'; readonly count: number };

export interface VerdictRow {
  /** `error`, that we could not tell, wins over `fail`. */
  readonly status: 'pass' | 'fail' | 'error';
  readonly reasons: readonly VerdictReason[];
}

/** What was left out so that the file stays small: all of it lies in the evidence. */
export interface LeftOut {
  readonly findings: number;
  readonly details: number;
  readonly observations: number;
  readonly histories: number;
}

/** What the last night says of one control. */
export interface ControlRow {
  readonly name: string;
  readonly title?: string;
  readonly state: 'satisfied' | 'not-satisfied' | 'could-not-tell' | 'not-assessed';
  readonly policies: readonly string[];
}

export interface FrameworkRow {
  readonly title: string;
  readonly edition?: string;
  readonly controls: readonly ControlRow[];
}

export interface ReportData {
  readonly locale: Locale;
  readonly madeAt: string;
  /** The moment that the report speaks of: when it was made, or the end of the span it was asked for. */
  readonly asOf: string;
  readonly tool: { readonly name: string; readonly version: string };
  readonly evidence: EvidenceCheck;
  readonly verdict: VerdictRow;
  /** How far apart the runs usually are. */
  readonly usualGapHours: number;
  /** In the order of the log. */
  readonly nights: readonly NightRow[];
  /** Place in `nights` of the run with the latest scheduled time; -1 where there is none. */
  readonly last: number;
  /** The file in the store that holds what the last night said of its targets. */
  readonly lastFile: string;
  readonly unreadable: readonly UnreadableRow[];
  readonly policies: readonly PolicyRow[];
  readonly tallies: readonly Tally[];
  readonly targets: readonly TargetRow[];
  /** Each as pairs, `[night, letter, night, letter, …]`: from that night on it was so. */
  readonly histories: readonly (readonly (number | string)[])[];
  readonly findings: readonly FindingRow[];
  readonly details: readonly Detail[];
  readonly observations: readonly ObservationRow[];
  readonly settings: readonly { readonly settings: JsonObject; readonly facts: JsonObject }[];
  readonly frameworks: readonly FrameworkRow[];
  readonly waivers: readonly WaiverRow[];
  readonly fixes: FixHistory;
  readonly leftOut: LeftOut;
}

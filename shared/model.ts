/** The nouns of the product, as types. Everything here is plain data: it can be stored and read back. */

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = Readonly<Record<string, Json>>;

export type Result<Value, Fault> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly [Fault, ...Fault[]] };

/** One thing wrong with an input, and the next step: `AUDIT_REMIND_DAYS` / `is "5d": give a whole number`. */
export interface Problem {
  readonly where: string;
  readonly what: string;
  /** Where in the file, counted from 1 as editors do. */
  readonly line?: number;
  readonly column?: number;
  /** That line, and below it a line of carets under what is meant. */
  readonly excerpt?: string;
}

export const sites = ['intl', 'cn'] as const;
export type Site = (typeof sites)[number];

export const locales = ['en', 'zh'] as const;
export type Locale = (typeof locales)[number];

/** One account on one site. */
export interface Target {
  /** The account's uin in decimal digits, or `unknown` when the cloud would not say whose key it is. */
  readonly uin: string;
  readonly site: Site;
  /** What people call the account; sealed with it, since waivers may go by it. */
  readonly alias?: string;
  readonly tags?: readonly string[];
  /** The role by which it is read; the audit's own credential where there is none. */
  readonly roleArn?: string;
  /** Ids of the policies that judge it, where these are not all. */
  readonly policies?: readonly string[];
}

// ---- Sources: what can be read ----------------------------------------------------------------

export type FieldType =
  'boolean' | 'integer' | 'string' | 'string[]' | 'integer[]' | 'object' | 'object[]';

export type Fields = Readonly<Record<string, Field>>;

/** One documented field of a source's answer, or of an object inside it. */
export type Field = {
  readonly meaning: string;
  /** Changes by itself from night to night: not a setting somebody made. */
  readonly volatile?: true;
  readonly deprecated?: true;
} & (
  | {
      readonly type: 'boolean' | 'integer' | 'string' | 'string[]' | 'integer[]';
      /** The documented values, of a list those of its items; any other value is drift. */
      readonly values?: readonly (string | number)[];
    }
  | { readonly type: 'object'; readonly fields: Fields }
  /** A list of objects that all have these fields. */
  | { readonly type: 'object[]'; readonly item: Fields }
);

/** One value derived from the settings and the time of reading. */
export interface FactSpec {
  readonly type: 'boolean' | 'integer' | 'number' | 'string[]';
  readonly meaning: string;
  /** The fields it is derived from: named when it cannot be derived. */
  readonly from: readonly string[];
}

/** How the pages of a long list are asked for (`Offset`, `Limit`) and put together. */
export interface Paging {
  /** The field that counts the whole list. */
  readonly total: string;
  /** The field that holds the page's items. */
  readonly list: string;
  /** A second list, of the same things in the same order. */
  readonly beside?: string;
  /** The field that tells one item from another. */
  readonly key: string;
  readonly pageSize: number;
}

/** One read-only settings action of the API with the request it is called with, as data. */
export interface Source {
  /** Its name for ever, in policies and evidence: the action, and where its request chooses, what: `Action:choice`. */
  readonly id: string;
  readonly action: string;
  readonly title: string;
  /** What the role that reads it must be allowed to do. */
  readonly camAction: string;
  readonly documentation: string;
  /** The sites that serve it: on the others its policies do not apply. */
  readonly sites: readonly [Site, ...Site[]];
  /** The parameters of the call, without those of its paging. */
  readonly request?: JsonObject;
  /** Where an answer holds a part of a list only. */
  readonly paging?: Paging;
  readonly fields: Fields;
  readonly facts: Readonly<Record<string, FactSpec>>;
}

/** Where an answer left its documentation. It is kept and judged all the same. */
export interface Drift {
  readonly pointer: string;
  readonly kind: 'undocumented-field' | 'undocumented-value' | 'undocumented-type';
}

/** Drift as a run tells it: once for all accounts. */
export interface SeenDrift extends Drift {
  /** The first account whose answer had it. */
  readonly target: string;
  readonly source: string;
}

/** What was read from one source of one target, or why it could not be read. Times are ISO 8601 in UTC. */
export type Observation = { readonly source: string; readonly observedAt: string } & (
  | {
      /** Of a source that is read in pages: of every page, in their order, with a blank between. */
      readonly requestId: string;
      /** The answer as received, without `RequestId`; its pages put together as if one had held all. */
      readonly settings: JsonObject;
      readonly facts: JsonObject;
      readonly drift?: readonly Drift[];
    }
  | { readonly error: { readonly code: string; readonly message: string } }
);

// ---- Policies: what must hold -----------------------------------------------------------------

/** From worst to least. */
export const severities = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof severities)[number];

export interface Policy {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly source: string;
  readonly rationale: string;
  readonly remediation: { readonly text: string; readonly set?: JsonObject };
  readonly controls: readonly string[];
  /** JSON Schema 2020-12 over `{ ...settings, facts }`: the policy applies where it matches. */
  readonly when?: JsonObject;
  /** JSON Schema 2020-12 over `{ ...settings, facts }`: what must hold. */
  readonly require: JsonObject;
  /** What a missing or null property that the policy reads means. */
  readonly onMissing?: 'error' | 'fail' | 'skip';
}

/** A standard, with those of its requirements that policies may say they support. */
export interface Framework {
  /** What a policy writes before the slash: `PCI-DSS-4.0.1`. */
  readonly id: string;
  /** How people call it, edition included. */
  readonly title: string;
  readonly edition: string;
  /** Where the standard itself is found. */
  readonly source: string;
  /** Titles by what a policy writes after the slash. */
  readonly controls: Readonly<Record<string, string>>;
}

/** The content of `policies/controls.json`. */
export interface ControlsCatalogue {
  readonly frameworks: readonly Framework[];
}

/** An approved, reasoned departure from a policy that ends on a date. */
export interface Waiver {
  readonly id: string;
  readonly policy: string;
  /** The accounts it covers: `<uin>`, `alias:<name>` or `tag:<name>` each; or `*` alone, which is all of them. */
  readonly targets: readonly [string, ...string[]];
  readonly reason: string;
  readonly ticket?: string;
  readonly approvedBy: string;
  /** UTC: an instant, or a date that means its first (`from`) or last (`until`) moment. */
  readonly from: string;
  readonly until: string;
}

/** Where a waiver stands on the night of a run. `ending` has 14 days or less left; `unused` waives nothing. */
export type WaiverState = 'pending' | 'active' | 'ending' | 'ended' | 'unused';

export interface WaiverUse {
  readonly id: string;
  readonly policy: string;
  readonly state: WaiverState;
  readonly until: string;
}

// ---- Findings: what one policy says of one target ---------------------------------------------

export interface Violation {
  /** JSON Pointer into `{ ...settings, facts }`. */
  readonly pointer: string;
  /** The value that must be there, or the schema keyword that must hold: `true`, `{ "maximum": 7 }`. */
  readonly expected: Json;
  /** The value that is there; `null` where there is none. */
  readonly actual: Json;
  readonly message: string;
}

export type Violations = readonly [Violation, ...Violation[]];

/** So much judges one run at most: what is sealed must be recomputed in bounded time, whoever made it. */
export const mostJudged = { policies: 5_000, waivers: 10_000 } as const;

export const statuses = ['pass', 'fail', 'waived', 'error', 'skip'] as const;
export type Status = (typeof statuses)[number];

export type Verdict =
  | { readonly status: 'pass' }
  | { readonly status: 'fail'; readonly violations: Violations }
  | {
      readonly status: 'waived';
      readonly violations: Violations;
      readonly waiver: { readonly id: string; readonly until: string };
    }
  | { readonly status: 'skip'; readonly reason: string }
  | { readonly status: 'error'; readonly reason: string };

export type Finding = {
  readonly policyId: string;
  readonly severity: Severity;
} & Verdict;

/** Everything a run says of one target: one line of the run's sealed file. */
export interface TargetReport {
  readonly target: Target;
  readonly observations: readonly Observation[];
  readonly findings: readonly Finding[];
}

// ---- Runs and the evidence log ----------------------------------------------------------------

export interface Trigger {
  readonly type: 'timer' | 'manual';
  readonly name: string;
  readonly scheduledAt: string;
  /** The timer's cron expression, where its message tells it: `0 23 3 * * * *`. */
  readonly cron?: string;
}

export interface RunIdentity {
  readonly id: string;
  readonly trigger: Trigger;
}

export type Counts = Readonly<Record<Status | 'targets', number>>;

/** A finding that is neither pass nor skip, as the run record lists it. */
export interface OpenFinding {
  /** Names the same policy on the same target for ever: hex SHA-256. */
  readonly fingerprint: string;
  readonly target: string;
  readonly policyId: string;
  readonly severity: Severity;
  readonly status: 'fail' | 'waived' | 'error';
  /** The scheduled time of the first run of the unbroken row in which it was open. */
  readonly since: string;
  /** Of an `error`: what it was when it could last be checked. */
  readonly lastStatus?: 'fail' | 'waived';
}

export interface RunPredicate {
  readonly seq: number;
  readonly previous: string | null;
  readonly run: RunIdentity & {
    readonly startedAt: string;
    readonly finishedAt: string;
    /** Every target was reached before the deadline. */
    readonly complete: boolean;
  };
  readonly tool: { readonly name: string; readonly version: string };
  /** The IANA zone in which zone-less times of the answers were read. */
  readonly timezone: string;
  readonly counts: Counts;
  readonly open: readonly OpenFinding[];
  readonly waivers: readonly WaiverUse[];
  /**
   * Where answers left their documentation, with `*` in a pointer for the number of an item, and what was
   * known of sources that no account could read tonight. Left out where there is none.
   */
  readonly drift?: readonly SeenDrift[];
  /** When the timer should have fired since its last run in the log, and no run came of it. */
  readonly missed: readonly string[];
  /** Files that an earlier, killed attempt of this run left behind; sealed with it. */
  readonly abandoned: readonly string[];
}

export type DeliveryStatus = 'sent' | 'failed' | 'nothing';

export interface Delivery {
  /** `<kind>:<host>#<8 hex digits>`, never the URL. */
  readonly channel: string;
  readonly status: DeliveryStatus;
  /** Requests made. */
  readonly attempts: number;
  readonly at: string;
  readonly reason: string | null;
  /** The channel's severity filter at that time: what it has heard depends on it. */
  readonly min: Severity;
  /** Fingerprints that were told before a delivery of several messages failed: they are not told again. */
  readonly told?: readonly string[];
}

export interface DeliveryPredicate {
  readonly seq: number;
  readonly previous: string | null;
  readonly runId: string;
  readonly deliveries: readonly Delivery[];
}

/** A place in the log: `<seq>:<sha256>` names everything before it too. */
export interface Head {
  readonly seq: number;
  /** Hex SHA-256 of the record file's bytes. */
  readonly sha256: string;
}

/** One run as the log holds it, with the files that its record seals: what replay, exports and report read. */
export interface SealedRun {
  readonly kind: 'run';
  /** Its record. */
  readonly head: Head;
  readonly predicate: RunPredicate;
  readonly reports: readonly TargetReport[];
  /** What judged. */
  readonly policies: readonly Policy[];
  readonly waivers: readonly Waiver[];
  /** What the record seals: each file's key in the store, and the hex SHA-256 of its bytes. */
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
}

/** A place in the log whose record, or a file that it seals, is missing or is not as it was sealed. */
export interface UnreadableRun {
  readonly kind: 'unreadable';
  readonly seq: number;
  readonly message: string;
}

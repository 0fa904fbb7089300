/**
 * OCSF Compliance Finding (class 2003), one event a finding a night. Only attributes that schema versions
 * 1.4.0 to 1.8.0 have in common, and every one that any of 1.3.0 to 1.8.0 requires.
 * https://schema.ocsf.io/1.4.0/classes/compliance_finding
 */
import { canonicalJson, isObject, own } from '../json.ts';
import type {
  Finding,
  Json,
  JsonObject,
  Observation,
  OpenFinding,
  Policy,
  Severity,
  Status,
  TargetReport,
} from '../model.ts';
import { plainLine } from '../text.ts';
import {
  createRowsOf,
  jsonText,
  madeAtMs,
  reasonOf,
  rowsByTarget,
  type FingerprintOf,
  type Night,
  type NightFrame,
  type Row,
} from './night.ts';

export interface OcsfOptions {
  readonly fingerprintOf: FingerprintOf;
  /**
   * Hex SHA-256 of the text's UTF-8 bytes. Where given, every event carries an attestation of the profile
   * `record_integrity`, and names the event before it.
   */
  readonly attestWith?: (text: string) => string;
}

/** What was open in it, and the policies that said so: only that can be closed. */
export type RunBefore = Pick<Night, 'predicate' | 'policies'>;

/** JSON lines, a target's events at a time. `before` is the run before the first of the nights. */
export async function* ocsfLines(
  nights: AsyncIterable<Night>,
  before: RunBefore | undefined,
  { fingerprintOf, attestWith }: OcsfOptions,
): AsyncGenerator<string> {
  let last = before;
  let attest: ((event: JsonObject) => JsonObject) | undefined;
  for await (const night of nights) {
    if (attestWith !== undefined) attest ??= attester(night, attestWith);
    for (const events of eventsOf(night, last, fingerprintOf)) {
      yield events.map((event) => lineOf(attest === undefined ? event : attest(event))).join('');
    }
    // Not the night itself: of an organisation's, the settings are most of it.
    const { predicate, policies } = night;
    last = { predicate, policies };
  }
}

/**
 * The lines of a target of a night that has just been sealed, for the platform's log service: what did not pass,
 * without the settings, which the record has. What closed is not among them: that takes the night before.
 */
export function ocsfLinesOf(
  night: NightFrame,
  fingerprintOf: FingerprintOf,
): (report: TargetReport) => Iterable<string> {
  const rowsOf = createRowsOf(night, fingerprintOf);
  return (report) => {
    const findings = report.findings.filter(({ status }) => status !== 'pass');
    return rowsOf({ ...report, findings }).map((row) =>
      lineOf(judgedEvent(night, row, undefined, 'short')),
    );
  };
}

function lineOf(event: JsonObject): string {
  return `${jsonText(event)}\n`;
}

function* eventsOf(
  night: Night,
  before: RunBefore | undefined,
  fingerprintOf: FingerprintOf,
): Generator<readonly JsonObject[]> {
  const openBefore = before?.predicate.open ?? [];
  const gone = new Map(openBefore.map((open) => [open.fingerprint, open]));
  for (const { rows } of rowsByTarget(night, fingerprintOf)) {
    yield rows.map((row) => {
      const wasOpen = gone.get(row.fingerprint);
      gone.delete(row.fingerprint);
      const closing =
        wasOpen === undefined || before === undefined ? undefined : { wasOpen, before };
      return judgedEvent(night, row, closing, 'whole');
    });
  }
  if (before === undefined) return;
  for (const wasOpen of gone.values()) yield [goneEvent(night, { wasOpen, before })];
}

// ---- One event --------------------------------------------------------------------------------

const activities = {
  create: { id: 1, name: 'Create' },
  update: { id: 2, name: 'Update' },
  close: { id: 3, name: 'Close' },
  /** It was judged, and neither was anything open nor is it. */
  assess: { id: 99, name: 'Assess' },
} as const;

interface Meaning {
  readonly id: number;
  readonly name: string;
}

/** Of the finding as something to work on. What is not judged any more is not resolved by that. */
const lifecycles = {
  pass: { id: 4, name: 'Resolved' },
  fail: { id: 1, name: 'New' },
  error: { id: 1, name: 'New' },
  waived: { id: 3, name: 'Suppressed' },
  skip: { id: 5, name: 'Archived' },
  gone: { id: 5, name: 'Archived' },
} as const satisfies Record<Status | 'gone', Meaning>;

/** Of the check. A waived fail is a fail. OCSF's warning is "no result, for missing information": an error. */
const verdicts = {
  pass: { id: 1, name: 'Pass' },
  fail: { id: 3, name: 'Fail' },
  waived: { id: 3, name: 'Fail' },
  error: { id: 2, name: 'Warning' },
  skip: { id: 99, name: 'Not applicable' },
  gone: { id: 0, name: 'Unknown' },
} as const satisfies Record<Status | 'gone', Meaning>;

const severityOf = {
  critical: { id: 5, name: 'Critical' },
  high: { id: 4, name: 'High' },
  medium: { id: 3, name: 'Medium' },
  low: { id: 2, name: 'Low' },
} as const satisfies Record<Severity, Meaning>;

/** A finding that was open in the run before. */
interface Closing {
  readonly wasOpen: OpenFinding;
  readonly before: RunBefore;
}

/** @param size `short` leaves out the settings */
function judgedEvent(
  night: NightFrame,
  row: Row,
  closing: Closing | undefined,
  size: 'short' | 'whole',
): JsonObject {
  const { target, finding, fingerprint, policy, observation, open, waiver } = row;
  const timeMs = madeAtMs(night, row);
  const activity = activityOf(night, open, closing);
  const isSeen = open !== undefined || closing !== undefined;
  return {
    ...eventOf(night, {
      ...{ fingerprint, policy, activity, timeMs, target: target.uin },
      policyId: finding.policyId,
      severity: finding.severity,
      status: finding.status,
      detail: reasonOf(finding),
      ...seenOf(open, closing, timeMs),
    }),
    resources: [resourceOf(target.uin, [`site:${target.site}`])],
    ...listOf('evidences', [
      ...(isSeen && size === 'whole' ? observationsOf(observation) : []),
      ...violationsOf(finding),
    ]),
    unmapped: {
      ...unmappedOf(night, finding.status, finding.policyId, observation?.source),
      ...(finding.status === 'waived' && { waiver: { ...waiver, ...finding.waiver } }),
      ...(open?.lastStatus !== undefined && { lastStatus: open.lastStatus }),
    },
  };
}

/** Of what was open and is not judged any more: its policy or its target is gone. */
function goneEvent(night: NightFrame, { wasOpen, before }: Closing): JsonObject {
  const { fingerprint, policyId, severity, target } = wasOpen;
  const policy = [...night.policies, ...before.policies].find(({ id }) => id === policyId);
  const timeMs = madeAtMs(night, undefined);
  return {
    ...eventOf(night, {
      ...{ fingerprint, policyId, policy, severity, target, timeMs },
      activity: activities.close,
      status: 'gone',
      detail: 'it is not judged any more: its policy or its account is not part of this run',
      ...seenOf(undefined, { wasOpen, before }, timeMs),
    }),
    resources: [resourceOf(target, [])],
    unmapped: unmappedOf(night, 'gone', policyId, policy?.source),
  };
}

function activityOf(
  night: NightFrame,
  open: OpenFinding | undefined,
  closing: Closing | undefined,
) {
  if (open === undefined) return closing === undefined ? activities.assess : activities.close;
  return open.since === night.predicate.run.trigger.scheduledAt
    ? activities.create
    : activities.update;
}

interface Seen {
  /** Epoch milliseconds; absent where nothing was ever open. */
  readonly firstSeenMs?: number;
  readonly lastSeenMs?: number;
}

/** What is open is seen now; what is not any more was last seen in the run before. */
function seenOf(open: OpenFinding | undefined, closing: Closing | undefined, timeMs: number): Seen {
  if (open !== undefined) return { firstSeenMs: Date.parse(open.since), lastSeenMs: timeMs };
  if (closing === undefined) return {};
  const { wasOpen, before } = closing;
  return {
    firstSeenMs: Date.parse(wasOpen.since),
    lastSeenMs: Date.parse(before.predicate.run.trigger.scheduledAt),
  };
}

interface Told extends Seen {
  readonly fingerprint: string;
  readonly policyId: string;
  readonly policy: Policy | undefined;
  readonly severity: Severity;
  readonly status: Status | 'gone';
  readonly target: string;
  readonly detail: string;
  readonly activity: Meaning;
  readonly timeMs: number;
}

const classUid = 2003;
/** The oldest version that has every attribute used here: `evidences` is new in it. */
const schemaVersion = '1.4.0';
/** OCSF wants a standard always; a policy may support none. */
const ownStandard = 'tcss-audit policies';

function eventOf(night: NightFrame, told: Told): JsonObject {
  const { fingerprint, policyId, policy, severity, status, target, activity, timeMs } = told;
  const { run, tool } = night.predicate;
  const lifecycle = lifecycles[status];
  const verdict = verdicts[status];
  const title = policy?.title ?? policyId;
  const controls = policy?.controls ?? [];
  const detail = plainLine(told.detail, maxDetailChars);
  return {
    category_uid: 2,
    category_name: 'Findings',
    class_uid: classUid,
    class_name: 'Compliance Finding',
    activity_id: activity.id,
    activity_name: activity.name,
    type_uid: classUid * 100 + activity.id,
    type_name: `Compliance Finding: ${activity.name}`,
    time: timeMs,
    severity_id: severityOf[severity].id,
    severity: severityOf[severity].name,
    status_id: lifecycle.id,
    status: lifecycle.name,
    status_code: status,
    ...(detail !== '' && { status_detail: detail }),
    message: plainLine(
      `${status.toUpperCase()} ${policyId} ${target}${detail === '' ? '' : `: ${detail}`}`,
      maxDetailChars,
    ),
    metadata: {
      version: schemaVersion,
      uid: `${night.head.sha256}:${fingerprint}`,
      correlation_uid: run.id,
      product: { name: tool.name, vendor_name: tool.name, version: tool.version },
    },
    finding_info: {
      uid: fingerprint,
      title,
      ...(policy !== undefined && { desc: policy.rationale, data_sources: [policy.source] }),
      analytic: { uid: policyId, name: title, type_id: 1, type: 'Rule' },
      ...(told.firstSeenMs !== undefined && {
        created_time: told.firstSeenMs,
        first_seen_time: told.firstSeenMs,
      }),
      ...(told.lastSeenMs !== undefined && { last_seen_time: told.lastSeenMs }),
      modified_time: timeMs,
    },
    compliance: {
      standards: standardsOf(controls),
      ...listOf('requirements', controls),
      control: policyId,
      status_id: verdict.id,
      status: verdict.name,
      status_code: status,
    },
    ...(policy !== undefined && { remediation: { desc: policy.remediation.text } }),
  };
}

/** A sentence each for many violations: the whole of them is in `evidences`. */
const maxDetailChars = 1_000;

/** `PCI-DSS-4.0.1` of `PCI-DSS-4.0.1/11.3.1`, each once. */
function standardsOf(controls: readonly string[]): readonly string[] {
  const standards = new Set(controls.map((control) => control.split('/', 1)[0] ?? control));
  return standards.size === 0 ? [ownStandard] : [...standards];
}

function resourceOf(uin: string, labels: readonly string[]): JsonObject {
  return { uid: uin, name: uin, type: 'Tencent Cloud account', ...listOf('labels', labels) };
}

/** The settings as received, or why there are none. */
function observationsOf(observation: Observation | undefined): readonly JsonObject[] {
  if (observation === undefined) return [];
  const { source, observedAt } = observation;
  if ('error' in observation)
    return [{ data: { source, observedAt, error: { ...observation.error } } }];
  const { requestId, settings, facts } = observation;
  return [{ data: { source, observedAt, requestId, settings, facts } }];
}

/** A finding read from the log has the key whatever its status: its status says whether there are any. */
function violationsOf(finding: Finding): readonly JsonObject[] {
  if (finding.status !== 'fail' && finding.status !== 'waived') return [];
  return [{ data: { violations: finding.violations.map((violation) => ({ ...violation })) } }];
}

/** Where the proof lies, and our own words for what OCSF has none for. */
function unmappedOf(
  { head, predicate }: NightFrame,
  status: Status | 'gone',
  policyId: string,
  source: string | undefined,
): JsonObject {
  const { id, trigger } = predicate.run;
  return {
    record: { seq: head.seq, sha256: head.sha256 },
    run: { id, scheduledAt: trigger.scheduledAt },
    policyId,
    status,
    ...(source !== undefined && { source }),
  };
}

function listOf(name: string, list: readonly Json[]): JsonObject {
  return list.length === 0 ? {} : { [name]: list };
}

// ---- Attestations -----------------------------------------------------------------------------

/**
 * The profile `record_integrity`, as it stands in 1.9.0-dev: the fingerprint is over the canonical form of
 * the whole event, with its attestation but without the fingerprint itself, and so over the event before.
 */
function attester(
  { head, predicate }: NightFrame,
  sha256: (text: string) => string,
): (event: JsonObject) => JsonObject {
  // The same first night gives the same chain, however far the export goes.
  const chain = { authority_uid: predicate.tool.name, chain_uid: head.sha256 };
  let previous: JsonObject | undefined;
  return (event) => {
    const metadata = own(event, 'metadata');
    if (!isObject(metadata)) throw new Error('An event without metadata');
    const profiled = {
      ...event,
      metadata: { ...metadata, version: '1.9.0-dev', profiles: ['record_integrity'] },
    };
    const attestation = { ...chain, ...(previous !== undefined && { prev_event: previous }) };
    const attested = { ...profiled, attestation_list: [attestation] };
    const fingerprint = {
      ...{ algorithm_id: 3, algorithm: 'SHA-256', serialization_id: 2, serialization: 'JCS' },
      value: sha256(canonicalJson(attested)),
    };
    previous = {
      uid: own(metadata, 'uid') ?? null,
      type_uid: own(event, 'type_uid') ?? null,
      fingerprint,
    };
    return { ...profiled, attestation_list: [{ ...attestation, fingerprint }] };
  };
}

/** What the exports share: a night's findings one by one, with what belongs to each. */
import type {
  Finding,
  JsonObject,
  Observation,
  OpenFinding,
  Policy,
  SealedRun,
  Target,
  TargetReport,
  Waiver,
} from '../model.ts';

/** A run as its record and the files that it seals tell it. */
export type Night = Pick<SealedRun, 'head' | 'predicate' | 'reports' | 'policies' | 'waivers'>;

/** The same without its reports, which are many. */
export type NightFrame = Omit<Night, 'reports'>;

export interface Row {
  readonly target: Target;
  readonly finding: Finding;
  readonly fingerprint: string;
  readonly policy: Policy | undefined;
  /** What the policy's source said that night, or why it said nothing. */
  readonly observation: Observation | undefined;
  /** Where the finding is open: since when, in the record's words. */
  readonly open: OpenFinding | undefined;
  readonly waiver: Waiver | undefined;
}

/** Names a policy on a target for ever: the log's own, handed in because it is the evidence's business. */
export type FingerprintOf = (site: string, uin: string, policyId: string) => string;

export interface TargetRows {
  readonly target: Target;
  readonly rows: readonly Row[];
}

/** Target by target: the rows of one are few, those of a night may be a hundred thousand. */
export function* rowsByTarget(night: Night, fingerprintOf: FingerprintOf): Generator<TargetRows> {
  const rowsOf = createRowsOf(night, fingerprintOf);
  for (const report of night.reports) yield { target: report.target, rows: rowsOf(report) };
}

export function createRowsOf(
  { predicate, policies, waivers }: NightFrame,
  fingerprintOf: FingerprintOf,
): (report: TargetReport) => readonly Row[] {
  const openOf = new Map(predicate.open.map((open) => [open.fingerprint, open]));
  const policyOf = new Map(policies.map((policy) => [policy.id, policy]));
  const waiverOf = new Map(waivers.map((waiver) => [waiver.id, waiver]));
  return ({ target, observations, findings }) => {
    const observationOf = new Map(observations.map((one) => [one.source, one]));
    return findings.map((finding): Row => {
      const fingerprint = fingerprintOf(target.site, target.uin, finding.policyId);
      const policy = policyOf.get(finding.policyId);
      return {
        target,
        finding,
        fingerprint,
        policy,
        observation: policy === undefined ? undefined : observationOf.get(policy.source),
        open: openOf.get(fingerprint),
        waiver: finding.status === 'waived' ? waiverOf.get(finding.waiver.id) : undefined,
      };
    });
  };
}

/** Why it is not a pass: the messages of its violations, or the reason that it gives. */
export function reasonOf(finding: Finding): string {
  switch (finding.status) {
    case 'pass':
      return '';
    case 'fail':
    case 'waived':
      return finding.violations.map(({ message }) => message).join('; ');
    case 'error':
    case 'skip':
      return finding.reason;
  }
}

/** JSON in which nothing can steer a terminal that shows it: written as escapes, it is the same JSON. */
export function jsonText(value: JsonObject): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** When the finding was made, in epoch milliseconds: when its source was read, else when the run ended. */
export function madeAtMs({ predicate }: Pick<Night, 'predicate'>, row: Row | undefined): number {
  return Date.parse(row?.observation?.observedAt ?? predicate.run.finishedAt);
}

/** What a night says of the controls of standards: `PCI DSS 4.0.1: 9 controls touched, 8 satisfied`. */
import type { ControlsCatalogue, Finding, Framework, Policy, TargetReport } from '../model.ts';
import { plainLine } from '../text.ts';

/**
 * `satisfied`: on every target on which a policy that supports it was asked, at least one passed, and none
 * of them failed, was waived or could not be judged. `not-satisfied`: one failed, or was waived: a waiver
 * is an approved departure, not its absence. `could-not-tell`: none failed, but one could not be judged.
 * `not-assessed`: nothing is wrong, but on some target (or on all) none of them applied.
 */
export type ControlState = 'satisfied' | 'not-satisfied' | 'could-not-tell' | 'not-assessed';

export interface ControlSummary {
  /** As policies write it: `NIST-800-53r5/RA-5`. */
  readonly id: string;
  /** Within its framework: `RA-5`. */
  readonly name: string;
  /** Absent where the catalogue does not have it. */
  readonly title?: string;
  readonly state: ControlState;
  /** Ids of the policies that support it, sorted. */
  readonly policies: readonly string[];
}

export interface FrameworkSummary {
  readonly id: string;
  /** The id, where the catalogue does not have the framework. */
  readonly title: string;
  readonly edition?: string;
  readonly source?: string;
  /** Every control that a policy of the night supports. */
  readonly touched: readonly ControlSummary[];
  readonly satisfied: readonly ControlSummary[];
  readonly notSatisfied: readonly ControlSummary[];
  readonly couldNotTell: readonly ControlSummary[];
  readonly notAssessed: readonly ControlSummary[];
}

/**
 * In the order of the catalogue; what it does not have comes after, by name.
 * @param policies those that judged that night
 */
export function frameworkSummaries(
  reports: readonly TargetReport[],
  policies: readonly Policy[],
  catalogue: ControlsCatalogue,
): readonly FrameworkSummary[] {
  const controls = controlsOf(reports, policies);
  const ids = [...new Set(controls.map(({ framework }) => framework))].sort(byText);
  const known = catalogue.frameworks.filter(({ id }) => ids.includes(id));
  const unknown = ids.filter((id) => !known.some((framework) => framework.id === id));
  return [
    ...known.map((framework) => summaryOf(framework.id, controls, framework)),
    ...unknown.map((id) => summaryOf(id, controls)),
  ];
}

/** `PCI DSS 4.0.1: 9 controls touched, 8 satisfied, 1 not satisfied` */
export function frameworkLine(framework: FrameworkSummary): string {
  const { title, touched, satisfied, notSatisfied, couldNotTell, notAssessed } = framework;
  const parts = [
    `${String(touched.length)} ${touched.length === 1 ? 'control' : 'controls'} touched`,
    `${String(satisfied.length)} satisfied`,
    ...partOf(notSatisfied, 'not satisfied'),
    ...partOf(couldNotTell, 'could not tell'),
    ...partOf(notAssessed, 'not assessed'),
  ];
  return `${plainLine(title)}: ${parts.join(', ')}`;
}

function partOf(controls: readonly ControlSummary[], words: string): readonly string[] {
  return controls.length === 0 ? [] : [`${String(controls.length)} ${words}`];
}

interface TouchedControl {
  readonly framework: string;
  readonly id: string;
  readonly name: string;
  readonly policies: readonly string[];
  readonly state: ControlState;
}

function controlsOf(
  reports: readonly TargetReport[],
  policies: readonly Policy[],
): readonly TouchedControl[] {
  const byControl = new Map<string, Set<string>>();
  for (const { id, controls } of policies) {
    for (const control of controls) {
      byControl.set(control, (byControl.get(control) ?? new Set()).add(id));
    }
  }
  const byTarget = reports.map(({ findings }) => statusesByPolicy(findings));
  return [...byControl]
    .sort(([a], [b]) => byText(a, b))
    .map(([id, supporting]) => {
      const slash = id.indexOf('/');
      return {
        framework: slash < 0 ? id : id.slice(0, slash),
        id,
        name: slash < 0 ? id : id.slice(slash + 1),
        policies: [...supporting].sort(byText),
        state: stateOf(byTarget, [...supporting]),
      };
    });
}

type StatusesByPolicy = ReadonlyMap<string, readonly Finding['status'][]>;

function statusesByPolicy(findings: readonly Finding[]): StatusesByPolicy {
  const statuses = new Map<string, Finding['status'][]>();
  for (const { policyId, status } of findings) {
    statuses.set(policyId, [...(statuses.get(policyId) ?? []), status]);
  }
  return statuses;
}

function stateOf(
  byTarget: readonly StatusesByPolicy[],
  supporting: readonly string[],
): ControlState {
  const asked = byTarget
    .map((statuses) => supporting.flatMap((policyId) => statuses.get(policyId) ?? []))
    // A target of which no such policy was asked is no part of what the control says tonight.
    .filter((statuses) => statuses.length > 0);
  const isAnywhere = (...wanted: readonly Finding['status'][]) =>
    asked.some((statuses) => statuses.some((status) => wanted.includes(status)));
  if (isAnywhere('fail', 'waived')) return 'not-satisfied';
  if (isAnywhere('error')) return 'could-not-tell';
  const isPassed = asked.length > 0 && asked.every((statuses) => statuses.includes('pass'));
  return isPassed ? 'satisfied' : 'not-assessed';
}

function summaryOf(
  id: string,
  controls: readonly TouchedControl[],
  framework?: Framework,
): FrameworkSummary {
  const order = Object.keys(framework?.controls ?? {});
  const placeOf = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  const touched = controls
    .filter((control) => control.framework === id)
    .sort((a, b) => placeOf(a.name) - placeOf(b.name))
    .map(({ framework: _, ...control }): ControlSummary => {
      const title = titleIn(framework, control.name);
      return { ...control, ...(title !== undefined && { title }) };
    });
  const having = (state: ControlState) => touched.filter((control) => control.state === state);
  return {
    id,
    title: framework?.title ?? id,
    ...(framework !== undefined && { edition: framework.edition, source: framework.source }),
    touched,
    satisfied: having('satisfied'),
    notSatisfied: having('not-satisfied'),
    couldNotTell: having('could-not-tell'),
    notAssessed: having('not-assessed'),
  };
}

/** A control may be named like something that objects have by birth. */
function titleIn(framework: Framework | undefined, name: string): string | undefined {
  return framework !== undefined && Object.hasOwn(framework.controls, name)
    ? framework.controls[name]
    : undefined;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * OSCAL assessment results 1.2.1: a result a run. An observation for each finding, a risk for each failure,
 * and a finding for each control of which something can be said.
 * https://pages.nist.gov/OSCAL-Reference/models/v1.2.1/assessment-results/
 */
import { v5 } from 'uuid';

import type {
  ControlsCatalogue,
  Json,
  JsonObject,
  Policy,
  SealedRun,
  Status,
  TargetReport,
} from '../model.ts';
import { plainLine } from '../text.ts';
import { frameworkSummaries, type ControlSummary, type FrameworkSummary } from './frameworks.ts';
import {
  jsonText,
  madeAtMs,
  reasonOf,
  rowsByTarget,
  type FingerprintOf,
  type Night,
  type Row,
} from './night.ts';

export interface OscalOptions {
  readonly fingerprintOf: FingerprintOf;
  readonly catalogue: ControlsCatalogue;
}

type OscalNight = Night & Pick<SealedRun, 'files'>;

/**
 * One JSON document in pieces, no more than a target's observations at a time. What is only known at the
 * end, such as when it last changed, stands at its end.
 * @throws Error where there is no night: the schema has no form for that
 */
export async function* oscalChunks(
  nights: AsyncIterable<OscalNight>,
  options: OscalOptions,
): AsyncGenerator<string> {
  let first: OscalNight['head'] | undefined;
  let last: Pick<OscalNight, 'head' | 'predicate'> | undefined;
  yield '{"assessment-results":{"results":[';
  for await (const night of nights) {
    if (first !== undefined) yield ',\n';
    first ??= night.head;
    last = { head: night.head, predicate: night.predicate };
    yield* resultChunks(night, options);
  }
  if (first === undefined || last === undefined) throw new Error('OSCAL results without a run');
  const { head, predicate } = last;
  const plan = uuidOf('plan');
  const rest = {
    uuid: uuidOf('assessment-results', first.sha256, head.sha256),
    metadata: {
      title: 'tcss-audit: assessment of Tencent Container Security Service settings',
      'last-modified': predicate.run.finishedAt,
      version: `${String(first.seq)}-${String(head.seq)}`,
      'oscal-version': '1.2.1',
    },
    'import-ap': { href: `#${plan}` },
    'back-matter': {
      resources: [
        {
          uuid: plan,
          title: 'The policies',
          description:
            'There is no assessment plan apart: every run is judged by the policies that its record seals, and each result links to its own.',
        },
      ],
    },
  };
  yield `],${jsonText(rest).slice(1)}}\n`;
}

/** The members of one result, in an order that lets each be written when it is known. */
function* resultChunks(night: OscalNight, options: OscalOptions): Generator<string> {
  const { predicate, head, reports, policies, files } = night;
  const { run, counts } = predicate;
  const frameworks = frameworkSummaries(reports, policies, options.catalogue);
  const judged = files.filter(({ name }) => name.startsWith('policies/'));
  const outset = {
    uuid: uuidOf('result', head.sha256),
    title: line(`Run ${run.id}`),
    description: `The audit that was scheduled at ${run.trigger.scheduledAt}: ${String(counts.pass)} pass, ${String(counts.fail)} fail, ${String(counts.waived)} waived, ${String(counts.error)} error, ${String(counts.skip)} skip on ${String(counts.targets)} accounts.`,
    start: run.startedAt,
    end: run.finishedAt,
    props: [
      ...prop('record-seq', String(head.seq)),
      ...prop('record-sha256', head.sha256),
      ...prop('complete', run.complete ? 'yes' : 'no'),
    ],
    ...listOf(
      'links',
      judged.map(({ name }) => ({ href: name, rel: 'policies' })),
    ),
    ...(reports.length > 0 && { 'local-definitions': { 'inventory-items': reports.map(itemOf) } }),
    'reviewed-controls': reviewedOf(frameworks),
  };
  yield jsonText(outset).slice(0, -1);
  yield* member('observations', observationsOf(night, options));
  yield* member('risks', risksOf(night, options));
  yield* member('findings', findingsOf(night, frameworks, options));
  yield '}';
}

/** A list that is left out where it is empty, as the schema wants it. */
function* member(name: string, parts: Iterable<readonly JsonObject[]>): Generator<string> {
  let isBegun = false;
  for (const part of parts) {
    if (part.length === 0) continue;
    const items = part.map(jsonText).join(',');
    yield isBegun ? `,${items}` : `,${JSON.stringify(name)}:[${items}`;
    isBegun = true;
  }
  if (isBegun) yield ']';
}

function itemOf({ target: { uin, site } }: TargetReport): JsonObject {
  return {
    uuid: itemUuid(site, uin),
    description: markup(`Tencent Cloud account ${uin} on the site ${site}`),
    props: [...prop('asset-id', uin), ...prop('site', site)],
  };
}

function reviewedOf(frameworks: readonly FrameworkSummary[]): JsonObject {
  const selections = frameworks.map((framework) => ({
    description: line(framework.title),
    props: prop('framework', framework.id),
    'include-controls': framework.touched.map(({ id }) => ({ 'control-id': tokenOf(id) })),
  }));
  // The schema wants one: to include all would say that they were reviewed.
  const none = {
    description: 'No policy of this run supports a control.',
    'include-controls': [{ 'control-id': 'tcss-audit_none' }],
  };
  return { 'control-selections': selections.length > 0 ? selections : [none] };
}

// ---- Observations and risks -------------------------------------------------------------------

function* observationsOf(
  night: OscalNight,
  { fingerprintOf }: OscalOptions,
): Generator<readonly JsonObject[]> {
  const evidence = evidenceOf(night);
  for (const { rows } of rowsByTarget(night, fingerprintOf)) {
    yield rows.map((row) => {
      const { target, finding, fingerprint, policy, open } = row;
      const reason = reasonOf(finding);
      return {
        uuid: observationUuid(night, fingerprint),
        title: line(policy?.title ?? finding.policyId),
        description: markup(`${meanings[finding.status]}${reason === '' ? '' : `: ${reason}`}`),
        props: [
          ...prop('status', finding.status),
          ...prop('policy-id', finding.policyId),
          ...prop('severity', finding.severity),
          ...prop('fingerprint', fingerprint),
          ...prop('since', open?.since ?? ''),
          ...prop('waiver-id', finding.status === 'waived' ? finding.waiver.id : ''),
        ],
        methods: ['TEST'],
        subjects: [
          {
            'subject-uuid': itemUuid(target.site, target.uin),
            type: 'inventory-item',
            title: line(target.uin),
          },
        ],
        'relevant-evidence': evidence,
        collected: new Date(madeAtMs(night, row)).toISOString(),
      };
    });
  }
}

const meanings = {
  pass: 'The settings are as the policy requires',
  fail: 'The settings are not as the policy requires',
  waived: 'The settings are not as the policy requires, and a waiver approves of it',
  error: 'Whether the settings are as the policy requires could not be told',
  skip: 'The policy does not apply',
} as const satisfies Record<Status, string>;

/** The record, and the files that it seals of the accounts. What an earlier, killed attempt left is none. */
function evidenceOf({ head, predicate, files }: OscalNight): readonly JsonObject[] {
  const { run, abandoned } = predicate;
  const record = { name: `log/${String(head.seq).padStart(12, '0')}.json`, sha256: head.sha256 };
  const own = files.filter(
    ({ name }) => name.startsWith(`runs/${run.id}/`) && !abandoned.includes(name),
  );
  return [...own, record].map(({ name, sha256 }) => ({
    href: name,
    description:
      name === record.name
        ? 'The record of the run in the evidence log'
        : 'Settings as received and findings, sealed by the record',
    props: prop('sha256', sha256),
  }));
}

function* risksOf(
  night: OscalNight,
  { fingerprintOf }: OscalOptions,
): Generator<readonly JsonObject[]> {
  for (const { rows } of rowsByTarget(night, fingerprintOf)) {
    yield rows.filter(isRisk).map((row) => riskOf(night, row));
  }
}

function isRisk({ finding }: Row): boolean {
  return finding.status === 'fail' || finding.status === 'waived';
}

function riskOf(night: OscalNight, row: Row): JsonObject {
  const { target, finding, fingerprint, policy, open, waiver } = row;
  const title = line(policy?.title ?? finding.policyId);
  const deadline = finding.status === 'waived' ? lastMomentOf(finding.waiver.until) : undefined;
  return {
    uuid: riskUuid(night, fingerprint),
    title,
    description: markup(policy?.rationale ?? finding.policyId),
    statement: markup(`Account ${target.uin}: ${reasonOf(finding)}`),
    props: [
      ...prop('severity', finding.severity),
      ...prop('since', open?.since ?? ''),
      ...(finding.status === 'waived' ? prop('waiver-id', finding.waiver.id) : []),
      ...prop('waiver-reason', waiver?.reason ?? ''),
      ...prop('waiver-approved-by', waiver?.approvedBy ?? ''),
      ...prop('waiver-ticket', waiver?.ticket ?? ''),
    ],
    status: finding.status === 'waived' ? 'deviation-approved' : 'open',
    ...(deadline !== undefined && { deadline }),
    ...listOf('remediations', remediationsOf(night, fingerprint, policy)),
    'related-observations': [{ 'observation-uuid': observationUuid(night, fingerprint) }],
  };
}

function remediationsOf(
  night: OscalNight,
  fingerprint: string,
  policy: Policy | undefined,
): readonly JsonObject[] {
  if (policy === undefined) return [];
  const { text, set } = policy.remediation;
  return [
    {
      uuid: uuidOf('remediation', night.head.sha256, fingerprint),
      lifecycle: 'recommendation',
      title: 'How to set it right',
      description: markup(text),
      ...listOf('props', set === undefined ? [] : prop('set', JSON.stringify(set))),
    },
  ];
}

/** @returns an instant with a time zone, as OSCAL wants it; undefined for what is none */
function lastMomentOf(until: string): string | undefined {
  const ms = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(until) ? `${until}T23:59:59.999Z` : until);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

// ---- Findings, by control ---------------------------------------------------------------------

/** None for a control of which nothing can be said: that it is not satisfied would be said then, too. */
function* findingsOf(
  night: OscalNight,
  frameworks: readonly FrameworkSummary[],
  { fingerprintOf }: OscalOptions,
): Generator<readonly JsonObject[]> {
  for (const framework of frameworks) {
    for (const control of [...framework.satisfied, ...framework.notSatisfied]) {
      yield [findingOf(night, framework, control, fingerprintOf)];
    }
  }
}

function findingOf(
  night: OscalNight,
  framework: FrameworkSummary,
  control: ControlSummary,
  fingerprintOf: FingerprintOf,
): JsonObject {
  const supporting = new Set(control.policies);
  const asked = night.reports.flatMap(({ target, findings }) =>
    findings
      .filter(({ policyId }) => supporting.has(policyId))
      .map(({ policyId, status }) => ({
        status,
        fingerprint: fingerprintOf(target.site, target.uin, policyId),
      })),
  );
  const risks = asked.filter(({ status }) => status === 'fail' || status === 'waived');
  const title = line([control.name, control.title ?? ''].join(' '));
  return {
    uuid: uuidOf('finding', night.head.sha256, control.id),
    title: line(`${framework.title}: ${title}`),
    description: markup(
      `Judged by ${control.policies.join(', ')}: ${countsOf(asked.map(({ status }) => status))}.`,
    ),
    props: [...prop('framework', framework.id), ...prop('control', control.name)],
    target: {
      type: 'statement-id',
      'target-id': `${tokenOf(control.id)}_smt`,
      title,
      status: stateOf(
        control,
        asked.map(({ status }) => status),
      ),
    },
    ...listOf(
      'related-observations',
      asked.map(({ fingerprint }) => ({ 'observation-uuid': observationUuid(night, fingerprint) })),
    ),
    ...listOf(
      'related-risks',
      risks.map(({ fingerprint }) => ({ 'risk-uuid': riskUuid(night, fingerprint) })),
    ),
  };
}

function stateOf({ state }: ControlSummary, statuses: readonly Status[]): JsonObject {
  if (state === 'satisfied') return { state, reason: 'pass' };
  if (statuses.includes('fail')) return { state: 'not-satisfied', reason: 'fail' };
  return {
    state: 'not-satisfied',
    reason: 'other',
    remarks: 'An approved waiver departs from it.',
  };
}

function countsOf(found: readonly Status[]): string {
  const words: readonly Status[] = ['pass', 'fail', 'waived', 'error', 'skip'];
  return words
    .map((word) => ({ word, count: found.filter((status) => status === word).length }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${String(count)} ${word}`)
    .join(', ');
}

// ---- Names and text ---------------------------------------------------------------------------

/** Ours: the same run always gives the same document. */
const namespace = '0e4f2f0c-6a5d-4a3e-9c1b-7d6f2b8e5a10';

function uuidOf(kind: string, ...parts: readonly string[]): string {
  return v5(JSON.stringify([kind, ...parts]), namespace);
}

/** The same account in every result. */
function itemUuid(site: string, uin: string): string {
  return uuidOf('account', site, uin);
}

function observationUuid({ head }: OscalNight, fingerprint: string): string {
  return uuidOf('observation', head.sha256, fingerprint);
}

function riskUuid({ head }: OscalNight, fingerprint: string): string {
  return uuidOf('risk', head.sha256, fingerprint);
}

/** The framework of which OSCAL itself publishes the catalogue: its own ids are used. */
const nist = 'NIST-800-53r5/';

/** `ra-5.3` of `NIST-800-53r5/RA-5(3)`, as NIST's catalogue has it; `pci-dss-4.0.1_11.3.1` of another. */
function tokenOf(controlId: string): string {
  const name = controlId.startsWith(nist) ? controlId.slice(nist.length) : controlId;
  const token = name
    .toLowerCase()
    .replace(/\((\w+)\)/g, '.$1')
    .replace(/[^a-z0-9.\-_]/g, '_');
  return /^[a-z_]/.test(token) ? token : `_${token}`;
}

/** None where there is no text: a prop must have a value. */
function prop(name: string, value: string): readonly JsonObject[] {
  const text = plainLine(value, maxChars);
  return text === '' ? [] : [{ name, ns: 'urn:tcss-audit:oscal:v1', value: text }];
}

function listOf(name: string, list: readonly Json[]): JsonObject {
  return list.length === 0 ? {} : { [name]: list };
}

const maxChars = 2_000;

/** OSCAL's text is Markdown; what comes from outside is shown as it is, and no title may be empty. */
function markup(text: string): string {
  return plainLine(text, maxChars).replace(/[\\`*_~^[\]<>{}]/g, '\\$&');
}

function line(text: string): string {
  const marked = markup(text);
  return marked === '' ? '-' : marked;
}

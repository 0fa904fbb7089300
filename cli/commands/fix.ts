import { readFileSync } from 'node:fs';

import { invalid, messageOf } from '../../shared/errors.ts';
import { identify } from '../../shared/identity.ts';
import { isObject, own, parseJson } from '../../shared/json.ts';
import {
  sites,
  type JsonObject,
  type Policy,
  type Problem,
  type Site,
  type TargetReport,
} from '../../shared/model.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { evaluate } from '../../shared/policy/evaluate.ts';
import { planFix, type FixPlan, type FixRequest } from '../../shared/settings/fix-plan.ts';
import { interpret } from '../../shared/settings/observe.ts';
import { sources } from '../../shared/settings/sources.ts';
import { writers } from '../../shared/settings/writers.ts';
import { plainLine } from '../../shared/text.ts';
import { look } from '../../shared/wire.ts';
import { openEvidenceOption } from '../evidence.ts';
import {
  countOf,
  jsonText,
  print,
  printJson,
  table,
  talk,
  withProgress,
  type ExitCode,
  type Io,
} from '../io.ts';
import { latestRun } from '../latest-run.ts';
import { loadLibrary } from '../library.ts';
import {
  collect,
  evidenceOption,
  jsonOption,
  policiesOption,
  type AddCommand,
} from '../options.ts';

interface FixOptions {
  readonly plan: boolean;
  readonly policy: readonly string[];
  readonly settings?: string;
  readonly live: boolean;
  readonly evidence?: string;
  readonly policies?: string;
  readonly json: boolean;
}

export const addFix: AddCommand = (program, choose) => {
  program
    .command('fix')
    .description('print the requests that would mend what fails; nothing is ever sent')
    .option('--plan', 'print them: there is no other way to use this command', false)
    .option('--policy <id>', 'only what this policy found; may be repeated', collect, [])
    .option('--live', 'read the account now, instead of the latest run’s evidence', false)
    .option('--settings <file>', 'settings in JSON, instead of an account’s; needs --policy')
    .option(...evidenceOption)
    .option(...policiesOption)
    .option(...jsonOption)
    .action((options: FixOptions) => {
      choose((io) => fix(io, options));
    });
};

/** What was found, and by which policies. */
interface Found {
  readonly title: string;
  readonly reports: readonly TargetReport[];
  readonly policies: readonly Policy[];
}

/** What to do about the failing findings of one source on one target. */
interface Step {
  readonly target: TargetReport['target'];
  readonly source: string;
  readonly readAt: string;
  readonly action: string;
  readonly policies: readonly string[];
  readonly plan: FixPlan;
}

/** A failing finding that no request mends. */
interface ByHand {
  readonly target: string;
  readonly policyId: string;
  readonly text: string;
}

const deadlineMs = 120_000;

async function fix(io: Io, options: FixOptions): Promise<ExitCode> {
  const library = loadLibrary(options.policies);
  checkOptions(options, library.compiled);
  const found = await findingsFor(io, options, library.compiled);
  const chosen = (id: string) => options.policy.length === 0 || options.policy.includes(id);
  const steps = found.reports.flatMap((report) => stepsOf(report, found.policies, chosen));
  const byHand = found.reports.flatMap((report) => byHandOf(report, found.policies, chosen));
  const unseen = found.reports.flatMap(({ findings }) =>
    findings.filter(({ status, policyId }) => status === 'error' && chosen(policyId)),
  );
  if (options.json) {
    printJson(io, { steps: steps.map((step) => stepJson(io, step)), byHand, unseen });
  } else {
    print(io, found.title);
    for (const step of steps) printStep(io, step);
    printByHand(io, byHand);
    for (const { policyId, ...finding } of unseen) {
      const reason = 'reason' in finding ? finding.reason : '';
      talk(
        io,
        `${policyId} could not be checked, so nothing is planned for it: ${plainLine(reason)}`,
      );
    }
    if (steps.length === 0 && byHand.length === 0) print(io, 'Nothing fails that was asked for.');
  }
  return exitCodeOf(steps, unseen.length);
}

/** @throws AuditError CONFIG_INVALID with every problem */
function checkOptions(options: FixOptions, compiled: readonly CompiledPolicy[]): void {
  const { plan, policy, settings, live, evidence } = options;
  const problems: Problem[] = [];
  if (!plan) {
    problems.push({ where: 'fix', what: 'give --plan: requests are printed, and never sent' });
  }
  const given = [settings !== undefined, live, evidence !== undefined].filter(Boolean).length;
  if (given > 1) {
    problems.push({ where: 'fix', what: 'give one of --settings, --live and --evidence' });
  }
  if (settings !== undefined && policy.length === 0) {
    problems.push({ where: '--settings', what: 'needs --policy, which says what they are of' });
  }
  const known = compiled.filter((one) => policy.includes(one.policy.id));
  for (const id of policy) {
    if (!known.some((one) => one.policy.id === id)) {
      problems.push({ where: '--policy', what: `is "${plainLine(id, 64)}", which is no policy` });
    }
  }
  const read = new Set(known.map((one) => one.policy.source));
  if (settings !== undefined && read.size > 1) {
    const what = `are of one source, but the policies read ${[...read].join(', ')}`;
    problems.push({ where: '--settings', what });
  }
  if (problems.length > 0) throw invalid('CONFIG_INVALID', 'Arguments are not valid', problems);
}

async function findingsFor(
  io: Io,
  options: FixOptions,
  compiled: readonly CompiledPolicy[],
): Promise<Found> {
  const policies = compiled.map(({ policy }) => policy);
  if (options.settings !== undefined) {
    const chosen = compiled.filter(({ policy }) => options.policy.includes(policy.id));
    const report = judgeFile(io, options.settings, chosen);
    return { title: `Settings of ${options.settings}`, reports: [report], policies };
  }
  const nowMs = Date.now();
  if (options.live) {
    const request = {
      env: io.env,
      policies: compiled,
      waivers: loadLibrary(options.policies).waivers,
      identity: identify('manual', 'fix', nowMs),
      deadlineMs: nowMs + deadlineMs,
      log: () => undefined,
    };
    const reports = await withProgress(io, 'Reading', look(request));
    return { title: `Settings as they are now, ${isoOf(nowMs)}`, reports, policies };
  }
  const { store, place } = await openEvidenceOption(io, options.evidence);
  const run = await latestRun(store);
  if (run === undefined) {
    throw invalid('CONFIG_INVALID', 'There is nothing to plan from', [
      {
        where: place,
        what: 'holds no run: run an audit first (tcss-audit run), or give --live or --settings',
      },
    ]);
  }
  const { seq, sha256 } = run.head;
  const { id } = run.predicate.run;
  return {
    title: `Run ${id} · evidence #${String(seq)} ${sha256.slice(0, 8)}… · settings may have changed since: --live reads them now`,
    reports: run.reports,
    // A policy may have been mended since; one that is gone is still in the evidence.
    policies: [...policies, ...run.policies],
  };
}

/** @throws AuditError CONFIG_INVALID where the file holds no settings */
function judgeFile(io: Io, file: string, chosen: readonly CompiledPolicy[]): TargetReport {
  const answer = answerIn(file);
  const timezone = io.env['AUDIT_TIMEZONE']?.trim() ?? '';
  const target = { uin: 'unknown', site: siteOf(io) } as const;
  const nowMs = Date.now();
  const source = sources[chosen[0]?.policy.source ?? ''];
  if (source === undefined) throw new Error('A policy without a source was not refused by lint');
  const zone = timezone === '' ? 'Asia/Shanghai' : timezone;
  const observation = interpret(source, answer, nowMs, zone);
  const findings = chosen.map((policy) => evaluate(policy, source, observation, target.site));
  return { target, observations: [observation], findings };
}

/** Either the bare settings, or the API's whole answer around them. */
function answerIn(file: string): JsonObject {
  const refuse = (what: string) =>
    invalid('CONFIG_INVALID', 'Arguments are not valid', [{ where: '--settings', what }]);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw refuse(`${file} cannot be read (${messageOf(error)})`);
  }
  try {
    const json = parseJson(text);
    const response = isObject(json) ? own(json, 'Response') : undefined;
    const answer = response ?? json;
    if (isObject(answer)) return answer;
  } catch {
    throw refuse(`${file} is not JSON`);
  }
  throw refuse(`${file} holds no object`);
}

function siteOf(io: Io): Site {
  return sites.find((site) => site === io.env['AUDIT_SITE']) ?? 'intl';
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

type Chosen = (policyId: string) => boolean;

function failing(report: TargetReport, policies: readonly Policy[], chosen: Chosen) {
  return report.findings.flatMap(({ status, policyId }) => {
    const policy = policies.find(({ id }) => id === policyId);
    return status === 'fail' && chosen(policyId) && policy !== undefined ? [policy] : [];
  });
}

function isMendable(policy: Policy): boolean {
  return policy.remediation.set !== undefined && Object.hasOwn(writers, policy.source);
}

function stepsOf(
  report: TargetReport,
  policies: readonly Policy[],
  chosen: Chosen,
): readonly Step[] {
  const mendable = failing(report, policies, chosen).filter(isMendable);
  return report.observations.flatMap((observation): readonly Step[] => {
    const own = mendable.filter(({ source }) => source === observation.source);
    const writer = writers[observation.source];
    if (own.length === 0 || writer === undefined || 'error' in observation) return [];
    const wanted = own.map(({ id, remediation }) => ({ policyId: id, set: remediation.set ?? {} }));
    return [
      {
        target: report.target,
        source: observation.source,
        readAt: observation.observedAt,
        action: writer.action,
        policies: own.map(({ id }) => id),
        plan: planFix(writer, observation.settings, wanted),
      },
    ];
  });
}

function byHandOf(
  report: TargetReport,
  policies: readonly Policy[],
  chosen: Chosen,
): readonly ByHand[] {
  return failing(report, policies, chosen)
    .filter((policy) => !isMendable(policy))
    .map(({ id, remediation }) => ({
      target: report.target.uin,
      policyId: id,
      text: remediation.text,
    }));
}

const hosts: Readonly<Record<Site, string>> = {
  intl: 'tcss.intl.tencentcloudapi.com',
  cn: 'tcss.tencentcloudapi.com',
};

/** @returns the command, which needs nothing beside it; undefined where the request is not whole */
function commandOf(io: Io, { action, target }: Step, request: FixRequest): string | undefined {
  if (request.unknown.length > 0) return undefined;
  const given = io.env['AUDIT_REGION']?.trim() ?? '';
  const region = /^[a-z0-9-]{1,40}$/.test(given)
    ? given
    : target.site === 'cn'
      ? 'ap-guangzhou'
      : 'ap-singapore';
  return [
    `tccli tcss ${action} --version 2020-11-01 --region ${region} --endpoint ${hosts[target.site]} --cli-input-json file:///dev/stdin <<'JSON'`,
    jsonText(request.body),
    'JSON',
  ].join('\n');
}

function stepJson(io: Io, step: Step): unknown {
  const { plan, ...rest } = step;
  if (plan.kind === 'conflict') return { ...rest, requests: [], conflicts: plan.conflicts };
  const requests = plan.requests.map((request) => ({
    ...request,
    command: commandOf(io, step, request) ?? null,
  }));
  return { ...rest, requests, conflicts: [] };
}

function printStep(io: Io, step: Step): void {
  const { target, action, policies, plan, readAt } = step;
  print(io);
  print(io, `${action} for ${target.uin} (${target.site}), read ${readAt}: ${policies.join(', ')}`);
  if (plan.kind === 'conflict') {
    for (const { parameter, wanted } of plan.conflicts) {
      const values = wanted.map(({ policyId, value }) => `${policyId} sets ${jsonLine(value)}`);
      print(io, `  CONFLICT ${parameter}: ${values.join(', ')}. Choose one by --policy.`);
    }
    return;
  }
  if (plan.requests.length === 0) print(io, '  No item of the list needs to be changed.');
  for (const request of plan.requests) printRequest(io, step, request);
}

function printRequest(io: Io, step: Step, request: FixRequest): void {
  const rows = request.changes.map(({ parameter, from, to }) => [
    `  ${parameter}`,
    from === undefined ? 'nothing' : jsonLine(from),
    '→',
    jsonLine(to),
  ]);
  if (rows.length > 0) print(io, table(rows));
  for (const { parameter, why } of request.unknown) {
    print(
      io,
      `  NOT KNOWN ${parameter}: ${plainLine(why)}. Find it out and add it; nothing is made up here.`,
    );
  }
  print(io);
  print(io, commandOf(io, step, request) ?? jsonText(request.body));
}

function jsonLine(value: unknown): string {
  return plainLine(JSON.stringify(value), 120);
}

function printByHand(io: Io, byHand: readonly ByHand[]): void {
  if (byHand.length === 0) return;
  print(io);
  print(io, `By hand: ${countOf(byHand.length, 'finding')} that no setting mends`);
  print(
    io,
    table(
      byHand.map(({ target, policyId, text }) => [`  ${policyId}`, target, plainLine(text, 400)]),
    ),
  );
}

/** 3 where a value is not known or a finding could not be checked; 2 where policies contradict each other. */
function exitCodeOf(steps: readonly Step[], unseen: number): ExitCode {
  const isUnknown = steps.some(
    ({ plan }) =>
      plan.kind === 'requests' && plan.requests.some(({ unknown }) => unknown.length > 0),
  );
  if (isUnknown || unseen > 0) return 3;
  return steps.some(({ plan }) => plan.kind === 'conflict') ? 2 : 0;
}

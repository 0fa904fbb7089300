/**
 * Recomputes what a sealed run said from what it sealed: facts from settings, findings from facts, policies and
 * waivers, and what its record says from its findings. Each step is held against what is stored, by itself, so
 * that one lie is one fault.
 *
 * A run that another version of the program sealed may be worded otherwise, and its facts may be fewer or more.
 * Of such a run neither wording nor facts that no policy of it reads are compared; verdicts, pointers, and
 * expected and actual values always are. So a fact never changes its meaning, and sources never their fields'
 * types: a new meaning takes a new name.
 */
import { messageOf } from './errors.ts';
import {
  parseLines,
  parsePolicies,
  reportOfLine,
  type FindingRow,
  type ReportLine,
} from './evidence/hostile.ts';
import { keyOf } from './evidence/record.ts';
import { encodeReport } from './evidence/run-files.ts';
import { openOf } from './evidence/seal.ts';
import { tallyOf, type Tally } from './evidence/tally.ts';
import type { Fault, Replay, Replayed, RunToReplay, Unchecked } from './evidence/verify.ts';
import { canonicalJson, isObject } from './json.ts';
import { judge, policiesOf } from './judge.ts';
import type {
  Finding,
  Json,
  JsonObject,
  Observation,
  OpenFinding,
  Policy,
  Source,
  TargetReport,
  Waiver,
  WaiverUse,
} from './model.ts';
import { mostJudged, statuses } from './model.ts';
import { compilePolicy } from './policy/compile.ts';
import { sourceIdsOf, type CompiledPolicy } from './policy/compiled.ts';
import { readsOf } from './policy/reads.ts';
import type { PatternJudge } from './policy/schema-faults.ts';
import { waiverUses } from './policy/waivers.ts';
import { maxWork, workOf } from './policy/work.ts';
import { deriveFacts } from './settings/facts.ts';
import { interpret } from './settings/observe.ts';
import { plainLine } from './text.ts';

export interface ReplayTools {
  readonly sources: Readonly<Record<string, Source>>;
  /** This program's version: a run that it sealed must be the same to the letter. */
  readonly version: string;
  /** What a forger sealed as a policy may hold a pattern that never ends: those are not tried. */
  readonly judgePattern: PatternJudge;
}

/** Of one run so many faults are named; what is wrong everywhere need not be said of every finding. */
const maxFaultsOfRun = 100;
/** Compiled policies files that are kept: several triggers with policies of their own may share a log. */
const maxCompiled = 8;
/** With a fault for each finding of a large organisation, nothing is learnt from the next ones. */
const enoughFaults = 10_000;

export function createReplay(tools: ReplayTools): Replay {
  const compiledByKey = new Map<string, Compiled | string>();
  const compiledOf = (key: string, bytes: Uint8Array): Compiled | string => {
    const known = compiledByKey.get(key) ?? compile(bytes, tools.judgePattern);
    compiledByKey.delete(key);
    compiledByKey.set(key, known);
    forgetOldest(compiledByKey);
    return known;
  };
  return (run) => {
    const [file, ...more] = run.policies;
    const recordKey = keyOf(run.record.seq);
    if (file === undefined || more.length > 0) {
      const message = `seals ${String(run.policies.length)} policies files, and must seal one`;
      return failed({ code: 'malformed-policies', key: recordKey, message });
    }
    const judged = compiledOf(file.key, file.bytes);
    if (typeof judged === 'string') {
      return failed({ code: 'malformed-policies', key: file.key, message: judged });
    }
    return replayRun(tools, run, judged);
  };
}

function forgetOldest(compiledByKey: Map<string, Compiled | string>): void {
  const sizeOf = (compiled: Compiled | string) =>
    typeof compiled === 'string' ? 0 : compiled.policies.length;
  let policies = [...compiledByKey.values()].reduce((sum, each) => sum + sizeOf(each), 0);
  for (const [key, compiled] of compiledByKey) {
    const isFew = compiledByKey.size <= maxCompiled && policies <= mostJudged.policies;
    if (isFew || compiledByKey.size === 1) return;
    compiledByKey.delete(key);
    policies -= sizeOf(compiled);
  }
}

function failed(fault: Fault): Replayed {
  return { findings: 0, faults: [fault], unchecked: [] };
}

interface Compiled {
  readonly policies: readonly CompiledPolicy[];
  readonly waivers: readonly Waiver[];
  /** Facts that a policy reads, as `<source> <name>`. */
  readonly readFacts: ReadonlySet<string>;
}

function compile(bytes: Uint8Array, judgePattern: PatternJudge): Compiled | string {
  const parsed = parsePolicies(bytes);
  if (typeof parsed === 'string') return parsed;
  const ids = new Set<string>();
  const compiled: CompiledPolicy[] = [];
  for (const policy of parsed.policies) {
    const name = `has the policy ${plainLine(policy.id)}`;
    if (ids.has(policy.id)) return `${name} twice`;
    ids.add(policy.id);
    const refusal = refusalOf(policy, judgePattern);
    if (refusal !== undefined) return `${name}, ${refusal}`;
    const tried = tryCompile(policy);
    if (tried === undefined) return `${name}, which is no JSON Schema`;
    compiled.push(tried);
  }
  const readFacts = compiled.flatMap(({ policy, when, require }) =>
    [...(when?.reads ?? []), ...require.reads].flatMap(([root, name]) =>
      root === 'facts' && name !== undefined ? `${policy.source} ${name}` : [],
    ),
  );
  return { policies: compiled, waivers: parsed.waivers, readFacts: new Set(readFacts) };
}

/** What no lint lets through: by such a policy nothing was judged, and judging by it may never end. */
function refusalOf({ when = {}, require }: Policy, judgePattern: PatternJudge): string | undefined {
  for (const schema of [when, require]) {
    if (workOf(schema) > maxWork) return 'which takes too many steps to judge by';
    const { refused, applied } = readsOf(schema);
    const [first] = refused;
    if (first !== undefined) return `which uses ${plainLine(first.what, 60)}`;
    for (const { keyword, value } of applied) {
      const slow =
        keyword === 'pattern' && typeof value === 'string' ? judgePattern(value) : undefined;
      if (slow !== undefined) return `with a pattern that ${slow}`;
    }
  }
  return undefined;
}

/** The compiler speaks of its own data, and nobody sealed that: what it says is not shown. */
function tryCompile(policy: Policy): CompiledPolicy | undefined {
  try {
    return compilePolicy({ pack: '', policy });
  } catch {
    return undefined;
  }
}

/** One run on its way through the replay. */
interface Bench {
  readonly tools: ReplayTools;
  readonly run: RunToReplay;
  readonly judged: Compiled;
  /** This version sealed it. */
  readonly isOurs: boolean;
  readonly found: Fault[];
  readonly unchecked: Unchecked[];
}

function replayRun(tools: ReplayTools, run: RunToReplay, judged: Compiled): Replayed {
  const { predicate } = run.record;
  const isOurs = predicate.tool.version === tools.version;
  const bench: Bench = { tools, run, judged, isOurs, found: [], unchecked: [] };
  const reports: TargetReport[] = [];
  const targets = new Set<string>();
  let findings = 0;
  let areAllReports = true;

  for (const { key, bytes } of run.files) {
    for (const [index, { text, report }] of parseLines(bytes).entries()) {
      if (bench.found.length > enoughFaults) break;
      const line = index + 1;
      if (typeof report === 'string') {
        areAllReports = false;
        bench.found.push({ code: 'malformed-report', key, line, message: report });
        continue;
      }
      const { uin, site } = report.target;
      const name = canonicalJson([site, uin]);
      if (targets.has(name)) {
        const message = `is a second report of ${plainLine(uin)}`;
        bench.found.push({ code: 'duplicate-target', key, line, target: uin, message });
      }
      targets.add(name);
      findings += replayLine(bench, { key, line, target: uin }, text, report);
      reports.push(reportOfLine(report));
    }
  }
  // What a line that is no report said, nobody knows.
  const areAllRead = bench.found.length <= enoughFaults;
  if (areAllReports && areAllRead) replayRecord(bench, reports);
  return { findings, faults: cut(bench), unchecked: bench.unchecked };
}

/** Where a fault lies. */
type Place = Required<Pick<Fault, 'key' | 'line' | 'target'>>;

/** @returns how many findings were recomputed */
function replayLine(bench: Bench, place: Place, text: string, report: ReportLine): number {
  try {
    const again = bench.isOurs ? auditedAgain(bench, report) : undefined;
    if (again !== undefined && encodeReport(again) === text) {
      checkObservations(bench, place, report);
      return again.findings.length;
    }
    const observations = report.observations.map((observation) =>
      replayObservation(bench, place, observation),
    );
    checkObservations(bench, place, report);
    return replayFindings(bench, place, { ...report, observations });
  } catch (error) {
    // A line that a forger made: nested so deep that no one can walk it, for one.
    const message = `cannot be judged: ${plainLine(messageOf(error))}`;
    bench.found.push({ code: 'malformed-report', ...place, message });
    return 0;
  }
}

/**
 * What this version would have sealed, given the same answers. Where that is the stored line to the letter, as
 * it nearly always is, nothing need be looked for in it.
 */
function auditedAgain(
  { tools, run, judged }: Bench,
  { target, observations, findings: stored }: ReportLine,
): TargetReport | undefined {
  const { timezone, run: identity } = run.record.predicate;
  const { sources } = tools;
  const again: Observation[] = [];
  for (const observation of observations) {
    const source = own(sources, observation.source);
    if (source === undefined) return undefined;
    if ('error' in observation) again.push(observation);
    else {
      const { settings, requestId, observedAt } = observation;
      const answer = { ...settings, RequestId: requestId };
      again.push(interpret(source, answer, Date.parse(observedAt), timezone));
    }
  }
  const { policies, waivers } = judged;
  if (!policies.every(({ policy }) => Object.hasOwn(sources, policy.source))) return undefined;
  const plan = { identity, sources, policies, waivers };
  const { findings } = judge(plan, { target, observations: again });
  // The order of policies in their folder is no part of what is sealed.
  const findingOf = new Map(findings.map((finding) => [finding.policyId, finding]));
  const inOrder = stored.flatMap(({ policyId }) => findingOf.get(policyId) ?? []);
  return inOrder.length === findings.length && new Set(inOrder).size === findings.length
    ? { target, observations: again, findings: inOrder }
    : undefined;
}

/** One observation a source, of those that a policy reads: another would be evidence of nothing. */
function checkObservations({ judged, found }: Bench, place: Place, report: ReportLine): void {
  const needed = sourceIdsOf(policiesOf(judged.policies, report.target));
  const seen = new Set<string>();
  for (const { source } of report.observations) {
    const name = plainLine(source);
    const message = seen.has(source)
      ? `has two observations of ${name}`
      : `has an observation of ${name}, which none of its policies reads`;
    if (seen.has(source) || !needed.has(source)) {
      found.push({ code: 'malformed-report', ...place, message });
    }
    seen.add(source);
  }
}

/** @returns the observation with the facts that its settings give: by them the findings are judged again */
function replayObservation(bench: Bench, place: Place, observation: Observation): Observation {
  const { tools, run, found, isOurs } = bench;
  const source = own(tools.sources, observation.source);
  if (source === undefined || 'error' in observation) return observation;
  const { settings, facts: stored, observedAt, requestId } = observation;
  const { timezone } = run.record.predicate;
  const atMs = Date.parse(observedAt);

  let derived: JsonObject | undefined;
  if (isOurs) {
    const again = interpret(source, { ...settings, RequestId: requestId }, atMs, timezone);
    if ('error' in again) {
      const message = `${observation.source}: these settings would have been refused: ${plainLine(again.error.message)}`;
      found.push({ code: 'wrong-facts', ...place, message });
      return again;
    }
    derived = again.facts;
    const [expected, actual] = [json(again.drift ?? []), json(observation.drift ?? [])];
    if (!isSame(expected, actual)) {
      const message = `${observation.source}: what left the documentation is not what is stored`;
      found.push({ code: 'wrong-facts', ...place, message, expected, found: actual });
    }
  }
  derived ??= deriveFacts(observation.source, settings, atMs, timezone);
  if (isSame(derived, stored)) return observation;
  const facts = replayFacts(bench, place, { name: observation.source, source, stored, derived });
  return { ...observation, facts };
}

interface FactsToReplay {
  /** The source's name in policies and observations. */
  readonly name: string;
  readonly source: Source;
  readonly stored: JsonObject;
  readonly derived: JsonObject;
}

/** @returns what is derived, and of facts that this version does not know, what is stored */
function replayFacts(
  { judged, isOurs, found, unchecked }: Bench,
  place: Place,
  { name: of, source, stored, derived }: FactsToReplay,
): JsonObject {
  const facts: Record<string, Json> = { ...derived };
  for (const name of new Set([...Object.keys(stored), ...Object.keys(derived)])) {
    const [expected, actual] = [own(derived, name), own(stored, name)];
    if (expected !== undefined && actual !== undefined && isSame(expected, actual)) continue;
    const isRead = judged.readFacts.has(`${of} ${name}`);
    if (actual !== undefined && !Object.hasOwn(source.facts, name) && !isOurs) {
      facts[name] = actual;
      if (isRead) {
        const message = `${of}: this version does not know the fact ${plainLine(name)} of ${place.target} (line ${String(place.line)})`;
        unchecked.push({ key: place.key, message });
      }
    } else if (isOurs || isRead || (expected !== undefined && actual !== undefined)) {
      found.push({
        code: 'wrong-facts',
        ...place,
        message: `${of}: ${plainLine(name)} is ${shown(actual)}, its settings give ${shown(expected)}`,
        expected: expected ?? null,
        found: actual ?? null,
      });
    }
  }
  return facts;
}

function replayFindings(
  bench: Bench,
  place: Place,
  { target, observations, findings: stored }: ReportLine,
): number {
  const { tools, run, judged, found, unchecked } = bench;
  const isKnown = ({ policy }: CompiledPolicy) => Object.hasOwn(tools.sources, policy.source);
  const all = policiesOf(judged.policies, target);
  const policies = all.filter(isKnown);
  for (const { policy } of all.filter((compiled) => !isKnown(compiled))) {
    const message = `this version does not know the source ${plainLine(policy.source)} of the policy ${plainLine(policy.id)}`;
    unchecked.push({ key: place.key, message });
  }
  const again = judge(
    {
      identity: run.record.predicate.run,
      sources: tools.sources,
      policies,
      waivers: judged.waivers,
    },
    { target, observations },
  );
  const add = (policyId: string, message: string, details: Partial<Fault> = {}) =>
    found.push({ code: 'wrong-finding', ...place, policyId, message, ...details });

  const storedById = new Map<string, FindingRow>();
  for (const row of stored) {
    const id = plainLine(row.policyId);
    if (storedById.has(row.policyId)) add(row.policyId, `has two findings of ${id}`);
    else if (!all.some(({ policy }) => policy.id === row.policyId)) {
      add(row.policyId, `has a finding of ${id}, which is none of its policies`);
    }
    storedById.set(row.policyId, row);
  }
  for (const [index, finding] of again.findings.entries()) {
    const row = storedById.get(finding.policyId);
    const expected = rowOf(finding);
    const id = plainLine(finding.policyId);
    const onMissing = policies[index]?.policy.onMissing;
    if (row === undefined) {
      const message = `has no finding of ${id}, its settings give ${sentenceOf(expected)}`;
      add(finding.policyId, message, { expected: json(expected) });
    } else if (!isSameFinding(bench, expected, row, onMissing)) {
      add(
        finding.policyId,
        `${id} is ${sentenceOf(row)}, its settings give ${sentenceOf(expected)}${otherVersion(bench)}`,
        { expected: json(expected), found: json(row) },
      );
    }
  }
  return again.findings.length;
}

/** The order of violations and of reasons follows that of a policy's keys, which the sealed file does not keep. */
function isSameFinding(
  { isOurs }: Bench,
  expected: FindingRow,
  row: FindingRow,
  onMissing: 'error' | 'fail' | 'skip' | undefined,
): boolean {
  const verdict = (finding: FindingRow) => ({
    policyId: finding.policyId,
    severity: finding.severity,
    status: finding.status,
    waiver: finding.waiver ?? null,
    violations: finding.violations
      .map(({ message, ...violation }) =>
        canonicalJson(isOurs ? { ...violation, message } : violation),
      )
      .sort(byText),
  });
  if (JSON.stringify(expected) === JSON.stringify(row)) return true;
  if (!isSame(json(verdict(expected)), json(verdict(row)))) return false;
  if (!isOurs) return true;
  // Which of several absent properties is named depends on the order, too.
  if (expected.status === 'skip' && onMissing === 'skip') return row.reason !== null;
  const partsOf = ({ reason }: FindingRow) => reason?.split('; ').sort(byText).join('; ');
  const keysOf = (finding: FindingRow) => Object.keys(finding).sort(byText).join();
  return partsOf(expected) === partsOf(row) && keysOf(expected) === keysOf(row);
}

/** What the record says of all targets together, from the findings as stored: theirs are faults of their own. */
function replayRecord(bench: Bench, reports: readonly TargetReport[]): void {
  const { judged, found, run } = bench;
  const { predicate, seq } = run.record;
  const key = keyOf(seq);

  const tally = tallyOf(reports);
  const counts = essence(bench, json(tally.counts), countKeys);
  const counted = essence(bench, json(predicate.counts), countKeys);
  if (!isSame(counts, counted)) {
    const message = `counts ${shown(counted)}, its files hold ${shown(counts)}`;
    found.push({ code: 'wrong-counts', key, message, expected: counts, found: counted });
  }
  const finishedMs = Date.parse(predicate.run.finishedAt);
  const essences = (uses: readonly WaiverUse[]) =>
    uses.map((use) => essence(bench, json(use), useKeys));
  const expected = essences(waiverUses(judged.waivers, reports, finishedMs));
  const stored = essences(predicate.waivers);
  if (!isSame(expected, stored)) {
    const message = `says of its waivers ${shown(stored)}, its files give ${shown(expected)}`;
    found.push({ code: 'wrong-waivers', key, message, expected, found: stored });
  }
  replayOpen(bench, tally);
}

const countKeys: readonly string[] = ['targets', ...statuses];
const useKeys = ['id', 'policy', 'state', 'until'];
const openKeys = ['fingerprint', 'target', 'policyId', 'severity', 'status', 'since', 'lastStatus'];

/** Another version may know more to say: of that, only what every version says is compared. */
function essence({ isOurs }: Pick<Bench, 'isOurs'>, value: Json, keys: readonly string[]): Json {
  if (isOurs || !isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key)));
}

function replayOpen(bench: Bench, tally: Tally): void {
  const { found, run } = bench;
  const { record, before } = run;
  const { open, run: identity } = record.predicate;
  const key = keyOf(record.seq);
  const add = (finding: OpenFinding, message: string, details: Partial<Fault>) =>
    found.push({
      ...{ code: 'wrong-open', key, target: finding.target, policyId: finding.policyId },
      message: `${plainLine(finding.policyId)} of ${plainLine(finding.target)} ${message}`,
      ...details,
    });

  const storedBy = new Map<string, OpenFinding>();
  for (const finding of open) {
    if (storedBy.has(finding.fingerprint)) {
      add(finding, 'is open twice', { found: json(finding) });
    }
    storedBy.set(finding.fingerprint, finding);
  }
  // What was open before is not known where the record before cannot be read: since when, then neither.
  const comparable = (finding: OpenFinding): Json => {
    const { since, lastStatus, ...rest } = finding;
    const known = before === undefined ? rest : finding;
    return essence(bench, json(known), openKeys);
  };
  for (const expected of openOf(tally.open, identity.trigger.scheduledAt, before ?? [])) {
    const stored = storedBy.get(expected.fingerprint);
    storedBy.delete(expected.fingerprint);
    if (stored === undefined) {
      add(expected, 'is open and not in the record', { expected: json(expected) });
    } else if (!isSame(comparable(expected), comparable(stored))) {
      add(
        expected,
        `is ${shown(comparable(stored))}, its files and the run before give ${shown(comparable(expected))}`,
        { expected: json(expected), found: json(stored) },
      );
    }
  }
  for (const extra of storedBy.values()) {
    add(extra, 'is open by the record, and not by its files', { found: json(extra) });
  }
}

function cut({ found, run }: Bench): readonly Fault[] {
  const [first] = found;
  if (first === undefined || found.length <= maxFaultsOfRun) return found;
  const more = found.length - maxFaultsOfRun;
  return [
    ...found.slice(0, maxFaultsOfRun),
    {
      code: first.code,
      key: keyOf(run.record.seq),
      message: `and ${String(more)} faults more in the files of this run${found.length > enoughFaults ? ', and perhaps others: the rest was not looked at' : ''}`,
    },
  ];
}

// ---- Forms ------------------------------------------------------------------------------------

function rowOf(finding: Finding): FindingRow {
  return {
    ...finding,
    violations: 'violations' in finding ? finding.violations : [],
    reason: 'reason' in finding ? finding.reason : null,
  };
}

function sentenceOf({ status, violations, reason, waiver }: FindingRow): string {
  const because = [
    ...violations.map(({ message }) => message),
    ...(reason === null ? [] : [reason]),
    ...(waiver === undefined ? [] : [`waived by ${waiver.id} until ${waiver.until}`]),
  ].join('; ');
  return because === '' ? status : `${status} (${plainLine(because, 160)})`;
}

function otherVersion({ isOurs, run, tools }: Bench): string {
  if (isOurs) return '';
  const { version } = run.record.predicate.tool;
  return ` (sealed by version ${plainLine(version, 40)}, recomputed by ${tools.version})`;
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'absent' : plainLine(JSON.stringify(value), 160);
}

/** Most are the same to the letter, and writing them is far faster than putting them in order first. */
function isSame(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b) || canonicalJson(a) === canonicalJson(b);
}

/** What came from JSON, or goes there, under types that say more. */
function json(value: unknown): Json {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- see above: plain data, no undefined
  return value as Json;
}

function own<T>(object: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** A run's files, read as the work of a forger: what is no report or policies file is named, never believed. */
import { isArray, isInstant, isListOf, isObject, isOneOf, isWithin, parseJson } from '../json.ts';
import type { Finding, Json, JsonObject, Policy, TargetReport, Waiver } from '../model.ts';
import { mostJudged, severities, sites, statuses } from '../model.ts';

/** A finding as its line holds it: every key is there, whatever its status. */
export interface FindingRow {
  readonly policyId: string;
  readonly severity: string;
  readonly status: Finding['status'];
  readonly violations: readonly {
    readonly pointer: string;
    readonly expected: Json;
    readonly actual: Json;
    readonly message: string;
  }[];
  readonly reason: string | null;
  readonly waiver?: { readonly id: string; readonly until: string };
}

/** A line of a targets file as it is written: with rows in the place of findings. */
export type ReportLine = Omit<TargetReport, 'findings'> & {
  readonly findings: readonly FindingRow[];
};

/** An answer takes 64 levels at most, and a line has some around it. */
const maxDepth = 80;

export interface ParsedLine {
  readonly text: string;
  /** Or what is wrong with it as a sentence. */
  readonly report: ReportLine | string;
}

/** @returns the lines of a targets file */
export function parseLines(bytes: Uint8Array): readonly ParsedLine[] {
  return [...eachLine(bytes)];
}

/** The same one after the other: parsed, a file takes several times its size. */
export function* eachLine(bytes: Uint8Array): Generator<ParsedLine> {
  const text = textOf(bytes);
  if (text === undefined) {
    yield { text: '', report: 'is not UTF-8' };
    return;
  }
  const lines = text.split('\n');
  // The last line ends in a line feed too.
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) yield { text: line, report: parseLine(line) };
}

/** @returns what is wrong with it as a sentence, where it is no report */
export function parseLine(line: string): ReportLine | string {
  const value = tryParse(line);
  if (!isObject(value)) return 'is not a JSON object';
  if (!isWithin(value, maxDepth)) return 'is nested too deep';
  const { target, observations, findings } = value;
  if (!isObject(target) || !areTexts(target, ['uin', 'site'])) return 'has no target';
  if (!isTarget(target)) return 'has a malformed target';
  if (!isListOf(observations, isObservation)) return 'has malformed observations';
  if (!isListOf(findings, isFindingRow)) return 'has malformed findings';
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- checked just above, key by key
  return value as unknown as ReportLine;
}

/** Findings under the types of what is judged tonight: a row has every key that its finding has. */
export function reportOfLine({ target, observations, findings }: ReportLine): TargetReport {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- see above
  return { target, observations, findings: findings as unknown as readonly Finding[] };
}

/** What decides who judges and who waives. */
function isTarget({ site, alias, tags, policies }: JsonObject): boolean {
  const areNames = (value: Json | undefined) =>
    value === undefined || (isArray(value) && value.every((item) => typeof item === 'string'));
  return isOneOf(sites, site) && isTextOrAbsent(alias) && areNames(tags) && areNames(policies);
}

export interface Judged {
  readonly policies: readonly Policy[];
  readonly waivers: readonly Waiver[];
}

/** @returns what is wrong with the file as a sentence, where it holds no policies */
export function parsePolicies(bytes: Uint8Array): Judged | string {
  const text = textOf(bytes);
  if (text === undefined) return 'is not UTF-8';
  const value = tryParse(text);
  if (!isObject(value)) return 'is not a JSON object';
  if (!isWithin(value, maxDepth)) return 'is nested too deep';
  const { policies, waivers } = value;
  if (!isListOf(policies, isPolicy)) return 'has malformed policies';
  if (!isListOf(waivers, isWaiver)) return 'has malformed waivers';
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- checked just above, key by key
  const judged = value as unknown as Judged;
  for (const name of ['policies', 'waivers'] as const) {
    const most = mostJudged[name];
    if (judged[name].length > most) return `has more than ${String(most)} ${name}`;
  }
  return judged;
}

function isObservation(value: JsonObject): boolean {
  if (!areTexts(value, ['source', 'observedAt']) || !isInstant(value['observedAt'])) return false;
  const { error, settings, facts, drift } = value;
  if (error !== undefined) {
    return settings === undefined && isObject(error) && areTexts(error, ['code', 'message']);
  }
  const isDrift = (item: JsonObject) => areTexts(item, ['pointer', 'kind']);
  return (
    typeof value['requestId'] === 'string' &&
    isObject(settings) &&
    isObject(facts) &&
    (drift === undefined || isListOf(drift, isDrift))
  );
}

function isFindingRow(value: JsonObject): boolean {
  const { status, violations, reason, waiver } = value;
  return (
    areTexts(value, ['policyId']) &&
    isOneOf(severities, value['severity']) &&
    isOneOf(statuses, status) &&
    isListOf(violations, isViolation) &&
    (reason === null || typeof reason === 'string') &&
    (waiver === undefined || (isObject(waiver) && areTexts(waiver, ['id', 'until'])))
  );
}

function isViolation(value: JsonObject): boolean {
  return (
    areTexts(value, ['pointer', 'message']) &&
    Object.hasOwn(value, 'expected') &&
    Object.hasOwn(value, 'actual')
  );
}

/** As much as judging by it needs, and its prose, which is shown. */
function isPolicy(value: JsonObject): boolean {
  const { severity, when, require, remediation, controls } = value;
  return (
    areTexts(value, ['id', 'title', 'source', 'rationale']) &&
    isOneOf(severities, severity) &&
    isObject(require) &&
    (when === undefined || isObject(when)) &&
    isObject(remediation) &&
    areTexts(remediation, ['text']) &&
    isArray(controls) &&
    controls.every((control) => typeof control === 'string')
  );
}

function isWaiver(value: JsonObject): boolean {
  const { targets } = value;
  return (
    areTexts(value, ['id', 'policy', 'from', 'until']) &&
    ['reason', 'ticket', 'approvedBy'].every((key) => isTextOrAbsent(value[key])) &&
    isArray(targets) &&
    targets.every((uin) => typeof uin === 'string')
  );
}

function isTextOrAbsent(value: Json | undefined): boolean {
  return value === undefined || typeof value === 'string';
}

function areTexts(value: JsonObject, keys: readonly string[]): boolean {
  return keys.every((key) => typeof value[key] === 'string');
}

/** @returns undefined for what is not UTF-8; a byte order mark is part of the text */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function tryParse(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

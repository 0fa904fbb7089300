/** The files of a run: one line a target, and the policies that judged. */
import { AuditError } from '../errors.ts';
import { canonicalJson } from '../json.ts';
import type { Finding, Json, Policy, TargetReport, Waiver } from '../model.ts';
import type { EvidenceStore } from '../ports.ts';
import { plainLine } from '../text.ts';
import { parseLine, parsePolicies, reportOfLine, textOf } from './hostile.ts';
import type { RunRecord, Subject } from './record.ts';
import { sha256 } from './sign.ts';

export function folderOf(runId: string): string {
  return `runs/${runId}/`;
}

export function targetsKey(runId: string, index: number): string {
  return `${folderOf(runId)}targets-${String(index).padStart(4, '0')}.jsonl`;
}

export function encodeReport({ target, observations, findings }: TargetReport): string {
  return JSON.stringify({ target, observations, findings: findings.map(rowOf) });
}

/** Every key is written for every finding: a reader in ten years need not know which may be absent. */
function rowOf(finding: Finding) {
  const { policyId, severity, status } = finding;
  switch (status) {
    case 'pass':
      return { policyId, severity, status, violations: [], reason: null };
    case 'fail':
      return { policyId, severity, status, violations: finding.violations, reason: null };
    case 'waived': {
      const { violations, waiver } = finding;
      return { policyId, severity, status, violations, waiver, reason: null };
    }
    case 'error':
    case 'skip':
      return { policyId, severity, status, reason: finding.reason, violations: [] };
  }
}

interface JudgingPolicy {
  readonly policy: Policy;
  /** In canonical JSON, where somebody has made it before. */
  readonly text?: string;
}

/** The policies and waivers that judged, in the one form that gives the same hash on every night. */
export function encodePolicies(
  judging: readonly JudgingPolicy[],
  waivers: readonly Waiver[],
): { readonly key: string; readonly bytes: Uint8Array } {
  const byId = [...judging].sort(({ policy: a }, { policy: b }) => (a.id < b.id ? -1 : 1));
  const policies = byId.map(({ policy, text = canonical(policy) }) => text).join(',');
  const bytes = Buffer.from(`{"policies":[${policies}],"waivers":${canonical(waivers)}}\n`);
  return { key: `policies/${sha256(bytes)}.json`, bytes };
}

function canonical(value: Policy | readonly Waiver[]): string {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- they came from JSON files
  return canonicalJson(value as unknown as Json);
}

/**
 * What a sealed run said of its targets, a file at a time: those of an organisation fit in no memory.
 * @throws AuditError EVIDENCE_BROKEN when a file is not as sealed
 */
async function* reportsOf(
  store: EvidenceStore,
  record: RunRecord,
  isWanted: (uin: string) => boolean = () => true,
): AsyncGenerator<TargetReport> {
  for (const subject of ownFiles(record)) {
    const text = await readSealed(store, subject);
    for (const line of text.split('\n')) {
      const uin = /^\{"target":\{"uin":"(\d+)"/.exec(line)?.[1];
      if (line !== '' && (uin === undefined || isWanted(uin))) yield reportIn(line, subject.name);
    }
  }
}

function ownFiles({ predicate, subject }: RunRecord): readonly Subject[] {
  const abandoned = new Set(predicate.abandoned);
  const folder = folderOf(predicate.run.id);
  return subject.filter(({ name }) => name.startsWith(folder) && !abandoned.has(name));
}

/** The reports of a sealed run, read anew each time; those of other targets than the wanted may be left out. */
export type Reports = (isWanted?: (uin: string) => boolean) => AsyncIterable<TargetReport>;

/**
 * A run of few targets has one file, which is read once and kept.
 * @throws AuditError EVIDENCE_BROKEN when that is not as sealed
 */
export async function openReports(store: EvidenceStore, record: RunRecord): Promise<Reports> {
  if (ownFiles(record).length > 1) return (isWanted) => reportsOf(store, record, isWanted);
  const reports = await readReports(store, record);
  return () => iterate(reports);
}

// eslint-disable-next-line @typescript-eslint/require-await -- what is at hand, in the form of what is read
async function* iterate(reports: readonly TargetReport[]): AsyncGenerator<TargetReport> {
  yield* reports;
}

/**
 * The same in one go, for a run of few.
 * @throws AuditError EVIDENCE_BROKEN when a file is not as sealed
 */
export async function readReports(
  store: EvidenceStore,
  record: RunRecord,
): Promise<readonly TargetReport[]> {
  const reports: TargetReport[] = [];
  for await (const report of reportsOf(store, record)) reports.push(report);
  return reports;
}

/**
 * The policies and waivers that judged a sealed run.
 * @throws AuditError EVIDENCE_BROKEN when the file is not as sealed
 */
export async function readPolicies(
  store: EvidenceStore,
  record: RunRecord,
): Promise<{ readonly policies: readonly Policy[]; readonly waivers: readonly Waiver[] }> {
  const subject = record.subject.find(({ name }) => name.startsWith('policies/'));
  if (subject === undefined) {
    throw new AuditError(
      'EVIDENCE_BROKEN',
      `Evidence record ${String(record.seq)} names no policies file.`,
    );
  }
  const file = parsePolicies(await readSealedBytes(store, subject));
  if (typeof file !== 'string') return file;
  throw broken(subject.name, file);
}

/** `no file` for a link, a pipe or a folder, which somebody put in the place of a file. */
export async function bytesAt(
  store: EvidenceStore,
  key: string,
): Promise<Uint8Array | 'no file' | null> {
  try {
    return await store.get(key);
  } catch (error) {
    if (error instanceof AuditError && error.code === 'EVIDENCE_BROKEN') return 'no file';
    throw error;
  }
}

async function readSealed(store: EvidenceStore, subject: Subject): Promise<string> {
  const text = textOf(await readSealedBytes(store, subject));
  if (text !== undefined) return text;
  throw broken(subject.name, 'is not UTF-8');
}

async function readSealedBytes(store: EvidenceStore, subject: Subject): Promise<Uint8Array> {
  const bytes = await store.get(subject.name);
  if (bytes === null || sha256(bytes) !== subject.digest.sha256) {
    throw broken(subject.name, 'is not as it was sealed');
  }
  return bytes;
}

/** The hash holds the line to what was sealed, not to what we would have written: the log may be forged. */
function reportIn(line: string, name: string): TargetReport {
  const report = parseLine(line);
  if (typeof report !== 'string') return reportOfLine(report);
  throw broken(`${name}: a line`, report);
}

/** Who forged the record chose the name too. */
function broken(what: string, fault: string): AuditError {
  return new AuditError(
    'EVIDENCE_BROKEN',
    `Evidence ${plainLine(what)} ${fault}: run tcss-audit verify.`,
  );
}

/** One run, in order: observe, judge, seal, tell. */
import { AuditError, CloudError } from './errors.ts';
import { openLog, runsBackwards, type EvidenceLog } from './evidence/chain.ts';
import { putClaim, readClaims } from './evidence/claims.ts';
import { encodePolicies, openReports, readReports, type Reports } from './evidence/run-files.ts';
import { findRun, sealRun, type RunToSeal, type SealedBy } from './evidence/seal.ts';
import type { Subject } from './evidence/record.ts';
import { collect, gather, joined, type Gathered } from './gather.ts';
import { judge } from './judge.ts';
import type {
  Counts,
  Delivery,
  Head,
  Observation,
  RunIdentity,
  RunPredicate,
  Site,
  Target,
  TargetReport,
} from './model.ts';
import { usesOf } from './policy/waivers.ts';
import type { Accounts, Clock, EvidenceStore, Http, InvokeSelf, Log } from './ports.ts';
import { observe, unreadable } from './settings/observe.ts';
import { gatherInShards, shardSize, takeOver } from './shards.ts';
import { sourcesFor, type SurveyPlan } from './survey.ts';
import type { AuditTarget } from './targets.ts';
import type { TellPlan } from './tell.ts';

export interface RunPorts {
  readonly accounts: Accounts;
  readonly store: EvidenceStore;
  readonly http: Http;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the function may invoke itself: for more targets than one invocation should read. */
  readonly invokeSelf?: InvokeSelf;
}

export interface RunPlan extends TellPlan, SurveyPlan {
  /** Whom to audit; undefined: the credential's own account. */
  readonly targets?: readonly AuditTarget[];
  /** That account, where it is known without asking the cloud. */
  readonly uin?: string;
  readonly tool: RunPredicate['tool'];
  /** Epoch milliseconds: when a run without evidence must have said so; as long as it may tell, unless told otherwise. */
  readonly failUntilMs?: number;
}

export interface RunOutcome {
  readonly runId: string;
  readonly status: 'pass' | 'fail' | 'error';
  readonly counts: Counts;
  /** What it says of each target: read from the store as it is asked for. */
  readonly reports: Reports;
  readonly evidence: Head;
  /** What its record says. */
  readonly predicate: RunPredicate;
  readonly notices: readonly Delivery[];
  /** The run was in the log already: nothing was audited, only what was not delivered was sent. */
  readonly isRepeated: boolean;
}

/** @throws AuditError when evidence cannot be read or written */
export async function runAudit(ports: RunPorts, plan: RunPlan): Promise<RunOutcome> {
  const log = openLog(ports.store, plan.signer);
  const { record, reports, isOurs, isRepeated } = await sealedRun(ports, log, plan);
  ports.log('info', isRepeated ? 'repeated' : 'sealed', {
    runId: plan.identity.id,
    seq: record.seq,
    sha256: record.sha256,
  });

  // Evidence first: a notice without a record is a rumour.
  const { tell } = await telling();
  const notices = await tell(ports, log, plan, { record, reports, isOurs });
  const { counts } = record.predicate;
  return {
    runId: plan.identity.id,
    status: statusOf(counts),
    counts,
    reports,
    evidence: { seq: record.seq, sha256: record.sha256 },
    predicate: record.predicate,
    notices,
    isRepeated,
  };
}

/** All reports at once, for a run of few. */
export async function collected({ reports }: RunOutcome): Promise<readonly TargetReport[]> {
  const all: TargetReport[] = [];
  for await (const report of reports()) all.push(report);
  return all;
}

/** The lines of a target's findings for the platform's log service, in JSON: all that did not pass. */
export async function findingLines(
  { evidence: head, predicate }: RunOutcome,
  { policies, waivers }: Pick<RunPlan, 'policies' | 'waivers'>,
): Promise<(report: TargetReport) => Iterable<string>> {
  const { linesOf } = await import('./finding-lines.ts');
  const judged = policies.map(({ policy }) => policy);
  return linesOf({ head, predicate, policies: judged, waivers });
}

/** Eleven platforms and two languages are not read before the first request is out. */
async function telling(): Promise<typeof import('./tell.ts')> {
  return import('./tell.ts');
}

interface Sealed extends SealedBy {
  readonly reports: Reports;
  readonly isRepeated: boolean;
}

/** The run as it stands in the log: from an earlier tick, or audited and sealed now. */
async function sealedRun(ports: RunPorts, log: EvidenceLog, plan: RunPlan): Promise<Sealed> {
  const { store } = ports;
  try {
    const known = await findRun(store, log, plan.identity.id);
    const sealed =
      known === undefined ? await auditAndSeal(ports, log, plan) : { record: known, isOurs: false };
    const reports = await openReports(store, sealed.record);
    return { ...sealed, reports, isRepeated: known !== undefined };
  } catch (error) {
    // Without evidence nothing else will tell that the night was blind.
    if (isEvidenceFailure(error)) {
      const { tellFailure } = await telling();
      const tellUntilMs = plan.failUntilMs ?? plan.tellUntilMs;
      await tellFailure(ports, { ...plan, tellUntilMs }, plan.identity.id, error.message);
    }
    throw error;
  }
}

function isEvidenceFailure(error: unknown): error is AuditError {
  return error instanceof AuditError && error.code.startsWith('EVIDENCE_');
}

/** A run that judged nothing did not pass. */
function statusOf({ targets: _, ...counts }: Counts): RunOutcome['status'] {
  const judged = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (counts.error > 0 || judged === 0) return 'error';
  return counts.fail > 0 ? 'fail' : 'pass';
}

async function auditAndSeal(ports: RunPorts, log: EvidenceLog, plan: RunPlan): Promise<SealedBy> {
  const { clock, store } = ports;
  const now = isoOf(clock.now());
  const encode = () => encodePolicies(plan.policies, plan.waivers);
  const {
    policies,
    files,
    tally,
    waivers,
    startedAt = now,
  }: Audited = plan.targets === undefined
    ? // Not encoded before the first request is out.
      { ...(await gatherOwn(ports, log, plan)), policies: encode() }
    : await gatherTargets(ports, plan, plan.targets, encode());
  const nowMs = clock.now();
  return sealRun(store, log, {
    identity: plan.identity,
    startedAt,
    finishedAt: isoOf(nowMs),
    complete: nowMs < plan.observeUntilMs && tally.unreached === 0,
    tool: plan.tool,
    timezone: plan.timezone,
    missedSince: await missedSince(plan.identity),
    files,
    tally,
    waivers: usesOf(plan.waivers, new Set(waivers), nowMs),
    policies,
  });
}

interface Audited extends Gathered {
  readonly policies: RunToSeal['policies'];
  readonly startedAt?: string;
}

/** Those of a run that an earlier, killed attempt has read already are not read again. */
async function gatherTargets(
  ports: RunPorts,
  plan: RunPlan,
  targets: readonly AuditTarget[],
  policies: RunToSeal['policies'],
): Promise<Audited> {
  const policiesKey = policies.key;
  const { store, clock } = ports;
  const { signer } = plan;
  const runId = plan.identity.id;
  const now = isoOf(clock.now());
  const claims = await readClaims(store, { runId, policiesKey }, signer);
  const { read, left } = await takeOver(
    store,
    plan,
    targets,
    claims.map(({ files }) => files),
  );
  const [startedAt = now] = [...claims.map((claim) => claim.startedAt), now].sort();
  const claim = async ([file, ...more]: readonly Subject[]) => {
    if (file === undefined) return;
    await putClaim(store, { runId, policiesKey, startedAt, files: [file, ...more] }, signer);
  };

  const { invokeSelf } = ports;
  const rest =
    invokeSelf === undefined || left.length <= shardSize(plan, clock.now())
      ? await gather(ports, plan, left, { onFull: (file) => claim([file]) })
      : await gatherInShards({ ...ports, invokeSelf, claim }, { ...plan, policiesKey }, left);
  return { ...joined([...read, rest]), policies, startedAt };
}

/** Reading cron expressions is loaded only where there is one. */
async function missedSince({ trigger }: RunIdentity): Promise<RunToSeal['missedSince']> {
  const { cron, scheduledAt } = trigger;
  if (cron === undefined) return undefined;
  const { missedTicks } = await import('./schedule.ts');
  return (lastMs) => missedTicks(cron, lastMs, Date.parse(scheduledAt));
}

/** The account of the audit's own credential. */
async function gatherOwn(ports: RunPorts, log: EvidenceLog, plan: RunPlan): Promise<Gathered> {
  const collector = collect(ports.store, plan.waivers, { runId: plan.identity.id });
  await collector.add(judge(plan, await observeOwn(ports, log, plan)));
  return collector.finish();
}

async function observeOwn(
  { accounts, clock, store }: RunPorts,
  log: EvidenceLog,
  plan: RunPlan,
): Promise<{ readonly target: Target; readonly observations: readonly Observation[] }> {
  const { site, observeUntilMs: deadlineMs, timezone } = plan;
  const sources = sourcesFor(plan, { site });
  try {
    const reader = await accounts.open({ site }, deadlineMs);
    const [uin, observations] = await Promise.all([
      plan.uin ?? reader.whoAmI(deadlineMs),
      observe({ reader, clock }, sources, { deadlineMs, timezone }),
    ]);
    return { target: { uin, site }, observations };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    // Whose settings these are could not be told, so they are no one's. What could not be audited tonight is
    // the account that was audited last.
    const observations = sources.map((source) => unreadable(source, error, clock.now()));
    const uin = (await lastUin(store, log, site)) ?? 'unknown';
    return { target: { uin, site }, observations };
  }
}

/** How many runs back the account that was audited last is looked for. */
const maxRunsBack = 30;

async function lastUin(
  store: EvidenceStore,
  log: EvidenceLog,
  site: Site,
): Promise<string | undefined> {
  for await (const record of runsBackwards(log, maxRunsBack)) {
    const [report] = await readReports(store, record);
    if (report?.target.site === site && report.target.uin !== 'unknown') return report.target.uin;
  }
  return undefined;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

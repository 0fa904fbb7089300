/** One run, in order: observe, judge, seal, tell. */
import { CloudError } from './errors.ts';
import { openLog, type EvidenceLog } from './evidence/chain.ts';
import { readHistory, type History } from './evidence/history.ts';
import { keyOf, type RunRecord } from './evidence/record.ts';
import { encodePolicies, readReports } from './evidence/run-files.ts';
import { findRun, fingerprintOf, sealRun } from './evidence/seal.ts';
import type { Signer } from './evidence/sign.ts';
import type {
  Counts,
  Delivery,
  Finding,
  Head,
  Observation,
  RunIdentity,
  RunPredicate,
  Site,
  Source,
  Target,
  TargetReport,
  Waiver,
} from './model.ts';
import { changesFor, isNothing, type ChangeOptions } from './notice/changes.ts';
import { deliver } from './notice/deliver.ts';
import { noticeOf } from './notice/notice.ts';
import type { Channel } from './notice/webhook.ts';
import type { CompiledPolicy } from './policy/compiled.ts';
import { evaluate } from './policy/evaluate.ts';
import { applyWaivers, waiverUses } from './policy/waivers.ts';
import type { Clock, EvidenceStore, Http, Log, SettingsReader } from './ports.ts';
import { observe, unreadable } from './settings/observe.ts';

export interface RunPorts {
  readonly reader: SettingsReader;
  readonly store: EvidenceStore;
  readonly http: Http;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RunPlan {
  readonly identity: RunIdentity;
  readonly site: Site;
  /** The account to audit, where it is known without asking the cloud. */
  readonly uin?: string;
  readonly sources: Readonly<Record<string, Source>>;
  readonly policies: readonly CompiledPolicy[];
  readonly waivers: readonly Waiver[];
  readonly channels: readonly Channel[];
  readonly notify: Omit<ChangeOptions, 'min'>;
  readonly timezone: string;
  readonly signer?: Signer;
  readonly tool: RunPredicate['tool'];
  /** Epoch milliseconds: when reading stops, and when telling must be over. */
  readonly observeUntilMs: number;
  readonly tellUntilMs: number;
}

export interface RunOutcome {
  readonly runId: string;
  readonly status: 'pass' | 'fail' | 'error';
  readonly counts: Counts;
  readonly reports: readonly TargetReport[];
  readonly evidence: Head;
  readonly notices: readonly Delivery[];
  /** The run was in the log already: nothing was audited, only what was not delivered was sent. */
  readonly isRepeated: boolean;
}

/** @throws AuditError when evidence cannot be read or written */
export async function runAudit(ports: RunPorts, plan: RunPlan): Promise<RunOutcome> {
  const { store } = ports;
  const log = openLog(store, plan.signer);

  const known = await findRun(store, log, plan.identity.id);
  const record = known ?? (await auditAndSeal(ports, log, plan));
  const reports = await readReports(store, record);
  ports.log('info', known === undefined ? 'sealed' : 'repeated', {
    runId: plan.identity.id,
    seq: record.seq,
    sha256: record.sha256,
  });

  // Evidence first: a notice without a record is a rumour.
  const notices = await tell(ports, log, plan, { record, reports, isOurs: known === undefined });
  const { counts } = record.predicate;
  return {
    runId: plan.identity.id,
    status: counts.error > 0 ? 'error' : counts.fail > 0 ? 'fail' : 'pass',
    counts,
    reports,
    evidence: { seq: record.seq, sha256: record.sha256 },
    notices,
    isRepeated: known !== undefined,
  };
}

async function auditAndSeal(ports: RunPorts, log: EvidenceLog, plan: RunPlan): Promise<RunRecord> {
  const { clock, store } = ports;
  const startedAt = isoOf(clock.now());
  const report = judge(plan, await observeTarget(ports, plan));
  const nowMs = clock.now();
  const policies = plan.policies.map(({ policy }) => policy);
  return sealRun(store, log, {
    identity: plan.identity,
    startedAt,
    finishedAt: isoOf(nowMs),
    complete: nowMs < plan.observeUntilMs,
    tool: plan.tool,
    reports: [report],
    waivers: waiverUses(plan.waivers, [report], nowMs),
    policies: encodePolicies(policies, plan.waivers),
  });
}

/** Only the sources that the policies read, each once. */
async function observeTarget(
  { reader, clock }: RunPorts,
  plan: RunPlan,
): Promise<{ readonly target: Target; readonly observations: readonly Observation[] }> {
  const needed = new Set(plan.policies.map(({ policy }) => policy.source));
  const sources = Object.values(plan.sources).filter(({ action }) => needed.has(action));
  const { site, observeUntilMs: deadlineMs, timezone } = plan;
  try {
    const uin = plan.uin ?? (await reader.whoAmI(deadlineMs));
    const observations = await observe({ reader, clock }, sources, { deadlineMs, timezone });
    return { target: { uin, site }, observations };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    // Whose settings these are could not be told, so nothing is said of them under anyone's name.
    const observations = sources.map((source) => unreadable(source, error, clock.now()));
    return { target: { uin: 'unknown', site }, observations };
  }
}

function judge(
  plan: RunPlan,
  { target, observations }: Pick<TargetReport, 'target' | 'observations'>,
): TargetReport {
  const bySource = new Map(observations.map((observation) => [observation.source, observation]));
  const findings = plan.policies.flatMap((compiled): readonly Finding[] => {
    const source = plan.sources[compiled.policy.source];
    if (source === undefined) throw new Error(`No source ${compiled.policy.source}`);
    const observation = bySource.get(source.action);
    const finding = evaluate(compiled, source, observation);
    const atMs = Date.parse(observation?.observedAt ?? plan.identity.trigger.scheduledAt);
    return applyWaivers([finding], target, plan.waivers, atMs);
  });
  return { target, observations, findings };
}

/** A run tells for so long at most, and others wait for it as long, counted from its sealing. */
const tellingMs = 15_000;
const pollMs = 500;

interface Sealed {
  readonly record: RunRecord;
  readonly reports: readonly TargetReport[];
  readonly isOurs: boolean;
}

/** Posts to each channel what it has not heard, and records what became of it. */
async function tell(
  ports: RunPorts,
  log: EvidenceLog,
  plan: RunPlan,
  sealed: Sealed,
): Promise<readonly Delivery[]> {
  const { channels } = plan;
  if (channels.length === 0) return [];
  const { clock } = ports;
  const history = await historyInTurn(clock, log, plan, sealed);
  const untilMs = Math.min(plan.tellUntilMs, clock.now() + tellingMs);

  const { record, reports } = sealed;
  const head = (await log.head()) ?? record;
  const { open, waivers, run, counts } = record.predicate;
  const now = {
    open,
    waivers,
    passed: passedOf(reports),
    scheduledAt: run.trigger.scheduledAt,
  };
  const policies = plan.policies.map(({ policy }) => policy);

  const deliveries = await Promise.all(
    channels.map(async (channel): Promise<Delivery | undefined> => {
      if (history.told.has(channel.name) || history.isSuperseded) return undefined;
      const before = history.heardBy.get(channel.name);
      const changes = changesFor(now, before, { min: channel.min, ...plan.notify });
      if (isNothing(changes) && plan.notify.notify === 'changes') {
        return nothingTold(channel, clock.now());
      }
      const notice = noticeOf({ run, site: plan.site, counts, head, reports, policies }, changes);
      return deliver(ports, channel, notice, untilMs);
    }),
  );
  const made = deliveries.filter((delivery) => delivery !== undefined);
  if (made.length > 0) await recordDeliveries(log, record, made);
  return channels.map((channel, index) => deliveries[index] ?? nothingTold(channel, clock.now()));
}

/**
 * Runs tell in the order of the log. One that sealed just before us may be posting right now; its record of
 * that decides what is left for us. If it was killed, we wait in vain, once, and not long.
 */
async function historyInTurn(
  clock: Clock,
  log: EvidenceLog,
  plan: RunPlan,
  { record, isOurs }: Sealed,
): Promise<History> {
  const names = plan.channels.map(({ name }) => name);
  // Half of what is left is kept for telling.
  const waitUntilMs = (clock.now() + plan.tellUntilMs) / 2;
  for (;;) {
    const history = await readHistory(log, record, names);
    const isBusy = history.untold.some(
      ({ seq, predicate }) =>
        !(isOurs && seq === record.seq) &&
        clock.now() < Date.parse(predicate.run.finishedAt) + tellingMs,
    );
    if (!isBusy || clock.now() + pollMs >= waitUntilMs) return history;
    await clock.sleep(pollMs);
  }
}

function passedOf(reports: readonly TargetReport[]): ReadonlySet<string> {
  return new Set(
    reports.flatMap(({ target, findings }) =>
      findings
        .filter(({ status }) => status === 'pass')
        .map(({ policyId }) => fingerprintOf(target.site, target.uin, policyId)),
    ),
  );
}

function nothingTold({ name: channel, min }: Channel, nowMs: number): Delivery {
  return { channel, status: 'nothing', attempts: 0, at: isoOf(nowMs), reason: null, min };
}

async function recordDeliveries(
  log: EvidenceLog,
  { seq: runSeq, sha256, predicate }: RunRecord,
  deliveries: readonly Delivery[],
): Promise<void> {
  const subject = [{ name: keyOf(runSeq), digest: { sha256 } }];
  await log.append(({ seq, previous }) =>
    Promise.resolve({
      kind: 'delivery',
      predicate: { seq, previous, runId: predicate.run.id, deliveries },
      subject,
    }),
  );
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

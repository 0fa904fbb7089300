/** Tells each channel what it has not heard of a sealed run, and records what became of it. */
import type { EvidenceLog } from './evidence/chain.ts';
import { readHistory, type History } from './evidence/history.ts';
import { keyOf, type RunRecord } from './evidence/record.ts';
import { fingerprintOf } from './evidence/seal.ts';
import type { Reports } from './evidence/run-files.ts';
import type { Signer } from './evidence/sign.ts';
import { takeTurn, type EndTurn } from './evidence/turns.ts';
import type { Delivery, Finding, OpenFinding, RunPredicate, Site } from './model.ts';
import { changesFor, isNothing, type ChangeOptions } from './notice/changes.ts';
import { deliver } from './notice/deliver.ts';
import { noticeOf, noticeOfNote, type Notice, type RunToTell } from './notice/notice.ts';
import type { Channel } from './notice/webhook.ts';
import type { CompiledPolicy } from './policy/compiled.ts';
import type { Clock, EvidenceStore, Http } from './ports.ts';

export interface TellPlan {
  readonly site: Site;
  readonly policies: readonly CompiledPolicy[];
  readonly channels: readonly Channel[];
  readonly notify: Omit<ChangeOptions, 'min'>;
  /** Undefined: what is written is not signed. */
  readonly signer?: Signer;
  /** Epoch milliseconds: when telling must be over. */
  readonly tellUntilMs: number;
}

export interface TellPorts {
  readonly http: Http;
  readonly clock: Clock;
  readonly store: EvidenceStore;
}

/** A run tells for so long at most. */
const tellingMs = 12_000;
/** Counted from the end of its audit: until then it may seal and tell, and others wait for its record of it. */
const turnMs = 20_000;
const pollMs = 500;
/** Of the time that is left, so much is never spent on waiting. */
const ownMs = 3_000;

export interface SealedRun {
  readonly record: RunRecord;
  readonly reports: Reports;
  /** This process sealed it just now. */
  readonly isOurs: boolean;
}

export async function tell(
  ports: TellPorts,
  log: EvidenceLog,
  plan: TellPlan,
  sealed: SealedRun,
): Promise<readonly Delivery[]> {
  const { channels } = plan;
  if (channels.length === 0) return [];
  const { clock } = ports;
  const { history, endTurn } = await historyInTurn(ports, log, plan, sealed);
  const untilMs = tellUntil(clock, plan, sealed);
  const planned = await planNotices(log, plan, sealed, history);

  const deliveries = await Promise.all(
    planned.map(async ({ channel, notice }) =>
      notice === undefined
        ? nothingTold(channel, clock.now())
        : deliver(ports, channel, notice, untilMs),
    ),
  );
  const isNews = (_: Delivery, index: number) => planned[index]?.isDue === true;
  await recordDeliveries(log, sealed.record, deliveries.filter(isNews));
  await endTurn?.();
  return deliveries;
}

export interface PlannedNotice {
  readonly channel: Channel;
  /** This run has not been told to it, nor has a later one. */
  readonly isDue: boolean;
  /** What it has to hear; undefined = nothing. */
  readonly notice?: Notice;
}

/** What each channel has to hear of the run. */
export async function planNotices(
  log: EvidenceLog,
  plan: TellPlan,
  { record, reports, isOurs }: SealedRun,
  history: History,
): Promise<readonly PlannedNotice[]> {
  const head = (await log.head()) ?? record;
  const { open, waivers, drift = [], run, counts } = record.predicate;
  const heard = [...history.heardBy.values()].flatMap((one) => [
    ...one.open,
    ...[...one.unsure.values()].filter((finding) => finding !== null),
  ]);
  const { findings, aliases } = await findingsOf(reports, [...open, ...heard]);
  const passed = new Set(
    [...findings].filter(([, { status }]) => status === 'pass').map(([fingerprint]) => fingerprint),
  );
  const policies = plan.policies.map(({ policy }) => policy);
  const told = { run, site: plan.site, counts, head, findings, aliases, policies };

  return plan.channels.map((channel): PlannedNotice => {
    // A later run waits for the one that sealed this; of one that failed it tells itself.
    const isLeft = history.isSuperseded && !isOurs;
    if (history.told.has(channel.name) || isLeft) return { channel, isDue: false };
    const missed = history.missedBy.get(channel.name) ?? [];
    const { scheduledAt } = run.trigger;
    const changes = changesFor(
      { open, passed, waivers, drift, missed, scheduledAt },
      history.heardBy.get(channel.name),
      { min: channel.min, ...plan.notify },
    );
    return isNothing(changes) && plan.notify.notify === 'changes'
      ? { channel, isDue: true }
      : { channel, isDue: true, notice: noticeOf(told, changes) };
  });
}

/** Tells that the audit itself failed. The log cannot remember it, so each attempt of a run says it. */
export async function tellFailure(
  ports: Omit<TellPorts, 'store'>,
  plan: Pick<TellPlan, 'site' | 'channels' | 'tellUntilMs'>,
  runId: string,
  message: string,
): Promise<readonly Delivery[]> {
  const nowMs = ports.clock.now();
  const notice = noticeOfNote(runId, plan.site, { kind: 'failure', message }, isoOf(nowMs));
  const untilMs = Math.min(plan.tellUntilMs, nowMs + tellingMs);
  return Promise.all(plan.channels.map((channel) => deliver(ports, channel, notice, untilMs)));
}

/**
 * Runs tell in the order of the log. One that sealed just before us may be posting right now; its record of
 * that decides what is left for us. If it was killed, we wait in vain, once, and not long. Where earlier runs are not
 * told, or this is not told by who sealed it, others may have the same to tell: they take turns.
 */
async function historyInTurn(
  { clock, store }: TellPorts,
  log: EvidenceLog,
  plan: TellPlan,
  { record, isOurs }: SealedRun,
): Promise<{ readonly history: History; readonly endTurn: EndTurn | undefined }> {
  const names = plan.channels.map(({ name }) => name);
  const waitUntilMs = plan.tellUntilMs - ownMs;
  let endTurn: EndTurn | undefined;
  for (;;) {
    const history = await readHistory(log, record, names);
    const isBusy = history.untold.some(
      ({ seq, predicate }) => !(isOurs && seq === record.seq) && clock.now() < turnEndMs(predicate),
    );
    // What is told already, or left to a later run, takes nobody's turn.
    const isOver = !isOurs && (history.isSuperseded || history.told.size === names.length);
    const isFree = endTurn !== undefined || isOver || (isOurs && !history.isBehind);
    const isOutOfTime = clock.now() + pollMs >= waitUntilMs;
    if ((isFree && !isBusy) || isOutOfTime) return { history, endTurn };
    if (!isBusy) {
      endTurn = await takeTurn(store, record, plan.signer, { nowMs: clock.now(), turnMs });
      // Whose turn it has just become reads again what those before have told.
      if (endTurn !== undefined) continue;
    }
    await clock.sleep(pollMs);
  }
}

/** Whoever sealed the run tells within its turn; a repeated tick comes when that is over. */
function tellUntil(clock: Clock, plan: TellPlan, { record, isOurs }: SealedRun): number {
  const ownTurnMs = isOurs ? turnEndMs(record.predicate) : Infinity;
  return Math.min(plan.tellUntilMs, clock.now() + tellingMs, ownTurnMs);
}

function turnEndMs({ run }: RunPredicate): number {
  return Date.parse(run.finishedAt) + turnMs;
}

/** What the run found where something is open, or was: the rest of an organisation is not kept. */
async function findingsOf(
  reports: Reports,
  wanted: readonly OpenFinding[],
): Promise<Required<Pick<RunToTell, 'findings' | 'aliases'>>> {
  const policiesBy = new Map<string, Set<string>>();
  for (const { target, policyId } of wanted) {
    const known = policiesBy.get(target) ?? new Set();
    policiesBy.set(target, known.add(policyId));
  }
  const findings = new Map<string, Finding>();
  const aliases = new Map<string, string>();
  if (wanted.length === 0) return { findings, aliases };
  for await (const { target, findings: found } of reports((uin) => policiesBy.has(uin))) {
    const policies = policiesBy.get(target.uin);
    if (target.alias !== undefined) aliases.set(target.uin, target.alias);
    for (const finding of found) {
      if (policies?.has(finding.policyId) !== true) continue;
      findings.set(fingerprintOf(target.site, target.uin, finding.policyId), finding);
    }
  }
  return { findings, aliases };
}

function nothingTold({ name: channel, min }: Channel, nowMs: number): Delivery {
  return { channel, status: 'nothing', attempts: 0, at: isoOf(nowMs), reason: null, min };
}

async function recordDeliveries(
  log: EvidenceLog,
  { seq: runSeq, sha256, predicate }: RunRecord,
  deliveries: readonly Delivery[],
): Promise<void> {
  if (deliveries.length === 0) return;
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

/** Tells each channel what it has not heard of a sealed run, and records what became of it. */
import type { EvidenceLog } from './evidence/chain.ts';
import { readHistory, type History } from './evidence/history.ts';
import { keyOf, type RunRecord } from './evidence/record.ts';
import { fingerprintOf } from './evidence/seal.ts';
import type { Delivery, Site, TargetReport } from './model.ts';
import { changesFor, isNothing, type ChangeOptions } from './notice/changes.ts';
import { deliver } from './notice/deliver.ts';
import { noticeOf } from './notice/notice.ts';
import type { Channel } from './notice/webhook.ts';
import type { CompiledPolicy } from './policy/compiled.ts';
import type { Clock, Http } from './ports.ts';

export interface TellPlan {
  readonly site: Site;
  readonly policies: readonly CompiledPolicy[];
  readonly channels: readonly Channel[];
  readonly notify: Omit<ChangeOptions, 'min'>;
  /** Epoch milliseconds: when telling must be over. */
  readonly tellUntilMs: number;
}

/** A run tells for so long at most, and others wait for it as long, counted from its sealing. */
const tellingMs = 15_000;
const pollMs = 500;

export interface SealedRun {
  readonly record: RunRecord;
  readonly reports: readonly TargetReport[];
  /** This process sealed it just now. */
  readonly isOurs: boolean;
}

export async function tell(
  ports: { readonly http: Http; readonly clock: Clock },
  log: EvidenceLog,
  plan: TellPlan,
  sealed: SealedRun,
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
  plan: TellPlan,
  { record, isOurs }: SealedRun,
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

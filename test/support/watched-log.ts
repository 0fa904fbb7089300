/** Logs for the watchdog: runs of a timer, and who was told of them. */
import { openLog } from '../../shared/evidence/chain.ts';
import type { RunRecord } from '../../shared/evidence/record.ts';
import { identify } from '../../shared/identity.ts';
import type { Delivery, DeliveryStatus, RunIdentity, RunPredicate } from '../../shared/model.ts';
import { createOpenStore, present, type OpenStore } from './log.ts';

export interface Told {
  readonly channel: string;
  readonly status: DeliveryStatus;
  readonly reason?: string;
}

export interface Run {
  /** ISO 8601: when the timer fired. */
  readonly at: string;
  readonly name?: string;
  readonly type?: 'timer' | 'manual';
  readonly complete?: boolean;
  /** One record of deliveries each. */
  readonly told?: readonly (readonly Told[])[];
}

export async function logOf(runs: readonly Run[]): Promise<OpenStore> {
  const store = createOpenStore();
  for (const run of runs) await addRun(store, run);
  return store;
}

export async function addRun(store: OpenStore, run: Run): Promise<RunRecord> {
  const log = openLog(store, undefined);
  const { type = 'timer', name = 'nightly' } = run;
  const identity = identify(type, name, Date.parse(run.at));
  const appended = await log.append(({ seq, previous }) =>
    Promise.resolve({
      kind: 'run',
      predicate: { ...rest, seq, previous, run: runOf(identity, run) },
      subject: [],
    }),
  );
  for (const told of run.told ?? []) await addDelivery(store, identity.id, told);
  if (appended?.kind !== 'run') throw new Error('no run was appended');
  return appended;
}

export async function addDelivery(
  store: OpenStore,
  runId: string,
  told: readonly Told[],
): Promise<void> {
  const deliveries = told.map(({ channel, status, reason = null }): Delivery => ({
    ...{ channel, status, reason, attempts: 1, at: '2026-11-24T19:23:05.000Z', min: 'low' },
  }));
  present(
    await openLog(store, undefined).append(({ seq, previous }) =>
      Promise.resolve({
        kind: 'delivery',
        predicate: { seq, previous, runId, deliveries },
        subject: [],
      }),
    ),
  );
}

function runOf(identity: RunIdentity, run: Run): RunPredicate['run'] {
  const startedMs = Date.parse(run.at) + 1_000;
  return {
    ...identity,
    startedAt: new Date(startedMs).toISOString(),
    finishedAt: new Date(startedMs + 2_000).toISOString(),
    complete: run.complete ?? true,
  };
}

const rest: Omit<RunPredicate, 'seq' | 'previous' | 'run'> = {
  tool: { name: 'tcss-audit', version: '0.0.0-test' },
  timezone: 'Asia/Shanghai',
  counts: { targets: 1, pass: 2, fail: 1, waived: 0, error: 0, skip: 0 },
  open: [],
  waivers: [],
  missed: [],
  abandoned: [],
};

/** One simulator for each test of a file, and a clock that only the test moves. */
import { afterEach, beforeEach } from 'vitest';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';

export const startMs = Date.UTC(2026, 10, 24, 2, 0, 0);
export const newRequestId = () => '00000000-0000-4000-8000-000000000000';

export interface Standing {
  readonly simulator: Simulator;
  nowMs: number;
  /** Of the inbox, oldest first. */
  readonly accepted: () => readonly boolean[];
}

export function standingSimulator(): Standing {
  let simulator: Simulator | undefined;
  const standing: Standing = {
    get simulator() {
      if (simulator === undefined) throw new Error('Only within a test');
      return simulator;
    },
    nowMs: startMs,
    accepted: () => standing.simulator.inbox.map((notice) => notice.accepted),
  };
  beforeEach(async () => {
    standing.nowMs = startMs;
    simulator = await startSimulator({ now: () => standing.nowMs, newRequestId });
  });
  afterEach(async () => {
    await simulator?.close();
  });
  return standing;
}

/** The options that a webhook's fragment holds. */
export function secretOf(webhook: string): string {
  return new URLSearchParams(new URL(webhook).hash.slice(1)).get('secret') ?? '';
}

import { expect, it } from 'vitest';

import { readRuns } from '../../shared/evidence/runs.ts';
import { createMemoryStore } from '../../shared/evidence/stores/memory.ts';
import type { SealedRun, Waiver } from '../../shared/model.ts';
import { runAudit } from '../../shared/run.ts';
import {
  accept,
  createManualClock,
  createReader,
  createScriptedHttp,
  goodSettings,
  planAt,
  waiverOf,
  worldOf,
} from '../support/fake-ports.ts';

const at = '2026-11-24T18:00:00Z';
const waiver = waiverOf({ ticket: 'SEC-482', reason: 'The vendor scans it by hand.' });

async function nightWith(...waivers: readonly Partial<Waiver>[]): Promise<SealedRun> {
  const store = createMemoryStore();
  const { ports } = worldOf({
    store,
    clock: createManualClock(Date.parse(at)),
    http: createScriptedHttp(accept),
    reader: createReader(() => ({ ...goodSettings, ScanVul: false })),
  });
  await runAudit(ports, planAt(at, { waivers: waivers.map((one) => ({ ...waiver, ...one })) }));
  for await (const run of readRuns(store)) if (run.kind === 'run') return run;
  throw new Error('no run was sealed');
}

it('what waived a finding, why, and who approved it can be read from the sealed files alone', async () => {
  const { reports, predicate, waivers } = await nightWith({});
  const [waived] = (reports[0]?.findings ?? []).filter(({ status }) => status === 'waived');
  expect(waived).toMatchObject({
    policyId: 'vulnerabilities',
    violations: [{ pointer: '/ScanVul', expected: true, actual: false }],
    waiver: { id: 'W-1', until: '2027-06-30' },
  });
  expect(predicate.waivers).toEqual([
    { id: 'W-1', policy: 'vulnerabilities', until: '2027-06-30', state: 'active' },
  ]);
  expect(waivers).toEqual([waiver]);
});

it('one that is not approved, not begun or ended waives nothing, and the evidence says of each where it stands', async () => {
  const { predicate } = await nightWith(
    { id: 'W-1', approvedBy: ' ' },
    { id: 'W-2', from: '2026-11-25' },
    { id: 'W-3', until: '2026-11-23' },
  );
  expect(predicate.counts).toMatchObject({ fail: 1, waived: 0 });
  expect(predicate.waivers.map(({ id, state }) => `${id} ${state}`)).toEqual([
    ...['W-1 unused', 'W-2 pending', 'W-3 ended'],
  ]);
});

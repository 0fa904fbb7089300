/** Crashes, deadlines, disks that say no, and runs at the same time. */
import { expect, it } from 'vitest';

import { AuditError, CloudError } from '../../shared/errors.ts';
import { openLog } from '../../shared/evidence/chain.ts';
import { keyOf } from '../../shared/evidence/record.ts';
import { createMemoryStore } from '../../shared/evidence/stores/memory.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import { identify } from '../../shared/identity.ts';
import type { EvidenceStore } from '../../shared/ports.ts';
import { collected, runAudit, type RunPlan } from '../../shared/run.ts';
import {
  accept,
  channelsOf,
  createManualClock,
  createReader,
  createScriptedHttp,
  goodSettings,
  planAt,
  webhooks,
  worldOf,
  type Scripted,
} from '../support/fake-ports.ts';
import { bytesOf, createOpenStore, nightOf, publicKey, seal, signer } from '../support/log.ts';

const at = '2026-11-24T18:00:00.000Z';
const startMs = Date.parse(at);
const bad = { ...goodSettings, ScanVul: false };

function newWorld(
  answer: (request: { readonly url: string }) => Scripted | Promise<Scripted> = accept,
  store: EvidenceStore = createMemoryStore(),
) {
  const clock = createManualClock(startMs);
  const http = createScriptedHttp(answer);
  return worldOf({ store, clock, http, reader: createReader(() => bad) });
}
const plan = (change: Partial<RunPlan> = {}) => planAt(at, { signer, ...change });
const faultsOf = async (store: EvidenceStore) => {
  const { faults, unfinished } = await verifyLog(store, { publicKeys: [publicKey] });
  return { faults, unfinished };
};
const whole = { faults: [], unfinished: [] };

// ---- Killed -----------------------------------------------------------------------------------

it('killed between sealing and telling, it tells at the repeated tick', async () => {
  const killed = newWorld(() => 'never');
  void runAudit(killed.ports, plan());
  while (killed.http.requests.length === 0) await new Promise(setImmediate);
  expect(await killed.store.list('log/')).toEqual(['log/000000000001.json']);

  const world = newWorld(accept, killed.store);
  world.clock.set(startMs + 60_000);
  const { isRepeated, notices } = await runAudit(world.ports, plan());
  expect({ isRepeated, notices: notices.map(({ status }) => status) }).toEqual({
    isRepeated: true,
    notices: ['sent'],
  });
  expect(world.reader.reads()).toBe(0);
  expect(world.http.requests).toHaveLength(1);
  expect(await faultsOf(world.store)).toEqual(whole);
});

it('killed before sealing, it audits at the repeated tick and seals what was left', async () => {
  const store = createMemoryStore();
  const dying = newWorld(accept, {
    ...store,
    putIfAbsent: (key, bytes) =>
      key.startsWith('log/') ? new Promise(() => undefined) : store.putIfAbsent(key, bytes),
  });
  void runAudit(dying.ports, plan());
  while ((await store.list('runs/')).length === 0) await new Promise(setImmediate);

  const world = newWorld(accept, store);
  const outcome = await runAudit(world.ports, plan());
  const reports = await collected(outcome);
  const { isRepeated } = outcome;
  expect({ isRepeated, reports: reports.length }).toEqual({ isRepeated: false, reports: 1 });
  expect(await store.list('runs/')).toHaveLength(2);
  expect(await faultsOf(store)).toEqual(whole);
});

it('killed while telling, it holds up another run for a while and not for ever', async () => {
  const killed = newWorld(() => 'never');
  void runAudit(killed.ports, plan());
  while (killed.http.requests.length === 0) await new Promise(setImmediate);

  const world = newWorld(accept, killed.store);
  world.clock.set(startMs + 1_000);
  const identity = identify('manual', 'manual', startMs + 1_000);
  const { notices } = await runAudit(world.ports, plan({ identity }));
  expect(notices.map(({ status }) => status)).toEqual(['sent']);
  const waited = world.clock.slept.reduce((sum, ms) => sum + ms, 0);
  expect(waited).toBeGreaterThan(5_000);
  expect(waited).toBeLessThanOrEqual(20_000);
  expect(new Set(world.clock.slept)).toEqual(new Set([500]));
});

it('does not wait for a run of long ago that was killed', async () => {
  const killed = newWorld(() => 'never');
  void runAudit(killed.ports, plan());
  while (killed.http.requests.length === 0) await new Promise(setImmediate);
  const world = newWorld(accept, killed.store);
  const tomorrow = '2026-11-25T18:00:00.000Z';
  world.clock.set(Date.parse(tomorrow));
  await runAudit(world.ports, planAt(tomorrow, { signer }));
  expect(world.clock.slept).toEqual([]);
  expect(world.http.requests).toHaveLength(1);
});

it('a delivery that nobody could record is told again: at least once, not at most once', async () => {
  const store = createMemoryStore();
  const full = new AuditError('EVIDENCE_UNWRITABLE', 'Evidence could not be written (ENOSPC).');
  const world = newWorld(accept, {
    ...store,
    putIfAbsent: (key, bytes) =>
      key === 'log/000000000002.json' ? Promise.reject(full) : store.putIfAbsent(key, bytes),
  });
  await expect(runAudit(world.ports, plan())).rejects.toBe(full);
  const later = newWorld(accept, store);
  later.clock.set(startMs + 60_000);
  await runAudit(later.ports, plan());
  expect([world.http.requests.length, later.http.requests.length]).toEqual([1, 1]);
});

// ---- The world says no ------------------------------------------------------------------------

const unwritable = new AuditError('EVIDENCE_UNWRITABLE', 'Evidence could not be written (EROFS).');
const disks: Record<string, (key: string) => boolean> = {
  'the policies file': (key) => key.startsWith('policies/'),
  'the targets file': (key) => key.startsWith('runs/'),
  'the record': (key) => key.startsWith('log/'),
};
it.each(Object.entries(disks))(
  'tells that the audit failed, and nothing else, when %s cannot be written',
  async (_name, isRefused) => {
    const store = createMemoryStore();
    const world = newWorld(accept, {
      ...store,
      putIfAbsent: (key, bytes) =>
        isRefused(key) ? Promise.reject(unwritable) : store.putIfAbsent(key, bytes),
    });
    await expect(runAudit(world.ports, plan())).rejects.toBe(unwritable);
    expect(world.http.requests).toHaveLength(1);
    const [{ body } = { body: '' }] = world.http.requests;
    expect(body).toContain('"text":"tcss-audit: the audit FAILED"');
    expect(body).toContain(unwritable.message);
    expect(body).not.toContain('ScanVul');
    expect(await store.list('log/')).toEqual([]);
  },
);

it('says that the audit failed in the time that is kept for it, when all other is used up', async () => {
  const store = createMemoryStore();
  const world = newWorld(accept, { ...store, putIfAbsent: () => Promise.reject(unwritable) });
  const failUntilMs = startMs + 3_000;
  const late = plan({ tellUntilMs: startMs, failUntilMs });
  await expect(runAudit(world.ports, late)).rejects.toBe(unwritable);
  expect(world.http.requests.map(({ timeoutMs }) => timeoutMs)).toEqual([3_000]);
});

it('does not audit when the log cannot be read: it may have been audited already', async () => {
  const unreadable = new AuditError('EVIDENCE_UNREADABLE', 'Evidence could not be read (EACCES).');
  const store = createMemoryStore();
  const world = newWorld(accept, { ...store, list: () => Promise.reject(unreadable) });
  await expect(runAudit(world.ports, plan())).rejects.toBe(unreadable);
  expect(world.reader.reads()).toBe(0);
  expect(world.http.requests.map(({ body }) => body.includes(unreadable.message))).toEqual([true]);
});

it('says that it is incomplete, and error of all, when time was up before it could read', async () => {
  const world = worldOf({
    ...newWorld(),
    reader: createReader(() => new CloudError('Timeout', 'no time was left to read')),
  });
  world.clock.set(startMs + 5_000);
  const { counts, status, evidence } = await runAudit(
    world.ports,
    plan({ observeUntilMs: startMs + 5_000 }),
  );
  expect({ status, counts }).toEqual({
    status: 'error',
    counts: { targets: 1, pass: 0, fail: 0, waived: 0, error: 3, skip: 0 },
  });
  expect(evidence.seq).toBe(1);
  expect(world.http.requests[0]?.body).toContain('The time of this invocation ran out');
});

it('does not hide a fault of ours as a finding', async () => {
  const reader = {
    ...createReader(() => bad),
    read: () => Promise.reject(new TypeError('undefined is not a function')),
  };
  const world = worldOf({ ...newWorld(), reader });
  await expect(runAudit(world.ports, plan())).rejects.toThrow('undefined is not a function');
  expect(await world.store.list('log/')).toEqual([]);
});

it('keeps every wait and every request within the time there is to tell', async () => {
  const world = newWorld(() => ({ status: 503, headers: { 'retry-after': '3' } }));
  const { notices } = await runAudit(world.ports, plan({ tellUntilMs: startMs + 4_000 }));
  expect(world.clock.slept).toEqual([3_000]);
  expect(world.http.requests.map(({ timeoutMs }) => timeoutMs)).toEqual([4_000, 1_000]);
  expect(notices).toMatchObject([{ status: 'failed', attempts: 2, reason: 'HTTP 503' }]);
});

it('a channel that answers slowly costs no other its message', async () => {
  const channels = channelsOf(`${webhooks.slack} ${webhooks.wecom}`);
  const world = newWorld(async (request) => {
    if (request.url.includes('slack')) {
      await world.clock.pass(8_000);
      return new Error('no answer within 8 s');
    }
    return accept(request);
  });
  const { notices } = await runAudit(world.ports, plan({ channels }));
  expect(notices.map(({ status, reason }) => [status, reason])).toEqual([
    ['failed', 'no answer within 8 s'],
    ['sent', null],
  ]);
});

// ---- At the same time -------------------------------------------------------------------------

/** Answers that take a second: long enough for another run to come in between. */
function slowWorld() {
  const world = newWorld(async (request) => {
    await world.clock.pass(1_000);
    return accept(request);
  });
  return world;
}

it('two different runs at once tell one violation once', async () => {
  const world = slowWorld();
  const outcomes = await Promise.all(
    [plan(), plan({ identity: identify('manual', 'manual', startMs + 7) })].map((one) =>
      runAudit(world.ports, one),
    ),
  );
  expect(outcomes.map(({ isRepeated }) => isRepeated)).toEqual([false, false]);
  expect(world.http.requests).toHaveLength(1);
  expect(await faultsOf(world.store)).toEqual(whole);
});

it('a run that seals while another tells waits for its turn, and then has nothing to add', async () => {
  const world = slowWorld();
  const one = runAudit(world.ports, plan());
  while (world.http.requests.length === 0) await new Promise(setImmediate);
  const identity = identify('manual', 'manual', startMs + 7);
  const two = runAudit(world.ports, plan({ identity }));
  const [first, second] = await Promise.all([one, two]);
  expect(first.notices.map(({ status }) => status)).toEqual(['sent']);
  expect(second.notices.map(({ status }) => status)).toEqual(['nothing']);
  expect(second.evidence.seq).toBe(2);
  expect(world.clock.slept.length).toBeGreaterThan(0);
  expect(world.http.requests).toHaveLength(1);
});

it('a run that waited for another whose delivery failed tells it itself', async () => {
  let answers = 0;
  const world = newWorld(async (request) => {
    await world.clock.pass(1_000);
    answers += 1;
    return answers === 1 ? { status: 404, body: 'no_service' } : accept(request);
  });
  const one = runAudit(world.ports, plan());
  while (world.http.requests.length === 0) await new Promise(setImmediate);
  const identity = identify('manual', 'manual', startMs + 7);
  const two = runAudit(world.ports, plan({ identity }));
  const [first, second] = await Promise.all([one, two]);
  expect([first, second].map(({ notices }) => notices[0]?.status)).toEqual(['failed', 'sent']);
  expect(await faultsOf(world.store)).toEqual(whole);
});

it('four runs at once leave one chain and one message', async () => {
  const world = slowWorld();
  const plans = [0, 1, 2, 3].map((ms) => plan({ identity: identify('manual', 'm', startMs + ms) }));
  await Promise.all(plans.map((one) => runAudit(world.ports, one)));
  expect(world.http.requests).toHaveLength(1);
  const { faults, runs } = await verifyLog(world.store, { publicKeys: [publicKey] });
  expect({ faults, runs }).toEqual({ faults: [], runs: 4 });
});

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turns = 0; turns < 10_000; turns += 1) {
    if (await isSo()) return;
    await new Promise(setImmediate);
  }
  throw new Error('it never came to that');
}

it('the same tick twice at once tells once, though one seals the file of the other', async () => {
  const store = createMemoryStore();
  const clock = createManualClock(startMs);
  const http = createScriptedHttp(async (request) => {
    await clock.pass(1_000);
    return accept(request);
  });
  const world = worldOf({ store, clock, http, reader: createReader(() => bad) });
  // The first has put its file and not yet its record when the second seals.
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow: EvidenceStore = {
    ...store,
    putIfAbsent: async (key, bytes) => {
      if (key.startsWith('log/')) await held;
      return store.putIfAbsent(key, bytes);
    },
  };
  const first = runAudit({ ...world.ports, store: slow }, planAt(at, { signer }));
  await until(async () => (await store.list('runs/')).length > 0);
  const second = runAudit(world.ports, planAt(at, { signer }));
  await until(() => http.requests.length > 0);
  release();
  await Promise.all([first, second]);
  expect(http.requests).toHaveLength(1);
});

/** The first run begins to post; the second seals a moment later. */
async function meeting(answerMs: number, sealMs: number, tellForMs: number) {
  const store = createMemoryStore();
  const clock = createManualClock(startMs);
  const http = createScriptedHttp(async (request) => {
    await clock.pass(answerMs);
    return accept(request);
  });
  const world = worldOf({ store, clock, http, reader: createReader(() => bad) });
  const sluggish: EvidenceStore = {
    ...store,
    putIfAbsent: async (key, bytes) => {
      const isFirst = await store.putIfAbsent(key, bytes);
      if (key === keyOf(1)) await clock.pass(sealMs);
      return isFirst;
    },
  };
  const tellUntilMs = startMs + tellForMs;
  const first = runAudit({ ...world.ports, store: sluggish }, planAt(at, { tellUntilMs }));
  await until(() => http.requests.length > 0);
  const identity = identify('manual', 'manual', startMs + 7);
  await Promise.all([first, runAudit(world.ports, planAt(at, { identity, tellUntilMs }))]);
  return http.requests.length;
}

it('a run that has half of its time left waits for the one that posts', async () => {
  // Twelve seconds are what the function keeps back; one slow answer of Slack is enough.
  expect(await meeting(7_500, 0, 12_000)).toBe(1);
});

it('a run whose record was slow to write still has its time counted from its sealing', async () => {
  expect(await meeting(7_500, 12_000, 120_000)).toBe(1);
});

it('the file of a twin that was killed is sealed by the repeated tick, once', async () => {
  const store = createOpenStore();
  const world = worldOf({
    store,
    clock: createManualClock(startMs),
    http: createScriptedHttp(accept),
    reader: createReader(() => bad),
  });
  await seal(store, openLog(store, signer), { at, report: nightOf() });
  // It had found no run yet, put its file after the other had sealed, and was killed.
  const file = 'runs/nightly-20261124T180000Z/targets-0001.jsonl';
  await store.putIfAbsent(file, bytesOf('{}\n'));
  await runAudit(world.ports, plan());
  expect(await faultsOf(store)).toEqual(whole);
  const records = await store.list('log/');
  await runAudit(world.ports, plan());
  expect(await store.list('log/')).toEqual(records);
});

// ---- Waiting ----------------------------------------------------------------------------------

it('never spends the last three seconds on waiting for another run', async () => {
  const killed = newWorld(() => 'never');
  void runAudit(killed.ports, plan());
  while (killed.http.requests.length === 0) await new Promise(setImmediate);

  const world = newWorld(accept, killed.store);
  world.clock.set(startMs + 1_000);
  const identity = identify('manual', 'manual', startMs + 1_000);
  const tellUntilMs = startMs + 9_000;
  const { notices } = await runAudit(world.ports, plan({ identity, tellUntilMs }));
  expect(notices.map(({ status }) => status)).toEqual(['sent']);
  expect(tellUntilMs - world.clock.now()).toBeGreaterThanOrEqual(3_000);
  expect(world.http.requests[0]?.timeoutMs).toBeGreaterThanOrEqual(3_000);
});

it('tells for twelve seconds and no longer, however much time the function has', async () => {
  const world = newWorld(async () => {
    await world.clock.pass(8_000);
    return { status: 503 };
  });
  const { notices } = await runAudit(world.ports, plan());
  expect(world.http.requests.map(({ timeoutMs }) => timeoutMs)).toEqual([8_000, 4_000]);
  expect(notices).toMatchObject([{ status: 'failed', attempts: 2 }]);
});

it('tells within its turn, which is counted from the end of the audit', async () => {
  const store = createMemoryStore();
  const world: ReturnType<typeof newWorld> = newWorld(() => ({ status: 503 }), {
    ...store,
    putIfAbsent: async (key, bytes) => {
      if (key.startsWith('log/')) await world.clock.pass(17_000);
      return store.putIfAbsent(key, bytes);
    },
  });
  await runAudit(world.ports, plan());
  // Three of its twenty seconds are left.
  expect(world.http.requests[0]?.timeoutMs).toBe(3_000);
});

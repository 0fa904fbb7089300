import { expect, it } from 'vitest';

import { openLog } from '../../shared/evidence/chain.ts';
import { subjectOf } from '../../shared/evidence/record.ts';
import { readReports, targetsKey } from '../../shared/evidence/run-files.ts';
import { findRun, fingerprintOf } from '../../shared/evidence/seal.ts';
import { sha256 } from '../../shared/evidence/sign.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import type { TargetReport } from '../../shared/model.ts';
import type { EvidenceStore } from '../../shared/ports.ts';
import { source, uin } from '../support/fake-ports.ts';
import {
  attempt,
  buildLog,
  bytesOf,
  createOpenStore,
  findingOf,
  nightOf,
  nights,
  policiesFile,
  present,
  publicKey,
  reportOf,
  seal,
  signer,
  textOf,
} from '../support/log.ts';

const runId = 'nightly-20261124T180000Z';
const folder = `runs/${runId}`;
const bad = nightOf({ vulnerabilities: 'fail' });

async function faultsOf(store: EvidenceStore) {
  return (await verifyLog(store, { publicKeys: [publicKey] })).faults;
}

it('puts the files first and the record last', async () => {
  const store = createOpenStore();
  const order: string[] = [];
  const watched: EvidenceStore = {
    ...store,
    putIfAbsent: (key, bytes) => {
      order.push(key);
      return store.putIfAbsent(key, bytes);
    },
  };
  await seal(watched, openLog(watched, signer), { at: nights[0], report: bad });
  expect(order).toEqual([
    `${folder}/targets-0000.jsonl`,
    policiesFile.key,
    'log/000000000001.json',
  ]);
});

it('seals the targets file and the policies file, and counts what they say', async () => {
  const store = createOpenStore();
  const { subject, predicate } = await seal(store, openLog(store, signer), {
    at: nights[0],
    report: reportOf([
      findingOf('a', 'pass'),
      findingOf('b', 'fail', 'low'),
      findingOf('c', 'error', 'critical'),
      findingOf('d', 'waived', 'high'),
      findingOf('e', 'skip'),
      findingOf('f', 'fail', 'critical'),
      findingOf('g', 'fail', 'medium'),
    ]),
  });
  const targets = `${folder}/targets-0000.jsonl`;
  expect(subject).toEqual([
    { name: targets, digest: { sha256: sha256(present(store.files.get(targets))) } },
    { name: policiesFile.key, digest: { sha256: sha256(policiesFile.bytes) } },
  ]);
  expect(predicate).toEqual({
    seq: 1,
    previous: null,
    run: {
      id: runId,
      trigger: { type: 'timer', name: 'nightly', scheduledAt: nights[0] },
      startedAt: '2026-11-24T18:00:00.000Z',
      finishedAt: '2026-11-24T18:00:01.000Z',
      complete: true,
    },
    tool: { name: 'tcss-audit', version: '0.0.0-test' },
    timezone: 'Asia/Shanghai',
    missed: [],
    counts: { targets: 1, pass: 1, fail: 3, waived: 1, error: 1, skip: 1 },
    // Worst first, and in the order of the policies where they are as bad.
    open: (
      [
        ['c', 'critical', 'error'],
        ['f', 'critical', 'fail'],
        ['d', 'high', 'waived'],
        ['g', 'medium', 'fail'],
        ['b', 'low', 'fail'],
      ] as const
    ).map(([policyId, severity, status]) => ({
      fingerprint: fingerprintOf('intl', uin, policyId),
      target: uin,
      policyId,
      severity,
      status,
      since: nights[0],
    })),
    waivers: [],
    abandoned: [],
  });
});

it('tells the same policy apart on other accounts and other sites, and by nothing else', () => {
  const fingerprints = [
    fingerprintOf('intl', '1', 'p'),
    fingerprintOf('intl', '1', 'q'),
    fingerprintOf('intl', '2', 'p'),
    fingerprintOf('cn', '1', 'p'),
    fingerprintOf('intl', '1","p', ''),
  ];
  expect(new Set(fingerprints).size).toBe(5);
  expect(fingerprints[0]).toBe(sha256('["intl","1","p"]'));
});

it('reads back what it sealed', async () => {
  const store = createOpenStore();
  const record = await seal(store, openLog(store, signer), { at: nights[0], report: bad });
  const rows = bad.findings.map((finding) => ({ violations: [], reason: null, ...finding }));
  expect(await readReports(store, record)).toEqual([{ ...bad, findings: rows }]);
});

const spoiled: Record<string, (it: ReturnType<typeof createOpenStore>) => unknown> = {
  'that was edited': ({ files }) =>
    files.set(`${folder}/targets-0000.jsonl`, bytesOf('{"target":{}}\n')),
  'that is missing': ({ files }) => files.delete(`${folder}/targets-0000.jsonl`),
};
it.each(Object.entries(spoiled))('does not read a sealed file %s', async (_name, spoil) => {
  const store = createOpenStore();
  const record = await seal(store, openLog(store, signer), { at: nights[0], report: bad });
  spoil(store);
  await expect(readReports(store, record)).rejects.toMatchObject({
    code: 'EVIDENCE_BROKEN',
    message: `Evidence ${folder}/targets-0000.jsonl is not as it was sealed: run tcss-audit verify.`,
  });
});

// ---- Killed and concurrent attempts -----------------------------------------------------------

it('seals what killed attempts left behind, and names it', async () => {
  const store = createOpenStore();
  store.files.set(`${folder}/targets-0000.jsonl`, bytesOf('left\n'));
  store.files.set(`${folder}/targets-0001.jsonl`, bytesOf(''));
  const log = openLog(store, signer);
  const { subject, predicate } = await seal(store, log, { at: nights[0], report: bad });
  expect(predicate.abandoned).toEqual([
    `${folder}/targets-0000.jsonl`,
    `${folder}/targets-0001.jsonl`,
  ]);
  expect(subject.map(({ name }) => name)).toEqual([
    `${folder}/targets-0002.jsonl`,
    policiesFile.key,
    `${folder}/targets-0000.jsonl`,
    `${folder}/targets-0001.jsonl`,
  ]);
  expect(textOf(store, `${folder}/targets-0000.jsonl`)).toBe('left\n');
  expect(await faultsOf(store)).toEqual([]);
});

it('does not take what was left behind for what the run found', async () => {
  const store = createOpenStore();
  store.files.set(`${folder}/targets-0000.jsonl`, bytesOf('left\n'));
  const record = await seal(store, openLog(store, signer), { at: nights[0], report: bad });
  expect((await readReports(store, record)).map(({ target }) => target)).toEqual([bad.target]);
});

it('leaves the files of other runs alone, whose ids begin alike', async () => {
  const store = createOpenStore();
  store.files.set(`${folder}0/targets-0000.jsonl`, bytesOf('left\n'));
  const record = await seal(store, openLog(store, signer), { at: nights[0], report: bad });
  expect(record.predicate.abandoned).toEqual([]);
  const { faults, unfinished } = await verifyLog(store, { publicKeys: [publicKey] });
  expect({ faults, unfinished }).toEqual({ faults: [], unfinished: [`${folder}0/`] });
});

/** A store that makes the writers of some keys wait until somebody lets them go on. */
function pausing(store: EvidenceStore, isPaused: (key: string) => boolean) {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const paused: EvidenceStore = {
    ...store,
    putIfAbsent: async (key, bytes) => {
      if (isPaused(key)) await released;
      return store.putIfAbsent(key, bytes);
    },
  };
  return { paused, release };
}

const interleavings: Record<
  string,
  (store: ReturnType<typeof createOpenStore>) => Promise<readonly number[]>
> = {
  'that run side by side': async (store) => {
    const attempts = [1, 2, 3].map(() =>
      seal(store, openLog(store, signer), { at: nights[0], report: bad }),
    );
    return (await Promise.all(attempts)).map(({ seq }) => seq);
  },
  'of which one has its files and not its record when the other seals': async (store) => {
    const { paused, release } = pausing(store, (key) => key.startsWith('log/'));
    const slow = seal(paused, openLog(paused, signer), { at: nights[0], report: bad });
    await new Promise(setImmediate);
    const quick = await seal(store, openLog(store, signer), { at: nights[0], report: bad });
    expect(quick.predicate.abandoned).toEqual([`${folder}/targets-0000.jsonl`]);
    release();
    return [quick.seq, (await slow).seq];
  },
  'of which one has no files yet when the other seals': async (store) => {
    const { paused, release } = pausing(store, (key) => key.startsWith('runs/'));
    const slow = seal(paused, openLog(paused, signer), { at: nights[0], report: bad });
    await new Promise(setImmediate);
    const quick = await seal(store, openLog(store, signer), { at: nights[0], report: bad });
    release();
    return [quick.seq, (await slow).seq];
  },
};
it.each(Object.entries(interleavings))(
  'leaves no unsealed file after attempts at the same run %s',
  async (_name, interleave) => {
    const store = createOpenStore();
    const seqs = await interleave(store);
    const { faults, unfinished, records } = await verifyLog(store, { publicKeys: [publicKey] });
    expect({ faults, unfinished }).toEqual({ faults: [], unfinished: [] });
    expect(Math.max(...seqs)).toBe(records);
    const found = await findRun(store, openLog(store, signer), runId);
    expect(found?.seq).toBe(records);
  },
);

it('gives the attempt whose file another sealed the record of that other', async () => {
  const store = createOpenStore();
  const night = { at: nights[0], report: bad };
  const { paused, release } = pausing(store, (key) => key.startsWith('log/'));
  const slow = attempt(paused, openLog(paused, signer), night);
  await new Promise(setImmediate);
  const quick = await attempt(store, openLog(store, signer), night);
  release();
  expect(quick.isOurs).toBe(true);
  expect(await slow).toEqual({ record: quick.record, isOurs: false });
});

it('has a record of its own where the other attempt sealed before it put a file', async () => {
  const store = createOpenStore();
  const night = { at: nights[0], report: bad };
  const { paused, release } = pausing(store, (key) => key.startsWith('runs/'));
  const slow = attempt(paused, openLog(paused, signer), night);
  await new Promise(setImmediate);
  await attempt(store, openLog(store, signer), night);
  release();
  const { record, isOurs } = await slow;
  expect({ isOurs, abandoned: record.predicate.abandoned }).toEqual({
    isOurs: true,
    abandoned: [],
  });
  expect(await faultsOf(store)).toEqual([]);
});

it('seals what another attempt that sealed it first did not find yet, and leaves the rest to it', async () => {
  const store = createOpenStore();
  const night = { at: nights[0], report: bad };
  const [early, late] = [targetsKey(runId, 0), targetsKey(runId, 2)];
  store.files.set(early, bytesOf('early\n'));
  const quick = await attempt(store, openLog(store, signer), night);
  expect(quick.record.predicate.abandoned).toEqual([early]);

  // What it puts itself says the same as what the quick one put.
  const files = [
    subjectOf(early, bytesOf('early\n')),
    subjectOf(late, present(store.files.get(targetsKey(runId, 1)))),
  ];
  const slow = await attempt(store, openLog(store, signer), night, { files });
  const { record } = quick;
  expect(slow.isOurs).toBe(false);
  expect(slow.record.predicate).toEqual({
    ...record.predicate,
    seq: 2,
    previous: record.sha256,
    abandoned: [early, late],
  });
  expect(slow.record.subject).toEqual([...record.subject, files[1]]);
  expect(await faultsOf(store)).toEqual([]);
});

it('seals what was left behind and is gone by now, so that verify names it', async () => {
  const store = createOpenStore();
  const gone = targetsKey(runId, 7);
  const list: EvidenceStore['list'] = async (prefix, after) => {
    const keys = await store.list(prefix, after);
    return prefix.startsWith('runs/') ? [...keys, gone] : keys;
  };
  const record = await seal({ ...store, list }, openLog(store, signer), {
    at: nights[0],
    report: bad,
  });
  expect(record.predicate.abandoned).toEqual([gone]);
  expect(await faultsOf(store)).toMatchObject([{ code: 'missing-file', key: gone }]);
});

it('takes nothing for sealed of which the log gives no record', async () => {
  const store = createOpenStore();
  const night = { at: nights[0], report: bad };
  const log = openLog(store, signer);
  const silent = { ...log, append: () => Promise.resolve(undefined) };
  await expect(attempt(store, silent, night)).rejects.toThrow('A run was sealed without a record');
  await seal(store, log, night);
  store.files.set(targetsKey(runId, 7), bytesOf('left\n'));
  await expect(findRun(store, silent, runId)).rejects.toThrow('A run was sealed without a record');
});

// ---- What is read of the log ------------------------------------------------------------------

/** A log, and the numbers of the records that were read of it. */
function watchedLog(store: EvidenceStore) {
  const log = openLog(store, signer);
  const read: number[] = [];
  const watched = {
    ...log,
    async *backwards() {
      for await (const record of log.backwards()) {
        read.push(record.seq);
        yield record;
      }
    },
  };
  return { read, log: watched };
}

it('reads the run before for what was open, and no more of the log', async () => {
  const store = await buildLog();
  const { read, log } = watchedLog(store);
  const at = '2026-11-27T18:00:00.000Z';
  const { record } = await attempt(store, log, { at, report: bad }, { missedSince: undefined });
  expect([record.predicate.missed, read]).toEqual([[], [5]]);
});

it('reads none of it for a run that has no files', async () => {
  const store = await buildLog();
  const { read, log } = watchedLog(store);
  expect(await findRun(store, log, 'nightly-20261127T180000Z')).toBeUndefined();
  expect(read).toEqual([]);
});

// ---- Missed runs ------------------------------------------------------------------------------

const since = (lastMs: number) => [new Date(lastMs).toISOString()];

it('looks for what its own trigger missed since that ran last', async () => {
  const store = createOpenStore();
  const log = openLog(store, signer);
  const missedAt = async (at: string, name: string) =>
    (await seal(store, log, { at, report: bad, name, missedSince: since })).predicate.missed;
  expect(await missedAt(nights[0], 'nightly')).toEqual([]);
  expect(await missedAt(nights[1], 'hourly')).toEqual([]);
  expect(await missedAt(nights[2], 'nightly')).toEqual([nights[0]]);
});

it('looks for the last run of its trigger a hundred runs back and no further', async () => {
  const store = createOpenStore();
  const log = openLog(store, undefined);
  await seal(store, log, { at: nights[0], report: nightOf() });
  const other = (index: number) => ({ at: day(index), report: nightOf(), name: 'other' });
  for (let index = 1; index < 100; index += 1) await seal(store, log, other(index));
  const missed = async () => {
    const copy = createOpenStore(store.files);
    const night = { at: day(200), report: nightOf(), missedSince: since };
    return (await seal(copy, openLog(copy, undefined), night)).predicate.missed;
  };
  expect(await missed()).toEqual([nights[0]]);
  await seal(store, log, other(100));
  expect(await missed()).toEqual([]);
});

// ---- Since when -------------------------------------------------------------------------------

const day = (index: number) => new Date(Date.parse(nights[0]) + index * 86_400_000).toISOString();
const rows: Record<
  string,
  readonly (readonly ['pass' | 'fail' | 'error' | 'waived' | 'skip', number?])[]
> = {
  'is the first night of the row': [
    ['fail', 0],
    ['fail', 0],
    ['fail', 0],
  ],
  'is kept over a night that could not look': [
    ['fail', 0],
    ['error', 0],
    ['fail', 0],
  ],
  'is kept while it is waived': [
    ['fail', 0],
    ['waived', 0],
    ['fail', 0],
  ],
  'begins with the night that could not look': [
    ['error', 0],
    ['fail', 0],
  ],
  'starts anew after a pass': [['fail', 0], ['pass'], ['fail', 2]],
  'starts anew after a night on which the policy did not apply': [
    ['fail', 0],
    ['skip'],
    ['error', 2],
  ],
};
it.each(Object.entries(rows))('since %s', async (_name, row) => {
  const store = createOpenStore();
  const log = openLog(store, signer);
  for (const [index, [status, since]] of row.entries()) {
    const report = nightOf({ vulnerabilities: status });
    const { predicate } = await seal(store, log, { at: day(index), report });
    expect(predicate.open.map((finding) => finding.since)).toEqual(
      since === undefined ? [] : [day(since)],
    );
  }
});

const lastStatuses: Record<
  string,
  readonly (readonly ['pass' | 'fail' | 'error' | 'waived', string?])[]
> = {
  'of a night that could not look is that of the night before': [['fail'], ['error', 'fail']],
  'of a second such night is that of the night before the first': [
    ['waived'],
    ['error', 'waived'],
    ['error', 'waived'],
  ],
  'is not known, where nothing was open before': [['pass'], ['error'], ['error']],
  'is not said of a night that could look': [['fail'], ['error', 'fail'], ['fail'], ['waived']],
};
it.each(Object.entries(lastStatuses))('the last status %s', async (_name, row) => {
  const store = createOpenStore();
  const log = openLog(store, signer);
  for (const [index, [status, lastStatus]] of row.entries()) {
    const report = nightOf({ vulnerabilities: status });
    const { predicate } = await seal(store, log, { at: day(index), report });
    expect(predicate.open.map((finding) => finding.lastStatus)).toEqual(
      status === 'pass' ? [] : [lastStatus],
    );
  }
});

it('says what drifts, and still says it of a source that it could not read', async () => {
  const store = createOpenStore();
  const log = openLog(store, signer);
  const observedAt = nights[0];
  const read = { source, observedAt, requestId: '', settings: {}, facts: {} };
  const error = { code: 'Timeout', message: 'too late' };
  const drift = [{ pointer: '/X', kind: 'undocumented-field' as const }];
  const nightly: readonly (readonly [
    TargetReport['observations'],
    readonly unknown[] | undefined,
  ])[] = [
    [[{ ...read, drift }], [{ target: uin, source, ...drift[0] }]],
    [[{ source, observedAt, error }], [{ target: uin, source, ...drift[0] }]],
    [[read], undefined],
  ];
  for (const [index, [observations, said]] of nightly.entries()) {
    const report = { ...nightOf(), observations };
    const { predicate } = await seal(store, log, { at: day(index), report });
    expect(predicate.drift).toEqual(said);
  }
});

it('keeps since over a damaged record', async () => {
  const store = createOpenStore();
  await seal(store, openLog(store, signer), { at: day(0), report: bad });
  await seal(store, openLog(store, signer), { at: day(1), report: bad });
  store.files.set('log/000000000002.json', bytesOf('garbage'));
  const { predicate } = await seal(store, openLog(store, signer), { at: day(2), report: bad });
  expect(predicate.open.map(({ since }) => since)).toEqual([day(0)]);
});

// ---- Finding a run ----------------------------------------------------------------------------

it('finds the latest record of a run, and none of a run that only left files', async () => {
  const store = createOpenStore();
  const log = openLog(store, signer);
  expect(await findRun(store, log, runId)).toBeUndefined();
  store.files.set(`${folder}/targets-0000.jsonl`, bytesOf('left\n'));
  expect(await findRun(store, log, runId)).toBeUndefined();
  await seal(store, log, { at: nights[0], report: bad });
  await seal(store, log, { at: nights[1], report: bad });
  expect((await findRun(store, log, runId))?.seq).toBe(1);
});

it('seals what a twin left later beside it too, and still knows what was left before', async () => {
  const store = createOpenStore();
  const log = openLog(store, signer);
  store.files.set(`${folder}/targets-0000.jsonl`, bytesOf('left\n'));
  await seal(store, log, { at: nights[0], report: bad });
  store.files.set(`${folder}/targets-0002.jsonl`, bytesOf('left later\n'));
  const record = present(await findRun(store, log, runId));
  expect(record.seq).toBe(2);
  expect(record.predicate.abandoned).toEqual([
    `${folder}/targets-0000.jsonl`,
    `${folder}/targets-0002.jsonl`,
  ]);
  expect((await readReports(store, record)).map(({ target }) => target)).toEqual([bad.target]);
  expect(await faultsOf(store)).toEqual([]);
});

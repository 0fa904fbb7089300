import { expect, it } from 'vitest';

import { AuditError } from '../../shared/errors.ts';
import { openLog } from '../../shared/evidence/chain.ts';
import { isRunRecord, keyOf, subjectOf } from '../../shared/evidence/record.ts';
import { targetsKey } from '../../shared/evidence/run-files.ts';
import { readRuns, runBefore, type RunsSpan } from '../../shared/evidence/runs.ts';
import { sha256 } from '../../shared/evidence/sign.ts';
import type { SealedRun, UnreadableRun } from '../../shared/model.ts';
import { policies } from '../support/fake-ports.ts';
import {
  buildLog,
  bytesOf,
  createOpenStore,
  deliveryOf,
  editStatement,
  nightOf,
  nights,
  policiesFile,
  present,
  recordDelivery,
  recordsOf,
  seal,
  signer,
  type OpenStore,
} from '../support/log.ts';

/** A run as its record's number and its night; what cannot be read as its message. */
async function read(store: OpenStore, span?: RunsSpan) {
  return (await runsOf(store, span)).map((entry) =>
    entry.kind === 'unreadable'
      ? [entry.seq, entry.message]
      : [entry.head.seq, entry.predicate.run.trigger.scheduledAt],
  );
}

async function runsOf(store: OpenStore, span?: RunsSpan) {
  const entries: (SealedRun | UnreadableRun)[] = [];
  for await (const entry of readRuns(store, span)) entries.push(entry);
  return entries;
}

const firstTargets = targetsKey('nightly-20261124T180000Z', 0);
const [first, second, third] = nights;

it('gives every run once, in the order of the log', async () => {
  expect(await read(await buildLog())).toEqual([
    [1, first],
    [3, second],
    [5, third],
  ]);
});

it('gives what a run sealed: reports, policies, waivers', async () => {
  const store = await buildLog();
  const [run] = await runsOf(store);
  const fileAt = (name: string) => ({ name, sha256: sha256(present(store.files.get(name))) });
  expect(run).toMatchObject({
    kind: 'run',
    files: [fileAt(firstTargets), fileAt(policiesFile.key)],
    reports: [nightOf({ vulnerabilities: 'fail' })],
    waivers: [],
  });
  const judged = (run as SealedRun).policies.map(({ id }) => id);
  expect(judged).toEqual(policies.map(({ policy }) => policy.id).sort());
});

const spans: Record<string, { readonly span: RunsSpan; readonly seqs: readonly number[] }> = {
  'a span begins with the run of its first moment': {
    span: { sinceMs: Date.parse(second) },
    seqs: [3, 5],
  },
  'a span ends before its last moment': { span: { untilMs: Date.parse(second) }, seqs: [1] },
  'a span may hold no run': {
    span: { sinceMs: Date.parse(third) + 1 },
    seqs: [],
  },
};

it.each(Object.entries(spans))('%s', async (_name, { span, seqs }) => {
  const rows = await read(await buildLog(), span);
  expect(rows.map(([seq]) => seq)).toEqual(seqs);
});

it('gives a run that two attempts sealed once, as its last record says it', async () => {
  const store = createOpenStore();
  const log = openLog(store, signer);
  await seal(store, log, { at: first, report: nightOf() });
  await seal(store, log, { at: first, report: nightOf({ vulnerabilities: 'fail' }) });
  expect(await read(store)).toEqual([[2, first]]);
});

/** Seals other bytes in the place of a file: the hash holds, what it holds to does not. */
const sealing = (name: string, bytes: Uint8Array) => (store: OpenStore) => {
  store.files.set(name, bytes);
  const other = subjectOf(name, bytes);
  editStatement(
    store,
    1,
    (it) => ({ ...it, subject: it.subject.map((one) => (one.name === name ? other : one)) }),
    signer,
  );
};

const damages: Record<
  string,
  { readonly damage: (store: OpenStore) => void; readonly rows: readonly unknown[] }
> = {
  'names a record that is missing': {
    damage: (store) => store.files.delete(keyOf(3)),
    rows: [
      [1, first],
      [3, 'log/000000000003.json is missing'],
      [5, third],
    ],
  },
  'names a record that is none': {
    damage: (store) => store.files.set(keyOf(3), bytesOf('{}\n')),
    rows: [
      [1, first],
      [3, 'log/000000000003.json has another payloadType'],
      [5, third],
    ],
  },
  'names a gap once, however wide': {
    damage: (store) => {
      for (const seq of [2, 3, 4]) store.files.delete(keyOf(seq));
    },
    rows: [
      [1, first],
      [2, 'log/000000000002.json and all up to log/000000000004.json are missing'],
      [5, third],
    ],
  },
  'names a gap before the first record': {
    damage: (store) => store.files.delete(keyOf(1)),
    rows: [
      [1, 'log/000000000001.json is missing'],
      [3, second],
      [5, third],
    ],
  },
  'names a run that sealed a line that is no report': {
    damage: sealing(firstTargets, bytesOf('{}\n')),
    rows: [
      [1, `Evidence ${firstTargets}: a line has no target: run tcss-audit verify.`],
      [3, second],
      [5, third],
    ],
  },
  'names a run that sealed what is no text': {
    damage: sealing(firstTargets, Uint8Array.of(0xff, 0xfe)),
    rows: [
      [1, `Evidence ${firstTargets} is not UTF-8: run tcss-audit verify.`],
      [3, second],
      [5, third],
    ],
  },
  'names a run that sealed no policies': {
    damage: (store) => {
      const isTargets = ({ name }: { readonly name: string }) => name.startsWith('runs/');
      editStatement(store, 1, (it) => ({ ...it, subject: it.subject.filter(isTargets) }), signer);
    },
    rows: [
      [1, 'Evidence record 1 names no policies file.'],
      [3, second],
      [5, third],
    ],
  },
  'passes over what is no record by its name': {
    damage: (store) => store.files.set('log/notes.txt', bytesOf('hello')),
    rows: [
      [1, first],
      [3, second],
      [5, third],
    ],
  },
  'names a record that lies in the place of another': {
    damage: (store) => {
      editStatement(store, 3, (it) => ({ ...it, predicate: { ...it.predicate, seq: 4 } }), signer);
    },
    rows: [
      [1, first],
      [3, 'log/000000000003.json says that it is record 4'],
      [5, third],
    ],
  },
  'names a run whose file was changed': {
    damage: (store) => store.files.set(firstTargets, bytesOf('{}\n')),
    rows: [
      [1, `Evidence ${firstTargets} is not as it was sealed: run tcss-audit verify.`],
      [3, second],
      [5, third],
    ],
  },
  'names every run that sealed policies which are gone': {
    damage: (store) => store.files.delete(policiesFile.key),
    rows: [1, 3, 5].map((seq) => [
      seq,
      `Evidence ${policiesFile.key} is not as it was sealed: run tcss-audit verify.`,
    ]),
  },
};

it.each(Object.entries(damages))('%s', async (_name, { damage, rows }) => {
  const store = await buildLog();
  damage(store);
  expect(await read(store)).toEqual(rows);
});

const broken = new AuditError('EVIDENCE_BROKEN', 'is no regular file');
const refused = new AuditError('EVIDENCE_UNREADABLE', 'no access');

it('names a record in whose place is no regular file', async () => {
  const log = await buildLog();
  const get = (key: string) => (key === keyOf(3) ? Promise.reject(broken) : log.get(key));
  expect(await read({ ...log, get })).toEqual([
    [1, first],
    [3, 'log/000000000003.json is no regular file'],
    [5, third],
  ]);
});

it.each([
  ['a store that refuses', refused],
  ['a mistake', new TypeError('made up')],
])('reads nothing over %s', async (_name, error) => {
  const store = { ...(await buildLog()), get: () => Promise.reject(error) };
  await expect(read(store)).rejects.toBe(error);
  await expect(runBefore(store, 5)).rejects.toBe(error);
});

it('does not take a mistake in reading what was sealed for damage', async () => {
  const log = await buildLog();
  const mistake = new TypeError('made up');
  const get = (key: string) => (key === firstTargets ? Promise.reject(mistake) : log.get(key));
  await expect(read({ ...log, get })).rejects.toBe(mistake);
});

it.each(['gone', 'a delivery'])('names a record that is %s when its turn comes', async (then) => {
  const log = await buildLog();
  const other = createOpenStore([...log.files].filter(([key]) => key < keyOf(3)));
  const run = (await recordsOf(openLog(other, signer))).find(isRunRecord);
  await recordDelivery(openLog(other, signer), present(run), deliveryOf());
  let asked = 0;
  const get = (key: string) => {
    if (key !== keyOf(3)) return log.get(key);
    asked += 1;
    if (asked === 1) return log.get(key);
    return then === 'gone' ? Promise.resolve(null) : other.get(key);
  };
  expect(await read({ ...log, get })).toEqual([
    [1, first],
    [3, 'log/000000000003.json changed while it was read'],
    [5, third],
  ]);
});

it('the run before is the last one in the log before that place', async () => {
  const store = await buildLog();
  const before = async (seq: number, except?: string) => (await runBefore(store, seq, except))?.seq;
  expect([await before(6), await before(5), await before(4), await before(3)]).toEqual([
    5, 3, 3, 1,
  ]);
  expect([await before(2), await before(1)]).toEqual([1, undefined]);
});

it('the run before is not the run itself, sealed a second time', async () => {
  const store = await buildLog();
  expect(await runBefore(store, 5, 'nightly-20261125T180000Z')).toMatchObject({ seq: 1 });
  expect(await runBefore(store, 3, 'nightly-20261124T180000Z')).toBeUndefined();
});

it('of the run before nobody can tell where a record may be it', async () => {
  const store = await buildLog();
  store.files.delete(keyOf(4));
  expect(await runBefore(store, 5)).toEqual({
    kind: 'unreadable',
    seq: 4,
    message: 'log/000000000004.json is missing',
  });
});

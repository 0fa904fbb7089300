import { expect, it } from 'vitest';

import { openLog } from '../../shared/evidence/chain.ts';
import { keyOf } from '../../shared/evidence/record.ts';
import { targetsKey } from '../../shared/evidence/run-files.ts';
import { readRuns, type RunsSpan } from '../../shared/evidence/runs.ts';
import type { SealedRun, UnreadableRun } from '../../shared/model.ts';
import { policies } from '../support/fake-ports.ts';
import {
  buildLog,
  bytesOf,
  createOpenStore,
  editStatement,
  nightOf,
  nights,
  policiesFile,
  seal,
  signer,
  type OpenStore,
} from '../support/log.ts';

/** A run as its record's number and its night; what cannot be read as its message. */
async function read(store: OpenStore, span?: RunsSpan) {
  return (await runsOf(store, span)).map((entry) =>
    entry.kind === 'run'
      ? [entry.head.seq, entry.predicate.run.trigger.scheduledAt]
      : [entry.seq, entry.message],
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
  const [run] = await runsOf(await buildLog());
  expect(run).toMatchObject({
    kind: 'run',
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

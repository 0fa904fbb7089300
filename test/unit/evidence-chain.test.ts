import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AuditError } from '../../shared/errors.ts';
import { openLog, runsBackwards } from '../../shared/evidence/chain.ts';
import { keyOf } from '../../shared/evidence/record.ts';
import { sha256 } from '../../shared/evidence/sign.ts';
import { createMemoryStore } from '../../shared/evidence/stores/memory.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import type { EvidenceStore } from '../../shared/ports.ts';
import {
  buildLog,
  bytesOf,
  createOpenStore,
  deliveryOf,
  editEnvelope,
  nightOf,
  nights,
  present,
  publicKey,
  recordDelivery,
  recordsOf,
  seal,
  signer,
} from '../support/log.ts';

const seqsOf = async (store: EvidenceStore) =>
  (await recordsOf(openLog(store, undefined))).map(({ seq }) => seq);

it('has no head and no records while it is empty', async () => {
  const log = openLog(createMemoryStore(), signer);
  expect(await log.head()).toBeUndefined();
  expect(await recordsOf(log)).toEqual([]);
});

it('names its head by the bytes of the last record', async () => {
  const store = await buildLog();
  expect(await openLog(store, signer).head()).toEqual({
    seq: 5,
    sha256: sha256(present(store.files.get(keyOf(5)))),
  });
});

it('gives each record the hash of the one before', async () => {
  const store = await buildLog();
  const records = await recordsOf(openLog(store, undefined));
  expect(records.map(({ predicate }) => predicate.previous)).toEqual([
    null,
    ...[1, 2, 3, 4].map((seq) => sha256(present(store.files.get(keyOf(seq))))),
  ]);
});

it('makes one chain of many appends at once', async () => {
  const store = createOpenStore();
  const first = await seal(store, openLog(store, signer), { at: nights[0], report: nightOf() });
  // Each has its own view of the log, as processes do.
  await Promise.all(
    Array.from({ length: 12 }, () => recordDelivery(openLog(store, signer), first, deliveryOf())),
  );
  expect(await seqsOf(store)).toEqual(Array.from({ length: 13 }, (_, index) => index + 1));
  expect(await verifyLog(store, { publicKeys: [publicKey] })).toMatchObject({ faults: [] });
});

it('builds anew for the place it gets, and gives up when the builder does', async () => {
  const store = createOpenStore();
  const log = openLog(store, signer);
  const run = await seal(store, log, { at: nights[0], report: nightOf() });
  const places: (readonly [number, string | null])[] = [];
  const result = await log.append(async ({ seq, previous }) => {
    places.push([seq, previous]);
    if (places.length === 3) return undefined;
    await recordDelivery(openLog(store, signer), run, deliveryOf());
    const predicate = { seq, previous, runId: 'x', deliveries: [] };
    return { kind: 'delivery', predicate, subject: [] };
  });
  expect(result).toBeUndefined();
  expect(places).toEqual([
    [2, run.sha256],
    [3, sha256(present(store.files.get(keyOf(2))))],
    [4, sha256(present(store.files.get(keyOf(3))))],
  ]);
  expect(store.files.has(keyOf(4))).toBe(false);
});

it('says so when others take the place again and again', async () => {
  const store = createOpenStore();
  let builds = 0;
  const stubborn = openLog({ ...store, putIfAbsent: () => Promise.resolve(false) }, signer);
  const appending = stubborn.append(({ seq, previous }) => {
    builds += 1;
    const predicate = { seq, previous, runId: 'x', deliveries: [] };
    return Promise.resolve({ kind: 'delivery', predicate, subject: [] });
  });
  await expect(appending).rejects.toMatchObject({
    code: 'EVIDENCE_UNWRITABLE',
    message:
      'Evidence: 64 other records took the place first. Run fewer audits at once on one store.',
  });
  expect(builds).toBe(64);
});

it('puts no record that nobody could read', async () => {
  const store = await buildLog();
  const before = [...store.files.keys()];
  const appending = openLog(store, signer).append(({ seq, previous }) => {
    const deliveries = [deliveryOf({ min: 'worst' as never })];
    const predicate = { seq, previous, runId: 'x', deliveries };
    return Promise.resolve({ kind: 'delivery', predicate, subject: [] });
  });
  await expect(appending).rejects.toThrow(
    'Our own record has a predicate of an unknown type or a malformed one',
  );
  expect([...store.files.keys()]).toEqual(before);
});

const damages: Record<string, (bytes: Uint8Array) => Uint8Array | undefined> = {
  'garbage in the middle': () => bytesOf('garbage'),
  'an empty file in the middle': () => new Uint8Array(),
  'a record cut short': (bytes) => bytes.slice(0, bytes.length / 2),
  'a record that is missing': () => undefined,
};
it.each(Object.entries(damages))('reads on over %s', async (_name, damage) => {
  const store = await buildLog();
  const damaged = damage(present(store.files.get(keyOf(3))));
  if (damaged === undefined) store.files.delete(keyOf(3));
  else store.files.set(keyOf(3), damaged);
  expect(await seqsOf(store)).toEqual([1, 2, 4, 5]);
});

it('reads on over a record that lies in the place of another', async () => {
  const store = await buildLog();
  store.files.set(keyOf(3), present(store.files.get(keyOf(1))));
  expect(await seqsOf(store)).toEqual([1, 2, 4, 5]);
});

it('reads on over a record that is listed and not there', async () => {
  const store = await buildLog();
  const get = (key: string) => (key === keyOf(3) ? Promise.resolve(null) : store.get(key));
  expect(await seqsOf({ ...store, get })).toEqual([1, 2, 4, 5]);
});

it('reads down to where somebody took the beginning away', async () => {
  const store = await buildLog();
  for (const seq of [1, 2]) store.files.delete(keyOf(seq));
  expect(await seqsOf(store)).toEqual([3, 4, 5]);
});

it('appends after a damaged head, whose bytes it names', async () => {
  const store = await buildLog();
  store.files.set(keyOf(5), bytesOf('garbage'));
  const log = openLog(store, signer);
  const sealed = await seal(store, log, { at: '2026-11-27T18:00:00Z', report: nightOf() });
  expect([sealed.seq, sealed.predicate.previous]).toEqual([6, sha256('garbage')]);
});

it('is not fooled by other files in the log', async () => {
  const store = await buildLog();
  for (const name of ['README.md', '000000000099.json.bak', '99.json', 'x/000000000099.json']) {
    store.files.set(`log/${name}`, bytesOf('x'));
  }
  expect(await openLog(store, signer).head()).toMatchObject({ seq: 5 });
});

const record = bytesOf('a record');

/** A log of which only the places are taken, and what is asked of the store. */
function counted(seqs: readonly number[], change: Partial<EvidenceStore> = {}) {
  const store = createOpenStore([['runs/x/targets-0000.jsonl', record]]);
  for (const seq of seqs) store.files.set(keyOf(seq), record);
  const requests = { gets: 0, lists: 0, listedKeys: 0 };
  const asked: EvidenceStore = {
    ...store,
    get: (key) => {
      requests.gets += 1;
      return store.get(key);
    },
    list: async (prefix, after) => {
      const keys = await store.list(prefix, after);
      requests.lists += 1;
      requests.listedKeys += keys.length;
      return keys;
    },
    ...change,
  };
  return { store, requests, log: openLog(asked, undefined) };
}

const upTo = (length: number) => Array.from({ length }, (_, index) => index + 1);

const lengths = {
  'ten records': [10, { gets: 3, lists: 1, listedKeys: 10 }],
  'a year of nights': [730, { gets: 6, lists: 1, listedKeys: 218 }],
  'ten years of nights': [7_300, { gets: 12, lists: 1, listedKeys: 132 }],
} as const;
it.each(Object.entries(lengths))(
  'finds the head of %s without listing them all',
  async (_name, [length, first]) => {
    const { log, requests } = counted(upTo(length));
    expect(await log.head()).toEqual({ seq: length, sha256: sha256(record) });
    expect(requests).toEqual(first);
    // Asked again it starts where it was.
    await log.head();
    expect(requests).toEqual({ ...first, gets: first.gets + 2, lists: 2 });
  },
);

it('lists the log alone where it comes upon a gap', async () => {
  const { log, requests } = counted([1, 2, 5, 6]);
  expect(await recordsOf(log)).toEqual([]);
  expect([requests.lists, requests.listedKeys]).toEqual([2, 8]);
});

it('law: the head is the highest number there is, whatever gaps somebody made', async () => {
  const around = [1, 255, 256, 257, 511, 512, 513, 768, 1024, 7_300, 999_999_999_999];
  const someSeq = fc.oneof(
    fc.constantFrom(...around),
    fc.integer({ min: 1, max: 2_000 }),
    fc.integer({ min: 1, max: 999_999_999_999 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 1_100 }),
      fc.uniqueArray(someSeq, { maxLength: 12 }),
      fc.uniqueArray(someSeq, { maxLength: 12 }),
      async (length, added, removed) => {
        const seqs = [...new Set([...upTo(length), ...added])].filter(
          (seq) => !removed.includes(seq),
        );
        const { log } = counted(seqs);
        expect((await log.head())?.seq ?? 0).toBe(Math.max(0, ...seqs));
      },
    ),
  );
});

it('sees a record that a listing does not show yet', async () => {
  const { log } = counted(upTo(10), { list: () => Promise.resolve(upTo(7).map(keyOf)) });
  expect(await log.head()).toMatchObject({ seq: 10 });
});

it('says so when the head that was listed is not there', async () => {
  const store = await buildLog();
  const log = openLog({ ...store, get: () => Promise.resolve(null) }, signer);
  await expect(log.head()).rejects.toMatchObject({
    code: 'EVIDENCE_BROKEN',
    message: 'Evidence record 5 was listed and is not there.',
  });
});

it('reads a record once, since records never change', async () => {
  const store = await buildLog();
  const read: string[] = [];
  const log = openLog(
    {
      ...store,
      get: (key) => {
        if (store.files.has(key)) read.push(key);
        return store.get(key);
      },
    },
    signer,
  );
  await recordsOf(log);
  await recordsOf(log);
  expect(read).toEqual([5, 4, 3, 2, 1].map(keyOf));
});

it('gives the runs alone, from the latest down, and no more than are wanted', async () => {
  const log = openLog(await buildLog(), signer);
  const runs = async (maxRuns?: number) => {
    const seqs: number[] = [];
    for await (const { seq } of runsBackwards(log, maxRuns)) seqs.push(seq);
    return seqs;
  };
  expect([await runs(), await runs(2), await runs(1)]).toEqual([[5, 3, 1], [5, 3], [5]]);
});

it('stops reading where the reader stops', async () => {
  const store = await buildLog();
  editEnvelope(store, 1, (envelope) => ({ ...envelope, payload: '' }));
  for await (const record of openLog(store, signer).backwards()) {
    expect(record.seq).toBe(5);
    break;
  }
});

describe('reading far back', () => {
  /** Asked for by the walk itself, not by the search of the head; with how many more at the same time. */
  const walked = (last: number) => {
    let inFlight = 0;
    let isWalking = false;
    const asked: number[] = [];
    const together: number[] = [];
    const store = createOpenStore();
    for (const seq of upTo(last)) store.files.set(keyOf(seq), record);
    const get = async (key: string) => {
      if (!isWalking) return store.get(key);
      const seq = Number(key.slice(4, -5));
      asked.push(seq);
      inFlight += 1;
      together.push(inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      return store.get(key);
    };
    const list: EvidenceStore['list'] = async (prefix, after) => {
      const keys = await store.list(prefix, after);
      isWalking = true;
      return keys;
    };
    return { log: openLog({ ...store, get, list }, undefined), asked, together };
  };

  it('asks for the near records one by one, then for as many as it has, and for 32 at most', async () => {
    const { log, asked, together } = walked(150);
    expect(await recordsOf(log)).toEqual([]);
    // 151 ends the search of the head.
    expect(asked).toEqual([...upTo(151)].reverse());
    const rounds = together.filter((count, at) => (together[at + 1] ?? 0) <= count);
    expect(rounds).toEqual([...Array<number>(9).fill(1), 8, 16, 32, 32, 32, 22]);
  });

  it('does not fail over a record before that record is reached', async () => {
    const store = createOpenStore();
    const first = await seal(store, openLog(store, signer), { at: nights[0], report: nightOf() });
    for (let seq = 2; seq <= 30; seq += 1) {
      await recordDelivery(openLog(store, signer), first, deliveryOf());
    }
    let isFailing = true;
    const get = (key: string) =>
      isFailing && key === keyOf(12)
        ? Promise.reject(new AuditError('EVIDENCE_UNREADABLE', `No ${key}`))
        : store.get(key);
    const log = openLog({ ...store, get }, signer);
    const seen: number[] = [];
    const walking = (async () => {
      for await (const { seq } of log.backwards()) seen.push(seq);
    })();
    await expect(walking).rejects.toThrow(`No ${keyOf(12)}`);
    expect(seen).toEqual(upTo(30).slice(12).reverse());
    isFailing = false;
    expect((await recordsOf(log)).map(({ seq }) => seq)).toEqual(upTo(30));
  });
});

it('law: what is appended verifies, signed or not, in whatever order', async () => {
  const steps = fc.array(
    fc.record({
      night: fc.nat({ max: 5 }),
      status: fc.constantFrom('pass', 'fail', 'error'),
      isTold: fc.boolean(),
    }),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (nightly, isSigned) => {
      const store = createOpenStore();
      const log = openLog(store, isSigned ? signer : undefined);
      for (const { night, status, isTold } of nightly) {
        const at = new Date(Date.parse(nights[0]) + night * 86_400_000).toISOString();
        const run = await seal(store, log, { at, report: nightOf({ enabled: status }) });
        if (isTold) await recordDelivery(log, run, deliveryOf());
      }
      const publicKeys = isSigned ? [publicKey] : [];
      const { faults, unfinished } = await verifyLog(store, { publicKeys });
      expect({ faults, unfinished }).toEqual({ faults: [], unfinished: [] });
    }),
    { numRuns: 40 },
  );
});

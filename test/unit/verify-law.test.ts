import fc from 'fast-check';
import { expect, it } from 'vitest';

import { keyOf } from '../../shared/evidence/record.ts';
import { sha256 } from '../../shared/evidence/sign.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import { buildLog, createOpenStore, present, publicKey, type OpenStore } from '../support/log.ts';

const five = keyOf(5);

/** A byte of a file, and what it becomes; the last record has a law of its own. */
const edits = (keys: readonly string[]) =>
  fc.record({
    key: fc.constantFrom(...keys),
    place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    flip: fc.integer({ min: 1, max: 255 }),
  });

function change(store: OpenStore, key: string, place: number, flip: number): OpenStore {
  const copy = createOpenStore(store.files);
  const bytes = Uint8Array.from(present(copy.files.get(key)));
  const at = Math.floor(place * bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ flip;
  copy.files.set(key, bytes);
  return copy;
}

it('law: a changed byte in any file but the last record is noticed', async () => {
  const store = await buildLog();
  const keys = [...store.files.keys()].filter((key) => key !== five);
  await fc.assert(
    fc.asyncProperty(edits(keys), async ({ key, place, flip }) => {
      const edited = change(store, key, place, flip);
      const { faults } = await verifyLog(edited, { publicKeys: [publicKey] });
      expect(faults.length).toBeGreaterThan(0);
    }),
    { numRuns: 400 },
  );
});

it('law: a changed byte of the last record is noticed, given the head', async () => {
  const store = await buildLog();
  const knownHead = { seq: 5, sha256: sha256(present(store.files.get(five))) };
  await fc.assert(
    fc.asyncProperty(edits([five]), async ({ key, place, flip }) => {
      const edited = change(store, key, place, flip);
      const { faults } = await verifyLog(edited, { publicKeys: [publicKey], knownHead });
      expect(faults.length).toBeGreaterThan(0);
    }),
    { numRuns: 200 },
  );
});

it('law: a removed file is noticed, unless it is the last record', async () => {
  const store = await buildLog();
  for (const key of [...store.files.keys()].filter((name) => name !== five)) {
    const copy = createOpenStore(store.files);
    copy.files.delete(key);
    const { faults } = await verifyLog(copy, { publicKeys: [publicKey] });
    expect([key, faults.length > 0]).toEqual([key, true]);
  }
});

it('law: no bytes whatever in the place of a record make verify throw', async () => {
  const store = await buildLog();
  const seq = fc.integer({ min: 1, max: 5 });
  await fc.assert(
    fc.asyncProperty(seq, fc.uint8Array({ maxLength: 200 }), async (place, bytes) => {
      const copy = createOpenStore(store.files);
      copy.files.set(keyOf(place), bytes);
      const { faults } = await verifyLog(copy, { publicKeys: [publicKey] });
      expect(faults[0]).toMatchObject({ code: 'unreadable-record', key: keyOf(place) });
    }),
    { numRuns: 100 },
  );
});

it('law: a changed byte of the last record is noticed without a known head', async () => {
  const store = await buildLog();
  const bytes = present(store.files.get(keyOf(5)));
  const missed: number[] = [];
  for (let index = 0; index < bytes.length; index += 1) {
    const copy = createOpenStore(store.files);
    const edited = Uint8Array.from(bytes);
    edited[index] = (edited[index] ?? 0) ^ 1;
    copy.files.set(keyOf(5), edited);
    const { faults } = await verifyLog(copy, { publicKeys: [publicKey] });
    if (faults.length === 0) missed.push(index);
  }
  expect(missed).toEqual([]);
});

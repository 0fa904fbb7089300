/** Logs with gaps that an attacker made, as wide as numbers go. */
import { describe, expect, it } from 'vitest';

import { openLog } from '../../shared/evidence/chain.ts';
import { keyOf, lastPossibleSeq } from '../../shared/evidence/record.ts';
import { readRuns } from '../../shared/evidence/runs.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import {
  buildLog,
  bytesOf,
  envelopeOf,
  nightOf,
  nights,
  present,
  seal,
  signer,
} from '../support/log.ts';

describe('a record as far away as numbers go', () => {
  const far = keyOf(lastPossibleSeq);
  const withGap = async () => {
    const store = await buildLog();
    store.files.set(far, envelopeOf({}));
    return store;
  };

  it('is one gap to those who read runs', async () => {
    const entries = [];
    for await (const entry of readRuns(await withGap())) entries.push(entry);
    expect(entries.map((entry) => (entry.kind === 'run' ? entry.head.seq : entry.message))).toEqual(
      [
        1,
        3,
        5,
        'log/000000000006.json and all up to log/999999999998.json are missing',
        'log/999999999999.json is no in-toto Statement v1',
      ],
    );
  });

  it('is one gap to verify', async () => {
    const { faults } = await verifyLog(await withGap(), { publicKeys: [] });
    expect(faults.map(({ code, message }) => [code, message])).toEqual([
      ['gap', 'records 6 to 999999999998 missing'],
      ['unreadable-record', 'is no in-toto Statement v1'],
    ]);
  });

  it('does not keep a run from what was told before', async () => {
    const seqs = [];
    for await (const { seq } of openLog(await withGap(), signer).backwards()) seqs.push(seq);
    expect(seqs).toEqual([5, 4, 3, 2, 1]);
  });

  it('leaves no place for a record, and that is said', async () => {
    const store = await withGap();
    const sealing = seal(store, openLog(store, signer), { at: nights[0], report: nightOf() });
    await expect(sealing).rejects.toMatchObject({
      code: 'EVIDENCE_UNWRITABLE',
      message:
        'Evidence: log/999999999999.json is there, after which no record can come: somebody put it there. Run tcss-audit verify, keep the store as it is, and give the audit a new one.',
    });
    expect([...store.files.keys()].filter((key) => key > far && key.startsWith('log/'))).toEqual(
      [],
    );
  });

  it('is the last one, whatever lies beyond it', async () => {
    const store = await withGap();
    store.files.set(keyOf(lastPossibleSeq + 1), bytesOf('x'));
    expect(await openLog(store, signer).head()).toMatchObject({ seq: lastPossibleSeq });
  });

  it('may be taken by a record of ours, as every other place', async () => {
    const store = await buildLog();
    store.files.set(keyOf(lastPossibleSeq - 1), envelopeOf({}));
    const night = { at: '2026-11-27T18:00:00Z', report: nightOf() };
    expect((await seal(store, openLog(store, signer), night)).seq).toBe(lastPossibleSeq);
  });

  it('and gaps below it are each passed over', async () => {
    const store = await withGap();
    store.files.delete(keyOf(4));
    store.files.set(keyOf(500_000_000_000), present(store.files.get(keyOf(5))));
    const seqs = [];
    for await (const { seq } of openLog(store, signer).backwards()) seqs.push(seq);
    expect(seqs).toEqual([5, 3, 2, 1]);
  });
});

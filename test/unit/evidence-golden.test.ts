/**
 * The format is a promise to auditors: three records and their files, committed. When one of these tests
 * breaks, the format has changed: that takes a new predicateType and a reader for both, not new vectors.
 */
import { expect, it } from 'vitest';

import { openLog } from '../../shared/evidence/chain.ts';
import { keyOf } from '../../shared/evidence/record.ts';
import { sha256 } from '../../shared/evidence/sign.ts';
import { createFileStore } from '../../shared/evidence/stores/file.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import {
  createOpenStore,
  deliveryOf,
  goldenRoot,
  nightOf,
  nights,
  present,
  publicKey,
  recordDelivery,
  recordsOf,
  seal,
  signer,
} from '../support/log.ts';

const golden = createFileStore(goldenRoot);
const hashes = {
  'log/000000000001.json': 'c2e1f44f045c3f18136e81c464e21444e6f3894a5e29e18ff3eeb05454c3fac0',
  'log/000000000002.json': 'e59fdc47fe248bbb49107d41595cc80c070303f8a5cd80ed11c0b789b3d1f426',
  'log/000000000003.json': '1e1b1b2a11389ff6acee1435daf47ed653dfd43cf2f9ca9bd8f70f103675f2e3',
};
const head = { seq: 3, sha256: hashes['log/000000000003.json'] };

it.each(Object.entries(hashes))(
  'holds %s as it was written in November 2026',
  async (key, hash) => {
    expect(sha256(present(await golden.get(key)))).toBe(hash);
  },
);

it('verifies, with the published key and head', async () => {
  expect(await verifyLog(golden, { publicKeys: [publicKey], knownHead: head })).toEqual({
    records: 3,
    runs: 2,
    files: 3,
    head,
    signed: 3,
    faults: [],
    unfinished: [],
  });
});

it('reads what was written then', async () => {
  const [first, second, third] = await recordsOf(openLog(golden, undefined));
  expect(first).toMatchObject({
    kind: 'run',
    predicate: {
      seq: 1,
      previous: null,
      run: { id: 'nightly-20261124T180000Z', complete: true },
      counts: { targets: 1, pass: 0, fail: 1, waived: 1, error: 1, skip: 0 },
      open: [
        { policyId: 'enabled', status: 'error' },
        { policyId: 'vulnerabilities', status: 'fail' },
        { policyId: 'period', status: 'waived' },
      ],
    },
  });
  expect(second).toMatchObject({
    kind: 'delivery',
    predicate: { runId: 'nightly-20261124T180000Z', deliveries: [deliveryOf(), { min: 'high' }] },
  });
  expect(third).toMatchObject({
    kind: 'run',
    predicate: { open: [{ policyId: 'vulnerabilities', since: nights[0] }] },
  });
});

it('writes the same bytes tonight', async () => {
  const store = createOpenStore();
  const log = openLog(store, signer);
  const statuses = { vulnerabilities: 'fail', period: 'waived', enabled: 'error' } as const;
  const first = await seal(store, log, { at: nights[0], report: nightOf(statuses) });
  const refused = deliveryOf({
    channel: 'wecom:qyapi.weixin.qq.com#11111111',
    status: 'failed',
    attempts: 3,
    reason: 'errcode 45009: more than 20 messages a minute',
    min: 'high',
  });
  await recordDelivery(log, first, deliveryOf(), refused);
  await seal(store, log, { at: nights[1], report: nightOf({ vulnerabilities: 'fail' }) });

  const keys = (
    await Promise.all(['log/', 'policies/', 'runs/'].map((prefix) => golden.list(prefix)))
  ).flat();
  expect([...store.files.keys()].sort()).toEqual(keys);
  for (const key of keys) {
    expect([key, Buffer.from(present(store.files.get(key))).toString()]).toEqual([
      key,
      Buffer.from(present(await golden.get(key))).toString(),
    ]);
  }
  expect(keys.slice(0, 3)).toEqual([1, 2, 3].map(keyOf));
});

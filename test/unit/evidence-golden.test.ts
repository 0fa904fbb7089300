/**
 * The format is a promise to auditors: three records and their files, committed. When one of these tests
 * breaks, the format has changed: that takes a new predicateType and a reader for both, not new vectors.
 */
import { expect, it } from 'vitest';

import { openLog } from '../../shared/evidence/chain.ts';
import { keyOf } from '../../shared/evidence/record.ts';
import { fingerprintOf } from '../../shared/evidence/seal.ts';
import { sha256 } from '../../shared/evidence/sign.ts';
import { createFileStore } from '../../shared/evidence/stores/file.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import { uin } from '../support/fake-ports.ts';
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
  'log/000000000001.json': '2a749004be65a666649a66c52ed46fb898042a41132cffee9194a7a26ff341ba',
  'log/000000000002.json': 'c02ab678257e72427fad6c9da84fac4d2f0346cbc12c5e1b46abe194131a03b0',
  'log/000000000003.json': '4fa4b77f487888d422809a46952757cb97fb48db12627a7a02e49851a1eabb78',
};
const head = { seq: 3, sha256: hashes['log/000000000003.json'] };

it.each(Object.entries(hashes))(
  'holds %s as it was written in November 2026',
  async (key, hash) => {
    expect(sha256(present(await golden.get(key)))).toBe(hash);
  },
);

it('verifies, with the published key and head', async () => {
  // Its findings are made up, so they are not replayed; test/unit/replay.test.ts has a log whose findings follow.
  expect(await verifyLog(golden, { publicKeys: [publicKey], knownHead: head })).toEqual({
    records: 3,
    runs: 2,
    checkedRuns: 2,
    files: 3,
    findings: undefined,
    head,
    signed: 3,
    signers: [{ keyid: signer.keyid, records: 3, rows: [[1, 3]] }],
    faults: [],
    unchecked: [],
    unfinished: [],
    versions: {},
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
    predicate: {
      runId: 'nightly-20261124T180000Z',
      deliveries: [deliveryOf(), { min: 'high', told: [fingerprintOf('intl', uin, 'enabled')] }],
    },
  });
  expect(third).toMatchObject({
    kind: 'run',
    predicate: {
      timezone: 'Asia/Shanghai',
      missed: ['2026-11-25T06:00:00.000Z'],
      open: [
        { policyId: 'vulnerabilities', status: 'error', lastStatus: 'fail', since: nights[0] },
      ],
    },
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
    told: [fingerprintOf('intl', uin, 'enabled')],
  });
  await recordDelivery(log, first, deliveryOf(), refused);
  await seal(store, log, {
    at: nights[1],
    report: nightOf({ vulnerabilities: 'error' }),
    // Twelve hours after the last run, somebody's timer fired in vain.
    missedSince: (lastMs) => [new Date(lastMs + 43_200_000).toISOString()],
  });

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

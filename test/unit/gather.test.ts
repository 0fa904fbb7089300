import { describe, expect, it } from 'vitest';

import { collect, gather, joined } from '../../shared/gather.ts';
import { CloudError } from '../../shared/errors.ts';
import { tallyOf } from '../../shared/evidence/tally.ts';
import { encodeReport } from '../../shared/evidence/run-files.ts';
import type { AuditTarget } from '../../shared/targets.ts';
import {
  accountsOf,
  createManualClock,
  createReader,
  goodSettings,
  planAt,
  uin,
  waiverOf,
} from '../support/fake-ports.ts';
import { createOpenStore, nightOf, nights, textOf } from '../support/log.ts';

const [at] = nights;
const runId = 'nightly-20261124T180000Z';
const file = (index: number) => `runs/${runId}/targets-000${String(index)}.jsonl`;
const failing = nightOf({ vulnerabilities: 'error' });
const fine = nightOf();

describe('reports that are collected', () => {
  it('lie in the store, with what the record has to say of them', async () => {
    const store = createOpenStore();
    const waivers = [waiverOf(), waiverOf({ id: 'W-2', policy: 'period' })];
    const collector = collect(store, waivers, { runId });
    await collector.add(fine);
    await collector.add(failing);
    const gathered = await collector.finish();
    expect(textOf(store, file(0))).toBe(`${encodeReport(fine)}\n${encodeReport(failing)}\n`);
    expect(gathered).toMatchObject({ files: [{ name: file(0) }], waivers: ['W-1'] });
    expect(gathered.tally).toEqual(tallyOf([fine, failing]));
  });

  it('need each waiver once', async () => {
    const collector = collect(createOpenStore(), [waiverOf()], { runId });
    await collector.add(failing);
    await collector.add(failing);
    expect((await collector.finish()).waivers).toEqual(['W-1']);
  });
});

describe('all targets in one process', () => {
  const targets: readonly AuditTarget[] = [
    { uin, site: 'intl' },
    { uin: '100000000002', site: 'intl', roleArn: 'qcs::cam::uin/100000000002:roleName/A' },
  ];
  const ports = () => ({
    accounts: accountsOf(createReader(() => goodSettings)),
    clock: createManualClock(Date.parse(at)),
    store: createOpenStore(),
  });

  it('are read, judged and put', async () => {
    const world = ports();
    const gathered = await gather(world, planAt(at), targets);
    expect(gathered.files.map(({ name }) => name)).toEqual([file(0)]);
    expect(gathered.tally.counts).toEqual({
      ...{ targets: 2, pass: 6, fail: 0, waived: 0, error: 0, skip: 0 },
    });
    expect(textOf(world.store, file(0)).split('\n')).toHaveLength(3);
  });

  it('need the waivers of the plan', async () => {
    const accounts = accountsOf(createReader(() => new CloudError('Timeout', 'made up')));
    const plan = planAt(at, { waivers: [waiverOf()] });
    expect((await gather({ ...ports(), accounts }, plan, targets)).waivers).toEqual(['W-1']);
  });

  it('are put as the options say', async () => {
    const options = { firstIndex: 7, maxBytes: 1 };
    const { files } = await gather(ports(), planAt(at), targets, options);
    expect(files.map(({ name }) => name)).toEqual([file(7), file(8)]);
  });
});

describe('what several gathered', () => {
  const part = (name: string, waivers: readonly string[], report = fine) => ({
    files: [{ name, digest: { sha256: '0'.repeat(64) } }],
    tally: tallyOf([report]),
    waivers,
  });

  it('is put together in their order, each waiver once', () => {
    const all = joined([part('a', ['W-1', 'W-2']), part('b', ['W-2', 'W-3'], failing)]);
    expect(all.files.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(all.tally).toEqual(tallyOf([fine, failing]));
    expect(all.waivers).toEqual(['W-1', 'W-2', 'W-3']);
  });

  it('is nothing of nobody', () => {
    expect(joined([])).toEqual({ files: [], tally: tallyOf([]), waivers: [] });
  });
});

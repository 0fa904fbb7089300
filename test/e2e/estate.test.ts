/** Many accounts: the built function, deployed to the simulated platform, where it invokes itself. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { allPermissions, createEstate, type Simulator } from '../../simulator/simulator.ts';
import { setStage, type Stage } from '../support/stage.ts';
import { deploy } from '../support/scf.ts';
import { scfClient } from '../support/sim-client.ts';

const functionName = 'tcss-audit';
const first = '100000000001';
const scheduledMs = Date.UTC(2026, 10, 24, 18);
const runId = 'nightly-20261124T180000Z';

let stage: Stage;
let simulator: Simulator;

const code = Object.fromEntries(
  readdirSync('dist/audit').map((name) => [name, readFileSync(join('dist/audit', name), 'utf8')]),
);

interface Scene {
  readonly members: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly permissions?: readonly string[];
}

async function setEstate({ members, timeout = 60, permissions = allPermissions }: Scene) {
  const [own, ...others] = createEstate(members);
  const role = { name: 'audit-role', trusts: ['scf.qcloud.com'], permissions };
  const accounts = [{ ...own, roles: [role] }, ...others] as const;
  stage = await setStage({ accounts, scf: { retryWaitMs: 50 }, keepRequests: false });
  simulator = stage.simulator;
  const targets = accounts.map(({ uin }, index) =>
    index === 0 ? { uin } : { uin, roleArn: `qcs::cam::uin/${uin}:roleName/TcssAudit` },
  );
  const { AUDIT_ENDPOINT, AUDIT_EVIDENCE, AUDIT_WEBHOOKS } = stage.env;
  const environment = {
    ...{ AUDIT_ENDPOINT, AUDIT_EVIDENCE, AUDIT_WEBHOOKS },
    AUDIT_POLICIES: 'image-scan',
    AUDIT_TARGETS: 'targets.json',
  };
  await deploy(
    simulator,
    { ...code, 'targets.json': JSON.stringify(targets) },
    {
      ...{ FunctionName: functionName, Role: 'audit-role', MemorySize: 256, Timeout: timeout },
      Handler: 'index.main_handler',
      Environment: {
        Variables: Object.entries(environment).map(([Key, Value]) => ({ Key, Value: Value ?? '' })),
      },
    },
  );
  await scfClient(simulator).CreateTrigger({
    ...{ FunctionName: functionName, TriggerName: 'nightly', Type: 'timer' },
    ...{ TriggerDesc: '0 0 2 * * * *', Enable: 'OPEN' },
  });
}

const tick = () => simulator.scf.fire(functionName, 'nightly', scheduledMs);

async function targetsInRecord(): Promise<readonly string[]> {
  const reports = await stage.reports(runId);
  return reports.map(({ target }) => (target as { readonly uin: string }).uin).sort();
}

afterEach(async () => {
  await stage.close();
});

const isShard = (event: unknown) => JSON.stringify(event).startsWith('{"shard"');

describe('four hundred accounts in shards', () => {
  // Of a minute, 21 s are for a first attempt: 169 accounts.
  beforeEach(() => setEstate({ members: 399 }));

  it('are each in the record once, and told once', async () => {
    simulator.setSettings(
      (settings) => ({ ...settings, ScanVul: false }),
      undefined,
      '100000000300',
    );
    const runs = await tick();
    expect(runs.map(({ statusCode }) => statusCode)).toEqual([200]);
    const shards = simulator.scf.invocations.filter(({ event }) => isShard(event));
    expect(shards.length).toBeGreaterThan(1);
    const uins = await targetsInRecord();
    expect(uins).toHaveLength(400);
    expect(new Set(uins).size).toBe(400);
    expect([uins[0], uins.at(-1)]).toEqual([first, '100000000400']);
    const [record] = await stage.records();
    expect(record?.predicate).toMatchObject({
      counts: { targets: 400, fail: 1, error: 0 },
      run: { complete: true },
      abandoned: [],
    });
    expect(await stage.faults()).toEqual([]);
    expect(simulator.inbox).toHaveLength(3);

    // The same tick again: nothing is read, nothing is said.
    const before = simulator.requestCounts.get('DescribeAssetImageScanSetting');
    expect((await tick()).map(({ statusCode }) => statusCode)).toEqual([200]);
    expect(simulator.requestCounts.get('DescribeAssetImageScanSetting')).toBe(before);
    expect(simulator.inbox).toHaveLength(3);
  });

  it('survive a shard that is killed in the middle: it is invoked once more', async () => {
    simulator.scf.killNext({
      functionName,
      where: isShard,
      afterMs: 300,
    });
    expect((await tick()).map(({ statusCode }) => statusCode)).toEqual([200]);
    const [record] = await stage.records();
    expect(record?.predicate).toMatchObject({ counts: { targets: 400, error: 0 } });
    expect(await stage.faults()).toEqual([]);
  });

  it('survive that the invocation with the tick is killed: its retry seals all of them', async () => {
    simulator.scf.killNext({
      functionName,
      where: (event) => !isShard(event),
      afterMs: 700,
    });
    const runs = await tick();
    expect(runs.at(-1)?.statusCode).toBe(200);
    expect(runs.length).toBeGreaterThan(1);
    expect(new Set(await targetsInRecord()).size).toBe(400);
    const [record] = await stage.records();
    expect(record?.predicate).toMatchObject({ counts: { targets: 400, error: 0 } });
    expect(await stage.faults()).toEqual([]);
  });

  it('are errors where their shard answers nonsense twice', async () => {
    simulator.setApiFault(
      { kind: 'result', result: { RetMsg: '{"shard":{"runId":"other"}}' } },
      { action: 'Invoke' },
    );
    await tick();
    const [record] = await stage.records();
    expect(record?.predicate).toMatchObject({
      counts: { targets: 400, pass: 0, fail: 0 },
      run: { complete: false },
    });
    expect(await stage.faults()).toEqual([]);
  });
});

it('reads in one instance where the role may not invoke the function, and logs it', async () => {
  const permissions = allPermissions.filter((name) => !name.startsWith('scf:Invoke'));
  await setEstate({ members: 299, permissions });
  const [run] = await tick();
  expect(run?.statusCode).toBe(200);
  const [record] = await stage.records();
  expect(record?.predicate).toMatchObject({ counts: { targets: 300, error: 0 } });
  expect(run?.log).toContain('"event":"no-shards"');
  expect(run?.log).toContain('grant scf:Invoke to the role');
  expect(await stage.faults()).toEqual([]);
});

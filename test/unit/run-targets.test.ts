/** A run of several accounts in one invocation: what is sealed of each, waived, told and replayed. */
import { expect, it } from 'vitest';

import { judgePattern } from '../../cli/patterns.ts';
import { CloudError } from '../../shared/errors.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import { createReplay } from '../../shared/replay.ts';
import { collected, runAudit } from '../../shared/run.ts';
import { sources } from '../../shared/settings/sources.ts';
import type { TargetReport } from '../../shared/model.ts';
import type { AuditTarget } from '../../shared/targets.ts';
import { editLines, reseal } from '../support/judged-log.ts';
import {
  accept,
  createManualClock,
  createScriptedHttp,
  goodSettings,
  planAt,
  silentLog,
  uin,
  waiverOf,
} from '../support/fake-ports.ts';
import { createOpenStore, publicKey, signer } from '../support/log.ts';

const night = Date.UTC(2026, 10, 24, 18);
const version = '0.0.0-test';
const role = (account: string) => `qcs::cam::uin/${account}:roleName/TcssAudit`;
const targets: readonly AuditTarget[] = [
  { uin, site: 'intl', alias: 'own' },
  { uin: '2', site: 'cn', alias: 'prod', tags: ['pci'], roleArn: role('2'), externalId: 'CANARY' },
  { uin: '3', site: 'intl', roleArn: role('3'), policies: ['period', 'enabled'] },
  { uin: '4', site: 'intl', roleArn: role('4') },
];

/** Account 4 cannot be read and so comes first: what is done first is sealed first. */
const byAccount = (a: TargetReport, b: TargetReport) =>
  targets.findIndex(({ uin: one }) => one === a.target.uin) -
  targets.findIndex(({ uin: one }) => one === b.target.uin);

async function audit() {
  const store = createOpenStore();
  const clock = createManualClock(night);
  const http = createScriptedHttp(accept);
  const accounts = {
    open: ({ roleArn }: { readonly roleArn?: string }) =>
      roleArn === role('4')
        ? Promise.reject(new CloudError('Network', 'AssumeRole: no route'))
        : Promise.resolve({
            read: () => Promise.resolve({ ...goodSettings, ScanVul: false }),
            whoAmI: () => Promise.resolve(uin),
          }),
  };
  const waivers = [
    waiverOf({ targets: ['tag:pci'] }),
    waiverOf({ id: 'W-2', targets: ['alias:nobody'] }),
  ];
  const plan = planAt(new Date(night).toISOString(), { signer, targets, waivers });
  const ports = { accounts, store, clock, http: http.http, log: silentLog };
  const outcome = await runAudit(ports, plan);
  return {
    store,
    http,
    outcome,
    reports: [...(await collected(outcome))].sort(byAccount),
    ports,
    plan,
  };
}

const verify = (store: Awaited<ReturnType<typeof audit>>['store']) =>
  verifyLog(store, {
    publicKeys: [publicKey],
    replay: createReplay({ sources, version, judgePattern }),
  });

it('seals each account with what it takes to judge it again, and nothing of its external id', async () => {
  const { store, outcome, reports } = await audit();
  const { externalId: _, ...second } = targets[1] ?? {};
  expect(reports.map(({ target }) => target)).toEqual([
    targets[0],
    second,
    { ...targets[2], policies: ['enabled', 'period'] },
    targets[3],
  ]);
  expect(reports.map(({ findings }) => findings.map(({ status }) => status))).toEqual([
    ['pass', 'fail', 'pass'],
    ['pass', 'waived', 'pass'],
    ['pass', 'pass'],
    ['error', 'error', 'error'],
  ]);
  expect(outcome.counts).toEqual({ targets: 4, pass: 6, fail: 1, waived: 1, error: 3, skip: 0 });
  expect(outcome.predicate.waivers.map(({ id, state }) => [id, state])).toEqual([
    ['W-1', 'active'],
    ['W-2', 'unused'],
  ]);
  expect(outcome.predicate.run.complete).toBe(true);
  const everything = [...store.files.values()].map((bytes) => new TextDecoder().decode(bytes));
  expect(everything.join('\n')).not.toContain('CANARY');
  expect(await verify(store)).toMatchObject({ faults: [], unchecked: [], findings: 11 });
});

it('tells all of it in one notice, and the repeated tick nothing', async () => {
  const { http, ports, plan } = await audit();
  expect(http.requests).toHaveLength(1);
  const body = http.requests[0]?.body ?? '';
  for (const account of [`${uin} (own)`, '2 (prod)', '4']) expect(body).toContain(account);
  await runAudit(ports, plan);
  expect(http.requests).toHaveLength(1);
});

const forgeries: Record<string, [account: string, change: object, codes: readonly string[]]> = {
  'the policies that judge an account': ['3', { policies: ['enabled'] }, ['wrong-finding']],
  'that all policies judge it': ['3', { policies: undefined }, ['wrong-finding']],
  'policies that are none': ['3', { policies: 'enabled' }, ['malformed-report']],
  'a tag, for the sake of its waiver': [uin, { tags: ['pci'] }, ['wrong-finding']],
  'a tag that is a text': [uin, { tags: 'pci' }, ['malformed-report']],
};
it.each(Object.entries(forgeries))(
  'replay notices a lie about %s',
  async (_name, [account, change, codes]) => {
    const { store } = await audit();
    editLines(store, 1, (lines) =>
      lines.map((line) =>
        line.target['uin'] === account ? { ...line, target: { ...line.target, ...change } } : line,
      ),
    );
    reseal(store);
    const { faults } = await verify(store);
    expect([...new Set(faults.map(({ code }) => code))]).toEqual(codes);
  },
);

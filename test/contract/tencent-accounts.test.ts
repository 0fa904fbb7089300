/** Taking roles, held against the simulator by Tencent's own SDK. */
import { describe, expect, it } from 'vitest';

import { CloudError } from '../../shared/errors.ts';
import type { Account } from '../../shared/ports.ts';
import { createAccounts, type RoleKeys } from '../../shared/settings/tencent/accounts.ts';
import { survey } from '../../shared/survey.ts';
import type { TargetReport } from '../../shared/model.ts';
import type { AuditTarget } from '../../shared/targets.ts';
import { createEstate, type Simulator } from '../../simulator/simulator.ts';
import { planAt, policies } from '../support/fake-ports.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { scanSource } from '../support/settings.ts';
import { simulators, startMs } from '../support/sim-start.ts';

const start = simulators();
const forever = Number.MAX_SAFE_INTEGER;
const [first, second, third] = ['100000000001', '100000000002', '100000000003'] as const;
const member = (uin: string): AuditTarget => ({
  uin,
  site: 'intl',
  roleArn: `qcs::cam::uin/${uin}:roleName/TcssAudit`,
});

function open(simulator: Simulator, roleKeys: RoleKeys = new Map(), nowMs = startMs) {
  const clock = createManualClock(nowMs);
  const accounts = createAccounts(clock, {
    credential: simulator.credentials,
    region: 'ap-singapore',
    endpoint: new URL(simulator.url),
    locale: 'en',
    requestTimeoutMs: 5_000,
    sessionName: 'tcss-audit',
    roleKeys,
  });
  return { clock, accounts };
}

async function readAs(
  { clock, accounts }: ReturnType<typeof open>,
  account: Account,
): Promise<string> {
  try {
    const reader = await accounts.open(account, forever);
    await reader.read(scanSource, forever);
    return `read at ${String(clock.now() - startMs)}`;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return `${error.apiCode}: ${error.message}`;
  }
}

async function surveyOf(
  simulator: Simulator,
  targets: readonly AuditTarget[],
): Promise<readonly TargetReport[]> {
  const { clock, accounts } = open(simulator);
  const plan = { ...planAt(new Date(startMs).toISOString()), observeUntilMs: startMs + 60_000 };
  const reports: TargetReport[] = [];
  await survey({ clock, accounts }, plan, targets, (report) => {
    reports.push(report);
    return Promise.resolve();
  });
  accounts.close();
  return reports;
}

const observationOf = (reports: readonly TargetReport[], uin: string) =>
  reports.find(({ target }) => target.uin === uin)?.observations[0];

describe('the keys of a role', () => {
  it('are kept from run to run until shortly before they end', async () => {
    const simulator = await start({ accounts: createEstate(2) });
    const roleKeys: RoleKeys = new Map();
    const hourMs = 3_600_000;
    await readAs(open(simulator, roleKeys), member(second));
    await readAs(open(simulator, roleKeys, startMs + hourMs), member(second));
    expect(simulator.requestCounts.get('AssumeRole')).toBe(1);
    await readAs(open(simulator, roleKeys, startMs + 2 * hourMs - 299_000), member(second));
    expect(simulator.requestCounts.get('AssumeRole')).toBe(2);
  });

  it('that could not be had are asked for again by the next run', async () => {
    const simulator = await start({ accounts: createEstate(2) });
    const roleKeys: RoleKeys = new Map();
    simulator.setApiFault({ kind: 'html' }, { action: 'AssumeRole', times: 1 });
    expect(await readAs(open(simulator, roleKeys), member(second))).toBe(
      'BadAnswer: AssumeRole: the answer is not JSON; something other than the API may have answered: check AUDIT_ENDPOINT and proxies',
    );
    expect(await readAs(open(simulator, roleKeys), member(second))).toBe('read at 0');
  });

  it('that are refused are not used a second time', async () => {
    const simulator = await start({ accounts: createEstate(2) });
    const roleKeys: RoleKeys = new Map();
    simulator.setApiFault(
      { kind: 'api-error', code: 'AuthFailure.TokenFailure' },
      { action: 'DescribeAssetImageScanSetting', times: 1 },
    );
    expect(await readAs(open(simulator, roleKeys), member(second))).toMatch(
      /^AuthFailure\.TokenFailure: /,
    );
    expect(roleKeys.size).toBe(0);
    expect(await readAs(open(simulator, roleKeys), member(second))).toBe('read at 0');
  });

  const garbage: Record<string, Readonly<Record<string, unknown>>> = {
    'no keys': {},
    'null for keys': { Credentials: null },
    'a key without a token': { Credentials: { TmpSecretId: 'a', TmpSecretKey: 'b' } },
    'numbers for keys': { Credentials: { TmpSecretId: 1, TmpSecretKey: 2, Token: 3 } },
  };
  it.each(Object.entries(garbage))('are not made of %s', async (_name, settings) => {
    const simulator = await start({ accounts: createEstate(2) });
    const body = JSON.stringify({ Response: settings });
    simulator.setApiFault({ kind: 'http-status', status: 200, body }, { action: 'AssumeRole' });
    expect(await readAs(open(simulator), member(second))).toBe(
      'BadAnswer: AssumeRole: the answer holds no temporary keys',
    );
  });

  it('with the external id that the role asks for, and not with another', async () => {
    const simulator = await start({ accounts: createEstate(2, { externalId: 'right-id' }) });
    const account = member(second);
    expect(await readAs(open(simulator), { ...account, externalId: 'right-id' })).toBe('read at 0');
    expect(await readAs(open(simulator), { ...account, externalId: 'CANARY-ID' })).toBe(
      "UnauthorizedOperation: AssumeRole: You are not authorized to perform operation (sts:AssumeRole); grant sts:AssumeRole to the role, and let the target's role trust it (its trust policy, its external id)",
    );
    expect(await readAs(open(simulator), { ...account, externalId: 'CANARY-ID' })).not.toContain(
      'CANARY',
    );
  });
});

describe('a survey', () => {
  it('reads each account as itself', async () => {
    const simulator = await start({ accounts: createEstate(2) });
    simulator.setSettings((settings) => ({ ...settings, ScanVul: false }), undefined, third);
    const reports = await surveyOf(simulator, [
      { uin: first, site: 'intl' },
      { ...member(second), alias: 'b', externalId: 'abc', policies: ['vulnerabilities'] },
      member(third),
    ]);
    expect(reports.map(({ target }) => target).sort((a, b) => (a.uin < b.uin ? -1 : 1))).toEqual([
      { uin: first, site: 'intl' },
      { ...member(second), alias: 'b', policies: ['vulnerabilities'] },
      member(third),
    ]);
    const statuses = Object.fromEntries(
      reports.map(({ target, findings }) => [target.uin, findings.map(({ status }) => status)]),
    );
    expect(statuses).toEqual({
      [first]: ['pass', 'pass', 'pass'],
      [second]: ['pass'],
      [third]: ['pass', 'fail', 'pass'],
    });
  });

  it('never seals the settings of another account under a name', async () => {
    const simulator = await start({ accounts: createEstate(2) });
    const reports = await surveyOf(simulator, [{ uin: second, site: 'intl' }]);
    expect(observationOf(reports, second)).toMatchObject({
      error: {
        code: 'WrongAccount',
        message: `the credential belongs to ${first}, not to ${second}: give the target a roleArn, or its own uin`,
      },
    });
    expect(JSON.stringify(reports)).not.toContain('"settings"');
    expect(reports[0]?.findings.map(({ status }) => status)).toEqual(['error', 'error', 'error']);
  });

  it('makes the failure of one target that one alone', async () => {
    const simulator = await start({ accounts: createEstate(2) });
    simulator.setApiFault({ kind: 'html' }, { action: 'AssumeRole', uin: second });
    const reports = await surveyOf(simulator, [member(second), member(third)]);
    expect(observationOf(reports, second)).toMatchObject({ error: { code: 'BadAnswer' } });
    expect(observationOf(reports, third)).toHaveProperty('settings');
    expect(policies).toHaveLength(3);
  });
});

/** The states of the simulated cloud, as Tencent's client sees them. */
import { describe, expect, it } from 'vitest';
import { scenarioNames, type ScenarioName, type Simulator } from '../../simulator/simulator.ts';
import { describeSettings, failed, outcomeOf, stsClient } from '../support/sim-client.ts';
import { goodSettings as good, requestId, simulators } from '../support/sim-start.ts';

const start = simulators();

const read = (simulator: Simulator, timeoutSeconds = 10) =>
  outcomeOf(describeSettings(simulator, { timeoutSeconds })) as Promise<Record<string, unknown>>;

const limited = failed(
  'The request frequency exceeds the limit of 20 for a second. Please slow down.',
  'RequestLimitExceeded',
);

/** What the first, second and third reading give. */
const readings: Record<Exclude<ScenarioName, 'hostile'>, readonly unknown[]> = {
  good: [good],
  drift: [
    {
      ...good,
      ScanVul: false,
      ScanPeriod: 30,
      ExcludeImages: [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`],
    },
  ],
  disabled: [{ ...good, Enable: false }],
  denied: [
    failed(
      'you are not authorized to perform operation (tcss:DescribeAssetImageScanSetting) resource (*) has no permission',
      'AuthFailure.UnauthorizedOperation',
    ),
  ],
  flaky: [limited, limited, good, good],
  outage: [
    failed('Internal Server Error', undefined, 500),
    failed('Internal Server Error', undefined, 500),
  ],
  hang: [failed(expect.stringMatching(/network timeout/))],
  html: [failed(expect.stringMatching(/invalid json response body/))],
  nulls: [
    {
      ...Object.fromEntries(Object.keys(good).map((field) => [field, null])),
      RequestId: requestId,
    },
  ],
  legacy: [
    {
      All: false,
      Enable: true,
      Images: ['sha256:f8d1d3fe96d0bb9d04eab9043b53ed5280a409db58f2506e9f65caa11bb39ad1'],
      ScanPeriod: 1,
      ScanRisk: false,
      ScanTime: '11:05:00',
      ScanVirus: true,
      ScanVul: false,
      RequestId: requestId,
    },
  ],
};

describe('scenarios', () => {
  it.each(Object.entries(readings))('%s', async (name, expected) => {
    const simulator = await start({ scenario: name as ScenarioName });
    const seen: unknown[] = [];
    while (seen.length < expected.length) {
      seen.push(await read(simulator, name === 'hang' ? 0.2 : 10));
    }
    expect(seen).toEqual(expected);
    expect(await stsClient(simulator).GetCallerIdentity()).toMatchObject({
      UserId: '100000000001',
    });
  });

  it('names them all', () => {
    expect([...scenarioNames]).toEqual([...Object.keys(readings), 'hostile']);
  });

  const hostilities: Record<string, string | RegExp> = {
    'a mention of a Slack channel': '<!channel>',
    'a mention of everybody': '@all',
    'a mention tag': '<at id=all>',
    'a coloured font': '<font color="warning">',
    'bold markdown': '**',
    'a markdown link': /\[[^\]]+\]\(https:/,
    backticks: '```',
    'a control character': '\u0007',
    'a right-to-left override': '\u202e',
    'a lone surrogate': /\p{Cs}/u,
    'a line feed': '\n',
  };
  it.each(Object.entries(hostilities))('hostile holds %s', async (_name, hostility) => {
    const { Images, ExcludeImages, ClusterIDs, ScanResult } = await read(
      await start({ scenario: 'hostile' }),
    );
    const texts = [Images, ExcludeImages, ClusterIDs, ScanResult].flat().join('\u0000');
    expect(texts).toMatch(hostility);
  });
});

describe('changes', () => {
  it('lays each change on top of the earlier ones', async () => {
    const simulator = await start();
    simulator.setSettings((settings) => ({ ...settings, ScanVul: false }));
    simulator.setSettings(({ ScanRisk: _dropped, ...settings }) => settings);
    const { ScanRisk: _dropped, ...rest } = good;
    expect(await read(simulator)).toEqual({ ...rest, ScanVul: false });
  });

  it('forgets changes and faults with the next scenario', async () => {
    const simulator = await start({ scenario: 'outage' });
    simulator.setSettings((settings) => ({ ...settings, ScanVul: false }));
    simulator.setApiFault({ kind: 'reset' });
    simulator.setScenario('disabled');
    expect(await read(simulator)).toEqual({ ...good, Enable: false });
  });

  it('forgets what it received', async () => {
    const simulator = await start();
    await read(simulator);
    await fetch(simulator.heartbeat);
    simulator.clear();
    expect([simulator.requests, simulator.inbox]).toEqual([[], []]);
  });
});

describe('control', () => {
  it('switches the scenario', async () => {
    const simulator = await start();
    const response = await fetch(`${simulator.url}/_simulator/scenario/disabled`, {
      method: 'PUT',
    });
    expect([response.status, await response.json()]).toEqual([200, { scenario: 'disabled' }]);
    expect(await read(simulator)).toEqual({ ...good, Enable: false });
  });

  it('lists the scenarios when there is none of that name', async () => {
    const simulator = await start();
    const url = `${simulator.url}/_simulator/scenario/constructor`;
    const response = await fetch(url, { method: 'PUT' });
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: 'no such scenario', scenarioNames },
    ]);
  });

  it('shows what it received', async () => {
    const simulator = await start();
    await read(simulator);
    await fetch(simulator.heartbeat);
    const [requests, inbox] = await Promise.all(
      ['requests', 'inbox'].map(async (name) => {
        const response = await fetch(`${simulator.url}/_simulator/${name}`);
        return (await response.json()) as unknown;
      }),
    );
    expect([requests, inbox]).toEqual([simulator.requests, simulator.inbox]);
  });

  it('has no other route', async () => {
    const simulator = await start();
    const response = await fetch(`${simulator.url}/_simulator/inbox`, { method: 'DELETE' });
    expect([response.status, await response.json()]).toEqual([404, { error: 'no such route' }]);
  });
});

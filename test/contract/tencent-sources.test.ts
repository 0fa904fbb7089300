/** Every source, read by our client from the simulator: what the one documents the other answers. */
import { describe, expect, it } from 'vitest';

import { CloudError } from '../../shared/errors.ts';
import type { JsonObject, Observation, Source } from '../../shared/model.ts';
import { observe } from '../../shared/settings/observe.ts';
import { sources } from '../../shared/settings/sources.ts';
import type { ScenarioName, Simulator } from '../../simulator/simulator.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { openReader } from '../support/reader.ts';
import { simulators, startMs } from '../support/sim-start.ts';
import { sourceNamed } from '../support/settings.ts';

const start = simulators();
const rows = Object.values(sources);

async function read(
  simulator: Simulator,
  wanted: readonly Source[],
): Promise<readonly Observation[]> {
  const clock = createManualClock(startMs);
  const reader = openReader(clock, {
    credential: simulator.credentials,
    site: 'cn',
    region: 'ap-guangzhou',
    endpoint: new URL(simulator.url),
    locale: 'en',
    requestTimeoutMs: 5_000,
  });
  try {
    const options = { deadlineMs: startMs + 600_000, timezone: 'Asia/Shanghai' };
    return await observe({ reader, clock }, wanted, options);
  } finally {
    reader.close();
  }
}

async function readOne(simulator: Simulator, id: string): Promise<Observation> {
  const [observation] = await read(simulator, [sourceNamed(id)]);
  if (observation === undefined) throw new Error('not read');
  return observation;
}

describe('every source', () => {
  it('is answered as it is documented, and every fact can be derived', async () => {
    const observations = await read(await start(), rows);
    expect(
      observations.map((observation) => ({
        source: observation.source,
        said: 'error' in observation ? observation.error.message : observation.drift,
        fields: 'settings' in observation ? Object.keys(observation.settings).sort() : [],
        facts: 'facts' in observation ? Object.keys(observation.facts).sort() : [],
      })),
    ).toEqual(
      rows.map((source) => ({
        source: source.id,
        said: undefined,
        fields: Object.keys(source.fields)
          .filter((name) => name !== 'All' || source.id !== 'DescribeAssetImageScanSetting')
          .sort(),
        facts: Object.keys(source.facts).sort(),
      })),
    );
  });

  it('is called once, with the permission that it names', async () => {
    const permissions = rows.map(({ camAction }) => camAction);
    const account = { secretId: 'ID', secretKey: 'KEY', uin: '100000000001', permissions };
    const simulator = await start({ accounts: [account] });
    await read(simulator, rows);
    expect(simulator.requests.map(({ action, outcome }) => `${action} ${outcome}`).sort()).toEqual(
      rows.map(({ action }) => `${action} ok`).sort(),
    );
  });

  it('is an error of its own where the account may not read it', async () => {
    const account = { secretId: 'ID', secretKey: 'KEY', uin: '100000000001', permissions: [] };
    const observations = await read(await start({ accounts: [account] }), rows);
    for (const [index, observation] of observations.entries()) {
      const camAction = rows[index]?.camAction ?? '';
      expect(observation).toMatchObject({
        error: {
          code: 'AuthFailure.UnauthorizedOperation',
          message: expect.stringContaining(`grant ${camAction} to the role`) as string,
        },
      });
    }
  });

  it('holds no facts where all its fields are null, or is an error where it counts a list', async () => {
    const observations = await read(await start({ scenario: 'nulls' }), rows);
    for (const [index, observation] of observations.entries()) {
      const { paging } = rows[index] ?? {};
      expect([
        observation.source,
        'facts' in observation ? observation.facts : observation.error.code,
      ]).toEqual([observation.source, paging === undefined ? {} : 'BadAnswer']);
    }
  });

  const whole: readonly ScenarioName[] = ['drift', 'disabled', 'flaky', 'legacy', 'hostile'];
  it.each(whole)('is read in the scenario %s', async (scenario) => {
    const others = rows.filter(({ id }) => id !== 'DescribeAssetImageScanSetting');
    const observations = await read(await start({ scenario }), others);
    expect(observations.filter((observation) => 'error' in observation)).toEqual([]);
  });

  const blind: readonly ScenarioName[] = ['denied', 'outage', 'html'];
  it.each(blind)('is an error in the scenario %s', async (scenario) => {
    const observations = await read(await start({ scenario }), rows.slice(0, 5));
    expect(observations.every((observation) => 'error' in observation)).toBe(true);
  });
});

describe('DescribeVirusScanTimeoutSetting', () => {
  it('is asked for each kind of scan', async () => {
    const simulator = await start();
    const asked: unknown[] = [];
    simulator.setSettings((settings) => {
      asked.push(settings);
      return { Timeout: 4 + asked.length };
    }, 'DescribeVirusScanTimeoutSetting');
    expect(await readOne(simulator, 'DescribeVirusScanTimeoutSetting:scheduled')).toMatchObject({
      settings: { Timeout: 5 },
    });
    expect(await readOne(simulator, 'DescribeVirusScanTimeoutSetting:on-demand')).toMatchObject({
      settings: { Timeout: 6 },
    });
  });
});

describe('a list that comes in pages', () => {
  const action = 'DescribeReverseShellWhiteLists';
  const entries = (count: number, from = 0): readonly JsonObject[] =>
    Array.from({ length: count }, (_, index) => ({
      Id: `W-${String(from + index)}`,
      IsGlobal: false,
      ImageIds: ['sha256:a'],
    }));
  const error = (message: string) => ({ code: 'BadAnswer', message: `${action}: ${message}` });

  const lengths: Record<string, [count: number, requests: number]> = {
    'nothing at all': [0, 1],
    'one page': [99, 1],
    'exactly a page': [100, 1],
    'one more than a page': [101, 2],
    'many pages': [550, 6],
  };
  it.each(Object.entries(lengths))('is read whole: %s', async (_name, [count, requests]) => {
    let ids = 0;
    const newRequestId = () => `r-${String((ids += 1))}`;
    const simulator = await start({ newRequestId });
    simulator.setSettings(() => ({ WhiteListSet: entries(count) }), action);
    expect(await readOne(simulator, action)).toEqual({
      source: action,
      observedAt: new Date(startMs).toISOString(),
      requestId: Array.from({ length: requests }, (_, index) => `r-${String(index + 1)}`).join(' '),
      settings: { TotalCount: count, WhiteListSet: entries(count) },
      facts: { entryCount: count, allImagesEntryCount: 0 },
    });
    expect(simulator.requests).toHaveLength(requests);
  });

  it('goes on where one page needs another try', async () => {
    const simulator = await start();
    simulator.setSettings(() => ({ WhiteListSet: entries(250) }), action);
    simulator.setApiFault({ kind: 'api-error', code: 'InternalError' }, { times: 2 });
    expect(await readOne(simulator, action)).toMatchObject({ facts: { entryCount: 250 } });
    expect(simulator.requests).toHaveLength(5);
  });

  /** What the list is at each request. */
  const changing: Record<string, [answers: readonly JsonObject[], message: string]> = {
    'grows between two pages': [
      [{ WhiteListSet: entries(150) }, { WhiteListSet: entries(151) }],
      'the list changed while it was read: TotalCount was 150 and is 151',
    ],
    'shrinks between two pages': [
      [{ WhiteListSet: entries(250) }, { WhiteListSet: entries(100) }],
      'the list changed while it was read: TotalCount was 250 and is 100',
    ],
    'has one entry in the place of another': [
      [{ WhiteListSet: entries(150) }, { WhiteListSet: entries(150, -1) }],
      'WhiteListSet has an item twice: "W-99"',
    ],
    'counts more than it gives': [
      [{ TotalCount: 150, WhiteListSet: entries(120) }],
      'the page at 100 of 150 has 20 items, and must have 50',
    ],
    'counts less than it gives': [
      [{ TotalCount: 3, WhiteListSet: entries(5) }],
      'the page at 0 of 3 has 5 items, and must have 3',
    ],
    'gives no entries': [
      [{ TotalCount: 3, WhiteListSet: null }],
      'the page at 0 of 3 has 0 items, and must have 3',
    ],
    'gives a text for its entries': [
      [{ TotalCount: 3, WhiteListSet: 'abc' }],
      'the page at 0 of 3 has no WhiteListSet, and must have 3',
    ],
    'does not count': [
      [{ TotalCount: null, WhiteListSet: entries(5) }],
      'the answer does not say in TotalCount how long the list is',
    ],
    'counts by text': [
      [{ TotalCount: '5', WhiteListSet: entries(5) }],
      'the answer does not say in TotalCount how long the list is',
    ],
    'counts below nothing': [
      [{ TotalCount: -1, WhiteListSet: [] }],
      'the answer does not say in TotalCount how long the list is',
    ],
    'has no end': [
      [{ TotalCount: 1_000_000, WhiteListSet: entries(100) }],
      'the list has 1000000 items, more than can be read',
    ],
  };
  it.each(Object.entries(changing))(
    'is an error where it %s',
    async (_name, [answers, message]) => {
      const simulator = await start();
      let asked = 0;
      simulator.setSettings(() => answers[Math.min(asked++, answers.length - 1)] ?? {}, action);
      expect(await readOne(simulator, action)).toMatchObject({ error: error(message) });
    },
  );

  it('is an error where one page cannot be read', async () => {
    const simulator = await start();
    let asked = 0;
    simulator.setSettings(() => {
      asked += 1;
      if (asked === 2) simulator.setApiFault({ kind: 'http-status', status: 403 });
      return { WhiteListSet: entries(350) };
    }, action);
    expect(await readOne(simulator, action)).toMatchObject({ error: { code: 'Http403' } });
  });

  it('takes no longer than a minute', async () => {
    const clock = createManualClock(startMs);
    const simulator = await start();
    simulator.setSettings(() => ({ WhiteListSet: entries(350) }), action);
    const options = {
      credential: simulator.credentials,
      site: 'cn' as const,
      region: 'ap-guangzhou',
      endpoint: new URL(simulator.url),
      locale: 'en' as const,
      requestTimeoutMs: 5_000,
    };
    // Every look at the clock takes 20 s, so that the third page is too late.
    let nowMs = startMs;
    const slow = { ...clock, now: () => (nowMs += 20_000) };
    const reader = openReader(slow, options);
    const reading = reader.read(sourceNamed(action), startMs + 600_000);
    await expect(reading).rejects.toBeInstanceOf(CloudError);
    reader.close();
  });

  it('merges the second list of the same rules', async () => {
    const simulator = await start();
    const name = 'DescribeAbnormalProcessRules';
    const rules = Array.from({ length: 130 }, (_, index) => ({
      RuleId: String(index),
      IsDefault: false,
      IsEnable: true,
    }));
    const parts = rules.map((rule) => ({
      ...rule,
      ChildRules: [{ RuleMode: 'RULE_MODE_RELEASE' }],
    }));
    simulator.setSettings(() => ({ RuleSet: rules, RuleExtSet: parts }), name);
    expect(await readOne(simulator, name)).toMatchObject({
      settings: { TotalCount: 130, RuleSet: rules, RuleExtSet: parts },
      facts: { ruleCount: 130, releasedCount: 130 },
    });
    simulator.setSettings(() => ({ RuleSet: rules, RuleExtSet: parts.slice(0, 129) }), name);
    expect(await readOne(simulator, name)).toMatchObject({
      error: { message: `${name}: RuleExtSet has 129 of 130 items, so the list is not whole` },
    });
    simulator.setSettings(() => ({ RuleSet: rules }), name);
    const observation = await readOne(simulator, name);
    expect('facts' in observation ? Object.keys(observation.facts) : observation).toEqual([
      'ruleCount',
      'enabledRuleCount',
    ]);
  });
});

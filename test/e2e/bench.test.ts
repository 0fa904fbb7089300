/** The bench runs, and counts right: what it measures is no test's business. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { library } from '../support/settings.ts';

async function bench<Shape>(...args: readonly string[]): Promise<Shape> {
  const { stdout } = await promisify(execFile)('npx', ['tsx', 'bench/index.ts', ...args]);
  return JSON.parse(stdout) as Shape;
}

interface All {
  readonly budgets: readonly Record<string, unknown>[];
  readonly details: Readonly<Record<string, unknown>>;
}

interface Estate {
  readonly one: readonly Record<string, unknown>[];
  readonly shards?: Record<string, unknown>;
}

interface Engines {
  readonly policies: number;
  readonly answers: number;
  readonly verdicts: Readonly<Record<'pass' | 'fail' | 'skip', number>>;
  readonly rows: readonly Record<string, unknown>[];
  readonly whole: Readonly<Record<string, unknown>>;
}

const aNumber = expect.any(Number) as number;

it('measures every budget in one run', async () => {
  const { budgets, details } = await bench<All>('--json', '--quick');
  expect(Object.keys(details)).toEqual([
    ...['cold-start', 'memory', 'size', 'run', 'estate', 'verify', 'engines', 'growth'],
  ]);
  expect(budgets.map(({ what }) => what)).toEqual([
    'cold start ÷ a client of 40 lines, the same request',
    'the same, of 21 requests the first',
    'peak memory of a run of one account',
    'zip of the audit function',
    'a run ÷ the slowest answers',
    'many targets on one instance ÷ the SDK alone',
    'the same, without the pace of STS',
    'peak memory of many targets',
    'verify, records a second ÷ bare',
    'verify with replay of each finding',
  ]);
  for (const one of budgets) {
    expect(one).toMatchObject({ figure: aNumber, isMet: expect.any(Boolean) as boolean });
    expect(one['figure']).toBeGreaterThan(0);
  }
}, 180_000);

it('counts the requests and posts of a run', async () => {
  const { rows } = await bench<{ readonly rows: readonly Record<string, unknown>[] }>(
    ...['run', '--json', '--quick'],
  );
  expect(rows.map(({ requests, posts }) => ({ requests, posts }))).toEqual([
    { requests: 21, posts: 3 },
    { requests: 1, posts: 3 },
    { requests: 21, posts: 3 },
    { requests: 1, posts: 3 },
  ]);
  for (const { wallMs, phasesMs } of rows) {
    const phases = Object.values(phasesMs as Readonly<Record<string, number>>);
    expect(phases.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(Number(wallMs), 3);
  }
});

it('reads every account on one instance, paced and not', async () => {
  const { one } = await bench<Estate>(
    ...['estate', '--json', '--only', 'one', '--targets', '30', '--pairs', '1'],
  );
  expect(one.map(({ what, targets, requests }) => ({ what, targets, requests }))).toEqual([
    { what: 'paced', targets: 3, requests: 6 },
    { what: 'paced', targets: 10, requests: 20 },
    { what: 'paced', targets: 30, requests: 60 },
    { what: 'paced, all failing', targets: 30, requests: 60 },
    { what: 'unpaced', targets: 30, requests: 60 },
  ]);
});

it('has every account in the record once, read in shards, and verified', async () => {
  const { shards } = await bench<Estate>(
    ...['estate', '--json', '--only', 'shards', '--shards', '1001', '--at-once', '2'],
  );
  expect(shards).toMatchObject({
    targets: 1001,
    shards: 2,
    atOnce: 2,
    counts: { targets: 1001, fail: 51, error: 0 },
    verifiedFindings: 12_012,
  });
});

it('judges by every engine, and all say the same', async () => {
  const { policies, answers, verdicts, rows, whole } = await bench<Engines>(
    ...['engines', '--json', '--quick'],
  );
  expect(policies).toBe(library.policies.length);
  expect(answers).toBeGreaterThan(300);
  const judgements = verdicts.pass + verdicts.fail + verdicts.skip;
  expect(Math.min(verdicts.pass, verdicts.fail, verdicts.skip)).toBeGreaterThan(100);
  expect(rows).toEqual(
    ['ours', 'ajv', 'cfworker', 'hyperjump', 'json-rules-engine'].map((engine) => ({
      ...{ engine, policies, judgements, refused: [] },
      ...{ setUpMs: aNumber, setUpRatio: aNumber, setUpQuartiles: [aNumber, aNumber] },
      ...{ judgementNs: aNumber, judgementRatio: aNumber, judgementQuartiles: [aNumber, aNumber] },
    })),
  );
  expect(whole).toEqual({ judgementNs: aNumber, ratio: aNumber });
});

interface Growth {
  readonly policies: Grown;
  readonly targets: Grown;
  readonly nights: Grown;
}

interface Grown {
  readonly steps: readonly Readonly<Record<string, number>>[];
  readonly exponents: Readonly<Record<string, readonly unknown[]>>;
}

it('shows how cost grows, and counts the requests of a night', async () => {
  const { policies, targets, nights } = await bench<Growth>('growth', '--json', '--quick');
  const stepsOf = ({ steps }: Grown, ...names: readonly string[]) =>
    steps.map((step) => names.map((name) => step[name]));
  expect(stepsOf(policies, 'policies')).toEqual([[1], [10]]);
  expect(stepsOf(targets, 'targets', 'fails')).toEqual([
    [1, 0],
    [20, 1],
  ]);
  const [first, tenth] = stepsOf(nights, 'headRequests', 'runRequests');
  expect(tenth).toEqual(first);
  expect(nights.exponents).toMatchObject({ headRequests: [0], runRequests: [0] });
  for (const { steps, exponents } of [policies, targets, nights]) {
    for (const [name, between] of Object.entries(exponents)) {
      expect(between).toEqual([aNumber]);
      for (const step of steps) expect(step[name]).toBeGreaterThan(0);
    }
  }
}, 60_000);

it('says which benches there are', async () => {
  await expect(bench('speed')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      'There is no bench "speed": npm run bench cold-start|engines|estate|growth|memory|run|size|verify\n',
    ) as string,
  });
});

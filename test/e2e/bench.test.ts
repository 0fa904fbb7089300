/** The bench runs, and counts right: what it measures is no test's business. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

async function bench(...args: readonly string[]) {
  const { stdout } = await promisify(execFile)('npx', ['tsx', 'bench/index.ts', ...args]);
  return JSON.parse(stdout) as {
    readonly one: readonly Record<string, unknown>[];
    readonly shards?: Record<string, unknown>;
  };
}

it('reads every account on one instance, paced and not', async () => {
  const { one } = await bench(
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
  const { shards } = await bench(
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

it('says which benches there are', async () => {
  await expect(bench('speed')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      'There is no bench "speed": npm run bench estate|verify\n',
    ) as string,
  });
});

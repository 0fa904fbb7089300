/** The built function, killed at any moment, many at once, and on stores that say no. `npm test` builds it first. */
import { execFileSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { invoke, nightly, startFunction } from '../support/invoke.ts';
import { setStage, type Stage } from '../support/stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage({ scenario: 'drift' });
});
afterEach(async () => {
  await stage.close();
});

const told = () => stage.simulator.inbox.map(({ channel }) => channel).sort();
const everyChannel = ['generic', 'slack', 'wecom'];
const cosEnv = () => ({
  ...stage.env,
  AUDIT_EVIDENCE: 'cos://audit-1250000000/tcss?region=ap-singapore',
});

it(
  'killed at any moment, the log is whole, and a repetition tells what is open',
  { timeout: 120_000 },
  async () => {
    for (const [index, afterMs] of [20, 60, 100, 140, 180, 220, 260, 320].entries()) {
      const event = { ...nightly, Time: `2026-12-0${String(index + 1)}T18:00:00Z` };
      const { child, done } = startFunction({ env: stage.env, event });
      await new Promise((wake) => setTimeout(wake, afterMs));
      child.kill('SIGKILL');
      await done;
      expect([afterMs, await stage.faults()]).toEqual([afterMs, []]);
    }
    // The turn of one that was killed a moment ago may take up the whole of the next one's: then SCF tries again.
    const ended = await invoke({ env: stage.env });
    const { answer } = ended.error === undefined ? ended : await invoke({ env: stage.env });
    expect(ended.error ?? 'A retry sends what is missing.').toContain(
      'A retry sends what is missing.',
    );
    expect(answer).toMatchObject({ status: 'fail' });
    expect(await stage.faults()).toEqual([]);
    expect([...new Set(told())]).toEqual(everyChannel);
  },
);

it('eight at once on one store leave one chain of eight runs, and tell each channel once', async () => {
  const events = Array.from({ length: 8 }, (_, index) => ({
    ...nightly,
    TriggerName: `timer-${String(index)}`,
  }));
  const answers = await Promise.all(
    events.map((event) => invoke({ env: stage.env, event, remainingMs: 60_000 })),
  );
  expect(answers.map(({ answer }) => answer?.['status'])).toEqual(events.map(() => 'fail'));
  const records = await stage.records();
  expect(records.filter(({ kind }) => kind === 'run')).toHaveLength(8);
  expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index + 1));
  expect(await stage.faults()).toEqual([]);
  expect(told()).toEqual(everyChannel);
});

/** A folder of its own file system, where that may be mounted. */
async function mounted(path: string, options: string): Promise<boolean> {
  await mkdir(path, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

it.for([
  ['full', 'size=4k', 'ENOSPC: no space left on device'],
  // Node says ENOENT of a folder that it cannot make there.
  ['read-only', 'size=1m,ro', 'Give the audit a folder that it may write to'],
] as const)(
  'a disk that is %s: nothing is sealed, and every channel hears why',
  async ([, options, why], { skip }) => {
    const path = join(stage.folder, 'disk');
    if (!(await mounted(path, options))) skip('only root may mount');
    try {
      const { error, answer } = await invoke({
        env: { ...stage.env, AUDIT_EVIDENCE: `file:${path}` },
      });
      expect(answer).toBeUndefined();
      expect(error).toContain(why);
      expect(told()).toEqual(everyChannel);
      for (const { body } of stage.simulator.inbox) {
        expect(JSON.stringify(body)).not.toContain('violation');
      }
    } finally {
      execFileSync('umount', [path]);
      await rm(path, { recursive: true, force: true });
    }
  },
);

it.each([
  ['500', { kind: 'error', status: 500, code: 'InternalError' }],
  ['503', { kind: 'error', status: 503, code: 'ServiceUnavailable' }],
  ['403', { kind: 'error', status: 403, code: 'AccessDenied' }],
  ['a proxy', { kind: 'html', status: 200 }],
] as const)(
  'a bucket that answers %s for ever: no run, no pass, and it is told',
  async (_name, fault) => {
    stage.simulator.cos.setFault(fault, { operation: 'PutObject' });
    const { answer, error } = await invoke({ env: cosEnv(), remainingMs: 20_000 });
    expect(answer).toBeUndefined();
    expect(error).toContain('Evidence');
    expect([...stage.simulator.cos.objects.keys()]).toEqual([]);
    expect(told()).toEqual(everyChannel);
  },
);

it('a listing that lags behind repeats nothing', async () => {
  await invoke({ env: cosEnv() });
  stage.simulator.clear();
  stage.simulator.cos.setFault({ kind: 'stale-list', missing: 2 }, { operation: 'GetBucket' });
  const event = { ...nightly, Time: '2026-11-25T18:00:00Z' };
  const { answer } = await invoke({ env: cosEnv(), event });
  expect(answer).toMatchObject({ status: 'fail', evidence: { seq: 3 } });
  expect(told()).toEqual([]);
});

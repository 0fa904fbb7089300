/** The built function, killed at any moment, many at once, and on stores that say no. `npm test` builds it first. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, openSync, writeSync } from 'node:fs';
import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { readRuns } from '../../shared/evidence/runs.ts';
import { createFileStore } from '../../shared/evidence/stores/file.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import { openCos } from '../support/cos.ts';
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

it('eight at once on one bucket leave one chain of eight runs, and tell each channel once', async () => {
  const events = Array.from({ length: 8 }, (_, index) => ({
    ...nightly,
    TriggerName: `timer-${String(index)}`,
  }));
  const answers = await Promise.all(
    events.map((event) => invoke({ env: cosEnv(), event, remainingMs: 60_000 })),
  );
  expect(answers.map(({ answer }) => answer?.['status'])).toEqual(events.map(() => 'fail'));
  const { store } = openCos(stage.simulator, { use: 'read', prefix: 'tcss/' });
  const { faults, runs, unfinished } = await verifyLog(store, { publicKeys: [] });
  expect({ faults, runs, unfinished }).toEqual({ faults: [], runs: 8, unfinished: [] });
  expect(told()).toEqual(everyChannel);
});

it.each(['folder', 'bucket'] as const)(
  'the same tick eight times at once in one %s is one run, told once to each channel',
  async (place) => {
    const env = place === 'folder' ? stage.env : cosEnv();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => invoke({ env, remainingMs: 60_000 })),
    );
    expect(answers.map(({ answer }) => answer?.['status'])).toEqual(answers.map(() => 'fail'));
    const store =
      place === 'folder'
        ? createFileStore(stage.folder)
        : openCos(stage.simulator, { use: 'read', prefix: 'tcss/' }).store;
    const { faults, unfinished } = await verifyLog(store, { publicKeys: [] });
    expect({ faults, unfinished }).toEqual({ faults: [], unfinished: [] });
    const nights = [];
    for await (const night of readRuns(store)) nights.push(night);
    expect(nights).toMatchObject([{ kind: 'run', predicate: { counts: { targets: 1 } } }]);
    expect(told()).toEqual(everyChannel);
  },
);

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

/** Loaded before the function: each sync and each link of its disk takes so long. */
const slowDisk = (delayMs: number) => {
  const code = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const cell = new Int32Array(new SharedArrayBuffer(4));
    for (const name of ['fsyncSync', 'linkSync']) {
      const real = fs[name];
      fs[name] = (...args) => {
        Atomics.wait(cell, 0, 0, ${String(delayMs)});
        process.stderr.write('SLOW\\n');
        return real(...args);
      };
    }
    syncBuiltinESMExports();`;
  return `--import=data:text/javascript,${encodeURIComponent(code)}`;
};

it('a slow disk costs time and nothing else', async () => {
  const env = { ...stage.env, NODE_OPTIONS: slowDisk(150) };
  const { answer, error, output } = await invoke({ env, remainingMs: 60_000 });
  expect(error).toBeUndefined();
  expect(output.split('SLOW').length).toBeGreaterThan(8);
  expect(answer).toMatchObject({ status: 'fail', evidence: { seq: 1 } });
  expect((await stage.records()).map(({ kind }) => kind)).toEqual(['run', 'delivery']);
  expect(await stage.faults()).toEqual([]);
  expect(told()).toEqual(everyChannel);
});

/** The run reads the settings after it has opened the log and before it seals. */
function beforeTheSeal(act: () => void): void {
  let isDone = false;
  stage.simulator.setSettings((settings) => {
    if (!isDone) act();
    isDone = true;
    return settings;
  });
}

/** What each channel was told: of violations, or that the audit failed. */
const toldOf = (what: 'violations' | 'the failure') =>
  stage.simulator.inbox
    .filter(
      ({ body }) => /FAILED|"failure"/.test(JSON.stringify(body)) === (what === 'the failure'),
    )
    .map(({ channel }) => channel)
    .sort();

it.for([
  ['gets full', /ENOSPC/, fill],
  ['becomes read-only', /EROFS|ENOENT/, makeReadOnly],
] as const)(
  'a disk that %s in the middle of a run: the run says so, and a later one tells what is open',
  async ([, why, spoil], { skip }) => {
    const path = join(stage.folder, 'disk');
    if (!(await mounted(path, 'size=2m'))) skip('only root may mount');
    try {
      const env = { ...stage.env, AUDIT_EVIDENCE: `file:${path}` };
      beforeTheSeal(() => {
        spoil(path);
      });
      const { answer, error = '', exitCode } = await invoke({ env });
      expect({ answer, exitCode }).toEqual({ answer: undefined, exitCode: 0 });
      expect(error).toMatch(why);
      expect(error).toMatch(/^Evidence \S+ could not be written \(.+\)\. Give the audit a folder/);
      expect(toldOf('violations')).toEqual([]);
      expect(toldOf('the failure')).toEqual(everyChannel);
      remount(path, 'rw');
      await rm(join(path, 'filler'), { force: true });
      stage.simulator.clear();
      expect(await invoke({ env })).toMatchObject({ answer: { status: 'fail' } });
      expect(toldOf('violations')).toEqual(everyChannel);
      const { faults, runs } = await verifyLog(createFileStore(path), { publicKeys: [] });
      expect({ faults, runs }).toEqual({ faults: [], runs: 1 });
    } finally {
      execFileSync('umount', [path]);
    }
  },
);

it('the right to write is lost in the middle of a run: it ends with 3, and a later run tells what is open', async ({
  skip,
}) => {
  // Root may write everywhere: then somebody else has to.
  const nobody = 65534;
  const asNobody = ['setpriv', `--reuid=${String(nobody)}`, '--clear-groups', '--inh-caps=-all'];
  const isRoot = process.geteuid?.() === 0;
  if (isRoot && spawnSync('setpriv', [...asNobody.slice(1), 'true']).status !== 0) {
    return skip('needs setpriv to be somebody else than root');
  }
  const path = join(stage.folder, 'owned');
  await mkdir(path);
  if (isRoot) {
    await chmod(stage.folder, 0o755);
    await chown(path, nobody, nobody);
  }
  beforeTheSeal(() => {
    chmodSync(path, 0o555);
  });
  const command = [process.execPath, resolve('dist/cli/index.js'), 'run'];
  const run = async () => {
    const [program = '', ...args] = isRoot ? [...asNobody, ...command] : command;
    const child = spawn(program, args, {
      env: { ...stage.env, PATH: process.env['PATH'], AUDIT_EVIDENCE: `file:${path}` },
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  };

  const first = await run();
  expect(first).toMatchObject({ code: 3, stdout: '' });
  expect(first.stderr).toMatch(
    /^Evidence \S+ could not be written \(EACCES: .+\)\. Give the audit a folder/m,
  );
  expect(toldOf('violations')).toEqual([]);
  expect(toldOf('the failure')).toEqual(everyChannel);
  expect(await verifyLog(createFileStore(path), { publicKeys: [] })).toMatchObject({
    faults: [],
    records: 0,
  });

  await chmod(path, 0o755);
  stage.simulator.clear();
  expect(await run()).toMatchObject({ code: 1, stderr: '' });
  expect(toldOf('violations')).toEqual(everyChannel);
  expect(await verifyLog(createFileStore(path), { publicKeys: [] })).toMatchObject({
    faults: [],
    runs: 1,
  });
});

function fill(path: string): void {
  const room = Buffer.alloc(4096);
  const file = openSync(join(path, 'filler'), 'w');
  try {
    for (;;) writeSync(file, room);
  } catch {
    // Full: that is what was wanted.
  } finally {
    closeSync(file);
  }
}

function makeReadOnly(path: string): void {
  remount(path, 'ro');
}

function remount(path: string, mode: 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${mode}`, path]);
}

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

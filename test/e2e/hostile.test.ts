/**
 * Logs that an attacker made, read by the built command line in a process with little memory. The time limit is
 * no assertion on speed: it ends what would never end.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { sha256 } from '../../shared/evidence/sign.ts';
import {
  editLines,
  editPredicate,
  buildJudgedLog,
  reseal,
  targetsOf,
} from '../support/judged-log.ts';
import { bytesOf, editStatement, envelopeOf, type OpenStore } from '../support/log.ts';
import { setStage, type Stage } from '../support/stage.ts';
import packageJson from '../../package.json' with { type: 'json' };

const cli = resolve('dist/cli/index.js');
const memory = '--max-old-space-size=192';
const patienceMs = 240_000;

let stage: Stage;
beforeEach(async () => {
  stage = await setStage({ scenario: 'good' });
});
afterEach(async () => {
  await stage.close();
});

async function tcssAudit(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [memory, cli, ...args], {
    cwd: stage.folder,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  const folded = (text: string) =>
    text.replaceAll(stage.folder, '<folder>').replace(/[ \t]+$/gm, '');
  return { code, stdout: folded(stdout), stderr: folded(stderr) };
}

const root = () => join(stage.folder, 'hostile');
const at = (key: string) => join(root(), key);

async function lay(forge: (store: OpenStore) => void, isResealed = true): Promise<void> {
  const store = await buildJudgedLog(packageJson.version);
  forge(store);
  if (isResealed) reseal(store);
  for (const [key, bytes] of store.files) {
    mkdirSync(dirname(at(key)), { recursive: true });
    writeFileSync(at(key), bytes);
  }
}

const evidence = () => ['--evidence', `file:${root()}`];
const nothing = () => undefined;
const thirteenth = 'log/000000000013.json';

interface Case {
  readonly forge: (store: OpenStore) => void;
  /** What it is besides the chain's hashes is left as forged. */
  readonly isBroken?: true;
  readonly trick?: () => void;
  readonly verify: { readonly code: number; readonly first: string };
  readonly exported: { readonly code: number; readonly stderr: string };
}

const left = 'An export leaves no night out, and record';
const written = { code: 0, stderr: '6 runs written to night.json\n' };

const cases: Readonly<Record<string, Case>> = {
  'a record at the end of all numbers': {
    forge: (store) => store.files.set('log/999999999999.json', envelopeOf({})),
    isBroken: true,
    verify: {
      code: 1,
      first: 'GAP                log/000000000013.json  records 13 to 999999999998 missing',
    },
    exported: {
      code: 1,
      stderr: `${left} 13 cannot be read: log/000000000013.json and all up to log/999999999998.json are missing\n`,
    },
  },
  'a pipe that nobody writes to, as a record': {
    forge: nothing,
    trick: () => execFileSync('mkfifo', [at(thirteenth)]),
    verify: { code: 1, first: `UNREADABLE-RECORD  ${thirteenth}  is no regular file` },
    exported: {
      code: 1,
      stderr: `${left} 13 cannot be read: ${thirteenth} is no regular file\n`,
    },
  },
  'a pipe as a file of a run': {
    forge: nothing,
    trick: () => {
      rmSync(at(targetsOf(1)));
      execFileSync('mkfifo', [at(targetsOf(1))]);
    },
    verify: {
      code: 1,
      first: `MISSING-FILE  ${targetsOf(1)}  is sealed by log/000000000001.json and is missing`,
    },
    exported: {
      code: 1,
      stderr: `${left} 1 cannot be read: Evidence ${targetsOf(1)} is no file of evidence (it is no regular file).\n`,
    },
  },
  'a link to a device that never ends, as a record': {
    forge: nothing,
    trick: () => {
      symlinkSync('/dev/zero', at(thirteenth));
    },
    verify: { code: 1, first: `UNREADABLE-RECORD  ${thirteenth}  is no regular file` },
    exported: {
      code: 1,
      stderr: `${left} 13 cannot be read: ${thirteenth} is no regular file\n`,
    },
  },
  'a folder that links to itself, among the runs': {
    forge: nothing,
    trick: () => {
      symlinkSync('.', at('runs/loop'));
    },
    verify: {
      code: 0,
      first: 'Unfinished run: runs/loop/ has files that no record seals yet.',
    },
    exported: written,
  },
  'sixty megabytes of NUL, as a record': {
    forge: (store) => store.files.set(thirteenth, new Uint8Array(60_000_000)),
    isBroken: true,
    verify: { code: 1, first: `UNREADABLE-RECORD  ${thirteenth}  is not a JSON object` },
    exported: {
      code: 1,
      stderr: `${left} 13 cannot be read: ${thirteenth} is not a JSON object\n`,
    },
  },
  'a record nested ten million deep': {
    forge: (store) => store.files.set(thirteenth, bytesOf('['.repeat(10_000_000))),
    isBroken: true,
    verify: { code: 1, first: `UNREADABLE-RECORD  ${thirteenth}  is not a JSON object` },
    exported: {
      code: 1,
      stderr: `${left} 13 cannot be read: ${thirteenth} is not a JSON object\n`,
    },
  },
  'a line of half a million settings': {
    forge: (store) => {
      const many = Object.fromEntries(
        Array.from({ length: 500_000 }, (_, index) => [`k${String(index)}`, index]),
      );
      editLines(store, 1, ([line]) => [
        {
          ...line,
          observations: line.observations.map((it) => ({
            ...it,
            settings: { ...it.settings, ...many },
          })),
        },
      ]);
    },
    verify: {
      code: 1,
      first: `WRONG-FACTS    ${targetsOf(1)}:1  100000000001: DescribeAssetImageScanSetting: these settings would have been refused: DescribeAssetImageScanSetting: the answer is not usable: too large`,
    },
    exported: written,
  },
  'names that lead out of the store': {
    forge: (store) => {
      editStatement(store, 1, (it) => ({
        ...it,
        subject: [
          ...it.subject,
          { name: '../../../../etc/passwd', digest: { sha256: sha256('root') } },
        ],
      }));
    },
    verify: {
      code: 1,
      first:
        'MISSING-FILE  ../../../../etc/passwd  is sealed by log/000000000001.json and is missing',
    },
    exported: written,
  },
  'words that steer a terminal': {
    forge: (store) => {
      editPredicate(store, 1, (predicate) => ({
        ...predicate,
        waivers: [{ id: '\u001b[2J\u202e', policy: '\u0007', state: '\u001b]0;x', until: '\r' }],
      }));
    },
    verify: {
      code: 1,
      first: String.raw`WRONG-WAIVERS  log/000000000001.json  says of its waivers [{"id":"\u001b[2J ","policy":"\u0007","state":"\u001b]0;x","until":"\r"}], its files give [{"id":"W-1","policy":"vulnerabilities","until":"2026-12-05","state":"pending"}]`,
    },
    exported: written,
  },
};

describe('ends with a clear sentence', () => {
  it.each(Object.entries(cases))(
    '%s',
    async (_name, { forge, isBroken, trick, verify, exported }) => {
      await lay(forge, isBroken !== true);
      trick?.();
      const { code, stdout, stderr } = await tcssAudit(['verify', ...evidence()]);
      expect({ code, first: stdout.split('\n')[0], stderr }).toEqual({ ...verify, stderr: '' });

      expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);

      const out = ['export', '--format', 'ocsf', '--out', 'night.json', ...evidence()];
      expect(await tcssAudit(out)).toEqual({ ...exported, stdout: '' });
    },
    2 * patienceMs,
  );
});

it(
  'a run does not wait for a pipe in the place of the last record',
  async () => {
    await lay(nothing);
    execFileSync('mkfifo', [at(thirteenth)]);
    const ended = await tcssAudit(['run', ...evidence()], stage.env);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(
      `Evidence ${thirteenth} is no file of evidence (it is no regular file).`,
    );
  },
  patienceMs,
);

it(
  'a report is made of what can be read, and says what cannot',
  async () => {
    await lay((store) => store.files.set('log/999999999999.json', envelopeOf({})), false);
    symlinkSync('/dev/zero', at(thirteenth));
    const ended = await tcssAudit(['report', '--out', 'report.html', ...evidence()]);
    expect(ended).toMatchObject({ code: 1, stderr: '' });
    expect(ended.stdout).toContain('6 runs · 3 unreadable · evidence BROKEN');
  },
  patienceMs,
);

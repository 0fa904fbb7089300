/** The built command line over a real log: good, drifted, unreadable, waived, mended. `npm test` builds it first. */
import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadLibrary } from '../../cli/library.ts';
import { identify } from '../../shared/identity.ts';
import type { Waiver } from '../../shared/model.ts';
import { audit } from '../../shared/wire.ts';
import { setStage, type Stage } from '../support/stage.ts';

const cli = resolve('dist/cli/index.js');
const uin = '100000000001';
const evil = '=cmd|"/c calc"!A1 <script>\u202e]]>&\u0001';

const waiver: Waiver = {
  id: 'W-1',
  policy: 'image-scan-vulnerabilities',
  targets: [uin],
  reason: 'Scanned elsewhere until June.',
  approvedBy: 'ciso',
  from: '2020-01-01',
  until: '2099-12-31',
};

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ scenario: 'good' });
  const { simulator } = stage;
  const { compiled } = loadLibrary(undefined);
  const packed = compiled.filter(({ pack }) => pack === 'image-scan');
  const night = (day: number, waivers: readonly Waiver[] = []) =>
    audit({
      env: { ...stage.env, AUDIT_WEBHOOKS: '' },
      policies: packed,
      waivers,
      identity: identify('timer', 'nightly', Date.parse(`2026-11-0${String(day)}T18:00:00Z`)),
      deadlineMs: Date.now() + 30_000,
      log: () => undefined,
    });
  await night(1);
  simulator.setSettings((settings) => ({ ...settings, ScanVul: false, ExcludeImages: [evil] }));
  await night(2);
  simulator.setApiFault({ kind: 'html' }, { action: 'DescribeAssetImageScanSetting' });
  await night(3);
  simulator.setScenario('good');
  simulator.setSettings((settings) => ({ ...settings, ScanVul: false }));
  await night(4, [waiver]);
  simulator.setScenario('good');
  await night(5);
});
afterAll(async () => {
  await stage.close();
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function exported(...args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [cli, 'export', '--evidence', `file:${stage.folder}`, ...args],
      { env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' }, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        done({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

interface Event {
  readonly activity_name: string;
  readonly status_code: string;
  readonly status_id: number;
  readonly finding_info: { readonly analytic: { readonly uid: string } };
  readonly unmapped: { readonly run: { readonly scheduledAt: string } };
}

function eventsOf({ stdout }: Ended): readonly Event[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
}

describe('each format', () => {
  it('tells the life of a finding as OCSF', async () => {
    const events = eventsOf(await exported('--format', 'ocsf'));
    const life = events.filter(
      ({ finding_info }) => finding_info.analytic.uid === 'image-scan-vulnerabilities',
    );
    expect(life.map((event) => [event.activity_name, event.status_code, event.status_id])).toEqual([
      ['Assess', 'pass', 4],
      ['Create', 'fail', 1],
      ['Update', 'error', 1],
      ['Update', 'waived', 3],
      ['Close', 'pass', 4],
    ]);
  });

  it('closes in a span what opened before it', async () => {
    const events = eventsOf(
      await exported('--format', 'ocsf', '--since', '2026-11-05', '--attest'),
    );
    expect(new Set(events.map(({ unmapped }) => unmapped.run.scheduledAt)).size).toBe(1);
    expect(events.filter(({ activity_name }) => activity_name === 'Close')).toHaveLength(1);
  });

  it('never satisfies a control of which something could not be read as OSCAL', async () => {
    const { code, stdout } = await exported('--format', 'oscal');
    const { results } = (
      JSON.parse(stdout) as {
        'assessment-results': {
          results: { findings?: { target: { status: { state: string } } }[]; risks?: unknown[] }[];
        };
      }
    )['assessment-results'];
    const states = results.map(({ findings = [] }) => [
      ...new Set(findings.map(({ target }) => target.status.state)),
    ]);
    expect(code).toBe(0);
    expect(states.map((found) => found.sort())).toEqual([
      ['satisfied'],
      ['not-satisfied', 'satisfied'],
      [],
      ['not-satisfied', 'satisfied'],
      ['satisfied'],
    ]);
    expect(results.map(({ risks = [] }) => risks.length)).toEqual([0, 2, 0, 1, 0]);
  });

  it('writes a file for a spreadsheet', async () => {
    const out = join(stage.folder, '..', `export-${String(process.pid)}.csv`);
    try {
      const ended = await exported('--format', 'csv', '--out', out);
      expect(ended).toEqual({ code: 0, stdout: '', stderr: `5 runs written to ${out}\n` });
      const text = await readFile(out, 'utf8');
      expect(text.startsWith('\ufeff"night",')).toBe(true);
      expect(text.trim().split('\r\n')).toHaveLength(1 + 5 * 12);
      expect(text).toContain(`"W-1","2099-12-31"`);
    } finally {
      await rm(out, { force: true });
    }
  });

  it('gives a build server the last night, and those of a span where asked', async () => {
    const last = await exported('--format', 'junit');
    expect(last.stdout.match(/<testsuite .*>/g)).toEqual([
      expect.stringContaining(
        'timestamp="2026-11-05T18:00:00" tests="12" failures="0" errors="0" skipped="1"',
      ),
    ]);
    const span = await exported(
      '--format',
      'junit',
      '--since',
      '2026-11-02',
      '--until',
      '2026-11-03',
    );
    expect(span.stdout.match(/<testsuite .*>/g)).toEqual([
      expect.stringContaining('failures="2" errors="0" skipped="1"'),
      expect.stringContaining('failures="0" errors="12" skipped="0"'),
    ]);
    expect(span.stdout).not.toContain('<script');
  });
});

describe('what is refused', () => {
  const refusals: Record<
    string,
    { readonly args: readonly string[]; readonly ended: Partial<Ended> }
  > = {
    'a format that is none': {
      args: ['--format', 'pdf'],
      ended: { code: 2, stdout: '' },
    },
    'what belongs to another format, a span that is none and a file in the evidence, all at once': {
      args: ['--format', 'junit', '--attest', '--no-bom', '--since', 'May', '--out', 'x.xml'],
      ended: {
        code: 2,
        stdout: '',
        stderr: `Arguments are not valid:
  --since   must be a day such as 2026-11-30, or an instant such as 2026-11-30T18:00:00Z
  --attest  is for --format ocsf, not junit
  --no-bom  is for --format csv, not junit
`,
      },
    },
    'a span without a run': {
      args: ['--format', 'csv', '--since', '2030-01-01'],
      ended: { code: 3, stdout: '' },
    },
    'a folder that is not there': {
      args: ['--format', 'csv', '--out', '/nonexistent/no-such-folder/x.csv'],
      ended: { code: 2, stdout: '' },
    },
  };
  it.each(Object.entries(refusals))('%s', async (_name, { args, ended }) => {
    expect(await exported(...args)).toMatchObject(ended);
  });

  it('a file inside the evidence', async () => {
    const out = join(stage.folder, 'x.csv');
    expect(await exported('--format', 'csv', '--out', out)).toEqual({
      code: 2,
      stdout: '',
      stderr: `Arguments are not valid:\n  --out  ${out} lies in the evidence: name a file elsewhere\n`,
    });
  });

  it('a night that cannot be read: it is named, and the file that was there stays', async () => {
    const runs = join(stage.folder, 'runs', 'nightly-20261103T180000Z', 'targets-0000.jsonl');
    const sealed = await readFile(runs);
    const folder = await setStage();
    const out = join(folder.folder, 'out.json');
    try {
      await writeFile(out, 'what was there');
      await rm(runs);
      await writeFile(runs, 'edited\n');
      for (const format of ['ocsf', 'oscal', 'csv']) {
        expect(await exported('--format', format, '--out', out)).toEqual({
          code: 1,
          stdout: '',
          stderr:
            'An export leaves no night out, and record 3 cannot be read: Evidence runs/nightly-20261103T180000Z/targets-0000.jsonl is not as it was sealed: run tcss-audit verify.\n',
        });
      }
      expect(await readFile(out, 'utf8')).toBe('what was there');
      expect((await readdir(folder.folder)).filter((name) => name.includes('tmp'))).toEqual([]);
    } finally {
      await rm(runs, { force: true });
      await writeFile(runs, sealed);
      await folder.close();
    }
  });
});

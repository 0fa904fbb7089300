/** The built command line, in a process of its own, against the simulator. `npm test` builds it first. */
import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { appendFile, chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { channelKinds } from '../../shared/notice/webhook.ts';
import type { ScenarioName } from '../../simulator/simulator.ts';
import { createFileStore } from '../../shared/evidence/stores/file.ts';
import { editFinding, reseal } from '../support/judged-log.ts';
import { createOpenStore } from '../support/log.ts';
import { setStage, type Stage } from '../support/stage.ts';

const cli = resolve('dist/cli/index.js');
const golden = resolve('test/fixtures/judged-log/store');
const goldenKey = resolve('test/fixtures/log/test-only-public-key.pem');
const goldenHead = '12:e53c82d893390fa711f3745d99352ce7d5350e0edf73ac89b0fbda5a8a158fee';

let stage: Stage;
beforeEach(async () => {
  stage = await setStage({ scenario: 'good' });
});
afterEach(async () => {
  await stage.close();
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Env = Readonly<Record<string, string>>;

/** In an empty folder, with nothing of the developer's environment and a home without a credentials file. */
function start(args: readonly string[], env: Env = {}) {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: stage.folder,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const done = once(child, 'close').then(([code]): Ended => ({
    code: code as number | null,
    stdout,
    stderr,
  }));
  return { child, done };
}

async function tcssAudit(args: readonly string[], env: Env = {}): Promise<Ended> {
  return start(args, env).done;
}

/** What differs from run to run, made the same. */
function steady(text: string): string {
  return text
    .replaceAll(stage.folder, '<folder>')
    .replace(/\b[0-9a-f]{64}\b/g, '<sha256>')
    .replace(/\b[0-9a-f]{8}…/g, '<hash>…')
    .replace(/127\.0\.0\.1:\d+#[0-9a-f]{8}/g, '<channel>')
    .replace(/\b\d{8}T\d{6,9}Z\b/g, '<time>');
}

function steadyEnded({ code, stdout, stderr }: Ended): Ended {
  return { code, stdout: steady(stdout), stderr: steady(stderr) };
}

const drifted = [
  'FAIL  image-scan-no-exclusions    100000000001  /ExcludeImages must be empty, has 2',
  'FAIL  image-scan-period           100000000001  /ScanPeriod must be at most 7, is 30',
  'FAIL  image-scan-vulnerabilities  100000000001  /ScanVul must be true, is false',
  '66 findings: 60 pass, 3 fail, 0 waived, 0 error, 3 skip · evidence #1 <hash>…',
].join('\n');

describe('run', () => {
  const cases: Readonly<
    Record<
      string,
      {
        readonly scenario?: ScenarioName;
        readonly env?: Env;
        readonly prepare?: () => void;
        readonly ended: Ended;
      }
    >
  > = {
    'ends with 0 when all is well': {
      ended: {
        code: 0,
        stdout:
          '66 findings: 63 pass, 0 fail, 0 waived, 0 error, 3 skip · evidence #1 <hash>… · 0 notices sent\n',
        stderr: '',
      },
    },
    'ends with 1 when a setting is wrong': {
      scenario: 'drift',
      ended: { code: 1, stdout: `${drifted} · 3 notices sent\n`, stderr: '' },
    },
    'says so when nobody would hear of it': {
      scenario: 'drift',
      env: { AUDIT_WEBHOOKS: '' },
      ended: {
        code: 1,
        stdout: `${drifted} · no channel is set (AUDIT_WEBHOOKS)\n`,
        stderr: '',
      },
    },
    'ends with 3 when it could not look': {
      scenario: 'denied',
      env: { AUDIT_POLICIES: 'image-scan-enabled,image-scan-malware' },
      ended: {
        code: 3,
        stdout: [
          ...['image-scan-enabled', 'image-scan-malware'].map(
            (policy) =>
              `ERROR  ${policy}  100000000001  AuthFailure.UnauthorizedOperation: DescribeAssetImageScanSetting: you are not authorized to perform operation (tcss:DescribeAssetImageScanSetting) resource (*) has no permission; grant tcss:DescribeAssetImageScanSetting to the role`,
          ),
          '2 findings: 0 pass, 0 fail, 0 waived, 2 error, 0 skip · evidence #1 <hash>… · 3 notices sent\n',
        ].join('\n'),
        stderr: '',
      },
    },
    'ends with 3 when a channel was not told, though a setting is wrong too': {
      scenario: 'drift',
      prepare: () => {
        stage.simulator.setChatFault('slack', { kind: 'answer', body: 'no_service' });
      },
      ended: {
        code: 3,
        stdout: `${drifted} · 2 notices sent, 1 not delivered\n`,
        stderr:
          'Not delivered to slack:<channel>: HTTP 200 no_service: the webhook or its channel is gone: create a new webhook and set AUDIT_WEBHOOKS. The next run tells it.\n',
      },
    },
    'ends with 2 and names every problem when the configuration is bad': {
      env: {
        AUDIT_REMIND_DAYS: '5d',
        AUDIT_TARGETS: 'targets.json',
        AUDIT_EVIDENCE: 'cos://audit-1250000000/x',
      },
      ended: {
        code: 2,
        stdout: '',
        stderr: [
          'Config is not valid:',
          '  AUDIT_EVIDENCE     does not say where the bucket lies: add ?region=<region>, such as ?region=ap-singapore',
          '  AUDIT_REMIND_DAYS  is "5d": give a whole number of days, 0 for never',
          '  AUDIT_TARGETS      is "targets.json", which cannot be read (ENOENT): give the path of a file of targets\n',
        ].join('\n'),
      },
    },
    'ends with 2 when there is no credential': {
      env: { TENCENTCLOUD_SECRETKEY: '' },
      ended: {
        code: 2,
        stdout: '',
        stderr: [
          'Config is not valid:',
          '  TENCENTCLOUD_SECRET_ID  and TENCENTCLOUD_SECRET_KEY are not set: on SCF give the function an execution role, elsewhere set both or write ~/.tencentcloud/credentials\n',
        ].join('\n'),
      },
    },
  };

  it.each(Object.entries(cases))('%s', async (_name, { scenario, env, prepare, ended }) => {
    stage.simulator.setScenario(scenario ?? 'good');
    prepare?.();
    expect(steadyEnded(await tcssAudit(['run'], { ...stage.env, ...env }))).toEqual(ended);
  });

  it('ends with 3 when the evidence cannot be written, and tells that and nothing else', async () => {
    stage.simulator.setScenario('drift');
    await writeFile(join(stage.folder, 'file'), '');
    const { code, stdout, stderr } = await tcssAudit(
      ['run', '--evidence', 'file:file/below'],
      stage.env,
    );

    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(
      /^Evidence runs\/cli-\w+\/ could not be read \(ENOTDIR: .*\)\. Let this program read the folder, .*\.\n$/,
    );
    const { inbox } = stage.simulator;
    expect(inbox.map(({ channel, accepted }) => `${channel} ${String(accepted)}`).sort()).toEqual([
      'generic true',
      'slack true',
      'wecom true',
    ]);
    for (const { body } of inbox) {
      expect(JSON.stringify(body)).toContain('ENOTDIR');
      expect(JSON.stringify(body)).not.toContain('ScanVul');
    }
  });

  it('ends with 1 when the log is broken, and every channel hears that the audit failed', async () => {
    stage.simulator.setScenario('good');
    await mkdir(join(stage.folder, 'log/000000000001.json'), { recursive: true });
    const { code, stdout, stderr } = await tcssAudit(['run'], stage.env);

    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Evidence log/000000000001.json is no file of evidence (it is no regular file).\n',
    });
    const { inbox } = stage.simulator;
    expect(inbox.map(({ channel }) => channel).sort()).toEqual(['generic', 'slack', 'wecom']);
    for (const { body } of inbox) expect(JSON.stringify(body)).toContain('no file of evidence');
  });

  it('writes to --evidence rather than to AUDIT_EVIDENCE', async () => {
    await tcssAudit(['run', '--evidence', 'file:elsewhere'], stage.env);

    expect(await stage.records()).toEqual([]);
    const ended = await tcssAudit(['verify', '--evidence', 'file:elsewhere']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('prints what passed and what does not apply with --all', async () => {
    const env = { ...stage.env, AUDIT_POLICIES: 'image-scan' };
    const { stdout } = await tcssAudit(['run', '--all'], env);

    const [findings = '', frameworks = ''] = stdout.split(/^(?=12 findings)/m);
    const statuses = findings.split('\n').map((line) => line.split(' ')[0]);
    expect(statuses).toEqual([...Array<string>(11).fill('PASS'), 'SKIP', '']);
    expect(frameworks).toMatch(/^PCI DSS 4\.0\.1: 2 controls touched, 2 satisfied$/m);
  });

  it('prints one JSON document with --json', async () => {
    stage.simulator.setScenario('drift');
    const { code, stdout, stderr } = await tcssAudit(['run', '--json'], stage.env);

    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const outcome = JSON.parse(stdout) as Record<string, unknown>;
    const [run] = await stage.records();
    expect(Object.keys(outcome)).toEqual([
      'runId',
      'status',
      'counts',
      'reports',
      'evidence',
      'notices',
      'isRepeated',
    ]);
    expect(outcome).toMatchObject({
      status: 'fail',
      counts: { targets: 1, pass: 60, fail: 3, waived: 0, error: 0, skip: 3 },
      evidence: { seq: 1, sha256: run?.sha256 },
      notices: [{ status: 'sent' }, { status: 'sent' }, { status: 'sent' }],
      isRepeated: false,
    });
  });

  it('has no colours where nobody sees them', async () => {
    stage.simulator.setScenario('drift');
    const { stdout, stderr } = await tcssAudit(['run'], { ...stage.env, TERM: 'xterm-256color' });

    expect(`${stdout}${stderr}`).not.toContain('\u001b');
  });

  it('lets no control character of the settings through to the terminal', async () => {
    stage.simulator.setScenario('hostile');
    const env = { ...stage.env, AUDIT_POLICIES: 'image-scan' };
    const { code, stdout, stderr } = await tcssAudit(['run', '--all'], env);

    expect(code).toBe(1);
    expect(stdout).toContain(
      '/ScanResult must be "Success", is "Success <!channel> @all\\n# passed',
    );
    // Whatever is no printable character, but the line feeds that are ours.
    expect(`${stdout}${stderr}`).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    const [findings = ''] = stdout.split(/^(?=12 findings)/m);
    expect(findings.trimEnd().split('\n')).toHaveLength(12);
  });
});

describe('a policy folder of your own', () => {
  const policy = {
    id: 'own-enabled',
    title: 'On',
    severity: 'high',
    source: 'DescribeAssetImageScanSetting',
    rationale: 'It must be on.',
    remediation: { text: 'Switch it on.' },
    controls: ['NIST-800-53r5/RA-5'],
    require: { properties: { Enable: { const: true } } },
  };
  const good = {
    'own/own-enabled.json': policy,
    'examples/own-enabled/pass-on.json': { description: 'On.', settings: { Enable: true } },
    'examples/own-enabled/fail-off.json': { description: 'Off.', settings: { Enable: false } },
  };
  const bad = {
    ...good,
    'own/own-broken.json': '{ "id": ',
    'own/own-enabled.json': {
      ...policy,
      severity: 'urgent',
      require: { properties: { Enabled: {} } },
    },
    'own/own-field.json': {
      ...policy,
      id: 'own-other',
      require: { properties: { Enabled: { const: true } } },
    },
    'examples/own-enabled/perhaps.json': { description: 'On.', settings: { Enable: true } },
    'waivers.json': [],
  };
  const fields =
    'Enable, ScanTime, ScanPeriod, ScanVirus, ScanRisk, ScanVul, All, Images, ContainerRunning, ScanScope, ScanEndTime, ExcludeImages, LastScanTime, ScanResult, ClusterIDs';
  const unknown = `/require reads Enabled, which DescribeAssetImageScanSetting does not have: did you mean "Enable"? (it has ${fields})`;
  const problems = [
    ['own/own-broken.json', 'is not JSON: value expected'],
    ['own/own-broken.json', 'has no examples/own-broken/pass-*.json'],
    ['own/own-broken.json', 'has no examples/own-broken/fail-*.json'],
    ['own/own-enabled.json', '/severity must be one of critical, high, medium, low, is "urgent"'],
    ['own/own-enabled.json', unknown],
    ['own/own-field.json', '/id is "own-other": it must equal the file name "own-field"'],
    ['own/own-field.json', unknown],
    ['own/own-field.json', 'has no examples/own-field/pass-*.json'],
    ['own/own-field.json', 'has no examples/own-field/fail-*.json'],
    [
      'examples/own-enabled/perhaps.json',
      'must be named pass-…, fail-…, skip-…, error-… after what the policy says of it',
    ],
  ] as const;

  /** Without the places and the lines shown, which test/e2e/policy-cli.test.ts looks at. */
  function sayingsOf(text: string): readonly (readonly string[])[] {
    const saying = /^ {0,2}((?:own|examples)\/\S+?\.json)(?::\d+:\d+)? +(.*)$/gm;
    return Array.from(text.matchAll(saying), ([, where = '', what = '']) => [where, what]);
  }

  async function write(files: Readonly<Record<string, unknown>>): Promise<string> {
    const folder = join(stage.folder, 'policies-of-mine');
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      await mkdir(resolve(path, '..'), { recursive: true });
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    }
    return folder;
  }

  it('judges in place of the one that ships', async () => {
    const folder = await write(good);
    expect(steadyEnded(await tcssAudit(['run', '--all', '--policies', folder], stage.env))).toEqual(
      {
        code: 0,
        stdout:
          'PASS  own-enabled  100000000001\n1 finding: 1 pass, 0 fail, 0 waived, 0 error, 0 skip · evidence #1 <hash>… · 0 notices sent\nNIST SP 800-53 Rev. 5: 1 control touched, 1 satisfied\n',
        stderr: '',
      },
    );
  });

  it.each(['run', 'policy lint', 'policy test'])(
    'that is not there ends %s with 2',
    async (name) => {
      const ended = await tcssAudit([...name.split(' '), '--policies', 'nowhere'], stage.env);
      expect(ended).toEqual({
        code: 2,
        stdout: '',
        stderr: 'There is no policy folder nowhere. Name one by --policies DIR.\n',
      });
    },
  );

  it.each(['run', 'policy test'])(
    'with bad files ends %s with 2, every problem named, before anything is read',
    async (name) => {
      const folder = await write(bad);
      const ended = await tcssAudit([...name.split(' '), '--policies', folder], stage.env);

      expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 2, stdout: '' });
      expect(ended.stderr.startsWith('Policies are not valid:\n')).toBe(true);
      expect(sayingsOf(ended.stderr)).toEqual(problems);
      expect(stage.simulator.requests).toEqual([]);
    },
  );

  it('with bad files is a table of problems to lint', async () => {
    const folder = await write(bad);
    const { code, stdout, stderr } = await tcssAudit(['policy', 'lint', '--policies', folder]);

    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(sayingsOf(stdout)).toEqual(problems);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('3 policies, 3 examples: 10 problems');
  });

  it('with bad files is JSON to lint --json', async () => {
    const folder = await write(bad);
    const { code, stdout } = await tcssAudit(['policy', 'lint', '--json', '--policies', folder]);

    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      policies: 3,
      examples: 3,
      problems: problems.map(([where, what]) => ({ where, what })),
    });
  });

  it('with an example that does not hold ends test with 2', async () => {
    const folder = await write({
      ...good,
      'examples/own-enabled/fail-off.json': { description: 'Off?', settings: { Enable: true } },
    });
    const { code, stdout, stderr } = await tcssAudit(['policy', 'test', '--policies', folder]);

    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    const [problem, summary] = stdout.trimEnd().split('\n');
    expect(problem).toMatch(/^examples\/own-enabled\/fail-off\.json {2}\S/);
    expect(summary).toBe('2 examples of 1 policy: 1 as they say, 1 not');
  });
});

describe('the policies that ship', () => {
  const cases = {
    'lint without a problem': {
      args: ['policy', 'lint'],
      stdout: /^66 policies, \d+ examples: no problem\n$/,
    },
    'do as their examples say': {
      args: ['policy', 'test'],
      stdout: /^(\d+) examples of 66 policies: \1 as they say, 0 not\n$/,
    },
  };
  it.each(Object.entries(cases))('%s', async (_name, { args, stdout }) => {
    const ended = await tcssAudit(args);
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(stdout);
  });
});

describe('verify', () => {
  const whole =
    'The log is whole: every record follows the one before it, every sealed file is as it was sealed, every finding follows from its settings.\n';
  const counts = '12 records: 6 runs, 7 sealed files';
  const checked = `${counts} · 12 signed, checked with the given keys\n`;
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const replayed = [
    '72 findings recomputed from the settings, policies and waivers as sealed\n',
    `Sealed by other versions than this one, ${version}: 0.0.9 (6 runs). Their verdicts are compared, their wording is not.\n`,
  ].join('');
  const headLine = `head ${goldenHead}\n`;

  const run = 'runs/nightly-20261124T180000Z/targets-0000.jsonl';
  const lied = run.replace('20261124', '20261125');
  const asNobody = ['setpriv', '--reuid=65534', '--clear-groups', '--inh-caps=-all'];
  const canBecomeNobody = spawnSync('setpriv', [...asNobody.slice(1), 'true']).status === 0;

  /** A copy of the golden log to damage, in the stage's folder. */
  async function damaged(damage: (folder: string) => Promise<void>): Promise<string> {
    const folder = join(stage.folder, 'damaged');
    await cp(golden, folder, { recursive: true });
    await damage(folder);
    return `file:${folder}`;
  }

  const fine = {
    'a whole log, signed': {
      args: ['--public-key', goldenKey],
      stdout: `${checked}${replayed}${headLine}${whole}`,
    },
    'a whole log that holds the known head': {
      args: ['--public-key', goldenKey, '--head', goldenHead],
      stdout: `${checked}${replayed}${headLine}${whole}`,
    },
    'a whole log without a key, and says that no signature was checked': {
      args: [],
      stdout: `${counts} · 12 signed, not checked (give --public-key)\n${replayed}${headLine}${whole}`,
    },
    'a whole log without replay, and does not say the whole sentence': {
      args: ['--public-key', goldenKey, '--no-replay'],
      stdout: [
        ...[checked, headLine],
        'No fault in what was checked: every record follows the one before it.\n',
        'Not checked: whether the findings follow from the settings (--no-replay).\n',
      ].join(''),
    },
    'the runs of a span, and says which were not checked': {
      args: ['--public-key', goldenKey, '--since', '2026-11-25', '--until', '2026-11-26'],
      stdout: [
        '12 records: 6 runs, 3 sealed files · 12 signed, checked with the given keys\n',
        replayed.replace('72', '24').replace('(6 runs)', '(2 runs)'),
        headLine,
        'No fault in what was checked: every record follows the one before it.\n',
        'Not checked: the files and findings of 4 runs outside --since and --until.\n',
      ].join(''),
    },
    'a span that holds every run as it accepts the whole log': {
      args: ['--public-key', goldenKey, '--since', '2026-11-24T18:00:00Z'],
      stdout: `${checked}${replayed}${headLine}${whole}`,
    },
  };
  it.each(Object.entries(fine))('accepts %s', async (_name, { args, stdout }) => {
    const ended = await tcssAudit(['verify', '--evidence', `file:${golden}`, ...args]);
    expect(ended).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('accepts either key after a rotation', async () => {
    const other = join(stage.folder, 'other.pem');
    await writeFile(
      other,
      generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }),
    );
    const args = ['verify', '--evidence', `file:${golden}`, '--public-key', other];

    const wrong = await tcssAudit(args);
    expect(wrong).toEqual({
      code: 1,
      stderr: '',
      stdout: [
        ...Array.from(
          { length: 12 },
          (_, index) =>
            `BAD-SIGNATURE  log/${String(index + 1).padStart(12, '0')}.json  is not signed by any of the given keys\n`,
        ),
        checked,
        replayed,
        headLine,
        'The log is BROKEN: 12 faults, the first at log/000000000001.json.\n',
      ].join(''),
    });
    const both = await tcssAudit([...args, '--public-key', goldenKey]);
    expect(both.code).toBe(0);
    expect(steady(both.stdout.replace(/[0-9a-f]{8}…/g, '<id>…'))).toContain(
      [
        `key <id>… (<folder>/other.pem) signed no record`,
        `key <id>… (${goldenKey}) signed record 1 to 12\n`,
      ].join('\n'),
    );
  });

  it('takes no record of a retired key after its last one', async () => {
    const options = ['verify', '--evidence', `file:${golden}`, '--json'];
    const fine = await tcssAudit([...options, '--retired-key', `${goldenKey}@12`]);
    expect(fine.code).toBe(0);
    const { code, stdout } = await tcssAudit([...options, '--retired-key', `${goldenKey}@11`]);
    expect(code).toBe(1);
    const { faults } = JSON.parse(stdout) as { faults: { code: string; key: string }[] };
    expect(faults.map((fault) => [fault.code, fault.key])).toEqual([
      ['retired-key', 'log/000000000012.json'],
    ]);
  });

  it('could not tell of a span in which no run lies', async () => {
    const args = ['--evidence', `file:${golden}`, '--since', '2027-01-01'];
    const { code, stdout } = await tcssAudit(['verify', ...args]);
    expect(code).toBe(3);
    expect(stdout).toContain(
      'COULD NOT TELL: no run of the log lies in the span of --since and --until.\n',
    );
    expect(stdout).not.toContain('No fault');
  });

  it('could not tell of what it may not read, whatever else is at fault', async ({ skip }) => {
    // Root may read everything: then somebody else has to ask.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot && !canBecomeNobody) return skip('needs setpriv to be somebody else than root');
    const evidence = await damaged(async (folder) => {
      await chmod(join(folder, run), 0o000);
      await chmod(stage.folder, 0o755);
      await rm(join(folder, 'log/000000000002.json'));
    });
    const command = [process.execPath, cli, 'verify', '--evidence', evidence];
    const [program = '', ...args] = isRoot ? [...asNobody, ...command] : command;
    const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
    expect(status).toBe(3);
    expect(stdout).toMatch(/^GAP {2}/);
    expect(stdout).toMatch(new RegExp(`^NOT-CHECKED {2}${run} {2}Evidence .*EACCES`, 'm'));
    expect(stdout).toContain('The log is BROKEN: 1 fault, the first at log/000000000002.json.\n');
    expect(stdout).toContain('COULD NOT TELL: 1 thing could not be checked, the first at runs/');
  });

  it('names a finding that its settings do not give, though all hashes and signatures are right', async () => {
    const evidence = await damaged(async (folder) => {
      const store = createFileStore(folder);
      const keys = ['log/', 'runs/', 'policies/'].map(async (prefix) => store.list(prefix));
      const files = new Map<string, Uint8Array>();
      for (const key of (await Promise.all(keys)).flat()) {
        files.set(key, (await store.get(key)) ?? new Uint8Array());
      }
      const open = createOpenStore(files);
      editFinding(open, 2, 'image-scan-period', (it) => ({
        ...it,
        status: 'pass',
        violations: [],
      }));
      reseal(open);
      for (const [key, bytes] of open.files) await writeFile(join(folder, key), bytes);
    });
    const args = ['verify', '--evidence', evidence, '--public-key', goldenKey];
    const { code, stdout } = await tcssAudit(args);
    expect(code).toBe(1);
    expect(
      stdout
        .split('\n')
        .slice(0, 3)
        .map((line) => line.replace(/ {2,}/g, '  ')),
    ).toEqual([
      `WRONG-FINDING  ${lied}:1  100000000001: image-scan-period is pass, its settings give fail (/ScanPeriod must be at most 7, is 30) (sealed by version 0.0.9, recomputed by ${version})`,
      `WRONG-COUNTS  log/000000000003.json  counts {"targets":1,"pass":8,"fail":3,"waived":0,"error":0,"skip":1}, its files hold {"targets":1,"pass":9,"fail":2,"waived":0,"error":0,"skip":1}`,
      'WRONG-OPEN  log/000000000003.json  image-scan-period of 100000000001 is open by the record, and not by its files',
    ]);
    expect((await tcssAudit([...args, '--no-replay'])).code).toBe(0);
  });

  const faults: Readonly<
    Record<
      string,
      {
        readonly damage: (folder: string) => Promise<void>;
        readonly args?: readonly string[];
        readonly codes: readonly string[];
      }
    >
  > = {
    'a changed file': {
      damage: (folder) => appendFile(join(folder, run), '\n'),
      codes: ['changed-file'],
    },
    'a missing file': { damage: (folder) => rm(join(folder, run)), codes: ['missing-file'] },
    'a file put into a sealed run': {
      damage: (folder) =>
        writeFile(join(folder, run.replace('targets-0000', 'targets-0001')), '{}\n'),
      codes: ['unsealed-file'],
    },
    'a record taken out': {
      damage: (folder) => rm(join(folder, 'log/000000000002.json')),
      codes: ['gap'],
    },
    'a cut end, against a head known from elsewhere': {
      damage: (folder) => rm(join(folder, 'log/000000000012.json')),
      args: ['--head', goldenHead],
      codes: ['shorter-than-head'],
    },
    'a log that a known head is no part of': {
      damage: () => Promise.resolve(),
      args: ['--head', `2:${'0'.repeat(64)}`],
      codes: ['wrong-head'],
    },
  };
  it.each(Object.entries(faults))('names %s', async (_name, { damage, args = [], codes }) => {
    const evidence = await damaged(damage);
    const options = ['verify', '--evidence', evidence, '--public-key', goldenKey, ...args];

    const people = await tcssAudit(options);
    expect({ code: people.code, stderr: people.stderr }).toEqual({ code: 1, stderr: '' });
    expect(people.stdout).toMatch(new RegExp(`^${codes[0]?.toUpperCase() ?? ''} {2}`));
    expect(people.stdout).toContain('The log is BROKEN: ');

    const machines = await tcssAudit([...options, '--json']);
    const { faults: found } = JSON.parse(machines.stdout) as { faults: { code: string }[] };
    expect(machines.code).toBe(1);
    expect(found.map(({ code }) => code)).toEqual(codes);
  });

  it('mentions an unfinished run and does not fail for it', async () => {
    const evidence = await damaged(async (folder) => {
      await mkdir(join(folder, 'runs/nightly-20261130T180000Z'));
      await writeFile(join(folder, 'runs/nightly-20261130T180000Z/targets-0000.jsonl'), '{}\n');
    });
    const { code, stdout } = await tcssAudit(['verify', '--evidence', evidence]);

    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe(
      'Unfinished run: runs/nightly-20261130T180000Z/ has files that no record seals yet.',
    );
  });

  it('could not tell where there is no log', async () => {
    expect(await tcssAudit(['verify', '--evidence', 'file:nowhere'])).toEqual({
      code: 3,
      stdout: '',
      stderr: 'There is no evidence log in nowhere. Name it by --evidence.\n',
    });
  });

  it('names all bad arguments at once', async () => {
    await writeFile(join(stage.folder, 'text.pem'), 'no key');
    const args = ['--evidence', 's3://x', '--public-key', 'none.pem', '--public-key', 'text.pem'];
    const more = ['--retired-key', 'old.pem', '--since', '2026-02-30', '--until', 'tomorrow'];
    expect(await tcssAudit(['verify', ...args, ...more, '--head', '3:abc'])).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        'Arguments are not valid:',
        '  --evidence     is "s3://x": give file:<path> or cos://<bucket-appid>/<prefix>?region=<region>',
        "  --public-key   none.pem cannot be read (ENOENT: no such file or directory, open 'none.pem')",
        '  --public-key   text.pem is no Ed25519 public key in PEM',
        '  --retired-key  old.pem must be <file>@<seq>, the last record that the key may have signed',
        '  --head         must be <seq>:<sha256>, as a notice shows it',
        ...['--since      ', '--until      '].map(
          (where) =>
            `  ${where}  must be a day such as 2026-11-30, or an instant such as 2026-11-30T18:00:00Z`,
        ),
        '',
      ].join('\n'),
    });
  });

  it('refuses a private key as a public one', async () => {
    const file = resolve('test/fixtures/log/test-only-signing-key.pem');
    const ended = await tcssAudit(['verify', '--evidence', `file:${golden}`, '--public-key', file]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('is no Ed25519 public key in PEM');
  });

  it('accepts what run wrote', async () => {
    stage.simulator.setScenario('drift');
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await writeFile(
      join(stage.folder, 'audit.pub.pem'),
      publicKey.export({ type: 'spki', format: 'pem' }),
    );
    await tcssAudit(['run'], { ...stage.env, AUDIT_SIGNING_KEY: pem });
    const { stdout, ...ended } = await tcssAudit(['verify', '--public-key', 'audit.pub.pem'], {
      AUDIT_EVIDENCE: stage.env['AUDIT_EVIDENCE'] ?? '',
    });

    expect(ended).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('2 records: 1 run, 2 sealed files · 2 signed, checked');
  });
});

describe('start', () => {
  it('without credentials audits a simulated account, says so, and ends with 0', async () => {
    const { code, stdout, stderr } = await tcssAudit(['start']);

    expect(code).toBe(0);
    expect(stderr).toBe(
      'No credentials (TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, ~/.tencentcloud/credentials):\nauditing a simulated account whose vulnerability scanning was switched off.\n\n',
    );
    expect(stdout).toContain('66 findings: 60 pass, 3 fail, 0 waived, 0 error, 3 skip');
    expect(stdout).toContain('tcss-audit: 3 new violations');
  });

  it('with credentials audits their account', async () => {
    const { code, stdout, stderr } = await tcssAudit(['start'], stage.env);

    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'Credentials found: auditing your account.\n\n',
    });
    expect(stdout).toContain('66 findings: 63 pass');
    // Side by side, so in any order; each once, and only what the documented role may do.
    const configuration = await readFile('docs/configuration.md', 'utf8');
    const permitted = Array.from(
      configuration.matchAll(/^ +"tcss:(\w+)",?$/gm),
      ([, action = '']) => action,
    );
    const onlyOnCn = ['DescribeImageDenyRuleSummary'];
    expect(stage.simulator.requests.map(({ action }) => action).sort()).toEqual(
      [...permitted.filter((one) => !onlyOnCn.includes(one)), 'GetCallerIdentity'].sort(),
    );
  });

  it.each(['start', 'demo'])('the verify command that %s prints accepts its log', async (name) => {
    const { stdout } = await tcssAudit([name]);
    const printed = /tcss-audit (verify .*)$/m.exec(stdout)?.[1] ?? '';

    expect(await tcssAudit(printed.split(' '))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(whole(name)) as string,
    });
  });
});

function whole(command: string): string {
  return command === 'start'
    ? '2 records: 1 run, 2 sealed files · 2 signed, checked with the given keys'
    : '6 records: 3 runs, 4 sealed files · 6 signed, checked with the given keys';
}

describe('demo', () => {
  it('plays three nights: nothing to say, a violation, its end', async () => {
    const { code, stdout } = await tcssAudit(['demo']);

    expect(code).toBe(0);
    const heard = stdout
      .split(/^Night /m)
      .slice(1)
      .map((night) => night.match(/hears nothing|1 new violation|1 resolved|: sent$/gm));
    expect(heard).toEqual([
      ['hears nothing', 'hears nothing', 'hears nothing'],
      [': sent', '1 new violation', ': sent', '1 new violation', ': sent'],
      [': sent', '1 resolved', ': sent', '1 resolved', ': sent'],
    ]);
  });
});

describe('notify', () => {
  const kinds = [...channelKinds].sort();
  const everyWebhook = () => Object.values(stage.simulator.platforms).join(' ');
  /** Whatever is secret in the webhooks of the simulator. */
  const secrets = () =>
    Object.values(stage.simulator.platforms)
      .flatMap((url) => {
        const { hash, pathname, searchParams } = new URL(url);
        const secret = /secret=([^&]+)/.exec(hash)?.[1];
        return [
          secret,
          ...['key', 'token', 'access_token', 'sig'].map((name) => searchParams.get(name)),
          pathname,
        ];
      })
      .filter((text): text is string => typeof text === 'string' && text.length > 1);
  function expectNoSecret({ stdout, stderr }: Ended) {
    // The simulator's own name is not one.
    const found = secrets().filter((secret) => secret !== 'SIMULATOR');
    expect(found.length).toBeGreaterThan(15);
    expect(found.filter((secret) => `${stdout}${stderr}`.includes(secret))).toEqual([]);
  }
  const channel = (kind: string) => `${kind}:<channel>`;

  describe('--test', () => {
    it('reaches every platform, says so of each, and says that it is a test', async () => {
      const ended = await tcssAudit(['notify', '--test'], { AUDIT_WEBHOOKS: everyWebhook() });

      expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' });
      const rows = steady(ended.stdout).trimEnd().split('\n');
      expect(rows.map((row) => row.replace(/ {2,}/g, ' | ')).sort()).toEqual(
        kinds.map((kind) => `SENT | ${channel(kind)} | the platform says that it has it`),
      );
      const { inbox, incidents } = stage.simulator;
      expect(inbox.every(({ accepted }) => accepted)).toBe(true);
      expect([...new Set(inbox.map(({ channel: kind }) => kind))].sort()).toEqual(kinds);
      // It leaves nobody with an incident.
      expect([...incidents.values()]).toEqual(['resolved']);
      expectNoSecret(ended);
    });

    it('needs no cloud, no credentials and no evidence', async () => {
      const env = { AUDIT_WEBHOOKS: stage.simulator.webhooks.slack };
      expect((await tcssAudit(['notify', '--test'], env)).code).toBe(0);
      expect(stage.simulator.requests).toEqual([]);
    });

    it('speaks the language that is set', async () => {
      const env = { AUDIT_WEBHOOKS: stage.simulator.webhooks.slack, AUDIT_LOCALE: 'zh' };
      await tcssAudit(['notify', '--test'], env);
      expect(JSON.stringify(stage.simulator.inbox[0]?.body)).toContain('测试消息');
    });

    it('tests only the kind that is asked for', async () => {
      const env = { AUDIT_WEBHOOKS: everyWebhook() };
      const { code, stdout } = await tcssAudit(['notify', '--test', '--channel', 'feishu'], env);
      expect({ code, stdout: steady(stdout) }).toEqual({
        code: 0,
        stdout: `SENT  ${channel('feishu')}  the platform says that it has it\n`,
      });
      expect(stage.simulator.inbox.map(({ channel: kind }) => kind)).toEqual(['feishu']);
    });

    it('ends with 3 where one refuses, says what to do, and shows no secret', async () => {
      const refusals = {
        slack: { body: 'no_service' },
        wecom: { body: '{"errcode":93000,"errmsg":"from ip: 1.2.3.4"}' },
        dingtalk: { body: '{"errcode":310000,"errmsg":"sign not match"}' },
        lark: { body: '<html>Sign in</html>' },
      } as const;
      for (const [kind, answer] of Object.entries(refusals)) {
        stage.simulator.setChatFault(kind as 'slack', { kind: 'answer', ...answer });
      }
      const ended = await tcssAudit(['notify', '--test'], { AUDIT_WEBHOOKS: everyWebhook() });

      const rows = steady(ended.stdout).trimEnd().split('\n');
      const failed = rows.filter((row) => row.startsWith('FAILED'));
      expect({ code: ended.code, rows: rows.length }).toEqual({ code: 3, rows: kinds.length });
      expect(failed.map((row) => row.split(/ {2,}/))).toEqual([
        [
          'FAILED',
          channel('slack'),
          'HTTP 200 no_service: the webhook or its channel is gone: create a new webhook and set AUDIT_WEBHOOKS',
        ],
        [
          'FAILED',
          channel('wecom'),
          'errcode 93000: the webhook is invalid or the robot was removed: create a new one and set AUDIT_WEBHOOKS',
        ],
        [
          'FAILED',
          channel('dingtalk'),
          "errcode 310000: the robot's security settings refuse it: give its SEC… as secret=, or allow this address, or add the keyword tcss-audit",
        ],
        ['FAILED', channel('lark'), 'HTTP 200 with no code in the answer'],
      ]);
      expectNoSecret(ended);
      expect(ended.stdout).not.toContain('1.2.3.4');
    });

    it('ends with 3 where nobody listens', async () => {
      const env = { AUDIT_WEBHOOKS: 'http://127.0.0.1:1/CANARY#kind=alertmanager' };
      const ended = await tcssAudit(['notify', '--test'], env);
      expect(steadyEnded(ended)).toEqual({
        code: 3,
        stdout: expect.stringMatching(
          /^FAILED {2}alertmanager:<channel> {2}no answer \(ECONNREFUSED\)\n$/,
        ) as string,
        stderr: '',
      });
      expect(ended.stdout).not.toContain('CANARY');
    });
  });

  describe('--preview', () => {
    const documentsIn = (stdout: string) =>
      stdout
        .split(/^(?=\{$)/m)
        .filter((text) => text.trim() !== '')
        .map((text) => JSON.parse(text) as Readonly<Record<string, unknown>>);
    const hostileRun = async (env: Env = {}) => {
      stage.simulator.setSettings((settings) => ({
        ...settings,
        ScanVul: false,
        ExcludeImages: ['\u001b[31mred', '\u202egnp', '<!channel>'],
      }));
      await tcssAudit(['run'], { ...stage.env, ...env });
      stage.simulator.clear();
    };
    const preview = (args: readonly string[], env: Env = {}) =>
      tcssAudit(['notify', '--preview', ...args], { ...stage.env, ...env });

    it('prints nothing for a channel that knows all of it, and says so', async () => {
      await hostileRun();
      const ended = steadyEnded(await preview(['--channel', 'slack']));
      expect(ended).toEqual({
        code: 0,
        stdout: '',
        stderr:
          'slack:<channel> hears nothing of run cli-<time>: there is nothing that it does not know (--all: as a new channel would hear it).\n',
      });
      expect(stage.simulator.inbox).toEqual([]);
    });

    it('prints with --all what a new channel would hear, as JSON, and sends nothing', async () => {
      await hostileRun();
      const ended = await preview(['--all', '--channel', 'slack']);
      expect(ended.code).toBe(0);
      const [message, ...more] = documentsIn(ended.stdout);
      expect(more).toEqual([]);
      expect(message?.['text']).toBe('tcss-audit: 2 new violations');
      expect(steady(ended.stderr)).toBe(
        'slack:<channel> would get 1 of these; a signature or key is added when it is sent:\n',
      );
      expect(stage.simulator.inbox).toEqual([]);
      // Nothing in it steers a terminal.
      expect(ended.stdout).not.toMatch(/(?!\n)[\p{Cc}\u200b-\u200f\u202a-\u202e]/u);
    });

    it('prints what every kind would get, and no secret', async () => {
      await hostileRun();
      const ended = await preview(['--all'], { AUDIT_WEBHOOKS: everyWebhook() });
      expect(ended.code).toBe(0);
      // PagerDuty gets an event a finding.
      expect(documentsIn(ended.stdout)).toHaveLength(kinds.length + 1);
      const heads = steady(ended.stderr).trimEnd().split('\n');
      expect(heads.map((line) => line.split(' would get ')[0] ?? '').sort()).toEqual(
        kinds.map(channel),
      );
      expectNoSecret(ended);
      expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/routing_key|"sign"/);
      expect(stage.simulator.inbox).toEqual([]);
    });

    it.each(channelKinds)('shows the messages of %s without its webhook', async (kind) => {
      await hostileRun({ AUDIT_WEBHOOKS: '' });
      const { code, stdout, stderr } = await preview(['--channel', kind], { AUDIT_WEBHOOKS: '' });
      expect(code).toBe(0);
      expect(documentsIn(stdout)).toHaveLength(kind === 'pagerduty' ? 2 : 1);
      expect(stderr).toMatch(new RegExp(`^${kind}:preview would get \\d of these;`));
    });

    it('reads the evidence that is named', async () => {
      await hostileRun({ AUDIT_WEBHOOKS: '', AUDIT_EVIDENCE: 'file:elsewhere' });
      const { code, stdout } = await preview([
        '--all',
        ...['--channel', 'wecom', '--evidence', 'file:elsewhere'],
      ]);
      expect({ code, count: documentsIn(stdout).length }).toEqual({ code: 0, count: 1 });
    });

    it('ends with 3 where there is nothing to preview', async () => {
      const ended = await preview(['--channel', 'slack', '--evidence', 'file:nowhere']);
      expect(ended).toEqual({
        code: 3,
        stdout: '',
        stderr:
          'There is no run in the evidence log of nowhere to tell of. Run an audit first: tcss-audit run.\n',
      });
    });
  });

  const oneOfBoth =
    'Arguments are not valid:\n  notify  give --test to send a test message, or --preview to see what would be sent\n';
  const noSuchChannel =
    'Config is not valid:\n  AUDIT_WEBHOOKS  names no such channel: see docs/channels.md\n';
  const slack = 'https://hooks.slack.com/services/CANARY';
  const wrong: Readonly<Record<string, readonly [readonly string[], string, string]>> = {
    'neither --test nor --preview': [[], slack, oneOfBoth],
    'both of them': [['--test', '--preview'], slack, oneOfBoth],
    'no channel': [['--test'], '', noSuchChannel],
    'no channel to preview': [['--preview'], '', noSuchChannel],
    'no channel of that kind': [['--test', '--channel', 'wecom'], slack, noSuchChannel],
    'a kind that is none': [
      ['--preview', '--channel', 'skype'],
      slack,
      `Config is not valid:\n  --channel  is "skype": give ${channelKinds.join(', ')}\n`,
    ],
    'webhooks that are none, all of them at once': [
      ['--test'],
      'CANARY http://chat.example.com/CANARY',
      'Config is not valid:\n  AUDIT_WEBHOOKS[0]  is not a URL\n  AUDIT_WEBHOOKS[1]  (chat.example.com) must be https: plain http is for loopback only\n  AUDIT_WEBHOOKS     names no such channel: see docs/channels.md\n',
    ],
    'evidence that is none': [
      ['--preview', '--evidence', 'nowhere'],
      slack,
      'Arguments are not valid:\n  --evidence  is "nowhere": give file:<path> or cos://<bucket-appid>/<prefix>?region=<region>\n',
    ],
  };
  it.each(Object.entries(wrong))('%s ends with 2', async (_name, [args, webhooks, stderr]) => {
    expect(await tcssAudit(['notify', ...args], { AUDIT_WEBHOOKS: webhooks })).toEqual({
      code: 2,
      stdout: '',
      stderr,
    });
  });
});

describe('simulate', () => {
  it('prints an environment in which run audits, and ends when it is told to', async () => {
    const { child, done } = start(['simulate', '--port', '0', '--scenario', 'disabled']);
    let printed = '';
    child.stdout.on('data', (text: string) => (printed += text));
    while (!printed.includes('AUDIT_WEBHOOKS')) await once(child.stdout, 'data');
    const env = Object.fromEntries(
      Array.from(printed.matchAll(/^export (\w+)='(.*)'$/gm), ([, name, value]) => [name, value]),
    ) as Env;

    expect(steadyEnded(await tcssAudit(['run'], env))).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('/Enable must be true, is false') as string,
    });
    child.kill('SIGTERM');
    expect(await done).toMatchObject({ code: 0 });
  });

  it('names all bad arguments at once', async () => {
    expect(await tcssAudit(['simulate', '--port', '99999', '--scenario', 'nope'])).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        'Arguments are not valid:',
        '  --port      is "99999": give 0 to 65535',
        '  --scenario  is "nope": give good, drift, disabled, denied, flaky, outage, hang, html, nulls, legacy, hostile\n',
      ].join('\n'),
    });
  });
});

describe('arguments', () => {
  it('--help', async () => {
    const ended = await tcssAudit(['--help']);
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' });
    expect(ended.stdout).toMatchInlineSnapshot(`
      "Examples:
        tcss-audit run --evidence file:./evidence
        tcss-audit verify --public-key audit.pub.pem --head 41:8f3c…

      Usage: tcss-audit [options] [command]

      Nightly compliance audit of Tencent Container Security Service settings.

      Options:
        -V, --version         output the version number
        -h, --help            display help for command

      Commands:
        run [options]         audit now: read the settings, judge, seal the evidence,
                              tell the channels
        verify [options]      check the evidence log, every file it seals, and that
                              every finding follows
        report [options]      write the log as one HTML page, for people
        export [options]      the log in a format of other tools; without --since all
                              nights, of junit the last
        policy                work on policies
        waiver                approved departures from policies
        fix [options]         print the requests that would mend what fails; nothing
                              is ever sent
        cam-policy [options]  print the least CAM policy that the audit needs, by the
                              environment it will have
        targets               the accounts that one audit reads
        deploy [options]      make the functions on SCF what serverless.yml says; a
                              second time changes nothing
        undeploy [options]    delete the functions with their timers; never the
                              evidence
        notify [options]      try the channels: send a test message, or print what
                              would be sent
        doctor [options]      say whether the deployment is healthy, and what to do
                              where it is not
        keygen [options]      make an Ed25519 key pair that signs the evidence; writes
                              over nothing
        simulate [options]    run the simulator of Tencent Cloud and of the chat
                              platforms on loopback
        start                 one audit, of the cloud when credentials are set, else
                              of a simulated account
        demo                  three simulated nights, and what each channel heard
        help [command]        display help for command

      Exit codes:
        0  asked and fine
        1  a fail finding, or a broken log
        2  bad arguments, configuration or policy
        3  could not tell: an error finding, evidence not written or read, a notice not delivered (wins over 1)

      Configuration comes from the environment: see docs/configuration.md.
      "
    `);
  });

  it('--version', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await tcssAudit(['--version'])).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });

  const bad = {
    'no command': [],
    'an unknown command': ['nope'],
    'an unknown command of policy': ['policy', 'nope'],
    'policy without a command': ['policy'],
    'an unknown option': ['run', '--colour'],
    'an option without its value': ['verify', '--head'],
    'a surplus argument': ['run', 'now'],
  };
  it.each(Object.entries(bad))('%s ends with 2, says why on stderr alone', async (_name, args) => {
    const { code, stdout, stderr } = await tcssAudit(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .+\nRun tcss-audit --help|^Examples:\n/);
  });
});

/** The policy commands of the built program, as somebody who writes policies uses them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const cli = resolve('dist/cli/index.js');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tcss-audit-policy-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function start(args: readonly string[], cwd = folder, input = '') {
  const child = spawn(process.execPath, [cli, 'policy', ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end(input);
  const done = once(child, 'close').then(([code]) => ({ code: code as number, stdout, stderr }));
  return { child, done, seen: () => ({ stdout, stderr }) };
}

const policy = async (args: readonly string[], cwd = folder, input = '') =>
  start(args, cwd, input).done;

async function write(files: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
    await writeFile(path, text);
  }
}

const own = {
  id: 'own-vulnerabilities',
  title: 'Scans look for vulnerabilities',
  severity: 'high',
  source: 'DescribeAssetImageScanSetting',
  rationale: 'Made up.',
  remediation: { text: 'Make it up.' },
  controls: ['NIST-800-53r5/RA-5'],
  when: { properties: { Enable: { const: true } } },
  require: { properties: { ScanVul: { const: true } } },
};
const good = {
  'mine/own/own-vulnerabilities.json': own,
  'mine/examples/own-vulnerabilities/pass-on.json': { Enable: true, ScanVul: true },
  'mine/examples/own-vulnerabilities/fail-off.json': {
    description: 'Off.',
    settings: { Enable: true, ScanVul: false },
    pointers: ['/ScanVul'],
  },
};

describe('lint', () => {
  it('names each problem with its place and shows the line', async () => {
    await write({
      ...good,
      'mine/own/own-vulnerabilities.json': {
        ...own,
        controls: ['NIST-800-53r5/RA-55'],
        require: { properties: { ScanVuln: { const: true } } },
      },
    });
    const { code, stdout } = await policy(['lint', '--policies', 'mine']);
    expect(code).toBe(2);
    expect(stdout.split('\n').map((line) => line.slice(0, 110))).toEqual([
      'own/own-vulnerabilities.json:22:7  /require reads ScanVuln, which DescribeAssetImageScanSetting does not have:',
      '          "ScanVuln": {',
      '          ^^^^^^^^^^',
      expect.stringMatching(
        /^own\/own-vulnerabilities\.json:11:5 {2}\/controls "NIST-800-53r5\/RA-55" /,
      ),
      '        "NIST-800-53r5/RA-55"',
      '        ^^^^^^^^^^^^^^^^^^^^^',
      '1 policy, 2 examples: 2 problems',
      '',
    ]);

    const json = await policy(['lint', '--policies', 'mine', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      policies: 1,
      problems: [
        { where: 'own/own-vulnerabilities.json', line: 22, column: 7 },
        { where: 'own/own-vulnerabilities.json', line: 11, column: 5 },
      ],
    });
  });

  it('reads the analysis of patterns from the file beside it', async () => {
    await write({
      ...good,
      'mine/own/own-vulnerabilities.json': {
        ...own,
        require: { properties: { ScanTime: { pattern: '^(a+)+$' } } },
      },
    });
    const { code, stdout } = await policy(['lint', '--policies', 'mine']);
    expect({ code, isSlow: stdout.includes('can take for ever') }).toEqual({
      code: 2,
      isSlow: true,
    });
  });
});

describe('test', () => {
  it('shows what was expected and what came out', async () => {
    await write({
      ...good,
      'mine/examples/own-vulnerabilities/fail-b.json': {
        description: 'On.',
        settings: { Enable: true, ScanVul: true },
        pointers: ['/ScanVul'],
      },
    });
    expect(await policy(['test', '--policies', 'mine', '--junit', 'report.xml'])).toEqual({
      code: 2,
      stdout: [
        'examples/own-vulnerabilities/fail-b.json  must fail at /ScanVul, but the policy says pass',
        '3 examples of 1 policy: 2 as they say, 1 not',
        '',
      ].join('\n'),
      stderr: '',
    });
    expect(await readFile(join(folder, 'report.xml'), 'utf8'))
      .toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="tcss-audit policy test" tests="3" failures="1">
  <testsuite name="own-vulnerabilities" tests="3" failures="1">
    <testcase classname="own-vulnerabilities" name="fail-b" file="examples/own-vulnerabilities/fail-b.json">
      <failure message="must fail at /ScanVul, but the policy says pass">must fail at /ScanVul, but the policy says pass</failure>
    </testcase>
    <testcase classname="own-vulnerabilities" name="fail-off" file="examples/own-vulnerabilities/fail-off.json"/>
    <testcase classname="own-vulnerabilities" name="pass-on" file="examples/own-vulnerabilities/pass-on.json"/>
  </testsuite>
</testsuites>
`);
  });

  it('runs those of the policies that are named, and knows no others', async () => {
    await write(good);
    expect(await policy(['test', 'own-vulnerabilities', '--policies', 'mine'])).toMatchObject({
      code: 0,
      stdout: '2 examples of 1 policy: 2 as they say, 0 not\n',
    });
    expect(await policy(['test', 'own-vulnerability', 'x', '--policies', 'mine'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'There is no policy "own-vulnerability": did you mean "own-vulnerabilities"?\nThere is no policy "x". `tcss-audit policy list` names them all.\n',
    });
  });

  it('watches, runs again after a change, and ends on Ctrl-C with the last result', async () => {
    await write(good);
    const { child, done, seen } = start(['test', '--watch', '--policies', 'mine']);
    await expect.poll(() => seen().stderr, { timeout: 50_000 }).toContain('Watching mine.');
    await write({
      'mine/examples/own-vulnerabilities/pass-b.json': { Enable: true, ScanVul: false },
    });
    await expect.poll(() => seen().stdout, { timeout: 50_000 }).toContain('2 as they say, 1 not');
    child.kill('SIGINT');
    expect((await done).code).toBe(2);
  });
});

describe('list, show, coverage', () => {
  it('lists what is asked for', async () => {
    await write(good);
    expect(
      (await policy(['list', '--policies', 'mine', '--control', 'NIST-800-53r5'])).stdout,
    ).toBe(
      [
        'ID                   PACK  SEVERITY  SOURCE                         TITLE',
        'own-vulnerabilities  own   high      DescribeAssetImageScanSetting  Scans look for vulnerabilities',
        '1 policy',
        '',
      ].join('\n'),
    );
    expect(await policy(['list', '--policies', 'mine', '--severity', 'hihg'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'Arguments are not valid:\n  --severity  is "hihg": give one of critical, high, medium, low\n',
    });
  });

  it('shows a policy with its controls and the verdicts of its examples', async () => {
    await write(good);
    const { code, stdout } = await policy(['show', 'own-vulnerabilities', '--policies', 'mine']);
    expect(code).toBe(0);
    expect(stdout).toContain('Applies where\n  Enable is true\n');
    expect(stdout).toContain('Requires\n  ScanVul is true\n');
    expect(stdout).toContain('NIST-800-53r5/RA-5  Vulnerability Monitoring and Scanning');
    expect(stdout).toContain('fail-off.json  fail  /ScanVul must be true, is false');
  });

  it('tells which fields no policy reads, and ends with 1 below what is asked for', async () => {
    await write(good);
    const args = ['coverage', '--policies', 'mine', '--source', 'DescribeAssetImageScanSetting'];
    const { code, stdout } = await policy([...args, '--min', '50']);
    expect(code).toBe(1);
    expect(stdout).toContain('ScanVul                  boolean   own-vulnerabilities\n');
    expect(stdout).toContain('All (deprecated)         boolean   -\n');
    expect(stdout).toContain(
      '2 of 12 fields read (16%); deprecated and volatile fields are not counted\nLess than the 50% that --min asks for.\n',
    );
  });
});

describe('try', () => {
  const answers: Record<string, [answer: unknown, code: number, lines: readonly string[]]> = {
    'a pass, in its Response': [
      { Response: { Enable: true, ScanVul: true, RequestId: 'r' } },
      0,
      ['PASS  own-vulnerabilities', '"when" matches: the policy applies', '"require" holds'],
    ],
    'a fail': [
      { Enable: true, ScanVul: false },
      1,
      ['FAIL  own-vulnerabilities', '"require" does not hold', '  /ScanVul  false  fails "const"'],
    ],
    'a skip': [
      { Enable: false, ScanVul: false },
      0,
      [
        'SKIP  own-vulnerabilities',
        '"when" does not match: the policy does not apply',
        '  /Enable  false  fails "const"',
        '"require" was not asked',
      ],
    ],
    'a missing property': [
      { Enable: true },
      3,
      ['ERROR  own-vulnerabilities', '  the API did not return ScanVul', '  /ScanVul  missing'],
    ],
    'an error of the API': [
      { Response: { Error: { Code: 'UnauthorizedOperation', Message: 'no' }, RequestId: 'r' } },
      3,
      ['ERROR  own-vulnerabilities', '  UnauthorizedOperation: no'],
    ],
    'no JSON': ['{', 2, []],
    'a list': [[], 2, []],
  };
  it.each(Object.entries(answers))('%s', async (_name, [answer, code, lines]) => {
    await write({ ...good, 'answer.json': answer });
    const args = ['try', 'own-vulnerabilities', '--policies', 'mine', '--settings', 'answer.json'];
    const ended = await policy(args);
    expect(ended.code).toBe(code);
    expect(ended.stdout.split('\n').map((line) => line.trimEnd())).toEqual(
      expect.arrayContaining([...lines]),
    );
  });

  it('reads standard input, and derives facts from the time that is given', async () => {
    const answer = { Enable: true, ScanPeriod: 1, LastScanTime: '2026-11-20 00:00:00' };
    const ended = await policy(
      [
        'try',
        'image-scan-fresh',
        '--settings',
        '-',
        '--observed-at',
        '2026-11-24T00:00:00Z',
        '--json',
      ],
      folder,
      JSON.stringify(answer),
    );
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      observedAt: '2026-11-24T00:00:00.000Z',
      finding: { status: 'fail' },
      steps: [
        { schema: 'when', outcome: 'holds' },
        {
          schema: 'require',
          outcome: 'does not hold',
          facts: [
            {
              fact: 'scanOverdueHours',
              value: 80,
              from: [
                { pointer: '/LastScanTime', value: '2026-11-20 00:00:00' },
                { pointer: '/ScanPeriod', value: 1 },
              ],
            },
          ],
        },
      ],
    });
  });
});

describe('new', () => {
  const answers = [
    ...['--id', 'platform-few', '--pack', 'platform', '--title', 'Few images are excluded'],
    ...['--severity', 'medium', '--source', 'DescribeAssetImageScanSetting'],
    ...['--field', 'facts/excludedImageCount', '--maximum', '3', '--when', 'Enable=true'],
    ...['--rationale', 'Blind spots.', '--remediation', 'Remove them.'],
    ...['--control', 'NIST-800-53r5/RA-5', '--policies', 'mine'],
  ];

  it('writes a policy with its examples that lint and test take, and never over one', async () => {
    await mkdir(join(folder, 'mine'));
    const first = await policy(['new', ...answers]);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('4 examples of 1 policy: 4 as they say, 0 not\n');
    expect((await readdir(join(folder, 'mine/schema'))).sort()).toEqual([
      'example.schema.json',
      'policy.schema.json',
    ]);
    expect((await policy(['lint', '--policies', 'mine'])).code).toBe(0);

    const second = await policy(['new', ...answers]);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('--id  "platform-few" is taken by platform/platform-few.json');
  });

  it('says what is missing where there is nobody to ask', async () => {
    await mkdir(join(folder, 'mine'));
    const { code, stderr } = await policy(['new', '--id', 'a', '--policies', 'mine']);
    expect(code).toBe(2);
    expect(stderr.split('\n').map((line) => line.trim().split(' ')[0])).toEqual([
      'There',
      ...[
        '--title',
        '--severity',
        '--source',
        '--field',
        '--rationale',
        '--remediation',
        '--const',
      ],
      '',
    ]);
  });

  const fields: Record<string, readonly string[]> = {
    'a switch': ['DescribeAssetImageScanSetting', 'ScanVul', '--const', 'true'],
    'a time of day': ['DescribeAssetImageScanSetting', 'ScanTime', '--pattern', '^0[0-5]:'],
    'an age': ['DescribeAssetImageScanSetting', 'facts/hoursSinceLastScan', '--maximum', '48'],
    'a documented value': ['DescribeAssetImageScanSetting', 'ScanScope', '--enum', '0,2'],
    'a switch in a list': ['DescribeWarningRules', 'WarningRules/*/Switch', '--const', 'ON'],
    'a fact of a list': ['DescribeWarningRules', 'facts/alertTypesOff', '--max-items', '0'],
  };
  it.each(Object.entries(fields))('asks something of %s', async (_name, given) => {
    await mkdir(join(folder, 'mine'));
    const [source = '', field = '', option = '', value = ''] = given;
    const ended = await policy([
      ...['new', '--policies', 'mine', '--id', 'own-one', '--title', 'One', '--severity', 'low'],
      ...['--source', source, '--field', field, option, value],
      ...['--rationale', 'Made up.', '--remediation', 'Make it up.'],
    ]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/examples of 1 policy: \d as they say, 0 not\n$/);
  });
});

describe('docs', () => {
  it('of this repository are as committed', async () => {
    expect(await policy(['docs', '--check'], process.cwd())).toMatchObject({ code: 0 });
  });

  it('writes a page, keeps what is around its marks, and writes over no other', async () => {
    await write(good);
    const args = ['docs', '--policies', 'mine', '--out', 'page.md'];
    expect((await policy([...args, '--check'])).code).toBe(2);
    expect((await policy(args)).code).toBe(0);
    const page = await readFile(join(folder, 'page.md'), 'utf8');
    expect(page).toContain('[file](mine/own/own-vulnerabilities.json)');
    await write({ 'page.md': `Before.\n${page}After.\n` });
    expect((await policy([...args, '--check'])).code).toBe(0);
    await write({ 'page.md': 'Mine.\n' });
    expect(await policy(args)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('page.md is a page of your own') as unknown,
    });
  });
});

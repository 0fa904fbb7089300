import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { tcssAudit } from '../support/command-line.ts';

const evidence = 'file:test/fixtures/log/store';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tcss-waivers-'));
  for (const part of ['image-scan/image-scan-period.json', 'examples/image-scan-period']) {
    cpSync(join('policies', part), join(folder, part), { recursive: true });
  }
  writeFileSync(join(folder, 'waivers.json'), '[]\n');
  file = join(folder, 'waivers.json');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const given = {
  '--policy': 'image-scan-period',
  '--targets': '100000000001,tag:pci',
  '--reason': 'Made up.',
  '--approved-by': 'ciso',
  '--until': day(60),
};
const optionsOf = (options: Readonly<Record<string, string>>) => Object.entries(options).flat();
const add = (options: Readonly<Record<string, string>> = given) =>
  tcssAudit(['waiver', 'add', '--policies', folder, ...optionsOf(options)]);
const id = `W-${day(0).replaceAll('-', '')}-image-scan-period`;
const written = () => JSON.parse(readFileSync(file, 'utf8')) as unknown;
const waiver = {
  id,
  policy: 'image-scan-period',
  targets: ['100000000001', 'tag:pci'],
  reason: 'Made up.',
  approvedBy: 'ciso',
  from: day(0),
  until: day(60),
};

describe('waiver add', () => {
  it('writes what it was given, and says what remains to be done', async () => {
    expect(await add()).toEqual({
      code: 0,
      stdout: `${id}: image-scan-period is waived on 100000000001, tag:pci until ${day(60)} (${file})\n`,
      stderr: 'The function judges by the waivers it was built with: build and deploy it again.\n',
    });
    expect(written()).toEqual([waiver]);
    expect(await tcssAudit(['policy', 'lint', '--policies', folder])).toMatchObject({ code: 0 });
  });

  it('adds to what is there, and leaves nothing else behind', async () => {
    const before = readdirSync(folder);
    await add();
    await add();
    expect(written()).toEqual([waiver, { ...waiver, id: `${id}-2` }]);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('makes the file where there is none', async () => {
    rmSync(file);
    expect((await add()).code).toBe(0);
    expect(written()).toEqual([waiver]);
  });

  it('keeps the mode of the file, and a link a link', async () => {
    const real = join(folder, 'real.txt');
    writeFileSync(real, '[]\n');
    chmodSync(real, 0o640);
    rmSync(file);
    symlinkSync(real, file);
    expect((await add()).code).toBe(0);
    expect(JSON.parse(readFileSync(real, 'utf8'))).toEqual([waiver]);
    expect(statSync(real).mode & 0o777).toBe(0o640);
  });

  it('refuses by the names of its options, all problems at once, and writes nothing', async () => {
    const ended = await add({ '--policy': 'image-scan-period', '--until': '2020-01-01' });
    expect(ended).toEqual({
      code: 'CONFIG_INVALID',
      stdout: '',
      stderr: [
        'The waiver is not valid:',
        '  --targets      is empty: give uins, alias:<name> or tag:<name>, separated by commas; or * alone, for all',
        '  --reason       is empty: say why it is acceptable, for an auditor',
        '  --approved-by  is empty: name who approved it, by role or name',
        '  --until        is "2020-01-01", which is past: it would waive nothing\n',
      ].join('\n'),
    });
    expect(written()).toEqual([]);
  });

  it('does not touch a file that is not valid', async () => {
    writeFileSync(file, '[{}]');
    expect(await add()).toMatchObject({ code: 'POLICY_INVALID' });
    expect(readFileSync(file, 'utf8')).toBe('[{}]');
  });

  it('says at once what is wrong with an answer, and takes a better one', async () => {
    const { '--targets': _, ...options } = given;
    const argv = ['waiver', 'add', '--policies', folder, ...optionsOf(options)];
    const erase = '\u0015';
    const typed = ['prod\r', `${erase}100000000001,tag:pci\r`, '\r', '\r'];
    const ended = await tcssAudit(argv, { typed });
    expect(ended.stderr).toContain('It has "prod": give uins, alias:<name> or tag:<name>');
    expect(written()).toEqual([waiver]);
  });

  it('writes nothing where the person breaks it off', async () => {
    const argv = ['waiver', 'add', '--policies', folder];
    const ended = await tcssAudit(argv, { typed: ['\u0003'] });
    expect(ended.code).toBe('CONFIG_INVALID');
    expect(ended.stderr).toContain('Broken off: nothing was written.');
    expect(written()).toEqual([]);
  });

  it('asks a person for what was not given', async () => {
    const typed = ['period', '\r', '100000000001, tag:pci\r', 'ciso\r', '\r', '\r'];
    const { '--reason': reason, '--until': until } = given;
    const options = optionsOf({ '--reason': reason, '--until': until });
    const argv = ['waiver', 'add', '--policies', folder, ...options];
    const ended = await tcssAudit(argv, { typed });
    expect(ended.code).toBe(0);
    expect(written()).toEqual([waiver]);
  });
});

describe('waiver list', () => {
  const list = (...options: readonly string[]) =>
    tcssAudit(['waiver', 'list', '--policies', folder, ...options]);
  const write = (...waivers: readonly unknown[]) => {
    writeFileSync(file, JSON.stringify(waivers));
  };
  const ended = { ...waiver, id: 'W-1', from: day(-9), until: day(-1) };
  const pending = { ...waiver, id: 'W-2', from: day(3) };
  const ending = { ...waiver, id: 'W-3', until: day(5) };
  const active = { ...waiver, id: 'W-4' };

  it('says where each stands, and without evidence of none that it is useless', async () => {
    write(ended, pending, ending, active);
    expect(await list('--evidence', `file:${join(folder, 'none')}`)).toMatchObject({
      code: 'EVIDENCE_UNREADABLE',
    });
    const env = { AUDIT_EVIDENCE: `file:${join(folder, 'none')}` };
    expect(await tcssAudit(['waiver', 'list', '--policies', folder], { env })).toEqual({
      code: 0,
      stdout: [
        `ENDED    W-1  image-scan-period  100000000001, tag:pci  until ${day(-1)}                ciso: Made up.`,
        `PENDING  W-2  image-scan-period  100000000001, tag:pci  from ${day(3)}                 ciso: Made up.`,
        `ENDING   W-3  image-scan-period  100000000001, tag:pci  until ${day(5)}, 5 days left   ciso: Made up.`,
        `ACTIVE   W-4  image-scan-period  100000000001, tag:pci  until ${day(60)}, 60 days left  ciso: Made up.`,
        '4 waivers: 1 active, 1 pending, 1 ending, 1 ended\n',
      ].join('\n'),
      stderr: 'There is no evidence log, so none is said to be useless: --evidence URL\n',
    });
  });

  it('holds them against the latest run of the evidence log', async () => {
    write(active);
    expect(await list('--evidence', evidence)).toEqual({
      code: 0,
      stdout: [
        `USELESS  W-4  image-scan-period  100000000001, tag:pci  until ${day(60)}, 60 days left  ciso: Made up.`,
        'W-4: no account of the latest run is tag:pci',
        '1 waiver: 1 useless\n',
      ].join('\n'),
      stderr: '',
    });
  });

  const checks: Record<string, [waivers: readonly unknown[], code: number]> = {
    'passes where nothing is to be done': [[pending], 0],
    'does not pass where one is useless': [[active], 1],
    'does not pass where one has ended': [[ended, pending], 1],
    'passes where there is none': [[], 0],
  };
  it.each(Object.entries(checks))('--check %s', async (_name, [waivers, code]) => {
    write(...waivers);
    expect((await list('--check', '--evidence', evidence)).code).toBe(code);
  });

  it('prints JSON with what each waiver says', async () => {
    write(active);
    const { stdout } = await list('--json', '--evidence', evidence);
    expect(JSON.parse(stdout)).toEqual({
      waivers: [{ ...active, state: 'useless', unmatched: ['tag:pci'] }],
      evidence: true,
    });
  });
});

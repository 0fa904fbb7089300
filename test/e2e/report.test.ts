/** `tcss-audit report` as a process, on the committed log and on a broken copy of it. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { goldenRoot } from '../support/log.ts';

const cli = resolve('dist/cli/index.js');
const publicKey = resolve('test/fixtures/log/test-only-public-key.pem');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tcss-audit-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function report(...args: readonly string[]): Promise<Ran> {
  return new Promise((settle) => {
    const env = { PATH: process.env['PATH'], HOME: folder };
    const child = execFile(
      process.execPath,
      [cli, 'report', ...args],
      { cwd: folder, env },
      (_, stdout, stderr) => {
        settle({ code: child.exitCode ?? -1, stdout, stderr });
      },
    );
  });
}

it('writes one page and says where, and what it says', async () => {
  const { code, stdout, stderr } = await report(
    '--evidence',
    `file:${goldenRoot}`,
    // What the committed log says is made up, so its findings do not follow.
    '--no-replay',
    '--public-key',
    publicKey,
  );
  expect(stderr).toBe('');
  expect(stdout).toMatch(
    /^report\.html\ncould not tell: 0 fail, 1 error, 0 waived · 2 runs · evidence intact, checked with 1 key · \d+ kB\n$/,
  );
  expect(code).toBe(0);
  const page = await readFile(join(folder, 'report.html'), 'utf8');
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).toContain("default-src 'none'; script-src 'sha256-");
  expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
});

it('speaks the language and of the span that it is asked for', async () => {
  const out = join(folder, 'zh.html');
  const span = ['--since', '2026-11-24', '--until', '2026-11-24'];
  const { code, stdout } = await report(
    '--evidence',
    `file:${goldenRoot}`,
    '--locale',
    'zh',
    '--no-replay',
    '--out',
    out,
    ...span,
  );
  expect(code).toBe(0);
  expect(stdout).toContain(
    ' · 1 run · evidence intact, not verified with a key (give --public-key) · ',
  );
  expect(await readFile(out, 'utf8')).toContain('<html lang="zh-Hans">');
});

it('is made of a broken log too, says so, and ends with 1', async () => {
  const store = join(folder, 'broken');
  await cp(goldenRoot, store, { recursive: true });
  const file = join(store, 'runs/nightly-20261125T180000Z/targets-0000.jsonl');
  await writeFile(file, (await readFile(file, 'utf8')).replace('made up', 'made UP'));
  const out = join(folder, 'broken.html');
  const { code, stdout } = await report('--evidence', `file:${store}`, '--no-replay', '--out', out);
  expect(code).toBe(1);
  expect(stdout).toContain(
    '1 unreadable · evidence BROKEN, 1 fault, the first at runs/nightly-20261125T180000Z/targets-0000.jsonl',
  );
  expect(await readFile(out, 'utf8')).toContain('The evidence log is broken: 1 fault.');
});

const refusals: Record<
  string,
  { readonly args: readonly string[]; readonly code: number; readonly says: string }
> = {
  'no log': {
    args: ['--evidence', 'file:nowhere'],
    code: 3,
    says: 'There is no evidence log in ',
  },
  'a day that the calendar lacks': {
    args: ['--until', '2026-02-30'],
    code: 2,
    says: '--until  is "2026-02-30": give a day such as 2026-09-01',
  },
  'a span that ends before it begins': {
    args: ['--since', '2026-11-02', '--until', '2026-11-01'],
    code: 2,
    says: '--until  is before --since',
  },
  'a language it does not speak': {
    args: ['--locale', 'fr'],
    code: 2,
    says: '--locale  is "fr": give en or zh',
  },
  'a place it cannot write to': {
    args: ['--evidence', `file:${goldenRoot}`, '--out', 'no/such/folder.html'],
    code: 2,
    says: '--out  no/such/folder.html cannot be written',
  },
};
it.each(Object.entries(refusals))('refuses %s', async (_name, { args, code, says }) => {
  const ran = await report(...args);
  expect(ran.stderr).toContain(says);
  expect(ran.code).toBe(code);
});

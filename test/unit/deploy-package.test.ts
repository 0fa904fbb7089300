import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { strFromU8, unzipSync } from 'fflate';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { isSameCode, packFolder, type Package } from '../../cli/deploy/package.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tcss-package-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function packed(path: string, exclude: readonly string[] = []): Package {
  const code = packFolder(path, exclude);
  if (!code.ok) throw new Error(code.problems[0].what);
  return code.value;
}

function write(files: Readonly<Record<string, string>>, into = folder) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(into, name, '..'), { recursive: true });
    writeFileSync(join(into, name), text, { mode: name.endsWith('.sh') ? 0o755 : 0o600 });
  }
}

it('makes the same bytes of the same files, whenever and in whichever order they were written', () => {
  const files = {
    'index.js': 'exports.main_handler = 1;',
    'a/b.js': 'b',
    'B.js': 'B',
    'run.sh': '',
  };
  const other = mkdtempSync(join(tmpdir(), 'tcss-package-'));
  write(files);
  write(Object.fromEntries(Object.entries(files).reverse()), other);
  utimesSync(join(other, 'index.js'), new Date(), new Date('2001-02-03'));
  const first = packed(folder);
  expect(first.files).toEqual(['B.js', 'a/b.js', 'index.js', 'run.sh']);
  expect(packed(other)).toEqual(first);
  rmSync(other, { recursive: true });
});

it('makes the same bytes in every zone of the world', () => {
  write({ 'index.js': 'x' });
  const before = process.env['TZ'];
  const inZone = (zone: string) => {
    process.env['TZ'] = zone;
    return packed(folder).sha256;
  };
  const all = new Set(
    ['UTC', 'Asia/Shanghai', 'America/St_Johns', 'Pacific/Kiritimati'].map(inZone),
  );
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
  expect(all.size).toBe(1);
});

it('makes other bytes of another file, another name, or another text', () => {
  const hashes = [{ 'a.js': 'x' }, { 'b.js': 'x' }, { 'a.js': 'y' }].map((files) => {
    rmSync(folder, { recursive: true });
    write(files);
    return packed(folder).sha256;
  });
  expect(new Set(hashes).size).toBe(3);
});

it('packs what the patterns leave, whole, and links as what they lead to', () => {
  write({
    'index.js': 'code',
    'index.js.map': 'map',
    '.env': 'SECRET=1',
    'docs/a.md': 'a',
    'docs/b/c.md': 'c',
  });
  symlinkSync(join(folder, 'index.js'), join(folder, 'link.js'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'broken.js'));
  const { zip, files } = packed(folder, ['*.map', '.env', 'docs/**']);
  expect(files).toEqual(['index.js', 'link.js']);
  const unzipped = Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, strFromU8(bytes)]);
  expect(unzipped).toEqual([
    ['index.js', 'code'],
    ['link.js', 'code'],
  ]);
});

it('says what to do where there is nothing to pack', () => {
  const nowhere = join(folder, 'dist');
  const what = 'holds no files: run npm run build';
  for (const where of [nowhere, folder]) {
    expect(packFolder(where, [])).toEqual({ ok: false, problems: [{ where, what }] });
  }
});

it('refuses more than SCF takes', () => {
  const noise = Buffer.alloc(21 * 1024 * 1024);
  for (let at = 0, seed = 1; at < noise.length; at += 4) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    noise.writeUInt32LE(seed, at);
  }
  writeFileSync(join(folder, 'index.js'), noise);
  const what = 'is 21.0 MB as a zip, and SCF takes 20: exclude what the function does not read';
  expect(packFolder(folder, [])).toEqual({ ok: false, problems: [{ where: folder, what }] });
});

const sha256 = 'a'.repeat(62) + '09';
const told = {
  hex: [sha256, true],
  'hex in capitals': [sha256.toUpperCase(), true],
  base64: [Buffer.from(sha256, 'hex').toString('base64'), true],
  'another hash': ['b'.repeat(64), false],
  'another hash in base64': [Buffer.alloc(32).toString('base64'), false],
  nothing: ['', false],
} as const;
it.each(Object.entries(told))('compares with %s', (_name, [text, isSame]) => {
  expect(isSameCode(text, sha256)).toBe(isSame);
});

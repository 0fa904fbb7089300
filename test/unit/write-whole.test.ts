/** What --out names: the whole of it or what stood there before. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { writeWhole } from '../../cli/write-whole.ts';
import { AuditError } from '../../shared/errors.ts';

let folder: string;
let out: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tcss-whole-'));
  out = join(folder, 'page.html');
  writeFileSync(out, 'before');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const found = () => [readdirSync(folder), readFileSync(out, 'utf8')];

it('shows what stood there until all is written', async () => {
  const seen: string[] = [];
  function* chunks() {
    for (let chunk = 0; chunk < 40; chunk += 1) {
      seen.push(readFileSync(out, 'utf8'));
      yield 'x'.repeat(10_000);
    }
  }
  await writeWhole(out, chunks());
  expect(new Set(seen)).toEqual(new Set(['before']));
  expect(found()).toEqual([['page.html'], 'x'.repeat(400_000)]);
});

it('leaves what stood there, and nothing else, where the rest cannot be had', async () => {
  const broken = new AuditError('EVIDENCE_BROKEN', 'Record 3 is missing.');
  function* chunks() {
    yield 'half';
    throw broken;
  }
  await expect(writeWhole(out, chunks())).rejects.toBe(broken);
  expect(found()).toEqual([['page.html'], 'before']);
});

it('names the file that cannot be written', async () => {
  const below = join(out, 'below');
  await expect(writeWhole(below, ['text'])).rejects.toThrow(
    `Arguments are not valid:\n  --out  ${below} cannot be written (`,
  );
});

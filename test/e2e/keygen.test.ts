/** The built command line makes keys. `npm test` builds it first. */
import { spawnSync } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { parsePublicKey, parseSigningKey } from '../../shared/evidence/sign.ts';

const cli = resolve('dist/cli/index.js');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tcss-keygen-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function keygen(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'keygen', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');
const modeOf = (name: string) => (statSync(join(folder, name)).mode & 0o777).toString(8);

it('makes a pair that signs and verifies, and prints the key id and no key', () => {
  const { code, stdout, stderr } = keygen();
  const spki = createPublicKey(textOf('audit.pub.pem')).export({ type: 'spki', format: 'der' });
  const keyid = createHash('sha256').update(spki).digest('hex');
  expect({ code, stdout }).toEqual({ code: 0, stdout: `keyid ${keyid}\n` });
  expect(parseSigningKey(textOf('audit.pem'))?.keyid).toBe(keyid);
  expect(parsePublicKey(textOf('audit.pub.pem'))?.keyid).toBe(keyid);
  expect(createPrivateKey(textOf('audit.pem')).asymmetricKeyType).toBe('ed25519');
  expect([modeOf('audit.pem'), readdirSync(folder)]).toEqual([
    '600',
    ['audit.pem', 'audit.pub.pem'],
  ]);
  const [, secret = '-'] = textOf('audit.pem').split('\n');
  expect(stdout + stderr).not.toContain(secret);
});

it('names the files as it is told', () => {
  expect(keygen('--out', 'night.pem').code).toBe(0);
  expect(readdirSync(folder)).toEqual(['night.pem', 'night.pub.pem']);
});

it('writes the value of AUDIT_SIGNING_KEY where it is asked to', () => {
  expect(keygen('--base64', 'value').code).toBe(0);
  expect(modeOf('value')).toBe('600');
  expect(Buffer.from(textOf('value'), 'base64').toString()).toBe(textOf('audit.pem'));
});

it('prints it alone, to be piped', () => {
  const { stdout } = keygen('--base64', '-');
  expect(Buffer.from(stdout, 'base64').toString()).toBe(textOf('audit.pem'));
});

const taken: Record<string, readonly [string, string]> = {
  'a private key': ['audit.pem', '--out     audit.pem'],
  'a public key': ['audit.pub.pem', '--out     audit.pub.pem'],
  'the value': ['value', '--base64  value'],
};
it.each(Object.entries(taken))('writes over nothing: %s', (_name, [file, named]) => {
  writeFileSync(join(folder, file), 'mine');
  const { code, stdout, stderr } = keygen('--base64', 'value');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe(
    `Arguments are not valid:\n  ${named.replace(/ {2,}/, '  ')} is there already, and no key is written over\n`,
  );
  expect([readdirSync(folder), textOf(file)]).toEqual([[file], 'mine']);
});

it('leaves no half of a pair where it cannot write all', () => {
  const { code } = keygen('--base64', 'nowhere/value');
  expect([code, readdirSync(folder)]).toEqual([2, []]);
});

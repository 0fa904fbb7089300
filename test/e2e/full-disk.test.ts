/** The built command line on a disk that is full: no file of it may be larger. `npm test` builds it first. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

const cli = resolve('dist/cli/index.js');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tcss-full-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** @param blocks of 512 bytes */
function tcssAudit(blocks: number, ...args: readonly string[]) {
  const limited = `ulimit -f ${String(blocks)}; exec "$0" "$@"`;
  const { status, stdout, stderr } = spawnSync(
    '/bin/sh',
    ['-c', limited, process.execPath, cli, ...args],
    { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] } },
  );
  return { code: status, stdout, stderr };
}

it('keygen leaves no key behind', () => {
  expect(tcssAudit(0, 'keygen')).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'Arguments are not valid:\n  --out  audit.pem cannot be written (EFBIG: file too large, write)\n',
  });
  expect(readdirSync(folder)).toEqual([]);
});

it('policy new leaves neither the policy nor its folders behind, nor half of a schema', () => {
  mkdirSync(join(folder, 'mine'));
  const argv = [
    ...['policy', 'new', '--policies', 'mine', '--id', 'own-one', '--title', 'One'],
    ...['--severity', 'low', '--source', 'DescribeAssetImageScanSetting', '--field', 'ScanVul'],
    ...['--const', 'true', '--rationale', 'Made up.', '--remediation', 'Make it up.'],
  ];
  expect(tcssAudit(4, ...argv)).toEqual({
    code: 2,
    stdout: '',
    stderr: 'mine/schema/policy.schema.json cannot be written (EFBIG: file too large, write)\n',
  });
  expect(readdirSync(join(folder, 'mine'))).toEqual([]);
  expect(tcssAudit(4_096, ...argv).code).toBe(0);
});

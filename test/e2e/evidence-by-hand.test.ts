/** docs/evidence.md: the commands that check a log without this program are run, on a log of real runs. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { judgedRoot, publicKey } from '../support/log.ts';

const tools = ['openssl version', 'jq --version', 'sha256sum --version', 'base64 --version'];
const missing = tools.filter((tool) => spawnSync('sh', ['-c', tool]).status !== 0);

const page = readFileSync('docs/evidence.md', 'utf8');
const chapter = page.slice(
  page.indexOf('## Check it without this program'),
  page.indexOf('## Keys'),
);
const [, signature = '', key = '', files = '', chain = '', verdict = ''] = Array.from(
  chapter.matchAll(/^```sh\n(.*?)^```$/gms),
  ([, script = '']) => script,
);

describe.skipIf(missing.length > 0)('by hand, with openssl, jq, sha256sum and base64', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tcss-by-hand-'));
    cpSync(judgedRoot, folder, { recursive: true });
    const pem = publicKey.key.export({ type: 'spki', format: 'pem' });
    writeFileSync(join(folder, 'audit.pub.pem'), pem);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** One shell, as a reader of the page has it. */
  function run(...scripts: readonly string[]) {
    const begin = 'record=log/000000000003.json\nwork=$(mktemp -d)\n';
    const { stdout, stderr, status } = spawnSync('bash', ['-c', begin + scripts.join('\n')], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { lines: stdout.trim().split('\n'), stderr, status };
  }

  it('the signature', () => {
    expect(run(signature).lines).toEqual(['Signature Verified Successfully']);
  });

  it('the key', () => {
    const [named, computed = ''] = run(key).lines;
    expect([named, computed.split(' ')[0]]).toEqual([publicKey.keyid, publicKey.keyid]);
  });

  it('the sealed files', () => {
    const fine = run(signature, files);
    expect(fine.lines.slice(1).map((line) => line.split(': ')[1])).toEqual(['OK', 'OK']);
  });

  it('the chain', () => {
    const { lines } = run(chain);
    expect(lines).toEqual([
      ...Array.from(
        { length: 12 },
        (_, index) => `log/${String(index + 1).padStart(12, '0')}.json follows`,
      ),
      'head e53c82d893390fa711f3745d99352ce7d5350e0edf73ac89b0fbda5a8a158fee',
    ]);
  });

  it('the verdict', () => {
    expect(run(signature, verdict).lines.slice(1)).toEqual([
      '{"when":{"properties":{"Enable":{"const":true}}},"require":{"properties":{"ScanVul":{"const":true}}}}',
      '{"Enable":true,"ScanVul":false}',
      expect.stringContaining(
        '"policyId":"image-scan-vulnerabilities","severity":"high","status":"fail"',
      ),
    ]);
  });

  it('an edited record is refused', () => {
    const forge = `
      jq -c --arg p "$(jq -r .payload $record | base64 -d | sed 's/"fail":3/"fail":0/' | base64 -w0)" '.payload = $p' $record > $work/forged.json
      record=$work/forged.json`;
    const { lines, status } = run(forge, signature);
    expect([lines, status]).toEqual([['Signature Verification Failure'], 1]);
  });
});

if (missing.length > 0) {
  it.skipIf(true)(`is skipped: this machine lacks ${missing.join(', ')}`, () => {
    expect(missing).not.toEqual([]);
  });
}

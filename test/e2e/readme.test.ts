/** README.md: its commands are run, its output is what they print. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const readme = await readFile('README.md', 'utf8');
const manifest = JSON.parse(await readFile('package.json', 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** As in the README: a line that stands for any number of lines. */
const leftOut = '…';

interface Example {
  readonly command: string;
  readonly output: readonly string[];
}

/** Of every `console` block, each line that starts with `$ ` and what stands below it. */
function examplesIn(markdown: string): readonly Example[] {
  const blocks = Array.from(markdown.matchAll(/^```console\n(.*?)^```$/gms), ([, text]) => text);
  return blocks.flatMap((text = '') =>
    text
      .split(/^\$ /m)
      .slice(1)
      .map((example) => {
        const [command = '', ...output] = example.trimEnd().split('\n');
        return { command, output };
      }),
  );
}

/**
 * What a command does in this checkout, which is installed and built already: `npm test` builds first, and
 * another build would pull dist/ from under the tests that run beside this one.
 */
function inThisCheckout(command: string): string {
  const script = /^npm (?:run )?(\w+)$/.exec(command.replace(/^npm ci && /, ''))?.[1];
  if (script === undefined) return command;
  return (manifest.scripts[script] ?? '').replace(/^npm run --silent build && /, '');
}

/** What differs from run to run, made the same. */
function steady(text: string): string {
  return text
    .replace(/\b[0-9a-f]{64}\b/g, '<sha256>')
    .replace(/\b[0-9a-f]{8}…/g, '<hash>…')
    .replace(/127\.0\.0\.1:\d+#[0-9a-f]{8}/g, '<channel>')
    .replace(/\b\d{8}T\d{6,9}Z\b/g, '<time>')
    .replace(/\b\d{4}-\d{2}-\d{2}\b/g, '<day>');
}

/** The pieces of the expected output between the lines that were left out. */
function piecesOf(output: readonly string[]): readonly string[] {
  return output
    .join('\n')
    .split(new RegExp(`^${leftOut}$`, 'm'))
    .map((piece) => piece.replace(/^\n|\n$/g, ''))
    .map(steady);
}

/** The first piece that the text does not hold after those before it. */
function firstAbsent(text: string, pieces: readonly string[]): string | undefined {
  let at = 0;
  return pieces.find((piece) => {
    const found = `\n${text}\n`.indexOf(`\n${piece}\n`, at);
    if (piece !== '' && found < 0) return true;
    if (piece !== '') at = found + piece.length;
    return false;
  });
}

describe('README.md', () => {
  let folder: string;
  beforeAll(async () => {
    // The checkout as seen from another folder, so that evidence is not written into it.
    folder = await mkdtemp(join(tmpdir(), 'tcss-audit-'));
    const names = (await readdir('.')).filter((name) => name !== 'evidence');
    await Promise.all(names.map((name) => symlink(resolve(name), join(folder, name))));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['npm ci && npm start', 'npm ci && npm test'])('names %s', (command) => {
    expect(readme).toContain(command);
  });

  it('says what it is on a first screen of 40 lines', () => {
    const lines = readme.split('\n');
    expect(lines.indexOf('## Quickstart')).toBeGreaterThan(0);
    expect(lines.indexOf('## Quickstart')).toBeLessThanOrEqual(40);
  });

  const examples = examplesIn(readme);
  it('has examples', () => {
    expect(examples.map(({ command }) => command)).toHaveLength(5);
  });

  it.each(examples.map((example) => [example.command, example] as const))(
    '$ %s prints what it says',
    async (_name, { command, output }) => {
      const { stdout } = await promisify(execFile)(
        'sh',
        // Both streams in the order in which a terminal shows them.
        ['-c', `exec 2>&1; ${inThisCheckout(command)}`],
        { cwd: folder, env: { PATH: process.env['PATH'], HOME: '/nonexistent' } },
      );
      const actual = steady(stdout.trimEnd());
      const pieces = piecesOf(output);
      expect(firstAbsent(actual, pieces), actual).toBeUndefined();
      // Nothing may be left out without a line that says so.
      if (pieces[0] !== '') expect(actual.startsWith(pieces[0] ?? '')).toBe(true);
      if (pieces.at(-1) !== '') expect(actual.endsWith(pieces.at(-1) ?? '')).toBe(true);
    },
  );

  it('shows a policy that ships, shortened', async () => {
    const shown = JSON.parse(/^```json\n(.*?)^```$/ms.exec(readme)?.[1] ?? '') as { id: string };
    const file = await readFile(`policies/image-scan/${shown.id}.json`, 'utf8');
    expect(JSON.parse(file)).toMatchObject(shown);
  });
});

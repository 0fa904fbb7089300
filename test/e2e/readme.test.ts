/** README.md: what it must say. Its commands are run by docs-commands.test.ts. */
import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

const readme = readFileSync('README.md', 'utf8');

it.each(['npm ci && npm start', 'npm ci && npm test'])('names %s', (command) => {
  expect(readme).toContain(command);
});

it('says what it is on a first screen of 40 lines', () => {
  const lines = readme.split('\n');
  expect(lines.indexOf('## Quickstart')).toBeGreaterThan(0);
  expect(lines.indexOf('## Quickstart')).toBeLessThanOrEqual(40);
});

it('shows a policy that ships, shortened', () => {
  const shown = JSON.parse(/^```json\n(.*?)^```$/ms.exec(readme)?.[1] ?? '') as { id: string };
  const file = readFileSync(`policies/image-scan/${shown.id}.json`, 'utf8');
  expect(JSON.parse(file)).toMatchObject(shown);
});

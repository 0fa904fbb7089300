/** docs/operations.md names the checks that there are, in their order. */
import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { checks } from '../../cli/doctor/checks.ts';

const docs = readFileSync('docs/operations.md', 'utf8');
const names = checks.map(({ name }) => name);

it('explains each check', () => {
  const [, section = ''] = docs.split('### What it looks at');
  const rows = [...section.matchAll(/^\| `([a-z ]+)` +\|/gm)].map(([, name]) => name);
  expect(rows).toEqual(names);
});

it('shows a line of each check', () => {
  const [, output = ''] = /^```console\n\$ npx tcss-audit doctor\n(.*?)^```$/ms.exec(docs) ?? [];
  const lines = output.split('\n').filter((line) => /^[A-Z]/.test(line));
  const shown = lines.map((line) => /^[A-Z]+ +([a-z ]+?)  /.exec(line)?.[1]);
  expect([...new Set(shown)]).toEqual(names);
});

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { expect, it } from 'vitest';

const files = ['shared', 'functions', 'cli', 'simulator'].flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(root, name)),
);
/** Static, dynamic, re-exported and type-only imports; relative ones as paths from the root. */
const importing = /(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)'([^']+)'/g;
const imports = files.flatMap((from) =>
  [...readFileSync(from, 'utf8').matchAll(importing)].map(([, name = '']) => ({
    from,
    to: name.startsWith('.') ? normalize(join(dirname(from), name)) : name,
  })),
);

/** What everything stands on; the rest of `shared/*.ts` puts the stages together. */
const foundation =
  /^shared\/(errors|fields|identity|json|model|ports|retry|schedule|text|edge)\.ts$/;
const stages = 'settings|policy|evidence|notice|report';
const edges =
  /^(shared\/(settings\/tencent|evidence\/stores)\/|shared\/(wire|edge)\.ts$|functions\/|cli\/|simulator\/)/;
const rules: Record<string, (from: string, to: string) => boolean> = {
  'stages never import each other': (from, to) => {
    const [ours, theirs] = [from, to].map(
      (path) => new RegExp(`^shared/(${stages})/`).exec(path)?.[1],
    );
    return ours === undefined || theirs === undefined || ours === theirs;
  },
  'stages import themselves and the foundation': (from, to) =>
    !new RegExp(`^shared/(${stages})/`).test(from) ||
    !/^shared\/[^/]+\.ts$/.test(to) ||
    foundation.test(to),
  'the foundation imports nothing but itself': (from, to) =>
    !foundation.test(from) || !to.startsWith('shared/') || foundation.test(to),
  'shared imports nothing from cli, functions and simulator': (from, to) =>
    !from.startsWith('shared/') || !/^(cli|functions|simulator|test)\//.test(to),
  'of data, shared imports the schemas and package.json only': (from, to) =>
    !from.startsWith('shared/') ||
    !to.endsWith('.json') ||
    /^(policies\/schema\/|package\.json)/.test(to),
  'functions import the run and what it is made of': (from, to) =>
    !from.startsWith('functions/') ||
    !to.startsWith('shared/') ||
    /^shared\/(run|wire|config|model|errors|edge|json|identity|schedule|awaited|watch)\.ts$/.test(
      to,
    ) ||
    (from === 'functions/audit/policies.d.ts' && to === 'shared/policy/compiled.ts'),
  'functions import nothing from cli and simulator': (from, to) =>
    !from.startsWith('functions/') || !/^(cli|simulator|test)\//.test(to),
  'the simulator imports nothing but itself and Node': (from, to) =>
    !from.startsWith('simulator/') || /^(simulator\/|node:)/.test(to),
  'nothing but the cli imports the simulator': (from, to) =>
    !to.startsWith('simulator/') || /^(cli|simulator)\//.test(from),
  'only the edges import node modules': (from, to) =>
    !to.startsWith('node:') ||
    edges.test(from) ||
    (to === 'node:crypto' && /^shared\/(evidence|notice)\//.test(from)),
};

it.each(Object.entries(rules))('%s', (_rule, allows) => {
  const broken = imports.filter(({ from, to }) => !allows(from, to));
  expect(broken).toEqual([]);
});

it('sees the imports that there are', () => {
  expect(imports).toContainEqual({ from: 'shared/judge.ts', to: 'shared/policy/evaluate.ts' });
  expect(imports).toContainEqual({
    from: 'shared/settings/tencent/api.ts',
    to: 'shared/settings/tencent/sts.ts',
  });
  expect(imports).toContainEqual({
    from: 'shared/settings/tencent/connections.ts',
    to: 'node:https',
  });
  expect(imports).toContainEqual({
    from: 'functions/audit/policies.d.ts',
    to: 'shared/policy/compiled.ts',
  });
});

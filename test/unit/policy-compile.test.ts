import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { build } from 'esbuild';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { encodePolicies } from '../../shared/evidence/run-files.ts';
import type { JsonObject, Waiver } from '../../shared/model.ts';
import {
  compilePolicy,
  compileProblem,
  compileToModules,
  type PackedPolicy,
} from '../../shared/policy/compile.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { answers } from '../support/arbitraries.ts';
import {
  goodSettings,
  judge,
  library,
  policyOf,
  scanSource,
  shipped,
} from '../support/settings.ts';

/** Inside the project, so that what the module imports is found; the process id keeps runs apart. */
const folder = join('node_modules', '.cache', `tcss-audit-compile-${String(process.pid)}`);

const waiver: Waiver = {
  id: 'W-1',
  policy: 'image-scan-scope',
  targets: ['100000000001'],
  reason: 'Line one.\nLine "two" \u2028 </script>.',
  approvedBy: 'ciso',
  from: '2026-11-01',
  until: '2026-11-30',
};

/** Every keyword that a policy may use, and texts that source code must escape. */
const schemas: Readonly<Record<string, readonly [require: JsonObject, when?: JsonObject]>> = {
  enum: [{ properties: { ScanResult: { enum: ['Success', 'a,b', '"\\\u2028`${x}'] } } }],
  const: [{ properties: { Images: { const: ['sha256:a', 'b'] } } }],
  numbers: [
    { properties: { ScanPeriod: { exclusiveMinimum: 0, exclusiveMaximum: 8, multipleOf: 2 } } },
  ],
  texts: [{ properties: { ScanTime: { minLength: 5, maxLength: 8, pattern: '^\\p{Nd}{2}:00' } } }],
  lists: [
    {
      properties: {
        Images: { minItems: 1, maxItems: 2, uniqueItems: true, items: { minLength: 2 } },
      },
    },
  ],
  contains: [
    { properties: { Images: { contains: { pattern: '^sha' }, minContains: 2, maxContains: 3 } } },
  ],
  branches: [
    {
      anyOf: [
        { properties: { ScanVul: { const: true } } },
        { not: { properties: { ScanRisk: { const: true } } } },
      ],
      oneOf: [{ required: ['Enable'] }, { properties: { ScanScope: { const: 1 } } }],
    },
  ],
  condition: [
    {
      if: { properties: { ScanScope: { const: 1 } } },
      then: { properties: { Images: { minItems: 1 } } },
      else: { properties: { ClusterIDs: { maxItems: 0 } } },
    },
    { properties: { Enable: { const: true } } },
  ],
  reference: [
    {
      $defs: { on: { const: true } },
      properties: { ScanVul: { $ref: '#/$defs/on' }, ScanRisk: { $ref: '#/$defs/on' } },
    },
  ],
};

const extra: readonly PackedPolicy[] = Object.entries(schemas).map(([id, [require, when]]) => {
  const { policy } = policyOf({ id, require, title: 'A "title" \\ \u2028', ...(when && { when }) });
  return { pack: 'made-up', policy };
});
const packed = library.policies.concat(extra);
const now = packed.map(compilePolicy);

interface Built {
  readonly policies: readonly CompiledPolicy[];
  readonly waivers: readonly Waiver[];
}

async function load(policiesOf: readonly PackedPolicy[], waivers: readonly Waiver[]) {
  const { policies, checks } = compileToModules(policiesOf, waivers);
  const bundle = await build({
    stdin: { contents: policies, resolveDir: process.cwd() },
    plugins: [
      {
        name: 'checks',
        setup(bundled) {
          const filter = /^virtual:checks$/;
          bundled.onResolve({ filter }, ({ path }) => ({ path, namespace: 'checks' }));
          bundled.onLoad({ filter: /./, namespace: 'checks' }, () => ({
            ...{ contents: checks, resolveDir: process.cwd() },
          }));
        },
      },
    ],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node18',
    write: false,
    logLevel: 'silent',
  });
  const file = join(folder, `${String(policiesOf.length)}-policies.mjs`);
  writeFileSync(file, bundle.outputFiles[0]?.contents ?? '');
  return (await import(pathToFileURL(file).href)) as Built;
}

let built: Built;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  built = await load(packed, [waiver]);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** @param source of which the settings are */
const differing = (settings: JsonObject, source = scanSource.id) =>
  now.flatMap((policy, index) => {
    if (policy.policy.source !== source) return [];
    const other = built.policies[index];
    if (other === undefined) throw new Error('No such policy in the module');
    const [here, there] = [policy, other].map((each) => judge(each, settings));
    return JSON.stringify(here) === JSON.stringify(there) ? [] : [{ here, there }];
  });

describe('the module that is built', () => {
  it('holds the same policies, packs, reads and waivers', () => {
    const dataOf = ({ policy, pack, when, require }: CompiledPolicy) => ({
      policy,
      pack,
      reads: [when?.reads, require.reads],
    });
    expect(built.policies.map(dataOf)).toEqual(now.map(dataOf));
    expect(built.waivers).toEqual([waiver]);
  });

  it('seals the same policies file', () => {
    expect(encodePolicies(built.policies, [waiver])).toEqual(encodePolicies(now, [waiver]));
  });

  it('holds no ajv', () => {
    const { policies, checks } = compileToModules(packed, []);
    expect(policies + checks).not.toMatch(/ajv\/dist\/(2020|core|ajv|compile)/);
  });

  it.each(library.examples.map((example) => [example.file, example] as const))(
    'gives the same findings: %s',
    (_file, example) => {
      expect(differing(example.settings, shipped(example.policyId).policy.source)).toEqual([]);
    },
  );

  it('gives the same findings of any answer', () => {
    fc.assert(
      fc.property(answers(), (answer) => {
        expect(differing(answer.settings)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('meets a pass and a fail of every keyword', () => {
    const images = (...Images: readonly string[]): JsonObject => ({ ...goodSettings, Images });
    const settings = [
      goodSettings,
      images('sha256:a', 'b'),
      images('sha256:a', 'sha256:b'),
      { ...goodSettings, ScanPeriod: 2, ScanTime: '02:30', ScanVul: false, ClusterIDs: ['c'] },
      { ...goodSettings, ScanResult: 'InternalError', ScanScope: 1 },
    ];
    const met = extra.map(({ policy }, index) => {
      const compiled = built.policies[library.policies.length + index];
      if (compiled === undefined) throw new Error('No such policy in the module');
      const statuses = settings.map((each) => judge(compiled, each).status);
      return [policy.id, [...new Set(statuses)].sort()];
    });
    expect(met).toEqual(extra.map(({ policy }) => [policy.id, ['fail', 'pass']]));
  });

  it('takes the promise of a `when` that is asynchronous for no answer', () => {
    const when = { $async: true, properties: { Enable: { const: true } } };
    const { policy } = policyOf({ require: { properties: { ScanVul: { const: true } } }, when });
    expect(judge(compilePolicy({ pack: 'made-up', policy }), goodSettings)).toEqual({
      policyId: 'made-up',
      severity: 'low',
      status: 'error',
      reason: 'the check gave no yes or no',
    });
  });

  it('is a module too when there is nothing in it', async () => {
    expect(await load([], [])).toMatchObject({ policies: [], waivers: [] });
  });
});

describe('compileProblem', () => {
  const bad: Record<string, [schema: JsonObject, problem: RegExp]> = {
    'an unknown keyword': [
      { properties: { A: { maximun: 7 } } },
      /^strict mode: unknown keyword: "maximun"$/,
    ],
    'a keyword of the wrong type': [
      { properties: { A: { maximum: '7' } } },
      /^schema is invalid: /,
    ],
    'a pattern that is none': [
      { properties: { A: { pattern: '(' } } },
      /^Invalid regular expression: /,
    ],
    'a $ref to nothing': [
      { $ref: '#/$defs/a' },
      /^can't resolve reference #\/\$defs\/a from id #$/,
    ],
    'a then without if': [
      { then: { required: ['A'] } },
      /^strict mode: "then" without "if" is ignored$/,
    ],
    'an unknown format': [
      { properties: { A: { format: 'no-such' } } },
      /^unknown format "no-such"/,
    ],
  };
  it.each(Object.entries(bad))('names %s', (_name, [schema, problem]) => {
    expect(compileProblem(schema)).toMatch(problem);
  });

  it.each(Object.entries(schemas))(
    'has nothing to say of what compiles: %s',
    (_name, [require]) => {
      expect(compileProblem(require)).toBeUndefined();
    },
  );
});

it('lets no schema refer to another that was compiled before it', () => {
  const $id = 'https://policies.example/one';
  expect(compileProblem({ $id, properties: {} })).toBeUndefined();
  expect(compileProblem({ $ref: $id })).toContain(`can't resolve reference ${$id}`);
});

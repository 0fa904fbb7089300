/** Bundles the functions and the command line. `npm run build`. */
import { rm, writeFile } from 'node:fs/promises';

import { build, type BuildOptions, type Plugin } from 'esbuild';

import { readPolicyFiles } from './cli/policy-files.ts';
import { invalid, messageOf } from './shared/errors.ts';
import { compileToModule } from './shared/policy/compile.ts';
import { lint } from './shared/policy/lint.ts';
import { sources } from './shared/settings/sources.ts';

/**
 * What the SDK drags in and never uses here. Together they are most of its size, and of the time that a
 * cold start spends on reading code.
 */
const unused: Readonly<Record<string, string>> = {
  // node-fetch takes it only where node:url has no URL, which was before Node 10; brings tr46 (250 kB).
  'whatwg-url': 'module.exports = {};',
  // Only for multipart requests, which no action of ours makes; brings mime-db (200 kB).
  'form-data':
    'module.exports = class { constructor() { throw new Error("no multipart here"); } };',
  // Only for answers that are event streams, which no action of ours gives.
  'get-stream': 'module.exports = { buffer() { throw new Error("no streams here"); } };',
};

const withoutUnused: Plugin = {
  name: 'without-unused',
  setup(bundle) {
    const filter = new RegExp(`^(${Object.keys(unused).join('|')})$`);
    bundle.onResolve({ filter }, ({ path }) => ({ path, namespace: 'unused' }));
    bundle.onLoad({ filter: /./, namespace: 'unused' }, ({ path }) => ({
      contents: unused[path] ?? '',
    }));
  },
};

/** One copy of the SDK's common part: the STS package brings its own, the TCSS package has the same inside. */
const oneCommon: Plugin = {
  name: 'one-common',
  setup(bundle) {
    bundle.onResolve({ filter: /^tencentcloud-sdk-nodejs-common$/ }, ({ resolveDir, kind }) =>
      bundle.resolve('tencentcloud-sdk-nodejs-tcss/tencentcloud/common/abstract_client.js', {
        resolveDir,
        kind,
      }),
    );
  },
};

/** `virtual:policies`: the policies compiled to plain functions. A bad policy breaks the build. */
const compiledPolicies: Plugin = {
  name: 'compiled-policies',
  setup(bundle) {
    bundle.onResolve({ filter: /^virtual:policies$/ }, ({ path }) => ({
      path,
      namespace: 'policies',
    }));
    bundle.onLoad({ filter: /./, namespace: 'policies' }, () => {
      const library = lint(readPolicyFiles('policies'), sources);
      if (!library.ok) throw invalid('POLICY_INVALID', 'Policies are not valid', library.problems);
      const { policies, waivers } = library.value;
      return { contents: compileToModule(policies, waivers), resolveDir: process.cwd() };
    });
  },
};

const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node18',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [withoutUnused, oneCommon, compiledPolicies],
} satisfies BuildOptions;

async function main(): Promise<void> {
  await rm('dist', { recursive: true, force: true });
  await Promise.all([
    build({ ...common, entryPoints: ['functions/audit/index.ts'], outfile: 'dist/audit/index.js' }),
    build({
      ...common,
      entryPoints: ['cli/index.ts'],
      outfile: 'dist/cli/index.js',
      target: 'node20',
      define: { 'import.meta.dirname': '__dirname' },
      banner: { js: '#!/usr/bin/env node' },
    }),
  ]);
  // The bundles are CommonJS inside a package of ES modules.
  await writeFile('dist/package.json', '{ "type": "commonjs" }\n');
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});

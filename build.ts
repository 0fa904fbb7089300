/** Bundles the functions and the command line. `npm run build`. */
import { existsSync } from 'node:fs';
import { chmod, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';

import { build, type BuildOptions, type Plugin } from 'esbuild';

import { loadLibrary, policyFilesOf } from './cli/library.ts';
import { judgePattern } from './cli/patterns.ts';
import { printProblems } from './cli/problems.ts';
import { messageOf } from './shared/errors.ts';
import { compileToModules } from './shared/policy/compile.ts';
import { lint } from './shared/policy/lint.ts';
import { sources } from './shared/settings/sources.ts';
import { thirdParty } from './third-party.ts';

/**
 * What the SDK drags in and does not need here: most of its size, and of the time that a cold start spends
 * on reading code. Each stand-in says why the real one is not missed.
 */
const standIns: Readonly<Record<string, string>> = {
  // Only for multipart requests, which no action of ours makes; brings mime-db (200 kB).
  'form-data':
    'module.exports = class { constructor() { throw new Error("no multipart here"); } };',
  // Only for parameters that are streams, which no action of ours has.
  'get-stream': 'module.exports = { buffer() { throw new Error("no streams here"); } };',
  // Only for its v4, a trace id: node makes the same.
  uuid: 'exports.v4 = require("node:crypto").randomUUID;',
  // Only to write parameters that are BigInts, which no action of ours has; brings bignumber.js.
  'json-bigint': 'module.exports = () => JSON;',
  // Its importStar copies every property of a module, which for node:crypto loads the whole of WebCrypto.
  tslib: `
    exports.__importStar = (module) => Object.create(module, { default: { value: module } });
    exports.__importDefault = (module) => (module.__esModule ? module : { default: module });
  `,
  // Only for answers that are event streams, which no action of ours gives; loads node:readline.
  './sse_response_model': `
    exports.SSEResponseModel = class { constructor() { throw new TypeError("no event streams here"); } };
  `,
  // Multipart uploads, which no file of ours is large enough for.
  './advance': 'exports.init = () => {};',
  // Only for queries inside an object, which we make none of.
  './select-stream':
    'module.exports = class { constructor() { throw new Error("no queries here"); } };',
  // Only to guess the type of a body that is a file stream; brings mime-db.
  'mime-types': 'exports.lookup = () => false;',
  // Only for requests without an agent, and our client gives each its own; brings debug and supports-color.
  'https-proxy-agent':
    'module.exports = class { constructor() { throw new Error("no proxy here"); } };',
};

const withStandIns: Plugin = {
  name: 'with-stand-ins',
  setup(bundle) {
    const names = Object.keys(standIns).map((name) => name.replaceAll('.', '\\.'));
    const filter = new RegExp(`^(${names.join('|')})$`);
    // The SDK's own imports only: our code means what it names.
    bundle.onResolve({ filter }, ({ path, importer }) =>
      importer.includes('node_modules') ? { path, namespace: 'stand-in' } : undefined,
    );
    bundle.onLoad({ filter: /./, namespace: 'stand-in' }, ({ path }) => ({
      contents: standIns[path] ?? '',
    }));
  },
};

/** Our own transport in the place of node-fetch: shared/settings/tencent/transport.ts says why. */
const ownTransport: Plugin = {
  name: 'own-transport',
  setup(bundle) {
    const path = resolve('shared/settings/tencent/transport.ts');
    bundle.onResolve({ filter: /^node-fetch$/ }, () => ({ path }));
  },
};

/** The same for the SDK of COS: shared/evidence/stores/cos-transport.ts says why. */
const ownCosTransport: Plugin = {
  name: 'own-cos-transport',
  setup(bundle) {
    const path = resolve('shared/evidence/stores/cos-transport.ts');
    bundle.onResolve({ filter: /^cos-request$/ }, () => ({ path, namespace: 'cos-request' }));
    bundle.onLoad({ filter: /./, namespace: 'cos-request' }, () => ({
      contents: `module.exports = require(${JSON.stringify(path)}).send;`,
      resolveDir: process.cwd(),
    }));
    // It tries again by itself, three times, at once and unheard: we wait in between, and must know whether
    // a put may have gone through before.
    bundle.onLoad(
      { filter: /[\\/]cos-nodejs-sdk-v5[\\/]sdk[\\/]base\.js$/ },
      async ({ path: file }) => {
        const text = await readFile(file, 'utf8');
        const contents = text.replace('tryTimes < 4 && canRetry', 'false');
        if (contents === text)
          throw new Error(`${file} retries in a way that this build does not know`);
        return { contents };
      },
    );
  },
};

/**
 * The typed clients have a method for each of their hundreds of actions, every one a line that calls
 * `request`, as we do ourselves.
 */
const withoutMethods: Plugin = {
  name: 'without-methods',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/](tcss|sts|scf)_client\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const method = /^ {4}async \w+\(req, cb\) \{\n.*\n {4}\}\n/gm;
      return { contents: text.replace(method, '') };
    });
  },
};

/** One copy of the SDK's common part: the STS and SCF packages bring their own, the TCSS package has the same inside. */
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

/**
 * Files beside the function's own, which are read when they are needed: the policies' checks and telling after the
 * first request is out, the lines of the findings after that, cron expressions only where a timer tells its own,
 * COS's client where evidence lies there, the secret manager's where a variable names a secret. None makes an error
 * of ours that the function would have to recognize, so it does no harm that each has classes of its own.
 */
const beside: Plugin = {
  name: 'beside',
  setup(bundle) {
    const filter =
      /^(virtual:checks|\.\/(tell|finding-lines|schedule|watch|evidence\/stores\/cos|settings\/tencent\/secrets)\.ts)$/;
    bundle.onResolve({ filter }, ({ path, kind }) => {
      const isLater = kind === 'dynamic-import' || kind === 'require-call';
      const name = basename(path, '.ts').replace('virtual:', '');
      return isLater ? { path: `./${name}.js`, external: true } : undefined;
    });
  },
};

/** `virtual:policies`, and `virtual:checks`, the functions that they are compiled to. A bad policy breaks the build. */
const compiledPolicies: Plugin = {
  name: 'compiled-policies',
  setup(bundle) {
    bundle.onResolve({ filter: /^virtual:(policies|checks)$/ }, ({ path }) => ({
      path,
      namespace: 'policies',
    }));
    bundle.onLoad({ filter: /./, namespace: 'policies' }, ({ path }) => {
      const { policies, waivers } = loadLibrary('policies');
      const modules = compileToModules(policies, waivers);
      const contents = path === 'virtual:checks' ? modules.checks : modules.policies;
      return { contents, resolveDir: process.cwd() };
    });
  },
};

/** The rows of data as what they come to, in JSON: engines read that several times faster than code. */
const sourcesAsJson: Plugin = {
  name: 'sources-as-json',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]shared[\\/]settings[\\/]sources\.ts$/ }, () => ({
      contents: `export const sources = JSON.parse(${JSON.stringify(JSON.stringify(sources))});`,
    }));
  },
};

/** What the functions and the command line have in common, with everything in one file. */
export const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node18',
  minify: true,
  // The licences stand in a file of their own: see third-party.ts.
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  // Node quotes the line of an uncaught error.
  lineLimit: 160,
  plugins: [
    withStandIns,
    ownTransport,
    ownCosTransport,
    withoutMethods,
    oneCommon,
    compiledPolicies,
  ],
} satisfies BuildOptions;

/** The audit function itself, without the files beside it. */
export const auditBundle = {
  ...common,
  plugins: [beside, sourcesAsJson, ...common.plugins],
  entryPoints: ['functions/audit/index.ts'],
} satisfies BuildOptions;

/** @returns whether the policies can be built; what is wrong with them is printed as `policy lint` does */
function checkPolicies(): boolean {
  const library = lint(policyFilesOf('policies'), sources, { judgePattern });
  if (!library.ok) printProblems({ stdout: process.stdout }, library.problems);
  return library.ok;
}

async function main(): Promise<void> {
  if (!checkPolicies()) {
    process.exitCode = 2;
    return;
  }
  await rm('dist', { recursive: true, force: true });
  const results = await Promise.all([
    build({ ...auditBundle, outfile: 'dist/audit/index.js' }),
    // One file: it starts once a night, and nobody waits for it.
    build({
      ...common,
      entryPoints: ['functions/watchdog/index.ts'],
      outfile: 'dist/watchdog/index.js',
    }),
    build({ ...common, entryPoints: ['virtual:checks'], outfile: 'dist/audit/checks.js' }),
    ...['tell', 'finding-lines', 'schedule', 'settings/tencent/secrets'].map((name) =>
      build({
        ...common,
        entryPoints: [`shared/${name}.ts`],
        outfile: `dist/audit/${basename(name)}.js`,
      }),
    ),
    // Beside the command line, which reads it only where a policy has a pattern to look at.
    build({ ...common, entryPoints: ['recheck/lib/browser.js'], outfile: 'dist/cli/recheck.js' }),
    build({
      ...common,
      entryPoints: ['shared/evidence/stores/cos.ts'],
      outfile: 'dist/audit/cos.js',
    }),
    build({
      ...common,
      entryPoints: ['cli/index.ts'],
      outfile: 'dist/cli/index.js',
      target: 'node20',
      // jsonc-parser's main entry is in a form that cannot be bundled; its module entry can.
      mainFields: ['module', 'main'],
      define: { 'import.meta.dirname': '__dirname' },
      banner: { js: '#!/usr/bin/env node' },
    }),
    // What a report carries inside itself: read by the command that writes one.
    build({
      entryPoints: ['shared/report/html/client/main.ts', 'shared/report/html/client/report.css'],
      outdir: 'dist/cli/report',
      bundle: true,
      format: 'iife',
      target: 'es2022',
      minify: true,
      legalComments: 'none',
      metafile: true,
      logLevel: 'warning',
    }),
  ]);
  // What AUDIT_TARGETS: targets.json names: which accounts, and by which roles.
  if (existsSync('targets.json')) await copyFile('targets.json', 'dist/audit/targets.json');
  // The bundles are CommonJS inside a package of ES modules.
  await chmod('dist/cli/index.js', 0o755);
  await writeFile('dist/package.json', '{ "type": "commonjs" }\n');
  const { bundles, licenses } = thirdParty(results.map(({ metafile }) => metafile));
  await writeFile('dist/bundle.json', `${JSON.stringify(bundles, null, 2)}\n`);
  await writeFile('dist/THIRD-PARTY-LICENSES.txt', licenses);
}

if (process.argv[1] === import.meta.filename) {
  main().catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  });
}

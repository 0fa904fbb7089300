/** What is built and packed: whose code is in it, by which leave, and that anyone gets the same bytes. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { zipOf } from '../support/zip.ts';
import type { Bundles } from '../../third-party.ts';

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const bundles = readJson('dist/bundle.json') as Bundles;
const bundled = Object.values(bundles).flat();

describe('what is installed', () => {
  interface Manifest {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
  }

  it('is of one version, and not of whatever is new', () => {
    const { dependencies, devDependencies } = readJson('package.json') as Manifest;
    const exact = /^(npm:[a-z-]+@)?\d+\.\d+\.\d+$/;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !exact.test(version),
    );
    expect(loose).toEqual([]);
  });

  it('is held to a hash, each package of it, and to no address', () => {
    const { packages } = readJson('package-lock.json') as {
      packages: Readonly<Record<string, { integrity?: string; resolved?: string }>>;
    };
    const { '': own, ...others } = packages;
    expect(own).toBeDefined();
    const unheld = Object.entries(others).filter(
      ([, { integrity = '', resolved }]) =>
        !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity) || resolved !== undefined,
    );
    expect(unheld.map(([name]) => name)).toEqual([]);
  });
});

describe('packages in the bundles', () => {
  // A package more is a decision: look at it, its maintainers and its licence, then put it on this list.
  const kept = readJson('test/fixtures/bundled-packages.json') as Readonly<
    Record<string, readonly string[]>
  >;
  it.each(Object.entries(bundles))('%s holds those of the kept list', (bundle, packages) => {
    expect(packages.map(({ name }) => name)).toEqual(kept[bundle]);
  });

  it('are listed for each folder that was built', () => {
    const folders = readdirSync('dist').filter((name) => statSync(`dist/${name}`).isDirectory());
    expect(Object.keys(bundles)).toEqual(folders.sort());
  });

  it('are those whose code is there, and not those that a stand-in replaces', () => {
    const names = (bundles['audit'] ?? []).map(({ name }) => name);
    expect(names).toContain('tencentcloud-sdk-nodejs');
    for (const name of ['ajv', 'tslib', 'form-data', 'node-fetch', 'uuid'])
      expect(names).not.toContain(name);
  });
});

describe('licences', () => {
  // Each may be passed on in a program of another licence, where its text goes along.
  const allowed = new Set([
    ...['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause'],
    ...['Apache-2.0', 'BlueOak-1.0.0', 'Unlicense', 'CC0-1.0'],
  ]);
  it('are of the allowed list', () => {
    const others = bundled.filter(({ license }) => !allowed.has(license));
    expect(others).toEqual([]);
  });

  it('go along, each with its whole text', () => {
    const [preface, ...chapters] = readFileSync('dist/THIRD-PARTY-LICENSES.txt', 'utf8').split(
      `\n${'='.repeat(80)}\n\n`,
    );
    expect(preface).toContain('hold code of the packages below');
    const named = bundled.map((one) => `${one.name} ${one.version} (${one.license})`);
    const [headings, texts] = [0, 1].map((index) =>
      chapters.map((chapter) => chapter.split(/\n\n(.*)/s)[index] ?? ''),
    ) as [string[], string[]];
    expect(Array.from(headings).sort()).toEqual([...new Set(named)].sort());
    const grants =
      /permission to use, copy, modify|permission is hereby granted|Apache License|Blue Oak Model License/i;
    const silent = headings.filter((_, index) => {
      const text = texts[index] ?? '';
      return !grants.test(text) && !/redistribution and use in source/i.test(text);
    });
    expect(silent).toEqual([]);
  });
});

interface Sbom {
  readonly bomFormat: string;
  readonly metadata: { readonly component: Readonly<Record<string, unknown>> };
  readonly components: readonly { readonly 'bom-ref': string; readonly purl: string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

describe('npm run sbom', () => {
  let sbom: Sbom;
  beforeAll(() => {
    execFileSync('npm', ['run', '--silent', 'sbom'], { stdio: 'pipe' });
    sbom = readJson('dist/sbom.json') as Sbom;
  });

  it('describes this program', () => {
    const { version } = readJson('package.json') as { version: string };
    expect(sbom.bomFormat).toBe('CycloneDX');
    expect(sbom.metadata.component).toMatchObject({
      type: 'application',
      name: 'tcss-audit',
      purl: `pkg:npm/tcss-audit@${version}`,
    });
  });

  it('holds every package of the bundles, by name and version', () => {
    const listed = new Set(sbom.components.map(({ purl }) => purl));
    const wanted = bundled.map(
      ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`,
    );
    expect(wanted.filter((purl) => !listed.has(purl))).toEqual([]);
  });

  it('holds nothing that only builds and tests', () => {
    const { devDependencies } = readJson('package.json') as {
      devDependencies: Readonly<Record<string, string>>;
    };
    const dev = Object.entries(devDependencies)
      // A package that the program needs asks for these types.
      .filter(([name]) => name !== '@types/node')
      .map(([name, version]) => `pkg:npm/${name.replace('@', '%40')}@${version}`);
    expect(dev.length).toBeGreaterThan(10);
    const listed = sbom.components.map(({ purl }) => purl);
    expect(listed.filter((purl) => dev.includes(purl))).toEqual([]);
  });

  it('says what needs what, among those that it holds', () => {
    const { version } = readJson('package.json') as { version: string };
    const listed = new Set(sbom.components.map((component) => component['bom-ref']));
    const needed = new Set(sbom.dependencies.flatMap(({ dependsOn }) => dependsOn));
    expect(needed).toEqual(listed);
    expect(sbom.dependencies.map(({ ref }) => ref)).toEqual(
      expect.arrayContaining([`tcss-audit@${version}`, ...listed]),
    );
  });
});

describe('npm pack', () => {
  const packed = () => {
    const stdout = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      stdio: 'pipe',
      encoding: 'utf8',
    });
    const [only] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }];
    return only.files.map(({ path }) => path);
  };
  let paths: readonly string[];
  beforeAll(() => {
    paths = packed();
  });

  it('takes what is run, what is read, and nothing else', () => {
    const expected = [
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md)$/,
      /^dist\/(bundle|package|sbom)\.json$/,
      /^dist\/THIRD-PARTY-LICENSES\.txt$/,
      /^dist\/(audit|watchdog|cli)\/[a-z-]+\.js$/,
      /^dist\/cli\/report\/(main\.js|report\.css)$/,
      /^policies\/[a-z-]+\/[a-z0-9-]+(\.schema)?\.json$/,
      /^policies\/examples\/[a-z0-9-]+\/(pass|fail|skip|error)-[a-z0-9-]+\.json$/,
      /^policies\/(waivers|controls)\.json$/,
    ];
    expect(paths.filter((path) => !expected.some((shape) => shape.test(path)))).toEqual([]);
  });

  it('takes all of what it says that it takes', () => {
    const { files, bin } = readJson('package.json') as {
      files: readonly string[];
      bin: Readonly<Record<string, string>>;
    };
    const isThere = (name: string) =>
      paths.some((path) => path === name || path.startsWith(`${name}/`));
    expect([...files, ...Object.values(bin), 'README.md', 'LICENSE'].filter(isThere)).toEqual([
      ...files,
      ...Object.values(bin),
      'README.md',
      'LICENSE',
    ]);
  });

  const secrets: Readonly<Record<string, RegExp>> = {
    'a private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----\s*(\\n)?[A-Za-z0-9+/]{40}/,
    'a Tencent key': /\bAKID[A-Za-z0-9]{13,}/,
    'a webhook of Slack': /hooks\.slack\.com\/services\/T[A-Z0-9]{6,}\//,
  };
  it.each(Object.entries(secrets))('holds no file with %s', (_name, pattern) => {
    const holding = paths.filter((path) => pattern.test(readFileSync(path, 'utf8')));
    expect(holding).toEqual([]);
  });

  it('holds no file that names a folder of the machine that built it', () => {
    const folders = [process.cwd(), homedir()]
      .filter((path) => path !== '/')
      .map((path) => `${path}/`);
    const holding = paths.filter((path) => {
      const text = readFileSync(path, 'utf8');
      return folders.some((folder) => text.includes(folder));
    });
    expect(holding).toEqual([]);
  });
});

describe('built twice', () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  /** Somewhere else, by somebody whose machine is set up otherwise. */
  function built(prefix: string, env: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(tmpdir(), prefix));
    folders.push(folder);
    const notBuiltFrom = ['.git', 'bench', 'coverage', 'dist', 'docs', 'evidence', 'test'];
    for (const name of readdirSync('.').filter((name) => !notBuiltFrom.includes(name))) {
      if (name === 'node_modules') symlinkSync(resolve(name), join(folder, name));
      else cpSync(name, join(folder, name), { recursive: true });
    }
    execFileSync('npm', ['run', '--silent', 'build'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...env },
      stdio: 'pipe',
    });
    return join(folder, 'dist');
  }

  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const digestsIn = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => `${sha256(readFileSync(join(folder, name)))}  ${name}`);

  it('gives the same bytes, and the same zip of each function', () => {
    const here = built('tcss-', { TZ: 'UTC', LC_ALL: 'C', HOME: '/nonexistent' });
    const there = built('tcss-in-a-folder-with-a-longer-name-', {
      ...{ TZ: 'Asia/Shanghai', LC_ALL: 'zh_CN.UTF-8', HOME: tmpdir() },
      ...{ NODE_ENV: 'production', SOURCE_DATE_EPOCH: '1', FORCE_COLOR: '1' },
    });
    expect(digestsIn(there)).toEqual(digestsIn(here));
    expect(digestsIn(here).join('\n')).toContain('  audit/index.js');
    const functions = ['audit', 'watchdog'].filter((name) => existsSync(join(here, name)));
    for (const name of functions)
      expect(sha256(zipOf(join(there, name)))).toBe(sha256(zipOf(join(here, name))));
  });

  it('gives a zip that does not tell when it was made', () => {
    expect(sha256(zipOf('dist/audit'))).toBe(sha256(zipOf('dist/audit')));
    const [copy] = [mkdtempSync(join(tmpdir(), 'tcss-copy-'))];
    folders.push(copy);
    cpSync('dist/audit', copy, { recursive: true });
    expect(sha256(zipOf(copy))).toBe(sha256(zipOf('dist/audit')));
  });
});

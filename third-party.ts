/** What the bundles hold of other people's packages: the list that is tested, and the licences that go along. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Metafile } from 'esbuild';

interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As its package.json says, an SPDX expression. */
  readonly license: string;
}

/** Each folder of dist/, and the packages of which it holds at least a byte. */
export type Bundles = Readonly<Record<string, readonly BundledPackage[]>>;

interface InBundle {
  readonly bundle: string;
  /** Where the package lies. */
  readonly folder: string;
}

/** @returns `dist/bundle.json`, and the text of `dist/THIRD-PARTY-LICENSES.txt`; the same for the same packages */
export function thirdParty(metafiles: readonly Metafile[]): {
  readonly bundles: Bundles;
  readonly licenses: string;
} {
  const held = metafiles.flatMap(packagesIn);
  const folders = sortedSet(held.map(({ folder }) => folder));
  const packages = new Map(folders.map((folder) => [folder, manifestOf(folder)]));
  const bundles = sortedSet(held.map(({ bundle }) => bundle)).map((bundle) => {
    const own = new Set(held.filter((one) => one.bundle === bundle).map(({ folder }) => folder));
    const inOrder = Array.from(packages).flatMap(([folder, one]) => (own.has(folder) ? [one] : []));
    return [bundle, inOrder] as const;
  });
  const licenses = Array.from(packages, ([folder, one]) => chapterOf(one, textsOf(folder, one)));
  return {
    bundles: Object.fromEntries(bundles),
    licenses: [preface, ...licenses].join(`\n${'='.repeat(80)}\n\n`),
  };
}

const preface =
  'The files of this folder hold code of the packages below, minified, without their comments.\n';

/** By what came out, not by what was looked at: most of the SDK is left out. */
function packagesIn({ outputs }: Metafile): readonly InBundle[] {
  return Object.entries(outputs).flatMap(([output, { inputs }]) => {
    const [, bundle = ''] = output.split('/');
    return Object.entries(inputs).flatMap(([input, { bytesInOutput }]) => {
      // The last one: a package may have others inside.
      const folder = /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0];
      return folder === undefined || bytesInOutput === 0 ? [] : [{ bundle, folder }];
    });
  });
}

/** @throws where a package does not say who it is: its licence must not be guessed */
function manifestOf(folder: string): BundledPackage {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const text = (key: string): string => {
    const value: unknown = Reflect.get(Object(manifest), key);
    if (typeof value === 'string') return value;
    throw new Error(`${folder}/package.json has no ${key}: find out, or do without the package`);
  };
  return { name: text('name'), version: text('version'), license: text('license') };
}

/** @throws where a package ships no licence: most of them ask that theirs goes along */
function textsOf(folder: string, { name }: BundledPackage): readonly string[] {
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)\b/i.test(file));
  if (files.length === 0)
    throw new Error(`${name} ships no licence file: find its text, or do without the package`);
  return sortedSet(files).map((file) => readFileSync(join(folder, file), 'utf8'));
}

const chapterOf = ({ name, version, license }: BundledPackage, texts: readonly string[]): string =>
  [
    `${name} ${version} (${license})\n`,
    ...texts.map((text) => `${text.replaceAll('\r\n', '\n').trim()}\n`),
  ].join('\n');

/** By code units: a locale would sort otherwise elsewhere. */
const sortedSet = (texts: readonly string[]): readonly string[] =>
  Array.from(new Set(texts)).sort((a, b) => (a < b ? -1 : 1));

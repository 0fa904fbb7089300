/** The folder of a function as the zip that is uploaded: the same files make the same bytes, anywhere and always. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { zipSync, type Zippable } from 'fflate';
import { minimatch } from 'minimatch';

import { messageOf } from '../../shared/errors.ts';
import type { Problem, Result } from '../../shared/model.ts';
import { plainLine } from '../../shared/text.ts';

export interface Package {
  readonly zip: Uint8Array;
  /** Hex, of the zip. */
  readonly sha256: string;
  /** Paths within the folder, with `/`, sorted. */
  readonly files: readonly string[];
}

/** UpdateFunctionCode takes no more; https://cloud.tencent.com/document/api/583/18581 */
const maxZipBytes = 20 * 1024 * 1024;

/** A file that its owner writes and everybody reads; how it was on this machine says nothing of there. */
const attrs = (0o100644 << 16) >>> 0;
const unix = 3;

/** Not where there is nothing to upload, or too much. */
export function packFolder(folder: string, exclude: readonly string[]): Result<Package, Problem> {
  const refuse = (what: string): Result<never, Problem> => {
    return { ok: false, problems: [{ where: folder, what }] };
  };
  const names = filesIn(folder, exclude);
  if (names.length === 0) return refuse('holds no files: run npm run build');
  const files: Zippable = {};
  for (const name of names) {
    try {
      files[name] = new Uint8Array(readFileSync(join(folder, name)));
    } catch (error) {
      return refuse(`has ${plainLine(name, 100)}, which cannot be read (${messageOf(error)})`);
    }
  }
  // A zip tells the time of the clock on the wall: noon here is written as noon anywhere.
  const mtime = new Date(1980, 0, 1, 12);
  const zip = zipSync(files, { level: 9, mtime, attrs, os: unix });
  if (zip.length > maxZipBytes) {
    const size = `${(zip.length / 1024 / 1024).toFixed(1)} MB`;
    return refuse(`is ${size} as a zip, and SCF takes 20: exclude what the function does not read`);
  }
  const sha256 = createHash('sha256').update(zip).digest('hex');
  return { ok: true, value: { zip, sha256, files: names } };
}

function filesIn(folder: string, exclude: readonly string[]): readonly string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return (
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => name.replaceAll('\\', '/'))
      .filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true)
      .filter((name) => !exclude.some((pattern) => minimatch(name, pattern, { dot: true })))
      // By code units: a locale would sort otherwise elsewhere.
      .sort((a, b) => (a < b ? -1 : 1))
  );
}

/**
 * Whether SCF's `CodeSha256` is that of the zip. Nobody says whether it is in hex or in base64, and it was not
 * tried against the cloud: both are taken.
 */
export function isSameCode(told: string, sha256: string): boolean {
  if (/^[0-9a-f]{64}$/i.test(told)) return told.toLowerCase() === sha256;
  return Buffer.from(told, 'base64').toString('hex') === sha256;
}

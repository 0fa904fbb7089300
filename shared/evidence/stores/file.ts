/**
 * Evidence on a disk. Write-once by `link`, which fails where the name is taken; a reader never sees a
 * part, since the bytes lie complete and synced under a temporary name before they get their own.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
  type Dirent,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { AuditError, messageOf } from '../../errors.ts';
import type { EvidenceStore } from '../../ports.ts';
import { checkKey } from './key.ts';

/** Beside the folders that hold evidence; no key can lead here. */
const temporaryFolder = '.tmp';

/**
 * Synchronous inside: a run touches a handful of small files and has nothing else to do meanwhile, and
 * `verify` reads thousands of them faster than promises could hand them over.
 */
export function createFileStore(root: string): EvidenceStore {
  return {
    putIfAbsent: async (key, bytes) => settle(() => putIfAbsent(root, key, bytes)),
    get: async (key) => settle(() => get(root, key)),
    list: async (prefix, after = '') => settle(() => list(root, prefix, after)),
  };
}

/** A fault becomes a rejection, as the port promises. */
async function settle<T>(work: () => T): Promise<T> {
  return Promise.resolve().then(work);
}

function putIfAbsent(root: string, key: string, bytes: Uint8Array): boolean {
  const path = pathOf(root, key);
  const temporary = join(root, temporaryFolder, randomUUID());
  try {
    mkdirSync(dirname(temporary), { recursive: true });
    makeFolder(dirname(path));
    writeSynced(temporary, bytes);
    const isOurs = linkIfAbsent(temporary, path);
    unlinkSync(temporary);
    syncFolder(dirname(path));
    return isOurs;
  } catch (error) {
    removeIfThere(temporary);
    throw new AuditError(
      'EVIDENCE_UNWRITABLE',
      `Evidence ${key} could not be written (${messageOf(error)}). Give the audit a folder that it may write to, on a file system with hard links and free space.`,
      { cause: error },
    );
  }
}

function get(root: string, key: string): Uint8Array | null {
  const path = pathOf(root, key);
  try {
    // A symbolic link or a pipe in a write-once store is somebody's trick: neither is followed or waited for.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = openSync(path, flags);
    try {
      if (!fstatSync(file).isFile()) throw broken(key, 'it is no regular file');
      return readFileSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    if (error instanceof AuditError) throw error;
    throw isNoFile(error) ? broken(key, messageOf(error), error) : unreadable(key, error);
  }
}

/** What is there is no file of ours: a link, a file in the place of a folder, a name that no file can have. */
function isNoFile(error: unknown): boolean {
  return ['ELOOP', 'EMLINK', 'ENOTDIR', 'ENXIO', 'ENODEV', 'ENAMETOOLONG'].includes(
    String(codeOf(error)),
  );
}

function list(root: string, prefix: string, after: string): readonly string[] {
  try {
    return filesBelow(root, prefix.replace(/\/$/, ''))
      .filter((key) => key > after)
      .sort();
  } catch (error) {
    throw unreadable(prefix, error);
  }
}

function linkIfAbsent(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function writeSynced(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o644);
  try {
    writeFileSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The names of new folders must survive a power cut too. */
function makeFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made))
    syncFolder(dirname(made));
}

/** The name itself must survive a power cut too. */
function syncFolder(path: string): void {
  const folder = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // What made the write fail may make this fail too, and a temporary file harms nobody.
  }
}

function filesBelow(root: string, key: string): string[] {
  let entries: readonly Dirent[];
  try {
    entries = readdirSync(join(root, key), { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
  return entries.flatMap((entry) => {
    const child = `${key}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(root, child) : [child];
  });
}

function pathOf(root: string, key: string): string {
  checkKey(key);
  return join(root, ...key.split('/'));
}

function unreadable(key: string, error: unknown): AuditError {
  return new AuditError(
    'EVIDENCE_UNREADABLE',
    `Evidence ${key} could not be read (${messageOf(error)}). Let this program read the folder, and see whether its disk is well.`,
    { cause: error },
  );
}

function broken(key: string, why: string, cause?: unknown): AuditError {
  return new AuditError('EVIDENCE_BROKEN', `Evidence ${key} is no file of evidence (${why}).`, {
    cause,
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, 'code') : undefined;
}

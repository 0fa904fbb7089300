import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface NewFile {
  readonly file: string;
  readonly text: string;
  readonly mode: number;
}

/**
 * Writes all of them or none, over nothing that is there. Folders that are missing are made where that is asked for.
 * @param refuse the error for the file that could not be written, with its cause
 */
export function writeNew<T extends NewFile>(
  files: readonly T[],
  refuse: (file: T, cause: unknown) => Error,
  { makesFolders = false }: { readonly makesFolders?: boolean } = {},
): void {
  const made: string[] = [];
  for (const one of files) {
    try {
      const folder = makesFolders ? mkdirSync(dirname(one.file), { recursive: true }) : undefined;
      if (folder !== undefined) made.push(folder);
      const handle = openSync(one.file, 'wx', one.mode);
      made.push(one.file);
      try {
        writeFileSync(handle, one.text);
      } finally {
        closeSync(handle);
      }
    } catch (error) {
      for (const path of made) rmSync(path, { recursive: true, force: true });
      throw refuse(one, error);
    }
  }
}

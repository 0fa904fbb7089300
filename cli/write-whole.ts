import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { AuditError, invalid, messageOf } from '../shared/errors.ts';

/**
 * Writes what --out names, the whole of it or nothing: whatever stood there stays until all is written.
 * @throws AuditError CONFIG_INVALID where it cannot be written; or what the chunks throw
 */
export async function writeWhole(
  out: string,
  chunks: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  const draft = join(dirname(out), `.${basename(out)}.${String(process.pid)}.tmp`);
  try {
    const file = await open(draft, 'wx');
    try {
      await pipeline(Readable.from(chunks), file.createWriteStream({ flush: true }));
      await rename(draft, out);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  } catch (error) {
    if (error instanceof AuditError || !isSystemError(error)) throw error;
    throw invalid('CONFIG_INVALID', 'Arguments are not valid', [
      { where: '--out', what: `${out} cannot be written (${messageOf(error)})` },
    ]);
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

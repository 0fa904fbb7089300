/** A function's folder as the zip that is uploaded: the same bytes for the same files, whatever the clock. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { zipSync } from 'fflate';

export function zipOf(folder: string): Uint8Array {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]);
  // A zip tells the time of the clock on the wall: noon here is written as noon anywhere.
  const mtime = new Date(1980, 0, 1, 12);
  return zipSync(Object.fromEntries(files) as Record<string, Uint8Array>, { level: 9, mtime });
}

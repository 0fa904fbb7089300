/** A log that was made in memory, as files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { EvidenceStore } from '../../shared/ports.ts';

/** @returns its bytes */
export async function copyToDisk(store: EvidenceStore, root: string): Promise<number> {
  let bytes = 0;
  for (const prefix of ['log/', 'runs/', 'policies/']) {
    for (const key of await store.list(prefix)) {
      const file = (await store.get(key)) ?? new Uint8Array();
      mkdirSync(join(root, key, '..'), { recursive: true });
      writeFileSync(join(root, key), file);
      bytes += file.length;
    }
  }
  return bytes;
}

import type { EvidenceStore } from '../../ports.ts';
import { checkKey } from './key.ts';

/** Lives as long as the process: for tests and for looking at what would be written. */
export function createMemoryStore(): EvidenceStore {
  const files = new Map<string, Uint8Array>();
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- a bad key must reject, not throw
    putIfAbsent: async (key, bytes) => {
      checkKey(key);
      const isFree = !files.has(key);
      if (isFree) files.set(key, Uint8Array.from(bytes));
      return isFree;
    },
    // eslint-disable-next-line @typescript-eslint/require-await -- as above
    get: async (key) => {
      checkKey(key);
      return files.get(key) ?? null;
    },
    list: (prefix, after = '') =>
      Promise.resolve(
        [...files.keys()].filter((key) => key.startsWith(prefix) && key > after).sort(),
      ),
  };
}

import type { EvidenceStore } from '../../ports.ts';

/** Lives as long as the process: for tests and for looking at what would be written. */
export function createMemoryStore(): EvidenceStore {
  const files = new Map<string, Uint8Array>();
  return {
    putIfAbsent: (key, bytes) => {
      const isFree = !files.has(key);
      if (isFree) files.set(key, Uint8Array.from(bytes));
      return Promise.resolve(isFree);
    },
    get: (key) => Promise.resolve(files.get(key) ?? null),
    list: (prefix) =>
      Promise.resolve([...files.keys()].filter((key) => key.startsWith(prefix)).sort()),
  };
}

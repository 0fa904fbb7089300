/** A simulator, a folder for evidence, and the environment that ties the function to both. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { decodeRecord, type LogRecord } from '../../shared/evidence/record.ts';
import { verifyLog } from '../../shared/evidence/verify.ts';
import { createFileStore } from '../../shared/evidence/stores/file.ts';
import {
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from '../../simulator/simulator.ts';

export interface Stage {
  readonly simulator: Simulator;
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly records: () => Promise<readonly LogRecord[]>;
  readonly reports: (runId?: string) => Promise<readonly Record<string, unknown>[]>;
  /** The codes of all faults of the log. */
  readonly faults: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export async function setStage(options: SimulatorOptions = {}): Promise<Stage> {
  const simulator = await startSimulator(options);
  const folder = await mkdtemp(join(tmpdir(), 'tcss-audit-'));
  const store = createFileStore(folder);
  const { secretId, secretKey } = simulator.credentials;
  return {
    simulator,
    folder,
    env: {
      TENCENTCLOUD_SECRETID: secretId,
      TENCENTCLOUD_SECRETKEY: secretKey,
      AUDIT_ENDPOINT: simulator.url,
      AUDIT_EVIDENCE: `file:${folder}`,
      AUDIT_WEBHOOKS: Object.values(simulator.webhooks).join(' '),
    },
    records: async () => {
      const keys = await store.list('log/');
      const decoded = await Promise.all(
        keys.map(async (key) => decodeRecord((await store.get(key)) ?? new Uint8Array())),
      );
      return decoded.map((record) => {
        if (typeof record === 'string') throw new Error(record);
        return record;
      });
    },
    reports: async (runId) => {
      const keys = (await store.list('runs/')).filter(
        (key) => runId === undefined || key.includes(runId),
      );
      const files = await Promise.all(keys.map((key) => readFile(join(folder, key), 'utf8')));
      return files.flatMap((text) =>
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>),
      );
    },
    faults: async () => (await verifyLog(store, { publicKeys: [] })).faults.map(({ code }) => code),
    close: async () => {
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The text of every file below a folder, names included. */
export async function everythingIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    return entry.isFile() ? `${path}\n${await readFile(path, 'utf8')}` : path;
  });
  return (await Promise.all(texts)).join('\n');
}

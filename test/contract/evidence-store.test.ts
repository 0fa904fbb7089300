import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll } from 'vitest';

import { createFileStore } from '../../shared/evidence/stores/file.ts';
import { createMemoryStore } from '../../shared/evidence/stores/memory.ts';
import { openCos } from '../support/cos.ts';
import { simulators } from '../support/sim-start.ts';
import { describeBadKeys, describeEvidenceStore } from '../support/store-suite.ts';

const simulator = simulators();
const roots: string[] = [];
afterAll(async () => {
  await Promise.all(roots.map((root) => rm(root, { recursive: true })));
});

async function fileStore() {
  const root = await mkdtemp(join(tmpdir(), 'tcss-audit-store-'));
  roots.push(root);
  return createFileStore(join(root, 'not-there-yet'));
}

describeEvidenceStore('the memory store', createMemoryStore);
describeEvidenceStore('the file store', fileStore);
describeEvidenceStore('the COS store', async () => openCos(await simulator()).store);
describeBadKeys('the file store', () => createFileStore(join(tmpdir(), 'tcss-audit-never-made')));
describeBadKeys('the memory store', createMemoryStore);
describeBadKeys('the COS store', async () => openCos(await simulator()).store);

/** Reads a policy folder: packs as folders, `examples/<policy-id>/`, `waivers.json`, `controls.json`. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

import { AuditError } from '../shared/errors.ts';
import type { PolicyFiles } from '../shared/policy/lint.ts';
import type { SourceFile } from '../shared/policy/parse.ts';

/** Folders of a policy folder that hold no policies. */
const otherFolders = new Set(['schema', 'examples']);

/** @throws AuditError POLICY_INVALID when there is no such folder */
export function readPolicyFiles(root: string): PolicyFiles {
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new AuditError(
      'POLICY_INVALID',
      `There is no policy folder ${root}. Name one by --policies DIR.`,
    );
  }
  const read = (...path: readonly string[]) => ({
    file: path.join('/'),
    text: readFileSync(join(root, ...path), 'utf8'),
  });
  const packs = foldersIn(root).filter((name) => !otherFolders.has(name));
  return {
    policies: packs.flatMap((pack) =>
      jsonFilesIn(join(root, pack)).map((file) => ({
        ...read(pack, file),
        pack,
        name: basename(file, '.json'),
      })),
    ),
    examples: foldersIn(join(root, 'examples')).flatMap((policyId) =>
      jsonFilesIn(join(root, 'examples', policyId)).map((file) => ({
        ...read('examples', policyId, file),
        policyId,
        name: basename(file, '.json'),
      })),
    ),
    waivers: jsonFilesIn(root).includes('waivers.json') ? read('waivers.json') : undefined,
    controls: readControls(root),
  };
}

/** The folder's own catalogue of controls, where it has one. */
export function readControls(root: string): readonly SourceFile[] {
  const file = 'controls.json';
  if (!jsonFilesIn(root).includes(file)) return [];
  return [{ file, text: readFileSync(join(root, file), 'utf8') }];
}

function foldersIn(folder: string): readonly string[] {
  return entriesIn(folder)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
}

function jsonFilesIn(folder: string): readonly string[] {
  return entriesIn(folder)
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map(({ name }) => name);
}

function entriesIn(folder: string) {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The built function with another number in it, which is no setting: a copy of its folder. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What a bench makes for itself: below node_modules, whose packages it takes, and no part of the build. */
export const benchFolder = resolve('node_modules/.cache/tcss-audit-bench');

/**
 * @param pattern must be in the bundle once
 * @returns the copy's folder
 */
export function patchedAudit(name: string, pattern: RegExp, replacement: string): string {
  const folder = join(benchFolder, name);
  cpSync('dist/audit', folder, { recursive: true });
  const path = join(folder, 'index.js');
  const text = readFileSync(path, 'utf8');
  const found = text.match(new RegExp(pattern, 'g'))?.length ?? 0;
  if (found !== 1) {
    throw new Error(
      `${path} holds ${String(pattern)} ${String(found)} times: this bench expects it once`,
    );
  }
  writeFileSync(path, text.replace(pattern, replacement));
  return folder;
}

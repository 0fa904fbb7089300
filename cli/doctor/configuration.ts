import type { Problem } from '../../shared/model.ts';
import { fail, ok, type Verdict } from './verdict.ts';

/** package.json's `engines` holds npm to it; a copied bundle has nobody who looks. */
const oldestNode = 20;

/**
 * @param origin where the settings come from, as a person would say it
 * @param secretNames what they name of the secret manager; a secret that cannot be read is a problem
 */
export function judgeConfiguration(
  problems: readonly Problem[],
  origin: string,
  secretNames: readonly string[],
): readonly Verdict[] {
  if (problems.length === 0) {
    const secrets =
      secretNames.length === 0 ? '' : `; read from the secret manager: ${secretNames.join(', ')}`;
    return [ok(`every setting is valid (${origin}${secrets})`)];
  }
  // Each says the next step itself.
  return problems.map(({ where, what }) => ({ status: 'fail', message: `${where} ${what}` }));
}

/** @param version as `process.versions.node` has it */
export function judgeNode(version: string): Verdict {
  const major = Number(/^\d+/.exec(version)?.[0] ?? 0);
  return major >= oldestNode
    ? ok(`Node ${version}`)
    : fail(
        `Node ${version} is too old for the command line`,
        `install Node ${String(oldestNode)} or newer`,
      );
}

/** Patterns that make people wait: recheck's analysis, loaded only where there is a pattern to look at. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { PatternJudge } from '../shared/policy/schema-faults.ts';

type Recheck = Pick<typeof import('recheck'), 'checkSync'>;

const patienceMs = 5_000;
/** A text of some thousand characters in the square of its length is still a matter of milliseconds. */
const maxDegree = 2;

const judged = new Map<string, string | undefined>();

export const judgePattern: PatternJudge = (pattern) => {
  // Without repetition that has no end, the pattern's own length bounds the work.
  if (!/[*+]|\{\d+,\}/.test(pattern)) return undefined;
  if (!judged.has(pattern)) judged.set(pattern, slownessOf(pattern));
  return judged.get(pattern);
};

function slownessOf(pattern: string): string | undefined {
  const diagnostics = recheck().checkSync(pattern, 'u', { timeout: patienceMs });
  if (diagnostics.status !== 'vulnerable') return undefined;
  const { complexity, attack } = diagnostics;
  const isBearable = complexity.type === 'polynomial' && complexity.degree <= maxDegree;
  if (isBearable) return undefined;
  const growth =
    complexity.type === 'exponential'
      ? 'exponentially with the length of the text'
      : `with the ${String(complexity.degree)}th power of the text's length`;
  return `can take for ever: its time grows ${growth}, for example of ${attack.pattern}`;
}

/** A file beside the built program; in the sources, the package. Its three megabytes are seldom needed. */
function recheck(): Recheck {
  const beside = join(import.meta.dirname, 'recheck.js');
  const load = createRequire(join(import.meta.dirname, 'index.js'));
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- what the package's types say of itself
  return load(existsSync(beside) ? beside : 'recheck/lib/browser.js') as Recheck;
}

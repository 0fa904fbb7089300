/** Patterns that make people wait: recheck's analysis, loaded only where there is a pattern to look at. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { PatternJudge } from '../shared/policy/schema-faults.ts';

type Recheck = Pick<typeof import('recheck'), 'checkSync'>;

const patienceMs = 5_000;
/** For all patterns of a process together: a forged policies file may hold thousands that take their time. */
const wholePatienceMs = 60_000;
let leftMs = wholePatienceMs;
/** The analysis reads a pattern before it looks at its clock. */
const maxChars = 1_000;
const maxWays = 1_000_000;
/** A text of some thousand characters in the square of its length is still a matter of milliseconds. */
const maxDegree = 2;

const tooComplicated = 'is too complicated to tell whether it ever ends: write it simpler';

const judged = new Map<string, string | undefined>();

export const judgePattern: PatternJudge = (pattern) => {
  // Without a choice there is one way to match it.
  if (!/[*+?{|]/.test(pattern)) return undefined;
  if (!judged.has(pattern)) judged.set(pattern, slownessOf(pattern));
  return judged.get(pattern);
};

function slownessOf(pattern: string): string | undefined {
  if (pattern.length > maxChars) return `is longer than ${String(maxChars)} characters`;
  if (leftMs <= 0) return tooComplicated;
  const startMs = performance.now();
  const timeout = Math.min(patienceMs, leftMs);
  const diagnostics = analysed(pattern, timeout);
  leftMs -= performance.now() - startMs;
  if (diagnostics === undefined) return tooComplicated;
  if (diagnostics.status === 'safe') {
    // Without repetition there is an end to it, which may lie beyond that of the world.
    return waysThrough(pattern) > maxWays ? tooComplicated : undefined;
  }
  if (diagnostics.status === 'unknown') {
    // The engine takes it or not, which is said in its own words.
    return diagnostics.error.kind === 'invalid' ? undefined : tooComplicated;
  }
  const { complexity, attack } = diagnostics;
  const isBearable = complexity.type === 'polynomial' && complexity.degree <= maxDegree;
  if (isBearable) return undefined;
  const growth =
    complexity.type === 'exponential'
      ? 'exponentially with the length of the text'
      : `with the ${String(complexity.degree)}th power of the text's length`;
  return `can take for ever: its time grows ${growth}, for example of ${attack.pattern}`;
}

/** @returns undefined where the analysis itself found no end */
function analysed(pattern: string, timeout: number): ReturnType<Recheck['checkSync']> | undefined {
  try {
    return recheck().checkSync(pattern, 'u', { timeout });
  } catch (error) {
    // It goes down into repetitions of repetitions by recursion.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Ways to go through alternatives and what may be left out, each tried with each at worst. */
function waysThrough(pattern: string): number {
  // Escapes, classes, how a group begins, repetitions that give up early: none of their signs is a choice.
  const signs = pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]|\(\?|([*+?}])\?/gsu, (all, quantifier) =>
    all === '(?' ? '(' : typeof quantifier === 'string' ? quantifier : 'a',
  );
  let ways = 1;
  const alternatives = [1];
  for (const [sign] of signs.matchAll(/[()|?]/g)) {
    if (sign === '?') ways *= 2;
    else if (sign === '(') alternatives.push(1);
    else if (sign === ')') ways *= alternatives.pop() ?? 1;
    else alternatives.push((alternatives.pop() ?? 1) + 1);
  }
  return alternatives.reduce((product, each) => product * each, ways);
}

/** A file beside the built program; in the sources, the package. Its three megabytes are seldom needed. */
function recheck(): Recheck {
  const beside = join(import.meta.dirname, 'recheck.js');
  const load = createRequire(join(import.meta.dirname, 'index.js'));
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- what the package's types say of itself
  return load(existsSync(beside) ? beside : 'recheck/lib/browser.js') as Recheck;
}

/** "Did you mean": the known word that a mistyped one was most likely to be. */
import { distance } from 'fastest-levenshtein';

/** @returns the nearest of the known words, or undefined where none is near */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  // A third of a short word, and never so much that another word is meant.
  const limit = Math.min(4, Math.max(1, Math.floor(word.length / 3)));
  const typed = word.toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, steps: distance(typed, candidate.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps);
  const [nearest] = ranked;
  if (nearest !== undefined && nearest.steps <= limit) return nearest.candidate;
  // `Period` for `ScanPeriod`.
  return ranked.find(({ candidate }) => typed.length > 3 && candidate.toLowerCase().includes(typed))
    ?.candidate;
}

/** `: did you mean "ScanVul"?`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const nearest = nearestOf(word, known);
  return nearest === undefined ? '' : `: did you mean "${nearest}"?`;
}

/** Problems of files, for tests that are about what is wrong and not about where it stands. */
import type { Problem, Result } from '../../shared/model.ts';

export function unplaced<T>(result: Result<T, Problem>): unknown {
  if (result.ok) return result;
  return { ok: false, problems: result.problems.map(({ where, what }) => ({ where, what })) };
}

/** `4:3` */
export function placesOf<T>(result: Result<T, Problem>): readonly string[] {
  const problems = result.ok ? [] : result.problems;
  return problems.map(({ line = 0, column = 0 }) => `${String(line)}:${String(column)}`);
}

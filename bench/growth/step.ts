/** One step of a growth, and how a figure grew from the step before it. */
import { median } from '../support/figures.ts';

/** Slopes of log over log, one between each two steps: 0 = flat, 1 = linear, 2 = the square. */
export function exponentsOf(
  sizes: readonly number[],
  figures: readonly number[],
): readonly number[] {
  return sizes.slice(1).map((size, index) => {
    const [before = NaN, figure = NaN] = figures.slice(index, index + 2);
    return Math.log(figure / before) / Math.log(size / (sizes[index] ?? NaN));
  });
}

/** A median of this many; of what takes long, one. */
export interface Times {
  readonly most: number;
  /** No further one is begun after so long. */
  readonly enoughMs: number;
}

/** CPU, of all threads of this process: on a machine with others, clocks tell of them too. */
export async function medianCpu(
  { most, enoughMs }: Times,
  work: () => unknown,
): Promise<{ readonly cpuMs: number; readonly times: number }> {
  const all: number[] = [];
  const startedAtMs = performance.now();
  do {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    all.push((user + system) / 1000);
  } while (all.length < most && performance.now() - startedAtMs < enoughMs);
  return { cpuMs: median(all), times: all.length };
}

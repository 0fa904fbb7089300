/** Figures, and how they are shown. */
import Table from 'cli-table3';

/** Epoch milliseconds with a fraction: of two processes on one machine, comparable. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** The median of the ratios of pairs, each measured one after the other. */
export function medianRatio(over: readonly number[], under: readonly number[]): number {
  return median(over.map((value, index) => value / (under[index] ?? NaN)));
}

/** Of two medians: how much of each would have to be wrong for the figure to be. */
export function quartiles(values: readonly number[]): readonly [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;
  return [at(0.25), at(0.75)];
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 9_950 ? 1 : 0)} s`;
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(ms < 9.95 ? 1 : 0)} ms`;
}

export function megabytes(value: number): string {
  return `${value.toFixed(0)} MB`;
}

export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

export function newTable(head: readonly string[]): Table.Table {
  return new Table({ head: [...head], style: { head: [], border: [] } });
}

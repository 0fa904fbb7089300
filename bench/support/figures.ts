/** Figures, and how they are shown. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 9_950 ? 1 : 0)} s`;
}

export function megabytes(value: number): string {
  return `${value.toFixed(0)} MB`;
}

export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

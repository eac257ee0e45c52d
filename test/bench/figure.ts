/** One line of a benchmark's result. */
export interface Figure {
  /** What was measured. */
  readonly name: string;
  /** The limit, or `none, for comparison` if there is none. */
  readonly asked: string;
  readonly measured: string;
  readonly ok: boolean;
}

/** The value that half of the values are below. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param share The share of the values that is below the result, from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Does the work and returns how many milliseconds it took. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} ms`;
}

export function ratio(value: number): string {
  return `${value.toFixed(2)} ×`;
}

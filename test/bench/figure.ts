/** One line of a benchmark's outcome. */
export interface Figure {
  /** What was measured. */
  readonly name: string;
  /** What it should be. */
  readonly asked: string;
  readonly measured: string;
  readonly ok: boolean;
}

/** The value that half of the others are below. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param share From 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Milliseconds that the work took. */
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

/** How long checks took, as a histogram whose steps grow by a tenth: percentiles are right to 5 %. Pure. */

/** Pairs of a step and how often it occurred, in the order of the steps. */
export type Times = readonly (readonly [step: number, count: number])[];

const GROWTH = Math.log(1.1);

/** @param milliseconds At least 0. */
export function addTime(times: Times, milliseconds: number): Times {
  return merged(times, [[Math.round(Math.log1p(milliseconds) / GROWTH), 1]]);
}

export function merged(...all: readonly Times[]): Times {
  const counts = new Map<number, number>();
  for (const [step, count] of all.flat()) counts.set(step, (counts.get(step) ?? 0) + count);
  return [...counts].sort(([a], [b]) => a - b);
}

/**
 * @param share From 0 to 1: 0.5 for the median.
 * @returns Milliseconds; undefined where nothing was measured.
 */
export function percentile(times: Times, share: number): number | undefined {
  const step = stepAt(times, share);
  return step === undefined ? undefined : Math.expm1(step * GROWTH);
}

/** The step of the histogram in which that percentile is. */
export function stepAt(times: Times, share: number): number | undefined {
  let total = 0;
  for (const [, count] of times) total += count;
  let seen = 0;
  for (const [step, count] of times) {
    seen += count;
    if (seen >= share * total) return step;
  }
  return undefined;
}

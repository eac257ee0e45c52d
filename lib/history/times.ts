/** How long checks took, as a histogram whose steps grow by a tenth: percentiles are right to 5 %. Pure. */

/** Pairs of a step and how often it occurred, in the order of the steps. */
export type Times = readonly (readonly [step: number, count: number])[];

const GROWTH = Math.log(1.1);

/** @param milliseconds At least 0. */
export function addTime(times: Times, milliseconds: number): Times {
  return merged(times, [[Math.round(Math.log1p(milliseconds) / GROWTH), 1]]);
}

export function merged(...all: readonly Times[]): Times {
  const counts: number[] = [];
  for (const times of all) addCounts(counts, times);
  return timesOf(counts);
}

/**
 * For thousands of them. Steps are small numbers: an array is several times faster than a map.
 *
 * @param counts By step; they grow.
 * @returns How many were added.
 */
export function addCounts(counts: number[], times: Times): number {
  let added = 0;
  for (const [step, count] of times) {
    counts[step] = (counts[step] ?? 0) + count;
    added += count;
  }
  return added;
}

/** @param counts By step. */
export function timesOf(counts: readonly (number | undefined)[]): Times {
  return counts.flatMap((count, step): Times => (count === undefined ? [] : [[step, count]]));
}

/**
 * @param share From 0 to 1: 0.5 for the median.
 * @returns Milliseconds; undefined where nothing was measured.
 */
export function percentile(times: Times, share: number): number | undefined {
  const step = stepAt(times, share);
  return step === undefined ? undefined : timeOf(step);
}

/** Milliseconds of a step of the histogram. */
export function timeOf(step: number): number {
  return Math.expm1(step * GROWTH);
}

/**
 * The step of the histogram in which that percentile is.
 *
 * @param count How many were measured.
 */
export function stepAt(times: Times, share: number, count = addCounts([], times)): number | undefined {
  let seen = 0;
  for (const [step, own] of times) {
    seen += own;
    if (seen >= share * count) return step;
  }
  return undefined;
}

/** How long checks took, as a histogram whose steps grow by a tenth: percentiles are right to 5 %. Pure. */

/** Pairs of a step and how often it occurred, in the order of the steps. */
export type Times = readonly (readonly [step: number, count: number])[];

const GROWTH = Math.log(1.1);

/** @param milliseconds At least 0. */
export function addTime(times: Times, milliseconds: number): Times {
  return merged(times, [[Math.round(Math.log1p(milliseconds) / GROWTH), 1]]);
}

export function merged(...all: readonly Times[]): Times {
  return mergedAll(all);
}

/** As `merged`, for thousands of them. */
export function mergedAll(all: Iterable<Times>): Times {
  // Steps are small numbers: an array is several times faster than a map, and a page merges thousands of them.
  const counts: number[] = [];
  for (const times of all) for (const [step, count] of times) counts[step] = (counts[step] ?? 0) + count;
  const found: (readonly [number, number])[] = [];
  for (let step = 0; step < counts.length; step += 1) {
    const count = counts[step];
    if (count !== undefined) found.push([step, count]);
  }
  return found;
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
  if (times.length === 1) return times[0]?.[0];
  let total = 0;
  for (let index = 0; index < times.length; index += 1) total += times[index]?.[1] ?? 0;
  let seen = 0;
  for (let index = 0; index < times.length; index += 1) {
    seen += times[index]?.[1] ?? 0;
    if (seen >= share * total) return times[index]?.[0];
  }
  return undefined;
}

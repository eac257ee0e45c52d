/** As many of the latest samples as one answer tells. However much was recorded, no more than that is in memory. */
import { covers } from './notices.ts';
import { WHOLE } from './sample.ts';
import type { Sample } from './sample.ts';

/** Samples of checks in one answer: about 4 MB. Where there are more, the earliest are left out. */
export const MAX_CHECK_SAMPLES = 50_000;

/**
 * To be called with one sample after another, the latest first.
 *
 * @returns What of it is about the part. Undefined once there are more than fit: the one before tells that.
 */
export function latestOf(part: string): (sample: Sample) => Sample | undefined {
  let count = 0;
  return (sample) => {
    if (count > MAX_CHECK_SAMPLES) return undefined;
    const all = sample.observerCutOff ? [] : sample.checks;
    const checks = part === WHOLE ? all : all.filter(({ path }) => covers({ for: [part] }, path));
    count += checks.length;
    return { ...sample, checks };
  };
}

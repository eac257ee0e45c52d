/** As many of the latest samples as one answer tells. However much was recorded, no more than that is in memory. */
import { covers } from './notices.ts';
import { WHOLE } from './sample.ts';
import type { Sample } from './sample.ts';
import type { Span } from './span.ts';

/** Samples, or spans, of checks in one answer: about 5 MB. Where there are more, the earliest are left out. */
export const MAX_CHECK_SAMPLES = 50_000;

/**
 * To be called with one sample after another, the latest first.
 *
 * @returns What of it is about the part. Undefined once there are more than fit: the one before tells that.
 */
export function latestOf(part: string): (sample: Sample) => Sample | undefined {
  const isFull = counter();
  return (sample) => {
    const all = sample.observerCutOff ? [] : sample.checks;
    const checks = part === WHOLE ? all : all.filter(({ path }) => covers({ for: [part] }, path));
    return isFull(checks.length) ? undefined : { ...sample, checks };
  };
}

/** The same of spans. */
export function latestSpansOf(part: string): (span: Span) => Span | undefined {
  const isFull = counter();
  return (span) => {
    const isIn = ([path]: readonly [string, unknown]) => covers({ for: [part] }, path);
    const checks = part === WHOLE ? span.checks : new Map([...span.checks].filter(isIn));
    return isFull(checks.size) ? undefined : { ...span, checks };
  };
}

/** The spans that fit into one answer. */
export function fitting(spans: readonly Span[]): readonly Span[] {
  let count = 0;
  for (let index = spans.length - 1; index >= 0; index -= 1) {
    count += spans[index]?.checks.size ?? 0;
    if (count > MAX_CHECK_SAMPLES) return spans.slice(index + 1);
  }
  return spans;
}

/** Whether there were more than fit already, before these. */
function counter(): (added: number) => boolean {
  let count = 0;
  return (added) => {
    const isFull = count > MAX_CHECK_SAMPLES;
    count += added;
    return isFull;
  };
}

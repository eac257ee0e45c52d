/** What the page makes of a strip, once for all pages that show it: a history is shared for some seconds. */
import { uptimeOf } from '../../../history/span.ts';
import type { Tally } from '../../../history/span.ts';
import { mergedAll, percentile, stepAt } from '../../../history/times.ts';
import type { Times } from '../../../history/times.ts';
import type { Strips } from '../../../history/view.ts';
import { lookOf, pathsOf } from './marks.ts';
import { toldStrip } from './told-strip.ts';
import { digits } from './told.ts';
import type { ToldTimes } from './told.ts';

export type Marks = readonly (Tally | undefined)[];

export interface Prepared {
  /** From 0 to 1; undefined where nothing is known. */
  readonly uptime: number | undefined;
  /** The lines of its drawing. */
  readonly paths: string;
  /** For the script, as JSON. */
  readonly told: string;
}

export interface PreparedTimes {
  /** Milliseconds. */
  readonly median: number;
  readonly p95: number;
  /** For the script, as JSON. */
  readonly told: string;
}

interface Kept extends Prepared {
  readonly maxTroubles: number;
}

const strips = new WeakMap<Marks, Kept>();
const times = new WeakMap<Marks, PreparedTimes | 'none'>();

/** @param maxTroubles How many troubles the script gets to know, the latest. */
export function prepare(marks: Marks, axis: Omit<Strips, 'marks'>, maxTroubles: number): Prepared {
  const known = strips.get(marks);
  if (known?.maxTroubles === maxTroubles) return known;
  const looks = marks.map(lookOf);
  const made = {
    uptime: uptimeOf(marks.filter((mark) => mark !== undefined)),
    paths: pathsOf(looks),
    told: JSON.stringify(toldStrip(marks, looks, { axis, maxTroubles })),
    maxTroubles,
  };
  strips.set(marks, made);
  return made;
}

/** @returns Undefined where nothing was measured. */
export function prepareTimes(marks: Marks): PreparedTimes | undefined {
  const known = times.get(marks);
  if (known !== undefined) return known === 'none' ? undefined : known;
  const all: Times[] = [];
  // A loop, since a page has thousands of marks.
  let [medians, p95s] = ['', ''];
  for (const mark of marks) {
    if (mark !== undefined) all.push(mark.times);
    medians += digits(mark && stepAt(mark.times, 0.5));
    p95s += digits(mark && stepAt(mark.times, 0.95));
  }
  const together = mergedAll(all);
  const [median, p95] = [percentile(together, 0.5), percentile(together, 0.95)];
  const isKnown = median !== undefined && p95 !== undefined;
  const made = isKnown ? { median, p95, told: JSON.stringify([medians, p95s] satisfies ToldTimes) } : undefined;
  times.set(marks, made ?? 'none');
  return made;
}

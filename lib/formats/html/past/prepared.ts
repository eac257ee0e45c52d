/** What the page makes of a strip, once for all pages that show it: a history is shared for some seconds. */
import { uptimeOf } from '../../../history/span.ts';
import { addCounts, percentile, stepAt, timesOf } from '../../../history/times.ts';
import type { Strips } from '../../../history/view.ts';
import { pathsOf, runsOf } from './marks.ts';
import type { Marks, Run } from './marks.ts';
import { isTroubled, toldStrip } from './told-strip.ts';
import { digits } from './told.ts';
import type { ToldTimes } from './told.ts';

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

const runs = new WeakMap<Marks, readonly Run[]>();
const strips = new WeakMap<Marks, Kept>();
const times = new WeakMap<Marks, PreparedTimes | 'none'>();

/** @param maxTroubles How many troubles the script gets to know, the latest. */
export function prepare(marks: Marks, axis: Omit<Strips, 'marks'>, maxTroubles: number): Prepared {
  const known = strips.get(marks);
  if (known?.maxTroubles === maxTroubles) return known;
  const own = knownRuns(marks);
  const made = {
    uptime: uptimeOf(marks),
    paths: pathsOf(own),
    told: JSON.stringify(toldStrip(marks, own, { axis, maxTroubles })),
    maxTroubles,
  };
  strips.set(marks, made);
  return made;
}

/** Whether there is anything to tell of a strip. */
export function hasTroubles(marks: Marks): boolean {
  return knownRuns(marks).some(isTroubled);
}

function knownRuns(marks: Marks): readonly Run[] {
  const known = runs.get(marks) ?? runsOf(marks);
  runs.set(marks, known);
  return known;
}

/** @returns Undefined where nothing was measured. */
export function prepareTimes(marks: Marks): PreparedTimes | undefined {
  const known = times.get(marks);
  if (known !== undefined) return known === 'none' ? undefined : known;
  const counts: number[] = [];
  let [medians, p95s] = ['', ''];
  for (const mark of marks) {
    const own = mark?.times ?? [];
    const count = addCounts(counts, own);
    medians += digits(stepAt(own, 0.5, count));
    p95s += digits(stepAt(own, 0.95, count));
  }
  const together = timesOf(counts);
  const [median, p95] = [percentile(together, 0.5), percentile(together, 0.95)];
  const isKnown = median !== undefined && p95 !== undefined;
  const made = isKnown ? { median, p95, told: JSON.stringify([medians, p95s] satisfies ToldTimes) } : undefined;
  times.set(marks, made ?? 'none');
  return made;
}

/** Derives verdicts from results. Pure. */
import type { Failure, Verdict } from './types.ts';

const WORST_FIRST: readonly Verdict[] = ['failing', 'degraded', 'working'];

/** The verdict of one check. */
export function verdictOf(error: Failure | undefined, critical: boolean): Verdict {
  if (error === undefined) return 'working';
  return critical && error.degraded !== true ? 'failing' : 'degraded';
}

/** The worst of the verdicts; `working` if there are none. */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  const given = new Set(verdicts);
  return WORST_FIRST.find((verdict) => given.has(verdict)) ?? 'working';
}

/** Sorts by verdict: negative if `a` is worse than `b`. */
export function compareVerdicts(a: Verdict, b: Verdict): number {
  return WORST_FIRST.indexOf(a) - WORST_FIRST.indexOf(b);
}

/** The ids of the rows, to which the causes link. */
import { pathKey, resultsOf } from '../../engine/tree.ts';
import type { CheckResult, Result } from '../../engine/types.ts';

/** Characters of an id; longer paths are numbered. */
const MAX_LENGTH = 120;

export type Anchors = (check: CheckResult) => string;

/** Ids that stay the same from one report to the next, so that the page can refresh itself in place. */
export function anchorsOf(result: Result): Anchors {
  const numbers = new Map(resultsOf(result).map((check, index) => [check, index]));
  return (check) => {
    const id = encodeURIComponent(pathKey(check.path).toWellFormed());
    return id.length > MAX_LENGTH ? `check-${String(numbers.get(check) ?? 0)}` : `check:${id}`;
  };
}

/** From single results to verdicts, and from symptoms to causes. Pure. */
import { isGroup } from '../types.ts';
import type { CheckResult, GroupResult, Result, Verdict } from '../types.ts';

const WORST_FIRST: readonly Verdict[] = ['failing', 'degraded', 'working'];

/** The worst of them; of nothing, `working`. */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  const given = new Set(verdicts);
  return WORST_FIRST.find((verdict) => given.has(verdict)) ?? 'working';
}

/** Sorts by verdict: negative where `a` is worse than `b`. */
export function compareVerdicts(a: Verdict, b: Verdict): number {
  return WORST_FIRST.indexOf(a) - WORST_FIRST.indexOf(b);
}

/** Every check of a result, in the order of the document. */
export function leaves(result: Result): CheckResult[] {
  return isGroup<GroupResult>(result) ? result.parts.flatMap(leaves) : [result];
}

/**
 * Says of each failing check on which other failing check the fault rests, following `depends_on` down to the deepest.
 *
 * @param dependencies Paths that a check depends on, by the check's own path. A circle ends the search.
 */
export function explain(result: Result, dependencies: ReadonlyMap<string, readonly string[]>): Result {
  const failing = new Set(
    leaves(result)
      .filter((leaf) => leaf.error !== undefined)
      .map((leaf) => pathKey(leaf.path)),
  );
  const isFailing = (path: string) => failing.has(path);
  const failingDependencies = (path: string) => (dependencies.get(path) ?? []).filter(isFailing);

  const causesOf = (path: string): string[] => {
    const causes = new Set<string>();
    const seen = new Set([path]);
    const waiting = failingDependencies(path);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      const deeper = failingDependencies(next);
      if (deeper.length === 0) causes.add(next);
      waiting.push(...deeper);
    }
    return [...causes].sort();
  };

  const explained = (part: Result): Result => {
    if (isGroup<GroupResult>(part)) return { ...part, parts: part.parts.map(explained) };
    if (part.error === undefined) return part;
    const causes = causesOf(pathKey(part.path));
    if (causes.length === 0) return part;
    const message = `${part.error.message}; it depends on ${causes.join(' and ')}, which does not work`;
    return { ...part, causes, error: { ...part.error, message } };
  };
  return dependencies.size === 0 || failing.size === 0 ? result : explained(result);
}

/** A path as `depends_on` and `--part` write it: `cache/data`. */
export function pathKey(path: readonly string[]): string {
  return path.join('/');
}

/** From single results to verdicts, and from symptoms to causes. Pure. */
import { pathKey } from './tree.ts';
import { isGroup } from './types.ts';
import type { CheckResult, GroupResult, Result, Verdict } from './types.ts';
import { oneLine } from '../errors.ts';

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

/** Causes that a message names; the others are counted. */
const NAMED_CAUSES = 3;

/**
 * Says of each failing check on which other failing check the fault rests, following `depends_on` down to the deepest.
 *
 * @param dependencies Paths that a check depends on, by the check's own path. A circle has no deepest.
 */
export function explain(result: Result, dependencies: ReadonlyMap<string, readonly string[]>): Result {
  const failing = leaves(result)
    .filter((leaf) => leaf.error !== undefined)
    .map((leaf) => pathKey(leaf.path));
  if (dependencies.size === 0 || failing.length === 0) return result;
  const causes = causesOf(failing, dependencies);

  const explained = (part: Result): Result => {
    if (isGroup<GroupResult>(part)) return { ...part, parts: part.parts.map(explained) };
    const own = causes.get(pathKey(part.path));
    if (part.error === undefined || own === undefined) return part;
    const message = `${part.error.message} (it depends on ${listed(own)}, which ${own.length === 1 ? 'does' : 'do'} not work)`;
    return { ...part, causes: own, error: { ...part.error, message } };
  };
  return explained(result);
}

/** From each cause up to everything that rests on it, so that each dependency is followed once a cause and no more. */
function causesOf(failing: readonly string[], dependencies: ReadonlyMap<string, readonly string[]>) {
  const isFailing = new Set(failing);
  const dependents = new Map<string, string[]>(failing.map((path) => [path, []]));
  const roots = failing.filter((path) => {
    const broken = (dependencies.get(path) ?? []).filter((other) => isFailing.has(other));
    broken.forEach((other) => dependents.get(other)?.push(path));
    return broken.length === 0;
  });
  const causes = new Map<string, string[]>();
  for (const root of roots.sort()) {
    const reached = new Set([root]);
    for (const path of reached) dependents.get(path)?.forEach((dependent) => reached.add(dependent));
    reached.delete(root);
    for (const path of reached) causes.set(path, [...(causes.get(path) ?? []), root]);
  }
  return causes;
}

function listed(causes: readonly string[]): string {
  const named = causes.slice(0, NAMED_CAUSES).map(oneLine);
  const more = causes.length > named.length ? [`${String(causes.length - named.length)} more`] : [];
  return [...named, ...more].join(' and ');
}

/** Which checks can be the cause of the failure of others: by `depends_on`, and by an address that they share. */
import { pathKey } from '../engine/tree.ts';
import type { PlannedCheck } from './consumer.ts';

export interface Causes {
  /** The checks that a check depends on directly. Circles are cut. */
  readonly dependencies: ReadonlyMap<PlannedCheck, readonly PlannedCheck[]>;
  /** The checks that depend on a check, directly or through others. */
  readonly dependents: ReadonlyMap<PlannedCheck, readonly PlannedCheck[]>;
  /** Sets of at least two checks that need the same address, the largest first. Each set is there once. */
  readonly sharing: readonly (readonly PlannedCheck[])[];
}

export function causesOf(checks: readonly PlannedCheck[]): Causes {
  const byPath = new Map(checks.map((check) => [pathKey(check.path), check]));
  const direct = new Map(checks.map((check) => [check, check.dependsOn.flatMap((path) => byPath.get(path) ?? [])]));
  const reached = new Map(checks.map((check) => [check, reachableFrom(check, direct)]));
  const dependencies = new Map(
    [...direct].map(([check, others]) => [check, others.filter((other) => reached.get(other)?.has(check) !== true)]),
  );
  const rests = new Map(checks.map((check) => [check, reachableFrom(check, dependencies)]));
  const dependents = new Map(
    checks.map((check) => [check, checks.filter((other) => other !== check && rests.get(other)?.has(check) === true)]),
  );
  return { dependencies, dependents, sharing: sharingIn(checks) };
}

function reachableFrom(
  start: PlannedCheck,
  edges: ReadonlyMap<PlannedCheck, readonly PlannedCheck[]>,
): ReadonlySet<PlannedCheck> {
  const found = new Set(edges.get(start));
  // A set also visits the checks that are added while it is iterated over.
  for (const check of found) edges.get(check)?.forEach((next) => found.add(next));
  return found;
}

function sharingIn(checks: readonly PlannedCheck[]): (readonly PlannedCheck[])[] {
  const byAddress = new Map<string, PlannedCheck[]>();
  for (const check of checks)
    for (const address of new Set(check.needs)) byAddress.set(address, [...(byAddress.get(address) ?? []), check]);
  const sets = new Map(
    [...byAddress.values()].map((members) => [members.map(({ path }) => pathKey(path)).join('\n'), members]),
  );
  return [...sets.values()].filter((members) => members.length > 1).sort((a, b) => b.length - a.length);
}

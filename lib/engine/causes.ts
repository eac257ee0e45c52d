/** Finds the causes of failures: by `depends_on`, and by the addresses that failing checks have in common. Pure. */
import { pathKey } from './tree.ts';
import type { Cause, Check, CheckResult } from './types.ts';

/** The errors that blame the address itself, and not what answers there. */
const BLAMES_ADDRESS: ReadonlySet<string> = new Set(['ConnectionError', 'TimeoutError', 'TLSError']);

/** A check and its result. */
export interface Finding {
  readonly check: Check;
  readonly result: CheckResult;
}

/**
 * The causes of each failure, by the path of the check.
 *
 * @param reached The addresses that answered in this run, whatever failed afterwards.
 */
export function causesOf(findings: readonly Finding[], reached: ReadonlySet<string>): Map<string, readonly Cause[]> {
  const failing = findings.filter(isFailing);
  if (failing.length === 0) return new Map();
  const causes = causesByDependency(failing);
  const roots = failing.filter(({ check }) => !causes.has(pathKey(check.path)));
  for (const [path, cause] of causesByAddress(roots, answered(findings, reached))) causes.set(path, [cause]);
  return causes;
}

/** The fewest failing addresses that suggest that the observer is cut off. */
const MIN_ADDRESSES = 3;

/** Whether everything that needs an address fails alike, at so many addresses that the observer may be cut off. */
export function allFailAlike(findings: readonly Finding[]): boolean {
  const remote = findings.filter(({ check }) => check.needs.length > 0);
  if (!remote.every(isFailing)) return false;
  const codes = new Set(remote.map(({ result }) => result.error?.code));
  const [code = ''] = codes;
  const addresses = new Set(remote.flatMap(({ check }) => check.needs));
  return codes.size === 1 && BLAMES_ADDRESS.has(code) && addresses.size >= MIN_ADDRESSES;
}

function isFailing({ result: { error } }: Finding): boolean {
  return error !== undefined && error.degraded !== true;
}

/**
 * Follows `depends_on` from each cause up to everything that depends on it, so that each dependency is followed only
 * once per cause. A cycle has no deepest cause.
 */
function causesByDependency(failing: readonly Finding[]): Map<string, readonly Cause[]> {
  const dependents = new Map<string, string[]>(failing.map(({ check }) => [pathKey(check.path), []]));
  const roots: string[] = [];
  for (const { check } of failing) {
    const path = pathKey(check.path);
    const broken = check.dependsOn.filter((other) => dependents.has(other));
    for (const other of broken) dependents.get(other)?.push(path);
    if (broken.length === 0) roots.push(path);
  }
  const causes = new Map<string, Cause[]>();
  for (const root of roots.sort()) {
    const reached = new Set([root]);
    for (const path of reached) dependents.get(path)?.forEach((dependent) => reached.add(dependent));
    reached.delete(root);
    for (const path of reached) causes.set(path, [...(causes.get(path) ?? []), { path: root }]);
  }
  return causes;
}

/** The addresses that cannot be at fault: a check that needs them works, or they answered a check that fails. */
function answered(findings: readonly Finding[], reached: ReadonlySet<string>): ReadonlySet<string> {
  const working = findings.filter((finding) => !isFailing(finding));
  return new Set([...reached, ...working.flatMap(({ check }) => check.needs)]);
}

/** The most blamed address of each check, if other checks blame it too. */
function causesByAddress(roots: readonly Finding[], innocent: ReadonlySet<string>): Map<string, Cause> {
  const blamed = new Map<string, string[]>();
  for (const { check, result } of roots) {
    for (const address of blamedBy(check, result)) {
      if (!innocent.has(address)) blamed.set(address, [...(blamed.get(address) ?? []), pathKey(check.path)]);
    }
  }
  const causes = new Map<string, Cause>();
  for (const [address, paths] of [...blamed].sort(([, a], [, b]) => b.length - a.length)) {
    if (paths.length < 2) break;
    for (const path of paths) if (!causes.has(path)) causes.set(path, { address, others: paths.length - 1 });
  }
  return causes;
}

/** The addresses that a failure blames: of several, those that its message names. */
function blamedBy({ needs }: Check, { error }: CheckResult): readonly string[] {
  if (error === undefined || !BLAMES_ADDRESS.has(error.code)) return [];
  return needs.length === 1 ? needs : needs.filter((address) => error.message.includes(address));
}

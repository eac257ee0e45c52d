/** Finds the causes of failures: by `depends_on`, and by the addresses that failing checks have in common. Pure. */
import type { Pace } from '../pace.ts';
import { pathKey } from './tree.ts';
import type { Cause, Check, CheckResult } from './types.ts';

/** The errors that blame the address itself, and not what answers there. */
const BLAMES_ADDRESS: ReadonlySet<string> = new Set(['ConnectionError', 'TimeoutError', 'TLSError']);

/** A check and its result. */
export interface Finding {
  readonly check: Check;
  readonly result: CheckResult;
}

/** The causes of failures, by the path of the check. */
type Causes = Map<string, readonly Cause[]>;

/**
 * Finds the causes of each failure. A thousand checks may all depend on each other, so it works in portions.
 *
 * @param reached The addresses that answered in this run, whatever failed afterwards.
 */
export async function causesOf(
  findings: readonly Finding[],
  reached: ReadonlySet<string>,
  pace: Pace,
): Promise<Causes> {
  const failing = findings.filter(isFailing);
  if (failing.length === 0) return new Map();
  const causes = await causesByDependency(failing, pace);
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
 * Hands the causes of each check on to those that depend on it, in an order in which a check comes after all that it
 * depends on. Following each cause by itself would take seconds for hundreds of checks with hundreds of `depends_on`.
 * A cycle has no deepest cause; what leads into it is the cause of all of it.
 */
async function causesByDependency(failing: readonly Finding[], pace: Pace): Promise<Causes> {
  const indexes = new Map(failing.map(({ check }, index) => [pathKey(check.path), index]));
  const needed: (readonly number[])[] = [];
  for (const { check } of failing) {
    needed.push(check.dependsOn.flatMap((path) => indexes.get(path) ?? []));
    await pace();
  }
  const roots = [...indexes].filter(([, index]) => needed[index]?.length === 0).sort(([a], [b]) => (a < b ? -1 : 1));
  const found = failing.map(() => new Uint32Array(Math.ceil(roots.length / 32)));
  roots.forEach(([, index], root) => {
    const own = found[index];
    if (own !== undefined) own[root >> 5] = (own[root >> 5] ?? 0) | (1 << (root & 31));
  });
  const order = await dependedOnFirst(needed, pace);
  let isComplete = false;
  while (!isComplete) {
    isComplete = true;
    for (const index of order) {
      if (merge(found, index, needed[index] ?? [])) isComplete = false;
      await pace();
    }
  }
  const causes: Causes = new Map();
  for (const [path, index] of indexes) {
    if (needed[index]?.length === 0) continue;
    const own = roots.filter((_, root) => ((found[index]?.[root >> 5] ?? 0) & (1 << (root & 31))) !== 0);
    const paths = own.map(([root]) => ({ path: root }));
    if (paths.length > 0) causes.set(path, paths);
    await pace();
  }
  return causes;
}

/** Adds what is found of the others. Returns whether that was anything new. */
function merge(found: readonly Uint32Array[], index: number, others: readonly number[]): boolean {
  const own = found[index] ?? new Uint32Array();
  let isNew = false;
  for (const other of others) {
    const more = found[other] ?? own;
    for (let word = 0; word < own.length; word += 1) {
      const merged = ((own[word] ?? 0) | (more[word] ?? 0)) >>> 0;
      isNew ||= merged !== own[word];
      own[word] = merged;
    }
  }
  return isNew;
}

/** All checks, each after those that it needs; what is in a circle, or needs one, comes last. */
async function dependedOnFirst(needed: readonly (readonly number[])[], pace: Pace): Promise<number[]> {
  const dependents = needed.map((): number[] => []);
  const missing = needed.map(({ length }) => length);
  for (const [index, others] of needed.entries()) {
    for (const other of others) dependents[other]?.push(index);
    await pace();
  }
  const order = new Set([...needed.keys()].filter((index) => missing[index] === 0));
  for (const index of order) {
    for (const dependent of dependents[index] ?? []) {
      missing[dependent] = (missing[dependent] ?? 0) - 1;
      if (missing[dependent] === 0) order.add(dependent);
    }
    await pace();
  }
  for (const index of needed.keys()) order.add(index);
  return [...order];
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
      if (innocent.has(address)) continue;
      const paths = blamed.get(address);
      if (paths === undefined) blamed.set(address, [pathKey(check.path)]);
      else paths.push(pathKey(check.path));
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

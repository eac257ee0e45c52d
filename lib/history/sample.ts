/** A sample: what one run of a namespace says about each of its checks, as history keeps it. */
import type { OutageCause } from '../engine/outages.ts';
import { rootsIn } from '../engine/outages.ts';
import { pathKey, resultsOf } from '../engine/tree.ts';
import type { CheckResult, Report, Verdict } from '../engine/types.ts';
import { worst } from '../engine/verdict.ts';
import { oneLine } from '../errors.ts';

/** What a check is. `degraded` counts as up: it works, but is slow or otherwise impaired. */
export type State = 'up' | 'degraded' | 'down';

/** What a sample says about a check. In maintenance, its state is not counted. */
export type SampledState = State | 'maintenance';

/** The path of the whole namespace, in samples and changes. */
export const WHOLE = '';

export interface CheckSample {
  /** `group/name`; empty for the whole namespace. */
  readonly path: string;
  readonly state: SampledState;
  /** Whole milliseconds that the check took. */
  readonly durationMs: number;
  /** Why it is not up: `ConnectionError: redis cache.example:6379 refused the connection`. */
  readonly error?: string;
  /** What its failure rests on, unless that is the check itself. */
  readonly causes?: readonly OutageCause[];
  readonly runbook?: string;
}

/** One run of a namespace. All times are milliseconds since 1970. */
export interface Sample {
  readonly namespace: string;
  /** The start of its slot: a multiple of the interval. There is one sample a slot, whoever writes it. */
  readonly at: number;
  /** Milliseconds of a slot. The sample stands for that long. */
  readonly intervalMs: number;
  /** Whether the observer itself was cut off, so that the sample says nothing about the checks. */
  readonly observerCutOff: boolean;
  /** The whole first, then the checks in the order of the document. */
  readonly checks: readonly CheckSample[];
}

/** Which slot a time is in. */
export function slotOf(timeMs: number, intervalMs: number): number {
  return Math.floor(timeMs / intervalMs) * intervalMs;
}

export interface Slot {
  readonly at: number;
  readonly intervalMs: number;
  /** Whether somebody works on a check, or on everything. */
  readonly inMaintenance: (path: string) => boolean;
}

/** What fails because of a check in maintenance is in maintenance too. The whole is as bad as what is not. */
export function sampleOf(report: Report, { at, intervalMs, inMaintenance }: Slot): Sample {
  const roots = rootsIn(report.result);
  const results = resultsOf(report.result);
  const worked = workedOn(results, roots, inMaintenance);
  const checks = results.map((result): CheckSample => {
    const path = pathKey(result.path);
    const { error, runbook } = result;
    const causes = roots.get(path);
    return {
      path,
      state: worked.has(path) ? 'maintenance' : stateOf(result),
      durationMs: Math.round(result.durationMs),
      ...(error && { error: oneLine(`${error.code}: ${error.message}`) }),
      ...(causes && { causes }),
      ...(error && runbook !== undefined && { runbook }),
    };
  });
  const others = results.filter(({ path }) => !worked.has(pathKey(path)));
  const verdict = worst(others.map((result) => result.verdict));
  const whole: CheckSample = {
    path: WHOLE,
    state: inMaintenance(WHOLE) || others.length === 0 ? 'maintenance' : STATES[verdict],
    durationMs: Math.round(report.durationMs),
    ...(verdict !== 'working' && { causes: causesOf(others, verdict, roots) }),
  };
  const { namespace, observerCutOff } = report;
  return { namespace, at, intervalMs, observerCutOff, checks: [whole, ...checks] };
}

type Roots = ReturnType<typeof rootsIn>;

/** The paths of the checks in maintenance, and of those that fail only because of what these fail of. */
function workedOn(results: readonly CheckResult[], roots: Roots, inMaintenance: Slot['inMaintenance']): Set<string> {
  const paths = results.map(({ path }) => pathKey(path));
  const worked = new Set(paths.filter(inMaintenance));
  if (worked.size === 0) return worked;
  const causes = [...worked].flatMap((path) => [{ path }, ...(roots.get(path) ?? [])]);
  const known = new Set(causes.map(causeKey));
  for (const path of paths) {
    const own = roots.get(path) ?? [];
    if (own.length > 0 && own.every((cause) => known.has(causeKey(cause)))) worked.add(path);
  }
  return worked;
}

const STATES = { working: 'up', degraded: 'degraded', failing: 'down' } as const;

/** A check's own state, whether it is critical or not. */
function stateOf({ error }: CheckResult): State {
  if (error === undefined) return 'up';
  return error.degraded === true ? 'degraded' : 'down';
}

/** What makes the whole fail: the roots of what is as bad as it is. */
function causesOf(results: readonly CheckResult[], verdict: Verdict, roots: Roots): readonly OutageCause[] {
  const blamed = results.filter((check) => check.verdict === verdict);
  const causes = blamed.flatMap(({ path }) => roots.get(pathKey(path)) ?? [{ path: pathKey(path) }]);
  return [...new Map(causes.map((cause) => [causeKey(cause), cause])).values()].slice(0, MAX_CAUSES);
}

/** Causes of the whole that are kept. */
const MAX_CAUSES = 20;

/** Equal for equal causes. An address cannot begin with a slash that a path has after its name. */
export function causeKey(cause: OutageCause): string {
  return 'path' in cause ? `path ${cause.path}` : `address ${cause.address}`;
}

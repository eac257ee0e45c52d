/** A sample: what one run of a namespace says about each of its checks, as history keeps it. */
import type { OutageCause } from '../engine/outages.ts';
import { rootsIn } from '../engine/outages.ts';
import { pathKey, resultsOf } from '../engine/tree.ts';
import type { CheckResult, Report } from '../engine/types.ts';
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
  /** Whether a check is in maintenance; the whole is if everything is. */
  readonly inMaintenance: (path: string) => boolean;
}

export function sampleOf(report: Report, { at, intervalMs, inMaintenance }: Slot): Sample {
  const roots = rootsIn(report.result);
  const checks = resultsOf(report.result).map((result): CheckSample => {
    const path = pathKey(result.path);
    const { error, runbook } = result;
    const causes = roots.get(path);
    return {
      path,
      state: inMaintenance(path) ? 'maintenance' : stateOf(result),
      durationMs: Math.round(result.durationMs),
      ...(error && { error: oneLine(`${error.code}: ${error.message}`) }),
      ...(causes && { causes }),
      ...(error && runbook !== undefined && { runbook }),
    };
  });
  const whole: CheckSample = {
    path: WHOLE,
    state: inMaintenance(WHOLE) ? 'maintenance' : STATES[report.verdict],
    durationMs: Math.round(report.durationMs),
    ...causesOfWhole(report, roots),
  };
  const { namespace, observerCutOff } = report;
  return { namespace, at, intervalMs, observerCutOff, checks: [whole, ...checks] };
}

const STATES = { working: 'up', degraded: 'degraded', failing: 'down' } as const;

/** A check's own state, whether it is critical or not. */
function stateOf({ error }: CheckResult): State {
  if (error === undefined) return 'up';
  return error.degraded === true ? 'degraded' : 'down';
}

/** What makes the whole fail: the roots of the critical checks that do. */
function causesOfWhole({ verdict, result }: Report, roots: ReturnType<typeof rootsIn>): { causes?: OutageCause[] } {
  if (verdict === 'working') return {};
  const worst = resultsOf(result).filter((check) => check.verdict === verdict);
  const causes = worst.flatMap(({ path }) => roots.get(pathKey(path)) ?? [{ path: pathKey(path) }]);
  return { causes: [...new Map(causes.map((cause) => [causeKey(cause), cause])).values()].slice(0, MAX_CAUSES) };
}

/** Causes of the whole that are kept. */
const MAX_CAUSES = 20;

/** Equal for equal causes. An address cannot begin with a slash that a path has after its name. */
export function causeKey(cause: OutageCause): string {
  return 'path' in cause ? `path ${cause.path}` : `address ${cause.address}`;
}

/** What a quarter of an hour, or a day, adds up to. Pure. */
import { addTime } from './times.ts';
import type { Times } from './times.ts';
import type { Sample, SampledState, State } from './sample.ts';
import { badness } from './standing.ts';

export const QUARTER_MS = 15 * 60_000;
export const DAY_MS = 24 * 3_600_000;

export interface Span {
  /** Its start: milliseconds since 1970, a multiple of its length. */
  readonly at: number;
  readonly lengthMs: number;
  /** By path; that of the whole is empty. */
  readonly checks: ReadonlyMap<string, Tally>;
}

/** The samples of one check in a span. What they do not cover is a gap: neither up nor down. */
export interface Tally {
  /** Milliseconds in each state. */
  readonly ms: Readonly<Record<SampledState, number>>;
  /** How long the check took, in those samples in which it was up. */
  readonly times: Times;
  /** When it was not up, in the order of time. */
  readonly troubles: readonly Trouble[];
}

export interface Trouble {
  readonly from: number;
  readonly to: number;
  readonly state: Exclude<State, 'up'>;
  readonly error?: string;
}

/** Troubles that are kept of a check and a span. Beyond that, neighbours are told as one. */
const MAX_TROUBLES = 20;

export function emptySpan(timeMs: number, lengthMs: number): Span {
  return { at: Math.floor(timeMs / lengthMs) * lengthMs, lengthMs, checks: new Map() };
}

const NOTHING: Tally = { ms: { up: 0, degraded: 0, down: 0, maintenance: 0 }, times: [], troubles: [] };

/** The span with one more sample. While the observer is cut off, nothing is known of the checks. */
export function addTo(span: Span, sample: Sample): Span {
  if (sample.observerCutOff) return span;
  const checks = new Map(span.checks);
  for (const { path, state, durationMs, error } of sample.checks) {
    const tally = checks.get(path) ?? NOTHING;
    const { at, intervalMs } = sample;
    checks.set(path, {
      ms: { ...tally.ms, [state]: tally.ms[state] + intervalMs },
      times: state === 'up' || state === 'degraded' ? addTime(tally.times, durationMs) : tally.times,
      troubles:
        state === 'up' || state === 'maintenance'
          ? tally.troubles
          : withTrouble(tally.troubles, {
              from: at,
              to: at + intervalMs,
              state,
              ...(error !== undefined && { error }),
            }),
    });
  }
  return { ...span, checks };
}

function withTrouble(troubles: readonly Trouble[], added: Trouble): readonly Trouble[] {
  const sorted = [...troubles, added].toSorted((a, b) => a.from - b.from);
  const merged: Trouble[] = [];
  for (const trouble of sorted) {
    const last = merged.at(-1);
    const isSame = last !== undefined && last.to >= trouble.from && last.state === trouble.state;
    if (isSame && last.error === trouble.error) merged[merged.length - 1] = joinedTrouble(last, trouble);
    else merged.push(trouble);
  }
  while (merged.length > MAX_TROUBLES) {
    const gaps = merged.slice(1).map(({ from }, index) => from - (merged[index]?.to ?? 0));
    const nearest = gaps.indexOf(Math.min(...gaps));
    const [first, second] = merged.slice(nearest, nearest + 2);
    if (first === undefined || second === undefined) break;
    merged.splice(nearest, 2, joinedTrouble(first, second));
  }
  return merged;
}

/** As bad as the worse of both, with its message. */
function joinedTrouble(first: Trouble, second: Trouble): Trouble {
  const worse = badness(second.state) > badness(first.state) ? second : first;
  return { ...worse, from: first.from, to: Math.max(first.to, second.to) };
}

/** Uptime as a ratio from 0 to 1: what is degraded counts as up, gaps and maintenance as neither. */
export function uptimeOf(tallies: Iterable<Pick<Tally, 'ms'> | undefined>): number | undefined {
  let [up, down] = [0, 0];
  for (const tally of tallies) {
    if (tally === undefined) continue;
    up += tally.ms.up + tally.ms.degraded;
    down += tally.ms.down;
  }
  return up + down === 0 ? undefined : up / (up + down);
}

/** The confirmed state of one check: it changes only after several samples in a row that say the same. Pure. */
import type { Confirmation } from '../engine/types.ts';
import type { State } from './sample.ts';

/** From good to bad. */
const STATES: readonly State[] = ['up', 'degraded', 'down'];

/** How bad a state is: 0 for `up`, 2 for `down`. */
export function badness(state: State): number {
  return STATES.indexOf(state);
}

/** The worst of them; `up` if there are none. */
export function worstState(states: Iterable<State>): State {
  return STATES[Math.max(0, ...[...states].map(badness))] ?? 'up';
}

export interface Standing {
  readonly state: State;
  /** The time of the first sample of this state, in milliseconds since 1970. */
  readonly since: number;
  /** The latest samples, as far as each differs from the confirmed state or comes after one that does. */
  readonly recent: readonly Seen[];
  /** Why it is not up, by the latest sample that says so. */
  readonly error?: string;
  readonly runbook?: string;
  /** The outage that it belongs to while it is not up. */
  readonly outage?: string;
}

export interface Seen {
  readonly at: number;
  readonly state: State;
}

/** What is not known is taken to work, so that the first samples of a failing check make a change. */
export function newStanding(at: number): Standing {
  return { state: 'up', since: at, recent: [] };
}

/**
 * The standing after one more sample. It is worse when as many samples as it takes are worse: then it is as bad as the
 * best of them. It is better when as many as it takes are better: then it is as bad as the worst of them.
 */
export function after(standing: Standing, seen: Seen, confirmation: Confirmation): Standing {
  const { failuresBeforeDown, successesBeforeUp } = confirmation;
  const recent = [...standing.recent, seen].slice(-Math.max(failuresBeforeDown, successesBeforeUp));
  const now = badness(standing.state);
  const lastBad = recent.slice(-failuresBeforeDown).map(({ state }) => badness(state));
  const lastGood = recent.slice(-successesBeforeUp).map(({ state }) => badness(state));
  const worse = lastBad.length === failuresBeforeDown ? Math.min(...lastBad) : now;
  const better = lastGood.length === successesBeforeUp ? Math.max(...lastGood) : now;
  const next = worse > now ? worse : Math.min(better, now);
  if (next === now) return { ...standing, recent: settled(recent, now) };
  const state = STATES[next] ?? 'up';
  const first = recent.findLastIndex(({ state }) => (next > now ? badness(state) < next : badness(state) > next)) + 1;
  return { ...standing, state, since: recent[first]?.at ?? seen.at, recent: settled(recent, next) };
}

/** Without the samples that can confirm nothing any more: those up to the last one that agrees with the state. */
function settled(recent: readonly Seen[], now: number): readonly Seen[] {
  return recent.slice(recent.findLastIndex(({ state }) => badness(state) === now) + 1);
}

/** From samples to confirmed changes and outages. Pure: what it remembers is handed in and given back. */
import type { Confirmation } from '../engine/types.ts';
import type { Change } from './change.ts';
import { identity } from './identity.ts';
import { observe } from './observer.ts';
import { Joining } from './joining.ts';
import { causesFor, isOpen, tellerOf } from './outage.ts';
import type { Outage, Standings } from './outage.ts';
import { causeKey, WHOLE } from './sample.ts';
import type { CheckSample, Sample, State } from './sample.ts';
import { after, newStanding } from './standing.ts';
import type { Standing } from './standing.ts';

/** What is remembered of a namespace from one sample to the next. */
export interface Memory {
  /** The time of the latest sample that was taken into account. */
  readonly lastAt?: number;
  /** Samples that wait for an earlier one that may still come. */
  readonly held: readonly Sample[];
  readonly standings: Standings;
  /** The observer's own. */
  readonly observer?: Standing;
  readonly outages: readonly Outage[];
}

export const NOTHING_YET: Memory = { held: [], standings: new Map(), outages: [] };

export interface ChangeRules {
  /** What it takes to believe a change of the check at this path. */
  confirmation(path: string): Confirmation;
}

/** What one sample led to. */
export interface Step {
  readonly sample: Sample;
  readonly memory: Memory;
  readonly changes: readonly Change[];
  /** The outages that it ended. */
  readonly ended: readonly Outage[];
}

/** Takes a sample into account that is later than all before it. */
export function step(memory: Memory, sample: Sample, rules: ChangeRules): Step {
  const { at, namespace, observerCutOff } = sample;
  const sampled = new Map(sample.checks.map((check) => [check.path, check]));
  const standings = new Map<string, Standing>();
  const moved: { check: CheckSample; from: State }[] = [];
  for (const check of sample.checks) {
    const before = memory.standings.get(check.path) ?? newStanding(at);
    const now = observerCutOff ? before : standingAfter(before, check, at, rules);
    if (now.state !== before.state) moved.push({ check, from: before.state });
    standings.set(check.path, now);
  }

  const joining = new Joining(memory.outages, { namespace, at, sampled });
  const ownCausesFirst = moved.toSorted((a, b) => rank(a.check) - rank(b.check));
  for (const { check, from } of ownCausesFirst) {
    const standing = standings.get(check.path);
    if (standing === undefined || from !== 'up' || check.path === WHOLE) continue;
    standings.set(check.path, { ...standing, outage: joining.join({ check, since: standing.since }) });
  }
  const { outages } = joining;
  for (const { check, from } of moved) if (check.path === WHOLE) assignWhole(check, from, standings, outages, sample);

  const scene = { standings, sample, resting: restingOn(sample), tellers: tellersOf(outages, standings) };
  const changes = moved.map(({ check, from }) => changeOf(check, from, scene));
  for (const [path, standing] of standings) if (standing.state === 'up') standings.set(path, withoutOutage(standing));
  const watched = observe({ ...memory, outages }, sample);
  const still = watched.outages.filter((outage) => outage.observer === true || isOpen(outage, standings));
  return {
    sample,
    changes: [...changes, ...watched.changes],
    memory: {
      ...memory,
      lastAt: at,
      standings,
      outages: still,
      observer: watched.observer,
    },
    ended: [...watched.outages.filter((outage) => !still.includes(outage)), ...watched.ended],
  };
}

function standingAfter(before: Standing, check: CheckSample, at: number, rules: ChangeRules): Standing {
  if (check.state === 'maintenance') return before;
  const { error, runbook } = check;
  const now = after(before, { at, state: check.state }, rules.confirmation(check.path));
  if (error === undefined) return now;
  return { ...now, error, ...(runbook !== undefined && { runbook }) };
}

/** What is its own cause comes before what rests on it. */
function rank({ causes = [] }: CheckSample): number {
  return causes.length === 0 ? 0 : 1;
}

/** The whole belongs to the outage of what makes it fail. It keeps no outage open, since it has no cause of its own. */
function assignWhole(
  check: CheckSample,
  from: State,
  standings: Map<string, Standing>,
  outages: readonly Outage[],
  { namespace }: Sample,
): void {
  const standing = standings.get(WHOLE);
  if (standing === undefined || from !== 'up') return;
  const keys = new Set(causesFor(check).map(causeKey));
  const own = outages.find(({ causes, members }) =>
    [...causes, ...members.map((path) => causeKey({ path }))].some((key) => keys.has(key)),
  );
  const id = own?.id ?? identity('outage', namespace, WHOLE, standing.since);
  standings.set(WHOLE, { ...standing, outage: id });
}

interface Scene {
  readonly standings: Standings;
  readonly sample: Sample;
  /** The paths of the checks that rest on a cause, by its key. */
  readonly resting: ReadonlyMap<string, readonly string[]>;
  /** The checks that tell what is wrong with what they share with others. */
  readonly tellers: ReadonlySet<string>;
}

function restingOn({ checks }: Sample): Scene['resting'] {
  const resting = new Map<string, string[]>();
  for (const { path, causes = [] } of checks) {
    if (path === WHOLE) continue;
    for (const key of causes.map(causeKey)) {
      const paths = resting.get(key);
      if (paths === undefined) resting.set(key, [path]);
      else paths.push(path);
    }
  }
  return resting;
}

function tellersOf(outages: readonly Outage[], standings: Standings): ReadonlySet<string> {
  return new Set(outages.map((outage) => tellerOf(outage, standings)));
}

/** Paths that a change lists. */
const MAX_PATHS = 1000;

function changeOf(check: CheckSample, from: State, { standings, sample, resting, tellers }: Scene): Change {
  const { path } = check;
  const { state: to, since, outage = '', error, runbook } = standings.get(path) ?? newStanding(sample.at);
  const causes = to === 'up' ? [] : (check.causes ?? []);
  const shared = tellers.has(path) ? causes.filter((cause) => 'address' in cause) : [];
  const keys = to === 'up' || path === WHOLE ? [] : [causeKey({ path }), ...shared.map(causeKey)];
  const consequences = new Set(keys.flatMap((key) => resting.get(key) ?? []));
  consequences.delete(path);
  return {
    id: identity('change', sample.namespace, path, to, since),
    outage,
    namespace: sample.namespace,
    path,
    from,
    to,
    since,
    at: sample.at,
    ...(to !== 'up' && error !== undefined && { error }),
    causes,
    consequences: [...consequences].slice(0, MAX_PATHS),
    ...(to !== 'up' && runbook !== undefined && { runbook }),
  };
}

function withoutOutage({ state, since, recent }: Standing): Standing {
  return { state, since, recent };
}

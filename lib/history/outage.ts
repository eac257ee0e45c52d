/** Outages that are under way: what is not up, each check with what it rests on. Pure. */
import type { OutageCause } from '../engine/outages.ts';
import type { CheckSample, State } from './sample.ts';
import { causeKey } from './sample.ts';
import { identity } from './identity.ts';
import { worstState } from './standing.ts';
import type { Standing } from './standing.ts';

/** An outage has one id from its first sample to its last, whatever is found out about it in between. */
export interface Outage {
  readonly id: string;
  /** The time of its first sample, in milliseconds since 1970. */
  readonly since: number;
  /** What it rests on, as far as is known. */
  readonly cause: OutageCause;
  /** Keys of all causes that were ever given for it. */
  readonly causes: readonly string[];
  /** The paths of all checks that are or were not up because of it, in the order in which that was confirmed. */
  readonly members: readonly string[];
  /** The time of the sample in which the latest of them was confirmed. */
  readonly joinedAt: number;
  /** Whether it is the observer that is cut off, and not what it observes. */
  readonly observer?: true;
  /** What each target of notices was told last, by its key. */
  readonly told: Readonly<Record<string, State>>;
  /** How many notices there were. */
  readonly notices: number;
}

export type Standings = ReadonlyMap<string, Standing>;

/** A check that is not up any more, and has no outage yet. */
export interface Newcomer {
  readonly check: Pick<CheckSample, 'path' | 'causes'>;
  readonly since: number;
}

/** What a failure rests on: its causes, or itself. */
export function causesFor({ path, causes = [] }: Newcomer['check']): readonly OutageCause[] {
  return causes.length > 0 ? causes : [{ path }];
}

/**
 * The outages after one more check has failed: it joins the one that has its cause, or that it is the cause of.
 *
 * @param sampled The checks of the current sample, by path.
 * @returns Them, and the id of the one that it belongs to.
 */
export function join(
  outages: readonly Outage[],
  { check, since }: Newcomer,
  { namespace, at, sampled }: { namespace: string; at: number; sampled: ReadonlyMap<string, CheckSample> },
): { outages: readonly Outage[]; id: string } {
  const causes = causesFor(check);
  const keys = causes.map(causeKey);
  const own = causeKey({ path: check.path });
  const found = outages.find((outage) => {
    if (outage.observer === true) return false;
    const known = [...outage.causes, ...outage.members.map((path) => causeKey({ path }))];
    if (known.includes(own) || keys.some((key) => known.includes(key))) return true;
    return outage.members.some((path) =>
      causesFor(sampled.get(path) ?? { path })
        .map(causeKey)
        .includes(own),
    );
  });
  const [cause = { path: check.path }] = causes;
  if (found === undefined) {
    const id = identity('outage', namespace, check.path, since);
    return {
      id,
      outages: [
        ...outages,
        { id, since, cause, causes: keys, members: [check.path], joinedAt: at, told: {}, notices: 0 },
      ],
    };
  }
  const joined: Outage = {
    ...found,
    since: Math.min(found.since, since),
    cause: isDeeper(check, found, sampled) ? cause : found.cause,
    causes: [...new Set([...found.causes, ...keys])],
    members: [...new Set([...found.members, check.path])],
    joinedAt: found.members.includes(check.path) ? found.joinedAt : at,
  };
  return { id: found.id, outages: outages.map((outage) => (outage === found ? joined : outage)) };
}

/** Whether the newcomer tells more of the cause than is known: what was taken for the cause rests on it. */
function isDeeper(check: Newcomer['check'], { cause }: Outage, sampled: ReadonlyMap<string, CheckSample>): boolean {
  if (!('path' in cause)) return false;
  const causesNow = causesFor(sampled.get(cause.path) ?? { path: cause.path }).map(causeKey);
  return causesFor(check).some((other) => causesNow.includes(causeKey(other)));
}

/** Whether anything of it is still not up. */
export function isOpen({ members }: Outage, standings: Standings): boolean {
  return members.some((path) => (standings.get(path)?.state ?? 'up') !== 'up');
}

/** The check that tells what is wrong: the cause itself, or the worst of those that share the cause. */
export function tellerOf({ cause, members }: Outage, standings: Standings): string {
  if ('path' in cause && (members.includes(cause.path) || standings.has(cause.path))) return cause.path;
  const worst = worstState(members.map((path) => standings.get(path)?.state ?? 'up'));
  return members.find((path) => standings.get(path)?.state === worst) ?? members[0] ?? '';
}

/** Outages that are under way: what is not up, each check with what it rests on. Pure. */
import type { OutageCause } from '../engine/outages.ts';
import type { CheckSample, State } from './sample.ts';
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

/** What a failure rests on: its causes, or itself. */
export function causesFor({ path, causes = [] }: Pick<CheckSample, 'path' | 'causes'>): readonly OutageCause[] {
  return causes.length > 0 ? causes : [{ path }];
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

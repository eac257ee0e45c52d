/** Outages, from the changes that were recorded of them. Pure. */
import type { OutageCause } from '../engine/outages.ts';
import type { Change } from './change.ts';
import { WHOLE } from './sample.ts';
import type { State } from './sample.ts';
import { worstState } from './standing.ts';

export interface PastOutage {
  readonly id: string;
  /** The check or the address that it came from; the path is empty where nothing but the whole was recorded. */
  readonly cause: OutageCause;
  /** As bad as the worst of it. */
  readonly state: Exclude<State, 'up'>;
  /** In milliseconds since 1970; undefined if it began before the changes that are known. */
  readonly from?: number;
  /** Undefined while it is open. */
  readonly to?: number;
  readonly error?: string;
  /** The paths of all checks that were not up because of it, the cause first. */
  readonly members: readonly string[];
  /** Those of them that are not its cause. Undefined where readers may not know. */
  readonly consequences?: readonly string[];
  readonly runbook?: string;
  /** Whether it was the observer that was cut off, and not what it observes. */
  readonly observer?: true;
}

/**
 * The outages that these changes tell of, the latest first.
 *
 * @param changes In the order of time.
 * @param open The ids of the outages that are open, if that is known: the end of one whose checks are no longer in the
 *   document is in no change.
 */
export function outagesOf(changes: readonly Change[], open?: ReadonlySet<string>): readonly PastOutage[] {
  const byOutage = new Map<string, Change[]>();
  for (const change of changes) {
    if (change.outage === '') continue;
    const others = byOutage.get(change.outage);
    if (others === undefined) byOutage.set(change.outage, [change]);
    else others.push(change);
  }
  const outages = [...byOutage].map(([id, own]) => outageOf(id, own, open));
  const ofChecks = outages.filter(({ members }) => members.length > 0);
  return outages
    .filter((outage) => ofChecks.includes(outage) || outage.observer === true || !ofChecks.some(overlaps(outage)))
    .toSorted((a, b) => (b.from ?? b.to ?? 0) - (a.from ?? a.to ?? 0));
}

/** One of the whole alone says nothing new while there is one of a check. */
function overlaps({ from = -Infinity, to = Infinity }: PastOutage): (other: PastOutage) => boolean {
  return (other) => (other.from ?? -Infinity) <= to && (other.to ?? Infinity) >= from;
}

function outageOf(id: string, all: readonly Change[], open: ReadonlySet<string> | undefined): PastOutage {
  // The whole may have been in another outage before, and says nothing of this one where there are checks.
  const checks = all.filter(({ path }) => path !== WHOLE);
  const changes = checks.length > 0 ? checks : all;
  const broken = changes.filter(({ to }) => to !== 'up');
  const teller = tellerIn(broken);
  const cause = causeIn(teller, changes);
  const last = new Map(changes.map(({ path, to }) => [path, to]));
  const isOpen = [...last.values()].some((state) => state !== 'up');
  const states = broken.length > 0 ? broken.map(({ to }) => to) : changes.map(({ from }) => from);
  const paths = [...new Set(checks.map(({ path }) => path))];
  const own = 'path' in cause ? cause.path : teller?.path;
  const members = [...paths.filter((path) => path === own), ...paths.filter((path) => path !== own)];
  const to = isOpen && open?.has(id) !== false ? undefined : Math.max(...changes.map((change) => endIn(change)));
  const worst = worstState(states);
  const { error, runbook, observer } = teller ?? {};
  return {
    id,
    cause,
    state: worst === 'up' ? 'down' : worst,
    ...(broken.length > 0 && { from: Math.min(...broken.map(({ since }) => since)) }),
    ...(to !== undefined && { to }),
    ...(error !== undefined && { error }),
    members,
    consequences: members.filter((path) => !('path' in cause) || path !== cause.path),
    ...(runbook !== undefined && { runbook }),
    ...(observer === true && { observer }),
  };
}

/** The change that tells what is wrong: the latest of a check with no other cause, if there is one. */
function tellerIn(broken: readonly Change[]): Change | undefined {
  return broken.findLast(({ causes }) => causes.length === 0) ?? broken[0];
}

function causeIn(teller: Change | undefined, [first]: readonly Change[]): OutageCause {
  return teller?.causes[0] ?? { path: teller?.path ?? first?.path ?? WHOLE };
}

/** When it was over, as far as this change tells: what is up again is up since its first sample. */
function endIn({ to, since, at }: Change): number {
  return to === 'up' ? since : at;
}

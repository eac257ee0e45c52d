/** What is remembered, after the clock was ahead and was set right. Pure. */
import type { Memory } from './changes.ts';
import type { Outage } from './outage.ts';
import type { Sample } from './sample.ts';
import type { Standing } from './standing.ts';

/** Milliseconds by which the clocks of those who record the same namespace may differ. */
const MAX_SKEW_MS = 60_000;

/**
 * The memory to take a sample into account with that is recorded now. If it is of a time that has not come yet, nothing
 * would be taken into account until that time. So what began later than the sample begins with it.
 */
export function asOf(now: number, { at, intervalMs }: Sample, memory: Memory): Memory {
  const { lastAt = 0, held, standings, observer, outages } = memory;
  if (Math.max(lastAt, ...held.map((sample) => sample.at)) <= now + MAX_SKEW_MS) return memory;
  const notLater = (time: number) => Math.min(time, at);
  const standingNow = (standing: Standing): Standing => ({
    ...standing,
    since: notLater(standing.since),
    recent: standing.recent.map((seen) => ({ ...seen, at: notLater(seen.at) })),
  });
  const outageNow = (outage: Outage): Outage => ({
    ...outage,
    since: notLater(outage.since),
    // Not now: whoever wants to know who joined was told.
    joinedAt: Math.min(outage.joinedAt, at - intervalMs),
  });
  return {
    held: [],
    standings: new Map([...standings].map(([path, standing]) => [path, standingNow(standing)])),
    ...(observer && { observer: standingNow(observer) }),
    outages: outages.map(outageNow),
  };
}

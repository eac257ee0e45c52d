/** What is remembered, after the clock was set back. Pure. */
import type { Memory } from './changes.ts';
import type { Outage } from './outage.ts';
import type { Sample } from './sample.ts';
import type { Standing } from './standing.ts';

/** A sample that is older than the latest one by more than both can only come of another clock: none is that late. */
const LATE_INTERVALS = 4;
const LATE_MS = 300_000;

/**
 * The memory to take the sample into account with. If it is of a time that has not come yet, the clock was ahead, and
 * nothing would be taken into account until that time. So what began later than now begins now.
 */
export function asOf({ at, intervalMs }: Sample, memory: Memory): Memory {
  const { lastAt, held, standings, observer, outages } = memory;
  const latest = Math.max(lastAt ?? 0, ...held.map((sample) => sample.at));
  if (latest - at <= Math.max(LATE_MS, LATE_INTERVALS * intervalMs)) return memory;
  const notLater = (time: number) => Math.min(time, at);
  const standingNow = (standing: Standing): Standing => ({
    ...standing,
    since: notLater(standing.since),
    recent: standing.recent.map((seen) => ({ ...seen, at: notLater(seen.at) })),
  });
  const outageNow = (outage: Outage): Outage => ({ ...outage, since: notLater(outage.since) });
  return {
    held: [],
    standings: new Map([...standings].map(([path, standing]) => [path, standingNow(standing)])),
    ...(observer && { observer: standingNow(observer) }),
    outages: outages.map(outageNow),
  };
}

/** The observer's own outages: while it is cut off, its samples say nothing about what it observes. Pure. */
import { USUAL_CONFIRMATION } from '../engine/types.ts';
import type { Change } from './change.ts';
import { identity } from './identity.ts';
import type { Outage } from './outage.ts';
import { WHOLE } from './sample.ts';
import type { Sample } from './sample.ts';
import { after, newStanding } from './standing.ts';
import type { Standing } from './standing.ts';

interface Watching {
  readonly observer?: Standing;
  readonly outages: readonly Outage[];
}

interface Watched extends Required<Watching> {
  readonly changes: readonly Change[];
  readonly ended: readonly Outage[];
}

export const CUT_OFF = 'everything fails alike, and the vault does not answer: the observer itself may be cut off';

/** The observer's own standing, and the outage that it has while it is cut off. */
export function observe(memory: Watching, { at, namespace, observerCutOff }: Sample): Watched {
  const before = memory.observer ?? newStanding(at);
  const now = after(before, { at, state: observerCutOff ? 'down' : 'up' }, USUAL_CONFIRMATION);
  const { outages } = memory;
  if (now.state === before.state) return { observer: now, outages, changes: [], ended: [] };
  const { since, state: to } = now;
  const open = outages.find(({ observer }) => observer === true);
  const id = open?.id ?? identity('outage of the observer', namespace, since);
  const change: Change = {
    id: identity('change of the observer', namespace, to, since),
    outage: id,
    namespace,
    path: WHOLE,
    from: before.state,
    to,
    since,
    at,
    ...(to !== 'up' && { error: CUT_OFF }),
    causes: [],
    consequences: [],
    observer: true,
  };
  if (to === 'up') {
    const others = outages.filter((outage) => outage !== open);
    return { observer: now, outages: others, changes: [change], ended: open === undefined ? [] : [open] };
  }
  const opened: Outage = {
    id,
    since,
    cause: { path: WHOLE },
    causes: [],
    members: [WHOLE],
    observer: true,
    joinedAt: at,
    told: {},
    notices: 0,
  };
  return { observer: now, outages: [...outages, opened], changes: [change], ended: [] };
}

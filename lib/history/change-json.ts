import type { OutageCause } from '../engine/outages.ts';
import type { Change } from './change.ts';
import type { State } from './sample.ts';

/** A change as the outside sees it: in events, webhooks and answers. */
export interface ChangeJson {
  readonly id: string;
  readonly outage: string;
  readonly namespace: string;
  /** `group/name`; empty for the whole namespace. */
  readonly path: string;
  readonly from: State;
  readonly to: State;
  /** RFC 3339 with `Z`. */
  readonly since: string;
  readonly error?: string;
  readonly causes: readonly OutageCause[];
  readonly consequences: readonly string[];
  readonly runbook?: string;
}

/** The public keys of a change, in their order. What there is nothing to say about is left out. */
export function changeJson(change: Change): ChangeJson {
  const { id, outage, namespace, path, from, to, since, error, causes, consequences, runbook } = change;
  return {
    id,
    outage,
    namespace,
    path,
    from,
    to,
    since: new Date(since).toISOString(),
    ...(error !== undefined && { error }),
    causes: causes.map((cause) => ('path' in cause ? { path: cause.path } : { address: cause.address })),
    consequences,
    ...(runbook !== undefined && { runbook }),
  };
}

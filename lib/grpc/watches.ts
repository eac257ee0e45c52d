/** Looks at parts of namespaces while anybody watches them, and tells the watchers when a status changes. */
import type { Namespace } from '../document/namespace.ts';
import { findPart, pathKey } from '../engine/tree.ts';
import type { Report } from '../engine/types.ts';
import { CheckError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Reporter } from '../reporter.ts';
import type { Vault } from '../vault/vault.ts';
import { statusOf } from './status.ts';
import type { Status } from './status.ts';

/** Watchers of all parts together. */
export const MAX_WATCHERS = 2000;
/** Milliseconds between two looks at least, also where reports are not shared at all. */
const MIN_LOOK_MS = 1000;
/** And at most: a look finds a changed document, and runs nothing while there is a report that is shared. */
const MAX_LOOK_MS = 5000;
/** Milliseconds after which a report has surely expired, since timers may fire a little early. */
const EXPIRED_MS = 10;
/** Milliseconds that a watcher waits for the first report before it is told that nothing is known. */
const FIRST_WITHIN_MS = 250;

export interface Watcher {
  readonly namespace: Namespace;
  /** Names from the top of the tree to the part that is watched. */
  readonly part: readonly string[];
  /** Asked when the document has changed: whether the caller may still see the namespace. */
  mayStay(): Promise<boolean>;
  tell(status: Status): void;
  /** The caller may no longer see the namespace, or the service stops. */
  end(reason: 'refused' | 'stopped'): void;
}

/** A part that somebody watches. */
interface Watched {
  readonly part: readonly string[];
  readonly watchers: Set<Watcher>;
  /** Undefined until something is known. */
  status: Status | undefined;
  /** When the run began that told the status, in milliseconds since 1970. */
  startedAt: number;
  /** As the last look found it. */
  namespace: Namespace;
  look?: NodeJS.Timeout;
  first?: NodeJS.Timeout;
}

export interface WatchServices {
  readonly vault: Pick<Vault, 'namespace'>;
  readonly reporter: Pick<Reporter, 'share'>;
  readonly log: Log;
}

export class Watches {
  readonly #services: WatchServices;
  readonly #watched = new Map<string, Watched>();
  #count = 0;

  constructor(services: WatchServices) {
    this.#services = services;
  }

  /**
   * Begins to tell the watcher: what is known immediately, and every change after it. One timer looks for all watchers
   * of a part, and stops with the last of them.
   *
   * @returns Ends it, however often it is called. Undefined if there are too many watchers.
   */
  add(watcher: Watcher): (() => void) | undefined {
    if (this.#count >= MAX_WATCHERS) return undefined;
    this.#count += 1;
    const key = `${watcher.namespace.name}/${pathKey(watcher.part)}`;
    const watched = this.#watched.get(key) ?? this.#begin(key, watcher);
    watched.watchers.add(watcher);
    if (watched.status !== undefined) watcher.tell(watched.status);
    return () => {
      if (!watched.watchers.delete(watcher)) return;
      this.#count -= 1;
      if (watched.watchers.size > 0) return;
      clearTimeout(watched.look);
      clearTimeout(watched.first);
      this.#watched.delete(key);
    };
  }

  /** Takes note of a run that somebody else asked for. It must have had the namespace's whole deadline. */
  known(report: Report, part: readonly string[]): void {
    for (const watched of this.#watched.values()) {
      if (watched.namespace.name !== report.namespace || part.some((name, index) => watched.part[index] !== name))
        continue;
      const result = findPart(report.result, watched.part.slice(part.length));
      if (result !== undefined) learn(watched, statusOf(result.verdict), report.startedAt);
    }
  }

  /** Ends all watchers. */
  stop(): void {
    for (const { watchers } of this.#watched.values()) for (const watcher of [...watchers]) watcher.end('stopped');
  }

  #begin(key: string, { namespace, part }: Watcher): Watched {
    const watched: Watched = { namespace, part, watchers: new Set(), status: undefined, startedAt: -Infinity };
    this.#watched.set(key, watched);
    watched.first = setTimeout(() => {
      if (watched.status === undefined) learn(watched, 'UNKNOWN', -Infinity);
    }, FIRST_WITHIN_MS);
    void this.#look(watched);
    return watched;
  }

  async #look(watched: Watched): Promise<void> {
    const nextMs = await this.#lookNow(watched).catch((error: unknown) => {
      const what = error instanceof CheckError ? 'the vault cannot be read' : 'a look failed in an unforeseen way';
      this.#services.log.error(`${what}, so those who watch over gRPC are told that nothing is known`, { error });
      learn(watched, 'UNKNOWN', watched.startedAt);
      return MAX_LOOK_MS;
    });
    if (watched.watchers.size > 0) watched.look = setTimeout(() => void this.#look(watched), nextMs);
  }

  /** @returns The milliseconds until the next look. */
  async #lookNow(watched: Watched): Promise<number> {
    const { vault, reporter } = this.#services;
    const namespace = await vault.namespace(watched.namespace.name);
    if (namespace !== watched.namespace) await refuseSome(watched);
    if (namespace === undefined || watched.watchers.size === 0) return MAX_LOOK_MS;
    watched.namespace = namespace;
    const shared = await reporter.share(namespace, { part: watched.part });
    if (shared === undefined) {
      learn(watched, 'SERVICE_UNKNOWN', Date.now());
      return MIN_LOOK_MS;
    }
    learn(watched, statusOf(shared.report.verdict), shared.report.startedAt);
    const leftMs = namespace.maxAgeMs - shared.ageMs + EXPIRED_MS;
    return Math.min(Math.max(leftMs, MIN_LOOK_MS), MAX_LOOK_MS);
  }
}

/** Tells the watchers, if the status is another one than before. Runs that began earlier than the last are stale. */
function learn(watched: Watched, status: Status, startedAt: number): void {
  // Unless the clock was set back since then.
  if (startedAt < watched.startedAt && watched.startedAt <= Date.now()) return;
  watched.startedAt = startedAt;
  if (status === watched.status) return;
  watched.status = status;
  for (const watcher of watched.watchers) watcher.tell(status);
}

/** Ends those whose token no longer opens the namespace. Those stay for whom the vault does not answer. */
async function refuseSome({ watchers }: Watched): Promise<void> {
  const refused = await Promise.all(
    [...watchers].map(async (watcher) => ((await watcher.mayStay().catch(() => true)) ? [] : [watcher])),
  );
  for (const watcher of refused.flat()) watcher.end('refused');
}

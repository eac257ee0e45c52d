/** The connections of one run: one per distinct target, shared between its checks, all closed when the run ends. */

/** A connection that was opened, and the two ways to end it. */
export interface Opened<T> {
  readonly value: T;
  /** Says good-bye in the protocol's own way. May wait for the server; `destroy` follows where that takes too long. */
  close(): Promise<unknown> | undefined;
  /** Ends it immediately, without a good-bye. Does not throw. */
  destroy(): void;
}

/** Something that was learned, which checks share as they share connections: there is nothing to end. */
export function answered<T>(value: T): Opened<T> {
  return { value, close: () => undefined, destroy: () => undefined };
}

/**
 * Opens a connection, or shares the one that another check of this run opened under the same key.
 *
 * @param key  What makes two connections the same: usually the whole URL. Never shown.
 * @param open Opens it. The signal is aborted when nobody waits for the connection any more; `open` must then let go of
 *             its socket by itself.
 */
export type Share = <T>(key: string, open: (signal: AbortSignal) => Promise<Opened<T>>) => Promise<T>;

interface Entry {
  readonly opened: Promise<Opened<unknown>>;
  readonly controller: AbortController;
  readonly users: Set<object>;
}

export class Connections {
  readonly #entries = new Map<string, Entry>();
  #closed = false;

  /** @param user Who asks; `release` takes it back. */
  async share<T>(key: string, user: object, open: (signal: AbortSignal) => Promise<Opened<T>>): Promise<T> {
    if (this.#closed) throw new Error('the run is over');
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      const controller = new AbortController();
      entry = { opened: open(controller.signal), controller, users: new Set() };
      this.#entries.set(key, entry);
    }
    entry.users.add(user);
    const opened = await entry.opened;
    // What `open` returned is of the type that the first asker under this key named.
    return opened.value as T;
  }

  /** Gives up on behalf of one user. A connection that nobody else uses is destroyed. */
  release(user: object): void {
    for (const [key, entry] of this.#entries) {
      if (entry.users.delete(user) && entry.users.size === 0) {
        this.#entries.delete(key);
        destroy(entry);
      }
    }
  }

  /**
   * Closes everything: with a good-bye, and after `graceMs` milliseconds without one.
   * Never rejects. What is opened later is destroyed as soon as it comes.
   */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => (timer = setTimeout(resolve, Math.max(0, graceMs))));
    await Promise.race([Promise.allSettled(entries.map(async (entry) => (await entry.opened).close())), grace]);
    clearTimeout(timer);
    entries.forEach(destroy);
  }
}

function destroy(entry: Entry): void {
  entry.controller.abort();
  entry.opened.then(
    (opened) => {
      opened.destroy();
    },
    () => undefined, // it failed to open, and whoever asked for it was told so
  );
}

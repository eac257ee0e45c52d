/** The connections of one run: one per distinct target, shared between its checks, all closed when the run ends. */

/** An open connection, and the two ways to end it. */
export interface Opened<T> {
  readonly value: T;
  /** Closes it gracefully, as its protocol demands. May wait for the server; `destroy` follows if it takes too long. */
  close(): Promise<unknown> | undefined;
  /**
   * Ends it immediately, or returns a promise and ends it as soon as what a stopped check left halfway is removed.
   * Neither throws nor rejects.
   */
  destroy(): unknown;
}

/** An answer that checks share like a connection, with nothing to close. */
export function answered<T>(value: T): Opened<T> {
  return { value, close: () => undefined, destroy: () => undefined };
}

/**
 * Opens a connection, or shares the one that another check of this run opened under the same key.
 *
 * @param key  Identifies the connection: usually contains the whole URL. Never shown.
 * @param open Opens it. The signal is aborted when nobody waits for the connection any more; `open` must then close its
 *             socket itself.
 */
export type Share = <T>(key: string, open: (signal: AbortSignal) => Promise<Opened<T>>) => Promise<T>;

interface Entry {
  readonly opened: Promise<Opened<unknown>>;
  readonly controller: AbortController;
  readonly users: Set<object>;
}

export class Connections {
  readonly #entries = new Map<string, Entry>();
  readonly #ending: Promise<unknown>[] = [];
  #closed = false;

  /** @param user The user of the connection, for `release`. */
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
    // All users of a key open the same type of connection.
    return opened.value as T;
  }

  /** Gives up all connections of one user. Those that nobody else uses are destroyed. */
  release(user: object): void {
    for (const [key, entry] of this.#entries) {
      if (entry.users.delete(user) && entry.users.size === 0) {
        this.#entries.delete(key);
        this.#ending.push(destroy(entry));
      }
    }
  }

  /**
   * Closes everything gracefully, and destroys what is still open after `graceMs` milliseconds. Also waits so long for
   * what was destroyed before.
   * Never rejects. A connection that opens later is destroyed immediately.
   */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => (timer = setTimeout(resolve, Math.max(0, graceMs))));
    const closing = entries.map(async (entry) => (await entry.opened).close());
    await Promise.race([Promise.allSettled([...closing, ...this.#ending]), grace]);
    clearTimeout(timer);
    for (const entry of entries) void destroy(entry);
  }
}

/** Never rejects. */
function destroy(entry: Entry): Promise<unknown> {
  entry.controller.abort();
  return entry.opened.then(
    (opened) => opened.destroy(),
    () => undefined, // it failed to open, and its users got the error
  );
}

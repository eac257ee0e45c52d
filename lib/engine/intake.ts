/** How much of what its servers send a run may hold in memory at the same time. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** A connection may hold so many bytes whatever the others of its run hold: a usual answer is shorter. */
const FREE_BYTES = 16 * 1024;
/** With more than this, the connections of a run are read one after another. */
const MAX_HELD_BYTES = 2 * 1024 * 1024;

const current = new AsyncLocalStorage<CheckIntake>();

/** What one connection was sent and may still hold. */
export class Hold {
  readonly #run: RunIntake;
  /** Called when a refused connection should ask again. */
  readonly retry: () => void;

  /** Belongs to the check that opens the connection, if any does. */
  constructor(retry: () => void) {
    const check = current.getStore() ?? new CheckIntake(new RunIntake());
    this.#run = check.run;
    this.retry = retry;
    check.holds.push(this);
  }

  /** Whether so many more bytes may be read now. If not, `retry` is called later. */
  admits(bytes: number): boolean {
    return this.#run.admits(this, bytes);
  }

  release(): void {
    this.#run.release(this);
  }
}

export class RunIntake {
  readonly #held = new Map<Hold, number>();
  readonly #waiting = new Set<Hold>();
  #total = 0;
  /** The only connection that is read when all together hold too much. It goes on until it is released. */
  #leader: Hold | undefined;

  admits(hold: Hold, bytes: number): boolean {
    const own = this.#held.get(hold) ?? 0;
    const isFull = own + bytes > FREE_BYTES && this.#total + bytes > MAX_HELD_BYTES;
    if (isFull && hold !== this.#leader) {
      this.#waiting.add(hold);
      this.#leader ??= this.#largest();
      this.#wake();
      return false;
    }
    this.#held.set(hold, own + bytes);
    this.#total += bytes;
    this.#wake();
    return true;
  }

  release(hold: Hold): void {
    this.#total -= this.#held.get(hold) ?? 0;
    this.#held.delete(hold);
    this.#waiting.delete(hold);
    if (this.#leader === hold || this.#total + FREE_BYTES <= MAX_HELD_BYTES) this.#leader = undefined;
    this.#wake();
  }

  /** One at a time: each one that is admitted wakes the next. While there is a leader, only that one. */
  #wake(): void {
    const [first] = this.#waiting;
    const next = this.#leader ?? first;
    if (next !== undefined && this.#waiting.delete(next)) next.retry();
  }

  /** The one that will be over first. */
  #largest(): Hold | undefined {
    let largest: Hold | undefined;
    let most = 0;
    for (const hold of this.#waiting) {
      const bytes = this.#held.get(hold) ?? 0;
      if (bytes >= most) [largest, most] = [hold, bytes];
    }
    return largest;
  }
}

/** The connections that one check opens. What they hold counts until the check ends, or they are closed. */
export class CheckIntake {
  readonly run: RunIntake;
  readonly holds: Hold[] = [];

  constructor(run: RunIntake) {
    this.run = run;
  }

  /** Does the work. The connections that it opens, however deep in a driver, belong to this check. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await current.run(this, work);
    } finally {
      for (const hold of this.holds) hold.release();
    }
  }
}

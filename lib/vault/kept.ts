/** A value that was read from elsewhere, kept for a while, and for longer while it cannot be read. */

/** Milliseconds for which what was read is good. */
export const KEEP_MS = 60_000;
/** Milliseconds for which it is used while it cannot be read again. */
const STALE_MS = 3_600_000;
/** Milliseconds until a read that failed is tried again. */
export const RETRY_MS = 5_000;

export class Kept<T> {
  readonly #read: (previous: T | undefined) => Promise<T>;
  readonly #keepMs: (value: T) => number;
  readonly #now: () => number;
  #last: { readonly value: T; readonly readAt: number; readonly keepMs: number } | undefined;
  #failedAt = -Infinity;
  #reading: Promise<T> | undefined;

  /**
   * @param read   Reads it anew. Given what it returned last, so that an equal value can stay the same object.
   * @param keepMs Milliseconds for which the value is good.
   */
  constructor(
    read: (previous: T | undefined) => Promise<T>,
    { keepMs = () => KEEP_MS, now = Date.now }: { keepMs?: (value: T) => number; now?: () => number } = {},
  ) {
    this.#read = read;
    this.#keepMs = keepMs;
    this.#now = now;
  }

  /** The value, at most a minute old; or up to an hour old, while it cannot be read. Rejects where there is none. */
  async get(): Promise<T> {
    const last = this.#last;
    if (last !== undefined) {
      const age = this.#now() - last.readAt;
      const failedJustNow = this.#now() - this.#failedAt < RETRY_MS;
      if (age < last.keepMs || (age < STALE_MS && failedJustNow)) return last.value;
    }
    this.#reading ??= this.#readAgain().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** Milliseconds since the value was read, where it is used only because it cannot be read again. */
  get staleMs(): number | undefined {
    return this.#last !== undefined && this.#failedAt > this.#last.readAt ? this.#now() - this.#last.readAt : undefined;
  }

  async #readAgain(): Promise<T> {
    try {
      const value = await this.#read(this.#last?.value);
      this.#last = { value, readAt: this.#now(), keepMs: this.#keepMs(value) };
      return value;
    } catch (error) {
      this.#failedAt = this.#now();
      if (this.#last !== undefined && this.#now() - this.#last.readAt < STALE_MS) return this.#last.value;
      throw error;
    }
  }
}

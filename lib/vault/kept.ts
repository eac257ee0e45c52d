/** A value that was read from elsewhere, kept for a while, and for longer while it cannot be read. */

/** Milliseconds for which what was read is good. */
export const KEEP_MS = 60_000;
/** Milliseconds for which it is used while it cannot be read again. */
const STALE_MS = 3_600_000;
/** Milliseconds until a read that failed is tried again, while there is an older value to use. */
export const RETRY_MS = 5_000;
/** Milliseconds until the first read of all is tried again: nobody can be served before. */
const FIRST_RETRY_MS = 1_000;

export interface KeptOptions<T> {
  /** Milliseconds for which the value is good. */
  readonly keepMs?: (value: T) => number;
  /** Milliseconds between two tries at most: each one that fails doubles the pause after it, up to this. */
  readonly maxRetryMs?: number;
  readonly now?: () => number;
}

export class Kept<T> {
  readonly #read: (previous: T | undefined) => Promise<T>;
  readonly #keepMs: (value: T) => number;
  readonly #maxRetryMs: number;
  readonly #now: () => number;
  #last: { readonly value: T; readonly readAt: number; readonly keepMs: number } | undefined;
  #failure:
    { readonly error: unknown; readonly at: number; readonly count: number; readonly retryMs: number } | undefined;
  #reading: Promise<T> | undefined;

  /** @param read Reads it anew. Given what it returned last, so that an equal value can stay the same object. */
  constructor(
    read: (previous: T | undefined) => Promise<T>,
    { keepMs = () => KEEP_MS, maxRetryMs = RETRY_MS, now = Date.now }: KeptOptions<T> = {},
  ) {
    this.#read = read;
    this.#keepMs = keepMs;
    this.#maxRetryMs = maxRetryMs;
    this.#now = now;
  }

  /**
   * The value, at most a minute old; or up to an hour old, while it cannot be read. Rejects where there is none.
   *
   * @param maxAgeMs Reads it anew where it is older than that.
   */
  async get(maxAgeMs = Infinity): Promise<T> {
    if (this.#reading === undefined && !this.isDue(maxAgeMs)) {
      if (this.#usable !== undefined) return this.#usable.value;
      throw this.#failure?.error;
    }
    this.#reading ??= this.#readAgain().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** Whether `get` would begin a read. */
  isDue(maxAgeMs = Infinity): boolean {
    if (this.#reading !== undefined || this.#isPausing) return false;
    return this.#last === undefined || this.ageMs >= Math.min(this.#last.keepMs, maxAgeMs);
  }

  /** What was read last, however long ago. */
  get last(): T | undefined {
    return this.#last?.value;
  }

  /** Milliseconds since it was read. */
  get ageMs(): number {
    return this.#last === undefined ? Infinity : this.#now() - this.#last.readAt;
  }

  /** Milliseconds since the value was read, where it is used only because it cannot be read again. */
  get staleMs(): number | undefined {
    return this.#last !== undefined && this.#failure !== undefined ? this.ageMs : undefined;
  }

  get #usable() {
    return this.ageMs < STALE_MS ? this.#last : undefined;
  }

  /** Whether a read failed just now. */
  get #isPausing(): boolean {
    return this.#failure !== undefined && this.#now() - this.#failure.at < this.#failure.retryMs;
  }

  async #readAgain(): Promise<T> {
    try {
      const value = await this.#read(this.#last?.value);
      this.#last = { value, readAt: this.#now(), keepMs: this.#keepMs(value) };
      this.#failure = undefined;
      return value;
    } catch (error) {
      const count = (this.#failure?.count ?? 0) + 1;
      const pauseMs = (this.#last === undefined ? FIRST_RETRY_MS : RETRY_MS) * 2 ** (count - 1);
      this.#failure = { error, at: this.#now(), count, retryMs: Math.min(this.#maxRetryMs, pauseMs) };
      if (this.#usable !== undefined) return this.#usable.value;
      throw error;
    }
  }
}

/** A value from elsewhere that is kept for a while, and for longer while it cannot be read again. */
import { isRecent } from '../clock.ts';

/** Milliseconds for which a value is fresh. */
export const KEEP_MS = 60_000;
/** Milliseconds for which a value is used while it cannot be read again. */
const STALE_MS = 3_600_000;
/** Milliseconds until a failed read is tried again, while there is an older value to use. */
export const RETRY_MS = 5_000;
/** Milliseconds until a failed first read is tried again: there is nothing to serve before. */
const FIRST_RETRY_MS = 1_000;

export interface KeptOptions<T> {
  /** Milliseconds for which the value is fresh. */
  readonly keepMs?: (value: T) => number;
  /** The longest pause between two tries, in milliseconds: each failure doubles the pause, up to this. */
  readonly maxRetryMs?: number;
  /** Milliseconds until a read that failed with this error is retried; undefined for the usual ones. */
  readonly pauseMs?: (error: unknown) => number | undefined;
  readonly now?: () => number;
}

export class Kept<T> {
  readonly #read: (previous: T | undefined) => Promise<T>;
  readonly #keepMs: (value: T) => number;
  readonly #maxRetryMs: number;
  readonly #pauseMs: (error: unknown) => number | undefined;
  readonly #now: () => number;
  #isExpired = false;
  #last: { readonly value: T; readonly readAt: number; readonly keepMs: number } | undefined;
  #failure:
    { readonly error: unknown; readonly at: number; readonly count: number; readonly retryMs: number } | undefined;
  #reading: Promise<T> | undefined;

  /** @param read Reads the value. It gets the previous value, so that an equal one can stay the same object. */
  constructor(
    read: (previous: T | undefined) => Promise<T>,
    { keepMs = () => KEEP_MS, maxRetryMs = RETRY_MS, pauseMs = () => undefined, now = Date.now }: KeptOptions<T> = {},
  ) {
    this.#read = read;
    this.#keepMs = keepMs;
    this.#maxRetryMs = maxRetryMs;
    this.#pauseMs = pauseMs;
    this.#now = now;
  }

  /**
   * The value, at most a minute old, or up to an hour old while it cannot be read. Rejects if there is none.
   *
   * @param maxAgeMs Reads the value again if it is older than this.
   */
  async get(maxAgeMs = Infinity): Promise<T> {
    if (this.#reading === undefined && !this.isDue(maxAgeMs)) {
      if (this.#usable !== undefined) return this.#usable.value;
      throw this.#failure?.error;
    }
    this.#reading ??= this.#readAgain().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** Whether `get` would start a read. */
  isDue(maxAgeMs = Infinity): boolean {
    if (this.#reading !== undefined) return false;
    if (this.#isExpired) return true;
    if (this.#isPausing) return false;
    return !isRecent(this.#last?.readAt ?? -Infinity, Math.min(this.#last?.keepMs ?? 0, maxAgeMs), this.#now());
  }

  /** The last value that was read, however old. */
  get last(): T | undefined {
    return this.#last?.value;
  }

  /** Milliseconds since the value was read. */
  get ageMs(): number {
    return this.#last === undefined ? Infinity : Math.max(0, this.#now() - this.#last.readAt);
  }

  /** Milliseconds since the value was read, if it is used only because it cannot be read again. */
  get staleMs(): number | undefined {
    return this.#last !== undefined && this.#failure !== undefined ? this.ageMs : undefined;
  }

  get #usable() {
    return this.ageMs < STALE_MS ? this.#last : undefined;
  }

  /** Whether the pause after a failed read is not over yet. */
  get #isPausing(): boolean {
    return this.#failure !== undefined && isRecent(this.#failure.at, this.#failure.retryMs, this.#now());
  }

  /** Makes the next `get` read the value, even if the last read failed just now. */
  expire(): void {
    this.#isExpired = true;
  }

  async #readAgain(): Promise<T> {
    this.#isExpired = false;
    try {
      const value = await this.#read(this.#last?.value);
      this.#last = { value, readAt: this.#now(), keepMs: this.#keepMs(value) };
      this.#failure = undefined;
      return value;
    } catch (error) {
      const count = (this.#failure?.count ?? 0) + 1;
      const pauseMs = (this.#last === undefined ? FIRST_RETRY_MS : RETRY_MS) * 2 ** (count - 1);
      const retryMs = this.#pauseMs(error) ?? Math.min(this.#maxRetryMs, pauseMs);
      this.#failure = { error, at: this.#now(), count, retryMs };
      this.#ageAfterClockWasSetBack();
      if (this.#usable !== undefined) return this.#usable.value;
      throw error;
    }
  }

  /** A value that was read in the future would not grow older until then, and be used for all that time. */
  #ageAfterClockWasSetBack(): void {
    const now = this.#now();
    if (this.#last !== undefined && this.#last.readAt > now)
      this.#last = { ...this.#last, readAt: now - this.#last.keepMs };
  }
}

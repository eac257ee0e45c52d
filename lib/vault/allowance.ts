/** Limits how often something may be done: `perMinute` times in a burst, and `perMinute` times a minute on average. */
export class Allowance {
  readonly #perMinute: number;
  readonly #now: () => number;
  #left: number;
  #countedAt: number;

  constructor(perMinute: number, now: () => number) {
    this.#perMinute = perMinute;
    this.#now = now;
    this.#left = perMinute;
    this.#countedAt = now();
  }

  /** Whether it may be done once more; if so, that is counted. */
  take(): boolean {
    const now = this.#now();
    // The clock may have been set back.
    const minutes = Math.max(0, now - this.#countedAt) / 60_000;
    this.#left = Math.min(this.#perMinute, this.#left + minutes * this.#perMinute);
    this.#countedAt = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

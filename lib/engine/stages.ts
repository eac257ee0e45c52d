/** What a check does, one stage after the other, and how long each takes. */

/** A stage that was timed. */
export interface StageTime {
  /** `connecting`, `TLS handshake`, `query`. */
  readonly name: string;
  /** Milliseconds from the start of the check. */
  readonly startMs: number;
  readonly durationMs: number;
}

/**
 * Begins a stage, and ends the one before.
 *
 * @param name What is done, in a word or two: `query`. The same for every check of the kind, since metrics count by it.
 * @param when When that is, for the message of a `TimeoutError`: `during the query`, or `while connecting`.
 */
export type BeginStage = (name: string, when?: string) => void;

/** A check that goes round in circles has no more stages than that; the last one then goes on. */
const MAX_STAGES = 40;

export class Stages {
  readonly #start: number;
  readonly #begun: { readonly name: string; readonly at: number }[] = [];
  #when = '';

  /** @param start When the check began, by `performance.now()`. */
  constructor(start: number) {
    this.#start = start;
  }

  begin(name: string, when = `during the ${name}`): void {
    this.#when = when;
    if (this.#begun.at(-1)?.name === name || this.#begun.length === MAX_STAGES) return;
    this.#begun.push({ name, at: performance.now() });
  }

  /** When it is now: ` during the query`. Empty before the first stage. */
  get when(): string {
    return this.#when === '' ? '' : ` ${this.#when}`;
  }

  /** @param end When the check ended, by `performance.now()`. */
  times(end: number): StageTime[] {
    return this.#begun.map(({ name, at }, index) => ({
      name,
      startMs: at - this.#start,
      durationMs: Math.max(0, (this.#begun[index + 1]?.at ?? end) - at),
    }));
  }
}

/** The stages of a check, one after another, and how long each takes. */

/** A timed stage. */
export interface StageTime {
  /** `connecting`, `TLS handshake`, `query`. */
  readonly name: string;
  /** Milliseconds from the start of the check. */
  readonly startMs: number;
  readonly durationMs: number;
}

/**
 * Begins a stage, and ends the previous one.
 *
 * @param name A word or two: `query`. The same for every check of a kind, since metrics are grouped by it.
 * @param when The words for the message of a `TimeoutError`: `during the query`, or `while connecting`.
 */
export type BeginStage = (name: string, when?: string) => void;

/** The most stages of a check, in case it loops; the last one then goes on. */
const MAX_STAGES = 40;

export class Stages {
  readonly #start: number;
  readonly #begun: { readonly name: string; readonly at: number }[] = [];
  #when = '';

  /** @param start When the check began, on the clock of `performance.now()`. */
  constructor(start: number) {
    this.#start = start;
  }

  begin(name: string, when = `during the ${name}`): void {
    this.#when = when;
    if (this.#begun.at(-1)?.name === name || this.#begun.length === MAX_STAGES) return;
    this.#begun.push({ name, at: performance.now() });
  }

  /** The words for the current stage: ` during the query`. Empty before the first stage. */
  get when(): string {
    return this.#when === '' ? '' : ` ${this.#when}`;
  }

  /** @param end When the check ended, on the clock of `performance.now()`. */
  times(end: number): StageTime[] {
    return this.#begun.map(({ name, at }, index) => ({
      name,
      startMs: at - this.#start,
      durationMs: Math.max(0, (this.#begun[index + 1]?.at ?? end) - at),
    }));
  }
}

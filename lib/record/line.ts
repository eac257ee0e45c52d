/** What waits to be sent to one target: one after the other, each until it is sent or given up. */
import type { Gate } from './gate.ts';
import { pause } from './pause.ts';
import { nextAttempt } from './retry.ts';

/** Something to send. */
export interface Parcel {
  /** When it was due, in milliseconds since 1970. */
  readonly at: number;
  /** Whether a later one says all that it says. */
  readonly isBeat: boolean;
  /** Milliseconds after which it is given up. */
  readonly patienceMs: number;
  /** @throws Where it could not be sent. */
  send(signal: AbortSignal): Promise<void>;
  /** Called once: it was sent, or is given up because of this error. Never rejects. */
  ended(error?: unknown): Promise<void>;
  /** Called after an attempt that failed, if there will be another one. */
  failed(error: unknown): void;
}

export interface LineOptions {
  /** Bounds what is sent at the same time, to all targets. */
  readonly gate: Gate;
  readonly now: () => number;
  /** When it is aborted, nothing more is begun. */
  readonly stopping: AbortSignal;
  /** When it is aborted, what is under way is called off. */
  readonly calledOff: AbortSignal;
}

/** A beat that is late is worth little, and the next one comes soon. */
const MAX_BEAT_PAUSE_MS = 10_000;

export class Line {
  readonly #options: LineOptions;
  #waiting: Parcel[] = [];
  #work: Promise<void> | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  /** Resolves when nothing is under way any more. */
  get idle(): Promise<void> {
    return this.#work ?? Promise.resolve();
  }

  get isIdle(): boolean {
    return this.#work === undefined;
  }

  add(parcel: Parcel): void {
    const outdated = parcel.isBeat ? this.#waiting.filter(({ isBeat }) => isBeat) : [];
    this.#waiting = [...this.#waiting.filter((other) => !outdated.includes(other)), parcel];
    for (const beat of outdated) void beat.ended();
    this.#begin();
  }

  #begin(): void {
    if (this.#waiting.length === 0 || this.#options.stopping.aborted) return;
    this.#work ??= this.#sendAll().finally(() => {
      this.#work = undefined;
      // Something may have come after the last look.
      this.#begin();
    });
  }

  async #sendAll(): Promise<void> {
    const { stopping } = this.#options;
    let attempts = 0;
    for (let [first] = this.#waiting; first !== undefined && !stopping.aborted; [first] = this.#waiting) {
      attempts += 1;
      const pauseMs = await this.#attempt(first, attempts);
      if (pauseMs === undefined) attempts = 0;
      else await pause(pauseMs, stopping);
    }
  }

  /** @returns The milliseconds until the next attempt; undefined if there need not be another one. */
  async #attempt(parcel: Parcel, attempts: number): Promise<number | undefined> {
    const { gate, stopping, calledOff, now } = this.#options;
    try {
      const wasSent = await gate.pass(async () => {
        if (stopping.aborted) return false;
        await parcel.send(calledOff);
        return true;
      });
      if (wasSent) await this.#end(parcel);
      return undefined;
    } catch (error) {
      const ageMs = now() - parcel.at;
      const pauseMs = nextAttempt(error, { attempts, ageMs, patienceMs: parcel.patienceMs });
      if (pauseMs === undefined) {
        await this.#end(parcel, error);
        return undefined;
      }
      parcel.failed(error);
      return parcel.isBeat ? Math.min(pauseMs, MAX_BEAT_PAUSE_MS) : pauseMs;
    }
  }

  async #end(parcel: Parcel, error?: unknown): Promise<void> {
    // A beat that has been replaced in the meantime has ended already.
    if (!this.#waiting.includes(parcel)) return;
    this.#waiting = this.#waiting.filter((other) => other !== parcel);
    await parcel.ended(error);
  }
}

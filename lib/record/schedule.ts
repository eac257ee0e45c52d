/** Has every namespace recorded once a slot, spread over the slot. What was missed is not made up for. */
import { createHash } from 'node:crypto';
import { isRecent } from '../clock.ts';
import type { Log } from '../log.ts';
import { slotOf } from '../history/sample.ts';
import { Gate } from './gate.ts';
import { controllerOfMany, pause } from './pause.ts';
import type { Recorder } from './recorder.ts';

export interface ScheduleOptions {
  readonly recorder: Pick<Recorder, 'record' | 'keepOnly'>;
  /** The names of all namespaces that there are now. */
  readonly names: () => Promise<readonly string[]>;
  readonly intervalMs: number;
  readonly log: Log;
  readonly now: () => number;
}

/** How it went, since the start. */
export interface Counts {
  recorded: number;
  failed: number;
  /** Slots of a namespace that passed without a run: others took too long, or its own run did. */
  missed: number;
}

/**
 * Namespaces that are recorded at the same time. A run waits for servers most of the time: 1 s where all is well, and
 * up to its deadline of 10 s where nothing answers. So many do 190 namespaces a minute at worst, and thousands usually.
 * Each may hold up to 128 MiB, though it takes about 1 MiB where servers answer as they should.
 */
const RUNS_AT_A_TIME = 32;
/** The part of a slot in which runs begin. The rest leaves them time to end in it. */
const SPREAD = 0.8;
/** Milliseconds for which the list of namespaces is used again: a vault on the network answers in pages. */
const LIST_MS = 10_000;
/** Milliseconds that runs under way may take when the schedule ends. */
const END_WITHIN_MS = 10_000;

export class Schedule {
  readonly counts: Counts = { recorded: 0, failed: 0, missed: 0 };
  readonly #options: ScheduleOptions;
  readonly #gate = new Gate(RUNS_AT_A_TIME);
  readonly #stopping = controllerOfMany();
  /** By namespace, what is under way or waits for its time in the slot. */
  readonly #underWay = new Map<string, Promise<void>>();
  /** Of the missed slots, those that the log tells of. */
  #told = 0;
  #listed: { readonly names: readonly string[]; readonly at: number } = { names: [], at: -Infinity };

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** Begins with the slot that is under way. Resolves when it was stopped. */
  async run(): Promise<void> {
    const { intervalMs, now, log } = this.#options;
    const { signal } = this.#stopping;
    let last: number | undefined;
    while (!signal.aborted) {
      const at = slotOf(now(), intervalMs);
      if (last !== undefined && at < last)
        log.warn('the clock was set back: slots that were recorded before count only once', { ms: last - at });
      // A timer may end a little early.
      if (at !== last) await this.#begin(at);
      last = at;
      await pause(Math.min(intervalMs, Math.max(1, at + intervalMs - now())), signal);
    }
  }

  /** Begins nothing more, and resolves when what is under way has ended, or has had its time. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const bound = new AbortController();
    const ended = Promise.all(this.#underWay.values()).then(() => {
      bound.abort();
    });
    await Promise.race([ended, pause(END_WITHIN_MS, bound.signal)]);
  }

  async #begin(at: number): Promise<void> {
    const { intervalMs, now, recorder } = this.#options;
    const names = await this.#names();
    recorder.keepOnly(new Set(names));
    this.#tellMissed();
    for (const name of names) {
      if (this.#underWay.has(name)) this.counts.missed += 1;
      else {
        const waitMs = Math.max(0, at + offsetOf(name, intervalMs) - now());
        const work = this.#record(name, at, waitMs).finally(() => this.#underWay.delete(name));
        this.#underWay.set(name, work);
      }
    }
  }

  #tellMissed(): void {
    const { missed } = this.counts;
    if (missed > this.#told)
      this.#options.log.warn('samples are missing, since runs take longer than there is time between them', {
        missed: missed - this.#told,
        ever: missed,
      });
    this.#told = missed;
  }

  async #names(): Promise<readonly string[]> {
    const { names, log, now } = this.#options;
    if (isRecent(this.#listed.at, LIST_MS, now())) return this.#listed.names;
    try {
      this.#listed = { names: await names(), at: now() };
    } catch (error) {
      this.counts.failed += 1;
      log.error('the namespaces to record could not be listed', { failures: this.counts.failed, error });
    }
    return this.#listed.names;
  }

  /** Never rejects. */
  async #record(name: string, at: number, waitMs: number): Promise<void> {
    const { recorder, intervalMs, log, now } = this.#options;
    await pause(waitMs, this.#stopping.signal);
    await this.#gate.pass(async () => {
      if (this.#stopping.signal.aborted) return;
      if (slotOf(now(), intervalMs) !== at) {
        this.counts.missed += 1;
        return;
      }
      try {
        if ((await recorder.record(name, at, intervalMs)) !== undefined) this.counts.recorded += 1;
      } catch (error) {
        this.counts.failed += 1;
        log.error('a namespace was not recorded', { namespace: name, failures: this.counts.failed, error });
      }
    });
  }
}

/** When in its slot a namespace is recorded: the same for each slot, and another one for each namespace. */
export function offsetOf(name: string, intervalMs: number): number {
  const share = createHash('sha256').update(name).digest().readUInt32BE() / 2 ** 32;
  return Math.floor(share * SPREAD * intervalMs);
}

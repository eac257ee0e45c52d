/** Everything that `serve` needs in order to record: the schedule, the recorder and the outbox. */
import type { OnRun } from '../engine/types.ts';
import type { HistoryStore } from '../history/store.ts';
import type { Log } from '../log.ts';
import type { Reporter } from '../reporter.ts';
import type { Vault } from '../vault/vault.ts';
import { Outbox } from './outbox.ts';
import type { OutboxOptions } from './outbox.ts';
import { Recorder } from './recorder.ts';
import { Schedule } from './schedule.ts';

export interface ServiceOptions {
  readonly vault: Pick<Vault, 'namespace' | 'names'>;
  readonly reporter: Pick<Reporter, 'share'>;
  /** It is closed with the service. */
  readonly store: HistoryStore;
  readonly log: Log;
  readonly intervalMs: number;
  readonly sendChanges?: OutboxOptions['sendChanges'];
  readonly now?: () => number;
}

export class RecordingService {
  /** To be told of each run that somebody asked for. */
  readonly known: OnRun;
  readonly #store: HistoryStore;
  readonly #log: Log;
  readonly #outbox: Outbox;
  readonly #schedule: Schedule;
  #running: Promise<void> | undefined;

  constructor({ vault, reporter, store, log, intervalMs, sendChanges, now = Date.now }: ServiceOptions) {
    this.#store = store;
    this.#log = log;
    this.#outbox = new Outbox({ store, log, now, sendChanges });
    // One process records the slots in their order, so that none comes late.
    const recorder = new Recorder({ reporter, vault, store, deliver: this.#outbox.deliver, log, lateSlots: 0, now });
    this.known = recorder.known;
    this.#schedule = new Schedule({ recorder, names: () => vault.names(), intervalMs, log, now });
  }

  start(): void {
    this.#running ??= this.#schedule.run();
  }

  /** Ends what is under way, each within a bound. */
  async stop(): Promise<void> {
    await this.#schedule.stop();
    await this.#running;
    await this.#outbox.close();
    await this.#store.close();
    const { recorded, failed, missed } = this.#schedule.counts;
    if (failed + missed > 0) this.#log.warn('samples are missing', { recorded, failed, missed });
  }
}

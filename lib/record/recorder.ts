/** Runs a namespace, records what that says, and hands on what somebody has to be told. */
import { maintenance } from '../document/lists.ts';
import type { Namespace } from '../document/namespace.ts';
import { USUAL_CONFIRMATION } from '../engine/types.ts';
import type { Confirmation, OnRun, Report } from '../engine/types.ts';
import type { Change } from '../history/change.ts';
import { concerns, windowsIn } from '../history/maintenance.ts';
import { record } from '../history/recording.ts';
import { sampleOf } from '../history/sample.ts';
import type { Batch, HistoryStore } from '../history/store.ts';
import type { Log } from '../log.ts';
import type { Reporter } from '../reporter.ts';
import type { Vault } from '../vault/vault.ts';
import { setUp } from './set-up.ts';
import type { SetUp } from './set-up.ts';

/** Where what one sample led to is sent, or from where. */
export interface Delivery {
  readonly namespace: Namespace;
  readonly targets: SetUp['targets'];
}

/**
 * Sends batches, or sees to it that they are sent, and tells the store of each what is left of it. What is left is
 * handed over again after the next sample.
 */
export type Deliver = (batches: readonly Batch[], delivery: Delivery) => Promise<void>;

export interface RecorderOptions {
  readonly reporter: Pick<Reporter, 'share'>;
  readonly vault: Pick<Vault, 'namespace'>;
  readonly store: HistoryStore;
  readonly deliver: Deliver;
  readonly log: Log;
  /** For how many slots a sample waits for one before it that is missing. */
  readonly lateSlots: number;
  readonly now: () => number;
}

export class Recorder {
  readonly #options: RecorderOptions;
  /** By namespace, the latest whole run that somebody asked for. */
  readonly #runs = new Map<string, Report>();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Takes note of a run that somebody asked for: it need not be repeated in its slot. */
  readonly known: OnRun = (report, part, shortened = false) => {
    if (part.length === 0 && !shortened) this.#runs.set(report.namespace, report);
  };

  /** Forgets the runs of all namespaces but these. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#runs.keys()) if (!names.has(name)) this.#runs.delete(name);
  }

  /**
   * Records a sample of a namespace, unless there is one of that slot already, and delivers what is to be sent.
   *
   * @param at The start of the slot, in milliseconds since 1970.
   * @param intervalMs The length of the slot.
   * @returns The changes that the sample confirmed; undefined if there is no such namespace, or if the slot had been
   * recorded before.
   * @throws CheckError if the vault, the store or the delivery does not work. It may be called again then.
   */
  async record(name: string, at: number, intervalMs: number): Promise<readonly Change[] | undefined> {
    const { vault, store, log, deliver, lateSlots, now } = this.#options;
    const namespace = await vault.namespace(name);
    if (namespace === undefined || namespace.disabled) return undefined;
    const { targets, confirmations } = await setUp(namespace, log);
    const report = await this.#report(namespace, { at, intervalMs });
    const inMaintenance = await this.#maintenance(namespace, report);
    const rules = {
      confirmation: (path: string): Confirmation => confirmations.get(path) ?? USUAL_CONFIRMATION,
      targets: targets.map(({ rule }) => rule),
      lateSlots,
    };
    const changes = await record(store, sampleOf(report, { at, intervalMs, inMaintenance }), rules, now());
    // Whoever recorded the slot sends what it led to. What is left of earlier slots has lost its sender.
    const batches = (await store.batches(name)).filter((batch) => changes !== undefined || batch.at < at);
    await deliver(batches, { namespace, targets });
    return changes;
  }

  /**
   * Delivers what is left of a slot and of those before it, where whoever recorded the slot is known to have stopped.
   *
   * @returns False if the slot has not been recorded.
   * @throws CheckError if the vault, the store or the delivery does not work. It may be called again then.
   */
  async deliverAgain(name: string, at: number): Promise<boolean> {
    const { vault, store, log, deliver } = this.#options;
    const namespace = await vault.namespace(name);
    if (namespace === undefined || namespace.disabled) return false;
    const isRecorded = (await store.samples(name, { from: at, to: at + 1 })).length > 0;
    if (!isRecorded) return false;
    const { targets } = await setUp(namespace, log);
    const batches = (await store.batches(name)).filter((batch) => batch.at <= at);
    await deliver(batches, { namespace, targets });
    return true;
  }

  /** The latest run if it began within the slot, otherwise a new one. */
  async #report(namespace: Namespace, { at, intervalMs }: { at: number; intervalMs: number }): Promise<Report> {
    const isOfSlot = ({ startedAt }: Report) => startedAt >= at && startedAt < at + intervalMs;
    const known = this.#runs.get(namespace.name);
    if (known !== undefined && isOfSlot(known)) return known;
    const shared = await this.#options.reporter.share(namespace);
    if (shared !== undefined && shared.report.startedAt >= at) return shared.report;
    const fresh = await this.#options.reporter.share(namespace, { fresh: true });
    if (fresh === undefined) throw new Error('a namespace has no whole');
    return fresh.report;
  }

  /** A check is in maintenance if its run was in it for any time. */
  async #maintenance(namespace: Namespace, { startedAt, durationMs }: Report): Promise<(path: string) => boolean> {
    const byHand = await this.#options.store.windows(namespace.name);
    const run = { from: startedAt, to: startedAt + Math.max(1, durationMs) };
    const windows = windowsIn(namespace.settings.get(maintenance), byHand, run);
    return (path) => windows.some((window) => concerns(window, path));
  }
}

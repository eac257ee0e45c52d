/**
 * Sends what the store's outbox holds from this process. The store knows what is left of a batch, so that a process
 * that takes over repeats at most what was under way, with the same ids.
 */
import { isRecent } from '../clock.ts';
import { complete } from '../history/notices.ts';
import type { PlannedNotice } from '../history/notices.ts';
import type { Batch, HistoryStore } from '../history/store.ts';
import type { Log } from '../log.ts';
import type { Target } from '../notify/target.ts';
import { Gate } from './gate.ts';
import { Line } from './line.ts';
import type { LineOptions, Parcel } from './line.ts';
import { controllerOfMany, pause } from './pause.ts';
import type { Deliver, Delivery } from './recorder.ts';
import { EVENT_PATIENCE_MS, NOTICE_PATIENCE_MS, reasonIn } from './retry.ts';

export interface OutboxOptions {
  readonly store: HistoryStore;
  readonly log: Log;
  readonly now: () => number;
  /** Sends the changes of a batch to whoever listens to all changes; nobody does unless given. */
  readonly sendChanges?: ((batch: Batch, signal: AbortSignal) => Promise<void>) | undefined;
}

/** Notices that are sent at the same time. Each is a request or two, and most of the time waits for the network. */
const SENDS_AT_A_TIME = 16;
/** Milliseconds that what is under way may take when the process ends: a little more than one notice may take. */
const END_WITHIN_MS = 11_000;
/** Milliseconds for which a batch is remembered after it was sent: the recorder may have read it just before. */
const REMEMBERED_MS = 600_000;
const LOOK_EVERY_MS = 60_000;
/** Milliseconds until the store is told again what it could not be told. */
const STORE_PAUSE_MS = 5000;

/** What is left of a batch. */
interface Sending {
  readonly batch: Batch;
  changes: Batch['changes'];
  notices: Batch['notices'];
  /** The store's writes, one after the other. */
  written: Promise<void>;
  endedAt?: number;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #batches = new Map<string, Sending>();
  readonly #lines = new Map<string, Line>();
  readonly #stopping = controllerOfMany();
  readonly #calledOff = controllerOfMany();
  readonly #lineOptions: LineOptions;
  /** When it was last looked for what need not be remembered any more. */
  #lookedAt = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
    const [stopping, calledOff] = [this.#stopping.signal, this.#calledOff.signal];
    this.#lineOptions = { gate: new Gate(SENDS_AT_A_TIME), now: options.now, stopping, calledOff };
  }

  /** Takes batches over, unless they are under way already, and tells the store when something was sent. */
  readonly deliver: Deliver = (batches, delivery) => {
    this.#forgetOld();
    for (const batch of batches) {
      const key = `${String(batch.at)} ${String(batch.version)} ${batch.namespace}`;
      if (this.#batches.has(key)) continue;
      const sending: Sending = { ...batch, batch, written: Promise.resolve() };
      this.#batches.set(key, sending);
      this.#send(sending, delivery);
    }
    return Promise.resolve();
  };

  /** Ends what is under way, within a bound. What is left is sent by the next process. */
  async close(): Promise<void> {
    this.#stopping.abort();
    const timer = setTimeout(() => {
      this.#calledOff.abort();
    }, END_WITHIN_MS);
    await Promise.all([...this.#lines.values()].map((line) => line.idle));
    await Promise.all([...this.#batches.values()].map(({ written }) => written));
    clearTimeout(timer);
  }

  #send(sending: Sending, { targets }: Delivery): void {
    const { batch } = sending;
    const { namespace, changes, notices } = batch;
    const { sendChanges, log } = this.#options;
    if (sendChanges === undefined) sending.changes = [];
    else if (changes.length > 0) this.#line(`${namespace} changes`).add(this.#changes(sending, sendChanges));
    for (const notice of notices) {
      const target = targets.find(({ rule }) => rule.target === notice.target);
      if (target !== undefined)
        this.#line(`${namespace} to ${notice.target}`).add(this.#notice(sending, notice, target));
      else {
        log.warn('a notice is for a target that is gone', { namespace, target: notice.target, id: notice.id });
        sending.notices = without(sending, notice);
      }
    }
    const isLess = sending.changes.length < changes.length || sending.notices.length < notices.length;
    if (isLess) void this.#write(sending);
  }

  #notice(sending: Sending, notice: PlannedNotice, target: Target): Parcel {
    const { store, log, now } = this.#options;
    const { namespace } = sending.batch;
    const fields = { namespace, target: notice.target, id: notice.id };
    return {
      at: sending.batch.at,
      isBeat: notice.kind === 'beat',
      patienceMs: NOTICE_PATIENCE_MS,
      send: async (signal) => {
        const whole = complete(notice, target.rule, await store.memory(namespace));
        await target.send(whole, { signal, now });
      },
      failed: (error) => {
        log.warn('a notice could not be sent, and will be sent again', { ...fields, error });
      },
      ended: async (error) => {
        if (error !== undefined) {
          log.error('a notice is given up, and kept as a dead letter', { ...fields, error });
          const letter = { id: notice.id, notice, at: now(), error: reasonIn(error) };
          const isKept = notice.kind === 'beat' || (await this.#insist(() => store.bury(namespace, letter)));
          if (!isKept) return;
        }
        sending.notices = without(sending, notice);
        await this.#write(sending);
      },
    };
  }

  #changes(sending: Sending, send: (batch: Batch, signal: AbortSignal) => Promise<void>): Parcel {
    const { log } = this.#options;
    const { batch } = sending;
    const fields = { namespace: batch.namespace, changes: batch.changes.map(({ id }) => id) };
    return {
      at: batch.at,
      isBeat: false,
      patienceMs: EVENT_PATIENCE_MS,
      send: (signal) => send(batch, signal),
      failed: (error) => {
        log.warn('changes could not be sent to EventBridge, and will be sent again', { ...fields, error });
      },
      ended: async (error) => {
        if (error !== undefined)
          log.error('changes are given up, and EventBridge does not get them', { ...fields, error });
        sending.changes = [];
        await this.#write(sending);
      },
    };
  }

  /** Tells the store what is left. */
  #write(sending: Sending): Promise<void> {
    const { store, now } = this.#options;
    sending.written = sending.written.then(async () => {
      const { batch, changes, notices } = sending;
      const isOver = changes.length + notices.length === 0;
      const isKnown = await this.#insist(() => store.sent(batch, isOver ? undefined : { ...batch, changes, notices }));
      if (isOver && isKnown) sending.endedAt = now();
    });
    return sending.written;
  }

  /** Tries it until the store works, or the process ends. @returns Whether it was written. */
  async #insist(write: () => Promise<void>): Promise<boolean> {
    for (;;) {
      try {
        await write();
        return true;
      } catch (error) {
        this.#options.log.error('the history could not be told what was sent', { error });
        if (this.#stopping.signal.aborted) return false;
        await pause(STORE_PAUSE_MS, this.#stopping.signal);
      }
    }
  }

  #line(name: string): Line {
    const line = this.#lines.get(name) ?? new Line(this.#lineOptions);
    this.#lines.set(name, line);
    return line;
  }

  #forgetOld(): void {
    const now = this.#options.now();
    if (isRecent(this.#lookedAt, LOOK_EVERY_MS, now)) return;
    this.#lookedAt = now;
    const before = now - REMEMBERED_MS;
    for (const [key, { endedAt = Infinity }] of this.#batches) if (endedAt < before) this.#batches.delete(key);
    for (const [name, line] of this.#lines) if (line.isIdle) this.#lines.delete(name);
  }
}

function without({ notices }: Sending, notice: PlannedNotice): Batch['notices'] {
  return notices.filter(({ id }) => id !== notice.id);
}

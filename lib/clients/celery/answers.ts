/** Collects the answers of workers as they come in. */
import { parseObject } from './messages.ts';
import type { RemoteCommand } from './messages.ts';

const MAX_WORKERS = 10_000;

/** The workers' answers to one broadcast so far. They grow during the run, for every check that asks the same. */
export class Answers<T> {
  readonly byWorker = new Map<string, T>();
  readonly #watchers = new Set<() => void>();
  /** Aborted once no further answer can come, with the error as the reason. */
  readonly #lost: AbortSignal;

  constructor(lost: AbortSignal) {
    this.#lost = lost;
    lost.addEventListener('abort', () => {
      this.#look();
    });
  }

  /** Takes one reply. Ignores replies to other commands, and more replies than a healthy broker could send. */
  add(content: Buffer, command: RemoteCommand<T>): void {
    for (const [worker, answer] of Object.entries(parseObject(content))) {
      const read = command.read(answer);
      if (read !== undefined && this.byWorker.size < MAX_WORKERS) this.byWorker.set(worker, read);
    }
    this.#look();
  }

  /**
   * Resolves with `true` once `enough` is met, or with `false` if it is not met after `waitMs` milliseconds.
   * Rejects with the signal's reason, or with the error that lost the broker.
   */
  async until(enough: () => boolean, waitMs: number, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    this.#lost.throwIfAborted();
    if (enough()) return true;
    return new Promise((resolve, reject) => {
      const look = () => {
        if (signal.aborted) reject(signal.reason as Error);
        else if (this.#lost.aborted) reject(this.#lost.reason as Error);
        else if (enough()) resolve(true);
        else return;
        stop();
      };
      const stop = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', look);
        this.#watchers.delete(look);
      };
      const timer = setTimeout(() => {
        stop();
        resolve(false);
      }, waitMs);
      signal.addEventListener('abort', look);
      this.#watchers.add(look);
    });
  }

  #look(): void {
    for (const look of this.#watchers) look();
  }
}

/**
 * Milliseconds to wait for workers before the check reports their silence, a little before its time is up.
 * If connecting has taken half of the time, the silence proves nothing, and the check may run into its timeout.
 *
 * @param limitMs The check's time in all, in milliseconds.
 * @param leftMs  The milliseconds that are left of it.
 */
export function patience(limitMs: number, leftMs: number): number {
  return leftMs < limitMs / 2 ? limitMs : leftMs - Math.min(100, limitMs / 10);
}

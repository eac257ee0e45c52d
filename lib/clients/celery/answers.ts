/** What workers answer, as it comes in. */
import { parseObject } from './messages.ts';
import type { RemoteCommand } from './messages.ts';

const MAX_WORKERS = 10_000;

/** What the workers have answered to one broadcast so far. It grows as long as the run lasts, for every check that asks the same. */
export class Answers<T> {
  readonly byWorker = new Map<string, T>();
  readonly #watchers = new Set<() => void>();
  /** Aborted, with the error as the reason, once no answer can come any more. */
  readonly #lost: AbortSignal;

  constructor(lost: AbortSignal) {
    this.#lost = lost;
    lost.addEventListener('abort', () => {
      this.#look();
    });
  }

  /** Takes one reply. One to another command is ignored, as are more replies than a healthy broker could send. */
  add(content: Buffer, command: RemoteCommand<T>): void {
    for (const [worker, answer] of Object.entries(parseObject(content))) {
      const read = command.read(answer);
      if (read !== undefined && this.byWorker.size < MAX_WORKERS) this.byWorker.set(worker, read);
    }
    this.#look();
  }

  /**
   * Resolves once there is enough, or with `false` when there is not after `waitMs` milliseconds.
   * Rejects with the reason of the signal, or of the loss of the broker.
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
 * Milliseconds to wait for workers until it is their silence that the check reports, a little before its time is up.
 * Where connecting has eaten half of the time, the silence proves nothing, and the time may run out.
 *
 * @param limitMs What the check has in all.
 * @param leftMs  What is left of it.
 */
export function patience(limitMs: number, leftMs: number): number {
  return leftMs < limitMs / 2 ? limitMs : leftMs - Math.min(100, limitMs / 10);
}

/** Asks workers, and collects their answers as they come in. */
import type { CheckContext } from '../../engine/types.ts';
import type { CeleryBroker, Taker } from './broker.ts';
import { parseObject } from './messages.ts';
import type { RemoteCommand, Reply } from './messages.ts';

const MAX_WORKERS = 10_000;
const MAX_REPLY_BYTES = 1024 * 1024;

/** Asks every worker, or shares the same question of another check in this run. The answers come in later. */
export function askWorkers<T>(
  command: RemoteCommand<T>,
  broker: CeleryBroker,
  { share }: Pick<CheckContext, 'share'>,
): Promise<Answers<T>> {
  const key = JSON.stringify(['celery', command.name, command.arguments, broker.key]);
  return share(key, async () => {
    const answers = new Answers<T>(command);
    const asked = await broker.broadcast(command, answers);
    answers.expect(asked.value);
    return { ...asked, value: answers };
  });
}

/** The workers' answers to one broadcast so far. They grow during the run, for every check that asks the same. */
export class Answers<T> implements Taker {
  readonly byWorker = new Map<string, T>();
  /** Answers in another format than JSON: a sentence about each. They are never decoded. */
  readonly unread = new Map<string, string>();
  readonly #command: RemoteCommand<T>;
  readonly #watchers = new Set<() => void>();
  readonly #lost = new AbortController();
  #received = 0;
  #expected = Number.POSITIVE_INFINITY;

  constructor(command: RemoteCommand<T>) {
    this.#command = command;
  }

  /** Takes one reply. Ignores those that make no sense, and more replies than a healthy broker could send. */
  add({ contentType, content }: Reply): void {
    this.#received += 1;
    const isKept = this.#received <= MAX_WORKERS && content.length <= MAX_REPLY_BYTES;
    if (isKept && contentType === 'application/json') {
      for (const [worker, answer] of Object.entries(parseObject(content))) {
        const read = this.#command.read(answer);
        if (read !== undefined && this.byWorker.size < MAX_WORKERS) this.byWorker.set(worker, read);
      }
    } else if (isKept) {
      const worker = workerIn(content) ?? 'a worker';
      this.unread.set(worker, `${worker} answered in ${contentType}, which is never read; set task_serializer to json`);
    }
    this.#look();
  }

  lose(reason: unknown): void {
    this.#lost.abort(reason);
    this.#look();
  }

  /** @param workers How many will answer, unless they hang; undefined if nobody knows. */
  expect(workers = Number.POSITIVE_INFINITY): void {
    this.#expected = workers;
    this.#look();
  }

  /** Whether every worker that is expected to answer has answered. */
  get #isComplete(): boolean {
    return this.#received >= this.#expected;
  }

  /**
   * Resolves with `true` once `enough` is met, or with `false` if it is not met after `waitMs` milliseconds, or when
   * every worker has answered. Rejects with the signal's reason, or with the error that lost the broker.
   */
  async until(enough: () => boolean, waitMs: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', look);
        this.#watchers.delete(look);
      };
      const look = () => {
        if (signal.aborted) reject(signal.reason as Error);
        else if (this.#lost.signal.aborted) reject(this.#lost.signal.reason as Error);
        else if (enough()) resolve(true);
        else if (this.#isComplete) resolve(false);
        else return;
        stop();
      };
      const timer = setTimeout(() => {
        stop();
        resolve(false);
      }, waitMs);
      signal.addEventListener('abort', look);
      this.#watchers.add(look);
      look();
    });
  }

  #look(): void {
    for (const look of this.#watchers) look();
  }
}

/** Pickle writes a text of this length behind this byte: https://docs.python.org/3/library/pickletools.html */
const PICKLED_TEXT = { byte: 'X'.charCodeAt(0), short: 0x8c };
const MAX_NAME_BYTES = 255;

/** The name of the worker in an answer that is not decoded: `celery@host`. */
function workerIn(content: Buffer): string | undefined {
  const head = content.subarray(0, 2 * MAX_NAME_BYTES);
  for (let index = 0; index < head.length - 5; index += 1) {
    const isShort = head[index] === PICKLED_TEXT.short;
    if (!isShort && head[index] !== PICKLED_TEXT.byte) continue;
    const start = index + (isShort ? 2 : 5);
    const length = isShort ? head.readUInt8(index + 1) : head.readUInt32LE(index + 1);
    const name = length <= MAX_NAME_BYTES ? head.toString('utf8', start, start + length) : '';
    if (/^[\w.%-]+@[\w.-]+$/.test(name)) return name;
  }
  return /[\w.%-]+@[\w.-]+/.exec(head.toString('latin1'))?.[0];
}

/**
 * Milliseconds to wait for workers before the check reports their silence, a little before its time is up.
 * If connecting has taken half of the time, the silence proves nothing, and the check may run into its timeout.
 *
 * @param limitMs   The check's time in all, in milliseconds.
 * @param leftMs    The milliseconds that are left of it.
 * @param reserveMs The milliseconds that are kept for what follows.
 */
export function patience(limitMs: number, leftMs: number, reserveMs = Math.min(100, limitMs / 10)): number {
  return leftMs < limitMs / 2 ? limitMs : leftMs - reserveMs;
}

import { setMaxListeners } from 'node:events';
import { AbortedError, CheckError, seconds, TimeoutError } from '../errors.ts';

/** Seconds that a check, or a whole run, may take at most: API Gateway gives up after 29. */
export const MAX_SECONDS = 28;

export interface Limit {
  /** Milliseconds. */
  readonly limitMs: number;
  /** Calls the work off before its time is up. */
  readonly signal?: AbortSignal | undefined;
  /** Who does not answer when the time is up, for the message. A function is asked at that moment. */
  readonly from: string | (() => string);
}

/** The reason of the signal once the work has ended by itself. */
const OVER = new Error('the work is over');

/**
 * Gives work a limit: the only way to do so. When the time is up or the work is called off, its signal is aborted and the
 * promise rejects; the reason of the signal is the error that is thrown. Whatever the work brings later is dropped. When
 * the work ends by itself, its signal is aborted too, so that nothing that it left behind goes on.
 *
 * @throws TimeoutError when the time is up; AbortedError when the work is called off, or the signal's reason where that
 *         is a `CheckError`.
 */
export async function within<T>(
  { limitMs, signal: outer, from }: Limit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const start = performance.now();
  const controller = new AbortController();
  const { signal } = controller;
  setMaxListeners(0, signal); // one for each secret of a document, for example: no leak to warn of
  const stopped = new Promise<never>((_resolve, reject) => {
    const stop = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  stopped.catch(() => undefined); // where the work throws before anybody waits for this
  const timeIsUp = () => {
    const who = typeof from === 'string' ? from : from();
    controller.abort(new TimeoutError(`no answer within ${seconds(limitMs)} s from ${who}`));
  };
  const callOff = () => {
    const reason: unknown = outer?.reason;
    controller.abort(reason instanceof CheckError ? reason : new AbortedError(performance.now() - start));
  };
  const timer = setTimeout(timeIsUp, limitMs);
  outer?.addEventListener('abort', callOff, { once: true });
  if (outer?.aborted === true) callOff();
  try {
    return await Promise.race([stopped, work(signal)]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', callOff);
    controller.abort(OVER);
  }
}

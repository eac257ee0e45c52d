import { AbortedError, CheckError, seconds, TimeoutError } from '../errors.ts';

/** The most seconds that a check or a whole run may take: API Gateway gives up after 29. */
export const MAX_SECONDS = 28;

export interface Limit {
  /** Milliseconds that the work may take. */
  readonly limitMs: number;
  /** Calls the work off before its time is up. */
  readonly signal?: AbortSignal | undefined;
  /** What did not answer when the time is up, for the message. A function is called at that moment. */
  readonly from: string | (() => string);
}

/** The signal's reason once the work has ended by itself. */
const OVER = new Error('the work is over');

/**
 * Limits the time of some work; nothing else in the project does that. When the time is up or the work is called off,
 * its signal is aborted and the promise rejects, both with the same error. Later results of the work are dropped. When
 * the work ends by itself, its signal is aborted too, so that nothing it left behind goes on.
 *
 * @throws TimeoutError when the time is up; AbortedError when the work is called off, or the signal's reason if that is
 *         a `CheckError`.
 */
export async function within<T>(
  { limitMs, signal: outer, from }: Limit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const start = performance.now();
  const controller = new AbortController();
  let stop: (error: CheckError) => void = () => undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = (error) => {
      reject(error); // before the abort, which may make the work reject with its own error
      controller.abort(error);
    };
  });
  stopped.catch(nothing); // in case the work throws before anything awaits this
  const timer = setTimeout(() => {
    const who = typeof from === 'string' ? from : from();
    stop(new TimeoutError(`no answer within ${seconds(limitMs)} s from ${who}`));
  }, limitMs);
  const callOff =
    outer &&
    (() => {
      stop(reasonOf(outer, performance.now() - start));
    });
  if (callOff !== undefined) {
    outer?.addEventListener('abort', callOff, { once: true });
    if (outer?.aborted === true) callOff();
  }
  try {
    return await Promise.race([stopped, work(controller.signal)]);
  } finally {
    clearTimeout(timer);
    if (callOff !== undefined) outer?.removeEventListener('abort', callOff);
    controller.abort(OVER);
  }
}

const nothing = (): void => undefined;

function reasonOf({ reason }: AbortSignal, afterMs: number): CheckError {
  return reason instanceof CheckError ? reason : new AbortedError(afterMs);
}

/** The milliseconds, rounded down to tenths of a second. */
export function tenths(ms: number): number {
  return Math.floor(ms / 100) * 100;
}

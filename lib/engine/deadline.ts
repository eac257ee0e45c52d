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
  let stop: (error: CheckError) => void = () => undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = (error) => {
      reject(error); // before the abort, which may make the work reject with an error of its own
      controller.abort(error);
    };
  });
  stopped.catch(nothing); // where the work throws before anybody waits for this
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

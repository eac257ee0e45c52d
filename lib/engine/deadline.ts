import { setMaxListeners } from 'node:events';
import { seconds, TimeoutError } from '../errors.ts';

/** Seconds that a check, or a whole run, may take at most: API Gateway gives up at 29. */
export const MAX_SECONDS = 28;

/**
 * Gives work a limit of its own: when the time is up, or the outer signal is aborted, its signal is aborted and the promise rejects.
 * What the work still brings after that is dropped.
 *
 * @param limitMs Milliseconds.
 * @param target  What does not answer then, for the message.
 * @throws TimeoutError
 */
export async function within<T>(
  limitMs: number,
  target: string,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // one for each secret of a document, say: no leak to warn of
  const giveUp = () => {
    controller.abort(new TimeoutError(`no answer within ${seconds(limitMs)} s from ${target}`));
  };
  const timer = setTimeout(giveUp, limitMs);
  outer?.addEventListener('abort', giveUp, { once: true });
  if (outer?.aborted === true) giveUp();
  const timeIsUp = new Promise<never>((_resolve, reject) => {
    const stop = () => {
      reject(controller.signal.reason as TimeoutError);
    };
    if (controller.signal.aborted) stop();
    else controller.signal.addEventListener('abort', stop, { once: true });
  });
  timeIsUp.catch(() => undefined); // where the work throws before anybody waits for this
  try {
    return await Promise.race([timeIsUp, work(controller.signal)]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', giveUp);
  }
}

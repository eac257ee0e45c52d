/** A server that has several addresses, tried in their order. */
import { within } from '../engine/deadline.ts';
import { CheckError } from '../errors.ts';

interface Attempts<Place> {
  readonly places: readonly Place[];
  /** Names a place for messages: `postgres db.example:5432`. */
  readonly name: (place: Place) => string;
  /** Milliseconds for all of them. Each has an equal share of what is left, so one that hangs costs only its share. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/**
 * The first that succeeds.
 *
 * @throws The error of the only one; if there are several, a `CheckError` that tells what each of them said.
 */
export async function firstOf<Place, T>(
  { places, name, limitMs, signal }: Attempts<Place>,
  attempt: (place: Place, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const [only] = places;
  if (places.length === 1 && only !== undefined) return attempt(only, signal);
  const end = performance.now() + limitMs;
  const failures: CheckError[] = [];
  for (const [index, place] of places.entries()) {
    const shareMs = Math.max(1, (end - performance.now()) / (places.length - index));
    try {
      return await within({ limitMs: shareMs, signal, from: name(place) }, (limit) =>
        attemptUntil(limit, signal, (until) => attempt(place, until)),
      );
    } catch (error) {
      if (signal.aborted || !(error instanceof CheckError)) throw error;
      failures.push(error);
    }
  }
  throw together(failures);
}

/** What succeeded lives on: only a limit that passes before that ends it. */
async function attemptUntil<T>(
  limit: AbortSignal,
  signal: AbortSignal,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    controller.abort(limit.reason);
  };
  limit.addEventListener('abort', stop, { once: true });
  try {
    return await attempt(AbortSignal.any([signal, controller.signal]));
  } finally {
    limit.removeEventListener('abort', stop);
  }
}

/** A server that answers and refuses says more than one that does not answer. */
function together(failures: readonly CheckError[]): Error {
  const told = failures.find(({ code }) => !['ConnectionError', 'TimeoutError'].includes(code)) ?? failures[0];
  if (told === undefined) return new Error('there is no address to try');
  const messages = [...new Set(failures.map(({ message }) => message))];
  return new CheckError(told.code, messages.join('; '));
}

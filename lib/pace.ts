/** Lets others have their turn during long work. */
import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work after which others have their turn. */
const TURN_MS = 10;

/** Waits for one turn of the event loop if this work has gone on for longer than a few milliseconds. */
export type Pace = () => Promise<void>;

export function createPace(): Pace {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < TURN_MS) return;
    await setImmediate();
    since = performance.now();
  };
}

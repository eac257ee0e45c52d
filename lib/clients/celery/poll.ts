import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 3;
const MAX_PAUSE_MS = 50;

/** Looks again and again, ever more slowly, until there is something. Rejects when the signal is aborted. */
export async function poll<T>(look: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(1.5 * pauseMs, MAX_PAUSE_MS)) {
    await sleep(pauseMs, undefined, { signal });
    const found = await look();
    if (found !== undefined) return found;
  }
}

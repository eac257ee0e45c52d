/** What keeps a process alive: sockets, timers, servers. */
import { surplus } from './surplus.ts';

/** A sorted list of the resources that are open now. */
export function openHandles(): string[] {
  return process.getActiveResourcesInfo().sort();
}

/** Waits until nothing is open that was not open before. Returns what is still open after the wait: the leaks. */
export async function settledHandles(before: readonly string[], tries = 50): Promise<string[]> {
  for (let left = tries; left > 0 && surplus(openHandles(), before).length > 0; left -= 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return surplus(openHandles(), before);
}

import { createLog } from '../../lib/log.ts';
import type { Log } from '../../lib/log.ts';

/** A log that keeps its lines. */
export function collectedLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  return { log: createLog((line) => lines.push(line)), lines };
}

/** Plans a slot: a message for each namespace. */
import type { Log } from '../log.ts';
import { slotOf } from '../history/sample.ts';
import type { Queue } from './queue.ts';
import { taskText } from './queue-messages.ts';

export interface Planner {
  readonly vault: { names(): Promise<readonly string[]> };
  readonly queue: Pick<Queue, 'send'>;
  readonly log: Log;
  readonly now: () => number;
}

/** Namespaces of one slot. */
export const MAX_NAMESPACES = 50_000;
const USUAL_SECONDS = 60;
const MAX_SECONDS = 3600;

/**
 * What Lambda calls, on a schedule. The slot is that of the event's time, so that an event that comes twice means the
 * same slot. `seconds` in an event that is sent by hand makes a slot shorter or longer than a minute.
 */
export function planner({
  vault,
  queue,
  log,
  now,
}: Planner): (event: unknown) => Promise<{ readonly planned: number }> {
  return async (event) => {
    const { time, seconds } = Object(event) as { readonly time?: unknown; readonly seconds?: unknown };
    const given = typeof time === 'string' ? Date.parse(time) : NaN;
    const isLength = Number.isInteger(seconds) && Number(seconds) >= 1 && Number(seconds) <= MAX_SECONDS;
    const intervalMs = (isLength ? Number(seconds) : USUAL_SECONDS) * 1000;
    const at = slotOf(Number.isNaN(given) ? now() : given, intervalMs);
    const names = await vault.names();
    const planned = names.slice(0, MAX_NAMESPACES);
    if (names.length > planned.length)
      log.error('there are too many namespaces, so some are not recorded', { recorded: planned.length });
    await queue.send(planned.map((namespace) => ({ body: taskText({ namespace, at, intervalMs }) })));
    return { planned: planned.length };
  };
}

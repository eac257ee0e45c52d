/** Records the namespace that a message names. */
import type { Change } from '../history/change.ts';
import type { Log } from '../log.ts';
import type { Count } from '../telemetry/counters.ts';
import type { Received } from './queue-consumer.ts';
import { taskIn } from './queue-messages.ts';

interface RecordingTasks {
  readonly recorder: {
    record(name: string, at: number, intervalMs: number): Promise<readonly Change[] | undefined>;
  };
  readonly count: Count;
  readonly log: Log;
  readonly now: () => number;
}

/** Intervals after the start of a slot in which it may be recorded. A run that begins later says nothing about it. */
const MAX_AGE = 2;

/** @returns What handles a message. It throws where the message has to come again. */
export function recordTask({ recorder, count, log, now }: RecordingTasks): (message: Received) => Promise<void> {
  return async ({ body }) => {
    const { namespace, at, intervalMs } = taskIn(body);
    const ageMs = now() - at;
    if (ageMs > MAX_AGE * intervalMs) {
      log.error('a slot was not recorded, because its turn came too late', { namespace, at, ageMs });
      await count('LostSlots');
      return;
    }
    await recorder.record(namespace, at, intervalMs);
  };
}

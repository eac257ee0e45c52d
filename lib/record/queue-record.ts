/** Records the namespace that a message names. */
import type { Log } from '../log.ts';
import type { Count } from '../telemetry/counters.ts';
import type { Received } from './queue-consumer.ts';
import { taskIn } from './queue-messages.ts';
import type { Recorder } from './recorder.ts';

interface RecordingTasks {
  readonly recorder: Pick<Recorder, 'record' | 'deliverAgain'>;
  readonly count: Count;
  readonly log: Log;
  readonly now: () => number;
}

/** Intervals after the start of a slot in which it may be recorded. A run that begins later says nothing about it. */
const MAX_AGE = 2;

/** @returns What handles a message. It throws where the message has to come again. */
export function recordTask({ recorder, count, log, now }: RecordingTasks): (message: Received) => Promise<void> {
  return async ({ body, receives }) => {
    const { namespace, at, intervalMs } = taskIn(body);
    // Whoever had the message before has ended, maybe after the slot was recorded, and before all was handed on.
    if (receives > 1 && (await recorder.deliverAgain(namespace, at))) return;
    const ageMs = now() - at;
    if (ageMs > MAX_AGE * intervalMs) {
      log.error('a slot was not recorded, because its turn came too late', { namespace, at, ageMs });
      await count('LostSlots');
      return;
    }
    await recorder.record(namespace, at, intervalMs);
  };
}

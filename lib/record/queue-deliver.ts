/** Hands on what a sample led to: its changes to EventBridge, and each notice to the queue of notices. */
import { identity } from '../history/identity.ts';
import type { Batch } from '../history/store.ts';
import type { Log } from '../log.ts';
import { SendError } from '../notify/send-error.ts';
import type { Queue } from './queue.ts';
import { noticeText } from './queue-messages.ts';
import type { Deliver } from './recorder.ts';

interface Delivering {
  readonly queue: Pick<Queue, 'send'>;
  /** Sends changes to EventBridge, if they are wanted there. */
  readonly sendChanges: ((batch: Batch, signal: AbortSignal) => Promise<void>) | undefined;
  readonly log: Log;
}

/**
 * What was put on the queue before is put on it again where the recorder was killed before the store knew. The queue
 * drops it, if that is within five minutes.
 */
export function deliverToQueue({ queue, sendChanges, log }: Delivering): Deliver {
  const sendEvents = async (batch: Batch): Promise<void> => {
    try {
      await sendChanges?.(batch, new AbortController().signal);
    } catch (error) {
      // An event that EventBridge will never take must not hold up the notices.
      if (!(error instanceof SendError) || !error.isFinal) throw error;
      const { namespace, changes } = batch;
      log.error('EventBridge refuses changes', { namespace, changes: changes.map(({ id }) => id), error });
    }
  };
  return async (batch) => {
    await sendEvents(batch);
    await queue.send(
      batch.notices.map((notice) => ({
        body: noticeText(notice),
        order: { group: identity('group', batch.namespace, notice.target), id: notice.id },
      })),
    );
    return true;
  };
}

/** Hands on what samples led to: each notice to the queue of notices, and the changes to EventBridge. */
import { identity } from '../history/identity.ts';
import type { Batch, HistoryStore } from '../history/store.ts';
import type { Log } from '../log.ts';
import type { Count } from '../telemetry/counters.ts';
import type { Queue } from './queue.ts';
import { noticeText } from './queue-messages.ts';
import type { Deliver } from './recorder.ts';
import { EVENT_PATIENCE_MS, isGivenUp } from './retry.ts';

interface Delivering {
  readonly queue: Pick<Queue, 'send'>;
  /** Sends changes to EventBridge, if they are wanted there. */
  readonly sendChanges: ((batch: Batch, signal: AbortSignal) => Promise<void>) | undefined;
  readonly store: Pick<HistoryStore, 'sent'>;
  readonly count: Count;
  readonly log: Log;
  readonly now: () => number;
}

/**
 * What was put on the queue before is put on it again where the recorder was killed before the store knew. The queue
 * drops it, if that is within five minutes.
 */
export function deliverToQueue({ queue, sendChanges, store, count, log, now }: Delivering): Deliver {
  const sendNotices = async ({ namespace, notices }: Batch): Promise<void> => {
    const messages = notices.map((notice) => ({
      body: noticeText(notice),
      order: { group: identity('group', namespace, notice.target), id: notice.id },
    }));
    if (messages.length > 0) await queue.send(messages);
  };
  /** @throws What kept them from EventBridge, if they have to be sent again. */
  const sendEvents = async (batch: Batch): Promise<void> => {
    try {
      await sendChanges?.(batch, new AbortController().signal);
    } catch (error) {
      if (!isGivenUp(error, { ageMs: now() - batch.at, patienceMs: EVENT_PATIENCE_MS })) throw error;
      const { namespace, changes } = batch;
      const ids = changes.map(({ id }) => id);
      log.error('changes are given up, and EventBridge does not get them', { namespace, changes: ids, error });
      await count('LostEvents');
    }
  };
  return async (batches) => {
    let events = Promise.resolve();
    for (const batch of batches) {
      // Notices do not wait for EventBridge. Later events do: where it does not take some now, none overtake them.
      await sendNotices(batch);
      if (batch.changes.length === 0) {
        await store.sent(batch);
        continue;
      }
      events = events.then(() => sendEvents(batch));
      const areSent = await events.then(
        () => true,
        () => false,
      );
      if (areSent) await store.sent(batch);
      else if (batch.notices.length > 0) await store.sent(batch, { ...batch, notices: [] });
    }
    await events;
  };
}

import { describe, expect, test } from 'vitest';
import type { Batch } from '../../../lib/history/store.ts';
import { SendError } from '../../../lib/notify/send-error.ts';
import { deliverToQueue } from '../../../lib/record/queue-deliver.ts';
import { noticeIn } from '../../../lib/record/queue-messages.ts';
import type { Message } from '../../../lib/record/queue.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { noticeOf } from '../../support/planned-notice.ts';

const down = noticeOf({}, { id: 'down' });
const up = noticeOf({}, { id: 'up' });
const other = noticeOf({}, { id: 'other', target: 'webhook-0123456789ab' });
const batch: Batch = { namespace: 'shop', at: down.change.at, changes: [down.change], notices: [down, up, other] };

async function deliver(sendChanges?: () => Promise<void>, send?: () => Promise<void>) {
  const messages: Message[] = [];
  const { log, lines } = collectedLog();
  const queue = {
    send: async (sent: readonly Message[]) => {
      await send?.();
      messages.push(...sent);
    },
  };
  // Neither the namespace nor its targets are needed: the queue's consumer looks for them.
  const isOver = await deliverToQueue({ queue, sendChanges, log })(batch, undefined as never);
  return { isOver, messages, lines };
}

describe('what a sample led to', () => {
  test('is one message for each notice, in order for each target, and may be forgotten then', async () => {
    const { isOver, messages } = await deliver(async () => undefined);
    expect(isOver).toBe(true);
    expect(messages.map(({ body }) => noticeIn(body))).toEqual([down, up, other]);
    expect(messages.map(({ order }) => order?.id)).toEqual(['down', 'up', 'other']);
    const [ofDown, ofUp, ofOther] = messages.map(({ order }) => order?.group);
    expect(ofUp).toBe(ofDown);
    expect(ofOther).not.toBe(ofDown);
  });

  test('is kept when EventBridge does not take its changes now', async () => {
    const busy = new SendError('eventbridge throttled', { isFinal: false });
    await expect(deliver(() => Promise.reject(busy))).rejects.toThrow(busy);
  });

  test('is handed on when EventBridge will never take its changes, which is logged', async () => {
    const refused = new SendError('eventbridge denied access', { isFinal: true });
    const { isOver, messages, lines } = await deliver(() => Promise.reject(refused));
    expect([isOver, messages.length]).toEqual([true, 3]);
    expect(lines.join()).toContain('EventBridge refuses changes');
  });

  test('is kept when the queue does not take its notices', async () => {
    await expect(deliver(undefined, () => Promise.reject(new Error('busy')))).rejects.toThrow('busy');
  });
});

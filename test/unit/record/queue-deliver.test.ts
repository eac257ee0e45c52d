import { describe, expect, test } from 'vitest';
import type { Batch } from '../../../lib/history/store.ts';
import { SendError } from '../../../lib/notify/send-error.ts';
import { deliverToQueue } from '../../../lib/record/queue-deliver.ts';
import { noticeIn } from '../../../lib/record/queue-messages.ts';
import type { Message } from '../../../lib/record/queue.ts';
import { EVENT_PATIENCE_MS } from '../../../lib/record/retry.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { memoryHistory } from '../../support/memory-history.ts';
import { noticeOf } from '../../support/planned-notice.ts';

const MINUTE = 60_000;
const [down, up] = [noticeOf({}, { id: 'down' }), noticeOf({}, { id: 'up' })];
const other = noticeOf({}, { id: 'other', target: 'webhook-0123456789ab' });
const batch: Batch = {
  namespace: 'shop',
  at: down.change.at,
  version: 0,
  changes: [down.change],
  notices: [down, up, other],
};
const next: Batch = { ...batch, at: batch.at + MINUTE, version: 1, notices: [noticeOf({}, { id: 'next' })] };

interface Given {
  readonly batches?: readonly Batch[];
  /** What EventBridge does with the changes of a batch. */
  readonly sendChanges?: (batch: Batch) => Promise<void>;
  /** What SQS does with messages. */
  readonly send?: () => Promise<void>;
  readonly now?: number;
}

async function delivered({ batches = [batch], sendChanges, send, now = batch.at + 1000 }: Given = {}) {
  const messages: Message[] = [];
  const counted: string[] = [];
  const { log, lines } = collectedLog();
  const store = memoryHistory();
  for (const one of batches) await store.put(one);
  const queue = {
    send: async (sent: readonly Message[]) => {
      await send?.();
      messages.push(...sent);
    },
  };
  const count = async (what: string) => void counted.push(what);
  const deliver = deliverToQueue({ queue, sendChanges, store, count, log, now: () => now });
  // Neither the namespace nor its targets are needed: the queue's consumer looks for them.
  const error = await deliver(batches, undefined as never).catch((reason: unknown) => reason);
  return { error, left: await store.batches('shop'), messages, counted, lines };
}

const busy = new SendError('eventbridge throttled', { isFinal: false });

describe('what a sample led to', () => {
  test('is one message for each notice, in order for each target, and is forgotten then', async () => {
    const { error, left, messages } = await delivered({ sendChanges: async () => undefined });
    expect([error, left]).toEqual([undefined, []]);
    expect(messages.map(({ body }) => noticeIn(body))).toEqual([down, up, other]);
    expect(messages.map(({ order }) => order?.id)).toEqual(['down', 'up', 'other']);
    const [ofDown, ofUp, ofOther] = messages.map(({ order }) => order?.group);
    expect(ofUp).toBe(ofDown);
    expect(ofOther).not.toBe(ofDown);
  });

  test('is kept when the queue does not take its notices', async () => {
    const full = new Error('busy');
    const { error, left } = await delivered({ send: () => Promise.reject(full) });
    expect([error, left]).toEqual([full, [batch]]);
  });
});

describe('changes that EventBridge does not take now', () => {
  test('are kept, and hold up no notice, neither their own nor later ones', async () => {
    const { error, left, messages } = await delivered({
      batches: [batch, next],
      sendChanges: () => Promise.reject(busy),
    });
    expect(error).toBe(busy);
    expect(messages.map(({ order }) => order?.id)).toEqual(['down', 'up', 'other', 'next']);
    expect(left).toEqual([batch, next].map((one) => ({ ...one, notices: [] })));
  });

  test('keep no batch that has none, as those of beats', async () => {
    const beats: Batch = { ...next, changes: [] };
    const { left, messages } = await delivered({
      batches: [batch, beats],
      sendChanges: () => Promise.reject(busy),
    });
    expect(messages.map(({ order }) => order?.id)).toEqual(['down', 'up', 'other', 'next']);
    expect(left).toEqual([{ ...batch, notices: [] }]);
  });

  test('are not overtaken by later ones', async () => {
    const sent: number[] = [];
    const sendChanges = async ({ at }: Batch) => {
      sent.push(at);
      if (at === batch.at) throw busy;
    };
    await delivered({ batches: [batch, next], sendChanges });
    expect(sent).toEqual([batch.at]);
  });
});

describe('changes are given up, which is logged and counted,', () => {
  const never = new SendError('eventbridge refused 1 of 1 changes', { isFinal: true });

  test.each([
    ['when EventBridge can never take them', never, batch.at],
    ['after a week in which EventBridge did not take them', busy, batch.at + EVENT_PATIENCE_MS + 1],
  ])('%s', async (_when, refusal, now) => {
    const { error, left, messages, counted, lines } = await delivered({
      sendChanges: () => Promise.reject(refusal),
      now,
    });
    expect([error, left, messages.length, counted]).toEqual([undefined, [], 3, ['LostEvents']]);
    expect(lines.join()).toContain('EventBridge does not get them');
  });
});

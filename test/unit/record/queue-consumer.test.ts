import { describe, expect, test } from 'vitest';
import { consumer, Later } from '../../../lib/record/queue-consumer.ts';
import type { Received } from '../../../lib/record/queue-consumer.ts';
import { collectedLog } from '../../support/collected-log.ts';

const record = (messageId: string, body: string, receives = 1) => ({
  messageId,
  receiptHandle: `receipt of ${messageId}`,
  body,
  attributes: { ApproximateReceiveCount: String(receives) },
});

interface Set {
  readonly handle: (message: Received) => Promise<void>;
  readonly postpone?: (receipt: string, seconds: number) => Promise<void>;
  readonly settle?: () => Promise<void>;
}

function consuming({ handle, postpone, settle }: Set) {
  const postponed: [string, number][] = [];
  const { log, lines } = collectedLog();
  const handler = consumer({
    queue: {
      postpone:
        postpone ??
        (async (receipt, seconds) => {
          postponed.push([receipt, seconds]);
        }),
    },
    log,
    handle,
    settle,
  });
  return { handler, postponed, lines };
}

describe('the messages of a queue', () => {
  test('are handled concurrently, and only those that fail come again', async () => {
    const bodies: string[] = [];
    const { handler, postponed, lines } = consuming({
      handle: async ({ body }) => {
        bodies.push(body);
        if (body === 'bad') throw new Error('no');
      },
    });
    const answer = await handler({ Records: [record('1', 'good'), record('2', 'bad', 3), record('3', 'good')] });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(bodies).toEqual(['good', 'bad', 'good']);
    expect(postponed).toEqual([['receipt of 2', 15]]);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { message: 'a message could not be handled', receives: 3, body: 'bad', error: { message: 'no' } },
    ]);
  });

  test('come again when their handler says so, which is no error', async () => {
    const { handler, postponed, lines } = consuming({
      handle: async () => {
        throw new Later(70);
      },
    });
    expect(await handler({ Records: [record('1', 'x')] })).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(postponed).toEqual([['receipt of 1', 70]]);
    expect(lines).toEqual([]);
  });

  test('come again by their visibility timeout if they cannot be postponed', async () => {
    const { handler, lines } = consuming({
      handle: async () => {
        throw new Later(1);
      },
      postpone: async () => {
        throw new Error('denied');
      },
    });
    expect(await handler({ Records: [record('1', 'x')] })).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(lines.join()).toContain('could not be postponed');
  });

  test('are answered only when everything that was noted is sent', async () => {
    const order: string[] = [];
    const { handler } = consuming({
      handle: async () => void order.push('handled'),
      settle: async () => void order.push('settled'),
    });
    await handler({ Records: [record('1', 'x')] });
    expect(order).toEqual(['handled', 'settled']);
  });

  test.each([undefined, {}, { Records: [] }])('need not be there: %j', async (event) => {
    const { handler } = consuming({ handle: async () => undefined });
    expect(await handler(event)).toEqual({ batchItemFailures: [] });
  });
});

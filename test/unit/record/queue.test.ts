import { describe, expect, test } from 'vitest';
import { batches } from '../../../lib/record/queue.ts';
import { MAX_MESSAGE_BYTES, noticeIn, noticeText } from '../../../lib/record/queue-messages.ts';
import { noticeOf } from '../../support/planned-notice.ts';

describe('messages in batches', () => {
  test.each([
    [0, []],
    [1, [1]],
    [10, [10]],
    [25, [10, 10, 5]],
  ])('%i small messages take the calls %j', (count, sizes) => {
    const messages = Array.from({ length: count }, (_, index) => ({ body: String(index) }));
    expect(batches(messages).map(({ length }) => length)).toEqual(sizes);
    expect(batches(messages).flat()).toEqual(messages);
  });

  test('large messages share no call that would be too large', () => {
    const messages = Array.from({ length: 4 }, () => ({ body: 'x'.repeat(100_000) }));
    expect(batches(messages).map(({ length }) => length)).toEqual([2, 2]);
  });
});

describe('a notice on the queue', () => {
  test('is the same afterwards', () => {
    const notice = noticeOf({ error: 'ConnectionError: redis cache.example:6379 refused the connection' });
    expect(noticeIn(noticeText(notice))).toEqual(notice);
  });

  test('loses texts and the end of its lists where it would be too large, and stays a notice', () => {
    const consequences = Array.from({ length: 1000 }, (_, index) => `${'group/'.repeat(50)}${index}`);
    const notice = noticeOf({ consequences });
    const text = noticeText(notice);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    expect(noticeIn(text)).toMatchObject({
      id: notice.id,
      target: notice.target,
      change: { path: notice.change.path },
    });
    expect(noticeIn(text).change.consequences.length).toBeGreaterThan(0);
  });

  test.each(['{}', 'null', '[]', '"x"', 'x'])('is not made of %s', (text) => {
    expect(() => noticeIn(text)).toThrow();
  });
});

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { codecs, decode, encode, MAX_VALUE_BYTES, maxSpanBytes } from '../../../lib/history/codec.ts';
import { inOrder } from '../../../lib/history/order.ts';
import { plan } from '../../../lib/history/notices.ts';
import { NOTHING_YET } from '../../../lib/history/changes.ts';
import { addTo, DAY_MS, emptySpan } from '../../../lib/history/span.ts';
import type { Span } from '../../../lib/history/span.ts';
import { largeSample, MIDNIGHT, MINUTE, RULES, sampleAt } from '../../support/history-samples.ts';

const words = (length: number) => randomBytes(length).toString('base64').slice(0, length);

describe('what history keeps', () => {
  test('is read as it was written, maps and names that JavaScript reserves too', async () => {
    const told = Object.fromEntries([['__proto__', 'down']]) as Record<string, 'down'>;
    const before = inOrder(NOTHING_YET, sampleAt('shop', MIDNIGHT, 'xu'), RULES, (taken) => plan(taken, []).memory);
    const [outage] = inOrder(before, sampleAt('shop', MIDNIGHT + MINUTE, 'xu'), RULES, ({ memory }) => memory).outages;
    if (outage === undefined) throw new Error('there is no outage');
    const memory = { ...before, outages: [{ ...outage, told }] };
    const read = await decode(codecs.memory, await encode(codecs.memory, memory), 'here');
    expect(read).toEqual(memory);
    expect(Object.keys(read.outages[0]?.told ?? {})).toEqual(['__proto__']);
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'written by another version of Healthgate'],
    ['another format', Buffer.from([2, 1, 2, 3]), 'written by another version of Healthgate'],
    ['no Brotli', Buffer.from([1, 1, 2, 3]), 'what was read is damaged'],
  ])('is refused with the name of the store if it is %s', async (_name, bytes, message) => {
    await expect(decode(codecs.sample, bytes, 'folder history')).rejects.toThrow(
      new RegExp(`^folder history: .*${message}`),
    );
  });

  test('is refused if half of it is missing', async () => {
    const bytes = await encode(codecs.sample, largeSample('shop', MIDNIGHT, 100, 'down'));
    const half = bytes.subarray(0, bytes.length / 2);
    await expect(decode(codecs.sample, half, 'here')).rejects.toThrow('here: what was read is damaged');
  });
});

describe('what is too large', () => {
  /** A day of checks that each fail as often as is told one by one, with a different message each time. */
  function terribleDay(checks: number): Span {
    let day = emptySpan(MIDNIGHT, DAY_MS);
    for (let index = 0; index < 20; index += 1) {
      day = addTo(day, largeSample('shop', MIDNIGHT + index * 30 * MINUTE, checks, 'down'));
      day = addTo(day, largeSample('shop', MIDNIGHT + (index * 30 + 1) * MINUTE, checks, 'up'));
    }
    return day;
  }

  test.each([1, 25, 200, 1000])('loses words, but nothing that is counted, of a day with %i checks', async (count) => {
    const day = terribleDay(count);
    const bytes = await encode(codecs.span, day, maxSpanBytes(day));
    expect(bytes.length).toBeLessThanOrEqual(Math.min(MAX_VALUE_BYTES, 400 * Math.max(25, count)));
    const read = await decode(codecs.span, bytes, 'here');
    expect(read.checks.size).toBe(count + 1);
    for (const [path, { ms }] of read.checks) expect(ms).toEqual(day.checks.get(path)?.ms);
  });

  test('keeps short words where long ones have no room', async () => {
    const sample = largeSample('shop', MIDNIGHT, 1000, 'down');
    const bytes = await encode(codecs.sample, sample, 100_000);
    const { checks } = await decode(codecs.sample, bytes, 'here');
    expect(checks).toHaveLength(1001);
    expect(checks[1]?.error).toHaveLength(100);
  });

  test('is a sample of 1,000 checks whose paths cannot be compressed, and it has room', async () => {
    const checks = Array.from({ length: 1000 }, () => ({
      path: words(200),
      state: 'down' as const,
      durationMs: 1,
      error: words(300),
    }));
    const bytes = await encode(codecs.sample, { ...sampleAt('shop', MIDNIGHT), checks });
    expect(bytes.length).toBeLessThanOrEqual(MAX_VALUE_BYTES);
    expect((await decode(codecs.sample, bytes, 'here')).checks.map(({ path }) => path)).toEqual(
      checks.map(({ path }) => path),
    );
  });
});

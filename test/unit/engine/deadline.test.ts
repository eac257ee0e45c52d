import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { within } from '../../../lib/engine/deadline.ts';
import { deferred } from '../../support/part.ts';

const unhandled: unknown[] = [];
const collect = (reason: unknown) => unhandled.push(reason);

beforeEach(() => {
  vi.useFakeTimers();
  unhandled.length = 0;
  process.on('unhandledRejection', collect);
});

afterEach(async () => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', collect);
  expect(unhandled).toEqual([]);
});

describe('within', () => {
  it('returns the result of the work', async () => {
    await expect(within(1000, 'x', undefined, () => Promise.resolve('done'))).resolves.toBe('done');
  });

  it('passes on what the work throws, synchronously or later', async () => {
    await expect(within(1000, 'x', undefined, () => Promise.reject(new Error('bad')))).rejects.toThrow('bad');
    const throws = () => {
      throw new Error('bad from the start');
    };
    await expect(within(1000, 'x', undefined, throws)).rejects.toThrow('bad from the start');
  });

  it('rejects with a TimeoutError when the time is up, aborts the work, and ignores what comes late', async () => {
    const late = deferred();
    let signal: AbortSignal | undefined;
    const result = within(3000, 'vault file:x', undefined, (given) => {
      signal = given;
      return late.promise;
    });
    const expected = expect(result).rejects.toMatchObject({
      code: 'TimeoutError',
      message: 'no answer within 3 s from vault file:x',
    });
    await vi.advanceTimersByTimeAsync(3000);
    await expected;
    expect(signal?.aborted).toBe(true);
    late.reject(new Error('late'));
  });

  it('is ended by an outer signal', async () => {
    const outer = new AbortController();
    const result = within(3000, 'x', outer.signal, () => new Promise(() => undefined));
    outer.abort();
    await expect(result).rejects.toMatchObject({ code: 'TimeoutError' });
  });

  it('is ended by an outer signal that was aborted earlier', async () => {
    const signals: AbortSignal[] = [];
    const work = (signal: AbortSignal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    };
    await expect(within(3000, 'x', AbortSignal.abort(), work)).rejects.toMatchObject({ code: 'TimeoutError' });
    expect(signals[0]?.aborted).toBe(true);
  });

  it('leaves no unhandled rejection when the work throws synchronously after an abort', async () => {
    const throws = () => {
      throw new Error('bad from the start');
    };
    await expect(within(3000, 'x', AbortSignal.abort(), throws)).rejects.toThrow('bad from the start');
  });
});

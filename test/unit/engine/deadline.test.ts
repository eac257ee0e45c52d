import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CheckError, TimeoutError } from '../../../lib/errors.ts';
import { within } from '../../../lib/engine/deadline.ts';
import { deferred } from '../../support/part.ts';
import { expectNoUnhandledRejection } from '../../support/unhandled.ts';

expectNoUnhandledRejection();

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
});

describe('within', () => {
  it('returns the result of the work', async () => {
    await expect(within({ limitMs: 1000, from: 'x' }, () => Promise.resolve('done'))).resolves.toBe('done');
  });

  it('passes on what the work throws, synchronously or later', async () => {
    await expect(within({ limitMs: 1000, from: 'x' }, () => Promise.reject(new Error('bad')))).rejects.toThrow('bad');
    const throws = () => {
      throw new Error('bad from the start');
    };
    await expect(within({ limitMs: 1000, from: 'x' }, throws)).rejects.toThrow('bad from the start');
  });

  it('rejects with a TimeoutError when the time is up, aborts the work, and ignores what comes late', async () => {
    const late = deferred();
    let signal: AbortSignal | undefined;
    const result = within({ limitMs: 3000, from: 'vault file:x' }, (given) => {
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
    const result = within({ limitMs: 3000, signal: outer.signal, from: 'x' }, () => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(600);
    outer.abort();
    await expect(result).rejects.toMatchObject({ code: 'AbortedError', message: 'called off after 0.6 s' });
  });

  it('throws the reason of an outer signal where that is a public error', async () => {
    const reason = new TimeoutError('no answer within 2 s from redis');
    const result = within(
      { limitMs: 3000, signal: AbortSignal.abort(reason), from: 'x' },
      () => new Promise(() => undefined),
    );
    await expect(result).rejects.toBe(reason);
  });

  it('names what is waited for at the moment when the time is up', async () => {
    let stage = 'connecting';
    const result = within({ limitMs: 1000, from: () => `x while ${stage}` }, () => new Promise(() => undefined));
    const expected = expect(result).rejects.toThrow('no answer within 1 s from x while logging in');
    stage = 'logging in';
    await vi.advanceTimersByTimeAsync(1000);
    await expected;
  });

  it.each([
    ['works', () => Promise.resolve('done')],
    ['fails', () => Promise.reject(new Error('bad'))],
  ])('aborts its signal when the work %s, so that nothing that it left behind goes on', async (_how, work) => {
    const signals: AbortSignal[] = [];
    const result = within<unknown>({ limitMs: 1000, from: 'x' }, (signal) => {
      signals.push(signal);
      return work();
    });
    await result.catch(() => undefined);
    expect(signals[0]?.aborted).toBe(true);
    expect(signals[0]?.reason).not.toBeInstanceOf(CheckError);
  });

  it('stops listening to the outer signal once the work has ended', async () => {
    const outer = new AbortController();
    const remove = vi.spyOn(outer.signal, 'removeEventListener');
    await within({ limitMs: 1000, signal: outer.signal, from: 'x' }, () => Promise.resolve());
    expect(remove).toHaveBeenCalledTimes(1);
  });

  it('is ended by an outer signal that was aborted earlier', async () => {
    const signals: AbortSignal[] = [];
    const work = (signal: AbortSignal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    };
    await expect(within({ limitMs: 3000, signal: AbortSignal.abort(), from: 'x' }, work)).rejects.toMatchObject({
      code: 'AbortedError',
    });
    expect(signals[0]?.aborted).toBe(true);
  });

  it('leaves no unhandled rejection when the work throws synchronously after an abort', async () => {
    const throws = () => {
      throw new Error('bad from the start');
    };
    await expect(within({ limitMs: 3000, signal: AbortSignal.abort(), from: 'x' }, throws)).rejects.toThrow(
      'bad from the start',
    );
  });
});

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Kept } from '../../../lib/vault/kept.ts';
import type { KeptOptions } from '../../../lib/vault/kept.ts';
import { deferred } from '../../support/part.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let now = 0;
const clock = () => now;

beforeEach(() => {
  now = 1_000_000;
});

/** A value that counts its reads, and fails while `broken` is set. */
function source(options: KeptOptions<number> = {}) {
  const state = { reads: 0, broken: false };
  const read = () => {
    state.reads += 1;
    return state.broken ? Promise.reject(new Error('unreadable')) : Promise.resolve(state.reads);
  };
  return { state, kept: new Kept(read, { now: clock, ...options }) };
}

describe('a value that was read', () => {
  it('is kept for a minute', async () => {
    const { kept } = source();
    expect(await kept.get()).toBe(1);
    now += MINUTE - 1;
    expect(await kept.get()).toBe(1);
    now += 1;
    expect(await kept.get()).toBe(2);
    expect(kept.staleMs).toBeUndefined();
  });

  it('is read again when the clock was set back', async () => {
    const { kept } = source();
    await kept.get();
    now -= 60 * MINUTE;
    expect(await kept.get()).toBe(2);
    expect(await kept.get()).toBe(2);
  });

  it('is tried again when the clock was set back after a read that failed', async () => {
    const { state, kept } = source();
    await kept.get();
    now += MINUTE;
    state.broken = true;
    expect(await kept.get()).toBe(1);
    now -= 60 * MINUTE;
    expect([await kept.get(), kept.ageMs]).toEqual([1, MINUTE]);
    state.broken = false;
    now += MINUTE;
    expect(await kept.get()).toBeGreaterThan(1);
  });

  it('is kept for as long as the value itself says', async () => {
    const kept = new Kept(() => Promise.resolve(now), { keepMs: () => 5000, now: clock });
    const first = await kept.get();
    now += 4999;
    expect(await kept.get()).toBe(first);
    now += 1;
    expect(await kept.get()).toBe(now);
  });

  it('is handed to the next read', async () => {
    const given: unknown[] = [];
    const read = (previous: string | undefined) => {
      given.push(previous);
      return Promise.resolve(`${previous ?? ''}x`);
    };
    const kept = new Kept(read, { now: clock });
    await kept.get();
    now += MINUTE;
    await kept.get();
    expect(given).toEqual([undefined, 'x']);
  });

  it('is kept even if it is undefined', async () => {
    const read = vi.fn(() => Promise.resolve(undefined));
    const kept = new Kept(read, { now: clock });
    await kept.get();
    await kept.get();
    expect(read).toHaveBeenCalledTimes(1);
  });
});

describe('a value with a maximum age', () => {
  it('is read again only when it is older', async () => {
    const { kept } = source();
    await kept.get();
    now += 9_999;
    expect(kept.isDue(10_000)).toBe(false);
    expect(await kept.get(10_000)).toBe(1);
    now += 1;
    expect(kept.isDue(10_000)).toBe(true);
    expect(kept.isDue()).toBe(false);
    expect(await kept.get(10_000)).toBe(2);
    expect(kept.ageMs).toBe(0);
    expect(kept.last).toBe(2);
  });
});

describe('concurrent callers', () => {
  it('share one read', async () => {
    const reading = deferred<string>();
    const read = vi.fn(() => reading.promise);
    const kept = new Kept(read, { now: clock });
    const asked = [kept.get(), kept.get(), kept.get()];
    reading.resolve('value');
    expect(await Promise.all(asked)).toEqual(['value', 'value', 'value']);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('share a failed read, which is kept for a second', async () => {
    const reading = deferred<string>();
    const read = vi.fn(() => reading.promise);
    const kept = new Kept(read, { now: clock });
    const asked = [kept.get(), kept.get()];
    reading.reject(new Error('unreadable'));
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    read.mockResolvedValue('value');
    now += 1000;
    expect(await kept.get()).toBe('value');
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('get a rejection, not an exception, from a read that throws synchronously', async () => {
    const read = () => {
      throw new Error('thrown synchronously');
    };
    await expect(new Kept(read, { now: clock }).get()).rejects.toThrow('thrown synchronously');
  });
});

describe('a value that cannot be read', () => {
  it('is used for up to an hour after the last read, and its age is known', async () => {
    const { state, kept } = source();
    await kept.get();
    state.broken = true;
    now += MINUTE;
    expect(await kept.get()).toBe(1);
    expect(kept.staleMs).toBe(MINUTE);
    now += HOUR - MINUTE - 1;
    expect(await kept.get()).toBe(1);
    expect(kept.staleMs).toBe(HOUR - 1);
    now += 1;
    await expect(kept.get()).rejects.toThrow('unreadable');
    now += RETRY;
    await expect(kept.get()).rejects.toThrow('unreadable');
  });

  it.each([1, MINUTE, HOUR, 24 * HOUR])(
    'is used for less than an hour after the clock was set back by %i ms',
    async (back) => {
      const { state, kept } = source();
      await kept.get();
      state.broken = true;
      now -= back;
      expect(kept.isDue()).toBe(true);
      expect(await kept.get()).toBe(1);
      expect(kept.staleMs).toBe(MINUTE);
      now += HOUR - MINUTE - 1;
      expect(await kept.get()).toBe(1);
      now += 1;
      await expect(kept.get()).rejects.toThrow('unreadable');
    },
  );

  it('is read again only after a pause', async () => {
    const { state, kept } = source();
    await kept.get();
    state.broken = true;
    now += MINUTE;
    await kept.get();
    now += RETRY - 1;
    await kept.get();
    expect(state.reads).toBe(2);
    now += 1;
    await kept.get();
    expect(state.reads).toBe(3);
  });

  it('is fresh again after the first read that succeeds', async () => {
    const { state, kept } = source();
    await kept.get();
    state.broken = true;
    now += MINUTE;
    await kept.get();
    state.broken = false;
    now += RETRY;
    expect(await kept.get()).toBe(3);
    expect(kept.staleMs).toBeUndefined();
    now += MINUTE - 1;
    expect(await kept.get()).toBe(3);
  });

  it('fails for one second, then two, then at most five, when it was never read', async () => {
    const { state, kept } = source();
    state.broken = true;
    for (const [tries, pause] of [1000, 2000, 4000, 5000, 5000].entries()) {
      await expect(kept.get()).rejects.toThrow('unreadable');
      now += pause - 1;
      await expect(kept.get()).rejects.toThrow('unreadable');
      expect(state.reads).toBe(tries + 1);
      now += 1;
    }
    state.broken = false;
    expect(await kept.get()).toBe(6);
    expect(kept.staleMs).toBeUndefined();
  });

  it('is read after pauses that grow up to maxRetryMs', async () => {
    const { state, kept } = source({ maxRetryMs: MINUTE });
    await kept.get();
    state.broken = true;
    now += MINUTE;
    for (const [tries, pause] of [5000, 10_000, 20_000, 40_000, MINUTE, MINUTE].entries()) {
      expect(await kept.get()).toBe(1);
      now += pause - 1;
      expect(await kept.get()).toBe(1);
      expect(state.reads).toBe(tries + 2);
      now += 1;
    }
  });
});

const RETRY = 5000;

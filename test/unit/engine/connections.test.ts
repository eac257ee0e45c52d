import { describe, expect, it, vi } from 'vitest';
import { Connections } from '../../../lib/engine/connections.ts';
import type { Opened } from '../../../lib/engine/connections.ts';
import { deferred } from '../../support/part.ts';
import { expectNoUnhandledRejection } from '../../support/unhandled.ts';

expectNoUnhandledRejection();

/** Connections that record what happens to them. */
function recorder() {
  const events: string[] = [];
  const opened = (name: string, close?: () => Promise<unknown> | undefined): Opened<string> => ({
    value: name,
    close: () => {
      events.push(`close ${name}`);
      return close?.();
    },
    destroy: () => events.push(`destroy ${name}`),
  });
  const open = (name: string, close?: () => Promise<unknown> | undefined) => (signal: AbortSignal) => {
    events.push(`open ${name}`);
    signal.addEventListener('abort', () => events.push(`abort ${name}`));
    return Promise.resolve(opened(name, close));
  };
  return { events, open, opened };
}

const count = (events: readonly string[], event: string) => events.filter((other) => other === event).length;

describe('open', () => {
  it('opens one connection per key, however many ask concurrently', async () => {
    const { events, open } = recorder();
    const connections = new Connections();
    const asked = ['a', 'a', 'b'].map((key) => connections.share(key, {}, open(key)));
    expect(await Promise.all(asked)).toEqual(['a', 'a', 'b']);
    await connections.close(1000);
    expect(events.filter((event) => event.startsWith('open'))).toEqual(['open a', 'open b']);
    expect(count(events, 'close a')).toBe(1);
  });

  it('tries once, and rejects for everyone who shares the connection', async () => {
    const connections = new Connections();
    const open = vi.fn(() => Promise.reject(new Error('refused')));
    const asked = [connections.share('a', {}, open), connections.share('a', {}, open)];
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(connections.share('a', {}, open)).rejects.toThrow('refused');
    expect(open).toHaveBeenCalledTimes(1);
    await connections.close(1000);
  });

  it('rejects when opening throws synchronously', async () => {
    const connections = new Connections();
    const open = () => {
      throw new Error('thrown synchronously');
    };
    await expect(connections.share('a', {}, open)).rejects.toThrow('thrown synchronously');
    await connections.close(0);
  });
});

describe('release', () => {
  it('destroys a connection that nobody else uses', async () => {
    const { events, open } = recorder();
    const connections = new Connections();
    const user = {};
    await connections.share('a', user, open('a'));
    connections.release(user);
    await vi.waitUntil(() => events.includes('destroy a'));
    expect(events).toEqual(['open a', 'abort a', 'destroy a']);
    await connections.close(1000);
    expect(events).toHaveLength(3);
  });

  it('keeps a connection that somebody else uses', async () => {
    const { events, open } = recorder();
    const connections = new Connections();
    const [first, second] = [{}, {}];
    await connections.share('a', first, open('a'));
    await connections.share('a', second, open('a'));
    connections.release(first);
    connections.release(first);
    await new Promise((resolve) => setImmediate(resolve));
    expect(events).toEqual(['open a']);
    connections.release(second);
    await vi.waitUntil(() => events.includes('destroy a'));
  });

  it('lets a later caller open a new connection', async () => {
    const { events, open } = recorder();
    const connections = new Connections();
    const user = {};
    await connections.share('a', user, open('a'));
    connections.release(user);
    await connections.share('a', {}, open('a'));
    expect(count(events, 'open a')).toBe(2);
    await connections.close(1000);
  });

  it('destroys a connection that opens only after it was given up', async () => {
    const { events, opened } = recorder();
    const connections = new Connections();
    const opening = deferred<Opened<string>>();
    const user = {};
    const asked = connections.share('a', user, () => opening.promise);
    connections.release(user);
    opening.resolve(opened('a'));
    expect(await asked).toBe('a');
    await vi.waitUntil(() => events.includes('destroy a'));
  });
});

describe('close', () => {
  it('waits for what was given up before and is still removing something', async () => {
    const removed = deferred<undefined>();
    const connections = new Connections();
    const user = {};
    const lingering = { value: 'a', close: () => undefined, destroy: () => removed.promise };
    await connections.share('a', user, () => Promise.resolve(lingering));
    connections.release(user);
    let isClosed = false;
    const closing = connections.close(60_000).then(() => (isClosed = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(false);
    removed.resolve(undefined);
    expect(await closing).toBe(true);
  });

  it('closes every connection, then destroys it', async () => {
    const { events, open } = recorder();
    const connections = new Connections();
    await connections.share('a', {}, open('a'));
    await connections.close(1000);
    await vi.waitUntil(() => events.includes('destroy a'));
    expect(events).toEqual(['open a', 'close a', 'abort a', 'destroy a']);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('no good-bye'))],
    [
      'throws',
      () => {
        throw new Error('no good-bye');
      },
    ],
    ['returns nothing', () => undefined],
  ])('destroys a connection whose own close %s', async (_name, goodBye) => {
    const { events, open } = recorder();
    const connections = new Connections();
    await connections.share('a', {}, open('a', goodBye));
    await connections.close(1000);
    await vi.waitUntil(() => events.includes('destroy a'));
  });

  it('does not wait for a connection longer than the grace period', async () => {
    vi.useFakeTimers();
    const { events, open } = recorder();
    const connections = new Connections();
    const silent = deferred<unknown>();
    await connections.share(
      'a',
      {},
      open('a', () => silent.promise),
    );
    const closing = connections.close(250);
    await vi.advanceTimersByTimeAsync(249);
    expect(events).not.toContain('destroy a');
    await vi.advanceTimersByTimeAsync(1);
    await closing;
    expect(events).toContain('destroy a');
    silent.reject(new Error('late'));
  });

  it('gives up on a connection that hangs while it opens, and destroys it if it opens later', async () => {
    const { events, opened } = recorder();
    const connections = new Connections();
    const opening = deferred<Opened<string>>();
    const signals: AbortSignal[] = [];
    const asked = connections.share('a', {}, (signal) => {
      signals.push(signal);
      return opening.promise;
    });
    await connections.close(0);
    expect(signals[0]?.aborted).toBe(true);
    opening.resolve(opened('a'));
    await asked;
    await vi.waitUntil(() => events.includes('destroy a'));
  });

  it.each([-1, Number.NEGATIVE_INFINITY])('ends immediately with a grace period of %d', async (graceMs) => {
    const { open } = recorder();
    const connections = new Connections();
    await connections.share(
      'a',
      {},
      open('a', () => new Promise(() => undefined)),
    );
    await connections.close(graceMs);
  });

  it('lets no more connections be opened', async () => {
    const connections = new Connections();
    await connections.close(0);
    const open = vi.fn();
    await expect(connections.share('a', {}, open)).rejects.toThrow('the run is over');
    expect(open).not.toHaveBeenCalled();
  });
});

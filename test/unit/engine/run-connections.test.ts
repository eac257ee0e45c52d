import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UnhealthyError } from '../../../lib/errors.ts';
import { run } from '../../../lib/engine/run.ts';
import { resultsOf } from '../../../lib/engine/tree.ts';
import type { CheckContext } from '../../../lib/engine/types.ts';
import { checkAt, deferred, groupOf, runOptions } from '../../support/part.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const never = () => new Promise<void>(() => undefined);

/** Opens connections that record what happens to them. */
function recorder() {
  const events: string[] = [];
  const open = (name: string) => async () => {
    events.push(`open ${name}`);
    return {
      value: name,
      close: async () => events.push(`close ${name}`),
      destroy: () => events.push(`destroy ${name}`),
    };
  };
  /** A check that opens the connection and then calls `then`. */
  const connecting =
    (name: string, then: () => Promise<void> = () => Promise.resolve()) =>
    async ({ share }: CheckContext) => {
      expect(await share(name, open(name))).toBe(name);
      await then();
    };
  return { events, connecting };
}

describe('the connections of a run', () => {
  it('are shared between its checks, and closed before the report', async () => {
    const { events, connecting } = recorder();
    const checks = ['1', '2', '3'].map((name) => checkAt(name, { run: connecting('a') }));
    await run(groupOf('', ...checks), runOptions());
    expect(events).toEqual(['open a', 'close a', 'destroy a']);
  });

  it('are not shared with the next run', async () => {
    const { events, connecting } = recorder();
    const check = checkAt('1', { run: connecting('a') });
    await run(check, runOptions());
    await run(check, runOptions());
    expect(events.filter((event) => event === 'open a')).toHaveLength(2);
  });

  it('are closed when a check fails', async () => {
    const { events, connecting } = recorder();
    const fails = () => Promise.reject(new UnhealthyError('bad'));
    await run(checkAt('1', { run: connecting('a', fails) }), runOptions());
    expect(events).toEqual(['open a', 'close a', 'destroy a']);
  });

  it('are destroyed immediately when the only check that uses them is out of time', async () => {
    const { events, connecting } = recorder();
    const hangs = checkAt('hangs', { run: connecting('a', never), timeoutMs: 1000 });
    const other = checkAt('other', { run: never, timeoutMs: 5000 });
    const running = run(groupOf('', hangs, other), runOptions());
    await vi.advanceTimersByTimeAsync(1000);
    expect(events).toEqual(['open a', 'destroy a']);
    await vi.runAllTimersAsync();
    await running;
    expect(events).toHaveLength(2);
  });

  it('stay open for the others when one check is out of time', async () => {
    const { events, connecting } = recorder();
    const answer = deferred();
    const hangs = checkAt('hangs', { run: connecting('a', never), timeoutMs: 1000 });
    const works = checkAt('works', { run: connecting('a', () => answer.promise), timeoutMs: 5000 });
    const running = run(groupOf('', hangs, works), runOptions());
    await vi.advanceTimersByTimeAsync(1000);
    expect(events).toEqual(['open a']);
    answer.resolve();
    const report = await running;
    expect(resultsOf(report.result).map(({ verdict }) => verdict)).toEqual(['failing', 'working']);
    expect(events).toEqual(['open a', 'close a', 'destroy a']);
  });

  it('are destroyed when they open too late, and the report does not wait for them', async () => {
    const destroy = vi.fn();
    const opened = { value: 'a', close: () => undefined, destroy };
    const opening = deferred<typeof opened>();
    const check = checkAt('x', {
      run: async ({ share }) => {
        await share('a', () => opening.promise);
      },
    });
    const running = run(check, runOptions());
    await vi.runAllTimersAsync();
    expect((await running).verdict).toBe('failing');
    opening.resolve(opened);
    await vi.advanceTimersByTimeAsync(0);
    expect(destroy).toHaveBeenCalledTimes(1);
  });

  it.each<[string, (connect: () => Promise<unknown>) => Promise<void>]>([
    [
      'a check that continues after its time is up',
      async (connect) => {
        await connect();
      },
    ],
    [
      'work that a check left behind',
      (connect) => {
        void connect().catch(() => undefined);
        return Promise.resolve();
      },
    ],
  ])('cannot be opened by %s, while others go on', async (_name, work) => {
    const { events, connecting } = recorder();
    const late = deferred();
    const early = checkAt('early', {
      run: (context) => work(() => late.promise.then(() => connecting('a')(context))),
      timeoutMs: 1000,
    });
    const other = checkAt('other', { run: never, timeoutMs: 5000 });
    const running = run(groupOf('', early, other), runOptions());
    await vi.advanceTimersByTimeAsync(1000);
    late.resolve();
    await vi.advanceTimersByTimeAsync(1000);
    expect(events).toEqual([]);
    await vi.runAllTimersAsync();
    await running;
  });

  it('cannot be opened by a check that continues after the run', async () => {
    const { events, connecting } = recorder();
    const late = deferred();
    const check = checkAt('x', { run: (context) => late.promise.then(() => connecting('a')(context)) });
    const running = run(check, runOptions());
    await vi.runAllTimersAsync();
    await running;
    late.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(events).toEqual([]);
  });
});

/** What limits a run: the time that Lambda leaves, and what the caller asks for. Shorter runs are shared less. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { asker, WORKS } from '../../support/asker.ts';
import { deferred } from '../../support/part.ts';

// The first request loads modules, which takes real time. The fake clock would overtake it.
beforeAll(async () => {
  await asker().report();
});

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the time that Lambda leaves', () => {
  it.each([
    [3500, 'no answer within 2 s'],
    [1500, 'no answer within 1 s'],
    [500, 'no answer within 0 s'],
    [-10, 'no answer within 0 s'],
  ])('limits the run to %d ms less half a second for the answer', async (remainingMs, message) => {
    const { report, memory } = asker();
    memory.before = (call) => (call === 'secret probe' ? new Promise<void>(() => undefined) : undefined);
    const response = report('', { remainingMs });
    await vi.runAllTimersAsync();
    expect((await response).status).toBe(503);
    expect((await response).body).toContain(`TimeoutError: ${message} from `);
  });

  it('is counted from the request, and a run waits for another for half of it at most', async () => {
    const { report, memory, runs } = asker({ timeout: 20, deadline: 20, checks: { probe: WORKS } });
    memory.before = (call) => (call === 'secret probe' ? new Promise<void>(() => undefined) : undefined);
    const first = report('', { remainingMs: 6500 });
    await vi.advanceTimersByTimeAsync(0);
    expect(runs()).toBe(1);
    const second = report('', { headers: { 'cache-control': 'no-cache' }, remainingMs: 8500 });
    await vi.runAllTimersAsync();
    expect((await first).body).toContain('no answer within 6 s');
    expect((await second).body).toContain('no answer within 4 s');
  });

  it('changes nothing when it is longer than the deadline', async () => {
    const { report, memory } = asker({ deadline: 1, checks: { probe: WORKS } });
    memory.before = (call) => (call === 'secret probe' ? new Promise<void>(() => undefined) : undefined);
    const response = report('', { remainingMs: 60_000 });
    await vi.runAllTimersAsync();
    expect((await response).body).toContain('no answer within 1 s');
  });

  it('makes a run that is shared only by requests to which as little time is left', async () => {
    const { report, runs } = asker({ checks: { probe: WORKS } });
    await report('', { remainingMs: 5998.7 });
    await report('', { remainingMs: 5997.1 });
    await report('', { remainingMs: 3000 });
    expect(runs()).toBe(1);
    await report('', { remainingMs: 29_000 });
    expect(runs()).toBe(2);
    await report('', { remainingMs: 5998.7 });
    await report();
    expect(runs()).toBe(2);
  });
});

describe('?within=', () => {
  const silent = (memory: ReturnType<typeof asker>['memory']) => {
    memory.before = (call) => (call === 'secret probe' ? new Promise<void>(() => undefined) : undefined);
  };

  it.each([
    ['0.5', 'no answer within 0.5 s'],
    ['1.5', 'no answer within 1.5 s'],
    ['.25', 'no answer within 0.25 s'],
    ['1.', 'no answer within 1 s'],
    ['15e-1', 'no answer within 1.5 s'],
    ['1e-9', 'no answer within 1e-9 s'],
    ['2.5', 'no answer within 2 s'],
    ['999999999', 'no answer within 2 s'],
    ['1&within=0.5', 'no answer within 1 s'],
  ])('of %s limits the run', async (value, message) => {
    const { report, memory } = asker({ timeout: 2, checks: { probe: WORKS } });
    silent(memory);
    const response = report('', { query: `within=${value}` });
    await vi.runAllTimersAsync();
    expect((await response).status).toBe(503);
    expect((await response).body).toContain(`TimeoutError: ${message} from `);
  });

  it.each([
    '',
    '0',
    '0.0',
    '-1',
    'x',
    '1s',
    '1,5',
    'Infinity',
    'NaN',
    '1e999',
    '1e-999',
    '0x10',
    '%2B1',
    '%201',
    '1%00',
    '.',
    'e1',
    '1_000',
    '٣',
    `1${'0'.repeat(400)}`,
    'x&within=1',
  ])('of %j is answered 404 before the vault is read', async (value) => {
    const { report, ask, memory } = asker();
    for (const response of [
      await report('', { query: `within=${value}` }),
      await ask('/api/health/wrong/', { query: `within=${value}` }),
      await report('', { query: `within=${value}`, method: 'POST' }),
    ])
      expect(response).toMatchObject({ status: 404, body: '{"detail":"Not found."}' });
    expect(memory.calls).toEqual([]);
  });

  it('is shared by requests with the same value, and by no longer ones', async () => {
    const { report, runs } = asker();
    await report('', { query: 'within=1.5' });
    await report('', { query: 'within=1.5&format=text' });
    await report('', { query: 'within=0.7' });
    expect(runs()).toBe(1);
    await report('', { query: 'within=1.6' });
    expect(runs()).toBe(2);
    await report();
    expect(runs()).toBe(3);
    await report('', { query: 'within=1.5' });
    expect(runs()).toBe(3);
  });

  it('makes no report that others get: one with false timeouts least of all', async () => {
    const { report, memory, runs } = asker();
    const gate = deferred();
    memory.before = (call) => (call === 'secret probe' ? gate.promise : undefined);
    const hasty = report('', { query: 'within=0.1' });
    await vi.waitUntil(() => runs() === 1);
    await vi.advanceTimersByTimeAsync(100);
    expect((await hasty).status).toBe(503);
    gate.resolve();
    expect((await report()).status).toBe(200);
    expect((await report('', { query: 'within=0.1' })).status).toBe(200);
  });

  it('does not change the answer to a wrong token, even while the vault is slow', async () => {
    const { ask, memory } = asker();
    memory.before = () => new Promise<void>((resolve) => setTimeout(resolve, 500));
    const response = ask(`/api/health/hg_nobody_${'x'.repeat(43)}/`, { query: 'within=1e-9' });
    await vi.advanceTimersByTimeAsync(5000);
    expect((await response).status).toBe(405);
  });

  it('is answered 503 with Retry-After where too many different values are under way', async () => {
    const { report, memory, runs } = asker({ timeout: 20, deadline: 20, checks: { probe: WORKS } });
    silent(memory);
    const asked = Array.from({ length: 12 }, (_, index) => report('', { query: `within=${String(10 + index / 100)}` }));
    await vi.waitUntil(() => runs() === 8);
    await vi.runAllTimersAsync();
    const busy = (await Promise.all(asked)).filter(({ headers }) => headers['retry-after'] === '1');
    expect(busy).toHaveLength(4);
    expect(busy[0]).toMatchObject({ status: 503, body: '{"detail":"Service unavailable."}' });
  });
});

/** Which requests share a report, and for how long. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { asker, FAILS, WORKS } from '../../support/asker.ts';
import { deferred } from '../../support/part.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const fresh = { headers: { 'cache-control': 'no-cache' } };

describe('a report', () => {
  it('is shared for five seconds, and says how old it is', async () => {
    const { report, runs } = asker();
    const first = await report();
    await vi.advanceTimersByTimeAsync(4999);
    const second = await report();
    expect(second).toEqual({ ...first, headers: { ...first.headers, age: '4' } });
    expect(runs()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect((await report()).headers.age).toBe('0');
    expect(runs()).toBe(2);
  });

  it('is shared for as long as the namespace says', async () => {
    const { report, runs } = asker({ max_age: 60, checks: { probe: WORKS } });
    await report();
    await vi.advanceTimersByTimeAsync(59_999);
    expect((await report()).headers.age).toBe('59');
    expect(runs()).toBe(1);
  });

  it('is not shared with later requests when max_age is 0', async () => {
    const { report, runs } = asker({ max_age: 0, checks: { probe: WORKS } });
    await report();
    await report();
    expect(runs()).toBe(2);
  });

  it('is shared by all formats, methods and tokens', async () => {
    const { report, ask, runs } = asker({ access_token: 'an-opaque-token-of-prod', checks: { probe: WORKS } });
    await report();
    await report('', { query: 'format=text' });
    await report('', { method: 'HEAD' });
    await ask('/api/health/', { headers: { authorization: 'Bearer an-opaque-token-of-prod' } });
    expect(runs()).toBe(1);
  });

  it('is shared even when it is failing', async () => {
    const { report, memory } = asker({ checks: { a: FAILS } });
    expect((await report()).status).toBe(503);
    memory.secrets.set('missing', 'x');
    expect((await report()).status).toBe(503);
    await vi.advanceTimersByTimeAsync(5000);
    expect((await report()).status).toBe(200);
  });

  it('is not shared between a part and the whole', async () => {
    const { report, runs } = asker({ checks: { a: { b: WORKS } } });
    await report();
    await report('a');
    await report('a/');
    await report('a/b');
    expect(runs()).toBe(3);
  });

  it('is not shared between a part and a name with a slash', async () => {
    const { report, memory } = asker({ checks: { a: { b: WORKS }, 'a/b': FAILS } });
    expect((await report('a/b')).status).toBe(200);
    expect((await report('a%2Fb')).status).toBe(503);
    expect(memory.calls).toEqual(['read prod', 'secret probe', 'secret missing']);
  });

  it('is no longer shared when its document has changed', async () => {
    const keys = { max_age: 3600, checks: { probe: WORKS } };
    let now = 0;
    const { report, memory, token, runs } = asker(keys, {}, () => now);
    await report();
    now += 60_000;
    await report();
    expect(runs()).toBe(1);
    memory.documents.set('prod', JSON.stringify({ access_tokens: [token], ...keys, checks: { other: WORKS } }));
    now += 60_000;
    expect((await report()).body).toContain('"other"');
    expect(runs()).toBe(2);
  });
});

describe('concurrent requests', () => {
  it('share one run', async () => {
    const { report, runs, memory } = asker();
    const gate = deferred();
    memory.before = (call) => (call === 'secret probe' ? gate.promise : undefined);
    const asked = Array.from({ length: 200 }, () => report());
    await vi.waitUntil(() => runs() === 1);
    gate.resolve();
    const responses = await Promise.all(asked);
    expect(new Set(responses.map(({ body }) => body)).size).toBe(1);
    expect(responses.every(({ status, headers }) => status === 200 && headers.age === '0')).toBe(true);
    expect(runs()).toBe(1);
  });

  it('share one run even when max_age is 0', async () => {
    const { report, runs } = asker({ max_age: 0, checks: { probe: WORKS } });
    await Promise.all(Array.from({ length: 20 }, () => report()));
    expect(runs()).toBe(1);
  });
});

describe('Cache-Control: no-cache', () => {
  it.each(['no-cache', 'No-Cache', 'max-age=0, no-cache', 'no-cache , no-store'])(
    'causes a new run when it is sent as %j',
    async (value) => {
      const { report, runs } = asker();
      await report();
      expect((await report('', { headers: { 'cache-control': value } })).headers.age).toBe('0');
      expect(runs()).toBe(2);
    },
  );

  it.each(['no-store', 'xno-cache', 'no-cachex', 'max-age=5', ''])('is not recognized in %j', async (value) => {
    const { report, runs } = asker();
    await report();
    await report('', { headers: { 'cache-control': value } });
    expect(runs()).toBe(1);
  });

  it('makes later requests share the new report', async () => {
    const { report, memory, runs } = asker({ checks: { probe: WORKS, a: FAILS } });
    await report();
    memory.secrets.set('missing', 'x');
    await report('', fresh);
    expect((await report()).status).toBe(200);
    expect(runs()).toBe(2);
  });

  it('causes one more run after the current one when many ask for it concurrently', async () => {
    const { report, runs, memory } = asker();
    const gates = [deferred(), deferred()];
    memory.before = (call) => (call === 'secret probe' ? gates[runs() - 1]?.promise : undefined);
    const first = report();
    await vi.waitUntil(() => runs() === 1);
    const asked = Array.from({ length: 50 }, () => report('', fresh));
    await vi.advanceTimersByTimeAsync(10);
    expect(runs()).toBe(1);
    gates[0]?.resolve();
    await first;
    await vi.waitUntil(() => runs() === 2);
    gates[1]?.resolve();
    await Promise.all(asked);
    expect(runs()).toBe(2);
  });
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
    const second = report('', { ...fresh, remainingMs: 8500 });
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

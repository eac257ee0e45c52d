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

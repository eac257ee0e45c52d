/** What requests get of the history: what they ask for, bounded, and never instead of the report. */
import { describe, expect, it } from 'vitest';
import type { HistoryReader, ReadableHistory } from '../../../lib/history/view.ts';
import { formats } from '../../../lib/formats/index.ts';
import { createToken } from '../../../lib/document/tokens.ts';
import { record } from '../../../lib/history/recording.ts';
import type { CheckSample } from '../../../lib/history/sample.ts';
import { asker, FAILS, WORKS } from '../../support/asker.ts';
import { memoryHistory } from '../../support/memory-history.ts';

const MINUTE = 60_000;
const NEEDLE = 'cache.example:6379';
const SUMMARY = createToken('prod');
const keys = { summary_tokens: [SUMMARY], checks: { group: { a: WORKS, b: { ...WORKS } } } };

/** Ten minutes until now, of which `group/b` failed in the last three. */
async function recorded(): Promise<ReadableHistory> {
  const store = memoryHistory();
  const now = Math.floor(Date.now() / MINUTE) * MINUTE;
  const rules = { confirmation: () => ({ failuresBeforeDown: 2, successesBeforeUp: 1 }), lateSlots: 0, targets: [] };
  for (let minute = 9; minute >= 0; minute -= 1) {
    const broken: Partial<CheckSample> =
      minute < 3 ? { state: 'down', error: `ConnectionError: ${NEEDLE} refused` } : {};
    const checks: CheckSample[] = ['', 'group/a', 'group/b'].map((path) => ({
      path,
      state: 'up',
      durationMs: 5,
      ...(path !== 'group/a' && broken),
    }));
    const at = now - minute * MINUTE;
    await record(store, { namespace: 'prod', at, intervalMs: MINUTE, observerCutOff: false, checks }, rules);
  }
  return store;
}

const store = await recorded();
const history: HistoryReader = () => Promise.resolve(store);
const withHistory = (reader = history, more: Readonly<Record<string, unknown>> = {}) =>
  asker({ ...keys, ...more }, {}, undefined, { history: reader });

// The first request also loads modules, which may take longer than it waits for the history.
await withHistory().report('', { query: 'history=1h' });

interface Told {
  readonly from: string;
  readonly to: string;
  readonly checks: Readonly<Record<string, { readonly uptime: number; readonly samples: readonly object[] }>>;
}

describe('?history=', () => {
  it('tells the samples of each check, with their times in RFC 3339', async () => {
    const { report } = withHistory();
    const { status, headers, body } = await report('', { query: 'history=1h' });
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    const told = JSON.parse(body) as Told;
    expect(Object.keys(told.checks)).toEqual(['group/a', 'group/b']);
    expect(told.checks['group/a']).toMatchObject({ uptime: 1 });
    expect(told.checks['group/b']?.uptime).toBeCloseTo(0.7);
    expect(told.checks['group/b']?.samples).toHaveLength(10);
    expect(told.checks['group/b']?.samples.at(-1)).toEqual({
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/) as unknown,
      state: 'down',
      seconds: 0.005,
      error: `ConnectionError: ${NEEDLE} refused`,
    });
    expect(Date.parse(told.to) - Date.parse(told.from)).toBe(60 * MINUTE);
  });

  it('tells spans where the range is longer', async () => {
    const { report } = withHistory();
    for (const [range, lengthMs] of [
      ['25h', 15 * MINUTE],
      ['8d', 15 * MINUTE],
      ['9d', 24 * 60 * MINUTE],
      ['90d', 24 * 60 * MINUTE],
    ] as const) {
      const { body } = await report('', { query: `history=${range}` });
      const [span] = (JSON.parse(body) as Told).checks['group/a']?.samples ?? [];
      expect(span).toMatchObject({ uptime: 1, median: 0.005, p95: 0.005 });
      const { from, to } = span as { from: string; to: string };
      expect(Date.parse(to) - Date.parse(from)).toBe(lengthMs);
    }
  });

  it('tells of the part that is asked for alone', async () => {
    const { report } = withHistory();
    const { body } = await report('group/b/', { query: 'history=24h' });
    expect(Object.keys((JSON.parse(body) as Told).checks)).toEqual(['group/b']);
  });

  it.each(['0h', '91d', '24', '', 'x'])('is 404 for the range %j, whatever the token', async (range) => {
    const { ask, token } = withHistory();
    const query = new URLSearchParams({ history: range }).toString();
    for (const path of [`/api/health/${token}/`, '/api/health/wrong/'])
      expect((await ask(path, { query })).status).toBe(404);
  });

  it('is 404 where the deployment has no history', async () => {
    const { report } = asker(keys);
    for (const query of ['history=24h', 'format=atom', 'format=badge&of=uptime-30d'])
      expect((await report('', { query })).status).toBe(404);
  });
});

describe('a summary token', () => {
  it.each([
    'history=1h',
    'history=2d',
    'format=atom',
    'format=html',
    'format=openmetrics',
    'format=badge&of=uptime-7d',
  ])('gets no message of the history: %s', async (query) => {
    const { ask } = withHistory();
    const { status, body } = await ask(`/api/health/${SUMMARY}/`, { query });
    expect(status).toBe(200);
    expect(body).not.toContain(NEEDLE);
  });
});

describe('the page', () => {
  it('shows history, and announces the maintenance of the document', async () => {
    const from = new Date(Date.now() + 60 * MINUTE).toISOString();
    const to = new Date(Date.now() + 120 * MINUTE).toISOString();
    const { report } = withHistory(history, { maintenance: [{ from, to, text: 'New database' }] });
    const { body } = await report('', { query: 'format=html' });
    expect(body).toContain('data-strip="0 0"');
    expect(body).toContain('Announced maintenance');
    expect(body).toContain('New database');
  });
});

describe('a history that does not work', () => {
  const QUERIES = ['format=html', 'history=24h', 'format=atom', 'format=badge&of=uptime-30d'];

  it.each(QUERIES)('is missed in the answer, which is otherwise as it would be, and logged: %s', async (query) => {
    const { report, lines } = withHistory(() => Promise.reject(new Error('the table is gone')));
    const { status, headers, body } = await report('', { query });
    expect([status, headers['x-health-status']]).toEqual([200, 'working']);
    expect(body).toContain('not available');
    expect(lines.join('\n')).toContain('the history is not available');
    expect(body).not.toContain('the table is gone');
  });

  it('is asked again with the next request', async () => {
    let calls = 0;
    const { report } = withHistory(() => {
      calls += 1;
      return calls === 1 ? Promise.reject(new Error('once')) : Promise.resolve(store);
    });
    expect((await report('', { query: 'format=html' })).body).toContain('not available');
    expect((await report('', { query: 'format=html' })).body).toContain('data-strip');
  });

  it('is not waited for longer than the caller waits', async () => {
    const { report } = withHistory(() => new Promise(() => undefined));
    const { status, body } = await report('', { query: 'format=html&within=0.2' });
    expect(status).toBe(200);
    expect(body).toContain('not available');
  });
});

describe('the store of the history', () => {
  it('is read once for many who ask, and not at all by formats that show none of it', async () => {
    const calls: string[] = [];
    const counting = new Proxy(store, {
      get(target, name, receiver) {
        calls.push(String(name));
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    const { report } = withHistory(() => Promise.resolve(counting));
    for (const query of ['', 'format=text', 'format=health%2Bjson', 'format=badge', 'format=shields'])
      await report('', { query });
    expect(calls).toEqual([]);
    await Promise.all(['', '', 'group/', 'group/a/'].map((part) => report(part, { query: 'format=openmetrics' })));
    expect(calls.filter((name) => name !== 'then').sort()).toEqual(['days', 'memory', 'quarters']);
  });

  it('is read four times at once at most, whatever is asked for', async () => {
    let [reading, most] = [0, 0];
    const slow: ReadableHistory = {
      ...store,
      samples: async (...asked) => {
        reading += 1;
        most = Math.max(most, reading);
        await new Promise((resolve) => setTimeout(resolve, 5));
        reading -= 1;
        return store.samples(...asked);
      },
    };
    const { report } = withHistory(() => Promise.resolve(slow));
    const ranges = Array.from({ length: 20 }, (_, index) => `history=${String(index + 1)}h`);
    const answers = await Promise.all(ranges.map((query) => report('', { query })));
    expect(answers.every(({ body }) => body.includes('"group/b"'))).toBe(true);
    expect(most).toBe(4);
  });

  it('is read again where the views that were kept have grown too large', async () => {
    const many = Array.from({ length: 30_000 }, () => ({ path: 'group/a', state: 'up', durationMs: 1 }) as const);
    const slot = { at: Date.now() - MINUTE, intervalMs: MINUTE };
    const sample = { namespace: 'prod', ...slot, observerCutOff: false, checks: many };
    let calls = 0;
    const large: ReadableHistory = {
      ...store,
      samples: () => {
        calls += 1;
        return Promise.resolve([sample]);
      },
    };
    const { report } = withHistory(() => Promise.resolve(large));
    for (let hours = 1; hours <= 10; hours += 1) await report('', { query: `history=${String(hours)}h` });
    await report('', { query: 'history=1h' });
    expect(calls).toBe(10);
    await report('', { query: 'history=11h' });
    await report('', { query: 'history=1h' });
    expect(calls).toBe(12);
  });

  it('does not matter where a check fails', async () => {
    const { report } = withHistory(history, { checks: { group: { b: FAILS } } });
    expect((await report('', { query: 'history=1h' })).status).toBe(503);
    expect((await report('', { query: 'format=atom' })).status).toBe(200);
  });
});

describe('the list of formats on the page', () => {
  it.each([
    ['a deployment without a history', undefined],
    ['a deployment with a history', history],
    ['a deployment whose history does not work now', () => Promise.reject(new Error('no history'))],
  ])('has every format that can be asked for, and no other: %s', async (_name, reader: HistoryReader | undefined) => {
    const { report } = asker(keys, {}, undefined, { history: reader });
    const { body } = await report('', { query: 'format=html' });
    const links = [...body.matchAll(/href="\?format=([^"]*)"/g)].map(([, name = '']) => decodeURIComponent(name));
    const answered: string[] = [];
    for (const { name } of formats) {
      const { status } = await report('', { query: new URLSearchParams({ format: name }).toString() });
      if (status !== 404) answered.push(name);
    }
    expect(links).toEqual(answered);
  });
});

/** Tests that every store of history must pass. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../lib/history/change.ts';
import { record } from '../../lib/history/recording.ts';
import { DAY_MS, QUARTER_MS } from '../../lib/history/span.ts';
import type { Batch, Entry, HistoryStore, Range } from '../../lib/history/store.ts';
import { largeSample, MIDNIGHT, MINUTE, RULES, sampleAt } from './history-samples.ts';

const ALL: Range = { from: 0, to: Infinity };

/** @param open Opens the same store each time. */
export function testHistoryStore(open: () => HistoryStore | Promise<HistoryStore>): void {
  const newNamespace = () => `namespace ${randomUUID()}`;

  async function recordAll(namespace: string, rows: readonly string[], store?: HistoryStore): Promise<HistoryStore> {
    const history = store ?? (await open());
    for (const [minute, letters] of rows.entries())
      await record(history, sampleAt(namespace, MIDNIGHT + minute * MINUTE, letters), RULES);
    return history;
  }

  /** Milliseconds that the quarters of an hour and the days know of the whole, and the samples that there are. */
  async function totals(store: HistoryStore, namespace: string) {
    const sum = (spans: Awaited<ReturnType<HistoryStore['days']>>) =>
      spans
        .flatMap(({ checks }) => Object.values(checks.get('')?.ms ?? {}))
        .reduce((total, milliseconds) => total + milliseconds, 0) / MINUTE;
    return {
      samples: (await store.samples(namespace, ALL)).length,
      quarters: sum(await store.quarters(namespace, ALL)),
      days: sum(await store.days(namespace, ALL)),
      version: (await store.load(namespace, 0)).version,
    };
  }

  test('a namespace without samples has an empty history', async () => {
    const [store, namespace] = [await open(), newNamespace()];
    expect(await store.load(namespace, MIDNIGHT)).toMatchObject({ version: 0, isKnown: false });
    expect(await totals(store, namespace)).toEqual({ samples: 0, quarters: 0, days: 0, version: 0 });
    expect([await store.changes(namespace, ALL), await store.batches(namespace)]).toEqual([[], []]);
    expect([await store.windows(namespace), await store.deadLetters(namespace)]).toEqual([[], []]);
    expect(await store.namespaces()).not.toContain(namespace);
  });

  test('what was recorded is read as it was written', async () => {
    const namespace = newNamespace();
    const store = await recordAll(namespace, ['uu', 'ux', 'dx', 'ux', 'uu']);
    expect(await store.samples(namespace, ALL)).toEqual(
      ['uu', 'ux', 'dx', 'ux', 'uu'].map((row, minute) => sampleAt(namespace, MIDNIGHT + minute * MINUTE, row)),
    );
    const [quarter] = await store.quarters(namespace, ALL);
    expect(quarter?.checks.get('group/c2')).toMatchObject({
      ms: { up: 2 * MINUTE, down: 3 * MINUTE, degraded: 0, maintenance: 0 },
      troubles: [{ from: MIDNIGHT + MINUTE, to: MIDNIGHT + 4 * MINUTE, state: 'down' }],
    });
    const { standings, lastAt } = await store.memory(namespace);
    expect(lastAt).toBe(MIDNIGHT + 4 * MINUTE);
    expect([...standings.keys()]).toEqual(['', 'group/c1', 'group/c2']);
    const changes = await store.changes(namespace, ALL);
    expect(changes.map(({ path, to, at }) => [path, to, (at - MIDNIGHT) / MINUTE])).toEqual([
      ['group/c2', 'down', 2],
      ['group/c2', 'up', 4],
    ]);
    expect(await store.namespaces()).toContain(namespace);
  });

  test('a sample that is written twice counts once', async () => {
    const namespace = newNamespace();
    const store = await recordAll(namespace, ['u', 'x', 'x']);
    await recordAll(namespace, ['u', 'u', 'u'], store);
    expect(await record(store, sampleAt(namespace, MIDNIGHT, 'x'), RULES)).toBeUndefined();
    expect(await totals(store, namespace)).toEqual({ samples: 3, quarters: 3, days: 3, version: 3 });
    expect(await store.changes(namespace, ALL)).toHaveLength(2);
  });

  test.each([
    ['an hour ahead for some minutes', [], [3, 4]],
    ['ahead for so long that the time has been recorded before', [[150, 'ux']], [61, 62]],
  ] as const)('an outage is found at once after the clock was %s, and one from then ends', async (_, more, now) => {
    const namespace = newNamespace();
    const ahead = [[60, 'uu'], [61, 'ux'], [62, 'ux'], ...more] as const;
    const store = await open();
    const confirmed: Change[] = [];
    for (const [minute, letters] of [...ahead, ...now.map((minute) => [minute, 'xu'] as const)]) {
      const sample = sampleAt(namespace, MIDNIGHT + minute * MINUTE, letters);
      confirmed.push(...((await record(store, sample, RULES, sample.at)) ?? []));
    }
    expect(confirmed.map(({ path, to, since }) => [path, to, (since - MIDNIGHT) / MINUTE])).toEqual([
      ['group/c2', 'down', 61],
      ['group/c2', 'up', now[0]],
      ['', 'down', now[0]],
      ['group/c1', 'down', now[0]],
    ]);
    expect(confirmed[1]?.outage).toBe(confirmed[0]?.outage);
    expect((await store.memory(namespace)).lastAt).toBe(MIDNIGHT + now[1] * MINUTE);
    const last = sampleAt(namespace, MIDNIGHT + now[1] * MINUTE, 'uu');
    expect(await record(store, last, RULES, last.at)).toBeUndefined();
    const { samples, quarters, days } = await totals(store, namespace);
    expect([quarters, days]).toEqual([samples, samples]);
    const told = (await store.batches(namespace)).flatMap(({ changes }) => changes);
    expect(told).toEqual(confirmed);
    expect((await store.changes(namespace, ALL)).map(({ id }) => id).sort()).toEqual(told.map(({ id }) => id).sort());
  });

  test('several recorders at once count each sample once, and lose no change', async () => {
    const namespace = newNamespace();
    const stores = await Promise.all([open(), open()]);
    const rules = { ...RULES, lateSlots: 20 };
    const found: Change[] = [];
    const rows = ['u', 'x', 'x', 'u', 'x', 'x', 'u', 'u'];
    // Each minute by each of them, while the other records the minutes beside it.
    const recordOne = async (store: HistoryStore, minute: number) => {
      const sample = sampleAt(namespace, MIDNIGHT + minute * MINUTE, rows[minute]);
      found.push(...((await record(store, sample, rules)) ?? []));
    };
    for (const minute of rows.keys())
      if (minute % 2 === 0)
        await Promise.all(stores.flatMap((store) => [recordOne(store, minute + 1), recordOne(store, minute)]));
    const [store] = stores;
    expect(await totals(store, namespace)).toEqual({ samples: 8, quarters: 8, days: 8, version: 8 });
    const changes = await store.changes(namespace, ALL);
    expect(changes.map(({ id }) => id).toSorted()).toEqual(found.map(({ id }) => id).toSorted());
    expect(changes.filter(({ path }) => path === '').map(({ to }) => to)).toEqual(['down', 'up', 'down', 'up']);
    expect((await store.batches(namespace)).flatMap((batch) => batch.changes)).toEqual(changes);
  });

  test('what rests on an older memory is not written, and neither is a known sample', async () => {
    const namespace = newNamespace();
    const store = await recordAll(namespace, ['u', 'u']);
    const at = MIDNIGHT + 2 * MINUTE;
    const before = await totals(store, namespace);
    const loaded = await store.load(namespace, at);
    expect(loaded).toMatchObject({ version: 2, isKnown: false });
    const { memory, quarter, day, version } = loaded;
    if (quarter === undefined || day === undefined) throw new Error('the spans of the sample are missing');
    const entry: Entry = { version, memory, quarter, day, sample: sampleAt(namespace, at), changes: [] };
    for (const wrong of [0, 1, 3]) expect(await store.commit(namespace, { ...entry, version: wrong })).toBe(false);
    expect(await store.commit(namespace, { ...entry, sample: sampleAt(namespace, MIDNIGHT) })).toBe(false);
    expect(await totals(store, namespace)).toEqual(before);
    expect(await store.commit(namespace, entry)).toBe(true);
    expect(await store.commit(namespace, entry)).toBe(false);
    expect(await store.load(namespace, at)).toMatchObject({ version: 3, isKnown: true });
  });

  test('a sample that comes late counts in the quarter of an hour and the day that it belongs to', async () => {
    const namespace = newNamespace();
    const store = await open();
    for (const minute of [16, 14, 0, -1]) await record(store, sampleAt(namespace, MIDNIGHT + minute * MINUTE), RULES);
    const ms = (spans: Awaited<ReturnType<HistoryStore['days']>>) =>
      spans.map(({ at, checks }) => [(at - MIDNIGHT) / MINUTE, (checks.get('')?.ms.up ?? 0) / MINUTE]);
    expect(ms(await store.quarters(namespace, ALL))).toEqual([
      [-15, 1],
      [0, 2],
      [15, 1],
    ]);
    expect(ms(await store.days(namespace, ALL))).toEqual([
      [-24 * 60, 1],
      [0, 3],
    ]);
  });

  test('a sample that comes very late is not taken for one of a clock that was set back', async () => {
    const namespace = newNamespace();
    const store = await recordAll(namespace, ['uu', 'ux', 'ux']);
    const { lastAt } = await store.memory(namespace);
    const late = sampleAt(namespace, MIDNIGHT - 60 * MINUTE, 'uu');
    expect(await record(store, late, RULES, MIDNIGHT + 3 * MINUTE)).toEqual([]);
    expect((await store.memory(namespace)).lastAt).toBe(lastAt);
  });

  test('a range has its start and not its end, in the order of time', async () => {
    const namespace = newNamespace();
    const store = await open();
    for (let quarter = 4; quarter >= 0; quarter -= 1)
      await record(store, sampleAt(namespace, MIDNIGHT + quarter * QUARTER_MS), RULES);
    const range = { from: MIDNIGHT + QUARTER_MS, to: MIDNIGHT + 3 * QUARTER_MS };
    const times = (found: readonly { readonly at: number }[]) => found.map(({ at }) => (at - MIDNIGHT) / QUARTER_MS);
    expect(times(await store.samples(namespace, range))).toEqual([1, 2]);
    expect(times(await store.quarters(namespace, range))).toEqual([1, 2]);
    expect(times(await store.samples(namespace, { from: MIDNIGHT + 1, to: Infinity }))).toEqual([1, 2, 3, 4]);
    expect(times(await store.quarters(namespace, { from: -Infinity, to: MIDNIGHT }))).toEqual([]);
    expect(times(await store.days(namespace, { from: MIDNIGHT, to: MIDNIGHT + DAY_MS }))).toEqual([0]);
    expect(times(await store.samples(namespace, { from: range.to, to: range.from }))).toEqual([]);
  });

  test.each([
    ['samples', MINUTE],
    ['quarters', QUARTER_MS],
    ['days', DAY_MS],
  ] as const)('of %s, what is picked is read, the latest first, until no more is wanted', async (kind, lengthMs) => {
    const namespace = newNamespace();
    const store = await open();
    for (let index = 0; index < 5; index += 1)
      await record(store, sampleAt(namespace, MIDNIGHT + index * lengthMs), RULES);
    const seen: number[] = [];
    const pick = <T extends { readonly at: number }>(one: T): T | undefined => {
      seen.push((one.at - MIDNIGHT) / lengthMs);
      return seen.length > 2 ? undefined : one;
    };
    const picked = await store[kind](namespace, ALL, pick);
    expect(seen).toEqual([4, 3, 2]);
    expect(picked.map(({ at }) => (at - MIDNIGHT) / lengthMs)).toEqual([3, 4]);
  });

  test('what has to be sent stays until it was sent', async () => {
    const namespace = newNamespace();
    const store = await recordAll(namespace, ['u', 'x', 'x', 'u']);
    const [down, up, ...others] = await store.batches(namespace);
    expect(others).toEqual([]);
    expect(down).toMatchObject({ namespace, at: MIDNIGHT + 2 * MINUTE, notices: [{ target: 'slack' }] });
    expect(up).toMatchObject({ namespace, at: MIDNIGHT + 3 * MINUTE, notices: [{ change: { to: 'up' } }] });
    await store.sent(down as Batch);
    await store.sent(down as Batch);
    expect(await store.batches(namespace)).toEqual([up]);
    expect(await store.changes(namespace, ALL)).toHaveLength(4);
    await store.sent(up as Batch);
    expect(await store.batches(namespace)).toEqual([]);
  });

  test('of what has to be sent, only what is left stays, and nothing comes back once all of it was sent', async () => {
    const namespace = newNamespace();
    const store = await recordAll(namespace, ['u', 'x', 'x']);
    const [batch] = await store.batches(namespace);
    const left: Batch = { ...(batch as Batch), notices: [] };
    await store.sent(batch as Batch, left);
    expect(await store.batches(namespace)).toEqual([left]);
    await store.sent(batch as Batch);
    await store.sent(batch as Batch, left);
    expect(await store.batches(namespace)).toEqual([]);
  });

  test('windows that were begun by hand are kept until they are over', async () => {
    const [store, namespace] = [await open(), newNamespace()];
    const [past, now] = [
      { from: 0, to: 1, checks: [] },
      { from: 0, to: Date.now() + DAY_MS, checks: ['a/b'], text: 'ü' },
    ];
    await store.setWindows(namespace, [past, now]);
    expect(await store.windows(namespace)).toEqual([now]);
    await store.setWindows(namespace, []);
    expect(await store.windows(namespace)).toEqual([]);
  });

  test('dead letters are kept until they are sent again', async () => {
    const namespace = newNamespace();
    const store = await recordAll(namespace, ['u', 'x', 'x']);
    const notice = (await store.batches(namespace))[0]?.notices[0];
    if (notice === undefined) throw new Error('there is no notice');
    const letters = ['not first', 'first', '__proto__'].map((id, index) => ({
      id,
      notice,
      at: MIDNIGHT - index,
      error: 'ConnectionError: refused',
    }));
    for (const letter of letters) await store.bury(namespace, letter);
    expect(await store.deadLetters(namespace)).toEqual(letters.toReversed());
    await store.raise(namespace, 'first');
    await store.raise(namespace, 'never buried');
    expect((await store.deadLetters(namespace)).map(({ id }) => id)).toEqual(['__proto__', 'not first']);
  });

  test.each([
    '__proto__',
    'constructor',
    'names',
    'a/b/../c',
    'n#memory',
    'a#b\u0000c\n',
    'é'.repeat(200),
    '😀'.repeat(100),
    "'; DROP TABLE history; --",
  ])('a namespace may be called %j, with checks called the same', async (hostile) => {
    const namespace =
      hostile.length < 150 ? `${hostile} ${randomUUID()}` : `${hostile.slice(0, -2)}${randomUUID().slice(0, 2)}`;
    const store = await open();
    const sample = { ...sampleAt(namespace, MIDNIGHT), checks: [{ path: '', state: 'up', durationMs: 1 } as const] };
    const checks = [...sample.checks, { path: hostile, state: 'down', durationMs: 1, error: hostile } as const];
    for (const minute of [0, 1]) await record(store, { ...sample, checks, at: MIDNIGHT + minute * MINUTE }, RULES);
    expect((await store.samples(namespace, ALL))[1]?.checks).toEqual(checks);
    expect((await store.quarters(namespace, ALL))[0]?.checks.get(hostile)?.ms.down).toBe(2 * MINUTE);
    expect((await store.memory(namespace)).standings.get(hostile)?.state).toBe('down');
    expect((await store.changes(namespace, ALL)).map(({ path }) => path)).toEqual([hostile]);
    expect(await store.namespaces()).toContain(namespace);
  });

  test('namespaces whose names begin alike have histories of their own', async () => {
    const namespace = newNamespace();
    const store = await recordAll(namespace, ['u', 'u']);
    await recordAll(`${namespace}/x`, ['u'], store);
    expect((await totals(store, namespace)).samples).toBe(2);
    expect((await totals(store, `${namespace}/x`)).samples).toBe(1);
  });

  describe('with 1,000 checks', () => {
    test('a namespace is recorded while all of them fail with long messages', { timeout: 120_000 }, async () => {
      const [store, namespace] = [await open(), newNamespace()];
      const states = ['up', 'down', 'down', 'down', 'up'] as const;
      for (const [minute, state] of states.entries())
        await record(store, largeSample(namespace, MIDNIGHT + minute * MINUTE, 1000, state), RULES);
      expect(await totals(store, namespace)).toEqual({ samples: 5, quarters: 5, days: 5, version: 5 });
      const [, down] = await store.samples(namespace, ALL);
      expect(down?.checks).toHaveLength(1001);
      const [day] = await store.days(namespace, ALL);
      expect(day?.checks.size).toBe(1001);
      expect(day?.checks.get('group 9/service number 999')?.ms).toMatchObject({ up: 2 * MINUTE, down: 3 * MINUTE });
      expect(await store.changes(namespace, ALL)).toHaveLength(2002);
      const batches = await store.batches(namespace);
      expect(batches.map(({ changes }) => changes.length)).toEqual([1001, 1001]);
      for (const batch of batches) await store.sent(batch);
      expect(await store.batches(namespace)).toEqual([]);
    });
  });
}

import { describe, expect, it } from 'vitest';
import { loadView, partOfView, uptimeIn } from '../../../lib/history/view.ts';
import { historySummary } from '../../../lib/history/shown.ts';
import { DAY_MS, QUARTER_MS } from '../../../lib/history/span.ts';
import { EVERYTHING, NOW, pastOf, stories } from '../../support/past.ts';

const store = await pastOf(stories.eventful);
const view = await loadView(store, 'shop-production', { now: NOW, wanted: EVERYTHING });

describe('a view of the history', () => {
  it('has 96 quarters of an hour and 90 days, of which the last is the current one', () => {
    for (const [strips, lengthMs, count] of [
      [view.quarters, QUARTER_MS, 96],
      [view.days, DAY_MS, 90],
    ] as const) {
      expect(strips).toMatchObject({ lengthMs, count });
      const end = (strips?.from ?? 0) + count * lengthMs;
      expect(end - NOW).toBeGreaterThan(0);
      expect(end - NOW).toBeLessThanOrEqual(lengthMs);
      for (const marks of strips?.marks.values() ?? []) expect(marks).toHaveLength(count);
    }
  });

  it('has nothing where nothing was recorded', () => {
    const days = view.days?.marks.get('mail') ?? [];
    expect(days.filter((mark) => mark === undefined)).toHaveLength(5);
    expect(days.findIndex((mark) => mark === undefined)).toBe(22);
  });

  it('counts what is degraded as up, and gaps and maintenance as neither', () => {
    expect(uptimeIn(view.quarters, 'storage/thumbnails')).toBe(1);
    expect(uptimeIn(view.quarters, 'storage/postgres')).toBe(1);
    expect(uptimeIn(view.quarters, 'mail')).toBe(1);
    expect(uptimeIn(view.quarters, 'rabbit')).toBeCloseTo(1 - 25 / (24 * 60), 2);
    expect(uptimeIn(view.quarters, 'rabbit', 1)).toBe(0);
    expect(uptimeIn(view.quarters, 'no such check')).toBeUndefined();
  });

  it('asks the store for each sort of data once, and for nothing that is not wanted', async () => {
    const asked: string[] = [];
    const counting = new Proxy(store, {
      get(target, name, receiver) {
        asked.push(String(name));
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    await loadView(counting, 'shop-production', { now: NOW, wanted: EVERYTHING });
    expect(asked.sort()).toEqual(['changes', 'days', 'memory', 'quarters', 'windows']);
    asked.length = 0;
    await loadView(counting, 'shop-production', { now: NOW, wanted: { samplesMs: DAY_MS } });
    expect(asked).toEqual(['samples']);
  });

  it('announces windows that are near and not over, the next one first', async () => {
    const near = await pastOf(stories.quiet, []);
    const windows = [
      { from: NOW + 2 * DAY_MS, to: NOW + 3 * DAY_MS, checks: [] },
      { from: NOW - DAY_MS, to: NOW + 1, checks: ['cache'] },
      { from: NOW - DAY_MS, to: NOW - 1, checks: [] },
      { from: NOW + 8 * DAY_MS, to: NOW + 9 * DAY_MS, checks: [] },
    ];
    await near.setWindows('x', windows);
    const { windows: coming } = await loadView(near, 'x', { now: NOW, wanted: { windowsMs: 7 * DAY_MS } });
    expect(coming).toEqual([windows[1], windows[0]]);
  });
});

describe('samples beyond what one answer tells', () => {
  const checks = Array.from({ length: 1000 }, (_, index) => {
    return { path: `${index < 500 ? 'a' : 'b'}/${String(index)}`, state: 'up', durationMs: 1 } as const;
  });

  it.each([
    ['', false, 51],
    ['a', false, 101],
    ['a/7', false, 200],
    ['', true, 200],
  ])('are not kept in memory: of part %j, where the observer is cut off: %s', async (part, observerCutOff, count) => {
    const past = Array.from({ length: 200 }, (_, index) => {
      return { namespace: 'x', at: NOW - index * 60_000, intervalMs: 60_000, observerCutOff, checks };
    });
    const large = await pastOf(stories.quiet, []);
    const samples: typeof large.samples = (_namespace, _range, pick = (sample) => sample) =>
      Promise.resolve(past.flatMap((sample) => pick(sample) ?? []).reverse());
    const read = await loadView({ ...large, samples }, 'x', { now: NOW, wanted: { samplesMs: DAY_MS }, part });
    expect(read.samples).toHaveLength(count);
    expect(read.samples?.at(-1)?.at).toBe(NOW);
    const kept = read.samples?.reduce((sum, { checks: own }) => sum + own.length, 0) ?? 0;
    expect(kept).toBeLessThanOrEqual(51_000);
  });
});

describe('marks beyond what one answer tells', () => {
  const tally = { ms: { up: QUARTER_MS, degraded: 0, down: 0, maintenance: 0 }, times: [], troubles: [] };
  const checks = new Map(
    Array.from({ length: 1000 }, (_, index) => [`${index < 500 ? 'a' : 'b'}/${String(index)}`, tally]),
  );
  const end = Math.floor(NOW / QUARTER_MS) * QUARTER_MS;
  const begin = end - 767 * QUARTER_MS;

  it.each([
    ['', true, 50, 1000],
    ['a', true, 100, 500],
    ['a/7', true, 768, 1],
    ['', undefined, 768, 1000],
  ] as const)('are left out, the earliest first: of part %j, bounded: %s', async (part, isOfPart, count, paths) => {
    const past = Array.from({ length: 768 }, (_, index) => ({
      at: end - index * QUARTER_MS,
      lengthMs: QUARTER_MS,
      checks,
    }));
    const large = await pastOf(stories.quiet, []);
    let read = 0;
    const quarters: typeof large.quarters = (_namespace, _range, pick = (span) => span) => {
      const picked = past.map(pick);
      read = picked.filter((span) => span !== undefined).length;
      return Promise.resolve(picked.flatMap((span) => span ?? []).reverse());
    };
    const wanted = { quartersMs: 8 * DAY_MS, ...(isOfPart && { isOfPart }) };
    const view = await loadView({ ...large, quarters }, 'x', { now: NOW, wanted, part });
    expect([view.quarters?.from, view.quarters?.count]).toEqual([end - (count - 1) * QUARTER_MS, count]);
    expect(view.quarters?.marks.size).toBe(paths);
    const known = [...(view.quarters?.marks.values() ?? [])].every(
      (own) => own.length === count && !own.includes(undefined),
    );
    expect(known).toBe(true);
    expect(read).toBeLessThanOrEqual(count + 1);
    expect(view.quarters?.from).toBeGreaterThanOrEqual(begin);
  });
});

describe('the view of a part', () => {
  it('has what concerns that part alone', () => {
    const part = partOfView(view, 'storage');
    expect([...(part.days?.marks.keys() ?? [])].sort()).toEqual([
      'storage/postgres',
      'storage/search/http',
      'storage/thumbnails',
      'storage/uploads',
    ]);
    expect(part.outages?.every(({ members }) => members.includes('storage/thumbnails'))).toBe(true);
    expect(partOfView(view, 'celery').outages).toHaveLength(2);
  });
});

describe('the view in a summary', () => {
  it('has no message, no cause, no address and no runbook', () => {
    const text = JSON.stringify(historySummary(view), (_key, value: unknown) =>
      value instanceof Map ? [...value] : value,
    );
    expect(/refused|broker|slower|answer within|"causes":\[\{/.exec(text)?.[0]).toBeUndefined();
    expect(view.outages?.some(({ consequences = [] }) => consequences.length > 0)).toBe(true);
    expect(historySummary(view).outages?.some((outage) => 'consequences' in outage)).toBe(false);
    expect(uptimeIn(historySummary(view).quarters, 'rabbit')).toBe(uptimeIn(view.quarters, 'rabbit'));
  });
});

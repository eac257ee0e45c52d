import { describe, expect, test } from 'vitest';
import type { CheckSample, Sample } from '../../../lib/history/sample.ts';
import { addTo, emptySpan, QUARTER_MS, uptimeOf } from '../../../lib/history/span.ts';
import { addTime, merged, percentile } from '../../../lib/history/times.ts';
import type { Times } from '../../../lib/history/times.ts';

const MINUTE = 60_000;

function sampleAt(minute: number, check: Partial<CheckSample>): Sample {
  const checks: CheckSample[] = [{ path: 'a', state: 'up', durationMs: 5, ...check }];
  return { namespace: 'shop', at: minute * MINUTE, intervalMs: MINUTE, observerCutOff: false, checks };
}

function tallyOf(samples: readonly Sample[]) {
  return samples.reduce(addTo, emptySpan(0, QUARTER_MS)).checks.get('a');
}

describe('a span', () => {
  test('tells neighbouring minutes with the same trouble as one', () => {
    const down = { state: 'down', error: 'E: refused' } as const;
    const tally = tallyOf([sampleAt(1, down), sampleAt(2, down), sampleAt(4, down), sampleAt(5, {})]);
    expect(tally?.troubles).toEqual([
      { from: MINUTE, to: 3 * MINUTE, ...down },
      { from: 4 * MINUTE, to: 5 * MINUTE, ...down },
    ]);
  });

  test('is the same in whatever order its samples come', () => {
    const samples = [1, 2, 3, 4].map((minute) =>
      sampleAt(minute, minute === 2 ? {} : { state: 'down', error: 'E: x' }),
    );
    expect(tallyOf(samples.toReversed())).toEqual(tallyOf(samples));
  });

  test('keeps a bounded number of troubles, and covers all of them', () => {
    const samples = Array.from({ length: 200 }, (_, minute) =>
      sampleAt(
        minute,
        minute % 2 === 0 ? {} : { state: minute % 4 === 1 ? 'down' : 'degraded', error: String(minute) },
      ),
    );
    const troubles = tallyOf(samples)?.troubles ?? [];
    expect(troubles).toHaveLength(20);
    expect(troubles.at(0)?.from).toBe(MINUTE);
    expect(troubles.at(-1)?.to).toBe(200 * MINUTE);
  });

  test('counts what is degraded as up, and maintenance as neither', () => {
    const states = ['up', 'degraded', 'down', 'maintenance', 'maintenance'] as const;
    const tally = tallyOf(states.map((state, minute) => sampleAt(minute, { state })));
    expect(uptimeOf(tally === undefined ? [] : [tally])).toBeCloseTo(2 / 3);
    expect(uptimeOf([])).toBeUndefined();
  });
});

describe('times', () => {
  test('have percentiles that are right to 5 %', () => {
    const values = Array.from({ length: 1000 }, (_, index) => index * 3);
    const times = values.reduce<Times>(addTime, []);
    for (const share of [0.1, 0.5, 0.95, 1]) {
      const exact = values[Math.ceil(share * values.length) - 1] ?? 0;
      expect(Math.abs((percentile(times, share) ?? 0) - exact)).toBeLessThanOrEqual(0.05 * exact + 1);
    }
    expect(percentile([], 0.5)).toBeUndefined();
  });

  test('can be added up', () => {
    const all = [1, 50, 700].reduce<Times>(addTime, []);
    expect(merged(addTime([], 700), addTime(addTime([], 50), 1))).toEqual(all);
  });
});

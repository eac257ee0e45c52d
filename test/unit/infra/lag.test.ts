import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BATCH, neededConcurrency, seeded, simulate } from '../../../infra/lag.ts';

const ROOT = join(import.meta.dirname, '../../..');
const times = { wallMs: [300], cpuMs: 50, silentShare: 0, silentMs: 0 };

describe('the simulated recorder', () => {
  test('gives the same figures for the same seed', () => {
    const scenario = { namespaces: 500, concurrency: 5, times: { ...times, silentShare: 0.1, silentMs: 2000 } };
    expect(simulate(scenario)).toEqual(simulate(scenario));
    expect(simulate({ ...scenario, seed: 2 })).not.toEqual(simulate(scenario));
  });

  test('records a few namespaces as soon as they are planned', () => {
    const { medianMs, maxMs, lost } = simulate({ namespaces: 3, concurrency: 2, times });
    // A start, a page of names, a call; then the batch that is before.
    expect(medianMs).toBeCloseTo(370);
    expect(maxMs).toBeCloseTo(370);
    expect(lost).toBe(0);
  });

  test('lags as long as the namespaces before need', () => {
    // Two functions, each of which takes three namespaces in 518 ms: the last of 600 begins after about 99 batches.
    const { maxMs } = simulate({ namespaces: 600, concurrency: 2, times: { ...times, cpuMs: 50 } });
    const batchMs = (BATCH * 50 * 1769) / 512;
    expect(maxMs).toBeGreaterThan(98 * batchMs);
    expect(maxMs).toBeLessThan(101 * batchMs + 1000);
  });

  test('loses what would be older than two intervals, where there are too few functions', () => {
    const { lost, maxMs } = simulate({ namespaces: 2000, concurrency: 2, times });
    expect(lost).toBeGreaterThan(0.5);
    expect(maxMs).toBeLessThanOrEqual(120_000);
  });

  test('needs the least concurrency that keeps every namespace within its slot', () => {
    const needed = neededConcurrency(2000, times) ?? 0;
    expect(simulate({ namespaces: 2000, concurrency: needed, times }).maxMs).toBeLessThanOrEqual(60_000);
    const { maxMs, lost } = simulate({ namespaces: 2000, concurrency: needed - 1, times });
    expect(maxMs > 60_000 || lost > 0).toBe(true);
    expect(neededConcurrency(2000, times, 2)).toBeUndefined();
  });

  test('takes as many namespaces in a batch as the mapping does', async () => {
    const text = await readFile(join(ROOT, 'infra/history/resources.yml'), 'utf8');
    expect(text).toMatch(new RegExp(`RecordMapping:[^]*?BatchSize: ${BATCH}\\n`));
  });
});

test('random numbers are between 0 and 1, and evenly spread', () => {
  const random = seeded(7);
  const numbers = Array.from({ length: 10_000 }, random);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(numbers.reduce((sum, number) => sum + number, 0) / numbers.length).toBeCloseTo(0.5, 1);
});

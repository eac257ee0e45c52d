/** Samples for tests of history. */
import { randomBytes } from 'node:crypto';
import type { CheckSample, Sample, State } from '../../lib/history/sample.ts';
import type { Rules } from '../../lib/history/recording.ts';

export const MINUTE = 60_000;

/** A day that begins at midnight, so that tests know its quarters of an hour. */
export const MIDNIGHT = Date.UTC(2026, 10, 26);

const SLACK = { target: 'slack', for: [], on: ['down', 'up'], afterMs: 0, updates: false, every: false } as const;

/** Two failures in a row confirm that a check is down, one success that it is up. */
export const RULES: Rules = {
  confirmation: () => ({ failuresBeforeDown: 2, successesBeforeUp: 1 }),
  lateSlots: 0,
  targets: [SLACK],
};

const STATES: Readonly<Record<string, State>> = { u: 'up', d: 'degraded', x: 'down' };

/** A sample with one letter a check: `u`p, `d`egraded, down (`x`). The whole is as the first of them. */
export function sampleAt(namespace: string, at: number, letters = 'u'): Sample {
  const checks = Array.from(letters.charAt(0) + letters, (letter, index): CheckSample => {
    const state = STATES[letter] ?? 'up';
    const error = state === 'up' ? {} : { error: `ConnectionError: check ${String(index)} was refused` };
    return { path: index === 0 ? '' : `group/c${String(index)}`, state, durationMs: 10 * index, ...error };
  });
  return { namespace, at, intervalMs: MINUTE, observerCutOff: false, checks };
}

/** A sample as large as they get: messages of 300 characters that cannot be compressed, unless the checks are up. */
export function largeSample(namespace: string, at: number, checks: number, state: State): Sample {
  const own = Array.from({ length: checks }, (_, index): CheckSample => {
    const error = state === 'up' ? {} : { error: randomBytes(150).toString('hex') };
    return { path: `group ${String(index % 10)}/service number ${String(index)}`, state, durationMs: index, ...error };
  });
  return { ...sampleAt(namespace, at), checks: [{ path: '', state, durationMs: checks }, ...own] };
}

/** What checks say sample after sample, again and again: some of it changes them, some does not. */
const ROWS = ['uu', 'xu', 'xx', 'ux', 'uu', 'dx', 'dx', 'uu'] as const;

/** @param index The number of the minute. */
export function endlessSample(namespace: string, index: number): Sample {
  return sampleAt(namespace, MIDNIGHT + index * MINUTE, ROWS[index % ROWS.length]);
}

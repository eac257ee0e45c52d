/** Samples as they are in real life: durations vary, and one check in 25 fails now and then. */
import type { Rules } from '../../lib/history/recording.ts';
import type { CheckSample, Sample } from '../../lib/history/sample.ts';

export const MINUTE = 60_000;
export const MIDNIGHT = Date.UTC(2026, 10, 26);

export const RULES: Rules = {
  confirmation: () => ({ failuresBeforeDown: 2, successesBeforeUp: 1 }),
  lateSlots: 0,
  targets: [{ target: 'slack', for: [], on: ['down', 'up'], afterMs: 0, updates: false, every: false }],
};

/** @param isDown Whether one check fails. */
export function usualSample(namespace: string, minute: number, checks: number, isDown: boolean): Sample {
  const own = Array.from({ length: checks }, (_, index): CheckSample => ({
    path: `group-${String(index % 5)}/service-${String(index)}`,
    ...(isDown && index === 7
      ? { state: 'down', error: 'ConnectionError: redis cache.internal.example:6379 refused the connection' }
      : { state: 'up' }),
    durationMs: 2 + Math.round(Math.random() * 20 * (index + 1)),
  }));
  const whole: CheckSample = { path: '', state: isDown ? 'down' : 'up', durationMs: 500 };
  const at = MIDNIGHT + minute * MINUTE;
  return { namespace, at, intervalMs: MINUTE, observerCutOff: false, checks: [whole, ...own] };
}

import { describe, expect, test } from 'vitest';
import { SendError } from '../../../lib/notify/send-error.ts';
import { isGivenUp, nextAttempt, NOTICE_PATIENCE_MS, pauseAfter } from '../../../lib/record/retry.ts';

const HOUR = 3_600_000;
const refusal = (isFinal: boolean, retryAfterMs?: number) => new SendError('answered 503', { isFinal, retryAfterMs });
const young = { ageMs: 1000, patienceMs: NOTICE_PATIENCE_MS };

describe('the pause before the next attempt', () => {
  test.each([
    ['is two seconds at first', 1, 2000],
    ['doubles with each attempt', 4, 16_000],
    ['is five minutes at the most', 9, 300_000],
    ['is five minutes after ever so many attempts', 100_000, 300_000],
  ])('%s', (_which, attempts, ms) => {
    expect(pauseAfter(attempts, 0)).toBe(ms);
  });

  test('is up to a quarter longer, so that not all come back at the same moment', () => {
    expect(pauseAfter(3, 1)).toBe(10_000);
    const pauses = Array.from({ length: 20 }, () => pauseAfter(3));
    expect(new Set(pauses).size).toBeGreaterThan(1);
    for (const ms of pauses) expect(ms).toBeGreaterThanOrEqual(8000);
  });

  test.each([
    ['is what the target asks for, if that is longer', 120_000, 120_000],
    ['is an hour at the most, however long the target would have it', 24 * HOUR, HOUR],
  ])('%s', (_which, retryAfterMs, ms) => {
    expect(nextAttempt(refusal(false, retryAfterMs), { ...young, attempts: 1 })).toBe(ms);
  });

  test('is not shorter because the target asks for less', () => {
    expect(nextAttempt(refusal(false, 1), { ...young, attempts: 5 })).toBeGreaterThanOrEqual(32_000);
  });
});

describe('what could not be sent is', () => {
  test.each([
    ['sent again when it was refused for now', refusal(false), 1000, false],
    ['sent again when nobody foresaw the error', new TypeError('null'), 1000, false],
    ['given up when it was refused for good', refusal(true), 1000, true],
    ['sent again until its time is over', refusal(false), NOTICE_PATIENCE_MS, false],
    ['given up after that', refusal(false), NOTICE_PATIENCE_MS + 1, true],
  ])('%s', (_which, error, ageMs, isOver) => {
    const age = { ...young, ageMs };
    expect(isGivenUp(error, age)).toBe(isOver);
    expect(nextAttempt(error, { ...age, attempts: 1 }) === undefined).toBe(isOver);
  });
});

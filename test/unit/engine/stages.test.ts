import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Stages } from '../../../lib/engine/stages.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the stages of a check', () => {
  it('are an empty list before the first one begins', () => {
    const stages = new Stages(performance.now());
    expect(stages.when).toBe('');
    expect(stages.times(performance.now())).toEqual([]);
  });

  it('each last until the next begins, and the last one until the end', () => {
    const stages = new Stages(performance.now());
    vi.advanceTimersByTime(5);
    stages.begin('connecting');
    vi.advanceTimersByTime(20);
    stages.begin('query');
    vi.advanceTimersByTime(300);
    expect(stages.times(performance.now())).toEqual([
      { name: 'connecting', startMs: 5, durationMs: 20 },
      { name: 'query', startMs: 25, durationMs: 300 },
    ]);
  });

  it('say when it is, in words of their own where they have some', () => {
    const stages = new Stages(performance.now());
    stages.begin('query');
    expect(stages.when).toBe(' during the query');
    stages.begin('login', 'while logging in');
    expect(stages.when).toBe(' while logging in');
  });

  it('count as one when the same stage begins again, and take the words of the second time', () => {
    const stages = new Stages(performance.now());
    stages.begin('PING', 'during PING to a and b');
    vi.advanceTimersByTime(10);
    stages.begin('PING', 'during PING to b');
    vi.advanceTimersByTime(10);
    expect(stages.times(performance.now())).toEqual([{ name: 'PING', startMs: 0, durationMs: 20 }]);
    expect(stages.when).toBe(' during PING to b');
  });

  it('are at most 40, the last of which lasts until the end', () => {
    const stages = new Stages(performance.now());
    for (let round = 0; round < 50; round += 1) {
      stages.begin(round % 2 === 0 ? 'looking' : 'waiting', `in round ${round}`);
      vi.advanceTimersByTime(1);
    }
    const times = stages.times(performance.now());
    expect(times).toHaveLength(40);
    expect(times.at(-1)).toEqual({ name: 'waiting', startMs: 39, durationMs: 11 });
    expect(stages.when).toBe(' in round 49');
  });

  it('have a duration of zero when they begin after the end of the check', () => {
    const stages = new Stages(performance.now());
    const end = performance.now();
    vi.advanceTimersByTime(10);
    stages.begin('late');
    expect(stages.times(end)).toEqual([{ name: 'late', startMs: 10, durationMs: 0 }]);
  });
});

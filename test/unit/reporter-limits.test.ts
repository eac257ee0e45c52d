import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { heldRuns, messageOf, settle } from '../support/held-runs.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the report of a shortened run', () => {
  it('is not given to an asker with a longer limit who comes while it is made', async () => {
    const { share, end, started } = await heldRuns();
    const short = share({ limitMs: 1000 });
    const longer = share({ limitMs: 2000 });
    const full = share();
    await settle();
    expect(started).toHaveLength(3);
    await Promise.all([0, 1, 2].map(end));
    const reports = await Promise.all([short, longer, full]);
    expect(new Set(reports.map(({ report }) => report)).size).toBe(3);
  });

  it('is not kept for an asker with a longer limit who comes later', async () => {
    const { share, end, started } = await heldRuns();
    const short = share({ limitMs: 1000 });
    await end(0);
    const full = share();
    await settle();
    expect(started).toHaveLength(2);
    await end(1);
    expect((await full).report).not.toBe((await short).report);
  });

  it('is shared by all who name the same limit, while it is made and afterwards', async () => {
    const { share, end, started } = await heldRuns();
    const first = share({ limitMs: 1500 });
    await settle();
    await vi.advanceTimersByTimeAsync(300);
    const second = share({ limitMs: 1500 });
    await end(0);
    await vi.advanceTimersByTimeAsync(4000);
    const third = await share({ limitMs: 1500 });
    expect(third).toEqual({ report: (await first).report, ageMs: 4000 });
    expect((await second).report).toBe(third.report);
    expect(started).toHaveLength(1);
  });

  it('is shared afterwards by those with a shorter limit', async () => {
    const { share, end, started } = await heldRuns();
    const first = share({ limitMs: 1500 });
    await end(0);
    expect((await share({ limitMs: 800 })).report).toBe((await first).report);
    expect((await share({ limitMs: 1e-6 })).report).toBe((await first).report);
    expect(started).toHaveLength(1);
  });

  it('does not replace the report of a whole run, which others still get', async () => {
    const { share, end, started } = await heldRuns();
    const full = share();
    await end(0);
    const short = share({ limitMs: 1000, fresh: true });
    await end(1);
    expect((await share()).report).toBe((await full).report);
    expect((await share({ limitMs: 1000 })).report).toBe((await short).report);
    expect(started).toHaveLength(2);
  });

  it('is forgotten once a whole run has ended', async () => {
    const { share, end } = await heldRuns();
    const short = share({ limitMs: 1000 });
    const full = share();
    await end(0);
    await end(1);
    await short;
    expect((await share({ limitMs: 1000 })).report).toBe((await full).report);
  });

  it('is made no more than max_age allows, whatever limits are asked for in turn', async () => {
    const { share, end, started } = await heldRuns();
    void share({ limitMs: 2000 });
    await end(0);
    for (const limitMs of [1500, 800, 2000, 100]) await share({ limitMs });
    expect(started).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5000);
    void share({ limitMs: 800 });
    await settle();
    expect(started).toHaveLength(2);
  });

  it('is not shared with those who named the same limit where its run began late and had less time', async () => {
    const { share, end, started } = await heldRuns();
    const late = performance.now() - 900;
    void share({ limitMs: 1000, since: late });
    await settle();
    const second = share({ limitMs: 1000 });
    await settle();
    expect(started).toHaveLength(2);
    await Promise.all([0, 1].map(end));
    await second;
  });

  it('is shared by those who are late by about the same time', async () => {
    const { share, started } = await heldRuns();
    const now = performance.now();
    for (const late of [330, 325, 320, 310]) void share({ limitMs: 1500, since: now - late });
    await settle();
    expect(started).toHaveLength(1);
  });
});

describe('a run under way', () => {
  it('is not waited for by an asker who gives up before it must end', async () => {
    const { share, started } = await heldRuns();
    void share();
    await settle();
    const short = share({ limitMs: 700 });
    await settle();
    expect(started).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(700);
    expect(messageOf((await short).report)).toBe('no answer within 0.7 s from fake host:1');
  });

  it('is waited for where it ends in time for the asker', async () => {
    const { share, end, started } = await heldRuns({ deadlineMs: 2000 });
    const full = share();
    await settle();
    await vi.advanceTimersByTimeAsync(1500);
    const short = share({ limitMs: 1000 });
    await end(0);
    expect((await short).report).toBe((await full).report);
    expect(started).toHaveLength(1);
  });

  it('keeps nobody from a report that is young enough', async () => {
    const { share, end, started } = await heldRuns();
    const old = share();
    await end(0);
    void share({ fresh: true });
    await settle();
    expect(await share({ limitMs: 500 })).toEqual({ report: (await old).report, ageMs: 0 });
    expect(started).toHaveLength(2);
  });

  it('is waited for by an asker with a limit who wants a fresh one for half of the limit only', async () => {
    const { share, started } = await heldRuns();
    void share();
    const fresh = share({ fresh: true, limitMs: 1000 });
    await settle();
    await vi.advanceTimersByTimeAsync(499);
    expect(started).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    await settle();
    expect(started).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(500);
    expect(messageOf((await fresh).report)).toBe('no answer within 0.5 s from fake host:1');
  });

  it('and a fresh one are shared by many with the same limit', async () => {
    const { share, end, started } = await heldRuns();
    void share({ limitMs: 1000 });
    const fresh = Array.from({ length: 20 }, () => share({ fresh: true, limitMs: 1000 }));
    await end(0);
    await end(1);
    expect(new Set((await Promise.all(fresh)).map(({ report }) => report)).size).toBe(1);
    expect(started).toHaveLength(2);
  });

  it('is one of a few: an asker with yet another limit is refused, but nobody without a limit', async () => {
    const { share, started } = await heldRuns();
    const asked = Array.from({ length: 20 }, (_, index) => share({ limitMs: 1000 + index }));
    const outcomes = Promise.allSettled(asked);
    const full = share();
    await settle();
    expect(started).toHaveLength(9);
    await vi.advanceTimersByTimeAsync(100_000);
    const refused = (await outcomes).flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    expect(refused).toEqual(Array.from({ length: 12 }, () => 'TooManyRuns'));
    expect(await full).toBeDefined();
  });
});

describe('a limit that is no shorter than the deadline', () => {
  it.each([100_000, 100_001, Infinity])('of %d ms shares the whole run with everybody', async (limitMs) => {
    const { share, end, started } = await heldRuns();
    const limited = share({ limitMs });
    await end(0);
    expect((await share()).report).toBe((await limited).report);
    expect(started).toHaveLength(1);
  });

  it.each([0, -5])('of %d ms ends immediately, and is not kept for others', async (limitMs) => {
    const { share, started } = await heldRuns();
    const asked = share({ limitMs });
    await settle();
    await vi.advanceTimersByTimeAsync(1);
    expect(messageOf((await asked).report)).toBe('no answer within 0 s from fake host:1');
    void share();
    await settle();
    expect(started.length).toBeGreaterThan(0);
  });
});

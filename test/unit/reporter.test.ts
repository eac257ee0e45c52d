import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Reports } from '../../lib/reports.ts';
import type { Report } from '../../lib/engine/types.ts';
import { deferred } from '../support/part.ts';
import type { Deferred } from '../support/part.ts';
import { reportOf, resultAt } from '../support/reports.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Runs that end when the test says so. */
function runs() {
  const started: Deferred<Report>[] = [];
  const make = () => {
    const run = deferred<Report>();
    started.push(run);
    return run.promise;
  };
  const end = async (index: number) => {
    const report = reportOf(resultAt(String(index)));
    started[index]?.resolve(report);
    await vi.advanceTimersByTimeAsync(0);
    return report;
  };
  return { started, make, end };
}

const owner = {};

describe('Reports', () => {
  it('counts the age of a report from the end of its run', async () => {
    const reports = new Reports();
    const { make, end, started } = runs();
    const first = reports.get(owner, '', 5000, false, make);
    await vi.advanceTimersByTimeAsync(60_000);
    const report = await end(0);
    expect(await first).toEqual({ report, ageMs: 0 });
    await vi.advanceTimersByTimeAsync(3000);
    expect(await reports.get(owner, '', 5000, false, make)).toEqual({ report, ageMs: 3000 });
    expect(started).toHaveLength(1);
  });

  it('keeps reports of different owners and parts apart', async () => {
    const reports = new Reports();
    const { make, started } = runs();
    void reports.get(owner, 'a', 5000, false, make);
    void reports.get(owner, 'b', 5000, false, make);
    void reports.get({}, 'a', 5000, false, make);
    expect(started).toHaveLength(3);
  });

  it('starts one fresh run after the current one for all who want it, and gives others the current one', async () => {
    const reports = new Reports();
    const { make, end, started } = runs();
    const plain = reports.get(owner, '', 5000, false, make);
    const fresh = [1, 2, 3].map(() => reports.get(owner, '', 5000, true, make));
    const late = reports.get(owner, '', 5000, false, make);
    expect(started).toHaveLength(1);
    const first = await end(0);
    expect((await plain).report).toBe(first);
    expect((await late).report).toBe(first);
    expect(started).toHaveLength(2);
    const second = await end(1);
    for (const { report } of await Promise.all(fresh)) expect(report).toBe(second);
  });

  it('starts another run for a caller who wants a fresh report after the fresh run has started', async () => {
    const reports = new Reports();
    const { make, end, started } = runs();
    void reports.get(owner, '', 5000, false, make);
    void reports.get(owner, '', 5000, true, make);
    await end(0);
    const third = reports.get(owner, '', 5000, true, make);
    expect(started).toHaveLength(2);
    await end(1);
    const report = await end(2);
    expect((await third).report).toBe(report);
  });

  it('gives nobody an old report while a fresh one is made', async () => {
    const reports = new Reports();
    const { make, end } = runs();
    void reports.get(owner, '', 5000, false, make);
    await end(0);
    void reports.get(owner, '', 5000, true, make);
    const plain = reports.get(owner, '', 5000, false, make);
    const second = await end(1);
    expect((await plain).report).toBe(second);
  });

  it('does not keep a run that failed', async () => {
    const reports = new Reports();
    const { make, end, started } = runs();
    const asked = [false, false, true].map((fresh) => reports.get(owner, '', 5000, fresh, make));
    const settled = Promise.allSettled(asked);
    started[0]?.reject(new Error('broken'));
    await vi.advanceTimersByTimeAsync(0);
    await end(1);
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    void reports.get(owner, '', 0, false, make);
    expect(started).toHaveLength(3);
  });
});

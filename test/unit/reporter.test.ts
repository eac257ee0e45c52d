import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Reporter } from '../../lib/reporter.ts';
import { collectedLog } from '../support/collected-log.ts';
import { heldRuns, messageOf, settle } from '../support/held-runs.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('whoever is told of runs', () => {
  it('is told once of each, however many share its report', async () => {
    const { share, end, told } = await heldRuns();
    const both = [share(), share()];
    await end(0);
    await Promise.all(both);
    await share();
    expect(told).toEqual([['prod', 'a']]);
  });

  it('is told which runs had less time than the namespace leaves, since others must not be told of them', async () => {
    const { namespace, end } = await heldRuns();
    const shortened: (boolean | undefined)[] = [];
    const access = () => ({ isRemote: false, prove: () => Promise.resolve() });
    const reporter = new Reporter({ access }, collectedLog().log, (...run) => shortened.push(run[2]));
    const long = reporter.share(namespace, { part: ['a'] });
    await end(0);
    await long;
    const short = reporter.share(namespace, { part: ['a'], limitMs: 1000, fresh: true });
    await end(1);
    await short;
    expect(shortened).toEqual([false, true]);
  });

  it('is told of a whole namespace with an empty path', async () => {
    const { share, end, told } = await heldRuns();
    const whole = share({ part: [] });
    await end(0);
    await end(1);
    await whole;
    expect(told).toEqual([['prod']]);
  });
});

describe('a shared report', () => {
  it('counts its age from the end of the run', async () => {
    const { share, end, started } = await heldRuns();
    const first = share();
    await settle();
    await vi.advanceTimersByTimeAsync(60_000);
    await end(0);
    const { report, ageMs } = await first;
    expect(ageMs).toBe(0);
    await vi.advanceTimersByTimeAsync(3000);
    expect(await share()).toEqual({ report, ageMs: 3000 });
    await settle();
    expect(started).toHaveLength(1);
  });

  it('is made afresh once it is as old as max_age', async () => {
    const { share, end, started } = await heldRuns();
    void share();
    await end(0);
    await vi.advanceTimersByTimeAsync(4999);
    await share();
    await settle();
    expect(started).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    void share();
    await settle();
    expect(started).toHaveLength(2);
  });

  it('is kept apart for each namespace and each part', async () => {
    const { reporter, namespace, started } = await heldRuns();
    void reporter.share(namespace, { part: ['a'] });
    void reporter.share(namespace, { part: ['b'] });
    void reporter.share({ ...namespace }, { part: ['a'] });
    await settle();
    expect(started).toHaveLength(3);
  });

  it('is the whole tree where no part is asked for', async () => {
    const { reporter, namespace, end } = await heldRuns();
    const asked = reporter.share(namespace);
    await settle();
    await end(0);
    await end(1);
    expect((await asked)?.report.result).toMatchObject({ parts: [{ name: 'a' }, { name: 'b' }] });
  });

  it('is undefined for a part that does not exist', async () => {
    const { reporter, namespace, started } = await heldRuns();
    expect(await reporter.share(namespace, { part: ['c'] })).toBeUndefined();
    await settle();
    expect(started).toHaveLength(0);
  });

  it('comes from one later run for all who want a fresh one, and from the run under way for others', async () => {
    const { share, end, started } = await heldRuns();
    const plain = share();
    const fresh = [1, 2, 3].map(() => share({ fresh: true }));
    const late = share();
    await settle();
    expect(started).toHaveLength(1);
    await end(0);
    const first = (await plain).report;
    expect((await late).report).toBe(first);
    await settle();
    expect(started).toHaveLength(2);
    await end(1);
    const reports = (await Promise.all(fresh)).map(({ report }) => report);
    expect(new Set(reports).size).toBe(1);
    expect(reports[0]).not.toBe(first);
  });

  it('comes from another run for whoever wants a fresh one while a fresh one is under way', async () => {
    const { share, end, started } = await heldRuns();
    void share();
    const second = share({ fresh: true });
    await end(0);
    const third = share({ fresh: true });
    await settle();
    expect(started).toHaveLength(2);
    await end(1);
    await settle();
    expect(started).toHaveLength(3);
    await end(2);
    expect((await third).report).not.toBe((await second).report);
  });

  it('is not an old one while a fresh one is made', async () => {
    const { share, end } = await heldRuns();
    const old = share();
    await end(0);
    const fresh = share({ fresh: true });
    const plain = share();
    await end(1);
    expect((await plain).report).toBe((await fresh).report);
    expect((await plain).report).not.toBe((await old).report);
  });

  it('has no more time than the first asker leaves', async () => {
    const { share } = await heldRuns();
    const asked = share({ limitMs: 700 });
    await settle();
    await vi.advanceTimersByTimeAsync(700);
    const { report } = await asked;
    expect(messageOf(report)).toBe('no answer within 0.7 s from fake host:1');
  });

  it('of a run that waited for another has only the time that is left then', async () => {
    const { share, end } = await heldRuns();
    void share();
    const fresh = share({ fresh: true, limitMs: 1000 });
    await settle();
    await vi.advanceTimersByTimeAsync(400);
    await end(0);
    await vi.advanceTimersByTimeAsync(600);
    expect(messageOf((await fresh).report)).toBe('no answer within 0.6 s from fake host:1');
  });
});

describe('a report for oneself', () => {
  it('is never shared', async () => {
    const { reporter, namespace, share, end, started } = await heldRuns();
    void share();
    await settle();
    const own = reporter.run(namespace, namespace.root);
    await settle();
    expect(started).toHaveLength(3);
    await Promise.all([0, 1, 2].map(end));
    expect((await own).result).toMatchObject({ parts: [{ name: 'a' }, { name: 'b' }] });
  });

  it('can be called off, and tells of each check as it ends', async () => {
    const { reporter, namespace, end } = await heldRuns();
    const controller = new AbortController();
    const ended: string[] = [];
    const onResult = ({ name }: { name: string }) => ended.push(name);
    const own = reporter.run(namespace, namespace.root, { signal: controller.signal, onResult });
    await end(1);
    expect(ended).toEqual(['b']);
    controller.abort();
    expect((await own).result).toMatchObject({ parts: [{ error: { code: 'AbortedError' } }, { verdict: 'working' }] });
    expect(ended).toEqual(['b', 'a']);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Namespace } from '../../lib/document/namespace.ts';
import type { Check, Report } from '../../lib/engine/types.ts';
import { Reporter } from '../../lib/reporter.ts';
import { collectedLog } from '../support/collected-log.ts';
import { namespaceOf } from '../support/namespace.ts';
import { checkAt, deferred, groupOf } from '../support/part.ts';
import type { Deferred } from '../support/part.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A namespace whose runs end when the test says so. */
async function setUp(overrides: Partial<Namespace> = {}) {
  const started: Deferred<void>[] = [];
  const check = (path: string): Check =>
    checkAt(path, {
      timeoutMs: 100_000,
      run: () => {
        const run = deferred();
        started.push(run);
        return run.promise;
      },
    });
  const root = groupOf('', check('a'), check('b'));
  const base = await namespaceOf();
  const namespace: Namespace = { ...base, root, deadlineMs: 100_000, maxAgeMs: 5000, ...overrides };
  const access = () => ({ isRemote: false, prove: () => Promise.resolve() });
  const told: (readonly string[])[] = [];
  const reporter = new Reporter({ access }, collectedLog().log, (report, part) => {
    told.push([report.namespace, ...part]);
  });
  const share = async (asked = {}) => {
    const shared = await reporter.share(namespace, { part: ['a'], ...asked });
    if (shared === undefined) throw new Error('no such part');
    return shared;
  };
  const end = async (index: number) => {
    await settle();
    started[index]?.resolve();
    await settle();
  };
  return { started, namespace, reporter, share, end, told };
}

/** Waits until everything that needs no time is done, such as loading the engine. */
async function settle(): Promise<void> {
  await vi.dynamicImportSettled();
  await vi.advanceTimersByTimeAsync(0);
}

describe('whoever is told of runs', () => {
  it('is told once of each, however many share its report', async () => {
    const { share, end, told } = await setUp();
    const both = [share(), share()];
    await end(0);
    await Promise.all(both);
    await share();
    expect(told).toEqual([['prod', 'a']]);
  });

  it('is told which runs had less time than the namespace leaves, since others must not be told of them', async () => {
    const { namespace, end } = await setUp();
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
    const { share, end, told } = await setUp();
    const whole = share({ part: [] });
    await end(0);
    await end(1);
    await whole;
    expect(told).toEqual([['prod']]);
  });
});

describe('a shared report', () => {
  it('counts its age from the end of the run', async () => {
    const { share, end, started } = await setUp();
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
    const { share, end, started } = await setUp();
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
    const { reporter, namespace, started } = await setUp();
    void reporter.share(namespace, { part: ['a'] });
    void reporter.share(namespace, { part: ['b'] });
    void reporter.share({ ...namespace }, { part: ['a'] });
    await settle();
    expect(started).toHaveLength(3);
  });

  it('is the whole tree where no part is asked for', async () => {
    const { reporter, namespace, end } = await setUp();
    const asked = reporter.share(namespace);
    await settle();
    await end(0);
    await end(1);
    expect((await asked)?.report.result).toMatchObject({ parts: [{ name: 'a' }, { name: 'b' }] });
  });

  it('is undefined for a part that does not exist', async () => {
    const { reporter, namespace, started } = await setUp();
    expect(await reporter.share(namespace, { part: ['c'] })).toBeUndefined();
    await settle();
    expect(started).toHaveLength(0);
  });

  it('comes from one later run for all who want a fresh one, and from the run under way for others', async () => {
    const { share, end, started } = await setUp();
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
    const { share, end, started } = await setUp();
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
    const { share, end } = await setUp();
    const old = share();
    await end(0);
    const fresh = share({ fresh: true });
    const plain = share();
    await end(1);
    expect((await plain).report).toBe((await fresh).report);
    expect((await plain).report).not.toBe((await old).report);
  });

  it('has no more time than the first asker leaves', async () => {
    const { share } = await setUp();
    const asked = share({ limitMs: 700 });
    await settle();
    await vi.advanceTimersByTimeAsync(700);
    const { report } = await asked;
    expect(messageOf(report)).toBe('no answer within 0.7 s from fake host:1');
  });

  it('of a run that waited for another has only the time that is left then', async () => {
    const { share, end } = await setUp();
    void share();
    const fresh = share({ fresh: true, limitMs: 1000 });
    await settle();
    await vi.advanceTimersByTimeAsync(400);
    await end(0);
    await vi.advanceTimersByTimeAsync(600);
    expect(messageOf((await fresh).report)).toBe('no answer within 0.6 s from fake host:1');
  });
});

describe('the report of a shortened run', () => {
  it('is not given to an asker with a longer limit who comes while it is made', async () => {
    const { share, end, started } = await setUp();
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
    const { share, end, started } = await setUp();
    const short = share({ limitMs: 1000 });
    await end(0);
    const full = share();
    await settle();
    expect(started).toHaveLength(2);
    await end(1);
    expect((await full).report).not.toBe((await short).report);
  });

  it('is shared by all who name the same limit, while it is made and afterwards', async () => {
    const { share, end, started } = await setUp();
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
    const { share, end, started } = await setUp();
    const first = share({ limitMs: 1500 });
    await end(0);
    expect((await share({ limitMs: 800 })).report).toBe((await first).report);
    expect((await share({ limitMs: 1e-6 })).report).toBe((await first).report);
    expect(started).toHaveLength(1);
  });

  it('does not replace the report of a whole run, which others still get', async () => {
    const { share, end, started } = await setUp();
    const full = share();
    await end(0);
    const short = share({ limitMs: 1000, fresh: true });
    await end(1);
    expect((await share()).report).toBe((await full).report);
    expect((await share({ limitMs: 1000 })).report).toBe((await short).report);
    expect(started).toHaveLength(2);
  });

  it('is forgotten once a whole run has ended', async () => {
    const { share, end } = await setUp();
    const short = share({ limitMs: 1000 });
    const full = share();
    await end(0);
    await end(1);
    await short;
    expect((await share({ limitMs: 1000 })).report).toBe((await full).report);
  });

  it('is made no more than max_age allows, whatever limits are asked for in turn', async () => {
    const { share, end, started } = await setUp();
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
    const { share, end, started } = await setUp();
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
    const { share, started } = await setUp();
    const now = performance.now();
    for (const late of [330, 325, 320, 310]) void share({ limitMs: 1500, since: now - late });
    await settle();
    expect(started).toHaveLength(1);
  });
});

describe('a run under way', () => {
  it('is not waited for by an asker who gives up before it must end', async () => {
    const { share, started } = await setUp();
    void share();
    await settle();
    const short = share({ limitMs: 700 });
    await settle();
    expect(started).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(700);
    expect(messageOf((await short).report)).toBe('no answer within 0.7 s from fake host:1');
  });

  it('is waited for where it ends in time for the asker', async () => {
    const { share, end, started } = await setUp({ deadlineMs: 2000 });
    const full = share();
    await settle();
    await vi.advanceTimersByTimeAsync(1500);
    const short = share({ limitMs: 1000 });
    await end(0);
    expect((await short).report).toBe((await full).report);
    expect(started).toHaveLength(1);
  });

  it('keeps nobody from a report that is young enough', async () => {
    const { share, end, started } = await setUp();
    const old = share();
    await end(0);
    void share({ fresh: true });
    await settle();
    expect(await share({ limitMs: 500 })).toEqual({ report: (await old).report, ageMs: 0 });
    expect(started).toHaveLength(2);
  });

  it('is waited for by an asker with a limit who wants a fresh one for half of the limit only', async () => {
    const { share, started } = await setUp();
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
    const { share, end, started } = await setUp();
    void share({ limitMs: 1000 });
    const fresh = Array.from({ length: 20 }, () => share({ fresh: true, limitMs: 1000 }));
    await end(0);
    await end(1);
    expect(new Set((await Promise.all(fresh)).map(({ report }) => report)).size).toBe(1);
    expect(started).toHaveLength(2);
  });

  it('is one of a few: an asker with yet another limit is refused, but nobody without a limit', async () => {
    const { share, started } = await setUp();
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
    const { share, end, started } = await setUp();
    const limited = share({ limitMs });
    await end(0);
    expect((await share()).report).toBe((await limited).report);
    expect(started).toHaveLength(1);
  });

  it.each([0, -5])('of %d ms ends immediately, and is not kept for others', async (limitMs) => {
    const { share, started } = await setUp();
    const asked = share({ limitMs });
    await settle();
    await vi.advanceTimersByTimeAsync(1);
    expect(messageOf((await asked).report)).toBe('no answer within 0 s from fake host:1');
    void share();
    await settle();
    expect(started.length).toBeGreaterThan(0);
  });
});

describe('a report for oneself', () => {
  it('is never shared', async () => {
    const { reporter, namespace, share, end, started } = await setUp();
    void share();
    await settle();
    const own = reporter.run(namespace, namespace.root);
    await settle();
    expect(started).toHaveLength(3);
    await Promise.all([0, 1, 2].map(end));
    expect((await own).result).toMatchObject({ parts: [{ name: 'a' }, { name: 'b' }] });
  });

  it('can be called off, and tells of each check as it ends', async () => {
    const { reporter, namespace, end } = await setUp();
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

function messageOf({ result }: Report): string | undefined {
  return 'error' in result ? result.error.message : undefined;
}

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Namespace } from '../../../lib/document/namespace.ts';
import type { Report, Verdict } from '../../../lib/engine/types.ts';
import { ConnectionError } from '../../../lib/errors.ts';
import { MAX_WATCHERS, Watches } from '../../../lib/grpc/watches.ts';
import type { Watcher } from '../../../lib/grpc/watches.ts';
import type { Shared } from '../../../lib/reporter.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { namespaceOf } from '../../support/namespace.ts';
import { deferred } from '../../support/part.ts';
import { groupResult, reportOf, resultAt } from '../../support/reports.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A report of a tree with the check `group/check`, of a run that begins now. */
function reportNow(verdict: Verdict): Report {
  return {
    ...reportOf(groupResult('', groupResult('group', resultAt('group/check', { verdict })))),
    startedAt: Date.now(),
  };
}

/** The watches of a namespace whose runs end when, and as, the test says so. */
async function setUp(overrides: Partial<Namespace> = {}) {
  const named: Namespace = { ...(await namespaceOf()), maxAgeMs: 3000, ...overrides };
  const world = {
    namespace: named as Namespace | undefined,
    verdict: 'working' as Verdict,
    fault: undefined as Error | undefined,
    runs: 0,
    answer: () => Promise.resolve<Shared | undefined>({ report: reportNow(world.verdict), ageMs: 0 }),
  };
  const { log, lines } = collectedLog();
  const watches = new Watches({
    vault: {
      namespace: () => (world.fault === undefined ? Promise.resolve(world.namespace) : Promise.reject(world.fault)),
    },
    reporter: {
      share: () => {
        world.runs += 1;
        return world.answer();
      },
    },
    log,
  });
  const watch = (part: readonly string[] = [], mayStay: Watcher['mayStay'] = () => Promise.resolve(true)) => {
    const told: string[] = [];
    const end = watches.add({
      namespace: named,
      part,
      mayStay,
      tell: (status) => told.push(status),
      end(reason) {
        told.push(reason);
        end?.();
      },
    });
    return { told, end: () => end?.(), isTaken: end !== undefined };
  };
  return { world, watches, watch, lines, named };
}

const wait = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

describe('a watcher', () => {
  it('is told the status at the beginning, and after that only changes', async () => {
    const { world, watch } = await setUp();
    const { told } = watch();
    await wait(10_000);
    expect(told).toEqual(['SERVING']);
    world.verdict = 'failing';
    await wait(4000);
    world.verdict = 'degraded';
    await wait(4000);
    expect(told).toEqual(['SERVING', 'NOT_SERVING', 'SERVING']);
  });

  it('is told that nothing is known where the first run takes long, and then what it finds', async () => {
    const { world, watch } = await setUp();
    const run = deferred<Shared>();
    world.answer = () => run.promise;
    const { told } = watch();
    await wait(300);
    expect(told).toEqual(['UNKNOWN']);
    run.resolve({ report: reportNow('failing'), ageMs: 0 });
    await wait();
    expect(told).toEqual(['UNKNOWN', 'NOT_SERVING']);
  });

  it('that comes later is told immediately what the others know, without a run', async () => {
    const { world, watch } = await setUp();
    watch();
    await wait();
    const { runs } = world;
    expect(watch().told).toEqual(['SERVING']);
    expect(world.runs).toBe(runs);
  });

  it('of a path that does not exist is told so, and told its status once the document has it', async () => {
    const { world, watch, named } = await setUp();
    const { answer } = world;
    world.answer = () => Promise.resolve(undefined);
    const { told } = watch(['new']);
    await wait(5000);
    expect(told).toEqual(['SERVICE_UNKNOWN']);
    world.namespace = { ...named };
    world.answer = answer;
    await wait(5000);
    expect(told).toEqual(['SERVICE_UNKNOWN', 'SERVING']);
  });

  it('is told that nothing is known while the vault cannot be read, and what is found afterwards', async () => {
    const { world, watch, lines } = await setUp();
    const { told } = watch();
    await wait();
    world.fault = new ConnectionError('connection refused');
    await wait(6000);
    expect(told).toEqual(['SERVING', 'UNKNOWN']);
    expect(lines.join()).toContain('the vault cannot be read');
    world.fault = undefined;
    await wait(6000);
    expect(told).toEqual(['SERVING', 'UNKNOWN', 'SERVING']);
  });

  it('is ended when its token no longer opens the changed document, and others stay', async () => {
    const { world, watch, named } = await setUp();
    const revoked = watch([], () => Promise.resolve(false));
    const unsure = watch([], () => Promise.reject(new ConnectionError('the vault does not answer')));
    const other = watch();
    await wait(10_000);
    expect(revoked.told).toEqual(['SERVING']);
    world.namespace = { ...named };
    await wait(10_000);
    expect([revoked, unsure, other].map(({ told }) => told)).toEqual([
      ['SERVING', 'refused'],
      ['SERVING'],
      ['SERVING'],
    ]);
  });

  it('is ended when the namespace is deleted', async () => {
    const { world, watch } = await setUp();
    const { told } = watch([], () => Promise.resolve(world.namespace !== undefined));
    await wait();
    world.namespace = undefined;
    await wait(6000);
    expect(told).toEqual(['SERVING', 'refused']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is ended when the service stops', async () => {
    const { watches, watch } = await setUp();
    const { told } = watch();
    await wait();
    watches.stop();
    expect(told).toEqual(['SERVING', 'stopped']);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('looking', () => {
  it('needs one run for each max_age, however many watch the same part', async () => {
    const { world, watch } = await setUp();
    for (let count = 0; count < 500; count += 1) watch(['group']);
    await wait(30_000);
    expect(world.runs).toBe(10);
  });

  it('ends with the last watcher, however often a watcher ends', async () => {
    const { world, watch } = await setUp();
    const [first, last] = [watch(), watch()];
    await wait();
    first.end();
    first.end();
    await wait(4000);
    expect(world.runs).toBe(2);
    last.end();
    expect(vi.getTimerCount()).toBe(0);
    await wait(10_000);
    expect(world.runs).toBe(2);
  });

  it('does not go on when the last watcher ends during a run', async () => {
    const { world, watch } = await setUp();
    const run = deferred<Shared>();
    world.answer = () => run.promise;
    const { end } = watch();
    await wait();
    end();
    run.resolve({ report: reportNow('working'), ageMs: 0 });
    await wait();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('happens at most once a second where reports are not shared at all', async () => {
    const { world, watch } = await setUp({ maxAgeMs: 0 });
    watch();
    await wait(10_500);
    expect(world.runs).toBe(11);
  });

  it('waits for a report that somebody else asked for to expire', async () => {
    const { world, watch } = await setUp({ maxAgeMs: 5000 });
    world.answer = () => Promise.resolve({ report: reportNow('working'), ageMs: 3000 });
    watch();
    await wait(1900);
    expect(world.runs).toBe(1);
    await wait(200);
    expect(world.runs).toBe(2);
  });
});

describe('a run that somebody else asked for', () => {
  it('tells those who watch the part, and those who watch what is in it', async () => {
    const { watches, watch } = await setUp();
    const watchers = [watch(), watch(['group']), watch(['group', 'check']), watch(['other'])];
    await wait(100);
    watches.known(reportNow('failing'), []);
    expect(watchers.map(({ told }) => told.slice(1))).toEqual([['NOT_SERVING'], ['NOT_SERVING'], ['NOT_SERVING'], []]);
  });

  it('tells nothing about parts outside of it, or about another namespace', async () => {
    const { watches, watch } = await setUp();
    const { told } = watch();
    await wait(100);
    const report = reportNow('failing');
    watches.known({ ...report, namespace: 'another' }, []);
    watches.known(report, ['group']);
    expect(told).toEqual(['SERVING']);
  });

  it('tells nothing where it began before the last run that told something', async () => {
    const { watches, watch } = await setUp();
    const stale = reportNow('failing');
    await wait(100);
    const { told } = watch();
    await wait(100);
    watches.known(stale, []);
    expect(told).toEqual(['SERVING']);
  });

  it('tells something also when the clock was set back meanwhile', async () => {
    const { watches, watch } = await setUp();
    const { told } = watch();
    await wait(100);
    vi.setSystemTime(Date.now() - 3_600_000);
    watches.known(reportNow('failing'), []);
    expect(told).toEqual(['SERVING', 'NOT_SERVING']);
  });
});

it('no more than so many watchers are taken, and another one when one has ended', async () => {
  const { watch } = await setUp();
  const watchers = Array.from({ length: MAX_WATCHERS }, () => watch());
  expect(watchers.every(({ isTaken }) => isTaken)).toBe(true);
  expect(watch().isTaken).toBe(false);
  watchers[0]?.end();
  watchers[0]?.end();
  expect(watch().isTaken).toBe(true);
  expect(watch().isTaken).toBe(false);
});

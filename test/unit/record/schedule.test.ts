import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { offsetOf, Schedule } from '../../../lib/record/schedule.ts';
import { collectedLog } from '../../support/collected-log.ts';

const START = Date.parse('2027-01-10T12:00Z');
const MINUTE = 60_000;

let schedule: Schedule | undefined;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});

afterEach(async () => {
  const stopped = schedule?.stop();
  await vi.advanceTimersByTimeAsync(MINUTE);
  await stopped;
  vi.useRealTimers();
});

interface Run {
  readonly name: string;
  /** The slot, and when it began, in milliseconds since the start. */
  readonly slot: number;
  readonly at: number;
}

/** A schedule with slots of a minute, and the runs that it has begun. */
function started(names: readonly string[], work: (name: string) => Promise<void> = () => Promise.resolve()) {
  const runs: Run[] = [];
  const list = { names, fails: false };
  const { log, lines } = collectedLog();
  schedule = new Schedule({
    recorder: {
      record: async (name, slot) => {
        runs.push({ name, slot: slot - START, at: Date.now() - START });
        await work(name);
        return [];
      },
      keepOnly: () => undefined,
    },
    names: () => (list.fails ? Promise.reject(new Error('the vault does not answer')) : Promise.resolve(list.names)),
    intervalMs: MINUTE,
    log,
    now: Date.now,
  });
  void schedule.run();
  return { schedule, runs, list, lines };
}

const lasting = (ms: number) => () => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('the schedule', () => {
  test('has each namespace recorded once a slot, always at the same time in it', async () => {
    const { runs } = started(['shop', 'blog']);
    await vi.advanceTimersByTimeAsync(3 * MINUTE - 1);
    const [shop, blog] = ['shop', 'blog'].map((name) => offsetOf(name, MINUTE));
    expect(shop).not.toBe(blog);
    expect(runs.filter(({ name }) => name === 'shop').map(({ slot, at }) => [slot, at - slot])).toEqual([
      [0, shop],
      [MINUTE, shop],
      [2 * MINUTE, shop],
    ]);
    expect(runs.filter(({ name }) => name === 'blog')).toHaveLength(3);
  });

  test('spreads namespaces evenly over the first four fifths of a slot', () => {
    const offsets = Array.from({ length: 1000 }, (_, index) => offsetOf(`namespace-${String(index)}`, MINUTE));
    const perFifth = [0, 1, 2, 3, 4].map((fifth) => offsets.filter((at) => Math.floor(at / 12_000) === fifth).length);
    expect(perFifth.slice(0, 4).every((count) => count > 200 && count < 300)).toBe(true);
    expect(perFifth[4]).toBe(0);
  });

  test('does not make up for slots that passed while the machine slept', async () => {
    const { runs } = started(['shop']);
    await vi.advanceTimersByTimeAsync(MINUTE - 1);
    vi.setSystemTime(START + 60 * MINUTE);
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(runs.map(({ slot }) => slot / MINUTE)).toEqual([0, 60]);
  });

  test('goes on when the clock is set back, and says so', async () => {
    const { runs, list, lines } = started(['old']);
    await vi.advanceTimersByTimeAsync(MINUTE - 1);
    vi.setSystemTime(START - 60 * MINUTE);
    list.names = ['new'];
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect(runs.map(({ name, slot }) => [name, slot / MINUTE])).toEqual([
      ['old', 0],
      ['new', -60],
      ['new', -59],
    ]);
    expect(lines.join()).toContain('the clock was set back');
  });

  test('leaves out the slots in which a run is still under way, and says so', async () => {
    const { runs, schedule, lines } = started(['shop'], lasting(2.5 * MINUTE));
    await vi.advanceTimersByTimeAsync(6 * MINUTE - 1);
    expect(runs.map(({ slot }) => slot / MINUTE)).toEqual([0, 3]);
    expect(schedule.counts).toEqual({ recorded: 2, failed: 0, missed: 4 });
    expect(lines.join()).toContain('samples are missing');
  });

  test('has at most 32 namespaces recorded at the same time', async () => {
    let [underWay, most] = [0, 0];
    const { schedule } = started(
      Array.from({ length: 300 }, (_, index) => `n${String(index)}`),
      async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        await lasting(20_000)();
        underWay -= 1;
      },
    );
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect(most).toBe(32);
    expect(schedule.counts.missed).toBeGreaterThan(0);
  });

  test('follows namespaces that are new, or gone', async () => {
    const { runs, list } = started(['old']);
    await vi.advanceTimersByTimeAsync(MINUTE - 1);
    list.names = ['new'];
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(runs.map(({ name }) => name)).toEqual(['old', 'new']);
  });

  test('goes on with the namespaces that it knows while they cannot be listed', async () => {
    const { runs, list, lines } = started(['shop']);
    await vi.advanceTimersByTimeAsync(MINUTE - 1);
    list.fails = true;
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(runs).toHaveLength(2);
    expect(lines.join()).toContain('the namespaces to record could not be listed');
  });

  test('goes on when a namespace cannot be recorded, and counts that', async () => {
    const { runs, schedule, lines } = started(['bad', 'good'], (name) =>
      name === 'bad' ? Promise.reject(new Error('the table does not answer')) : Promise.resolve(),
    );
    await vi.advanceTimersByTimeAsync(2 * MINUTE - 1);
    expect(runs).toHaveLength(4);
    expect(schedule.counts).toEqual({ recorded: 2, failed: 2, missed: 0 });
    expect(lines.filter((line) => line.includes('a namespace was not recorded'))).toHaveLength(2);
  });

  test('ends what is under way when it stops, and begins nothing more', async () => {
    const { runs, schedule } = started(['shop'], lasting(5000));
    await vi.advanceTimersByTimeAsync(offsetOf('shop', MINUTE) + 1);
    const stopped = schedule.stop();
    await vi.advanceTimersByTimeAsync(5000);
    await stopped;
    expect(schedule.counts.recorded).toBe(1);
    await vi.advanceTimersByTimeAsync(5 * MINUTE);
    expect(runs).toHaveLength(1);
  });

  test('waits no longer than ten seconds for a run when it stops', async () => {
    const { schedule } = started(['shop'], lasting(MINUTE));
    await vi.advanceTimersByTimeAsync(offsetOf('shop', MINUTE) + 1);
    let isStopped = false;
    void schedule.stop().then(() => (isStopped = true));
    await vi.advanceTimersByTimeAsync(9999);
    expect(isStopped).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(isStopped).toBe(true);
  });
});

import { beforeEach, describe, expect, test } from 'vitest';
import type { Namespace } from '../../../lib/document/namespace.ts';
import type { Failure, Report } from '../../../lib/engine/types.ts';
import type { Batch } from '../../../lib/history/store.ts';
import { Recorder } from '../../../lib/record/recorder.ts';
import { replay } from '../../../lib/record/replay.ts';
import { collectedLog } from '../../support/collected-log.ts';
import { memoryHistory } from '../../support/memory-history.ts';
import { LEAF, namespaceOf } from '../../support/namespace.ts';
import { groupResult, reportOf, resultAt } from '../../support/reports.ts';

const START = Date.parse('2027-01-10T12:00Z');
const MINUTE = 60_000;
const refused: Failure = { code: 'ConnectionError', message: 'refused' };
const NOTIFY = [{ type: 'webhook', url: 'http://127.0.0.1:9/hook', secret: '0123456789abcdef' }];

/** A vault, a history and what is delivered. The checks of a namespace fail as `down` says. */
function world() {
  const store = memoryHistory();
  const namespaces = new Map<string, Namespace>();
  const delivered: Batch[] = [];
  const { log, lines } = collectedLog();
  const state = { down: new Set<string>(), now: START, runs: 0, starts: [] as number[], delivers: true };
  const report = (startedAt: number): Report => {
    const leaf = (path: string) => resultAt(path, state.down.has(path) ? { error: refused } : {});
    return { ...reportOf(groupResult('', leaf('db'), leaf('mq'))), startedAt, durationMs: 100 };
  };
  const recorder = () =>
    new Recorder({
      vault: { namespace: (name) => Promise.resolve(namespaces.get(name)) },
      reporter: {
        share: (namespace) => {
          state.runs += 1;
          const startedAt = state.starts.shift() ?? state.now;
          return Promise.resolve({ report: { ...report(startedAt), namespace: namespace.name }, ageMs: 0 });
        },
      },
      store,
      deliver: async (batches) => {
        if (!state.delivers) throw new Error('throttled');
        delivered.push(...batches);
        for (const batch of batches) await store.sent(batch);
      },
      log,
      lateSlots: 0,
      now: () => state.now,
    });
  const put = async (name: string, keys: Readonly<Record<string, unknown>> = {}) => {
    const parsed = await namespaceOf({ checks: { db: LEAF, mq: LEAF }, ...keys });
    namespaces.set(name, { ...parsed, name });
  };
  /** The slot of a minute, recorded by one of the recorders in the middle of it. */
  const minute = (by: Recorder, index: number, name = 'prod') => {
    state.now = START + index * MINUTE + 30_000;
    return by.record(name, START + index * MINUTE, MINUTE);
  };
  const told = () => delivered.flatMap(({ notices }) => notices.map(({ change }) => [change.path, change.to]));
  return { store, namespaces, delivered, lines, state, report, recorder, put, minute, told };
}

let at: ReturnType<typeof world>;

beforeEach(async () => {
  at = world();
  await at.put('prod', { notify: NOTIFY });
});

describe('the recorder', () => {
  test('tells one outage and its end, and forgets what was delivered', async () => {
    const recorder = at.recorder();
    await at.minute(recorder, 0);
    at.state.down.add('db');
    for (const index of [1, 2, 3]) await at.minute(recorder, index);
    at.state.down.clear();
    for (const index of [4, 5]) await at.minute(recorder, index);
    expect(at.told()).toEqual([
      ['db', 'down'],
      ['db', 'up'],
    ]);
    expect(await at.store.batches('prod')).toEqual([]);
  });

  test('confirms changes as the document says', async () => {
    await at.put('prod', { notify: NOTIFY, checks: { db: { ...LEAF, failures_before_down: 3 }, mq: LEAF } });
    const recorder = at.recorder();
    at.state.down.add('db');
    for (const index of [0, 1]) await at.minute(recorder, index);
    expect(at.told()).toEqual([]);
    await at.minute(recorder, 2);
    expect(at.told()).toEqual([['db', 'down']]);
  });

  test('uses a run that somebody asked for in the slot, instead of a new one', async () => {
    const recorder = at.recorder();
    recorder.known({ ...at.report(START + 10_000), namespace: 'prod' }, []);
    await at.minute(recorder, 0);
    expect(at.state.runs).toBe(0);
    await at.minute(recorder, 1);
    expect(at.state.runs).toBe(1);
  });

  test.each([
    ['of a part', ['db'], false, 10_000],
    ['that was shortened', [], true, 10_000],
    ['of the slot before', [], false, -10_000],
  ])('does not use a run %s', async (_words, part, shortened, offset) => {
    const recorder = at.recorder();
    recorder.known({ ...at.report(START + offset), namespace: 'prod' }, part, shortened);
    await at.minute(recorder, 0);
    expect(at.state.runs).toBe(1);
  });

  test('runs anew if the report that it could share began before the slot', async () => {
    at.state.starts = [START - 1000, START + 1000];
    await at.recorder().record('prod', START, MINUTE);
    expect(at.state.runs).toBe(2);
    expect(await at.store.samples('prod', { from: START, to: START + 1 })).toHaveLength(1);
  });

  test('counts a slot once, and tells its changes once, whichever of two recorders is first', async () => {
    const [one, other] = [at.recorder(), at.recorder()];
    at.state.down.add('db');
    for (let index = 0; index < 4; index += 1) {
      if (index === 3) at.state.down.clear();
      await Promise.all([at.minute(one, index), at.minute(other, index)]);
    }
    expect(at.told()).toEqual([
      ['db', 'down'],
      ['db', 'up'],
    ]);
    const [quarter] = await at.store.quarters('prod', { from: START, to: START + 1 });
    expect(quarter?.checks.get('db')?.ms).toMatchObject({ down: 3 * MINUTE, up: MINUTE });
  });

  test('tells an outage once where the clocks of two recorders are 5 s apart', async () => {
    const [one, other] = [at.recorder(), at.recorder()];
    const slotAt = (time: number) => Math.floor(time / MINUTE) * MINUTE;
    for (let time = START; time < START + 6 * MINUTE; time += 20_000) {
      at.state.down = new Set(time >= START + MINUTE && time < START + 4 * MINUTE ? ['db'] : []);
      at.state.now = time;
      await one.record('prod', slotAt(time), MINUTE);
      at.state.now = time + 5000;
      await other.record('prod', slotAt(time + 5000), MINUTE);
    }
    expect(at.told()).toEqual([
      ['db', 'down'],
      ['db', 'up'],
    ]);
  });

  test('sends what another recorder has left, but only after its slot', async () => {
    const left: Batch = { namespace: 'prod', at: START, version: 0, changes: [], notices: [] };
    await at.store.put(left);
    const recorder = at.recorder();
    await at.minute(recorder, 1);
    expect(at.delivered).toEqual([left]);
    await at.store.put({ ...left, at: START + MINUTE });
    await at.minute(recorder, 1);
    expect(at.delivered).toHaveLength(1);
  });

  test('delivers again what a slot has led to when it is asked to, and nothing of later slots', async () => {
    const recorder = at.recorder();
    at.state.down.add('db');
    await at.minute(recorder, 0);
    at.state.delivers = false;
    await expect(at.minute(recorder, 1)).rejects.toThrow('throttled');
    at.state.delivers = true;
    const later: Batch = { namespace: 'prod', at: START + 2 * MINUTE, version: 1, changes: [], notices: [] };
    await at.store.put(later);
    const { runs } = at.state;
    expect(await recorder.deliverAgain('prod', START + MINUTE)).toBe(true);
    expect(at.told()).toEqual([['db', 'down']]);
    expect(await at.store.batches('prod')).toEqual([later]);
    expect(at.state.runs).toBe(runs);
  });

  test('delivers nothing again of a slot that was not recorded, and tells that', async () => {
    expect(await at.recorder().deliverAgain('prod', START)).toBe(false);
    expect(at.delivered).toEqual([]);
  });

  test.each(['deleted', 'disabled'])('records nothing of a namespace that was %s', async (what) => {
    const recorder = at.recorder();
    await at.minute(recorder, 0);
    if (what === 'deleted') at.namespaces.clear();
    else await at.put('prod', { disabled: true });
    expect(await at.minute(recorder, 1)).toBeUndefined();
    expect(await at.store.samples('prod', { from: START, to: START + 10 * MINUTE })).toHaveLength(1);
  });

  test('begins a new history for a namespace with a new name', async () => {
    const recorder = at.recorder();
    at.state.down.add('db');
    for (const index of [0, 1]) await at.minute(recorder, index);
    at.namespaces.clear();
    await at.put('renamed', { notify: NOTIFY });
    for (const index of [2, 3]) await at.minute(recorder, index, 'renamed');
    expect(at.delivered.map(({ namespace, notices }) => [namespace, notices.length])).toEqual([
      ['prod', 1],
      ['renamed', 1],
    ]);
  });

  test('records a namespace with 1,000 checks that all fail', async () => {
    const names = Array.from({ length: 1000 }, (_, index) => `c${String(index)}`);
    await at.put('prod', { checks: Object.fromEntries(names.map((name) => [name, LEAF])) });
    const result = groupResult('', ...names.map((name) => resultAt(name, { error: refused })));
    const recorder = at.recorder();
    for (const index of [0, 1]) {
      recorder.known({ ...reportOf(result), startedAt: START + index * MINUTE }, []);
      await at.minute(recorder, index);
    }
    expect(at.delivered.flatMap(({ changes }) => changes)).toHaveLength(1001);
  });

  test('tells the mistakes of notices and maintenance once for each version of the document', async () => {
    const wrong = { notify: [{ type: 'slak' }, ...NOTIFY], maintenance: [{ from: 'now', to: 'then' }] };
    await at.put('prod', wrong);
    const recorder = at.recorder();
    at.state.down.add('db');
    for (const index of [0, 1, 2]) await at.minute(recorder, index);
    const told = at.lines.filter((line) => line.includes('mistakes'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('notify.0.type: unknown type; did you mean slack?');
    expect(told[0]).toContain('maintenance.0.from: must be a time');
    expect(at.told()).toEqual([['db', 'down']]);
  });
});

describe('maintenance', () => {
  const hour = { from: '2027-01-10T12:02:00Z', to: '2027-01-10T12:04:00Z' };

  test('by the document is recorded as that, and nobody is told of failures during it', async () => {
    await at.put('prod', { notify: NOTIFY, maintenance: [{ ...hour, checks: ['db'] }] });
    const recorder = at.recorder();
    for (let index = 0; index < 6; index += 1) {
      at.state.down = new Set(index === 2 || index === 3 ? ['db'] : []);
      await at.minute(recorder, index);
    }
    const samples = await at.store.samples('prod', { from: START, to: START + 6 * MINUTE });
    const states = samples.map(({ checks }) => checks.find(({ path }) => path === 'db')?.state);
    expect(states).toEqual(['up', 'up', 'maintenance', 'maintenance', 'up', 'up']);
    expect(at.told()).toEqual([]);
  });

  test('of all checks is one of the whole', async () => {
    await at.put('prod', { maintenance: [{ ...hour, checks: ['db', 'mq'] }] });
    await at.minute(at.recorder(), 2);
    const [sample] = await at.store.samples('prod', { from: START, to: START + 6 * MINUTE });
    expect(sample?.checks.map(({ state }) => state)).toEqual(['maintenance', 'maintenance', 'maintenance']);
  });

  test('by hand counts from the next sample, and ends when it is ended', async () => {
    const recorder = at.recorder();
    await at.store.setWindows('prod', [{ from: START, to: START + 60 * MINUTE, checks: [] }]);
    await at.minute(recorder, 0);
    await at.store.setWindows('prod', []);
    await at.minute(recorder, 1);
    const samples = await at.store.samples('prod', { from: START, to: START + 6 * MINUTE });
    expect(samples.map(({ checks }) => checks[0]?.state)).toEqual(['maintenance', 'up']);
  });
});

describe('a dead letter that is replayed', () => {
  const options = () => ({
    store: at.store,
    vault: { namespace: (name: string) => Promise.resolve(at.namespaces.get(name)) },
    log: collectedLog().log,
    signal: new AbortController().signal,
    now: () => START,
  });

  async function buried(): Promise<void> {
    const recorder = at.recorder();
    at.state.down.add('db');
    for (const index of [0, 1]) await at.minute(recorder, index);
    const [notice] = at.delivered.flatMap(({ notices }) => notices);
    if (notice === undefined) throw new Error('there is no notice');
    await at.store.bury('prod', { id: notice.id, notice, at: START, error: 'webhook answered 400' });
  }

  test('stays one, with the reason, if it cannot be sent', async () => {
    await buried();
    const [replayed] = await replay('prod', options());
    expect(replayed?.error).toContain('ConnectionError');
    expect(await at.store.deadLetters('prod')).toHaveLength(1);
  });

  test('stays one if the document names no target for it', async () => {
    await buried();
    await at.put('prod');
    const [replayed] = await replay('prod', options());
    expect(replayed?.error).toMatch('the document names no such target any more; send it to another one with --target');
    expect(await at.store.deadLetters('prod')).toHaveLength(1);
  });
});

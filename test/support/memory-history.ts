/** A store of history in memory, which does what the others do. */
import { NOTHING_YET } from '../../lib/history/changes.ts';
import type { Memory } from '../../lib/history/changes.ts';
import type { Change } from '../../lib/history/change.ts';
import type { Window } from '../../lib/history/maintenance.ts';
import type { Sample } from '../../lib/history/sample.ts';
import { DAY_MS, QUARTER_MS } from '../../lib/history/span.ts';
import type { Span } from '../../lib/history/span.ts';
import type { Batch, DeadLetter, HistoryStore, Range } from '../../lib/history/store.ts';

interface Kept {
  version: number;
  memory: Memory;
  readonly samples: Map<number, Sample>;
  readonly quarters: Map<number, Span>;
  readonly days: Map<number, Span>;
  readonly changes: Change[];
  batches: Batch[];
  windows: readonly Window[];
  letters: DeadLetter[];
}

export function memoryHistory(): HistoryStore {
  const all = new Map<string, Kept>();
  const of = (name: string): Kept => {
    const kept = all.get(name) ?? {
      version: 0,
      memory: NOTHING_YET,
      samples: new Map(),
      quarters: new Map(),
      days: new Map(),
      changes: [],
      batches: [],
      windows: [],
      letters: [],
    };
    all.set(name, kept);
    return kept;
  };
  const start = (at: number, lengthMs: number) => Math.floor(at / lengthMs) * lengthMs;
  const sorted = <Item extends { at: number }>(items: Iterable<Item>, { from, to }: Range) =>
    Promise.resolve([...items].filter(({ at }) => at >= from && at < to).sort((a, b) => a.at - b.at));
  return {
    location: 'memory',
    load(name, at) {
      const { version, memory, samples, quarters, days } = of(name);
      const [quarter, day] = [quarters.get(start(at, QUARTER_MS)), days.get(start(at, DAY_MS))];
      const isKnown = samples.has(at);
      return Promise.resolve({ version, memory, isKnown, ...(quarter && { quarter }), ...(day && { day }) });
    },
    commit(name, { version, memory, sample, quarter, day, changes, batch }) {
      const kept = of(name);
      if (kept.version !== version || kept.samples.has(sample.at)) return Promise.resolve(false);
      kept.version += 1;
      kept.memory = memory;
      kept.samples.set(sample.at, sample);
      kept.quarters.set(quarter.at, quarter);
      kept.days.set(day.at, day);
      kept.changes.push(...changes);
      if (batch !== undefined) kept.batches.push(batch);
      return Promise.resolve(true);
    },
    memory: (name) => Promise.resolve(of(name).memory),
    samples: (name, range) => sorted(of(name).samples.values(), range),
    quarters: (name, range) => sorted(of(name).quarters.values(), range),
    days: (name, range) => sorted(of(name).days.values(), range),
    changes: (name, range) => sorted(of(name).changes, range),
    batches: (name) => Promise.resolve(of(name).batches),
    sent(batch) {
      const kept = of(batch.namespace);
      kept.batches = kept.batches.filter(({ at }) => at !== batch.at);
      return Promise.resolve();
    },
    windows: (name) => Promise.resolve(of(name).windows),
    setWindows(name, windows) {
      of(name).windows = windows;
      return Promise.resolve();
    },
    deadLetters: (name) => Promise.resolve(of(name).letters),
    bury(name, letter) {
      of(name).letters.push(letter);
      return Promise.resolve();
    },
    raise(name, id) {
      const kept = of(name);
      kept.letters = kept.letters.filter((letter) => letter.id !== id);
      return Promise.resolve();
    },
    namespaces: () => Promise.resolve([...all.keys()]),
    close: () => Promise.resolve(),
  };
}

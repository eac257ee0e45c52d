/** A history in memory: the real interface, and the same meaning as the stores. */
import { NOTHING_YET } from '../../lib/history/changes.ts';
import type { Memory } from '../../lib/history/changes.ts';
import type { Change } from '../../lib/history/change.ts';
import type { Window } from '../../lib/history/maintenance.ts';
import type { Sample } from '../../lib/history/sample.ts';
import type { Span } from '../../lib/history/span.ts';
import type { Batch, DeadLetter, HistoryStore, Picking, Range } from '../../lib/history/store.ts';

interface Kept {
  version: number;
  memory: Memory;
  readonly samples: Map<number, Sample>;
  readonly quarters: Map<number, Span>;
  readonly days: Map<number, Span>;
  readonly changes: Change[];
  readonly batches: Map<string, Batch>;
  windows: readonly Window[];
  readonly letters: Map<string, DeadLetter>;
}

export interface MemoryHistory extends HistoryStore {
  /** Called before each write with its name. May wait, or throw what the store should throw. */
  before: (call: string) => Promise<void> | void;
  /** Puts a batch into the outbox without a sample. */
  put(batch: Batch): Promise<void>;
}

export function memoryHistory(): MemoryHistory {
  const all = new Map<string, Kept>();
  const of = (namespace: string): Kept => {
    const kept = all.get(namespace) ?? {
      version: 0,
      memory: NOTHING_YET,
      samples: new Map(),
      quarters: new Map(),
      days: new Map(),
      changes: [],
      batches: new Map(),
      windows: [],
      letters: new Map(),
    };
    all.set(namespace, kept);
    return kept;
  };
  const within = <T extends { readonly at: number }>(items: Iterable<T>, { from, to }: Range): T[] =>
    [...items].filter(({ at }) => at >= from && at < to).sort((a, b) => a.at - b.at);
  const picked = <T extends { readonly at: number }>(
    items: ReadonlyMap<number, T>,
    range: Range,
    pick: Picking<T> = (item) => item,
  ): T[] => {
    const all = within(items.values(), range).toReversed().map(pick);
    const end = all.indexOf(undefined);
    return (end < 0 ? all : all.slice(0, end)).reverse().filter((item) => item !== undefined);
  };
  const store: MemoryHistory = {
    location: 'memory',
    before: () => undefined,
    load: (namespace, at) => {
      const { version, memory, samples, quarters, days } = of(namespace);
      const quarter = quarters.get(Math.floor(at / 900_000));
      const day = days.get(Math.floor(at / 86_400_000));
      return Promise.resolve({
        version,
        memory,
        isKnown: samples.has(at),
        ...(quarter && { quarter }),
        ...(day && { day }),
      });
    },
    async commit(namespace, { version, memory, sample, replaces, quarter, day, changes, batch }) {
      await store.before('commit');
      const kept = of(namespace);
      const isThere = kept.samples.has(sample.at) && replaces !== true;
      if (kept.version !== version || isThere) return false;
      kept.version += 1;
      kept.memory = memory;
      kept.samples.set(sample.at, sample);
      kept.quarters.set(Math.floor(quarter.at / 900_000), quarter);
      kept.days.set(Math.floor(day.at / 86_400_000), day);
      kept.changes.push(...changes);
      if (batch !== undefined) kept.batches.set(keyOf(batch), batch);
      return true;
    },
    memory: (namespace) => Promise.resolve(of(namespace).memory),
    samples: (namespace, range, pick) => Promise.resolve(picked(of(namespace).samples, range, pick)),
    quarters: (namespace, range, pick) => Promise.resolve(picked(of(namespace).quarters, range, pick)),
    days: (namespace, range, pick) => Promise.resolve(picked(of(namespace).days, range, pick)),
    changes: (namespace, range) => Promise.resolve(within(of(namespace).changes, range)),
    batches: (namespace) => Promise.resolve([...of(namespace).batches.values()].sort((a, b) => a.version - b.version)),
    async sent(batch, left) {
      await store.before('sent');
      const { batches } = of(batch.namespace);
      if (left === undefined) batches.delete(keyOf(batch));
      else batches.set(keyOf(batch), left);
    },
    windows: (namespace) => Promise.resolve(of(namespace).windows),
    setWindows(namespace, windows) {
      of(namespace).windows = windows;
      return Promise.resolve();
    },
    deadLetters: (namespace) => Promise.resolve([...of(namespace).letters.values()]),
    async bury(namespace, letter) {
      await store.before('bury');
      of(namespace).letters.set(letter.id, letter);
    },
    raise(namespace, id) {
      of(namespace).letters.delete(id);
      return Promise.resolve();
    },
    put(batch) {
      of(batch.namespace).batches.set(keyOf(batch), batch);
      return Promise.resolve();
    },
    namespaces: () => Promise.resolve([...all.keys()]),
    close: () => Promise.resolve(),
  };
  return store;
}

/** A clock that is set back brings the same time again. */
function keyOf({ at, version }: Batch): string {
  return `${String(at)} ${String(version)}`;
}

/** Batches, targets that tests control, and an outbox over a history in memory. Needs fake timers. */
import { vi } from 'vitest';
import type { Change } from '../../lib/history/change.ts';
import type { Notice, PlannedNotice } from '../../lib/history/notice.ts';
import type { Batch } from '../../lib/history/store.ts';
import type { Target } from '../../lib/notify/target.ts';
import { Outbox } from '../../lib/record/outbox.ts';
import type { OutboxOptions } from '../../lib/record/outbox.ts';
import { collectedLog } from './collected-log.ts';
import { memoryHistory } from './memory-history.ts';
import { namespaceOf } from './namespace.ts';

export interface FakeTarget extends Target {
  /** The ids that it was told, in order, once for each time. */
  readonly told: string[];
  /** The times of all attempts, in milliseconds since 1970. */
  readonly attempts: number[];
  /** Called with each attempt. May throw what the target should throw, or wait. */
  answer: (notice: Notice) => Promise<void> | void;
}

export function fakeTarget(name: string): FakeTarget {
  const target: FakeTarget = {
    rule: { target: name, for: [], on: ['down', 'up'], afterMs: 0, updates: false, every: false },
    type: name,
    isPublic: false,
    told: [],
    attempts: [],
    answer: () => undefined,
    async send(notice) {
      target.attempts.push(Date.now());
      await target.answer(notice);
      target.told.push(notice.id);
    },
  };
  return target;
}

export function changeAt(at: number, to: 'up' | 'down'): Change {
  const from = to === 'up' ? 'down' : 'up';
  return {
    id: `c${String(at)}`,
    outage: 'o',
    namespace: 'shop',
    path: 'db',
    from,
    to,
    since: at,
    at,
    causes: [],
    consequences: [],
  };
}

/** A notice with this id to each of the targets. */
export function batchAt(
  at: number,
  targets: readonly FakeTarget[],
  { to = 'down', kind = 'change' }: { to?: 'up' | 'down'; kind?: PlannedNotice['kind'] } = {},
): Batch {
  const change = changeAt(at, to);
  const notices = targets.map(({ type }): PlannedNotice => ({
    id: `${String(at)} ${type}`,
    target: type,
    kind,
    change,
    began: at,
    number: 0,
  }));
  return { namespace: 'shop', at, version: at, changes: kind === 'beat' ? [] : [change], notices };
}

/** A history with an outbox, as one process has it. Several may share the history. */
export async function outboxOver(
  targets: readonly FakeTarget[],
  {
    store = memoryHistory(),
    ...options
  }: Partial<Omit<OutboxOptions, 'store'>> & { store?: ReturnType<typeof memoryHistory> } = {},
) {
  const { log, lines } = collectedLog();
  const outbox = new Outbox({ store, log, now: Date.now, ...options });
  const namespace = await namespaceOf();
  /** As the recorder does it after each sample. */
  const deliverAll = async () => {
    await outbox.deliver(await store.batches('shop'), { namespace, targets });
    await vi.advanceTimersByTimeAsync(0);
  };
  const put = async (batch: Batch) => {
    await store.put(batch);
    await deliverAll();
  };
  return { store, outbox, lines, put, deliverAll };
}

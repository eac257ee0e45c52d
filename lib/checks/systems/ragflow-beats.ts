/**
 * The heartbeats of RAGFlow's task executors, and what they add up to. Pure.
 *
 * An executor adds one to a sorted set of its own name every 30 seconds, scored by the time in seconds since 1970:
 * `report_status` in https://github.com/infiniflow/ragflow/blob/main/rag/svr/task_executor.py
 */
import { isJsonObject } from '../../clients/http/json.ts';
import type { Point } from '../../engine/figures.ts';

export interface Beat {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** When the executor was started: a restart begins to count again. */
  readonly bootAt: string;
  /** Tasks since then. */
  readonly done: number;
  readonly failed: number;
  /** Tasks of the queue that all executors share: handed out but not finished, and not handed out yet. */
  readonly pending: number;
  readonly lag: number;
}

/** @returns Undefined for what RAGFlow does not write. */
export function beatIn(text: string, at: number): Beat | undefined {
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(written)) return undefined;
  const { boot_at: bootAt, done, failed, pending, lag } = written;
  if (typeof bootAt !== 'string' || ![done, failed, pending, lag].every(isCount)) return undefined;
  return { at, bootAt, done, failed, pending, lag } as Beat;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export interface Throughput {
  readonly done: readonly Point[];
  readonly failed: readonly Point[];
  readonly pending: readonly Point[];
  readonly lag: readonly Point[];
}

interface Slot {
  done: number;
  failed: number;
  pending: number;
  lag: number;
}

/**
 * The tasks of all executors for each interval between beats. An interval in which none has beaten is left out: it is
 * not known what happened.
 *
 * @param histories The beats of each executor, oldest first.
 * @param everyMs   Milliseconds between beats.
 */
export function throughputOf(histories: readonly (readonly Beat[])[], everyMs: number): Throughput {
  const slots = new Map<number, Slot>();
  for (const beats of histories) {
    for (const [index, beat] of beats.entries()) {
      const before = beats[index - 1];
      const grown = before === undefined ? NOTHING : growth(before, beat);
      const at = Math.floor(beat.at / everyMs) * everyMs;
      const slot = slots.get(at) ?? { done: 0, failed: 0, pending: 0, lag: 0 };
      slots.set(at, {
        done: slot.done + grown.done,
        failed: slot.failed + grown.failed,
        // Executors tell the same of the queue that they share.
        pending: Math.max(slot.pending, beat.pending),
        lag: Math.max(slot.lag, beat.lag),
      });
    }
  }
  const ordered = [...slots].sort(([one], [other]) => one - other);
  const series = (name: keyof Slot) => ordered.map(([at, slot]) => ({ at, value: slot[name] }));
  return { done: series('done'), failed: series('failed'), pending: series('pending'), lag: series('lag') };
}

const NOTHING = { done: 0, failed: 0 };

/**
 * What has been counted from one beat to a later one, also if beats between them are missing. After a restart, all that
 * is counted since then: the tasks between the last beat and the restart are lost to everybody.
 */
function growth(before: Beat, beat: Beat): { readonly done: number; readonly failed: number } {
  const isSame = beat.bootAt === before.bootAt && beat.done >= before.done && beat.failed >= before.failed;
  if (!isSame) return beat;
  return { done: beat.done - before.done, failed: beat.failed - before.failed };
}

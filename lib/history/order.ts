/** Takes samples in the order of their times, even where they come late, twice or not at all. Pure. */
import { step } from './changes.ts';
import type { ChangeRules, Memory, Step } from './changes.ts';
import type { Sample } from './sample.ts';

export interface OrderRules extends ChangeRules {
  /** For how many slots a sample waits for one before it that is missing. */
  readonly lateSlots: number;
}

/**
 * Takes a sample into account, and those that waited for it. A sample that comes later than it may is left out: what
 * was told cannot be taken back.
 *
 * @param take Called with what each sample leads to, in order. Returns the memory to go on with.
 * @returns The memory to keep.
 */
export function inOrder(memory: Memory, sample: Sample, rules: OrderRules, take: (taken: Step) => Memory): Memory {
  const { lastAt = -Infinity } = memory;
  if (sample.at <= lastAt || memory.held.some(({ at }) => at === sample.at)) return memory;
  let held = [...memory.held, sample].toSorted((a, b) => a.at - b.at);
  const newest = held.at(-1)?.at ?? 0;
  let now = memory;
  for (let [first] = held; first !== undefined; [first] = held) {
    const { at, intervalMs } = first;
    const isNext = now.lastAt === undefined || at <= now.lastAt + intervalMs;
    if (!isNext && newest - at < rules.lateSlots * intervalMs) break;
    held = held.slice(1);
    now = take(step(now, first, rules));
  }
  return { ...now, held };
}

/** The keys of what a store keeps of a namespace, in the order of time, and how long each is kept. */
import { DAY_MS, QUARTER_MS } from './span.ts';
import type { Range } from './store.ts';

export const MEMORY_KEY = 'n#memory';
export const WINDOWS_KEY = 'n#windows';

/** What is kept for a time. Keys of one kind lie side by side. */
export const KINDS = {
  sample: { prefix: 'm', keepMs: 26 * 3_600_000 },
  quarter: { prefix: 'q', keepMs: 9 * DAY_MS },
  day: { prefix: 'd', keepMs: 400 * DAY_MS },
  changes: { prefix: 'c', keepMs: 90 * DAY_MS },
  /** What is still to be sent lies beside the memory. */
  batch: { prefix: 'o', keepMs: 8 * DAY_MS },
  letter: { prefix: 'x', keepMs: 90 * DAY_MS },
} as const;

export type Kind = keyof typeof KINDS;

/** For how long the memory is kept after the latest sample. */
export const MEMORY_MS = KINDS.day.keepMs;

/** Digits of a time in a key: they order times until the year 33658. */
const DIGITS = 15;
const MAX_TIME = 10 ** DIGITS - 1;

/** @param part Tells apart what has the same time. */
export function timedKey(kind: Kind, timeMs: number, part?: string): string {
  const time = Math.min(MAX_TIME, Math.max(0, Math.ceil(timeMs)));
  const key = `${KINDS[kind].prefix}#${String(time).padStart(DIGITS, '0')}`;
  return part === undefined ? key : `${key}#${part}`;
}

/** The keys of a range: from the first to before the second. */
export function keysOf(kind: Kind, { from, to }: Range): readonly [from: string, to: string] {
  return [timedKey(kind, from), timedKey(kind, to)];
}

export const ALWAYS: Range = { from: 0, to: Infinity };

export function quarterOf(timeMs: number): number {
  return Math.floor(timeMs / QUARTER_MS) * QUARTER_MS;
}

export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS) * DAY_MS;
}

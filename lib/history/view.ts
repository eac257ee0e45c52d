/** What formats show of the history: pure data, read from a store in a few queries. */
import { covers } from './notices.ts';
import type { Change } from './change.ts';
import type { Memory } from './changes.ts';
import type { Window } from './maintenance.ts';
import { fitting, latestOf, latestSpansOf } from './latest-samples.ts';
import { outagesOf } from './past-outages.ts';
import type { PastOutage } from './past-outages.ts';
import type { Sample } from './sample.ts';
import { WHOLE } from './sample.ts';
import { DAY_MS, QUARTER_MS, uptimeOf } from './span.ts';
import type { Span, Tally } from './span.ts';
import type { Standing } from './standing.ts';
import type { HistoryStore, Range } from './store.ts';

/** What is read of a store to show it. */
export type ReadableHistory = Pick<HistoryStore, 'memory' | 'samples' | 'quarters' | 'days' | 'changes' | 'windows'>;

/** Opens the history with the first answer that shows it. Later calls resolve with the same. */
export type HistoryReader = () => Promise<ReadableHistory>;

/** How much of the history to show, in milliseconds back from now. What is left out is not read. */
export interface Wanted {
  readonly samplesMs?: number;
  readonly quartersMs?: number;
  readonly daysMs?: number;
  readonly changesMs?: number;
  /** Whether to show since when each check is as it is. */
  readonly standings?: true;
  /** How far ahead maintenance is announced. */
  readonly windowsMs?: number;
  /** Whether to read of the part alone, and not more than one answer tells: the earliest marks are left out. */
  readonly isOfPart?: true;
}

/** Everything that is left out was not asked for. */
export interface HistoryView {
  /** When it was read, in milliseconds since 1970. */
  readonly at: number;
  readonly samples?: readonly Sample[];
  readonly quarters?: Strips;
  readonly days?: Strips;
  readonly changes?: readonly Change[];
  /** Of these changes, the latest first. */
  readonly outages?: readonly PastOutage[];
  /** By path. */
  readonly standings?: ReadonlyMap<string, Pick<Standing, 'state' | 'since'>>;
  /** Those that are not over, in the order of their beginnings. */
  readonly windows?: readonly Window[];
}

/** Marks of equal length, without a break. The last of them has not ended. */
export interface Strips {
  /** The beginning of the first, in milliseconds since 1970. */
  readonly from: number;
  readonly lengthMs: number;
  readonly count: number;
  /** By path, as many as there are marks; undefined where nothing is known. */
  readonly marks: ReadonlyMap<string, readonly (Tally | undefined)[]>;
}

export interface LoadOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly wanted: Wanted;
  /** The part of which samples are read, and marks where only those of a part are wanted; everything unless given. */
  readonly part?: string;
  /** What the document's `maintenance` says. */
  readonly maintenance?: readonly unknown[];
}

/**
 * Reads what is wanted: one query each for quarters of an hour, days, samples and changes.
 *
 * @throws CheckError that names the store, where it does not work.
 */
export async function loadView(
  store: ReadableHistory,
  namespace: string,
  { now, wanted, part = WHOLE, maintenance = [] }: LoadOptions,
): Promise<HistoryView> {
  const back = (ms: number): Range => ({ from: now - ms, to: now + 1 });
  const strips = async (read: 'quarters' | 'days', rangeMs: number, lengthMs: number) => {
    const axis = axisOf(rangeMs, lengthMs, now);
    const range = { from: axis.from, to: now + 1 };
    if (isOfPart !== true) return stripsOf(await store[read](namespace, range), axis);
    const spans = await store[read](namespace, range, latestSpansOf(part));
    const latest = fitting(spans);
    return stripsOf(latest, latest.length < spans.length ? axisFrom(latest[0]?.at ?? now, axis) : axis);
  };
  const { samplesMs, quartersMs, daysMs, changesMs, standings, windowsMs, isOfPart } = wanted;
  const [samples, quarters, days, changes, memory, windows] = await Promise.all([
    samplesMs && store.samples(namespace, back(samplesMs), latestOf(part)),
    quartersMs && strips('quarters', quartersMs, QUARTER_MS),
    daysMs && strips('days', daysMs, DAY_MS),
    changesMs && store.changes(namespace, back(changesMs)),
    (standings ?? changesMs) && store.memory(namespace),
    windowsMs && windowsAhead(store.windows(namespace), maintenance, { from: now, to: now + windowsMs }),
  ]);
  const open = memory && new Set(memory.outages.map(({ id }) => id));
  return {
    at: now,
    ...(samples && { samples }),
    ...(quarters && { quarters }),
    ...(days && { days }),
    ...(changes && { changes, outages: outagesOf(changes, open || undefined) }),
    ...(memory && { standings: confirmed(memory) }),
    ...(windows && { windows }),
  };
}

function confirmed({ standings }: Memory): NonNullable<HistoryView['standings']> {
  return new Map([...standings].map(([path, { state, since }]) => [path, { state, since }]));
}

/** What is now or soon. How the document's rules are read is loaded only here. */
async function windowsAhead(
  byHand: Promise<readonly Window[]>,
  items: readonly unknown[],
  range: Range,
): Promise<readonly Window[]> {
  return (await import('./maintenance.ts')).windowsIn(items, await byHand, range);
}

/** Whole marks back from now: the last of them is the one that now is in. */
function axisOf(rangeMs: number, lengthMs: number, now: number): Omit<Strips, 'marks'> {
  const count = Math.ceil(rangeMs / lengthMs);
  return { from: Math.floor(now / lengthMs) * lengthMs - (count - 1) * lengthMs, lengthMs, count };
}

/** The latest of these marks, from a time on. */
function axisFrom(at: number, { from, lengthMs, count }: Omit<Strips, 'marks'>): Omit<Strips, 'marks'> {
  const left = Math.floor((at - from) / lengthMs);
  return { from: from + left * lengthMs, lengthMs, count: count - left };
}

function stripsOf(spans: readonly Span[], axis: Omit<Strips, 'marks'>): Strips {
  return { ...axis, marks: marksOf(spans, axis) };
}

function marksOf(spans: readonly Span[], { from, lengthMs, count }: Omit<Strips, 'marks'>): Strips['marks'] {
  const marks = new Map<string, (Tally | undefined)[]>();
  for (const span of spans) {
    const index = Math.round((span.at - from) / lengthMs);
    if (index < 0 || index >= count) continue;
    for (const [path, tally] of span.checks) {
      const own = marks.get(path) ?? Array.from<Tally | undefined>({ length: count });
      own[index] = tally;
      marks.set(path, own);
    }
  }
  return marks;
}

/**
 * Uptime as a ratio from 0 to 1, of the latest marks.
 *
 * @param latest How many; all of them unless given.
 * @returns Undefined where nothing is known.
 */
export function uptimeIn(strips: Strips | undefined, path: string, latest = Infinity): number | undefined {
  const marks = strips?.marks.get(path) ?? [];
  return uptimeOf(marks.slice(-Math.min(latest, marks.length)));
}

/** Keeps what concerns one part of the namespace. The history of the whole is left out. */
export function partOfView(view: HistoryView, part: string): HistoryView {
  if (part === WHOLE) return view;
  const isIn = (path: string) => covers({ for: [part] }, path);
  const only = <Value>(map: ReadonlyMap<string, Value>) => new Map([...map].filter(([path]) => isIn(path)));
  const { samples, quarters, days, changes, outages, standings, windows } = view;
  return {
    at: view.at,
    ...(samples && {
      samples: samples.map((one) => ({ ...one, checks: one.checks.filter(({ path }) => isIn(path)) })),
    }),
    ...(quarters && { quarters: { ...quarters, marks: only(quarters.marks) } }),
    ...(days && { days: { ...days, marks: only(days.marks) } }),
    ...(changes && { changes: changes.filter(({ path, observer }) => isIn(path) || observer === true) }),
    ...(outages && { outages: outages.filter(({ members, observer }) => members.some(isIn) || observer === true) }),
    ...(standings && { standings: only(standings) }),
    ...(windows && {
      windows: windows.filter(
        ({ checks }) => checks.length === 0 || checks.some((one) => isIn(one) || covers({ for: [one] }, part)),
      ),
    }),
  };
}

/** What a store of history must do. Both stores pass the same suite. */
import type { Change } from './change.ts';
import type { Memory } from './changes.ts';
import type { Window } from './maintenance.ts';
import type { PlannedNotice } from './notices.ts';
import type { Sample } from './sample.ts';
import type { Span } from './span.ts';

/** What has to be sent because of one sample. It stays in the store until that is done. */
export interface Batch {
  readonly namespace: string;
  /** The time of the sample. */
  readonly at: number;
  /** That of the memory before the sample. It grows with each sample, also where the clock is set back. */
  readonly version: number;
  readonly changes: readonly Change[];
  readonly notices: readonly PlannedNotice[];
}

/** A notice that could not be sent. */
export interface DeadLetter {
  readonly id: string;
  readonly notice: PlannedNotice;
  /** When it was given up, in milliseconds since 1970. */
  readonly at: number;
  readonly error: string;
}

/** What is needed to record a sample. */
export interface Loaded {
  /** Of the memory; it grows with each sample. */
  readonly version: number;
  readonly memory: Memory;
  /** Whether there is a sample of that time already. */
  readonly isKnown: boolean;
  /** The quarter of an hour and the day that the sample belongs to, as far as they are known. */
  readonly quarter?: Span;
  readonly day?: Span;
}

/** What a sample changes. All of it is written, or nothing. */
export interface Entry {
  /** The version that was loaded. */
  readonly version: number;
  readonly memory: Memory;
  readonly sample: Sample;
  /** Whether there is a sample of that time, which this one replaces. Otherwise there must be none. */
  readonly replaces?: boolean;
  readonly quarter: Span;
  readonly day: Span;
  readonly changes: readonly Change[];
  /** Left out if there is nothing to send. */
  readonly batch?: Batch;
}

/** A range of times in milliseconds since 1970, without its end. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What to keep of each, the latest first. The rest is not read once it returns undefined. */
export type Picking<T> = (one: T) => T | undefined;

/** All methods throw a `CheckError` that names the store, where it does not work. */
export interface HistoryStore {
  /** For messages: `DynamoDB table healthgate`, `folder history`. */
  readonly location: string;
  load(namespace: string, at: number): Promise<Loaded>;
  /** @returns False if the sample is known by now, or the memory has another version. Then nothing was written. */
  commit(namespace: string, entry: Entry): Promise<boolean>;

  memory(namespace: string): Promise<Memory>;
  /**
   * In the order of time, the earliest first. So are the others.
   *
   * @param pick Everything is kept unless given.
   */
  samples(namespace: string, range: Range, pick?: Picking<Sample>): Promise<readonly Sample[]>;
  quarters(namespace: string, range: Range, pick?: Picking<Span>): Promise<readonly Span[]>;
  days(namespace: string, range: Range, pick?: Picking<Span>): Promise<readonly Span[]>;
  changes(namespace: string, range: Range): Promise<readonly Change[]>;

  /** What is still to be sent, in the order in which it was written. */
  batches(namespace: string): Promise<readonly Batch[]>;
  /** @param left What is still to be sent of it, if anything is. */
  sent(batch: Batch, left?: Batch): Promise<void>;

  /** The windows that were begun by hand, and are not over. */
  windows(namespace: string): Promise<readonly Window[]>;
  setWindows(namespace: string, windows: readonly Window[]): Promise<void>;

  deadLetters(namespace: string): Promise<readonly DeadLetter[]>;
  bury(namespace: string, letter: DeadLetter): Promise<void>;
  /** Forgets a dead letter: it is sent again. */
  raise(namespace: string, id: string): Promise<void>;

  /** The names of the namespaces that have a history. */
  namespaces(): Promise<readonly string[]>;
  close(): Promise<void>;
}

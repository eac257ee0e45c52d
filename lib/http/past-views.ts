/** Views of one history that requests share. Whatever is asked for, few are read at a time, and few are kept. */
import { isRecent } from '../clock.ts';
import { UnhealthyError } from '../errors.ts';
import type { HistoryReader, HistoryView, ReadableHistory } from '../history/view.ts';
import { Gate } from '../record/gate.ts';

/** Views that are read at the same time. That of the page of a thousand checks takes a second, and 80 MB. */
const READ_AT_A_TIME = 4;
/** Milliseconds that a view may wait to be read: nobody waits for it any more then. */
const MAX_WAIT_MS = 3000;
const MAX_VIEWS = 100;
/** Samples and marks of checks in all views that are kept: about 130 MB. */
const MAX_WEIGHT = 300_000;

interface Kept {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly view: Promise<HistoryView>;
  /** Zero until it was read. */
  weight: number;
}

export interface Asked {
  readonly now: number;
  /** Milliseconds for which a view is shared. */
  readonly ageMs: number;
  readonly open: HistoryReader;
  readonly load: (store: ReadableHistory) => Promise<HistoryView>;
}

export class PastViews {
  readonly #gate = new Gate(READ_AT_A_TIME);
  /** The earliest first. */
  readonly #kept = new Map<string, Kept>();

  /** One that is young enough, or that others wait for. However often it is asked for, it is read once in a while. */
  share(key: string, { now, ageMs, open, load }: Asked): Promise<HistoryView> {
    const known = this.#kept.get(key);
    if (known !== undefined && isRecent(known.at, ageMs, now)) return known.view;
    const view = open().then((store) => this.#read(() => load(store)));
    const kept: Kept = { at: now, view, weight: 0 };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    view.then(
      (read) => {
        kept.weight = weightOf(read);
        this.#forget();
      },
      // The next one asks again, but not while this one is still under way.
      () => {
        if (this.#kept.get(key) === kept) this.#kept.delete(key);
      },
    );
    this.#forget();
    return view;
  }

  #read(load: () => Promise<HistoryView>): Promise<HistoryView> {
    const since = performance.now();
    return this.#gate.pass(async () => {
      if (performance.now() - since > MAX_WAIT_MS)
        throw new UnhealthyError('too many requests are reading the history');
      return load();
    });
  }

  /** The earliest, until the others are few and small. The latest stays. */
  #forget(): void {
    let weight = 0;
    for (const kept of this.#kept.values()) weight += kept.weight;
    for (const [key, kept] of this.#kept) {
      if (this.#kept.size <= 1 || (this.#kept.size <= MAX_VIEWS && weight <= MAX_WEIGHT)) return;
      this.#kept.delete(key);
      weight -= kept.weight;
    }
  }
}

function weightOf({ samples = [], quarters, days }: HistoryView): number {
  const marks = [quarters, days].map((strips) => (strips === undefined ? 0 : strips.count * strips.marks.size));
  return [...samples.map(({ checks }) => checks.length), ...marks].reduce((sum, weight) => sum + weight, 0);
}

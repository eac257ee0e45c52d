/** History in a database of items. */
import { createPace } from '../pace.ts';
import type { Change } from './change.ts';
import { NOTHING_YET } from './changes.ts';
import type { Memory } from './changes.ts';
import { codecs, decode, encode, maxSpanBytes } from './codec.ts';
import type { Codec } from './codec.ts';
import { DecodedSpans } from './decoded.ts';
import type { Item, Items, ItemToWrite } from './items.ts';
import { ALWAYS, dayOf, keysOf, MEMORY_KEY, MEMORY_MS, quarterOf, timedKey, WINDOWS_KEY } from './keys.ts';
import type { Kind } from './keys.ts';
import type { Window } from './maintenance.ts';
import type { Sample } from './sample.ts';
import type { Span } from './span.ts';
import type { Batch, DeadLetter, Entry, HistoryStore, Loaded, Picking, Range } from './store.ts';
import { batchItems, changesItem, timed } from './timed-items.ts';

/** A namespace's name is written down again after so many samples, so that it is not forgotten while there are any. */
const SAMPLES_PER_NAME = 1024;

export class StoredHistory implements HistoryStore {
  readonly location: string;
  readonly #items: Items;
  readonly #spans = new DecodedSpans();

  constructor(items: Items) {
    this.#items = items;
    this.location = items.location;
  }

  async load(namespace: string, at: number): Promise<Loaded> {
    const [sampleKey, quarterKey, dayKey] = [
      timedKey('sample', at),
      timedKey('quarter', quarterOf(at)),
      timedKey('day', dayOf(at)),
    ];
    const items = await this.#items.read(namespace, [MEMORY_KEY, sampleKey, quarterKey, dayKey]);
    const { version = 0 } = items.get(MEMORY_KEY) ?? {};
    const [memory, quarter, day] = await Promise.all([
      this.#decoded(codecs.memory, items.get(MEMORY_KEY)),
      this.#decoded(codecs.span, items.get(quarterKey)),
      this.#decoded(codecs.span, items.get(dayKey)),
    ]);
    const isKnown = items.has(sampleKey);
    return { version, memory: memory ?? NOTHING_YET, isKnown, ...(quarter && { quarter }), ...(day && { day }) };
  }

  async commit(namespace: string, entry: Entry): Promise<boolean> {
    const { sample, replaces, quarter, day, changes, batch, version } = entry;
    const { at } = sample;
    const puts = await Promise.all([
      this.#timed('sample', at, codecs.sample, sample),
      this.#memory(entry),
      this.#timed('quarter', quarter.at, codecs.span, quarter, maxSpanBytes(quarter)),
      this.#timed('day', day.at, codecs.span, day, maxSpanBytes(day)),
      ...(changes.length > 0 ? [changesItem(at, version, changes)] : []),
    ]);
    return this.#items.write(namespace, {
      puts: [...puts, ...(batch === undefined ? [] : await batchItems(batch))],
      absent: replaces === true ? [] : [timedKey('sample', at)],
      expected: { key: MEMORY_KEY, version },
      at,
      isNew: version % SAMPLES_PER_NAME === 0,
    });
  }

  async memory(namespace: string): Promise<Memory> {
    const items = await this.#items.read(namespace, [MEMORY_KEY]);
    return (await this.#decoded(codecs.memory, items.get(MEMORY_KEY))) ?? NOTHING_YET;
  }

  async samples(namespace: string, range: Range, pick?: Picking<Sample>): Promise<readonly Sample[]> {
    return this.#all('sample', namespace, range, ({ value }) => decode(codecs.sample, value, this.location), pick);
  }

  async quarters(namespace: string, range: Range, pick?: Picking<Span>): Promise<readonly Span[]> {
    return this.#all('quarter', namespace, range, this.#spanOf(namespace), pick);
  }

  async days(namespace: string, range: Range, pick?: Picking<Span>): Promise<readonly Span[]> {
    return this.#all('day', namespace, range, this.#spanOf(namespace), pick);
  }

  async changes(namespace: string, range: Range): Promise<readonly Change[]> {
    const read = ({ value }: Item) => decode(codecs.changes, value, this.location);
    return (await this.#all('changes', namespace, range, read)).flat();
  }

  async batches(namespace: string): Promise<readonly Batch[]> {
    const items = await this.#items.range(namespace, ...keysOf('batch', ALWAYS));
    const parts = new Map<string, Uint8Array[]>();
    for (const { key, value } of items) {
      const whole = key.slice(0, key.lastIndexOf('#'));
      parts.set(whole, [...(parts.get(whole) ?? []), value]);
    }
    const read = [...parts.values()].map((part) => decode(codecs.batch, Buffer.concat(part), this.location));
    return (await Promise.all(read)).toSorted((a, b) => a.version - b.version);
  }

  async sent({ namespace, at, version }: Batch, left?: Batch): Promise<void> {
    const items = await this.#items.range(namespace, timedKey('batch', at), timedKey('batch', at + 1));
    const own = items.map(({ key }) => key).filter((key) => key.startsWith(timedKey('batch', at, `${version}#`)));
    if (own.length === 0) return;
    const puts = left === undefined ? [] : await batchItems(left);
    const removes = own.filter((key) => !puts.some((put) => put.key === key));
    await this.#items.write(namespace, { puts, removes });
  }

  async windows(namespace: string): Promise<readonly Window[]> {
    const items = await this.#items.read(namespace, [WINDOWS_KEY]);
    const windows = (await this.#decoded(codecs.windows, items.get(WINDOWS_KEY))) ?? [];
    return windows.filter(({ to }) => to > Date.now());
  }

  async setWindows(namespace: string, windows: readonly Window[]): Promise<void> {
    if (windows.length === 0) {
      await this.#items.write(namespace, { removes: [WINDOWS_KEY] });
      return;
    }
    const value = await encode(codecs.windows, windows);
    const expiresAt = Math.max(...windows.map(({ to }) => to));
    await this.#items.write(namespace, { puts: [{ key: WINDOWS_KEY, value, expiresAt }] });
  }

  async deadLetters(namespace: string): Promise<readonly DeadLetter[]> {
    return this.#all('letter', namespace, ALWAYS, ({ value }) => decode(codecs.letter, value, this.location));
  }

  async bury(namespace: string, letter: DeadLetter): Promise<void> {
    const value = await encode(codecs.letter, letter);
    const { key, expiresAt } = timed('letter', letter.at, letter.id);
    await this.#items.write(namespace, { puts: [{ key, value, expiresAt }] });
  }

  async raise(namespace: string, id: string): Promise<void> {
    const items = await this.#items.range(namespace, ...keysOf('letter', ALWAYS));
    const removes = items.map(({ key }) => key).filter((key) => key.endsWith(`#${id}`));
    if (removes.length > 0) await this.#items.write(namespace, { removes });
  }

  async namespaces(): Promise<readonly string[]> {
    return this.#items.namespaces();
  }

  async close(): Promise<void> {
    await this.#items.close();
  }

  async #memory({ sample, memory, version }: Entry): Promise<ItemToWrite> {
    const value = await encode(codecs.memory, memory);
    return { key: MEMORY_KEY, value, version: version + 1, expiresAt: sample.at + MEMORY_MS };
  }

  async #timed<T>(kind: Kind, at: number, codec: Codec<T>, value: T, maxBytes?: number): Promise<ItemToWrite> {
    return { ...timed(kind, at), value: await encode(codec, value, maxBytes) };
  }

  #spanOf(namespace: string): (item: Item) => Promise<Span> {
    return ({ key, value }) => this.#spans.get(namespace, key, value, () => decode(codecs.span, value, this.location));
  }

  async #all<T>(
    kind: Kind,
    namespace: string,
    range: Range,
    read: (item: Item) => Promise<T>,
    pick: Picking<T> = (value) => value,
  ): Promise<readonly T[]> {
    const values: T[] = [];
    const pace = createPace();
    // One after another: each needs memory of its own while it is decompressed.
    for (const item of (await this.#items.range(namespace, ...keysOf(kind, range))).toReversed()) {
      const picked = pick(await read(item));
      if (picked === undefined) break;
      values.push(picked);
      await pace();
    }
    return values.reverse();
  }

  async #decoded<T>(codec: Codec<T>, item: Item | undefined): Promise<T | undefined> {
    return item === undefined ? undefined : decode(codec, item.value, this.location);
  }
}

/** Items of history in memory, which remember what was written last. */
import type { Item, Items, ItemToWrite, Write } from '../../lib/history/items.ts';

export class MemoryItems implements Items {
  readonly location = 'memory';
  readonly items = new Map<string, ItemToWrite>();
  last: Write = {};

  async read(_namespace: string, keys: readonly string[]): Promise<ReadonlyMap<string, Item>> {
    const found = keys.map((key) => this.items.get(key)).filter((item) => item !== undefined);
    return new Map(found.map((item) => [item.key, item]));
  }

  async range(_namespace: string, from: string, to: string): Promise<readonly Item[]> {
    return [...this.items.values()].filter(({ key }) => key >= from && key < to);
  }

  async write(_namespace: string, write: Write): Promise<boolean> {
    this.last = write;
    for (const item of write.puts ?? []) this.items.set(item.key, item);
    for (const key of write.removes ?? []) this.items.delete(key);
    return true;
  }

  async namespaces(): Promise<readonly string[]> {
    return [];
  }

  async close(): Promise<void> {
    this.items.clear();
  }
}

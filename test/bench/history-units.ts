/** The units of DynamoDB that one sample takes, and the bytes that stay, by the sizes of what is written and read. */
import type { Item, Items, ItemToWrite, Write } from '../../lib/history/items.ts';
import { MEMORY_KEY } from '../../lib/history/keys.ts';
import { record } from '../../lib/history/recording.ts';
import { WHOLE } from '../../lib/history/sample.ts';
import type { CheckSample, Sample } from '../../lib/history/sample.ts';
import { DAY_MS, QUARTER_MS } from '../../lib/history/span.ts';
import { StoredHistory } from '../../lib/history/stored.ts';
import { USUAL_CONFIRMATION } from '../../lib/engine/types.ts';
import { seeded } from '../../infra/lag.ts';
import type { Figure } from './figure.ts';

const CHECKS = 25;
const MINUTE_MS = 60_000;
const START = Date.UTC(2026, 10, 26);
/** Share of samples in which a check fails. */
const FAILING = 0.001;
/** Bytes of a unit: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
const WRITE_BYTES = 1024;
const READ_BYTES = 4096;
/** A write in a transaction counts twice. */
const IN_TRANSACTION = 2;

/** A table in memory that counts as DynamoDB does. */
class CountingItems implements Items {
  readonly location = 'memory';
  readonly items = new Map<string, Item>();
  writeUnits = 0;
  readUnits = 0;

  async read(namespace: string, keys: readonly string[]): Promise<ReadonlyMap<string, Item>> {
    const found = keys.flatMap((key) => this.items.get(key) ?? []);
    for (const key of keys) this.readUnits += units(sizeOf(namespace, this.items.get(key)), READ_BYTES);
    return new Map(found.map((item) => [item.key, item]));
  }

  async range(namespace: string, from: string, to: string): Promise<readonly Item[]> {
    const found = [...this.items.values()].filter(({ key }) => key >= from && key < to);
    this.readUnits += units(
      found.reduce((sum, item) => sum + sizeOf(namespace, item), 0),
      READ_BYTES,
    );
    return found;
  }

  async write(namespace: string, { puts = [], removes = [] }: Write): Promise<boolean> {
    const written: readonly ItemToWrite[] = puts;
    for (const item of written) {
      this.writeUnits += IN_TRANSACTION * units(sizeOf(namespace, item), WRITE_BYTES);
      this.items.set(item.key, item);
    }
    for (const key of removes) {
      this.writeUnits += IN_TRANSACTION * units(sizeOf(namespace, this.items.get(key)), WRITE_BYTES);
      this.items.delete(key);
    }
    return true;
  }

  async namespaces(): Promise<readonly string[]> {
    return [];
  }

  async close(): Promise<void> {
    this.items.clear();
  }
}

export async function historyUnits(): Promise<Figure[]> {
  const random = seeded(1);
  const items = new CountingItems();
  const store = new StoredHistory(items);
  const rules = { confirmation: () => USUAL_CONFIRMATION, targets: [], lateSlots: 2 };
  const count = DAY_MS / MINUTE_MS;
  for (let index = 0; index < count; index += 1) {
    await record(store, sample(START + index * MINUTE_MS, random), rules);
    // As the recorder does: what is still to be sent, and the windows that were begun by hand.
    for (const batch of await store.batches('shop')) await store.sent(batch);
    await store.windows('shop');
  }
  const bytes = (prefix: string) => {
    const sizes = [...items.items.values()].filter(({ key }) => key.startsWith(prefix)).map((i) => sizeOf('shop', i));
    return sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, sizes.length);
  };
  const kept = bytes(MEMORY_KEY) + bytes('m#') * 26 * 60 + bytes('q#') * 9 * (DAY_MS / QUARTER_MS) + bytes('d#') * 400;
  const figure = (name: string, measured: string): Figure => ({
    name,
    asked: 'none, for docs/cost.md',
    measured,
    ok: true,
  });
  return [
    figure(`write units of DynamoDB for a sample of ${CHECKS} checks`, (items.writeUnits / count).toFixed(1)),
    figure(`read units of DynamoDB for a sample of ${CHECKS} checks`, (items.readUnits / count).toFixed(1)),
    figure(
      'bytes of a sample, a quarter-hour, a day, the memory',
      ['m#', 'q#', 'd#', MEMORY_KEY].map((prefix) => bytes(prefix).toFixed(0)).join(', '),
    ),
    figure(`MB that are kept of a namespace of ${CHECKS} checks`, (kept / 1e6).toFixed(2)),
  ];
}

function sample(at: number, random: () => number): Sample {
  const checks = Array.from({ length: CHECKS }, (_, index): CheckSample => {
    const isDown = random() < FAILING;
    return {
      path: `group ${index % 5}/check ${index}`,
      state: isDown ? 'down' : 'up',
      durationMs: Math.round(2 + 30 * random() ** 3),
      ...(isDown && { error: `ConnectionError: redis cache-${index}.example:6379 refused the connection` }),
    };
  });
  const isDown = checks.some(({ state }) => state === 'down');
  const whole: CheckSample = { path: WHOLE, state: isDown ? 'down' : 'up', durationMs: Math.round(40 + 40 * random()) };
  return { namespace: 'shop', at, intervalMs: MINUTE_MS, observerCutOff: false, checks: [whole, ...checks] };
}

/** At least one: a missing item is looked for, too. */
function units(bytes: number, unit: number): number {
  return Math.max(1, Math.ceil(bytes / unit));
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
function sizeOf(namespace: string, item: Item | undefined): number {
  if (item === undefined) return 0;
  const { key, value, version } = item;
  const names = 'pk'.length + 'sk'.length + 'body'.length + 'expires'.length;
  const numbers = 7 + (version === undefined ? 0 : 'version'.length + 4);
  return names + numbers + 'n#'.length + namespace.length + key.length + value.length;
}

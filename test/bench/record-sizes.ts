/** How large what is kept of a namespace is, and how many of DynamoDB's units it takes to write and to read it. */
import { brotliDecompressSync } from 'node:zlib';
import type { Item, ItemToWrite } from '../../lib/history/items.ts';
import { MEMORY_KEY } from '../../lib/history/keys.ts';
import { record } from '../../lib/history/recording.ts';
import { StoredHistory } from '../../lib/history/stored.ts';
import { MemoryItems } from '../support/memory-items.ts';
import type { Figure } from './figure.ts';
import { RULES, usualSample } from './record-samples.ts';

const NAMESPACE = 'shop-production';
const MINUTES = 1440;
/** Minutes of an outage, and from one to the next. */
const [DOWN, EVERY] = [10, 480] as const;
/** Bytes of an item beside its value: its keys, the names of its attributes, and its numbers. */
const KEY_BYTES = 2 * 'pk'.length + `n#${NAMESPACE}m#000000000000000bodyexpires`.length + 6;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const sizeOf = ({ value }: Item) => KEY_BYTES + value.length;
const writeUnits = (item: Item) => 2 * Math.ceil(sizeOf(item) / 1024);
const readUnits = (item: Item | undefined) => (item === undefined ? 1 : Math.ceil(sizeOf(item) / 4096));
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** Records a day, with three outages of ten minutes. */
export async function itemSizes(checks: number): Promise<Figure[]> {
  const items = new MemoryItems();
  const store = new StoredHistory(items);
  const [written, read, sizes]: [number[], number[], number[]] = [[], [], []];
  for (let minute = 0; minute < MINUTES; minute += 1) {
    const isDown = minute >= EVERY / 2 && (minute - EVERY / 2) % EVERY < DOWN;
    await record(store, usualSample(NAMESPACE, minute, checks, isDown), RULES);
    const { puts = [] } = items.last;
    written.push(sum(puts.map(writeUnits)));
    const loaded = puts.filter(({ key }) => !key.startsWith('c#') && !key.startsWith('o#'));
    // The windows and what is still to be sent are looked for as well, and are usually not there.
    read.push(sum(loaded.map(readUnits)) + 2);
    sizes.push(...puts.filter(({ key }) => key.startsWith('m#')).map(sizeOf));
  }
  const last = (prefix: string) => [...items.items.values()].filter(({ key }) => key.startsWith(prefix)).at(-1);
  const of = { sample: last('m#'), memory: items.items.get(MEMORY_KEY), quarter: last('q#'), day: last('d#') };
  const keptBytes = 26 * 60 * (sum(sizes) / sizes.length) + 9 * 96 * sizeIn(of.quarter) + 400 * sizeIn(of.day);
  const perSample = (units: readonly number[]) => (sum(units) / MINUTES).toFixed(2);
  return [
    {
      name: `what is kept of ${String(checks)} checks after a day with three outages, as JSON and compressed`,
      asked: 'none, for comparison',
      measured: Object.entries(of)
        .map(([name, item]) => `${name} ${bytesOf(item)}`)
        .join(', '),
      ok: true,
    },
    {
      name: `DynamoDB, one sample of ${String(checks)} checks, on average of that day`,
      asked: 'none, for comparison',
      measured:
        `${perSample(written)} write units in one transaction, ${perSample(read)} read units; ` +
        `${(keptBytes / 1e6).toFixed(2)} MB kept of a namespace`,
      ok: true,
    },
  ];
}

const sizeIn = (item: ItemToWrite | undefined) => (item === undefined ? Number.NaN : sizeOf(item));

function bytesOf(item: ItemToWrite | undefined): string {
  if (item === undefined) return 'missing';
  return `${String(brotliDecompressSync(item.value.subarray(1)).length)} → ${String(item.value.length)} bytes`;
}

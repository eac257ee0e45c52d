/** The items of what is kept for a time. */
import type { Change } from './change.ts';
import { codecs, encode, MAX_VALUE_BYTES } from './codec.ts';
import type { ItemToWrite } from './items.ts';
import { KINDS, timedKey } from './keys.ts';
import type { Kind } from './keys.ts';
import type { Batch } from './store.ts';

/** Items that a batch may be spread over. */
const MAX_PARTS = 4;

export function timed(kind: Kind, at: number, part?: string): Pick<ItemToWrite, 'key' | 'expiresAt'> {
  return { key: timedKey(kind, at, part), expiresAt: at + KINDS[kind].keepMs };
}

/** By the version too: a clock that is set back brings the same time again. */
export async function changesItem(at: number, version: number, changes: readonly Change[]): Promise<ItemToWrite> {
  return { ...timed('changes', at, String(version)), value: await encode(codecs.changes, changes) };
}

/** A batch may tell hundreds of targets of hundreds of changes: it is cut in pieces that are joined again. */
export async function batchItems(batch: Batch): Promise<readonly ItemToWrite[]> {
  const bytes = await encode(codecs.batch, batch, MAX_PARTS * MAX_VALUE_BYTES);
  return Array.from({ length: Math.ceil(bytes.length / MAX_VALUE_BYTES) }, (_, part) => ({
    ...timed('batch', batch.at, `${batch.version}#${part}`),
    value: bytes.subarray(part * MAX_VALUE_BYTES, (part + 1) * MAX_VALUE_BYTES),
  }));
}

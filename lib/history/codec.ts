/** How history is written in a store: JSON, compressed with Brotli, after one byte that tells the format. */
import { promisify } from 'node:util';
import { brotliCompress, brotliCompressSync, brotliDecompress, brotliDecompressSync, constants } from 'node:zlib';
import type { BrotliOptions } from 'node:zlib';
import { UnhealthyError } from '../errors.ts';
import type { Change } from './change.ts';
import type { Memory } from './changes.ts';
import type { Window } from './maintenance.ts';
import type { Sample } from './sample.ts';
import { SHORTER } from './shorten.ts';
import type { Span } from './span.ts';
import type { Batch, DeadLetter } from './store.ts';

/** How values of one type become JSON, and are made from it again. */
export interface Codec<T> {
  toJson(value: T): unknown;
  fromJson(json: never): T;
}

const plain = <T>(): Codec<T> => ({ toJson: (value) => value, fromJson: (json: T) => json });

type Pairs<T, Key extends keyof T> = Omit<T, Key> & { [K in Key]: [string, unknown][] };

/** Of an object with a map, which JSON has not. */
const withMap = <T extends { [K in Key]: ReadonlyMap<string, unknown> }, Key extends keyof T>(key: Key): Codec<T> => ({
  toJson: (value) => ({ ...value, [key]: [...value[key]] }),
  fromJson: (json: Pairs<T, Key>) => ({ ...json, [key]: new Map(json[key]) }) as unknown as T,
});

export const codecs = {
  memory: withMap<Memory, 'standings'>('standings'),
  sample: plain<Sample>(),
  span: withMap<Span, 'checks'>('checks'),
  changes: plain<readonly Change[]>(),
  batch: plain<Batch>(),
  windows: plain<readonly Window[]>(),
  letter: plain<DeadLetter>(),
} as const;

const FORMAT = 1;
/** Smaller than 5 only little more, but many times slower. */
const QUALITY = 5;
/** Bytes that a value may have: an item of DynamoDB has at most 400 KB, with its keys. */
export const MAX_VALUE_BYTES = 380_000;
/** Bytes that a span may have for each check: 96 quarters of an hour, or 90 days, of 25 checks are less than 1 MB. */
const SPAN_BYTES_PER_CHECK = 400;
const FEW_CHECKS = 25;
/** Bytes of JSON, however well they can be compressed: they must be parsed again. */
const MAX_JSON_BYTES = 8 * 1024 * 1024;

/** Bytes up to which it takes longer to hand work to another thread than to do it. */
const QUICK_JSON_BYTES = 32_768;
const QUICK_BYTES = 16_384;

const compressApart = promisify(brotliCompress);
const decompressApart = promisify(brotliDecompress);

/** The value, with shorter messages and lists if it would be too large. */
export async function encode<T>(codec: Codec<T>, value: T, maxBytes = MAX_VALUE_BYTES): Promise<Uint8Array> {
  for (const shorten of SHORTER) {
    const json = Buffer.from(JSON.stringify(codec.toJson(value), shorten));
    if (json.length > MAX_JSON_BYTES) continue;
    const bytes = await compress(json);
    if (bytes.length < maxBytes) return Buffer.concat([Uint8Array.of(FORMAT), bytes]);
  }
  throw new UnhealthyError(`history: what has to be kept of one sample has more than ${maxBytes} bytes`);
}

/** The bytes that a span may have. A query of DynamoDB returns 1 MB at most: a page needs one query for its marks. */
export function maxSpanBytes({ checks }: Span): number {
  return Math.min(MAX_VALUE_BYTES, SPAN_BYTES_PER_CHECK * Math.max(FEW_CHECKS, checks.size));
}

/** @param location Where it was read, for messages. */
export async function decode<T>(codec: Codec<T>, bytes: Uint8Array, location: string): Promise<T> {
  if (bytes[0] !== FORMAT) throw new UnhealthyError(`${location}: it was written by another version of Healthgate`);
  try {
    const json = await decompress(bytes.subarray(1));
    return codec.fromJson(JSON.parse(json.toString()) as never);
  } catch {
    throw new UnhealthyError(`${location}: what was read is damaged`);
  }
}

async function compress(json: Uint8Array): Promise<Uint8Array> {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  const options = { params: { [BROTLI_PARAM_QUALITY]: QUALITY, [BROTLI_PARAM_SIZE_HINT]: json.length } };
  return json.length <= QUICK_JSON_BYTES ? brotliCompressSync(json, options) : compressApart(json, options);
}

async function decompress(bytes: Uint8Array): Promise<Buffer> {
  const options: BrotliOptions = { maxOutputLength: MAX_JSON_BYTES };
  return bytes.length <= QUICK_BYTES ? brotliDecompressSync(bytes, options) : decompressApart(bytes, options);
}

/** Reads bodies, up to a limit. */
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import type { Duplex, Readable } from 'node:stream';
import { constants, createBrotliDecompress, createInflate, createUnzip } from 'node:zlib';

/** The most bytes of a body that are read, after decompression. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Reads to the end, or until there are more than `maxBytes`; the stream is then destroyed. */
export async function readAtMost(stream: Readable, maxBytes: number): Promise<{ bytes: Buffer; whole: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), whole: length <= maxBytes };
}

/** The answer to HEAD has no body, but its headers may still name a compression: an empty body must not fail. */
const TAKE_EMPTY = { finishFlush: constants.Z_SYNC_FLUSH };

const DECODERS: Readonly<Record<string, () => Duplex>> = {
  gzip: () => createUnzip(TAKE_EMPTY),
  'x-gzip': () => createUnzip(TAKE_EMPTY),
  deflate: () => createInflate(TAKE_EMPTY),
  br: () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
};

/** We never ask for compression, but objects that were stored compressed arrive compressed. */
export function decompressed(response: IncomingMessage): Readable {
  const decoder = DECODERS[response.headers['content-encoding']?.toLowerCase() ?? ''];
  return decoder === undefined ? response : pipeline(response, decoder(), () => undefined); // its reader gets the error
}

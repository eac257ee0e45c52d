/** Reads bodies, up to a limit, and decodes them. */
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import type { Duplex, Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { codeOf, shortLine, UnhealthyError } from '../../errors.ts';

/** The most bytes of a body that are read, after decompression. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** What was read of a body. */
export interface Body {
  readonly bytes: Buffer;
  /** False if the body was longer. */
  readonly whole: boolean;
}

/** Reads to the end, or until there are more than `maxBytes`; the stream is then destroyed. */
export async function readAtMost(stream: Readable, maxBytes: number): Promise<Body> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), whole: length <= maxBytes };
}

/** Newer versions of Node have it: https://nodejs.org/api/zlib.html#zlibcreatezstddecompressoptions */
const { createZstdDecompress } = zlib as { readonly createZstdDecompress?: () => Duplex };

/** Makes a decoder for a body that begins with this byte. */
const DECODERS = new Map<string, (first: number) => Duplex>([
  ['gzip', () => zlib.createGunzip()],
  ['x-gzip', () => zlib.createGunzip()],
  // Some servers leave out the header of zlib: https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1.2
  ['deflate', (first) => ((first & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw())],
  ['br', () => zlib.createBrotliDecompress()],
  ...(createZstdDecompress === undefined ? [] : [['zstd', () => createZstdDecompress()] as const]),
]);

const MAX_ENCODINGS = 4;
const MAX_NAME = 40;

/**
 * Reads the first MiB of a body. We never ask for compression, but objects that were stored compressed arrive
 * compressed.
 *
 * @throws UnhealthyError if its encoding is unknown, or if it is not what its encoding says.
 */
export async function readBody(response: IncomingMessage, target: string): Promise<Body> {
  const encoding = response.headers['content-encoding'] ?? '';
  const names = encoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  const shown = shortLine(encoding, MAX_NAME);
  try {
    let stream: Readable = response;
    for (const name of names.reverse()) {
      const first = await firstByte(stream);
      if (first === undefined) break; // without a body, there is nothing to decode
      const decoder = DECODERS.get(name);
      if (decoder === undefined || names.length > MAX_ENCODINGS)
        throw new UnhealthyError(`${target} sent a body in the encoding ${shown}, which cannot be decoded`);
      stream = pipeline(stream, decoder(first), () => undefined); // its reader gets the error
    }
    return await readAtMost(stream, MAX_BODY_BYTES);
  } catch (error) {
    if (!/^(Z_|ZSTD_|ERR_BROTLI|ERR__ERROR_|ERR_ZSTD)/.test(codeOf(error) ?? '')) throw error;
    throw new UnhealthyError(`${target} sent a body that cannot be decoded: it is not intact ${shown}`);
  }
}

/** Undefined if the stream ends without one. */
async function firstByte(stream: Readable): Promise<number | undefined> {
  if (stream.readableLength === 0 && !stream.readableEnded)
    await Promise.race([once(stream, 'readable'), once(stream, 'end')]);
  const chunk = stream.read(1) as Buffer | null;
  if (chunk !== null) stream.unshift(chunk);
  return chunk?.[0];
}

/** Byte order marks, each with the encoding that it stands for. */
const MARKS = [
  [Buffer.of(0xef, 0xbb, 0xbf), 'utf-8'],
  [Buffer.of(0xff, 0xfe), 'utf-16le'],
  [Buffer.of(0xfe, 0xff), 'utf-16be'],
] as const;

/**
 * The text of a body: its byte order mark counts most, then the charset of its content type; UTF-8 unless given.
 *
 * @throws UnhealthyError if there is no such charset.
 */
export function textOf({ target, headers, body }: Encoded): string {
  const marked = MARKS.find(([mark]) => body.subarray(0, mark.length).equals(mark))?.[1];
  const given = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '')?.[1];
  const charset = marked ?? given ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    const shown = shortLine(charset, MAX_NAME);
    throw new UnhealthyError(`${target} sent a body in the charset ${shown}, which cannot be decoded`);
  }
}

interface Encoded {
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

import type { Duplex } from 'node:stream';
import type { CheckError } from '../errors.ts';
import { UnhealthyError } from '../errors.ts';

/** As many bytes as it takes to tell one protocol from another. */
const ENOUGH = 9;

/**
 * Gives everything that a stream receives to `take`, which passes on what the readers may see. If a reader throws, the
 * stream is destroyed with the error that `broken` makes of it: drivers throw within the `data` event, where nothing
 * else could catch it, and it would end the process.
 */
export function interceptData(
  stream: Duplex,
  take: (chunk: Buffer, pass: (chunk: Buffer) => void) => void,
  broken: (thrown: unknown) => Error,
): void {
  const emit = stream.emit.bind(stream) as (event: string | symbol, ...args: unknown[]) => boolean;
  stream.emit = (event: string | symbol, ...args: unknown[]) => {
    const [chunk] = args;
    if (event !== 'data' || !Buffer.isBuffer(chunk)) return emit(event, ...args);
    try {
      take(chunk, (passed) => emit('data', passed));
    } catch (thrown) {
      stream.destroy(broken(thrown));
    }
    return true;
  };
}

/**
 * Looks at the first bytes from a server. A driver mistakes the first bytes of another protocol for the length of a
 * message, and waits for the rest forever.
 *
 * @param refuse Returns what is wrong with the first bytes; the stream is then destroyed with that error. It gets at
 *               least one byte, and is called again with more until there are nine.
 */
export function guardStream(stream: Duplex, target: string, refuse: (first: Buffer) => CheckError | undefined): void {
  let first = Buffer.alloc(0);
  const look = (chunk: Buffer, pass: (chunk: Buffer) => void) => {
    if (first.length < ENOUGH) {
      first = Buffer.concat([first, chunk.subarray(0, ENOUGH)]);
      const refusal = refuse(first);
      if (refusal !== undefined) {
        stream.destroy(refusal);
        return;
      }
    }
    pass(chunk);
  };
  interceptData(stream, look, () => wrongProtocol(target));
}

/** For a server whose answer makes no sense. */
export function wrongProtocol(target: string): UnhealthyError {
  return new UnhealthyError(`${target} answers in another protocol; is it the right port?`);
}

/** The type of the frame that an HTTP/2 server sends first: https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const SETTINGS = 4;

/** Whether bytes are, or begin, the header of such a frame: its length, its type, no flags, and stream 0. */
export function isHttp2(first: Buffer): boolean {
  return [SETTINGS, 0, 0, 0, 0, 0].every((byte, index) => (first[3 + index] ?? byte) === byte);
}

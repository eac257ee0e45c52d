import type { Duplex } from 'node:stream';
import type { CheckError } from '../errors.ts';
import { UnhealthyError } from '../errors.ts';

/** Bytes that tell one protocol from another. */
const ENOUGH = 9;

/**
 * Looks at what a server says first, and keeps a driver's parser from ending the process. A driver takes a stranger's first bytes for
 * the length of a message and waits for the rest for ever; or it throws within the `data` event, which nobody could catch.
 *
 * @param refuse Says what is wrong with the first bytes (at least one; asked again with more until there are nine); the socket is then destroyed with that error.
 */
export function guardStream(stream: Duplex, target: string, refuse: (first: Buffer) => CheckError | undefined): void {
  const emit = stream.emit.bind(stream) as (event: string | symbol, ...args: unknown[]) => boolean;
  let first = Buffer.alloc(0);
  stream.emit = (event: string | symbol, ...args: unknown[]) => {
    const [chunk] = args;
    if (event !== 'data' || !Buffer.isBuffer(chunk)) return emit(event, ...args);
    if (first.length < ENOUGH) {
      first = Buffer.concat([first, chunk.subarray(0, ENOUGH)]);
      const refusal = refuse(first);
      if (refusal !== undefined) {
        stream.destroy(refusal);
        return true;
      }
    }
    try {
      return emit(event, chunk);
    } catch {
      stream.destroy(strange(target));
      return true;
    }
  };
}

/** For a server whose answer makes no sense. */
export function strange(target: string): UnhealthyError {
  return new UnhealthyError(`${target} answers in another protocol; is it the right port?`);
}

import { BufferReader } from 'pg-protocol/dist/buffer-reader.js';

export { Client, Query } from 'pg';

// An error message without an end makes the driver's parser read forever, past the last byte received.
const reader = BufferReader.prototype as unknown as Reader;
const { string } = reader;
reader.string = function (length) {
  if (this.offset >= this.buffer.length && length > 0) throw new RangeError('the message does not end');
  return string.call(this, length);
};

/** The part that pg-protocol's types do not expose. */
interface Reader {
  readonly offset: number;
  readonly buffer: Buffer;
  string: (this: Reader, length: number) => string;
}

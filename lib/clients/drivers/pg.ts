import { BufferReader } from 'pg-protocol/dist/buffer-reader.js';

export { Client } from 'pg';

// An error message that does not end keeps the driver's parser reading for ever, beyond the last byte that came.
const reader = BufferReader.prototype as unknown as Reader;
const { string } = reader;
reader.string = function (length) {
  if (this.offset >= this.buffer.length && length > 0) throw new RangeError('the message does not end');
  return string.call(this, length);
};

/** What pg-protocol keeps to itself. */
interface Reader {
  readonly offset: number;
  readonly buffer: Buffer;
  string: (this: Reader, length: number) => string;
}

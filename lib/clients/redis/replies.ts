/** Feeds ioredis the bytes of a Redis server, as far as it can take them. */
import type { Redis } from 'ioredis';
import type { Socket } from 'node:net';
import { interceptData, wrongProtocol } from '../first-bytes.ts';
import { SentTooMuch } from '../intake.ts';

/** Items of all arrays of a reply. For each of them, ioredis keeps a hundred bytes or more. */
const MAX_ITEMS = 20_000;
/** Arrays within arrays. The deepest reply that we ask for is that of CLUSTER SLOTS, with four levels. */
const MAX_LEVELS = 16;
/** As much of a line as it takes to read a number of 64 bits. */
const HEAD = 24;

/** The types of RESP 2, which is what we ask for: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
const [ERROR, BULK, ARRAY] = ['-', '$', '*'] as const;
const NUMBERS = [':', BULK, ARRAY];
const TYPES = ['+', ERROR, ...NUMBERS];

/** Follows one reply after another, and says what must not be fed. */
class Replies {
  /** Of each array that has begun, the items that are still to come. */
  readonly #levels: number[] = [];
  #items = 0;
  /** Bytes of a bulk string that are still to come, and of the line feed after it. */
  #bulk = 0;
  #head = '';

  /** Whether the next byte begins a reply. */
  get isBetween(): boolean {
    return this.#levels.length === 0 && this.#bulk === 0 && this.#head === '';
  }

  /** How many of these bytes belong together: a line, or a part of a bulk string. */
  portion(chunk: Buffer, start: number): number {
    if (this.#bulk > 0) return Math.min(this.#bulk, chunk.length - start);
    return (chunk.indexOf('\n', start) + 1 || chunk.length) - start;
  }

  /** @throws SentTooMuch, or Error if it is not RESP 2. */
  follow(portion: Buffer): void {
    if (this.#bulk > 0) {
      this.#bulk -= portion.length;
      if (this.#bulk === 0) this.#endItem();
      return;
    }
    this.#head += portion.toString('latin1', 0, Math.max(0, HEAD - this.#head.length));
    if (portion.at(-1) !== LINE_FEED) {
      if (this.#head.length === HEAD && NUMBERS.includes(this.#head.charAt(0)))
        throw new SentTooMuch(`${String(HEAD)} characters of a number`);
      return;
    }
    const [type, length] = [this.#head.charAt(0), Number.parseInt(this.#head.slice(1), 10)];
    this.#head = '';
    if (type === BULK && length >= 0) this.#bulk = length + 2;
    else if (type === ARRAY && length > 0) this.#beginArray(length);
    else if (TYPES.includes(type)) this.#endItem();
    else throw new Error('not a type of RESP 2');
  }

  #beginArray(length: number): void {
    this.#levels.push(length);
    this.#items += length;
    if (this.#levels.length > MAX_LEVELS) throw new SentTooMuch(`${String(MAX_LEVELS)} levels of arrays`);
    if (this.#items > MAX_ITEMS) throw new SentTooMuch(`${String(MAX_ITEMS)} items in a reply`);
  }

  #endItem(): void {
    for (let left = this.#levels.pop(); left !== undefined; left = this.#levels.pop()) {
      if (left > 1) {
        this.#levels.push(left - 1);
        return;
      }
    }
    this.#items = 0;
  }
}

/**
 * An unsolicited null, or a push without a name, makes ioredis 6 throw where nobody can catch it, which would end the
 * process. So it gets nothing but RESP 2, and a reply only while it waits for one or if it is an error (too many
 * clients). Neither does it get so many items or levels that they fill the memory or take a second to read.
 */
export function feedReplies(redis: Redis, name: string): void {
  const { stream, commandQueue } = redis as unknown as { stream: Socket; commandQueue: { length: number } };
  const replies = new Replies();
  const feed = (chunk: Buffer, pass: (portion: Buffer) => void) => {
    for (let start = 0; start < chunk.length && !stream.destroyed;) {
      const isAsked = commandQueue.length > 0 || !replies.isBetween || chunk[start] === ERROR.charCodeAt(0);
      if (!isAsked) throw new Error('nobody asked');
      let end = start;
      do {
        const portion = chunk.subarray(end, end + replies.portion(chunk, end));
        replies.follow(portion);
        end += portion.length;
      } while (end < chunk.length && !replies.isBetween);
      // The whole reply, or all that is there of it: the parser takes long to go on where it stopped.
      pass(chunk.subarray(start, end));
      start = end;
    }
  };
  interceptData(stream, feed, (error) => (error instanceof SentTooMuch ? error : wrongProtocol(name)));
}

const LINE_FEED = '\n'.charCodeAt(0);

/** Counts every byte that a server sends, under all drivers, and hands it to them in portions. */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Hold } from '../engine/intake.ts';

/**
 * The most bytes that are read from one connection, or as one answer over HTTP; over TLS, of the decrypted ones. Some
 * drivers turn them into objects of many times their size, and what a hundred checks have read and dropped fills the
 * memory until it is collected.
 */
const MAX_SENT_BYTES = 1.5 * 1024 * 1024;

/** What a socket is destroyed with when its server has sent too much. */
export class SentTooMuch extends Error {
  /** How much would have been all right, for messages: `1.5 MiB`. A driver may change the text of the error. */
  readonly most: string;

  constructor(most: string) {
    super(`more than ${most}`);
    this.most = most;
  }
}

/** Bytes that a driver gets at a time. Some need 50 ms for what a socket has in one read. */
const PORTION_BYTES = 16 * 1024;
/** A connection that has sent no more than a usual answer goes before one that has. */
const USUAL_BYTES = 16 * 1024;
/** Milliseconds that all drivers together have in one turn of the event loop. */
const TURN_MS = 10;

/**
 * The turn of the event loop, which the sockets share. Without it, Node gives a fast server's bytes to its driver
 * without end before anything else runs.
 */
class Turn {
  readonly #waiting = { usual: new Set<Intake>(), more: new Set<Intake>() };
  #end: number | undefined;

  hasTime(): boolean {
    const now = performance.now();
    if (this.#end === undefined) {
      this.#end = now + TURN_MS;
      setImmediate(this.#next);
    }
    return now < this.#end;
  }

  waitFor(intake: Intake): void {
    (intake.isUsual ? this.#waiting.usual : this.#waiting.more).add(intake);
    this.hasTime(); // so that there is a next turn
  }

  /** One portion only: some drivers do their work only after this has returned. */
  readonly #next = (): void => {
    this.#end = undefined;
    const { usual, more } = this.#waiting;
    const [intake] = usual.size > 0 ? usual : more;
    if (intake === undefined) return;
    usual.delete(intake);
    more.delete(intake);
    this.hasTime();
    intake.deliver(1);
  };
}

const turn = new Turn();

/** Stands between a socket's handle and its stream, below everything that a driver does with the stream. */
class Intake {
  readonly #socket: Socket;
  readonly #push: Socket['push'];
  readonly #hold: Hold;
  #sent = 0;
  /** What the stream has not got yet, in its order. */
  #waiting: Buffer[] = [];
  #hasEnded = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#push = socket.push.bind(socket);
    this.#hold = new Hold(() => {
      turn.waitFor(this);
    });
    socket.push = (chunk: unknown, encoding?: BufferEncoding) => this.#take(chunk, encoding);
    const read = socket._read.bind(socket);
    socket._read = (size) => {
      if (this.#waiting.length === 0) read(size);
    };
    // An HTTP agent keeps the socket for another request.
    socket.on('free', () => {
      this.#sent = 0;
      this.#hold.release();
    });
    socket.once('close', () => {
      this.#waiting = [];
      this.#hold.release();
    });
  }

  get isUsual(): boolean {
    return this.#sent <= USUAL_BYTES;
  }

  /** Returns false if nothing more should be read yet, as `push` does. */
  #take(chunk: unknown, encoding: BufferEncoding | undefined): boolean {
    if (Buffer.isBuffer(chunk)) {
      for (let start = 0; start < chunk.length; start += PORTION_BYTES)
        this.#waiting.push(chunk.subarray(start, start + PORTION_BYTES));
      return this.deliver(this.isUsual ? Infinity : 0);
    }
    if (chunk !== null || this.#waiting.length === 0) return this.#push(chunk, encoding);
    this.#hasEnded = true;
    return false;
  }

  /** Gives the stream what waits: so many portions, and no more than there is time for in this turn. */
  deliver(portions: number): boolean {
    let takesMore = true;
    for (let left = portions; this.#waiting.length > 0 && !this.#socket.destroyed; left -= 1) {
      const portion = this.#waiting[0] ?? Buffer.of();
      if (left === 0 || !turn.hasTime()) {
        turn.waitFor(this);
        return false;
      }
      if (this.#sent + portion.length > MAX_SENT_BYTES) {
        this.#refuse();
        return false;
      }
      if (!this.#hold.admits(portion.length)) return false;
      this.#sent += portion.length;
      this.#waiting.shift();
      takesMore = this.#push(portion);
    }
    if (this.#hasEnded && this.#waiting.length === 0) {
      this.#push(null);
      this.#socket.read(0);
    }
    return takesMore;
  }

  #refuse(): void {
    this.#waiting = [];
    this.#socket.destroy(new SentTooMuch(`${String(MAX_SENT_BYTES / 1024 / 1024)} MiB`));
  }
}

const limited = new WeakSet<Socket>();

// Node tells whoever reads an HTTP answer only that the connection was reset, whatever ended it.
subscribe('http.client.response.finish', (message) => {
  const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
  if (request.socket === null || !limited.has(request.socket)) return;
  let cause: Error | undefined;
  const destroy = response.destroy.bind(response);
  // Node destroys the answer when the socket has closed. An earlier error may find nobody who listens.
  response.destroy = (error) => destroy(error === undefined ? undefined : (cause ?? error));
  request.on('error', (error) => {
    cause ??= error;
    if (error instanceof SentTooMuch) destroy(error);
  });
});

/**
 * Destroys the socket with `SentTooMuch` once its server has sent more than `MAX_SENT_BYTES`. What it sends is read no
 * faster than the other checks of the run, and whatever else this process does, allow.
 */
export function limitIntake(socket: Socket): void {
  if (limited.has(socket)) return;
  limited.add(socket);
  new Intake(socket);
}

/** A stream over a socket, which a session of `node:http2` works on as fast as on the socket itself. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

type Done = (error?: Error | null) => void;

export class SocketStream extends Duplex {
  readonly #socket: Socket;
  #held: Buffer[] = [];

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.once('end', () => this.push(null));
    socket.once('error', (error) => this.destroy(error));
    socket.once('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  /**
   * A session that works on a stream writes its reply to the server's settings, and the call itself a turn of the event
   * loop later. On a socket, it sends them together. A packet and a call of the system for each would take longer.
   */
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    const isFirst = this.#held.push(chunk) === 1;
    if (this.#socket.bytesWritten === 0 || this.#socket.writableLength > 0) {
      this.#send(done);
      return;
    }
    done();
    const send = () => {
      this.#send();
    };
    if (isFirst) setImmediate(() => setImmediate(send));
  }

  override _writev(chunks: { readonly chunk: Buffer }[], done: Done): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'utf8', done);
  }

  override _final(done: Done): void {
    this.#send();
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #send(done?: Done): void {
    const held = Buffer.concat(this.#held.splice(0));
    if (held.length > 0 || done !== undefined) this.#socket.write(held, done);
  }
}

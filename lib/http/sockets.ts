/** The connections that clients of a server hold, so that those which wait for a request never keep others out. */
import type { Socket } from 'node:net';

/** Connections beyond which those are closed that have waited for a while, and beyond which any that wait are. */
const MAX_CONNECTIONS = 512;
const MAX_NEW_CONNECTIONS = 2048;
/** Milliseconds for which a connection is not closed for others, so that its request can arrive. */
const NEW_FOR_MS = 1000;

export class ClientSockets {
  /** Those on which no request is being answered, with the time since when. The longest wait comes first. */
  readonly #waiting = new Map<Socket, number>();
  /** The number of requests being answered on each of the others. */
  readonly #answering = new Map<Socket, number>();

  add(socket: Socket): void {
    this.#makeRoom();
    this.#waiting.set(socket, performance.now());
    socket.once('close', () => {
      this.#waiting.delete(socket);
      this.#answering.delete(socket);
    });
  }

  /** Notes that a request is being answered. Returns what notes that it has ended, to be called once. */
  answering(socket: Socket): () => void {
    this.#waiting.delete(socket);
    this.#answering.set(socket, (this.#answering.get(socket) ?? 0) + 1);
    return () => {
      const left = (this.#answering.get(socket) ?? 0) - 1;
      if (left > 0) {
        this.#answering.set(socket, left);
        return;
      }
      this.#answering.delete(socket);
      if (!socket.destroyed) this.#waiting.set(socket, performance.now());
    };
  }

  /** Closes those on which no request is being answered. */
  closeWaiting(): void {
    for (const socket of this.#waiting.keys()) socket.destroy();
  }

  closeAll(): void {
    this.closeWaiting();
    for (const socket of this.#answering.keys()) socket.destroy();
  }

  #makeRoom(): void {
    const now = performance.now();
    for (const [socket, since] of this.#waiting) {
      const count = this.#waiting.size + this.#answering.size;
      const isNew = now - since < NEW_FOR_MS;
      if (count < MAX_CONNECTIONS || (isNew && count < MAX_NEW_CONNECTIONS)) return;
      this.#waiting.delete(socket);
      socket.destroy();
    }
  }
}

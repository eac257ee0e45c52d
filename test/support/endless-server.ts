/** A server that sends without end. The caller must stop it. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Endless } from './endless.ts';
import { startServer } from './faulty-server.ts';
import type { FaultyServer } from './faulty-server.ts';

const WRITE_BYTES = 64 * 1024;

/** @param realPort The port of the real server on this machine that answers until the endless answer begins. */
export function endlessServer({ opening, chunk }: Endless, realPort: number): Promise<FaultyServer> {
  const repeated = Buffer.concat(Array.from({ length: Math.ceil(WRITE_BYTES / chunk.length) }, () => chunk));
  const flood = (socket: Socket, first: Buffer) => {
    const more = () => {
      while (socket.writable && socket.write(repeated));
    };
    socket.on('drain', more);
    socket.resume();
    socket.write(first);
    more();
  };
  return startServer({
    tcp(socket) {
      if (Buffer.isBuffer(opening)) {
        socket.once('data', () => {
          flood(socket, opening);
        });
        return;
      }
      const real = connect({ port: realPort, host: '127.0.0.1' });
      socket.pipe(real);
      const answer = (bytes: Buffer) => {
        const first = opening(bytes);
        if (first === undefined) {
          socket.write(bytes);
          return;
        }
        real.off('data', answer);
        real.destroy();
        flood(socket, first);
      };
      real.on('data', answer);
      real.on('error', () => undefined);
      socket.on('close', () => real.destroy());
    },
  });
}

/** Servers that misbehave, on TCP and UDP of the same port. Each is to be stopped. */
import { createSocket } from 'node:dgram';
import type { Socket as UdpSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

export interface FaultyServer {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

interface Behaviour {
  tcp(socket: Socket): void;
  udp?(message: Buffer, answer: (message: Buffer) => void): void;
}

/** Accepts, and never answers. */
export function blackHole(): Promise<FaultyServer> {
  return start({ tcp: (socket) => socket.resume() });
}

/** Accepts, and hangs up. */
export function closesAtOnce(): Promise<FaultyServer> {
  return start({ tcp: (socket) => socket.destroy() });
}

/** Answers whatever comes, and also before anything comes, with bytes of no protocol. */
export function answersGarbage(bytes: Buffer): Promise<FaultyServer> {
  return start({
    tcp(socket) {
      socket.write(bytes);
      socket.once('data', () => socket.end(bytes));
    },
    udp: (_message, answer) => {
      answer(bytes);
    },
  });
}

/** A road to a real server of this machine on which everything takes so many milliseconds longer, in each direction. */
export function slowRoad(realPort: number, delayMs: number): Promise<FaultyServer> {
  const sockets = new Set<UdpSocket>();
  const later = (work: () => void) => setTimeout(work, delayMs).unref();
  return start(
    {
      tcp(socket) {
        const real = connect({ port: realPort, host: '127.0.0.1', noDelay: true });
        socket.setNoDelay(true);
        for (const [from, to] of [
          [socket, real],
          [real, socket],
        ] as const) {
          from.on('data', (bytes) => later(() => to.writable && to.write(bytes)));
          from.on('end', () => later(() => to.end()));
          from.on('error', () => to.destroy());
          from.on('close', () => later(() => to.destroy()));
        }
      },
      udp(message, answer) {
        const real = createSocket('udp4');
        sockets.add(real);
        real.on('message', (bytes) =>
          later(() => {
            answer(bytes);
          }),
        );
        later(() => {
          if (sockets.has(real)) real.send(message, realPort, '127.0.0.1');
        });
      },
    },
    () => {
      for (const socket of sockets) socket.close();
      sockets.clear();
    },
  );
}

async function start(behaviour: Behaviour, stopMore: () => void = () => undefined): Promise<FaultyServer> {
  const sockets = new Set<Socket>();
  const tcp = createServer({ allowHalfOpen: false }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    behaviour.tcp(socket);
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const address = tcp.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  const udp = createSocket('udp4');
  udp.on('message', (message, from) => {
    behaviour.udp?.(message, (answer) => {
      udp.send(answer, from.port, from.address);
    });
  });
  await new Promise<void>((resolve) => udp.bind(address.port, '127.0.0.1', resolve));

  return {
    port: address.port,
    async stop() {
      stopMore();
      for (const socket of sockets) socket.destroy();
      await Promise.all([
        new Promise((resolve) => tcp.close(resolve)),
        new Promise<void>((resolve) => udp.close(resolve)),
      ]);
    },
  };
}

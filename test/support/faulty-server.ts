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
  return road(realPort, { delayMs, answers: () => (bytes) => bytes });
}

/** A road to a real server of this machine that spoils one piece of each of its answers, always the same for the same seed. */
export function spoilingRoad(realPort: number, seed: number): Promise<FaultyServer> {
  return road(realPort, { delayMs: 0, answers: () => spoilOne(seed) });
}

/** A road to a real server of this machine that hands its answers on as `answers` says. */
export function bendingRoad(realPort: number, answer: (bytes: Buffer) => Buffer): Promise<FaultyServer> {
  return road(realPort, { delayMs: 0, answers: () => answer });
}

interface Road {
  readonly delayMs: number;
  /** For each connection: what becomes of one piece of an answer after the other. */
  readonly answers: () => (bytes: Buffer) => Buffer;
}

function road(realPort: number, { delayMs, answers }: Road): Promise<FaultyServer> {
  const sockets = new Set<UdpSocket>();
  const later = (work: () => void) => setTimeout(work, delayMs).unref();
  return start(
    {
      tcp(socket) {
        const real = connect({ port: realPort, host: '127.0.0.1', noDelay: true });
        socket.setNoDelay(true);
        for (const [from, to, pass] of [
          [socket, real, (bytes: Buffer) => bytes],
          [real, socket, answers()],
        ] as const) {
          from.on('data', (bytes: Buffer) => {
            const passed = pass(bytes);
            later(() => to.writable && to.write(passed));
          });
          from.on('end', () => later(() => to.end()));
          from.on('error', () => to.destroy());
          from.on('close', () => later(() => to.destroy()));
        }
      },
      udp(message, answer) {
        const real = createSocket('udp4');
        const pass = answers();
        sockets.add(real);
        real.on('message', (bytes) =>
          later(() => {
            answer(pass(bytes));
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

const FIRST_PIECES = 5;

/** Spoils one of the first pieces, most often the very first: a byte of it is another one, or some are left out, or sent twice, or no more comes. */
function spoilOne(seed: number): (bytes: Buffer) => Buffer {
  let state = seed;
  const upTo = (limit: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0; // the generator of the C standard, whose low bits are poor
    return Math.floor((state / 2 ** 32) * limit);
  };
  const chosen = upTo(2) * upTo(FIRST_PIECES);
  let piece = 0;
  return (bytes) => {
    if (piece++ !== chosen) return bytes;
    const at = upTo(bytes.length);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
    const spoiled = [
      () => [before, Buffer.of(upTo(256)), after],
      () => [before, Buffer.of([0, 1, 127, 128, 255][upTo(5)] ?? 0), after],
      () => [before, after.subarray(upTo(4))],
      () => [bytes, bytes.subarray(at, at + 16)],
      () => [before],
    ];
    return Buffer.concat(spoiled[upTo(spoiled.length)]?.() ?? []);
  };
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

/** Servers that misbehave, on TCP and UDP of the same port. The caller must stop each of them. */
import { createSocket } from 'node:dgram';
import type { Socket as UdpSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';

export interface FaultyServer {
  readonly port: number;
  /** Resolves with the first connection or datagram. */
  readonly contacted: Promise<void>;
  readonly stop: () => Promise<void>;
}

interface Behaviour {
  tcp(socket: Socket): void;
  udp?(message: Buffer, answer: (message: Buffer) => void): void;
}

/** Accepts connections and never answers. */
export function blackHole(): Promise<FaultyServer> {
  return startServer({ tcp: (socket) => socket.resume() });
}

/** Accepts connections and closes them immediately. */
export function closesImmediately(): Promise<FaultyServer> {
  return startServer({ tcp: (socket) => socket.destroy() });
}

/** Answers everything with bytes that belong to no protocol, and also sends them before anything arrives. */
export function answersGarbage(bytes: Buffer): Promise<FaultyServer> {
  return startServer({
    tcp(socket) {
      socket.write(bytes);
      socket.once('data', () => socket.end(bytes));
    },
    udp: (_message, answer) => {
      answer(bytes);
    },
  });
}

/** A proxy to a real server on this machine that delays everything by so many milliseconds, in each direction. */
export function slowProxy(realPort: number, delayMs: number): Promise<FaultyServer> {
  return proxy(realPort, { delayMs, answers: () => (bytes) => bytes });
}

/** A proxy to a real server on this machine that corrupts one chunk of the answers, the same one for the same seed. */
export function corruptingProxy(realPort: number, seed: number): Promise<FaultyServer> {
  return proxy(realPort, { delayMs: 0, answers: () => corruptOne(seed) });
}

/** A proxy to a real server on this machine that forwards what `answer` makes of each chunk of the answers. */
export function rewritingProxy(realPort: number, answer: (bytes: Buffer) => Buffer): Promise<FaultyServer> {
  return proxy(realPort, { delayMs: 0, answers: () => answer });
}

/**
 * A proxy that speaks TLS to a real server on this machine that does not. Keys and certificates are in PEM.
 *
 * @param certificate With `ca`, clients must show a certificate of that authority.
 */
export function tlsProxy(
  realPort: number,
  certificate: { readonly key: string; readonly cert: string; readonly ca?: string },
): Promise<FaultyServer> {
  const context = createSecureContext(certificate);
  return startServer({
    tcp(socket) {
      const secure = new TLSSocket(socket, {
        isServer: true,
        secureContext: context,
        requestCert: certificate.ca !== undefined,
        rejectUnauthorized: certificate.ca !== undefined,
      });
      secure.on('error', () => undefined);
      // Not earlier: a server that speaks first would disturb the handshake.
      secure.once('secure', () => {
        pipeline(secure, connect(realPort, '127.0.0.1'), secure, () => undefined);
      });
    },
  });
}

interface ProxyOptions {
  readonly delayMs: number;
  /** Called for each connection. Returns what to do with one chunk of the answers after another. */
  readonly answers: () => (bytes: Buffer) => Buffer;
}

function proxy(realPort: number, { delayMs, answers }: ProxyOptions): Promise<FaultyServer> {
  const sockets = new Set<UdpSocket>();
  const later = (work: () => void) => setTimeout(work, delayMs).unref();
  return startServer(
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
        real.once('message', (bytes) => {
          sockets.delete(real);
          real.close();
          later(() => {
            answer(pass(bytes));
          });
        });
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

const FIRST_CHUNKS = 5;

/**
 * Corrupts one of the first chunks, most often the very first: changes one byte, leaves some out, sends some twice, or
 * cuts off the rest of the chunk.
 */
function corruptOne(seed: number): (bytes: Buffer) => Buffer {
  let state = seed;
  const upTo = (limit: number): number => {
    // The generator of the C standard, whose low bits are poor.
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const chosen = upTo(2) * upTo(FIRST_CHUNKS);
  let seen = 0;
  return (bytes) => {
    if (seen++ !== chosen) return bytes;
    const at = upTo(bytes.length);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
    const corruptions = [
      () => [before, Buffer.of(upTo(256)), after],
      () => [before, Buffer.of([0, 1, 127, 128, 255][upTo(5)] ?? 0), after],
      () => [before, after.subarray(upTo(4))],
      () => [bytes, bytes.subarray(at, at + 16)],
      () => [before],
    ];
    return Buffer.concat(corruptions[upTo(corruptions.length)]?.() ?? []);
  };
}

/** A server that behaves like this. */
export async function startServer(behaviour: Behaviour, stopMore: () => void = () => undefined): Promise<FaultyServer> {
  const sockets = new Set<Socket>();
  let contact: () => void;
  const contacted = new Promise<void>((resolve) => (contact = resolve));
  const tcp = createServer({ allowHalfOpen: false }, (socket) => {
    contact();
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
    contact();
    behaviour.udp?.(message, (answer) => {
      udp.send(answer, from.port, from.address);
    });
  });
  await new Promise<void>((resolve) => udp.bind(address.port, '127.0.0.1', resolve));

  return {
    port: address.port,
    contacted,
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

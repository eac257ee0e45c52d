/** A stand-in for a gRPC server that gives wrong answers, by `node:http2`. The caller must stop it. */
import { createServer } from 'node:http2';
import type { OutgoingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';

import type { Socket } from 'node:net';

export interface StandIn {
  readonly port: number;
  /** The metadata and other headers of each call. */
  readonly asked: readonly Readonly<Record<string, unknown>>[];
  /** Ends its connections without a word. */
  breakOff(): void;
  stop(): Promise<void>;
}

/** @param answer Answers a call; its request has been read. */
export async function http2StandIn(answer: (stream: ServerHttp2Stream) => void): Promise<StandIn> {
  const sessions = new Set<ServerHttp2Session>();
  const asked: Readonly<Record<string, unknown>>[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined);
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    asked.push({ ...headers });
    stream.on('error', () => undefined);
    stream.resume();
    stream.once('end', () => {
      answer(stream);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    asked,
    breakOff() {
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      for (const session of sessions) session.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

const HEADERS = { ':status': 200, 'content-type': 'application/grpc' };

/** Answers with these bytes and trailers, as gRPC does. */
export function respond(stream: ServerHttp2Stream, body: Buffer, trailers: OutgoingHttpHeaders): void {
  stream.respond(HEADERS, { waitForTrailers: true });
  stream.once('wantTrailers', () => {
    stream.sendTrailers(trailers);
  });
  stream.end(body);
}

/** Answers with headers alone, which gRPC calls trailers only. */
export function respondAtOnce(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders): void {
  stream.respond({ ...HEADERS, ...headers }, { endStream: true });
}

/** A message with its prefix. */
export function message(payload: Buffer | string): Buffer {
  const body = Buffer.from(payload as string);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(body.length, 1);
  return Buffer.concat([prefix, body]);
}

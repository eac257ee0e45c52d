/** Serves the health protocol of gRPC, Jina's dry run, and reflection, on a port of its own. */
import { createServer } from 'node:net';
import type { Server as NetServer, Socket } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { OnRun } from '../engine/types.ts';
import { ClientSockets } from '../http/sockets.ts';
import { bounds } from './bounds.ts';
import { dryRun, health, reflections } from './definitions.ts';
import { dryRunHandlers } from './dry-run.ts';
import type { Services } from './dry-run.ts';
import { healthHandlers } from './health.ts';
import { reflectionHandlers } from './reflection.ts';
import { Watches } from './watches.ts';

/** A PEM certificate, with those that it rests on, and its private key. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface GrpcServer {
  /** Listens, and resolves with the address: `127.0.0.1:50051`. Rejects with the system's error. */
  listen(host: string, port: number): Promise<string>;
  /** To be told of each run, so that those who watch what it tells are told of changes. */
  readonly known: OnRun;
  /** Accepts no further calls, ends streams, and resolves when the calls under way are answered. */
  close(): Promise<void>;
}

const OPTIONS = {
  // A request holds the path of a check: 20 levels of names of 200 characters each.
  'grpc.max_receive_message_length': 64 * 1024,
  // Of one connection, so that no client takes all of them.
  'grpc.max_concurrent_streams': 1000,
  // Finds out which listeners are gone, and closes connections on which nobody calls.
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.max_connection_idle_ms': 300_000,
  'grpc.enable_channelz': 0,
} as const;

/** Milliseconds that waiting connections, and calls under way, have left when the server ends. */
const WAITING_GRACE_MS = 500;
const ANSWER_GRACE_MS = 29_000;

/** @param certificate Speaks TLS; without one, everything is sent in the clear. */
export function createGrpcServer(services: Services, certificate?: Certificate): GrpcServer {
  const sockets = new ClientSockets();
  const byPeer = new Map<string, Socket>();
  const watches = new Watches(services);
  const server = new Server({
    ...OPTIONS,
    interceptors: [
      bounds((peer) => {
        const socket = byPeer.get(peer);
        return socket === undefined ? () => undefined : sockets.answering(socket);
      }),
    ],
  });
  server.addService(health, healthHandlers(services, watches));
  server.addService(dryRun, dryRunHandlers(services));
  for (const reflection of reflections) server.addService(reflection, reflectionHandlers);

  const injector = server.createConnectionInjector(credentialsOf(certificate));
  const listener = createServer({ noDelay: true }, (socket) => {
    const peer = `${String(socket.remoteAddress)}:${String(socket.remotePort)}`;
    byPeer.set(peer, socket);
    socket.once('close', () => byPeer.delete(peer));
    sockets.add(socket);
    injector.injectConnection(socket);
  });

  return {
    listen: (host, port) => listen(listener, host, port),
    known(report, part, shortened) {
      if (!shortened) watches.known(report, part);
    },
    async close() {
      listener.close();
      watches.stop();
      const timers = [
        setTimeout(() => {
          sockets.closeWaiting();
        }, WAITING_GRACE_MS),
        setTimeout(() => {
          server.forceShutdown();
          for (const socket of byPeer.values()) socket.destroy();
        }, ANSWER_GRACE_MS),
      ];
      await new Promise<void>((resolve) => {
        server.tryShutdown(() => {
          resolve();
        });
      });
      timers.forEach(clearTimeout);
    },
  };
}

function credentialsOf(certificate: Certificate | undefined): ServerCredentials {
  if (certificate === undefined) return ServerCredentials.createInsecure();
  return ServerCredentials.createSsl(null, [{ cert_chain: certificate.cert, private_key: certificate.key }]);
}

async function listen(listener: NetServer, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen({ host, port }, resolve);
  });
  const address = listener.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return `${host.includes(':') ? `[${host}]` : host}:${String(actual)}`;
}

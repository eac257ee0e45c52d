/** What the servers that run Redis have in common. */
import { Redis } from 'ioredis';
import { startProcess } from '../../process.ts';
import type { Running } from '../../process.ts';
import { findProgram } from '../../programs.ts';

/** The Debian package that holds the server, which is also the sentinel and the cluster's node. */
export const REDIS_PACKAGE = { 'redis-server': ['redis-server'] } as const;

/** What a client needs to log in. */
export interface Login {
  readonly port: number;
  readonly password?: string;
  readonly tls?: { readonly ca: string };
}

/** Starts a Redis that keeps nothing on the disk. */
export function startRedisServer(
  name: string,
  folder: string,
  args: readonly string[],
  login: Login,
): Promise<Running> {
  return startProcess({
    name,
    command: redisServer(),
    args: [...args, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
    folder,
    ready: () => sendCommands(login, ['PING']),
  });
}

export function redisServer(): string {
  return findProgram('redis-server') ?? 'redis-server';
}

/** Sends the commands one after the other over a new connection, and returns the replies. */
export async function sendCommands(
  { port, password, tls }: Login,
  ...commands: readonly (readonly [string, ...string[]])[]
): Promise<unknown[]> {
  const redis = new Redis({
    host: '127.0.0.1',
    port,
    ...(password !== undefined && { password }),
    ...(tls !== undefined && { tls }),
    lazyConnect: true,
    connectTimeout: 5000,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined); // a lost connection also rejects the command that waits for its reply
  try {
    await redis.connect();
    const replies: unknown[] = [];
    for (const [command, ...args] of commands) replies.push(await redis.call(command, ...args));
    return replies;
  } finally {
    redis.disconnect();
  }
}

/** Several servers as one, with the pid of the first. */
export function together(servers: readonly Running[]): Running {
  return {
    pid: servers[0]?.pid ?? 0,
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
    pause: () => {
      for (const server of servers) server.pause();
    },
    resume: () => {
      for (const server of servers) server.resume();
    },
  };
}

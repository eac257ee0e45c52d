/** Redis in its forms: plain, TLS, a sentinel with its master, a cluster of three masters. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Addresses } from '../addresses.ts';
import { freePort, startProcess } from '../process.ts';
import type { Running } from '../process.ts';
import { findProgram } from '../programs.ts';
import { makeCertificates } from './certificates.ts';

export interface ServerOptions {
  readonly folder: string;
  /** A free one unless given. */
  readonly port?: number;
}

/** What the sentinel calls its master. */
const MASTER = 'main';
const TLS_PASSWORD = 'redis-Pa55:w@rd';

/** @param options With `password`, the default user needs it. */
export async function startRedis(
  options: ServerOptions & { readonly password?: string },
): Promise<Running & Addresses['redis']> {
  const { folder, port = await freePort(), password } = options;
  const login = password === undefined ? [] : ['--requirepass', password];
  const running = await startServer('redis', folder, ['--port', String(port), ...login], { port, password });
  const userInfo = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  return { ...running, port, url: `redis://${userInfo}127.0.0.1:${port}/0` };
}

/** With a password, and TLS under a certificate authority of its own, which stays the same when it is started there again. */
export async function startRedisTls(options: ServerOptions): Promise<Running & Addresses['redisTls']> {
  const { folder, port = await freePort() } = options;
  const { ca, caFile, certFile, keyFile } = await makeCertificates(join(folder, 'certificates'));
  const files = ['--tls-ca-cert-file', caFile, '--tls-cert-file', certFile, '--tls-key-file', keyFile];
  const args = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', ...files];
  const running = await startServer('redis-tls', folder, [...args, '--requirepass', TLS_PASSWORD], {
    port,
    password: TLS_PASSWORD,
    tls: { ca },
  });
  return { ...running, port, ca, url: `rediss://default:${encodeURIComponent(TLS_PASSWORD)}@127.0.0.1:${port}/0` };
}

/** A sentinel, on the port, and the master that it watches. Ended and frozen together. */
export async function startRedisSentinel(
  options: ServerOptions,
): Promise<Running & Addresses['redisSentinel'] & { readonly master: Running & Addresses['redis'] }> {
  const { folder, port = await freePort() } = options;
  const master = await startRedis({ folder: join(folder, 'master') });
  const sentinelFolder = join(folder, 'sentinel');
  await mkdir(sentinelFolder, { recursive: true });
  // The sentinel writes what it learns into this file, so it starts with a new one.
  const configFile = join(sentinelFolder, 'sentinel.conf');
  await writeFile(
    configFile,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${sentinelFolder}`,
      `sentinel monitor ${MASTER} 127.0.0.1 ${master.port} 1`,
      `sentinel down-after-milliseconds ${MASTER} 1000\n`,
    ].join('\n'),
  );
  try {
    const sentinel = await startProcess({
      name: 'redis-sentinel',
      command: redisServer(),
      args: [configFile, '--sentinel'],
      folder: sentinelFolder,
      ready: () => commands({ port }, ['PING']),
    });
    const url = `redis+sentinel://127.0.0.1:${port}/${MASTER}`;
    return { ...together([sentinel, master]), port, url, master };
  } catch (error) {
    await master.stop();
    throw error;
  }
}

export interface ClusterOptions {
  readonly folder: string;
  /** Of the three masters; free ones unless given. */
  readonly ports?: readonly number[];
}

/** Three masters that share the slots. It forgets everything when it is started again. Ended and frozen together. */
export async function startRedisCluster(
  options: ClusterOptions,
): Promise<Running & Addresses['redisCluster'] & { readonly nodes: readonly Running[] }> {
  const { folder, ports = [await freePort(), await freePort(), await freePort()] } = options;
  const members = await Promise.all(
    // The bus has a port of its own: the usual one, 10,000 further, may be beyond the last.
    ports.map(async (port, index) => ({ port, busPort: await freePort(), folder: join(folder, `node-${index}`) })),
  );
  const started = await Promise.allSettled(
    members.map(async ({ port, busPort, folder }) => {
      await rm(folder, { recursive: true, force: true });
      const args = ['--port', String(port), '--cluster-enabled', 'yes', '--cluster-port', String(busPort)];
      return startServer('redis-cluster', folder, [...args, '--cluster-node-timeout', '2000'], { port });
    }),
  );
  const nodes = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  try {
    const failed = started.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    await formCluster(members);
  } catch (error) {
    await Promise.all(nodes.map((node) => node.stop()));
    throw error;
  }
  const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',');
  return { ...together(nodes), ports, nodes, url: `redis+cluster://${hosts}` };
}

const SLOTS = 16_384;
const CLUSTER_WITHIN_MS = 30_000;

/** Done with plain commands: redis-cli, which could do it, is a package of its own. */
async function formCluster(members: readonly { port: number; busPort: number }[]): Promise<void> {
  const [first] = members;
  if (first === undefined) return;
  await Promise.all(
    members.map(({ port }, index) =>
      commands(
        { port },
        ['CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1)],
        ['CLUSTER', 'ADDSLOTSRANGE', ...slotsOf(index, members.length).map(String)],
        ['CLUSTER', 'MEET', '127.0.0.1', String(first.port), String(first.busPort)],
      ),
    ),
  );
  const giveUpAt = Date.now() + CLUSTER_WITHIN_MS;
  for (const { port } of members) {
    while (!(await isFormed(port, members.length))) {
      if (Date.now() > giveUpAt) throw new Error('the nodes did not form a cluster in time');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** First and last slot of a member. */
function slotsOf(index: number, members: number): [number, number] {
  const edge = (index: number) => Math.floor((index * SLOTS) / members);
  return [edge(index), edge(index + 1) - 1];
}

async function isFormed(port: number, members: number): Promise<boolean> {
  const [info] = await commands({ port }, ['CLUSTER', 'INFO']);
  const text = String(info);
  return text.includes('cluster_state:ok') && text.includes(`cluster_known_nodes:${members}`);
}

/** What a client needs to get in. */
interface Login {
  readonly port: number;
  readonly password?: string | undefined;
  readonly tls?: { readonly ca: string };
}

async function startServer(name: string, folder: string, args: readonly string[], login: Login): Promise<Running> {
  return startProcess({
    name,
    command: redisServer(),
    args: [...args, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
    folder,
    ready: () => commands(login, ['PING']),
  });
}

function redisServer(): string {
  return findProgram('redis-server') ?? 'redis-server';
}

/** Sends commands one after the other, over a connection of their own. */
async function commands(login: Login, ...list: readonly (readonly [string, ...string[]])[]): Promise<unknown[]> {
  const { port, password, tls } = login;
  const redis = new Redis({
    host: '127.0.0.1',
    port,
    ...(password !== undefined && { password }),
    ...(tls !== undefined && { tls }),
    lazyConnect: true,
    connectTimeout: 5000,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined); // a lost connection also fails the command that waits for it
  try {
    await redis.connect();
    const replies: unknown[] = [];
    for (const [command, ...args] of list) replies.push(await redis.call(command, ...args));
    return replies;
  } finally {
    redis.disconnect();
  }
}

/** Several servers as one, with the pid of the first. */
function together(servers: readonly Running[]): Running {
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

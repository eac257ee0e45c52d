/**
 * Connections to Redis servers, on ioredis, and what their error replies mean. Sentinels and clusters are followed here, one plain
 * connection per server: ioredis' own ways leave sockets behind that nobody can close, and retry until told otherwise.
 */
import type { Redis } from 'ioredis';
import type { Socket } from 'node:net';
import type { Opened } from '../../engine/connections.ts';
import { AuthError, CheckError, ConfigurationError, UnhealthyError } from '../../engine/errors.ts';
import { connectionClosed, networkError } from '../../engine/network-errors.ts';
import type { CheckContext } from '../../types.ts';
import { caKey, describe } from '../kind.ts';
import { guardStream, strange } from './first-bytes.ts';
import { hostText, parseHost, parseRedisUrl, redisUrl } from './redis-url.ts';
import type { Host } from './redis-url.ts';

/** The keys of every kind that goes to Redis. */
export const redisKeys = {
  url: describe(
    redisUrl(),
    'redis://user:password@host:6379/0 (rediss:// for TLS), redis+sentinel://…@host:26379,host:26379/master/0 or ' +
      'redis+cluster://…@host:6379,host:6379. A sentinel that wants a password is given the same.',
  ),
  ...caKey,
};

export interface RedisConfig {
  readonly url: string;
  readonly ca?: string | undefined;
}

/** Names what the URL leads to, for messages. */
export function redisTarget(config: RedisConfig): string {
  const { form, hosts, master } = parseRedisUrl(config.url);
  const list = hosts.map(hostText).join(',');
  return form === 'sentinel'
    ? `redis ${master} of sentinel ${list}`
    : `redis ${form === 'cluster' ? 'cluster ' : ''}${list}`;
}

/** One server, connected and logged in. */
export interface RedisNode {
  /** Names the server, for messages. */
  readonly name: string;
  readonly host: Host;
  /**
   * Sends a command and returns its reply.
   *
   * @throws CheckError, or `Redirect` where a cluster's node says that the key is elsewhere.
   */
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
}

/** A cluster's answer: the key lives on another node (MOVED), or its slot is on its way there (ASK). */
export class Redirect extends Error {
  readonly kind: 'MOVED' | 'ASK';
  readonly to: Host;

  constructor(kind: 'MOVED' | 'ASK', to: Host) {
    super(`${kind} to another node`);
    this.kind = kind;
    this.to = to;
  }
}

/** Connects to the server, to the master that a sentinel names, or to the first node of a cluster that lets us in. */
export async function connectRedis(config: RedisConfig, context: CheckContext): Promise<RedisNode> {
  const { form, hosts, master, tls } = parseRedisUrl(config.url);
  if (form === 'sentinel') {
    context.stage('asking the sentinels for the master');
    const address = await first(hosts.map((host) => askSentinel(config, host, master, context)));
    context.stage(`connecting to the master, ${hostText(address)}`);
    return connectNode(config, address, context);
  }
  context.stage(tls ? 'connecting with TLS' : 'connecting');
  return first(hosts.map((host) => connectNode(config, host, context)));
}

async function askSentinel(config: RedisConfig, host: Host, master: string, context: CheckContext): Promise<Host> {
  const sentinel = await connectNode(config, host, context, 'sentinel');
  const address = await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master);
  if (!Array.isArray(address)) throw new ConfigurationError(`${sentinel.name} knows no master ${master}`);
  return hostFrom(address[0], address[1], sentinel);
}

/** Connects to one server of those that the URL leads to. */
export function connectNode(
  config: RedisConfig,
  host: Host,
  context: CheckContext,
  role: Role = 'redis',
): Promise<RedisNode> {
  const key = JSON.stringify([role, host, config.url, config.ca]);
  return context.connect(key, (signal) => open(host, config, role, signal));
}

/** The host that a server names. One that knows no address of its own means the one that it was asked at. */
export function hostFrom(host: unknown, port: unknown, teller: Pick<RedisNode, 'name' | 'host'>): Host {
  try {
    const name = typeof host === 'string' && host !== '' ? host : teller.host.host;
    return parseHost(hostText({ host: name, port: Number(port) }));
  } catch {
    throw new UnhealthyError(`${teller.name} told an address of another server that is none`);
  }
}

type Role = 'redis' | 'sentinel';

async function open(host: Host, config: RedisConfig, role: Role, signal: AbortSignal): Promise<Opened<RedisNode>> {
  const { tls, verify, user, password, database } = parseRedisUrl(config.url);
  const { Redis } = await import('ioredis');
  signal.throwIfAborted();
  // Without user, password and database: ioredis reports a wrong one of them to the console, or not at all.
  const redis = new Redis({
    ...host,
    ...(tls && { tls: { ca: config.ca, rejectUnauthorized: verify } }),
    protocol: 2,
    lazyConnect: true,
    connectTimeout: 0, // the signal ends it
    retryStrategy: () => null,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  const node = new Node(redis, host, role);
  const destroy = () => {
    destroyNow(redis);
  };
  signal.addEventListener('abort', destroy, { once: true });
  try {
    await node.connect();
    await node.logIn(user, password, role === 'redis' ? database : 0);
  } catch (error) {
    destroy();
    throw error;
  }
  return { value: node, close: () => undefined, destroy };
}

function destroyNow(redis: Redis): void {
  const stream = redis.stream as Socket | undefined; // there is none before it begins to connect
  if (stream === undefined) redis.disconnect();
  else stream.destroy();
}

class Node implements RedisNode {
  readonly name: string;
  readonly host: Host;
  readonly #role: Role;
  readonly #redis: Redis;
  /** Why the connection was lost. The command that waited is only told that it was. */
  #lost: unknown;

  constructor(redis: Redis, host: Host, role: Role) {
    this.name = `${role === 'sentinel' ? 'redis sentinel' : 'redis'} ${hostText(host)}`;
    this.host = host;
    this.#role = role;
    this.#redis = redis;
    redis.on('error', (error) => {
      this.#lost ??= error;
    });
    redis.once('connect', () => {
      guardStream(redis.stream, this.name, (first) => (isReply(first) ? undefined : strange(this.name)));
    });
  }

  async connect(): Promise<void> {
    try {
      await this.#redis.connect();
    } catch (error) {
      throw this.#publicError(error, 'CONNECT');
    }
  }

  async logIn(user: string | undefined, password: string | undefined, database: number): Promise<void> {
    const answers: Promise<unknown>[] = [];
    if (password !== undefined) {
      const login = this.call('AUTH', ...(user === undefined ? [] : [user]), password);
      answers.push(this.#role === 'sentinel' ? login.catch(ignoreLoginError) : login);
    }
    if (database > 0) answers.push(this.call('SELECT', database));
    await Promise.all(answers);
  }

  async call(command: string, ...args: (string | number)[]): Promise<unknown> {
    try {
      return await this.#redis.call(command, args);
    } catch (error) {
      throw this.#publicError(error, command);
    }
  }

  #publicError(error: unknown, command: string): Error {
    const reply = replyIn(error) ?? replyIn(this.#lost);
    if (reply !== undefined) return replyError(reply, command, this);
    const network = networkError(this.#lost ?? error, this.name);
    if (network !== undefined) return network;
    // What is neither a failure of the network nor an error reply is a fault of the parser: it read something else than Redis.
    return this.#lost === undefined ? connectionClosed(this.name) : strange(this.name);
  }
}

/** A status, an error, an array or a string: a first line of printable characters. */
function isReply(first: Buffer): boolean {
  return /^[+*$-][\x20-\x7e]*(\r|$)/.test(first.toString('latin1'));
}

/** The password is the master's: a sentinel may well have none, or another one that lets everybody ask. */
function ignoreLoginError(error: unknown): void {
  if (!(error instanceof AuthError)) throw error;
}

/** The first that succeeds; if none does, the failure that says most. */
async function first<T>(attempts: Promise<T>[]): Promise<T> {
  try {
    return await Promise.any(attempts);
  } catch (error) {
    const failures: unknown[] = error instanceof AggregateError ? error.errors : [error];
    throw (
      failures.find((failure) => failure instanceof CheckError && failure.code !== 'ConnectionError') ?? failures[0]
    );
  }
}

/** The text of an error reply. One that comes before any command was sent (too many clients) is wrapped by ioredis. */
function replyIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.name === 'ReplyError' ? error.message : /Last error: (.*)/.exec(error.message)?.[1];
}

/** By the first word of the reply, which is its code: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors */
function replyError(reply: string, command: string, node: RedisNode): Error {
  const { name } = node;
  const [code = '', ...words] = reply.split(' ');
  const meaning = MEANINGS[code];
  if (meaning !== undefined) return meaning(name, command);
  if (code === 'MOVED' || code === 'ASK') {
    const [, host, port] = /^(.*):(\d+)$/.exec(words[1] ?? '') ?? [];
    return new Redirect(code, hostFrom(host, port, node));
  }
  // Told by no code, and before any command.
  if (reply.includes('max number of clients')) return new UnhealthyError(`${name} has reached its maxclients`);
  const refusal = REFUSALS[command];
  if (code === 'ERR' && refusal !== undefined) return refusal(name);
  return new UnhealthyError(
    `${name} answered ${command} with the error ${/^[A-Z]{1,20}$/.test(code) ? code : 'of no known code'}`,
  );
}

const MEANINGS: Readonly<Record<string, (name: string, command: string) => CheckError>> = {
  NOAUTH: (name) => new AuthError(`${name} wants a password, and the URL holds none that it takes`),
  WRONGPASS: (name) => new AuthError(`${name} refused the user or the password`),
  NOPERM: (name, command) => new AuthError(`${name}: the user may not ${command}; see ACL GETUSER`),
  DENIED: (name) =>
    new AuthError(`${name} is in protected mode: it takes no clients from here until it has a password`),
  LOADING: (name) => new UnhealthyError(`${name} still loads its data into memory`),
  READONLY: (name) => new UnhealthyError(`${name} is a read-only replica; did the master move?`),
  OOM: (name) => new UnhealthyError(`${name} is out of memory: it has reached maxmemory and may evict nothing`),
  MISCONF: (name) => new UnhealthyError(`${name} refuses writes because it cannot save to disk; see its log`),
  NOREPLICAS: (name) => new UnhealthyError(`${name} refuses writes because too few replicas keep up`),
  MASTERDOWN: (name) => new UnhealthyError(`${name} is a replica that has lost its master`),
  CLUSTERDOWN: (name) => new UnhealthyError(`${name} says that its cluster is down; see CLUSTER INFO`),
  BUSY: (name) => new UnhealthyError(`${name} is busy with a script; see SCRIPT KILL`),
};

/** What a plain ERR means that answers this command. */
const REFUSALS: Readonly<Record<string, (name: string) => CheckError>> = {
  AUTH: (name) => new AuthError(`${name} refused the log-in: the password is wrong, or none is set there`),
  SELECT: (name) => new ConfigurationError(`${name} has no such database`),
  CLUSTER: (name) => new ConfigurationError(`${name} is not part of a cluster; use redis:// without +cluster`),
  SENTINEL: (name) => new ConfigurationError(`${name} is not a sentinel; is this the port of the server itself?`),
};

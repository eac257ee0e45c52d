/** The connection to one Redis server, through ioredis. */
import type { Redis } from 'ioredis';
import type { Socket } from 'node:net';
import type { Opened } from '../../engine/connections.ts';
import type { BeginStage } from '../../engine/stages.ts';
import { AuthError } from '../../errors.ts';
import { connectionClosed, networkError } from '../network-errors.ts';
import { drivers } from '../drivers/index.ts';
import { timeConnecting } from '../connecting.ts';
import type { Connecting } from '../connecting.ts';
import { guardStream, wrongProtocol } from '../first-bytes.ts';
import type { ServerConfig } from '../server-keys.ts';
import { tlsModeOf, tlsOptions } from '../tls.ts';
import { replyError, replyIn } from './errors.ts';
import type { Teller } from './errors.ts';
import { feedReplies } from './replies.ts';
import { addressOf, hostText } from './url.ts';
import type { Host } from './url.ts';

export type RedisConfig = ServerConfig;

/** One server, connected and logged in. */
export interface RedisNode extends Teller {
  /**
   * Sends a command and returns its reply.
   *
   * @throws CheckError, or `Redirect` if a node of a cluster says that the key is elsewhere.
   */
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
}

/** What kind of server it is. */
export type Role = 'redis' | 'sentinel';

/** Connects and logs in. */
export async function openNode(
  host: Host,
  config: RedisConfig,
  role: Role,
  signal: AbortSignal,
  stage: BeginStage,
): Promise<Opened<RedisNode>> {
  const { tls, user, password, database, server } = addressOf(config);
  const { family, clientName } = server.options;
  const { Redis } = await drivers.ioredis();
  signal.throwIfAborted();
  // Without user, password and database: ioredis reports a wrong one to the console, or not at all.
  const redis = new Redis({
    ...(host.host.startsWith('/') ? { path: host.host } : host),
    ...(family !== undefined && { family: Number(family) }),
    ...(tls && { tls: tlsOptions(tlsModeOf(server, config), server, config, host.host) }),
    protocol: 2,
    lazyConnect: true,
    connectTimeout: 0, // the signal ends it
    retryStrategy: () => null,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  watchConnecting(redis, { host: host.host, tls, stage });
  const node = new Node(redis, { host, role, password });
  const destroy = () => {
    destroyNow(redis);
  };
  signal.addEventListener('abort', destroy, { once: true });
  try {
    await node.connect();
    if (password !== undefined || database > 0 || clientName !== undefined) stage('login', 'while logging in');
    await node.logIn(user, password, role === 'redis' ? database : 0);
    if (clientName !== undefined) await node.call('CLIENT', 'SETNAME', clientName);
  } catch (error) {
    destroy();
    throw error;
  }
  return { value: node, close: () => undefined, destroy };
}

function destroyNow(redis: Redis): void {
  const stream = redis.stream as Socket | undefined; // there is none before it starts to connect
  if (stream === undefined) redis.disconnect();
  else stream.destroy();
}

interface Named {
  readonly host: Host;
  readonly role: Role;
  readonly password: string | undefined;
}

class Node implements RedisNode {
  readonly name: string;
  readonly host: Host;
  readonly #role: Role;
  readonly #redis: Redis;
  readonly #password: string | undefined;
  /** Why the connection was lost. The error of a waiting command says only that it was lost. */
  #lost: unknown;

  constructor(redis: Redis, { host, role, password }: Named) {
    this.name = `${role === 'sentinel' ? 'redis sentinel' : 'redis'} ${hostText(host)}`;
    this.host = host;
    this.#role = role;
    this.#redis = redis;
    this.#password = password;
    redis.on('error', (error) => {
      this.#lost ??= error;
    });
    redis.once('connect', () => {
      guardStream(redis.stream, this.name, (first) => (isReply(first) ? undefined : wrongProtocol(this.name)));
      feedReplies(redis, this.name);
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
      throw this.#publicError(error, command, args);
    }
  }

  #publicError(error: unknown, command: string, args: (string | number)[] = []): Error {
    const reply = replyIn(error) ?? replyIn(this.#lost);
    if (reply !== undefined) return replyError(reply, { command, args, secrets: [this.#password] }, this);
    const network = networkError(this.#lost ?? error, this.name);
    if (network !== undefined) return network;
    // Neither a network failure nor an error reply: the parser could not read what the server sent.
    return this.#lost === undefined ? connectionClosed(this.name) : wrongProtocol(this.name);
  }
}

/** A status, an error, an array or a string starts with a line of printable characters. */
function isReply(first: Buffer): boolean {
  return /^[+*$-][\x20-\x7e]*(\r|$)/.test(first.toString('latin1'));
}

/** The password is the master's: a sentinel may have none, or may answer everybody despite another password. */
function ignoreLoginError(error: unknown): void {
  if (!(error instanceof AuthError)) throw error;
}

/** ioredis creates its socket some time after the call to connect. */
function watchConnecting(redis: Redis, connecting: Connecting): void {
  const { connector } = redis as unknown as { connector: { connect(...args: unknown[]): Promise<Socket> } };
  const connect = connector.connect.bind(connector);
  connector.connect = async (...args) => {
    const socket = await connect(...args);
    timeConnecting(socket, connecting);
    return socket;
  };
}

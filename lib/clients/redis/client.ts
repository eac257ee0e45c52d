/**
 * Connects to Redis: to one server, to the master that sentinels name, or to the nodes of a cluster, with one plain
 * connection per server. ioredis' own sentinel and cluster modes leave sockets behind that nobody can close, and retry
 * until they are stopped.
 */
import * as v from 'valibot';
import { CheckError, ConfigurationError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { describe } from '../keys.ts';
import { partKeys, tlsKeys } from '../server-keys.ts';
import { hostFrom } from './errors.ts';
import { openNode } from './node.ts';
import type { RedisConfig, RedisNode, Role } from './node.ts';
import { addressOf, hostText, redisUrlPart } from './url.ts';
import type { Host } from './url.ts';

/** The keys of every kind that talks to Redis. */
export const redisKeys = {
  url: v.optional(
    describe(
      redisUrlPart(),
      'redis://user:password@host:6379/0 (rediss:// for TLS), redis+sentinel://…@host:26379,host:26379/master/0 or ' +
        'redis+cluster://…@host:6379,host:6379. A sentinel that asks for a password gets the same one.',
      'redis://user:password@cache.example:6379/0',
    ),
  ),
  ...partKeys,
  ...tlsKeys,
};

/** The addresses that it needs. Of several sentinels or nodes, any one is enough, so they count as one address. */
export function redisNeeds(config: RedisConfig): readonly string[] {
  return [addressOf(config).hosts.map(hostText).join(',')];
}

/** Names the server for messages: `redis cache.example:6379`. */
export function redisTarget(config: RedisConfig): string {
  const { form, hosts, master } = addressOf(config);
  const list = hosts.map(hostText).join(',');
  return form === 'sentinel'
    ? `redis ${master} of sentinel ${list}`
    : `redis ${form === 'cluster' ? 'cluster ' : ''}${list}`;
}

/** The part of a check's context that connecting needs. */
type RedisContext = Pick<CheckContext, 'share' | 'stage'>;

/** Connects to the server, to the master that a sentinel names, or to the first node of a cluster that accepts us. */
export async function connectRedis(config: RedisConfig, context: RedisContext): Promise<RedisNode> {
  const { form, hosts, master, tls } = addressOf(config);
  if (form === 'sentinel') {
    context.stage('sentinels', 'while asking the sentinels for the master');
    const address = await first(hosts.map((host) => askSentinel(config, host, master, context)));
    context.stage('connecting', `while connecting to the master, ${hostText(address)}`);
    return connectNode(config, address, context);
  }
  context.stage('connecting', tls ? 'while connecting with TLS' : 'while connecting');
  return first(hosts.map((host) => connectNode(config, host, context)));
}

async function askSentinel(config: RedisConfig, host: Host, master: string, context: RedisContext): Promise<Host> {
  const sentinel = await connectNode(config, host, context, 'sentinel');
  const address = await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master);
  if (!Array.isArray(address)) throw new ConfigurationError(`${sentinel.name} does not know a master ${master}`);
  return hostFrom(address[0], address[1], sentinel);
}

/** Connects to one of the servers that the URL leads to. */
export function connectNode(
  config: RedisConfig,
  host: Host,
  context: RedisContext,
  role: Role = 'redis',
): Promise<RedisNode> {
  const key = JSON.stringify([role, host, addressOf(config), config.ca, config.cert]);
  return context.share(key, (signal) => openNode(host, config, role, signal, context.stage));
}

/** The first that succeeds; if none does, the failure that says the most. */
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

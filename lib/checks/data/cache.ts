import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { ConfigurationError, UnhealthyError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { defineKind } from '../kind.ts';
import { redisDialect } from '../../clients/dialects/redis.ts';
import { describe } from '../../clients/keys.ts';
import { connectNode, connectRedis, redisKeys, redisNeeds, redisTarget } from '../../clients/redis/client.ts';
import { Redirect } from '../../clients/redis/errors.ts';
import type { RedisNode } from '../../clients/redis/node.ts';
import { addressOf, redisMistake } from '../../clients/redis/url.ts';

/** Milliseconds after which a key that could not be deleted expires. */
const TTL_MS = 60_000;

/** Slots of a cluster may move during the search for the right node. */
const MAX_REDIRECTS = 5;

export const cache = defineKind({
  kind: 'cache',
  plays: 'redis',
  works: 'a unique key with a TTL is set, read back, deleted',
  couldPass:
    'a server that soon evicts what it stores, and in a cluster, the masters that do not hold the slot of the key',
  dialects: [redisDialect],
  example: ['url'],
  keys: {
    ...redisKeys,
    key_prefix: v.optional(describe(v.string(), 'Prefix of the unique key.', 'shop:healthgate:'), 'healthgate:'),
  },
  mistake: redisMistake,
  target: redisTarget,
  needs: redisNeeds,
  async check(config, context) {
    let node = await connectRedis(config, context);
    let key = config.key_prefix + randomUUID();
    for (let redirects = 0; ; redirects++) {
      try {
        await roundTrip(node, key, context);
        return;
      } catch (error) {
        if (!(error instanceof Redirect)) throw error;
        if (addressOf(config).form !== 'cluster') {
          throw new ConfigurationError(
            `${node.name} is a node of a cluster; use redis+cluster:// or rediss+cluster://`,
          );
        }
        if (redirects === MAX_REDIRECTS)
          throw new UnhealthyError(`${node.name} keeps redirecting to other nodes of its cluster`);
        // A slot that is being moved cannot serve a round trip; another key is most likely in another slot.
        if (error.kind === 'ASK') key = config.key_prefix + randomUUID();
        else node = await connectNode(config, error.to, context);
      }
    }
  },
});

async function roundTrip(node: RedisNode, key: string, context: CheckContext): Promise<void> {
  const value = randomUUID();
  context.stage('SET', `during SET on ${node.name}`);
  const set = await node.call('SET', key, value, 'PX', TTL_MS);
  if (set !== 'OK') throw new UnhealthyError(`${node.name} did not answer SET with OK`);
  context.stage('GET', `during GET from ${node.name}`);
  const got = await node.call('GET', key);
  if (got === null) throw new UnhealthyError(`${node.name} lost a key right after it was set; is it evicting keys?`);
  if (got !== value) throw new UnhealthyError(`${node.name} returned a different value than the one that was set`);
  context.stage('DEL', `during DEL on ${node.name}`);
  const deleted = await node.call('DEL', key);
  if (deleted !== 1) throw new UnhealthyError(`${node.name} lost a key before it was deleted; is it evicting keys?`);
}

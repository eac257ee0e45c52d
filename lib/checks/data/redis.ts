import { UnhealthyError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { defineKind } from '../kind.ts';
import { redisDialect } from '../../clients/dialects/redis.ts';
import { connectNode, connectRedis, redisKeys, redisNeeds, redisTarget } from '../../clients/redis/client.ts';
import { hostFrom } from '../../clients/redis/errors.ts';
import type { RedisConfig, RedisNode } from '../../clients/redis/node.ts';
import { addressOf, hostText, parseHost, redisMistake } from '../../clients/redis/url.ts';

export const redis = defineKind({
  kind: 'redis',
  plays: 'redis',
  works: 'PING answers; in a cluster, its state is ok and PING answers on every master',
  couldPass:
    "a server that refuses writes, since it is a replica or out of memory, and another Redis than the application's",
  dialects: [redisDialect],
  example: ['url'],
  keys: redisKeys,
  mistake: redisMistake,
  target: redisTarget,
  needs: redisNeeds,
  async check(config, context) {
    const node = await connectRedis(config, context);
    if (addressOf(config).form === 'cluster') await checkCluster(node, config, context);
    else {
      context.stage('PING', 'during PING');
      await ping(node);
    }
  },
});

async function ping(node: RedisNode): Promise<void> {
  if ((await node.call('PING')) !== 'PONG') throw new UnhealthyError(`${node.name} did not answer PING with PONG`);
}

async function checkCluster(node: RedisNode, config: RedisConfig, context: CheckContext): Promise<void> {
  context.stage('CLUSTER INFO', `during CLUSTER INFO from ${node.name}`);
  const info = String(await node.call('CLUSTER', 'INFO'));
  if (!/^cluster_state:ok\r?$/m.test(info)) {
    throw new UnhealthyError(`the cluster of ${node.name} is not in the state ok; see CLUSTER INFO and CLUSTER NODES`);
  }
  context.stage('CLUSTER SLOTS', `during CLUSTER SLOTS from ${node.name}`);
  const masters = mastersIn(await node.call('CLUSTER', 'SLOTS'), node);
  const waiting = new Set(masters);
  const stage = () => {
    context.stage('PING', `during PING to its master ${[...waiting].join(' and ')}`);
  };
  stage();
  await Promise.all(
    masters.map(async (master) => {
      await ping(await connectNode(config, parseHost(master), context));
      waiting.delete(master);
      stage();
    }),
  );
}

/** The addresses of the masters in a list of slot ranges, each `[first, last, [host, port, …], …replicas]`. */
function mastersIn(slots: unknown, node: RedisNode): string[] {
  const ranges: unknown[] = Array.isArray(slots) ? slots : [];
  const masters = ranges.map((range) => {
    const master = at(range, 2);
    return hostText(hostFrom(at(master, 0), at(master, 1), node));
  });
  return [...new Set(masters)];
}

function at(list: unknown, index: number): unknown {
  return Array.isArray(list) ? list[index] : undefined;
}

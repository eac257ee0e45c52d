/**
 * Three Redis masters that share the slots of a cluster. It loses all keys in a restart. Its nodes are ended and frozen
 * together.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defineServer } from '../define-server.ts';
import { freePort } from '../process.ts';
import { REDIS_PACKAGE, sendCommands, startRedisServer, together } from './shared/redis.ts';

declare module '../addresses.ts' {
  interface Addresses {
    /** Three masters, without replicas. */
    readonly redisCluster: { readonly url: string; readonly ports: readonly number[] };
  }
}

const SLOTS = 16_384;
const CLUSTER_WITHIN_MS = 30_000;

interface Member {
  readonly port: number;
  readonly busPort: number;
}

export default defineServer({
  name: 'redisCluster',
  debian: REDIS_PACKAGE,
  async start({ folder, before }) {
    const ports = before?.ports ?? [await freePort(), await freePort(), await freePort()];
    const members = await Promise.all(
      // The default port of the cluster bus is 10,000 higher, which may be above the highest port.
      ports.map(async (port, index) => ({ port, busPort: await freePort(), folder: join(folder, `node-${index}`) })),
    );
    const started = await Promise.allSettled(
      members.map(async ({ port, busPort, folder }) => {
        await rm(folder, { recursive: true, force: true });
        const args = ['--port', String(port), '--cluster-enabled', 'yes', '--cluster-port', String(busPort)];
        return startRedisServer('redis-cluster', folder, [...args, '--cluster-node-timeout', '2000'], { port });
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
    return { ...together(nodes), ports, url: `redis+cluster://${hosts}` };
  },
});

/** Uses plain commands, since redis-cli, which can form a cluster, is in another Debian package. */
async function formCluster(members: readonly Member[]): Promise<void> {
  const [first] = members;
  if (first === undefined) return;
  await Promise.all(
    members.map(({ port }, index) =>
      sendCommands(
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
  const [info] = await sendCommands({ port }, ['CLUSTER', 'INFO']);
  const text = String(info);
  return text.includes('cluster_state:ok') && text.includes(`cluster_known_nodes:${members}`);
}

import * as v from 'valibot';
import { certificateMistake, partKeys, tlsKeys } from '../../clients/server-keys.ts';
import { describe, text } from '../../clients/keys.ts';
import { serverRoot } from '../../clients/http/rest.ts';
import { webNeeds, webTarget } from '../../clients/http/request.ts';
import { UnhealthyError } from '../../errors.ts';
import { defineKind } from '../kind.ts';
import type { ConfigOf } from '../kind.ts';
import { count } from '../phrases.ts';
import { ElasticsearchCluster, loginMistake } from './elasticsearch-cluster.ts';
import type { ClusterHealth } from './elasticsearch-cluster.ts';

export const elasticsearch = defineKind({
  kind: 'elasticsearch',
  plays: 'doc_engine',
  works: 'the cluster, or the index, is green (or as `status` allows), and there are enough nodes',
  couldPass: 'an index that refuses writes, since it is read-only or a disk is full, and searches that are slow',
  example: ['min_nodes'],
  keys: {
    url: describe(
      serverRoot(),
      'http:// or https:// URL of Elasticsearch or OpenSearch, also with user:password@ before the host.',
      'https://user:password@search.example:9200',
    ),
    user: partKeys.user,
    password: partKeys.password,
    api_key: v.optional(
      describe(
        v.pipe(text(), v.regex(/^[\x21-\x7e]*$/, 'must have only printable ASCII characters, without spaces')),
        'API key instead of a user: encoded as Elasticsearch returned it, or id:api_key.',
        'VuaCfGcBCdbkQm-e5aOx:ui2lp2axTNmsyakw9tvNnw',
      ),
    ),
    index: v.optional(
      describe(
        v.pipe(text(), v.regex(/^[^/?#\s"\\|]+$/, 'not the name of an index, an alias or a pattern')),
        'Index, alias or pattern (logs-*) whose status counts instead of that of the whole cluster.',
        'orders',
      ),
    ),
    min_nodes: v.optional(
      describe(v.pipe(v.number(), v.integer(), v.minValue(1)), 'The fewest nodes that the cluster must have.', 3),
      1,
    ),
    status: v.optional(
      describe(
        v.picklist(['green', 'yellow']),
        'The worst status that works. Unless it is yellow, a yellow cluster or index is degraded.',
        'yellow',
      ),
      'green',
    ),
    ...tlsKeys,
  },
  figures: {
    status: { label: 'status', unit: '', sort: 'text' },
    nodes: { label: 'nodes', unit: 'nodes', sort: 'number' },
    unassigned: { label: 'unassigned shards', unit: 'shards', sort: 'number' },
    pending: { label: 'pending tasks', unit: 'tasks', sort: 'number' },
  },
  mistake: (config) => loginMistake(config) ?? certificateMistake(config, config.url.startsWith('https:')),
  needs: webNeeds,
  target: ({ url }) => webTarget('elasticsearch', url),
  async check(config, context) {
    const end = performance.now() + context.limitMs;
    const cluster = new ElasticsearchCluster(config, context);
    const health = await cluster.health();
    for (const address of webNeeds(config)) context.reached(address);
    const { status, nodes, unassigned, pending } = health;
    context.observe({ status, nodes, unassigned, pending });
    if (config.index !== undefined && health.shards === 0) await cluster.proveIndex(config.index);
    const { faults, isFailing } = judge(health, config);
    if (faults.length === 0) return;
    const reason = unassigned === 0 ? undefined : await cluster.explain((end - performance.now()) * PATIENCE);
    const message = [faults.join('; '), ...(reason === undefined ? [] : [reason])].join(': ');
    throw new UnhealthyError(message, { degraded: !isFailing });
  },
});

/** The share of the time that is left in which a reason may come: the verdict is known already. */
const PATIENCE = 0.6;

type Config = ConfigOf<typeof elasticsearch>;

function judge(health: ClusterHealth, config: Config): { faults: string[]; isFailing: boolean } {
  const target = elasticsearch.target(config);
  const { status, nodes } = health;
  const hasTooFew = nodes < config.min_nodes;
  const isBad = status === 'red' || (status === 'yellow' && config.status === 'green');
  const what = config.index === undefined ? target : `index ${config.index} in ${target}`;
  const few = `${count(nodes, 'node')} of at least ${String(config.min_nodes)}`;
  return {
    faults: [
      ...(hasTooFew ? [`${target} has only ${few}`] : []),
      ...(isBad ? [`${hasTooFew ? '' : `${what} `}is ${status}, with ${shardsOf(health)}`.trimStart()] : []),
    ],
    isFailing: hasTooFew || status === 'red',
  };
}

function shardsOf({ unassigned, initializing }: ClusterHealth): string {
  if (unassigned > 0 || initializing === 0) return count(unassigned, 'unassigned shard');
  return `${count(initializing, 'shard')} that ${initializing === 1 ? 'is' : 'are'} being initialized`;
}

/** Which shard is unassigned, and what the cluster allocation explain API says of it. Pure. */
import { isJsonObject } from '../../clients/http/json.ts';
import type { JsonObject } from '../../clients/http/json.ts';
import { serverWords } from '../../clients/server-words.ts';

/** Asks for all shards. Those that are unassigned come first, and of these the primaries. */
export const SHARDS_QUERY = 'h=state,prirep,shard,index&s=state,prirep,index,shard&format=text';

/** The first unassigned shard of such a list, for the explain API. */
export function unassignedShard(list: string): object | undefined {
  const [, copy, shard, index] = /^UNASSIGNED\s+([pr])\s+(\d+)\s+(\S+)/m.exec(list) ?? [];
  return index === undefined ? undefined : { index, shard: Number(shard), primary: copy === 'p' };
}

/**
 * `replica 0 of y cannot go to node n1: a copy of this shard is already allocated to this node`. Undefined for an
 * answer that explains nothing.
 */
export function reasonIn(explained: JsonObject, secrets: readonly (string | undefined)[]): string | undefined {
  const { index, shard, primary } = explained;
  if (typeof index !== 'string' || typeof shard !== 'number') return undefined;
  const copy = `${primary === true ? 'primary' : 'replica'} ${String(shard)} of ${index}`;
  return serverWords(copy + (decision(explained) ?? summary(explained)), secrets);
}

/** What the first node that refuses the shard says. */
function decision(explained: JsonObject): string | undefined {
  for (const node of listIn(explained['node_allocation_decisions'])) {
    const refusing = listIn(node['deciders']).find((decider) => decider['decision'] !== 'YES');
    if (typeof refusing?.['explanation'] !== 'string') continue;
    const name = typeof node['node_name'] === 'string' ? node['node_name'] : 'without a name';
    return ` cannot go to node ${name}: ${refusing['explanation']}`;
  }
  return undefined;
}

/** What is said where no node was asked: `allocation is delayed; it is unassigned because of NODE_LEFT`. */
function summary(explained: JsonObject): string {
  const { allocate_explanation: explanation, unassigned_info: info } = explained;
  const cause = isJsonObject(info) && typeof info['reason'] === 'string' ? info['reason'] : undefined;
  const words = [
    ...(typeof explanation === 'string' ? [explanation] : []),
    ...(cause === undefined ? [] : [`it is unassigned because of ${cause}`]),
  ];
  return words.length === 0 ? '' : `: ${words.join('; ')}`;
}

function listIn(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

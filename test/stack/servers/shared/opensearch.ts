/** Starts nodes of OpenSearch, each with little memory. */
import { join } from 'node:path';
import { opensearch } from '../../builds/opensearch.ts';
import { startProcess } from '../../process.ts';
import type { Running } from '../../process.ts';

const CLASSPATH = ['classes', 'lib/*'].map((path) => join(opensearch.folder, path)).join(':');
/** What keeps it small, and quick to start. */
const JAVA = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', CLASSPATH];

export interface Node {
  readonly name: string;
  /** Where it keeps its data. */
  readonly folder: string;
  readonly port: number;
  /** The port over which nodes talk to each other. */
  readonly transportPort: number;
}

/**
 * Starts a node, and waits until it answers.
 *
 * @param first The node that the cluster begins with. A node without one is a cluster of its own.
 */
export function startOpenSearch({ name, folder, port, transportPort }: Node, first?: Node): Promise<Running> {
  const cluster = first === undefined ? [] : [`127.0.0.1:${String(first.transportPort)}`, first.name];
  const args = [join(folder, 'home'), String(port), String(transportPort), name, ...cluster];
  return startProcess({
    name: `opensearch-${name}`,
    command: 'java',
    args: [...JAVA, 'OpenSearchNode', ...args],
    folder,
    // SIGTERM lets it write its state, which takes seconds.
    stopSignal: 'SIGKILL',
    ready: () => call(port, 'GET', '/_cluster/health'),
  });
}

/** Sends a request to a node. @throws Error with its answer unless that is a success. */
export async function call(port: number, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${String(port)}${path}`, {
    method,
    signal: AbortSignal.timeout(10_000),
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${String(response.status)}: ${text}`);
  return JSON.parse(text);
}

/** Creates an index with one shard. */
export async function createIndex(port: number, name: string, settings: object): Promise<void> {
  await call(port, 'PUT', `/${name}?wait_for_active_shards=0`, { settings: { number_of_shards: 1, ...settings } });
}

/** A setting that no node meets, so that no shard can be assigned. */
export const NOWHERE = { 'index.routing.allocation.require._name': 'no-such-node' } as const;

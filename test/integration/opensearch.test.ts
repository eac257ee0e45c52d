/** The kind `elasticsearch` on a real cluster: made yellow and red, healed, grown, and bereft of its nodes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../stack/process.ts';
import type { Running } from '../stack/process.ts';
import { call, createIndex, NOWHERE, startOpenSearch } from '../stack/servers/shared/opensearch.ts';
import type { Node } from '../stack/servers/shared/opensearch.ts';
import { runLeaf } from '../support/run-leaf.ts';
import type { Outcome } from '../support/run-leaf.ts';

const WITHIN_MS = 30_000;

let folder: string;
let [first, second]: Node[] = [];
const running: Running[] = [];

async function nodeCalled(name: string): Promise<Node> {
  return { name, folder: join(folder, name), port: await freePort(), transportPort: await freePort() };
}

function node(which: Node | undefined): Node {
  if (which === undefined) throw new Error('the node has not been started');
  return which;
}

function check(keys: object = {}, which = first): Promise<Outcome> {
  return runLeaf({ kind: 'elasticsearch', url: `http://127.0.0.1:${String(node(which).port)}`, timeout: 10, ...keys });
}

/** Checks until the cluster has become what it is to become. */
function becomes(status: RegExp, keys?: object, which?: Node): Promise<void> {
  return expect
    .poll(async () => (await check(keys, which)).status, { timeout: WITHIN_MS, interval: 200 })
    .toMatch(status);
}

function figures({ result }: Outcome): object {
  return Object.fromEntries(result.observed.map(({ name, value }) => [name, value]));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'healthgate-opensearch-'));
  first = await nodeCalled('one');
  running.push(await startOpenSearch(first, first));
}, 60_000);

afterAll(async () => {
  await Promise.all(running.map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
});

it('is green while it is new, and has its figures', async () => {
  const outcome = await check();
  expect(outcome.status).toBe('working');
  expect(figures(outcome)).toEqual({ status: 'green', nodes: 1, unassigned: 0, pending: 0 });
});

it('is degraded, not failing, while a replica has no node, and says why', async () => {
  await createIndex(node(first).port, 'copies', { number_of_replicas: 1 });
  await becomes(
    /^UnhealthyError: elasticsearch 127\.0\.0\.1:\d+ is yellow, with 1 unassigned shard: replica 0 of copies cannot go to node one: a copy of this shard is already allocated to this node/,
  );
  const outcome = await check();
  expect(outcome.result.verdict).toBe('degraded');
  expect(figures(outcome)).toMatchObject({ status: 'yellow', unassigned: 1 });
  expect((await check({ status: 'yellow' })).status).toBe('working');
});

it('fails while a primary has no node, and blames the primary rather than the replica', async () => {
  await createIndex(node(first).port, 'lost', { number_of_replicas: 0, ...NOWHERE });
  await becomes(/is red, with 2 unassigned shards: primary 0 of lost cannot go to node one: node does not match index/);
  const outcome = await check({ status: 'yellow' });
  expect(outcome.result.verdict).toBe('failing');
  expect(figures(outcome)).toMatchObject({ status: 'red', unassigned: 2 });
});

it('is healed by removing what no node meets', async () => {
  await call(node(first).port, 'PUT', '/lost/_settings', { 'index.routing.allocation.require._name': null });
  await becomes(/^working$/, { status: 'yellow' });
});

it('is green with a second node, which takes the replica', async () => {
  expect((await check({ min_nodes: 2 })).status).toMatch(
    / has only 1 node of at least 2; is yellow, with 1 unassigned/,
  );
  second = await nodeCalled('two');
  running.push(await startOpenSearch(second, node(first)));
  await becomes(/^working$/, { min_nodes: 2 });
  expect(figures(await check())).toEqual({ status: 'green', nodes: 2, unassigned: 0, pending: 0 });
}, 60_000);

it('tells that the second node is gone when it is killed', async () => {
  process.kill(running[1]?.pid ?? 0, 'SIGKILL');
  await becomes(
    /^UnhealthyError: elasticsearch \S+ has only 1 node of at least 2; is yellow, with 1 unassigned shard/,
    {
      min_nodes: 2,
    },
  );
}, 60_000);

it('tells that there is no master when the only one is killed', async () => {
  running.push(await startOpenSearch(node(second), node(first)));
  await becomes(/^working$/, { min_nodes: 2 });
  process.kill(running[0]?.pid ?? 0, 'SIGKILL');
  await becomes(
    /^UnhealthyError: elasticsearch \S+ knows no master of its cluster: (cluster_manager|master)_not_discovered_exc/,
    { timeout: 2 },
    second,
  );
}, 90_000);

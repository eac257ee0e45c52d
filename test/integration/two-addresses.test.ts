/**
 * Names that resolve to a dead and a living loopback address. Node's sockets resolve by `dns.lookup`, which is replaced
 * here: so every driver gets both addresses without an entry in /etc/hosts.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { connect, getDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { ADDRESS_TIMEOUT_MS } from '../../lib/clients/connecting.ts';
import { partsOf } from '../support/url-parts.ts';
import { runLeaf } from '../support/run-leaf.ts';

const stack = inject('stack');
const NAME = 'two-addresses.test';
const LIVING = '127.0.0.1';
const DEAD = '127.0.0.2';

type Callback = (error: null, addresses: readonly { readonly address: string; readonly family: number }[]) => void;

beforeEach(() => {
  const both = [DEAD, LIVING].map((address) => ({ address, family: 4 }));
  const lookup = (_name: string, _options: object, done: Callback) => {
    setImmediate(done, null, both);
  };
  vi.spyOn(dns, 'lookup').mockImplementation(lookup as unknown as typeof dns.lookup);
});

const children: ChildProcess[] = [];
const fillers: Socket[] = [];

afterEach(() => {
  vi.restoreAllMocks();
  for (const socket of fillers.splice(0)) socket.destroy();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Listens, but never accepts: once the queue of the kernel is full, further connections hang. */
const HANGING = `
  require('node:net').createServer().listen({ host: '${DEAD}', port: Number(process.argv[1]), backlog: 1 }, () => {
    require('node:fs').writeSync(1, 'listening');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

async function hangAt(port: number): Promise<void> {
  const child = spawn(process.execPath, ['-e', HANGING, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  for (let index = 0; index < 4; index += 1) {
    const socket = connect(port, DEAD).on('error', () => undefined);
    fillers.push(socket);
    await Promise.race([once(socket, 'connect'), new Promise((resolve) => setTimeout(resolve, 200))]);
  }
}

/** The URL with the name that has two addresses. */
function named(url: string): string {
  return Object.assign(new URL(url), { hostname: NAME }).href;
}

const leaves = {
  redis: { kind: 'redis', url: named(stack.redis.url) },
  postgres: { kind: 'postgres', url: named(stack.postgres.url) },
  mysql: { kind: 'mysql', url: named(stack.mysql.url) },
  clickhouse: { kind: 'clickhouse', url: named(stack.clickhouse.url) },
  rabbitmq: { kind: 'rabbitmq', ...partsOf(stack.rabbitmq.url), host: NAME },
  http: { kind: 'http', url: named(`${stack.assets.url}/json`) },
  websocket: { kind: 'websocket', url: named(stack.websocket.url) },
  tcp: { kind: 'tcp', host: NAME, port: stack.redis.port },
};

describe.each(Object.entries(leaves))('a name with a dead and a living address: %s', (_kind, leaf) => {
  const port = 'url' in leaf ? Number(new URL(leaf.url).port) : Number(leaf.port);

  it('works where the first address refuses connections', async () => {
    expect((await runLeaf({ ...leaf, timeout: 10 })).status).toBe('working');
    expect(dns.lookup).toHaveBeenCalled();
  });

  it('works where the first address hangs', async () => {
    await hangAt(port);
    expect((await runLeaf({ ...leaf, timeout: 10 })).status).toBe('working');
  });
});

it('gives each address of a name longer than Node does, so that a distant one is not given up', () => {
  expect(getDefaultAutoSelectFamilyAttemptTimeout()).toBe(ADDRESS_TIMEOUT_MS);
  expect(ADDRESS_TIMEOUT_MS).toBeGreaterThan(250);
});

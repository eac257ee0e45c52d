/** `serve --record` in real time, with slots of a second, on real servers that are stopped and started again. */
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHistory } from '../../lib/history/open.ts';
import { close, listen } from '../../lib/http/server.ts';
import { startStack } from '../stack/stack.ts';
import type { Stack } from '../stack/stack.ts';
import { runCli, serveCli } from '../support/cli.ts';
import type { Served } from '../support/cli.ts';
import { documentText } from '../support/namespace.ts';
import { temporaryFolder } from '../support/temporary.ts';

interface Told {
  readonly id: string;
  readonly path: string;
  readonly to: string;
  readonly consequences: readonly string[];
}

let stack: Stack<'redis' | 'rabbitmq'>;
let served: Served;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const told: Told[] = [];
const webhook = createServer((request, response) => {
  void json(request).then((body) => {
    told.push({ ...(body as Told), id: String(request.headers['healthgate-id']) });
    response.end();
  });
});

beforeAll(async () => {
  [stack, folder] = await Promise.all([startStack(['redis', 'rabbitmq'] as const), temporaryFolder()]);
  const { redis, rabbitmq } = stack.addresses;
  const url = await listen(webhook, '127.0.0.1', 0);
  await mkdir(join(folder.path, 'vault'));
  const checks = {
    redis: { kind: 'redis', url: redis.url, timeout: 0.5, failures_before_down: 3 },
    cache: { kind: 'cache', url: redis.url, timeout: 0.5, failures_before_down: 3, depends_on: ['redis'] },
    rabbit: { kind: 'rabbitmq', url: rabbitmq.url },
  };
  const document = documentText({ notify: [{ type: 'webhook', url, secret: '0123456789abcdef' }], checks });
  await writeFile(join(folder.path, 'vault/shop.json'), document, { mode: 0o600 });
  const args = ['--vault', `file:${folder.path}/vault`, '--record', '1', '--history', `${folder.path}/history`];
  served = await serveCli(args);
}, 120_000);

afterAll(async () => {
  await served.stop();
  await close(webhook);
  await Promise.all([stack.stop(), folder.remove()]);
}, 60_000);

/** The states of a check in the history, the earliest first, as another process reads them. */
async function statesOf(path: string): Promise<string[]> {
  const store = await openHistory(`${folder.path}/history`, { readOnly: true });
  const samples = await store.samples('shop', { from: 0, to: Infinity }).finally(() => store.close());
  return samples.map(({ checks }) => checks.find((check) => check.path === path)?.state ?? '');
}

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await sleep(200);
}

test('a blip is recorded, and nobody is told of it', async () => {
  await until(async () => (await statesOf('redis')).at(-1) === 'up');
  await until(async () => {
    stack.parts.redis.pause();
    await sleep(800);
    stack.parts.redis.resume();
    await sleep(2500);
    return (await statesOf('redis')).includes('down');
  });
  expect(told).toEqual([]);
}, 60_000);

test('a server that stops and starts again is one notice down and one up, with what fails because of it', async () => {
  await Promise.all([stack.parts.redis.stop(), stack.parts.rabbitmq.stop()]);
  await until(() => told.length >= 2);
  await sleep(3000);
  await Promise.all([stack.parts.redis.start(), stack.parts.rabbitmq.start()]);
  await until(() => told.length >= 4);
  await sleep(3000);
  const sorted = told.toSorted((a, b) => a.path.localeCompare(b.path));
  expect(sorted.map(({ path, to, consequences }) => [path, to, consequences])).toEqual([
    ['rabbit', 'down', []],
    ['rabbit', 'up', []],
    ['redis', 'down', ['cache']],
    ['redis', 'up', ['cache']],
  ]);
  expect(new Set(told.map(({ id }) => id)).size).toBe(4);
}, 120_000);

test('maintenance that is begun beside the service counts from the next sample, and nobody is told', async () => {
  const before = told.length;
  const beside = ['--vault', `file:${folder.path}/vault`, '--history', `${folder.path}/history`];
  const started = await runCli(['maintenance', 'start', '--checks', 'redis,cache', '--text', 'New disk', ...beside]);
  expect(started).toMatchObject({ code: 0, err: '' });
  expect(started.out).toMatch(/^shop: began maintenance of redis, cache from \S+ to \S+ \(New disk\)\n$/);
  await until(async () => (await statesOf('redis')).at(-1) === 'maintenance');
  await stack.parts.redis.stop();
  await sleep(4000);
  await stack.parts.redis.start();
  await sleep(2000);
  const stopped = await runCli(['maintenance', 'stop', ...beside]);
  expect(stopped.out).toContain('shop: ended maintenance of redis, cache');
  await until(async () => (await statesOf('redis')).at(-1) === 'up');
  expect(told).toHaveLength(before);
}, 120_000);

test('maintenance of a check that does not exist is refused with the name that was probably meant', async () => {
  const { code, err } = await runCli([
    ...['maintenance', 'start', '--checks', 'rediss'],
    ...['--vault', `file:${folder.path}/vault`, '--history', `${folder.path}/history`],
  ]);
  expect(code).toBe(2);
  expect(err).toContain('--checks: shop has no check or group "rediss"; did you mean redis?');
});

/** Cases of Celery over Redis beyond the contract suite: prefixes, results over the broker, pickle, busy workers. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { canaryEnvelope } from '../../lib/clients/celery/envelope.ts';
import { canaryOf } from '../../lib/clients/celery/messages.ts';
import { freePort } from '../stack/process.ts';
import type { Running } from '../stack/process.ts';
import { PYTHON } from '../stack/python.ts';
import { startCelery } from '../stack/servers/celery.ts';
import type { CeleryOptions } from '../stack/servers/celery.ts';
import { sendCommands, startRedisServer } from '../stack/servers/shared/redis.ts';
import { runLeaf } from '../support/run-leaf.ts';

let folder: string;
let port: number;
/** What afterAll stops, even when one of them did not start. */
const starting: Promise<Running>[] = [];

/** The workers, each in a database of its own. */
const SHOP = 1;
const RPC = 2;
const PICKLE = 3;
const RESULTS = 9;
/** A database of the master that the stack's sentinel watches. */
const WATCHED = 3;
const QUEUE = 'mails';

const database = (number: number) => `redis://127.0.0.1:${port}/${number}`;
const ping = (number: number, more: object = {}) => ({
  kind: 'celery_ping',
  url: database(number),
  timeout: 3,
  ...more,
});
const queue = (number: number, more: object = {}) => ({ ...ping(number), kind: 'celery_queue', queue: QUEUE, ...more });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'healthgate-celery-redis-'));
  port = await freePort();
  const redis = startRedisServer('redis', folder, ['--port', String(port)], { port });
  starting.push(redis);
  await redis;
  const start = (number: number, name: string, options: Partial<CeleryOptions>) =>
    startCelery({
      ...{ folder: join(folder, name), python: PYTHON, name: `celery@${name}`, queues: [QUEUE] },
      ...{ broker: database(number), backend: database(RESULTS) },
      ...options,
    });
  const settings = {
    control_exchange: 'shop',
    broker_transport_options: { global_keyprefix: 'shop:' },
    result_backend_transport_options: { global_keyprefix: 'shop' },
  };
  starting.push(
    start(SHOP, 'shop', { settings }),
    start(RPC, 'rpc', { backend: 'rpc://', pool: 'solo' }),
    start(WATCHED, 'watched', {
      broker: `sentinel://127.0.0.1:${inject('stack').redisSentinel.port}/${WATCHED}`,
      settings: { broker_transport_options: { master_name: 'main' } },
    }),
    start(PICKLE, 'pickle', {
      settings: { task_serializer: 'pickle', result_serializer: 'pickle', accept_content: ['json', 'pickle'] },
    }),
  );
  await Promise.all(starting);
}, 120_000);

afterAll(async () => {
  for (const started of (await Promise.allSettled(starting)).reverse())
    if (started.status === 'fulfilled') await started.value.stop();
  await rm(folder, { recursive: true });
}, 60_000);

async function statusOf(leaf: object): Promise<string> {
  return (await runLeaf(leaf)).status;
}

/** The keys of the database. */
async function keysOf(number: number): Promise<string[]> {
  const [, keys] = await sendCommands({ port }, ['SELECT', String(number)], ['KEYS', '*']);
  return (keys as string[]).sort();
}

describe('a worker with a key prefix and another control exchange', () => {
  const prefixes = { key_prefix: 'shop:', control_exchange: 'shop' };

  it('answers, and returns the canary with a prefix of its own', async () => {
    expect(await statusOf(ping(SHOP, { ...prefixes, workers: ['celery@shop'] }))).toBe('working');
    expect(await statusOf(queue(SHOP, prefixes))).toBe('working');
    const canary = { task: 'celery.accumulate', result_url: database(RESULTS), result_prefix: 'shop' };
    expect(await statusOf(queue(SHOP, { ...prefixes, ...canary }))).toBe('working');
    expect(await keysOf(RESULTS)).toEqual([]);
  });

  it('does not answer without them', async () => {
    expect(await statusOf(ping(SHOP))).toMatch(
      /^UnhealthyError: no worker listens at redis .* to \/1\.celery\.pidbox$/,
    );
  });
});

describe('a worker whose results go over Redis as the broker', () => {
  it('returns the canary, and nothing stays', async () => {
    const before = await keysOf(RPC);
    expect(await statusOf(queue(RPC, { task: 'celery.accumulate' }))).toBe('working');
    expect(await statusOf(queue(RPC, { task: 'healthgate.ping' }))).toBe('working');
    expect(await keysOf(RPC)).toEqual(before);
  });
});

describe('a worker whose broker is found through a sentinel', () => {
  const url = `${inject('stack').redisSentinel.url}/${WATCHED}`;

  it('answers, consumes its queue and returns the canary', async () => {
    expect(await statusOf({ ...ping(WATCHED), url, workers: ['celery@watched'] })).toBe('working');
    expect(await statusOf({ ...queue(WATCHED), url, max_depth: 10 })).toBe('working');
    const canary = { task: 'celery.accumulate', result_url: database(RESULTS) };
    expect(await statusOf({ ...queue(WATCHED), url, ...canary })).toBe('working');
    expect(await keysOf(RESULTS)).toEqual([]);
  });
});

describe('a worker that answers in pickle', () => {
  it('is named, and does not count as silent', async () => {
    const answer = 'celery@pickle answered in application/x-python-serialize, which is never read; set task_serializer';
    expect(await statusOf(ping(PICKLE))).toBe(`UnhealthyError: ${answer} to json`);
    expect(await statusOf(ping(PICKLE, { workers: ['celery@other'] }))).toBe(
      `UnhealthyError: worker celery@other did not answer ping; ${answer} to json`,
    );
  });

  it('has a result that cannot be read', async () => {
    expect(await statusOf(queue(PICKLE, { task: 'celery.accumulate', result_url: database(RESULTS) }))).toMatch(
      /^UnhealthyError: the result of task celery\.accumulate is not JSON, and is never decoded; set result_serializer/,
    );
  });
});

describe('a worker of the pool solo that is busy', () => {
  it('is told from one that is gone, and the canary is taken back', async () => {
    const slow = canaryOf('healthgate.slow', QUEUE, 60_000);
    await sendCommands({ port }, ['SELECT', String(RPC)], ['LPUSH', QUEUE, canaryEnvelope(slow)]);
    await pause(500);
    const [pinged, lost] = await Promise.all([
      statusOf(ping(RPC, { timeout: 1 })),
      statusOf(queue(RPC, { timeout: 1, task: 'celery.accumulate' })),
    ]);
    const [, depth] = await sendCommands({ port }, ['SELECT', String(RPC)], ['LLEN', QUEUE]);
    expect(pinged).toMatch(
      /^UnhealthyError: no worker answered ping; workers have \d unfinished tasks?, and one of the /,
    );
    expect(lost).toMatch(/^UnhealthyError: (no|a) worker took the canary from queue mails/);
    expect(depth).toBe(0);
  });
});

describe('a queue on Redis', () => {
  it('counts the messages of all priorities', async () => {
    const name = `deep-${randomUUID()}`;
    const lists = ['', '\x06\x163', '\x06\x166', '\x06\x169'].map((step) => name + step);
    const pushes = lists.map((list) => ['LPUSH', list, 'a message'] as const);
    await sendCommands({ port }, ['SELECT', '15'], ...pushes);
    const { result } = await runLeaf({ ...queue(15), queue: name });
    expect(result.observed.map(({ name: figure, value }) => [figure, value])).toEqual([['depth', 4]]);
  });
});

/** Cases of Celery and RabbitMQ beyond the contract suite: results over RPC, workers that hang, full brokers. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectTcp, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { taskMessage } from '../../lib/clients/celery/messages.ts';
import { run } from '../../lib/engine/run.ts';
import { resultsOf } from '../../lib/engine/tree.ts';
import type { CheckResult } from '../../lib/engine/types.ts';
import { statusText } from '../../lib/formats/words.ts';
import { createLog } from '../../lib/log.ts';
import { parseNamespace } from '../../lib/document/namespace.ts';
import type { Running } from '../stack/process.ts';
import { PYTHON } from '../stack/python.ts';
import { startCelery } from '../stack/servers/celery.ts';
import type { CeleryWorker } from '../stack/servers/celery.ts';
import { startRabbitmq } from '../stack/servers/rabbitmq.ts';
import type { Rabbitmq } from '../stack/servers/rabbitmq.ts';
import { openHandles, settledHandles } from '../support/handles.ts';

let folder: string;
let broker: Rabbitmq;
let fullBroker: Rabbitmq;
let worker: CeleryWorker;
/** What afterAll stops, even when one of them did not start. */
const starting: Promise<Running>[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'healthgate-celery-'));
  const brokers = [
    startRabbitmq({ folder: join(folder, 'broker') }),
    // Less than the broker itself needs, so that it raises the alarm immediately.
    startRabbitmq({ folder: join(folder, 'full'), config: ['vm_memory_high_watermark.absolute = 1MB'] }),
  ] as const;
  starting.push(...brokers);
  [broker, fullBroker] = await Promise.all(brokers);
  const first = startWorker('celery@a', ['high', 'low']);
  starting.push(first);
  worker = await first;
}, 120_000);

afterAll(async () => {
  for (const started of (await Promise.allSettled(starting)).reverse())
    if (started.status === 'fulfilled') await started.value.stop();
  await rm(folder, { recursive: true });
}, 60_000);

function startWorker(name: string, queues: readonly string[]): Promise<CeleryWorker> {
  const options = { folder: join(folder, name), python: PYTHON, broker: broker.url, backend: 'rpc://' };
  return startCelery({ ...options, name, queues });
}

/** Runs the leaves concurrently. Returns the status of each, by its name. */
async function runAll(checks: Readonly<Record<string, object>>): Promise<Record<string, string>> {
  const results = Object.entries(await resultsFor(checks));
  return Object.fromEntries(results.map(([name, result]) => [name, statusText(result)]));
}

/** Runs the leaves concurrently. Returns the result of each, by its name. */
async function resultsFor(checks: Readonly<Record<string, object>>): Promise<Record<string, CheckResult>> {
  const document = { access_tokens: ['a token of the test'], timeout: 1, checks };
  const namespace = await parseNamespace('test', JSON.stringify(document), {
    readSecret: () => Promise.resolve(undefined),
  });
  const before = openHandles();
  const report = await run(namespace.root, {
    namespace: 'test',
    deadlineMs: namespace.deadlineMs,
    vault: { isRemote: false, prove: () => Promise.reject(new Error('this test has no vault')) },
    log: createLog((line) => {
      throw new Error(line);
    }),
  });
  expect(await settledHandles(before)).toEqual([]);
  return Object.fromEntries(resultsOf(report.result).map((result) => [result.name, result]));
}

const ping = (more: object = {}) => ({ kind: 'celery_ping', url: broker.url, ...more });
const queue = (name: string, more: object = {}) => ({ kind: 'celery_queue', url: broker.url, queue: name, ...more });

describe('a worker that answers', () => {
  it('sends the result of the canary over the broker', async () => {
    expect(
      await runAll({
        ping: queue('high', { task: worker.task }),
        fail: queue('high', { task: 'healthgate.fail' }),
        other: queue('low', { task: 'healthgate.other' }),
      }),
    ).toEqual({
      ping: 'working',
      fail: "UnhealthyError: task healthgate.fail failed on queue high; see the worker's log",
      other: 'UnhealthyError: the worker that took it from queue low does not know task healthgate.other',
    });
  });

  it('counts as one worker for each name', async () => {
    const second = await startWorker('celery@b', ['low']);
    const statuses = await runAll({ two: ping({ workers: 2 }), three: ping({ workers: 3 }) });
    await second.stop();
    expect(statuses.two).toBe('working');
    expect(statuses.three).toMatch(/^UnhealthyError: 2 of at least 3 workers answered: celery@[ab], celery@[ab]$/);
  });
});

describe('a worker that hangs', () => {
  it('fails only the checks that need it', async () => {
    const second = await startWorker('celery@b', ['others']);
    second.pause();
    const statuses = await runAll({
      named: ping({ workers: ['celery@a', 'celery@b'] }),
      counted: ping({ workers: 2 }),
      canary: queue('others', { task: worker.task }),
      queue: queue('others'),
      'any worker': ping(),
      'another queue': queue('high', { task: worker.task }),
    });
    const canaries = await runAll({
      one: queue('others', { task: worker.task }),
      other: queue('others', { task: worker.task }),
    });
    second.resume();
    const again = await runAll({ named: ping({ workers: ['celery@a', 'celery@b'] }), queue: queue('others') });
    await second.stop();
    expect(statuses).toEqual({
      named: 'UnhealthyError: worker celery@b did not answer ping; celery@a did',
      counted: 'UnhealthyError: 1 of at least 2 workers answered: celery@a',
      canary:
        'UnhealthyError: a worker took the canary from queue others, but none that consumes it answers: ' +
        'it is busy, hangs, or has no remote control',
      queue: 'UnhealthyError: 1 consumer on queue others, but no worker that consumes it answered',
      'any worker': 'working',
      'another queue': 'working',
    });
    // Without `like 1 other that needs …`: the broker, which both need, answers.
    // Where the canaries are depends on how many messages the worker took before it hung.
    for (const status of Object.values(canaries)) {
      expect(status).toMatch(/^UnhealthyError: .* queue others/);
      expect(status).not.toContain('like 1 other');
    }
    expect(again).toEqual({ named: 'working', queue: 'working' });
  });

  it('is reported differently from a worker that is gone', async () => {
    const second = await startWorker('celery@b', ['deserted']);
    await second.stop();
    expect(await runAll({ queue: queue('deserted') })).toEqual({
      queue: 'UnhealthyError: no worker consumes queue deserted',
    });
  });
});

describe('a queue', () => {
  it('is unhealthy when more than max_depth messages wait, although its worker answers', async () => {
    const second = await startWorker('celery@busy', ['deep']);
    const tasks = Array.from({ length: 10 }, () => taskMessage(randomUUID(), 'healthgate.slow', inOneMinute()));
    await send('deep', tasks);
    const results = await resultsFor({ few: queue('deep', { max_depth: 2 }), many: queue('deep', { max_depth: 10 }) });
    await purge('deep');
    await second.stop();
    const { few, many } = results;
    expect(few?.error?.message).toMatch(/^\d+ messages wait in queue deep, more than max_depth 2$/);
    expect(many?.verdict).toBe('working');
    // Both report the depth, which was asked once.
    const depth = Number.parseInt(few?.error?.message ?? '', 10);
    for (const result of [few, many])
      expect(result?.observed).toContainEqual(expect.objectContaining({ name: 'depth', value: depth }));
  });
});

describe('canary tasks', () => {
  it('are not counted as messages that wait in their queue', async () => {
    const empty = queue('low', { task: worker.task, max_depth: 0 });
    const many = Object.fromEntries(Array.from({ length: 60 }, (_value, index) => [`low ${index}`, empty]));
    expect(new Set(Object.values(await runAll(many)))).toEqual(new Set(['working']));
  });
});

describe('a broker under a resource alarm', () => {
  it('accepts connections but no messages', async () => {
    const { url, port } = fullBroker;
    const alarm = 'publishers are blocked by a resource alarm (memory or disk)';
    expect(
      await runAll({
        connection: { kind: 'rabbitmq', url },
        'round trip': { kind: 'rabbitmq', url, round_trip: true },
      }),
    ).toEqual({
      connection: 'working',
      'round trip': `UnhealthyError: rabbitmq 127.0.0.1:${port}: ${alarm}`,
    });
  });
});

describe('many checks in one run', () => {
  it('share one connection to the broker', async () => {
    const proxy = await openProxy(broker.port);
    const url = Object.assign(new URL(broker.url), { port: String(proxy.port) }).href;
    const each = Array.from({ length: 50 }, (_value, index) => ({
      [`high ${index}`]: { ...queue('high'), url },
      [`low ${index}`]: { ...queue('low', { task: worker.task }), url },
      [`ping ${index}`]: { ...ping(), url },
      [`rabbitmq ${index}`]: { kind: 'rabbitmq', url, round_trip: true },
    }));
    const statuses = await runAll(Object.assign({}, ...each) as Record<string, object>);
    await proxy.stop();
    expect(new Set(Object.values(statuses))).toEqual(new Set(['working']));
    expect(proxy.connections()).toBe(1);
  });
});

function inOneMinute(): Date {
  return new Date(Date.now() + 60_000);
}

type Task = ReturnType<typeof taskMessage>;

async function send(queue: string, tasks: readonly Task[]): Promise<void> {
  const connection = await connect(broker.url);
  const channel = await connection.createConfirmChannel();
  for (const { content, ...properties } of tasks) channel.sendToQueue(queue, Buffer.from(content), properties);
  await channel.waitForConfirms();
  await connection.close();
}

async function purge(queue: string): Promise<void> {
  const connection = await connect(broker.url);
  const channel = await connection.createChannel();
  await channel.purgeQueue(queue);
  await connection.close();
}

/** A proxy to a port of this machine that counts its connections. */
async function openProxy(to: number): Promise<{ port: number; connections(): number; stop(): Promise<unknown> }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    pipeline(socket, connectTcp(to, '127.0.0.1'), socket, () => undefined);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, connections: () => connections, stop: () => once(server.close(), 'close') };
}

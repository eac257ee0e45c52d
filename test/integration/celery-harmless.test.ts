/** A check must never harm what it checks: workers stay alive, and queues as they were, however a check ends. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sqsName } from '../../lib/clients/celery/sqs.ts';
import { PYTHON } from '../stack/python.ts';
import { startCelery } from '../stack/servers/celery.ts';
import type { CeleryWorker } from '../stack/servers/celery.ts';
import { sqsBroker, sqsSettings } from '../stack/servers/celery-sqs.ts';
import { sendCommands } from '../stack/servers/shared/redis.ts';
import { corruptingProxy, rewritingProxy, slowProxy } from '../support/faulty-server.ts';
import type { FaultyServer } from '../support/faulty-server.ts';
import { runLeaf, runLeaves } from '../support/run-leaf.ts';
import { queueOnSqs } from '../support/sqs-queue.ts';

const stack = inject('stack');
const DATABASE = '11';
const QUEUE = 'harmless';
/** A queue that no worker consumes. */
const DESERTED = 'harmless.deserted';
const ABORT_AFTER_MS = [0, 1, 2, 3, 5, 8, 12, 20, 40];
const AFTER_CHUNKS = [0, 1, 2, 3, 4, 6, 8];
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

/** What a worker logs when it cannot read a message, or reconnects. */
const TROUBLE = /Traceback|: (?:CRITICAL|ERROR)\/|lost/;

interface BrokerCase {
  readonly broker: string;
  readonly url: string;
  readonly realPort: number;
  /** Celery's settings of the worker. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether workers cannot answer over it. */
  readonly isOneWay?: boolean;
  /** Makes the queue that no worker consumes, where it does not come into being with its first message. */
  readonly makeDeserted?: () => Promise<void>;
  /** Messages that wait in the queues, or that a worker has not acknowledged. */
  readonly depths: () => Promise<unknown[]>;
}

const sqs = new SQSClient();

const BROKERS: readonly BrokerCase[] = [
  {
    broker: 'Redis',
    url: new URL(`/${DATABASE}`, stack.redis.url).href,
    realPort: stack.redis.port,
    depths: async () => {
      const lengths = [QUEUE, DESERTED].map((queue) => ['LLEN', queue] as const);
      return (await sendCommands({ port: stack.redis.port }, ['SELECT', DATABASE], ...lengths)).slice(1);
    },
  },
  {
    broker: 'RabbitMQ',
    url: stack.rabbitmq.url,
    realPort: stack.rabbitmq.port,
    depths: async () => {
      const connection = await connect(stack.rabbitmq.url);
      const channel = await connection.createChannel();
      const depths: number[] = [];
      for (const queue of [QUEUE, DESERTED]) depths.push((await channel.checkQueue(queue)).messageCount);
      await connection.close();
      return depths;
    },
    makeDeserted: async () => {
      const connection = await connect(stack.rabbitmq.url);
      await (await connection.createChannel()).assertQueue(DESERTED, { durable: false });
      await connection.close();
    },
  },
  {
    broker: 'SQS',
    url: sqsBroker(stack.aws.port),
    realPort: stack.aws.port,
    settings: sqsSettings(stack.aws.region),
    isOneWay: true,
    makeDeserted: async () => {
      await sqs.send(new CreateQueueCommand({ QueueName: sqsName(DESERTED) }));
    },
    depths: async () => {
      const queues = [QUEUE, DESERTED].map((queue) => queueOnSqs(sqs, sqsName(queue)).counts());
      return (await Promise.all(queues)).map(({ waiting, taken }) => waiting + taken);
    },
  },
];

afterAll(() => {
  sqs.destroy();
});

describe.each(BROKERS)('a worker on $broker', ({ broker, url, realPort, settings = {}, isOneWay = false, ...more }) => {
  const { depths, makeDeserted } = more;

  let folder: string;
  let worker: CeleryWorker | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'healthgate-harmless-'));
    const options = { folder, python: PYTHON, broker: url, backend: stack.redis.url, name: 'celery@harmless' };
    worker = await startCelery({ ...options, queues: [QUEUE], settings });
    await makeDeserted?.();
  }, 60_000);

  afterAll(async () => {
    await worker?.stop();
    await rm(folder, { recursive: true });
  }, 30_000);

  /** The leaves of both kinds at this port. */
  function leavesAt(port: number, timeout: number): Record<string, object> {
    const at = { url: Object.assign(new URL(url), { port: String(port) }).href, timeout };
    const canary = { kind: 'celery_queue', ...at, task: 'celery.accumulate', result_url: stack.redis.url };
    if (isOneWay)
      return { canary: { ...canary, queue: QUEUE }, 'canary with a bound': { ...canary, queue: QUEUE, max_depth: 10 } };
    return {
      ping: { kind: 'celery_ping', ...at },
      queue: { kind: 'celery_queue', ...at, queue: QUEUE },
      canary: { ...canary, queue: QUEUE },
      'canary over the broker': { ...canary, queue: QUEUE, result_url: undefined },
      ...(broker === 'Redis' && { lost: { ...canary, queue: DESERTED } }),
    };
  }

  async function expectUnharmed(): Promise<void> {
    const ping = { kind: 'celery_ping', url, workers: ['celery@harmless'], timeout: 10 };
    const { status } = await runLeaf(isOneWay ? (leavesAt(realPort, 10).canary ?? {}) : ping);
    expect(status).toBe('working');
    await expect.poll(depths, { timeout: 10_000 }).toEqual([0, 0]);
    expect(await readFile(join(folder, 'celery.log'), 'utf8')).not.toMatch(TROUBLE);
  }

  it('is alive, and its queues are as before, after each kind of check', async () => {
    await runLeaves(leavesAt(realPort, 3));
    await expectUnharmed();
  });

  it.each(ABORT_AFTER_MS)('is alive, and its queues are as before, when checks are aborted after %d ms', async (ms) => {
    const controller = new AbortController();
    const running = runLeaves(leavesAt(realPort, 10), { signal: controller.signal });
    await pause(ms);
    controller.abort();
    await running;
    await expectUnharmed();
  });

  it.each([
    ['fall silent', AFTER_CHUNKS.map((chunks) => () => silentAfter(realPort, chunks))],
    ['turn into garbage', AFTER_CHUNKS.map((chunks) => () => garbageAfter(realPort, chunks))],
    ['are corrupted', SEEDS.map((seed) => () => corruptingProxy(realPort, seed))],
    ['are late', [() => slowProxy(realPort, 300), () => slowProxy(realPort, 700)]],
  ])('is alive, and its queues are as before, when answers %s', async (how, starts) => {
    for (const start of starts) {
      const { port, stop } = await start();
      const leaves = Object.entries(leavesAt(port, 1));
      // Nobody can take a canary back over a connection that is broken. It stays where no worker drops it.
      const left = how === 'turn into garbage' ? leaves.filter(([name]) => name !== 'lost') : leaves;
      await runLeaves(Object.fromEntries(left));
      await expectUnharmed(); // before the proxy stops, and loses what it has not passed on
      await stop();
    }
  });

  if (broker === 'Redis') {
    it('finds that everything that checks leave behind expires', async () => {
      const login = { port: stack.redis.port };
      const [, keys] = await sendCommands(login, ['SELECT', DATABASE], ['KEYS', '*healthgate*']);
      const lives = (keys as string[]).map((key) => ['TTL', key] as const);
      const [, ...seconds] = await sendCommands(login, ['SELECT', DATABASE], ...lives);
      for (const left of seconds) expect(left).not.toBe(-1);
    });
  }
});

/** A proxy to a real server that forwards so many chunks of its answers, and then nothing more. */
function silentAfter(realPort: number, chunks: number): Promise<FaultyServer> {
  return afterChunks(realPort, chunks, () => Buffer.alloc(0));
}

/** One that goes on with bytes that make no sense in any protocol. */
function garbageAfter(realPort: number, chunks: number): Promise<FaultyServer> {
  return afterChunks(realPort, chunks, (bytes) => Buffer.alloc(bytes.length, 0xff));
}

function afterChunks(realPort: number, chunks: number, then: (bytes: Buffer) => Buffer): Promise<FaultyServer> {
  let seen = 0;
  return rewritingProxy(realPort, (bytes) => (seen++ < chunks ? bytes : then(bytes)));
}

import type { Replies } from 'amqplib';
import * as v from 'valibot';
import { answered } from '../../engine/connections.ts';
import { UnhealthyError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import { redisNeeds } from '../../clients/redis/client.ts';
import { redisUrl } from '../../clients/redis/url.ts';
import { defineKind } from '../kind.ts';
import { describe, text } from '../../clients/keys.ts';
import { brokerAddress, brokerKeys, brokerOf, connectBroker } from '../../clients/amqp/connect.ts';
import type { BrokerConfig } from '../../clients/amqp/connect.ts';
import type { Broker } from '../../clients/amqp/broker.ts';
import { runCanary } from './celery-canary.ts';
import { patience } from '../../clients/celery/answers.ts';
import { askWorkers } from '../../clients/celery/mailbox.ts';
import { ACTIVE_QUEUES } from '../../clients/celery/messages.ts';

export const celeryQueue = defineKind({
  kind: 'celery_queue',
  works: "the queue exists, a worker that answers consumes it, its depth is within bound; the canary's result returns",
  keys: {
    ...brokerKeys,
    queue: describe(text(), 'Name of the queue.'),
    max_depth: v.optional(
      describe(v.pipe(v.number(), v.integer(), v.minValue(0)), 'The most messages that may wait in the queue.'),
    ),
    task: v.optional(
      describe(text(), 'Name of a harmless task without arguments. It is put on the queue and must succeed.'),
    ),
    result_url: v.optional(
      describe(
        v.pipe(
          redisUrl(),
          v.regex(/^rediss?(\+sentinel)?:/, 'expected one server: Celery does not store results in a cluster'),
        ),
        "Redis that stores the workers' results; unless set, the result must come through the broker (backend rpc).",
      ),
    ),
  },
  figures: {
    depth: { label: 'messages waiting', unit: 'messages', sort: 'number' },
    consumers: { label: 'consumers', unit: 'consumers', sort: 'number' },
    workers: { label: 'workers that answered', unit: 'workers', sort: 'number' },
  },
  needs: ({ url, result_url }) => [
    brokerAddress(url),
    ...(result_url === undefined ? [] : redisNeeds({ url: result_url })),
  ],
  target: (config) => `celery queue ${config.queue} at ${brokerOf(config.url)}`,
  async check(config, context) {
    const start = performance.now();
    const broker = await connectBroker(config, context);
    // Everything runs concurrently. The results are judged in order, since one failure explains the next.
    const inspected = inspect(config, broker, context);
    const asked = askWorkers(ACTIVE_QUEUES, config, broker, context);
    const canary =
      config.task === undefined
        ? undefined
        : runCanary({ ...config, task: config.task, after: inspected }, broker, context);
    for (const work of [asked, canary]) work?.catch(() => undefined); // nobody awaits them if the queue has failed

    const { consumerCount, messageCount } = await inspected;
    context.observe({ depth: messageCount, consumers: consumerCount });
    if (consumerCount === 0) throw new UnhealthyError(`no worker consumes queue ${config.queue}`);

    // A worker that hangs still counts as a consumer, so one of them must answer that it consumes the queue.
    const answers = await asked;
    const isConsumed = () => [...answers.byWorker.values()].some((queues) => queues.has(config.queue));
    const wait = patience(context.limitMs, context.limitMs - (performance.now() - start));
    const isAnswered = await answers.until(isConsumed, wait, context.signal);
    context.observe({ workers: answers.byWorker.size });
    if (!isAnswered) throw new UnhealthyError(silence(config.queue, consumerCount));

    if (config.max_depth !== undefined && messageCount > config.max_depth)
      throw new UnhealthyError(tooDeep(config.queue, messageCount, config.max_depth));
    await canary;
  },
});

/** Once per run, before any canary could be counted. The declaration is passive: a check must not create the queue. */
function inspect(
  { url, ca, queue }: BrokerConfig & { readonly queue: string },
  broker: Broker,
  context: CheckContext,
): Promise<Replies.AssertQueue> {
  const meanings = {
    404: () => new UnhealthyError(`queue ${queue} does not exist`),
    405: () => new UnhealthyError(`queue ${queue} is exclusive to another connection`),
  };
  return context.share(JSON.stringify(['celery queue', url, ca, queue]), async () =>
    answered(await broker.ask((channel) => channel.checkQueue(queue), meanings)),
  );
}

function silence(queue: string, consumers: number): string {
  const found = consumers === 1 ? '1 consumer' : `${String(consumers)} consumers`;
  return `${found} on queue ${queue}, but no worker that consumes it answered`;
}

function tooDeep(queue: string, messages: number, maxDepth: number): string {
  const waiting = messages === 1 ? '1 message waits' : `${String(messages)} messages wait`;
  return `${waiting} in queue ${queue}, more than max_depth ${String(maxDepth)}`;
}

/** Puts a task on a queue and waits until its result comes back. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnhealthyError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import type { BeginStage } from '../../engine/stages.ts';
import { connectRedis, redisNeeds, redisTarget } from '../../clients/redis/client.ts';
import type { RedisConfig } from '../../clients/redis/node.ts';
import { consume } from '../../clients/amqp/messages.ts';
import type { Broker } from '../../clients/amqp/broker.ts';
import type { OutgoingMessage } from '../../clients/amqp/messages.ts';
import { outcomeOf, resultKey, taskMessage } from '../../clients/celery/messages.ts';
import type { Outcome } from '../../clients/celery/messages.ts';

export interface Canary {
  readonly queue: string;
  readonly task: string;
  /** The Redis that stores the results; unless given, they come through the broker. */
  readonly result_url?: string | undefined;
  readonly ca?: string | undefined;
  /** Must settle before the task is put on the queue. */
  readonly after: Promise<unknown>;
}

/** Resolves once the task has succeeded. Waits without a limit: that of the check ends it. */
export async function runCanary(canary: Canary, broker: Broker, context: CheckContext): Promise<void> {
  const { queue, task, result_url: url, ca } = canary;
  const outcome = await (url === undefined
    ? overBroker(canary, broker, context)
    : overRedis(canary, { url, ca }, broker, context));
  if (outcome === 'unknown task')
    throw new UnhealthyError(`the worker that took it from queue ${queue} does not know task ${task}`);
  if (outcome === 'failure') throw new UnhealthyError(`task ${task} failed on queue ${queue}; see the worker's log`);
}

/** RabbitMQ's pseudo-queue for replies: https://www.rabbitmq.com/docs/direct-reply-to */
const REPLY_TO = 'amq.rabbitmq.reply-to';

function overBroker(canary: Canary, broker: Broker, context: CheckContext): Promise<Outcome> {
  const id = randomUUID();
  return broker.onConfirmChannel(async (channel) => {
    let receive: (outcome: Outcome) => void;
    const received = new Promise<Outcome>((resolve) => (receive = resolve));
    await consume(channel, REPLY_TO, ({ content, properties }) => {
      const outcome = properties.correlationId === id ? outcomeOf(content) : undefined;
      if (outcome !== undefined) receive(outcome);
    });
    await canary.after;
    await broker.publishOn(channel, { ...taskOf(canary, id, context), replyTo: REPLY_TO });
    context.stage(
      'canary',
      `while waiting for the result of task ${canary.task}; workers whose result backend is not rpc need result_url`,
    );
    return received;
  });
}

const FIRST_PAUSE_MS = 3;
const MAX_PAUSE_MS = 50;

async function overRedis(
  canary: Canary,
  results: RedisConfig,
  broker: Broker,
  context: CheckContext,
): Promise<Outcome> {
  const id = randomUUID();
  const stage: BeginStage = (name, when = `during the ${name}`) => {
    context.stage(name, `${when} (${redisTarget(results)})`);
  };
  broker.preparePublishing();
  const redis = await connectRedis(results, { share: context.share, stage });
  await canary.after;
  await broker.publish(taskOf(canary, id, context));
  context.stage(
    'canary',
    `while waiting for the result of task ${canary.task} in ${redis.name}; is that the result backend of its worker?`,
  );
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(1.5 * pauseMs, MAX_PAUSE_MS)) {
    await sleep(pauseMs, undefined, { signal: context.signal });
    const stored = await redis.call('GET', resultKey(id));
    for (const address of redisNeeds(results)) context.reached(address);
    const outcome = typeof stored === 'string' ? outcomeOf(stored) : undefined;
    if (outcome === undefined) continue;
    await redis.call('DEL', resultKey(id));
    return outcome;
  }
}

/** The task expires after the check's limit, both in the broker and in a worker: nobody waits for its result longer. */
function taskOf({ queue, task }: Canary, id: string, { limitMs }: CheckContext): OutgoingMessage {
  const message = taskMessage(id, task, new Date(Date.now() + limitMs));
  return { ...message, routingKey: queue, expiration: Math.ceil(limitMs) };
}

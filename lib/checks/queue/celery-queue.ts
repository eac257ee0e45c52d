import * as v from 'valibot';
import { answered } from '../../engine/connections.ts';
import { UnhealthyError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import type { Problem } from '../../problem.ts';
import { redisNeeds } from '../../clients/redis/client.ts';
import { redisUrl } from '../../clients/redis/url.ts';
import { defineKind } from '../kind.ts';
import { describe, text } from '../../clients/keys.ts';
import { askWorkers, patience } from '../../clients/celery/answers.ts';
import { isTwoWay } from '../../clients/celery/broker.ts';
import type { Broker, QueueState } from '../../clients/celery/broker.ts';
import {
  celeryDialects,
  celeryKeys,
  celeryMistake,
  celeryNeeds,
  celeryTarget,
  connectCelery,
  oneWayBroker,
  queueUrlKey,
} from '../../clients/celery/connect.ts';
import { ACTIVE_QUEUES } from '../../clients/celery/messages.ts';
import { sqsKeys } from '../../clients/celery/sqs.ts';
import { runCanary } from './celery-canary.ts';
import { count, list } from '../phrases.ts';
import { busyWorkers, isConsumed } from './celery-common.ts';

export const celeryQueue = defineKind({
  kind: 'celery_queue',
  works: "the canary's result returns, or a worker that answers consumes the queue; its depth is within bound",
  couldPass: 'with a canary, tasks other than its own that fail; without one, also a worker whose pool hangs',
  dialects: celeryDialects,
  example: ['task', 'max_depth'],
  keys: {
    ...celeryKeys,
    ...queueUrlKey,
    ...sqsKeys,
    queue: describe(text(), 'Name of the queue.', 'high_priority'),
    max_depth: v.optional(
      describe(v.pipe(v.number(), v.integer(), v.minValue(0)), 'The most messages that may wait in the queue.', 1000),
    ),
    task: v.optional(
      describe(
        text(),
        'Name of a harmless task without arguments, or celery.accumulate, which every worker has. ' +
          'It is put on the queue and must succeed.',
        'celery.accumulate',
      ),
    ),
    result_url: v.optional(
      describe(
        v.pipe(
          redisUrl(),
          v.regex(/^rediss?(\+sentinel)?:/, 'expected one server: Celery does not store results in a cluster'),
        ),
        "Redis that stores the workers' results; unless set, the result must come through the broker (backend rpc).",
        'redis://cache.example:6379/1',
      ),
    ),
    result_prefix: v.optional(describe(text(), 'The global_keyprefix of the Redis that stores the results.', 'shop:')),
  },
  figures: {
    depth: { label: 'messages waiting', unit: 'messages', sort: 'number' },
    consumers: { label: 'consumers', unit: 'consumers', sort: 'number' },
    workers: { label: 'workers that answered', unit: 'workers', sort: 'number' },
  },
  mistake: (config) =>
    config.result_prefix !== undefined && config.result_url === undefined
      ? { path: 'result_prefix', message: 'needs result_url' }
      : (celeryMistake(config) ?? unproved(config, oneWayBroker(config))),
  // The broker may store the results too.
  needs: (config) => [
    ...new Set([
      ...celeryNeeds(config),
      ...(config.result_url === undefined ? [] : redisNeeds({ url: config.result_url })),
    ]),
  ],
  target: (config) => `celery queue ${config.queue} at ${celeryTarget(config)}`,
  async check(config, context) {
    const start = performance.now();
    const { queue, task } = config;
    const leftMs = () => context.limitMs - (performance.now() - start);
    const broker = await connectCelery(config, context);
    context.stage('queue', 'while looking at the queue');
    // Everything runs concurrently. The results are judged in order, since one failure explains the next.
    const found = inspect(queue, broker, context);
    const proof =
      task === undefined
        ? proveConsumption({ queue, found, leftMs }, broker, context)
        : runCanary({ ...config, task, go: () => readyFor(config, found, broker), leftMs }, broker, context);
    proof.catch(() => undefined); // nobody awaits it if the queue has failed

    const state = await found;
    await proof;
    refuseTooMany(config, state);
  },
});

interface Bound {
  readonly queue: string;
  readonly max_depth?: number | undefined;
}

function refuseTooMany({ queue, max_depth: most }: Bound, { depth }: QueueState): void {
  if (most !== undefined && depth > most)
    throw new UnhealthyError(`${waiting(depth)} in queue ${queue}, more than max_depth ${String(most)}`);
}

/**
 * Resolves when a canary may be put on the queue. Where workers cannot answer, it cannot be taken back either, so none
 * is added to a queue that is too long already.
 */
async function readyFor(bound: Bound, found: Promise<QueueState>, broker: Broker): Promise<QueueState> {
  const state = await found;
  if (!isTwoWay(broker)) refuseTooMany(bound, state);
  return state;
}

interface Canary {
  readonly task?: string | undefined;
  readonly result_url?: string | undefined;
}

/** Finds what would prove nothing. @param broker One over which workers cannot answer. */
function unproved({ task, result_url: url }: Canary, broker: string | undefined): Problem | undefined {
  if (broker === undefined) return undefined;
  const only = `over ${broker}, only a canary proves that a worker lives`;
  const example = 'set task, for example to celery.accumulate, and result_url';
  if (task === undefined) return { path: 'task', message: `missing: ${only}; ${example}` };
  if (url !== undefined) return undefined;
  const message = `missing: no result comes back over ${broker}; name the Redis that stores the results`;
  return { path: 'result_url', message };
}

/** Throws if the queue is known to have no consumer. */
async function inspect(
  queue: string,
  broker: Broker,
  context: Pick<CheckContext<Partial<QueueState>>, 'share' | 'observe'>,
): Promise<QueueState> {
  const key = JSON.stringify(['celery queue', broker.key, queue]);
  // Once per run, before any canary could be counted.
  const found = await context.share(key, async (signal) => answered(await broker.inspect(queue, signal)));
  context.observe(found);
  if (found.consumers === 0) throw new UnhealthyError(`no worker consumes queue ${queue}`);
  return found;
}

interface Consumption {
  readonly queue: string;
  readonly found: Promise<QueueState>;
  readonly leftMs: () => number;
}

/**
 * A worker that hangs still counts as a consumer, so one of them must answer that it consumes the queue. Where workers
 * cannot answer, only the depth is checked.
 */
async function proveConsumption(
  { queue, found, leftMs }: Consumption,
  broker: Broker,
  context: Pick<CheckContext<{ workers: number }>, 'share' | 'observe' | 'stage' | 'signal' | 'limitMs'>,
): Promise<void> {
  if (!isTwoWay(broker)) return;
  const answers = await askWorkers(ACTIVE_QUEUES, broker, context);
  const { consumers } = await found;
  context.stage('workers', 'while waiting for a worker that consumes the queue');
  const wait = patience(context.limitMs, leftMs());
  const isAnswered = await answers.until(() => isConsumed(queue, answers), wait, context.signal);
  context.observe({ workers: answers.byWorker.size });
  if (isAnswered) return;
  const who =
    consumers === undefined
      ? `no worker that answered consumes queue ${queue}${namesOf(answers.byWorker)}`
      : `${count(consumers, 'consumer')} on queue ${queue}, but no worker that consumes it answered`;
  throw new UnhealthyError([who, ...answers.unread.values()].join('; ') + (await busyWorkers(broker)));
}

function namesOf(answered: ReadonlyMap<string, unknown>): string {
  return answered.size === 0 ? ', since none answered' : `: ${list([...answered.keys()])}`;
}

function waiting(messages: number): string {
  return `${count(messages, 'message')} ${messages === 1 ? 'waits' : 'wait'}`;
}

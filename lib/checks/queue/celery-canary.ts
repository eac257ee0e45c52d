/** Puts a task on a queue and waits until its result comes back. */
import { within } from '../../engine/deadline.ts';
import { ConfigurationError, UnhealthyError } from '../../errors.ts';
import type { CheckContext } from '../../engine/types.ts';
import type { BeginStage } from '../../engine/stages.ts';
import { connectRedis, redisNeeds, redisTarget } from '../../clients/redis/client.ts';
import { askWorkers, patience } from '../../clients/celery/answers.ts';
import { isTwoWay } from '../../clients/celery/broker.ts';
import type { Broker, CeleryBroker, Go } from '../../clients/celery/broker.ts';
import { ACTIVE_QUEUES, canaryOf, outcomeOf, queryTask } from '../../clients/celery/messages.ts';
import type { Canary, Outcome } from '../../clients/celery/messages.ts';
import { poll } from '../../clients/celery/poll.ts';
import { isConsumed } from './celery-common.ts';

export interface CanaryConfig {
  readonly queue: string;
  readonly task: string;
  /** The Redis that stores the results; unless given, they come through the broker. */
  readonly result_url?: string | undefined;
  readonly result_prefix?: string | undefined;
  readonly ca?: string | undefined;
  /** The task is put on the queue once this has worked. */
  readonly go: Go;
  /** Milliseconds that the check has left. */
  readonly leftMs: () => number;
}

type CanaryContext = Pick<CheckContext, 'share' | 'stage' | 'signal' | 'limitMs' | 'reached'>;

/** The milliseconds of a check's limit that are kept for finding out where the canary was lost. */
const tracingMs = (limitMs: number) => Math.min(1000, limitMs / 4);

/** Resolves once the task has succeeded. */
export async function runCanary(config: CanaryConfig, broker: Broker, context: CanaryContext): Promise<void> {
  const canary = canaryOf(config.task, config.queue, context.limitMs);
  const outcome = await outcomeInTime(canary, config, broker, context);
  if (outcome === undefined) throw new UnhealthyError(await lossOf(canary, config, broker, context));
  if (outcome !== 'success') throw new UnhealthyError(MEANINGS[outcome](config));
}

const MEANINGS: Readonly<Record<Exclude<Outcome, 'success'>, (config: CanaryConfig) => string>> = {
  'unknown task': ({ queue, task }) => `the worker that took it from queue ${queue} does not know task ${task}`,
  failure: ({ queue, task }) => `task ${task} failed on queue ${queue}; see the worker's log`,
  'other result': ({ queue, task }) => `task ${task} on queue ${queue} did not return its arguments`,
  unreadable: ({ task }) =>
    `the result of task ${task} is not JSON, and is never decoded; set result_serializer to json`,
};

/** Sends the canary, and waits for its result. Undefined if it does not come. */
function outcomeInTime(
  canary: Canary,
  config: CanaryConfig,
  broker: Broker,
  context: CanaryContext,
): Promise<Outcome | undefined> {
  const { signal, limitMs } = context;
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const stop = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', callOff);
    };
    // Nobody waits for the canary any more. When the check is aborted, this is written before its connection is gone.
    const giveUp = (reason: Error) => {
      stop();
      broker.trace(canary).catch(() => undefined);
      reject(reason);
    };
    const callOff = () => {
      giveUp(signal.reason as Error);
    };
    const sent = () => {
      context.stage('canary', `while waiting for the result of task ${config.task}${hint(config)}`);
      const waitMs = patience(limitMs, config.leftMs(), tracingMs(limitMs));
      if (!signal.aborted)
        timer = setTimeout(() => {
          stop();
          resolve(undefined);
        }, waitMs);
    };
    signal.addEventListener('abort', callOff);
    resultOf(canary, config, broker, context, sent).then((outcome) => {
      stop();
      resolve(outcome);
    }, giveUp);
  });
}

function resultOf(
  canary: Canary,
  config: CanaryConfig,
  broker: Broker,
  context: CanaryContext,
  sent: () => void,
): Promise<Outcome> {
  const { result_url: url } = config;
  if (url !== undefined) return resultInRedis(url, canary, config, broker, context, sent);
  if (isTwoWay(broker)) return broker.call(canary, config.go, sent);
  throw new ConfigurationError(`no result comes back over ${broker.name}`);
}

async function resultInRedis(
  url: string,
  canary: Canary,
  config: CanaryConfig,
  broker: Broker,
  context: CanaryContext,
  sent: () => void,
): Promise<Outcome> {
  const results = { url, ca: config.ca };
  const stage: BeginStage = (name, when = `during the ${name}`) => {
    context.stage(name, `${when} (${redisTarget(results)})`);
  };
  const connecting = connectRedis(results, { share: context.share, stage });
  const [redis] = await Promise.all([connecting, broker.send(canary, () => Promise.all([connecting, config.go()]))]);
  sent();
  const key = resultKey(canary, config.result_prefix);
  const outcome = await poll(async () => {
    const stored = await redis.call('GET', key);
    for (const address of redisNeeds(results)) context.reached(address);
    return typeof stored === 'string' ? outcomeOf(stored, canary) : undefined;
  }, context.signal);
  await redis.call('DEL', key);
  return outcome;
}

/** The key under which a Redis result backend stores the result of a task. Celery adds the _ by itself. */
function resultKey({ message }: Canary, prefix = ''): string {
  return `${prefix}${/[^:_.-]$/.test(prefix) ? '_' : ''}celery-task-meta-${message.correlationId}`;
}

/** What to look at if the result does not come. */
function hint({ result_url: url }: CanaryConfig): string {
  return url === undefined
    ? '; workers whose result backend is not rpc need result_url'
    : ` in ${redisTarget({ url })}; is that the result backend of its worker?`;
}

async function lossOf(canary: Canary, config: CanaryConfig, broker: Broker, context: CanaryContext): Promise<string> {
  context.stage('trace', 'while finding out where the canary was lost');
  const { queue, task } = config;
  const limitMs = config.leftMs() - Math.min(100, context.limitMs / 10); // of one question
  // Without an answer, the message only says less.
  const inTime = async <T>(ask: (workers: CeleryBroker, signal: AbortSignal) => Promise<T>): Promise<T | undefined> => {
    if (!isTwoWay(broker)) return undefined;
    const limits = { limitMs, signal: context.signal, from: broker.name };
    return within(limits, (signal) => ask(broker, signal)).catch(() => undefined);
  };
  const [{ place, figures }, holder, isAnswered] = await Promise.all([
    broker.trace(canary),
    inTime((workers, signal) => holderOf(canary, workers, context, limitMs, signal)),
    inTime((workers, signal) => isConsumerAwake(queue, workers, context, limitMs, signal)),
  ]);
  const because = figures === undefined ? '' : ` (${figures})`;
  const taken = `${holder?.worker ?? 'a worker'} took the canary from queue ${queue}`;
  if (holder?.state === 'active') return `${taken}, and is still running task ${task}`;
  if (holder !== undefined) return `${taken}, but is too busy to run it`;
  if (place === 'queue') return `no worker took the canary from queue ${queue}: it still waited there${because}`;
  if (place === 'worker') return `${taken}, but has not run it: it is busy, or hangs${because}`;
  if (isTwoWay(broker) && isAnswered !== true)
    return `${taken}, but none that consumes it answers: it is busy, hangs, or has no remote control`;
  return `${taken}, but there was no result of task ${task}${hint(config)}${because}`;
}

/** The worker that says that it has the task, and the state of the task there. */
async function holderOf(
  { message }: Canary,
  broker: CeleryBroker,
  context: CanaryContext,
  waitMs: number,
  signal: AbortSignal,
): Promise<{ readonly worker: string; readonly state: string } | undefined> {
  const answers = await askWorkers(queryTask(message.correlationId), broker, context);
  const holding = () => [...answers.byWorker].find(([, state]) => state !== '');
  await answers.until(() => holding() !== undefined, waitMs, signal);
  const [worker, state] = holding() ?? [];
  return worker === undefined || state === undefined ? undefined : { worker, state };
}

async function isConsumerAwake(
  queue: string,
  broker: CeleryBroker,
  context: CanaryContext,
  waitMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const answers = await askWorkers(ACTIVE_QUEUES, broker, context);
  return answers.until(() => isConsumed(queue, answers), waitMs, signal);
}

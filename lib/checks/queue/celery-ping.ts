import * as v from 'valibot';
import { UnhealthyError } from '../../engine/errors.ts';
import { defineKind, describe, text } from '../kind.ts';
import { brokerKeys, brokerOf, connectBroker } from './amqp.ts';
import { askWorkers, patience, PING } from './celery.ts';

/** The names of the workers that must answer, or how many at least. */
export type Workers = number | readonly string[];

export const celeryPing = defineKind({
  kind: 'celery_ping',
  works: 'every named worker, or at least that many, answers `pong`',
  keys: {
    ...brokerKeys,
    workers: v.optional(
      describe(
        v.union([v.pipe(v.number(), v.integer(), v.minValue(1)), v.pipe(v.array(text()), v.minLength(1))]),
        'Names of workers (celery@host) that must all answer, or how many at least.',
      ),
      1,
    ),
  },
  target: ({ url }) => `celery workers at ${brokerOf(url)}`,
  async check({ workers, ...config }, context) {
    const start = performance.now();
    const broker = await connectBroker(config, context);
    const answers = await askWorkers(PING, config, broker, context);
    context.stage('answers to ping');
    const leftMs = context.limitMs - (performance.now() - start);
    const enough = () => missing(workers, answers.byWorker) === undefined;
    const signal = AbortSignal.any([context.signal, broker.signal]);
    await answers.until(enough, patience(context.limitMs, leftMs), signal);
    const message = missing(workers, answers.byWorker);
    if (message !== undefined) throw new UnhealthyError(message);
  },
});

/** Says which workers have not answered; undefined where all have. */
export function missing(workers: Workers, answered: ReadonlyMap<string, unknown>): string | undefined {
  const silent = typeof workers === 'number' ? [] : workers.filter((name) => !answered.has(name));
  const enough = typeof workers === 'number' ? answered.size >= workers : silent.length === 0;
  if (enough) return undefined;
  if (typeof workers !== 'number') {
    ...
  }
  return answered.size === 0 ? 'no worker answered ping' : `${answered.size} of at least ${workers} workers answered: ${names}`;
}

import * as v from 'valibot';
import { UnhealthyError } from '../../errors.ts';
import { defineKind } from '../kind.ts';
import { describe, text } from '../../clients/keys.ts';
import { askWorkers, patience } from '../../clients/celery/answers.ts';
import {
  celeryKeys,
  celeryMistake,
  celeryNeeds,
  celeryTarget,
  connectTwoWay,
  oneWayBroker,
  twoWayDialects,
} from '../../clients/celery/connect.ts';
import { PING } from '../../clients/celery/messages.ts';
import { list } from '../phrases.ts';
import { busyWorkers } from './celery-common.ts';

/** The names of the workers that must answer, or their minimum number. */
export type Workers = number | readonly string[];

export const celeryPing = defineKind({
  kind: 'celery_ping',
  works: 'every named worker, or at least that many, answers `pong`',
  couldPass: "a worker that answers while its pool hangs, and workers that consume none of the application's queues",
  dialects: twoWayDialects,
  example: ['workers'],
  keys: {
    ...celeryKeys,
    workers: v.optional(
      describe(
        v.union([v.pipe(v.number(), v.integer(), v.minValue(1)), v.pipe(v.array(text()), v.minLength(1))]),
        'Names of workers (celery@host) that must all answer, or the minimum number of workers.',
        ['celery@worker-1', 'celery@worker-2'],
      ),
      1,
    ),
  },
  figures: {
    workers: { label: 'workers that answered', unit: 'workers', sort: 'number' },
  },
  mistake: (config) => {
    const broker = oneWayBroker(config);
    if (broker === undefined) return celeryMistake(config);
    const instead = 'use celery_queue with task, for example celery.accumulate, and result_url';
    return { path: 'url', message: `workers on ${broker} cannot be pinged: it has no remote control; ${instead}` };
  },
  needs: celeryNeeds,
  target: (config) => `celery workers at ${celeryTarget(config)}`,
  async check({ workers, ...config }, context) {
    const start = performance.now();
    const broker = await connectTwoWay(config, context);
    context.stage('ping', 'while sending ping to the workers');
    const answers = await askWorkers(PING, broker, context);
    context.stage('ping', 'while waiting for answers to ping');
    const wait = patience(context.limitMs, context.limitMs - (performance.now() - start));
    const answered = answers.byWorker;
    const areEnough = await answers.until(() => isEnough(workers, answered), wait, context.signal);
    context.observe({ workers: answered.size });
    if (areEnough) return;
    const missing = whoIsMissing(workers, [...answered.keys()], answers.unread);
    throw new UnhealthyError(missing + (await busyWorkers(broker)));
  },
});

function isEnough(workers: Workers, answered: ReadonlyMap<string, unknown>): boolean {
  return typeof workers === 'number' ? answered.size >= workers : workers.every((name) => answered.has(name));
}

/**
 * The message for too few answers: names the workers that did not answer, and those that did.
 *
 * @param unread Answers that could not be read: a sentence about each, by worker.
 */
export function whoIsMissing(
  workers: Workers,
  answered: readonly string[],
  unread: ReadonlyMap<string, string> = new Map(),
): string {
  return [howManyAnswered(workers, answered, unread), ...unread.values()].filter((words) => words !== '').join('; ');
}

function howManyAnswered(workers: Workers, answered: readonly string[], unread: ReadonlyMap<string, string>): string {
  if (typeof workers === 'number') {
    if (answered.length > 0)
      return `${String(answered.length)} of at least ${String(workers)} workers answered: ${list(answered)}`;
    return unread.size > 0 ? '' : 'no worker answered ping';
  }
  const silent = workers.filter((name) => !answered.includes(name) && !unread.has(name));
  if (silent.length === 0) return '';
  const others = answered.length === 0 ? 'nor did any other' : `${list(answered)} did`;
  const ending = answered.length === 0 && unread.size > 0 ? '' : `; ${others}`;
  return `${silent.length === 1 ? 'worker' : 'workers'} ${list(silent)} did not answer ping${ending}`;
}

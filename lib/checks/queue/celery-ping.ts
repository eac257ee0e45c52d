import * as v from 'valibot';
import { UnhealthyError } from '../../errors.ts';
import { defineKind } from '../kind.ts';
import { describe, text } from '../../clients/keys.ts';
import { brokerAddress, brokerKeys, brokerOf, connectBroker } from '../../clients/amqp/connect.ts';
import { patience } from '../../clients/celery/answers.ts';
import { askWorkers } from '../../clients/celery/mailbox.ts';
import { PING } from '../../clients/celery/messages.ts';

/** The names of the workers that must answer, or their minimum number. */
export type Workers = number | readonly string[];

export const celeryPing = defineKind({
  kind: 'celery_ping',
  works: 'every named worker, or at least that many, answers `pong`',
  keys: {
    ...brokerKeys,
    workers: v.optional(
      describe(
        v.union([v.pipe(v.number(), v.integer(), v.minValue(1)), v.pipe(v.array(text()), v.minLength(1))]),
        'Names of workers (celery@host) that must all answer, or the minimum number of workers.',
      ),
      1,
    ),
  },
  figures: {
    workers: { label: 'workers that answered', unit: 'workers', sort: 'number' },
  },
  needs: ({ url }) => [brokerAddress(url)],
  target: ({ url }) => `celery workers at ${brokerOf(url)}`,
  async check({ workers, ...config }, context) {
    const start = performance.now();
    const broker = await connectBroker(config, context);
    const answers = await askWorkers(PING, config, broker, context);
    context.stage('ping', 'while waiting for answers to ping');
    const wait = patience(context.limitMs, context.limitMs - (performance.now() - start));
    const answered = answers.byWorker;
    const areEnough = await answers.until(() => isEnough(workers, answered), wait, context.signal);
    context.observe({ workers: answered.size });
    if (!areEnough) throw new UnhealthyError(whoIsMissing(workers, [...answered.keys()]));
  },
});

function isEnough(workers: Workers, answered: ReadonlyMap<string, unknown>): boolean {
  return typeof workers === 'number' ? answered.size >= workers : workers.every((name) => answered.has(name));
}

/** The message for too few answers: names the workers that did not answer, and those that did. */
export function whoIsMissing(workers: Workers, answered: readonly string[]): string {
  if (typeof workers === 'number') {
    if (answered.length === 0) return 'no worker answered ping';
    return `${String(answered.length)} of at least ${String(workers)} workers answered: ${list(answered)}`;
  }
  const silent = workers.filter((name) => !answered.includes(name));
  const others = answered.length === 0 ? 'nor did any other' : `${list(answered)} did`;
  return `${silent.length === 1 ? 'worker' : 'workers'} ${list(silent)} did not answer ping; ${others}`;
}

const MAX_NAMES = 5;

function list(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return names.slice(0, MAX_NAMES).join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
}
